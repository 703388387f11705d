"""The four kinds of outside party, each as one Protocol; what calls prove is in `models.outcomes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from daifa.clock import Clock
from daifa.http import Http
from daifa.models.collected import CollectedProduct
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient, StoreOrder
from daifa.models.outcomes import Done, NeverSent, Outcome, Refused, Unclear
from daifa.models.purchase import LineAnswer
from daifa.models.sheet import SheetLayout
from daifa.models.shipment import Goods, ShippedLine, TrackReading
from daifa.models.supplied import Quote, QuotedLine, SupplierOrder
from daifa.models.words import Outgoing

# What a call proves belongs to the contract, so adapters take it from here, too.
__all__ = [
    "Capabilities", "Carrier", "Channel", "Done", "Ignored", "Listed", "ListingRequest", "ListingVariant",
    "NeverSent", "OfferPage", "OfferReader", "OfferSearch", "OrderHint", "OrderSeen", "Outcome", "PurchaseLine",
    "PurchaseRequest", "Quote", "QuotedLine", "Refused", "StoreEvent", "StoreFulfilment", "StoreRefund", "Storefront",
    "Supplier", "SupplierNews", "SupplierOrder", "SupplierParcel", "Unclear", "Wire",
]  # fmt: skip


@dataclass(frozen=True)
class Wire:
    """What the composition root hands every adapter: whom it speaks for, where to, with which secret and which
    hands; `sheet` is how this supplier wants its order sheet laid out.
    """

    id: str
    endpoint: str
    secret: Mapping[str, Any]
    http: Http
    clock: Clock
    locale: str = "zh-CN"
    options: Mapping[str, str] = field(default_factory=dict)
    mail: Channel | None = None
    sheet: SheetLayout | None = None


# --- storefronts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderSeen:
    """The event carries the whole order."""

    order: StoreOrder


@dataclass(frozen=True)
class OrderHint:
    """Something about this order changed: fetch it."""

    order: str


@dataclass(frozen=True)
class Ignored:
    """Nothing here concerns us; `why` is for the log."""

    why: str


StoreEvent = OrderSeen | OrderHint | Ignored


@dataclass(frozen=True)
class ListingVariant:
    """One variant to list: our variant id travels along so that the shop's id can be mapped back to it."""

    variant: str
    sku: str
    options: Mapping[str, str]
    price: Money
    image: str = ""


@dataclass(frozen=True)
class ListingRequest:
    """A product to create (`store_product` empty) or replace in the shop; the description is sanitised HTML."""

    product: str
    store_product: str
    title: str
    description: str
    options: tuple[str, ...]
    images: tuple[str, ...]
    variants: tuple[ListingVariant, ...]


@dataclass(frozen=True)
class Listed:
    """What the shop made of it: its product id and, for each of our variant ids, its own variant id."""

    store_product: str
    variants: Mapping[str, str]


@dataclass(frozen=True)
class StoreFulfilment:
    """A fulfilment as the shop holds it."""

    id: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class StoreRefund:
    """A refund as the shop holds it; `note` is what we wrote when we made it."""

    id: str
    amount: Money
    note: str


class Storefront(Protocol):
    """A shop the merchant sells in. Reading methods raise Retry when the shop can't answer now, Rejected when it
    never will.
    """

    def read_event(self, topic: str, body: bytes) -> StoreEvent:
        """What a verified webhook body says; Rejected if it cannot be an event of this topic."""

    def order(self, order: str) -> StoreOrder:
        """The order as it stands in the shop now; NotFound if there is none."""

    def orders_since(self, moment: datetime) -> Iterator[StoreOrder]:
        """Every order changed since then, oldest change first."""

    def publish(self, request: ListingRequest) -> Listed:
        """Create or replace the product so that the shop shows exactly this; safe to repeat."""

    def unlist(self, store_product: str) -> None:
        """Take the product off sale without deleting it, until it is published again; NotFound if there is none."""

    def fulfil(self, order: str, lines: tuple[ShippedLine, ...], company: str, number: str, url: str) -> Outcome:
        """Tell the shop that these pieces travel under this tracking number."""

    def fulfilments(self, order: str) -> tuple[StoreFulfilment, ...]:
        """What the shop already knows to be shipped of this order."""

    def refund(self, order: str, lines: tuple[tuple[str, int], ...], amount: Money, note: str, key: str) -> Outcome:
        """Pay this much back to the customer; the same `key` never pays twice."""

    def refunds(self, order: str) -> tuple[StoreRefund, ...]:
        """What the shop already paid back of this order."""


# --- suppliers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Capabilities:
    """What a supplier can do; the purchase protocol obeys it.

    `lookup`: can be asked by our own number; `pays_apart`: create and pay are two calls; `late_bound`: how long after
    a call its effect may still land; `max_number`: longest PO number it keeps whole; `same_number`: by contract the
    same number never makes a second order; `quotes`: says price, stock and reach before the purchase; `lists`: tells
    its recent orders; `cancels`, `refunds`, `amends`: takes such a wish by a call.
    """

    lookup: bool
    pays_apart: bool
    cancels: bool
    late_bound: timedelta
    max_number: int
    ships_by_api: bool
    takes_token: bool = False
    same_number: bool = False
    quotes: bool = False
    lists: bool = False
    refunds: bool = False
    amends: bool = False


@dataclass(frozen=True)
class PurchaseLine:
    """One thing to buy, in the supplier's own names."""

    line: str
    offer: str
    variant: str
    title: str
    sku: str
    quantity: int
    unit_cost: Money


@dataclass(frozen=True)
class PurchaseRequest:
    """One purchase order ready to send; `link` is the supplier's signed page for it."""

    number: PoNumber
    lines: tuple[PurchaseLine, ...]
    shipping: Money
    total: Money
    recipient: Recipient
    merchant: str
    supplier_email: str
    link: str
    ship_by: datetime | None = None


@dataclass(frozen=True)
class SupplierParcel:
    """A parcel the supplier says it handed over, with our `lines` or with `goods` under the supplier's names; with
    neither it holds all that is left of the purchase.
    """

    carrier: str
    number: str
    lines: tuple[ShippedLine, ...] = ()
    goods: tuple[Goods, ...] = ()


@dataclass(frozen=True)
class SupplierNews:
    """What a supplier pushed about one purchase, named by our `number` or else by its `reference`.

    Without answers and parcels it is a hint: look. What is in it comes under the supplier's own signature.
    """

    number: str = ""
    reference: str = ""
    answers: tuple[LineAnswer, ...] = ()
    parcels: tuple[SupplierParcel, ...] = ()


class Supplier(Protocol):
    """A supplier we buy from. Methods that move money or goods return an Outcome and never raise for what the supplier
    did; reading methods raise Retry when it can't say now.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this supplier can do."""

    def quote(self, request: PurchaseRequest) -> Quote:
        """What this purchase would cost now and why it could not be made; nothing is bought or reserved."""

    def place(self, request: PurchaseRequest) -> Outcome:
        """One call, no retry: buy exactly this under our own number."""

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """The purchase under our own number, or None if the supplier says it has none."""

    def recent(self, since: datetime) -> Iterator[SupplierOrder]:
        """Every purchase of the merchant's account made or changed since then, in any order."""

    def pay(self, reference: str, amount: Money) -> Outcome:
        """One call, no retry: pay this purchase from the merchant's account."""

    def cancel(self, reference: str) -> Outcome:
        """Ask that this purchase be undone: Done is cancelled, Refused stands; safe to repeat."""

    def refund(self, reference: str, amount: Money) -> Outcome:
        """Ask for the money of a paid purchase that will not be shipped; Done is asked for, not yet paid back."""

    def amend(self, reference: str, recipient: Recipient) -> Outcome:
        """Have this purchase sent to somebody else: Done is changed, Refused stands; safe to repeat."""

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """What has been handed to carriers so far."""

    def read_push(self, headers: Mapping[str, str], body: bytes) -> tuple[SupplierNews, ...]:
        """What a pushed message says; Unauthenticated unless the supplier signed it (header names in lower case)."""

    def push_answer(self) -> bytes:
        """The body that the supplier wants to read when a push was taken."""


class OfferReader(Protocol):
    """A supplier whose own interface tells what it sells, so that no page need be read."""

    def collect(self, offer_id: str) -> CollectedProduct:
        """The offer as it stands now; Rejected or NotFound if there is none, Retry if the supplier can't say."""


@dataclass(frozen=True)
class OfferPage:
    """A page of offers by their addresses, each with its title; `more` says that there is another page."""

    offers: tuple[tuple[str, str], ...]
    more: bool


class OfferSearch(Protocol):
    """A supplier whose own interface finds what it sells by words."""

    def search(self, words: str, page: int) -> OfferPage:
        """The offers of this page (from 1 on) for these words; Rejected if it will not, Retry if it can't say."""


# --- carriers ---------------------------------------------------------------------------------------------------


class Carrier(Protocol):
    """A tracking service."""

    def recognise(self, number: str) -> str:
        """The company code this number most likely belongs to; Rejected if none does."""

    def subscribe(self, number: str, carrier: str, phone_tail: str, callback: str) -> None:
        """Ask to be pushed every scan of this number; an existing subscription is fine."""

    def query(self, number: str, carrier: str, phone_tail: str) -> TrackReading:
        """What is known of this number now; NotFound if nothing yet, Retry if the service can't say."""

    def read_push(self, form: Mapping[str, str]) -> TrackReading:
        """The reading in a pushed callback; Unauthenticated unless its signature is right."""

    def push_answer(self) -> bytes:
        """The body, JSON, that the service wants to read when a push was taken."""

    def tracking_page(self, number: str, carrier: str) -> str:
        """A public page where a person can follow this number."""


# --- channels ---------------------------------------------------------------------------------------------------


class Channel(Protocol):
    """A way for words to leave."""

    def send(self, message: Outgoing) -> Outcome:
        """One call, no retry: say this; Done carries the channel's own id for it."""
