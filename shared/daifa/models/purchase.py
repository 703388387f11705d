"""Our purchase order at a supplier."""

from __future__ import annotations

from enum import StrEnum

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact, Reason
from daifa.models.ids import (
    OfferId,
    OrderKey,
    PoNumber,
    RecipientId,
    ShopId,
    StoreOrderId,
    SupplierId,
)
from daifa.models.money import Money, total
from daifa.models.order import Quantity
from daifa.models.states import PaymentState, PoState


class LineState(StrEnum):
    """What the supplier said of one line."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    BACKORDERED = "BACKORDERED"
    CHANGED = "CHANGED"
    REJECTED = "REJECTED"
    SHIPPED = "SHIPPED"


# Why a supplier can refuse a line; each has a text (`link.refused.*`), and the merchant's queue shows it.
REFUSALS = ("out_of_stock", "price_changed", "address", "other")


class LineAnswer(Model):
    """A supplier's answer to one line: ACCEPTED, BACKORDERED (`promised` says until when), REJECTED or CHANGED.

    `reason` is one of REFUSALS; `quantity` and `unit_cost` are what a changed line would be, None as we ordered it.
    `said_at` is when the supplier's system says that it was said, None where nobody tells.
    """

    line: str
    state: LineState
    reason: str = ""
    promised: UtcTime | None = None
    quantity: Quantity | None = None
    unit_cost: Money | None = None
    said_at: UtcTime | None = None


class PoLine(Model):
    """What we buy for one line of the order; `unit_cost` is the supplier's price per piece when we decided.

    `answer` is what the supplier last said of it, `shipped` how many pieces are in parcels, `replaced_by` the purchase
    that buys it elsewhere after a refusal.
    """

    order_line: str
    offer: OfferId
    external_offer: str
    external_variant: str
    title: str
    sku: str = ""
    quantity: Quantity
    unit_cost: Money
    state: LineState = LineState.OPEN
    answer: LineAnswer | None = None
    shipped: int = 0
    replaced_by: PoNumber | None = None


class Undo(StrEnum):
    """What the supplier made of our wish to cancel: REFUSED it, or is REFUNDING what was paid."""

    REFUSED = "REFUSED"
    REFUNDING = "REFUNDING"


class Attempt(Model):
    """One try at placing or paying: its id is the claim, its hash names the exact request.

    `counted` is what the claim added to the shop's spending of that day, in the shop's currency.
    """

    id: str
    number: int
    started_at: UtcTime
    request_hash: str
    counted: Money | None = None


class PurchaseOrder(Model):
    """What we buy of one supplier for one order; one partition with the order, one row of its own.

    `clean` says that no attempt has ever been sent; only a clean READY row may be cancelled directly. `approved_total`
    is the most that a person agreed to, `paid_total` what was paid where that is not the total, `checked_at` when
    price, stock and reach were last found right.
    """

    shop: ShopId
    order: StoreOrderId
    order_number: str = ""
    number: PoNumber
    supplier: SupplierId
    group: int
    revision: int = 1
    state: PoState
    payment: PaymentState = PaymentState.UNPAID
    lines: tuple[PoLine, ...]
    shipping: Money
    total: Money
    ship_to: RecipientId
    agreement: int | None = None
    holds: tuple[Reason, ...] = ()
    why: tuple[Reason, ...] = ()
    clean: bool = True
    attempt: Attempt | None = None
    attempts: int = 0
    lookups: int = 0
    supplier_order: str = ""
    cancel_requested: bool = False
    undo: Undo | None = None
    approved_by: str = ""
    approved_total: Money | None = None
    paid_total: Money | None = None
    checked_at: UtcTime | None = None
    reminded: int = 0
    ship_by: UtcTime | None = None
    promised: UtcTime | None = None
    work_due: UtcTime | None = None
    created_at: UtcTime
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order that this purchase serves."""
        return OrderKey(self.shop, self.order)

    @property
    def goods(self) -> Money:
        """The cost of the lines without shipping."""
        return total((line.unit_cost * line.quantity for line in self.lines), self.total.currency)
