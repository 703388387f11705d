"""A merchant with a shop and two suppliers, pages as a fetch reports them, and a shop that remembers what it hears."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from collect import handler
from daifa.clock import iso
from daifa.models.catalog import Offer, Product, Shop, Supplier
from daifa.models.collected import CollectedProduct
from daifa.models.ids import JobId, ProductId, ShopId, SupplierId
from daifa.models.money import Money
from daifa.ports import Listed, ListingRequest, OfferPage
from tests.unit.aws import Answered, FixedClock, RoomApp, call, messages

DEMO = ShopId("demo")
MUG = "https://harbor.example/products/enamel-mug"
LAMP = "https://detail.1688.com/offer/610947572360.html"


def open_shop(app: RoomApp, **changed: Any) -> Shop:
    """The shop `demo`, which sells in yuan."""
    shop = Shop(id=DEMO, name="Demo", platform="shopify", currency="CNY").model_copy(update=changed)
    app.catalog.create(shop)
    return shop


def know_suppliers(app: RoomApp) -> None:
    """Harbor, who has a web shop, and a lamp factory on 1688."""
    free = Money.of("4.00", "CNY")
    for name, adapter, sites in (("harbor", "email", ("harbor.example",)), ("lamps", "alibaba", ("detail.1688.com",))):
        app.catalog.create(
            Supplier(id=SupplierId(name), name=name, adapter=adapter, currency="CNY", sites=sites, shipping=free)
        )


def know_bay(app: RoomApp) -> None:
    """Bay, who sells the same mugs as Harbor."""
    free, sites = Money.of("5.00", "CNY"), ("bay.example",)
    app.catalog.create(
        Supplier(id=SupplierId("bay"), name="Bay", adapter="email", currency="CNY", sites=sites, shipping=free)
    )


def a_mug(price: str = "39.00", stock: int = 120, **changed: Any) -> dict[str, Any]:
    """An enamel mug in two colours, as a page tells it."""
    told: dict[str, Any] = {
        "url": MUG,
        "title": "Enamel Camping Mug",
        "description": "<p>Two coats of enamel.</p>",
        "images": ["https://harbor.example/mug.jpg"],
        "price": price,
        "currency": "CNY",
        "options": [{"name": "Colour", "values": ["Cream", "Forest"]}],
        "variants": [
            {"options": {"Colour": "Cream"}, "sku": "MUG-CR", "price": price, "stock": stock},
            {"options": {"Colour": "Forest"}, "sku": "MUG-FG", "price": "42.00", "stock": 8},
        ],
        "sources": {"title": "json_ld", "price": "json_ld"},
    }
    return told | changed


def a_report(app: RoomApp, job: str, product: Mapping[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """What the fetcher says about the mug's page."""
    told: dict[str, Any] = {
        "job": job,
        "shop": "demo",
        "url": MUG,
        "fetched_at": iso(app.clock.now()),
        "outcome": "collected",
        "snapshot": "pages/abc.gz",
        "etag": None,
        "product": a_mug() if product is None else product,
        "product_key": None,
        "error": None,
    }
    return told | changed


def waiting(app: RoomApp) -> list[Any]:
    """What waits on the room's queue, taken off it, but for the comparing of new products."""
    return [body for body in app.sent("catalogue") if "match" not in body]


def take(*bodies: Any) -> None:
    """Bring messages to the room, if there are any; every one must be taken."""
    assert not bodies or handler.on_message(messages(*bodies), None) == {"batchItemFailures": []}


def begin(app: RoomApp, url: str = MUG) -> str:
    """Ask for an address and empty the queues; the job's id."""
    told = call(handler.on_http, "POST", "/api/collect", {"shop": "demo", "url": url})
    assert told.status == 202, told.body
    app.sent("fetch")
    waiting(app)
    return str(told.body["job"])


def collect(app: RoomApp, product: Mapping[str, Any] | None = None) -> Product:
    """Collect the mug's page from a person's wish to the product."""
    job = begin(app)
    take(a_report(app, job, product))
    return the_product(app)


def stock(app: RoomApp, url: str, **changed: Any) -> Product:
    """Collect a mug at this address, and have it compared with what is there."""
    job = begin(app, url)
    take(a_report(app, job, a_mug(url=url, **changed), url=url))
    product = app.catalog.product(DEMO, ProductId(app.catalog.job(JobId(job)).product or ""))
    take(*app.sent("catalogue"))
    return product


def the_clock_goes(app: RoomApp, clock: FixedClock, **delta: float) -> list[Any]:
    """The schedule's beat before and after this time; what the fetcher was asked for."""
    handler.on_schedule({}, None)
    clock.forward(**delta)
    handler.on_schedule({}, None)
    return app.sent("fetch")


def the_product(app: RoomApp) -> Product:
    """The shop's only product."""
    (row,) = app.catalog.products(DEMO, 10)
    return app.catalog.product(DEMO, row["product"])


def the_offer(app: RoomApp) -> Offer:
    """The offer that the shop's only product is made of."""
    return app.catalog.offer(the_product(app).variants[0].sources[0].offer)


def codes(row: Product | Offer) -> list[str]:
    """What happened to a row, in order."""
    return [fact.code for fact in row.facts]


def ask_to_list(product: Product, ver: int | None = None) -> Answered:
    """Press “list”."""
    body = {"shop": "demo", "ver": product.ver if ver is None else ver}
    return call(handler.on_http, "POST", f"/api/products/{product.id}/list", body)


class Shelf:
    """A shop that keeps what it was told; `answers` are raised first, one a call."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.told: list[ListingRequest] = []
        self.unlisted: list[str] = []

    def unlist(self, store_product: str) -> None:
        """Show nothing of it."""
        self.unlisted.append(store_product)
        if self.answers:
            raise self.answers.pop(0)

    def publish(self, request: ListingRequest) -> Listed:
        """Show exactly this."""
        self.told.append(request)
        if self.answers:
            raise self.answers.pop(0)
        return Listed("gid://shop/1", {variant.variant: f"sv-{variant.sku}" for variant in request.variants})


class Gateway:
    """A supplier that tells what it sells; `answers` are raised first, one a call."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def search(self, words: str, page: int) -> OfferPage:
        """Two pages of lamps, the second one shorter."""
        self.asked.append(f"{words} {page}")
        if self.answers:
            raise self.answers.pop(0)
        lamps = [f"https://detail.1688.com/offer/61094757236{page}{at}.html" for at in range(3 - page)]
        return OfferPage(tuple((lamp, "台灯") for lamp in lamps), more=page == 1)

    def collect(self, offer_id: str) -> CollectedProduct:
        """The offer as it stands now."""
        self.asked.append(offer_id)
        if self.answers:
            raise self.answers.pop(0)
        return CollectedProduct.model_validate(
            {
                "url": f"https://detail.1688.com/offer/{offer_id}.html",
                "title": "折叠LED护眼台灯",
                "images": ["https://img.example/lamp.jpg"],
                "currency": "CNY",
                "price": Decimal("36.00"),
                "variants": [{"key": "2ba3", "price": Decimal("36.00"), "stock": 320}],
            }
        )


def listed(app: RoomApp) -> Shelf:
    """A shop in which the mug is listed."""
    shelf = app.others["shop/demo"] = Shelf()
    assert ask_to_list(collect(app)).status == 202
    take(*waiting(app))
    return shelf
