"""The sample afternoon's shop: suppliers with their agreements and scorecards, offers, and products in three states."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from decimal import Decimal

from daifa.app import App
from daifa.models.aftersales import CaseReason, Payer
from daifa.models.bulk import Bulk, BulkItem, BulkKind, PriceChange
from daifa.models.catalog import (
    Agreement,
    Clause,
    Offer,
    OfferVariant,
    Product,
    Shop,
    Source,
    Supplier,
    Tier,
    Variant,
)
from daifa.models.facts import Reason
from daifa.models.ids import BulkId, JobId, OfferId, ProductId, ShopId, SupplierId, VariantId
from daifa.models.keeping import Point
from daifa.models.match import Match
from daifa.models.money import Money
from daifa.models.states import AgreementState, BulkState, ItemState, ListingState, OfferState
from daifa.rules.bulk import appended
from local.world.png import picture
from tests.unit.aws import START

SHOP = ShopId("demo")
YIWU, LINAN = SupplierId("yiwu"), SupplierId("linan")
# A name that would run if anything on the page made markup of it.
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
_PICTURE = f"data:image/png;base64,{b64encode(picture('a cup', 88, 88)).decode()}"


def cny(amount: str) -> Money:
    """Yuan."""
    return Money.of(amount, "CNY")


def ago(**span: float) -> datetime:
    """A moment before the one at which these tests stand still."""
    return START - timedelta(**span)


def stock(app: App) -> None:
    """Write shop, suppliers, offers and products into the tables."""
    app.catalog.create(Shop(id=SHOP, name="小林百货", platform="shopify", currency="CNY", approval_limit=cny("300")))
    for supplier, name in ((YIWU, "义乌晨光日用"), (LINAN, "临安布艺厂")):
        app.catalog.create(
            Supplier(
                id=supplier,
                name=name,
                adapter="email",
                currency="CNY",
                shipping=cny("6"),
                email="a@example.com",
                sites=("detail.example.com",) if supplier == YIWU else (),
            )
        )
        app.catalog.create(_agreement(supplier))
    for number, (title, image, state, cost, price) in enumerate(
        (
            ("保温杯 500ml 家用大容量", _PICTURE, ListingState.ACTIVE, "38.00", "69.90"),
            ("亚麻桌布 140×200", "https://img.example.com/1.jpg", ListingState.DRAFT, "45.50", "89.90"),
            (HOSTILE, "//img.example.com/2.jpg", ListingState.OUT_OF_STOCK, "12.00", "24.90"),
        ),
        1,
    ):
        app.catalog.create(_offer(number, title, cost))
        app.catalog.create(_product(number, title, image, state, cost, price))
    _jobs(app)
    app.catalog.create(_offer(9, "不锈钢保温杯 500ml", "35.20").model_copy(update={"supplier": LINAN}))
    app.catalog.create(
        Match(
            shop=SHOP,
            product=ProductId("p-1"),
            offer=OfferId("offer-9"),
            supplier=LINAN,
            title="不锈钢保温杯 500ml",
            score=0.86,
            reasons=(
                Reason.of("match.title", percent=71),
                Reason.of("match.same_marks", marks="500 ml"),
                Reason.of("match.image_alike", bits=3),
            ),
            variants={VariantId("p1-white"): "v-w"},
            found_at=ago(hours=2),
        )
    )
    app.catalog.add(
        app.catalog.scored(YIWU, "2026-11", cases_damaged=2, shipped_on_time=41, shipped_late=3, recovered_minor=4650)
    )


def _jobs(app: App) -> None:
    """A change of prices that waits for a person's word, and an import under way."""
    dearer = PriceChange(
        variant=VariantId("p1-white"), shown="米白", old=cny("69.90"), new=cny("75.90"), margin=Decimal("0.402")
    )
    priced = BulkItem(name="p-1", title="保温杯 500ml 家用大容量", changes=(dearer,))
    skipped = BulkItem(name="p-3", title=HOSTILE, state=ItemState.SKIPPED, why=(Reason.of("bulk.price_stays"),))
    page = "https://detail.example.com/offer/6100"
    done = BulkItem(name=f"{page}1.html", title="亚麻桌布", state=ItemState.DONE, product=ProductId("p-2"))
    gone = Reason.of("collect.gone", url=f"{page}2.html", status=404)
    coming = [
        done,
        BulkItem(name=f"{page}2.html", state=ItemState.FAILED, why=(gone,)),
        BulkItem(name=f"{page}3.html", title="竹砧板", state=ItemState.STARTED, job=JobId("j")),
        BulkItem(name=f"{page}4.html", title="陶瓷碗"),
    ]
    for name, kind, state, items in (
        ("bulk-price", BulkKind.PRICE, BulkState.READY, [priced, skipped]),
        ("bulk-import", BulkKind.IMPORT, BulkState.RUNNING, coming),
    ):
        job, parts = appended(
            Bulk(
                id=BulkId(name),
                shop=SHOP,
                kind=kind,
                state=state,
                markup=Decimal("1.8") if kind is BulkKind.PRICE else None,
                cursor=None,
                by="merchant:merchant-1",
                created_at=ago(minutes=4),
                changed_at=ago(minutes=1),
            ),
            items,
        )
        app.catalog.create(job)
        for part in parts:
            app.catalog.create(part)


def _agreement(supplier: SupplierId) -> Agreement:
    clause = Clause(
        id="3.2",
        reason=CaseReason.DAMAGED,
        within_days=7,
        photos=1,
        goods=Payer.SUPPLIER,
        return_freight=Payer.MERCHANT,
    )
    return Agreement(
        supplier=supplier, version=2, state=AgreementState.ACTIVE, valid_from=ago(days=90), clauses=(clause,)
    )


def _offer(number: int, title: str, cost: str) -> Offer:
    return Offer(
        id=OfferId(f"offer-{number}"),
        supplier=YIWU,
        external=f"6100{number}",
        url=f"https://detail.example.com/offer/6100{number}.html",
        title=title,
        state=OfferState.AVAILABLE,
        variants=(
            OfferVariant(external="v-white", options={"颜色": "米白"}, sku="CUP-W", price=cny(cost), stock=320),
            OfferVariant(external="v-green", options={"颜色": "墨绿"}, sku="CUP-G", price=cny(cost)),
        ),
        tiers=(Tier(quantity=10, price=cny(cost) - cny("2")),),
        minimum=2,
        collected_at=ago(hours=5),
        history={
            "v-white": (
                Point(at=ago(days=40), price=cny(cost) + cny("3"), stock=90),
                Point(at=ago(days=12), price=cny(cost) + cny("9"), stock=0),
                Point(at=ago(days=3), price=cny(cost), stock=320),
            ),
        },
    )


def _product(number: int, title: str, image: str, state: ListingState, cost: str, price: str) -> Product:
    offer = OfferId(f"offer-{number}")
    sold = tuple(
        Variant(
            id=VariantId(f"p{number}-{name}"),
            options={"颜色": told},
            sku=f"CUP-{number}-{name}",
            sources=(Source(supplier=YIWU, offer=offer, external_variant=f"v-{name}"),),
            cost=cny(cost),
            price=cny(price),
            margin=Decimal("0.354"),
            why=(
                Reason.of("price.unit_cost", cost=cny(cost), pieces=1),
                Reason.of("price.landed_cost", landed=cny(cost) + cny("6"), shipping=cny("6")),
                Reason.of("price.rounded", price=cny(price)),
            ),
        )
        for name, told in (("white", "米白"), ("green", "墨绿"))
    )
    return Product(
        id=ProductId(f"p-{number}"),
        shop=SHOP,
        title=title,
        description=f"双层真空,六小时保温。{HOSTILE}",
        images=(image,),
        options=("颜色",),
        variants=sold,
        field_sources={
            "title": "json_ld",
            "price": "embedded_state",
            "variants": "embedded_state",
            "images": "opengraph",
        },
        state=state,
        problems=(Reason.of("listing.out_of_stock"),) if state is ListingState.OUT_OF_STOCK else (),
        store_product="gid-1" if state is ListingState.ACTIVE else "",
        url=f"https://detail.example.com/offer/6100{number}.html",
        collected_at=ago(hours=number),
    )
