"""What can be bought and sold: shops, suppliers, agreements, offers, products, listings."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from daifa.models.aftersales import CaseReason, Payer
from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact, Reason
from daifa.models.ids import JobId, OfferId, ProductId, ShopId, SupplierId, VariantId
from daifa.models.keeping import Action, ChangeKind, Pace, Point, Pulse
from daifa.models.money import Currency, Money
from daifa.models.sheet import SheetLayout
from daifa.models.states import AgreementState, ListingState, OfferState

Share = Annotated[Decimal, Field(ge=0, lt=1)]

# How an address begins that we made for what stands in a supplier's price list; no page has one.
SHEET = "sheet://"
# The longest that a supplier's price list may be bought by.
MOST_SHEET_DAYS = 90


class Pricing(Model):
    """How a shop prices: every share is a part of the selling price, amounts are in the shop's currency.

    `rates` holds one unit of a supplier's currency in the shop's, with `rates_at` as its date, too old for buying after
    `rates_days`; `ending` is the last digits that a rounded price shows (`0.90`), None keeps the exact coin;
    `price_buffer` is how many of an offer's usual rises the price stands on top of (0: none).
    """

    markup: Decimal = Decimal("1.6")
    fee_share: Share = Decimal("0.03")
    fee_fixed: Decimal = Decimal(0)
    margin_floor: Share = Decimal("0.15")
    ending: Decimal | None = Decimal("0.90")
    price_buffer: Annotated[Decimal, Field(ge=0, le=3)] = Decimal(1)
    rates: dict[str, Decimal] = {}
    rates_at: UtcTime | None = None
    rates_days: int = 7


class Shop(Model):
    """A shop of the merchant's on one platform; money leaves above `approval_limit` only after a person agreed.

    `price_tolerance` is how much dearer a purchase may have become between deciding and buying, as a part of its cost;
    `facts` are what people decided about it.
    """

    id: ShopId
    name: str
    platform: str
    endpoint: str = ""
    currency: Currency
    locale: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    approval_limit: Money | None = None
    day_cap: Money | None = None
    price_tolerance: Share = Decimal("0.05")
    pricing: Pricing = Pricing()
    paused: bool = False
    facts: tuple[Fact, ...] = ()
    ver: int = 1


class Trouble(Model):
    """How a supplier's interface fails: so many times in a row; nothing is bought before `open_until`."""

    failures: int = 0
    code: str = ""
    open_until: UtcTime | None = None


class Supplier(Model):
    """Someone we buy from; times in seconds and hours are this supplier's own and load-bearing.

    `settle_seconds`: how long after an unclear attempt an order may still appear at the supplier's;
    `ship_hours`: hours from placing to the promised first scan; `fresh_minutes`: how old what we know of an offer may
    be when it is bought; `ships_to`: countries it sends to (none: everywhere); `po_cap` and `day_cap`: the most that
    one purchase and one day may cost there, in its currency; `paused` is the kill switch, `trouble` the breaker;
    `sheet` lays its order sheet out (None: our own columns); `actions` is what a kind of change of its offers calls for
    where that is not the usual (`keeping.ACTIONS`), a price that moves by more than `price_jump` of itself is a jump;
    `looks_per_hour` is how often its site may be asked, `sheet_days` for how many days its price list is bought by;
    `facts` are what people decided about it.
    """

    id: SupplierId
    name: str
    adapter: str
    endpoint: str = ""
    currency: Currency
    locale: str = "zh-CN"
    email: str = ""
    phone: str = ""
    robots: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    shipping: Money
    settle_seconds: int = 900
    ship_hours: int = 48
    fresh_minutes: int = 720
    ships_to: tuple[str, ...] = ()
    po_cap: Money | None = None
    day_cap: Money | None = None
    approved: bool = True
    paused: bool = False
    trouble: Trouble = Trouble()
    options: dict[str, str] = {}
    sheet: SheetLayout | None = None
    actions: dict[ChangeKind, Action] = {}
    price_jump: Annotated[Decimal, Field(gt=0)] = Decimal("0.30")
    looks_per_hour: Annotated[int, Field(gt=0)] = 120
    sheet_days: Annotated[int, Field(ge=1, le=MOST_SHEET_DAYS)] = 14
    facts: tuple[Fact, ...] = ()
    ver: int = 1


class Clause(Model):
    """Who pays when this reason is proved within so many days of delivery."""

    id: str
    reason: CaseReason
    within_days: int
    photos: int = 0
    goods: Payer
    return_freight: Payer


class Agreement(Model):
    """One version of the cooperation agreement with one supplier; a purchase order is settled by the version it
    names.
    """

    supplier: SupplierId
    version: int
    state: AgreementState
    valid_from: UtcTime
    valid_to: UtcTime | None = None
    clauses: tuple[Clause, ...]
    ver: int = 1


class Tier(Model):
    """From this many pieces on, one costs this."""

    quantity: int
    price: Money


class OfferVariant(Model):
    """One thing to buy: `external` is what the supplier calls it; stock None means the supplier does not say."""

    external: str
    options: dict[str, str] = {}
    sku: str = ""
    price: Money
    stock: int | None = None
    image: str = ""
    gtin: str = ""


class Offer(Model):
    """What a supplier sells at one address, as last written: a look that finds the same writes nothing.

    What stands in a price list has an address that we made, and is never looked at.
    `words` and `pictures` name what the page says beside the offer; `work_due` is set while a look is owed beyond the
    offer's own `pace`; `failures` counts the looks that failed since the last good one, the latest at `failed_at`;
    `wanted_at` is when somebody last was about to buy by it; `history` is each variant's prices and stock.
    `picture` is the address of its first picture, `image_hash` what that looks like in 64 bits (hex), where somebody
    wanted to know: the picture was last asked for at `image_asked`.
    """

    id: OfferId
    supplier: SupplierId
    external: str
    url: str
    title: str
    state: OfferState
    variants: tuple[OfferVariant, ...]
    tiers: tuple[Tier, ...] = ()
    minimum: int = 1
    snapshot: str = ""
    collected_at: UtcTime
    etag: str = ""
    words: str = ""
    pictures: str = ""
    gtin: str = ""
    mpn: str = ""
    brand: str = ""
    attributes: dict[str, str] = {}
    picture: str = ""
    image_hash: str = ""
    image_asked: UtcTime | None = None
    pace: Pace = Pace.DAY
    pulse: Pulse | None = None
    wanted_at: UtcTime | None = None
    failures: int = 0
    failed_at: UtcTime | None = None
    history: dict[str, tuple[Point, ...]] = {}
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def in_sheet(self) -> bool:
        """Whether a price list tells of it, so that there is no page to look at."""
        return self.url.startswith(SHEET)

    def variant(self, external: str) -> OfferVariant:
        """The variant with the supplier's name for it; KeyError if it is gone."""
        for variant in self.variants:
            if variant.external == external:
                return variant
        raise KeyError(external)


class Source(Model):
    """Where one variant of ours can be bought.

    `proven` says that it is the same thing beyond doubt (it was listed from there, or a person confirmed it); only
    such a source is bought from without asking when another fails.
    """

    supplier: SupplierId
    offer: OfferId
    external_variant: str
    proven: bool = True


class Variant(Model):
    """One thing we sell, with its price in the shop and why that price."""

    id: VariantId
    options: dict[str, str] = {}
    sku: str
    image: str = ""
    sources: tuple[Source, ...]
    cost: Money | None = None
    price: Money | None = None
    margin: Decimal | None = None
    why: tuple[Reason, ...] = ()


class Told(Model):
    """What a page tells of a product, as one shop would show it."""

    title: str
    description: str = ""
    images: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    variants: tuple[Variant, ...]
    field_sources: dict[str, str] = {}
    url: str
    collected_at: UtcTime


class Waiting(Model):
    """What changed at the supplier's and waits for a person: the listing is held, or taken off sale, until then.

    `told` is the product as its page tells it now; None means that nobody could read the page.
    """

    action: Action
    reasons: tuple[Reason, ...]
    since: UtcTime
    told: Told | None = None


class Product(Told):
    """What one shop sells or will sell, with its listing: `store_product` is the shop's own id once it is listed.

    `markup` is this product's own, None the shop's; `least_price` is the lowest that brand or supplier allow to ask
    (minimum advertised price); `listed` names what the shop was last told to show, and `work_due`
    is set while it has still to be told; `waiting` is a change at the supplier's that a person has to agree to;
    `withdrawn` is a person's word that the shop shows nothing of it until it is listed again.
    """

    id: ProductId
    shop: ShopId
    state: ListingState = ListingState.DRAFT
    problems: tuple[Reason, ...] = ()
    waiting: Waiting | None = None
    markup: Decimal | None = None
    least_price: Money | None = None
    store_product: str = ""
    listed: str = ""
    withdrawn: bool = False
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()


class Mapping(Model):
    """Which of our variants a shop's variant is, and where it can be bought, best source first."""

    shop: ShopId
    store_variant: str
    product: ProductId
    variant: VariantId
    sources: tuple[Source, ...]
    ver: int = 1


class CollectJob(Model):
    """One address to collect, watched while it arrives; `error` says what a person can do about it."""

    id: JobId
    shop: ShopId
    url: str
    state: str = "QUEUED"
    product: ProductId | None = None
    error: Reason | None = None
    created_at: UtcTime
    changed_at: UtcTime
    work_due: UtcTime | None = None
    ver: int = 1


class Scorecard(Model):
    """What one supplier did in one month, as counters."""

    supplier: SupplierId
    month: str
    counts: dict[str, int]
