"""When something is wrong: the case, who pays, and the two linked sums of money."""

from __future__ import annotations

from enum import StrEnum

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact, Reason
from daifa.models.ids import (
    CaseId,
    OrderKey,
    PoNumber,
    ShopId,
    StoreOrderId,
    SupplierId,
)
from daifa.models.money import Money
from daifa.models.order import Quantity
from daifa.models.states import CaseState, ClaimState, RefundState


class CaseReason(StrEnum):
    """What the customer says is wrong; the agreement's clauses speak of these."""

    DAMAGED = "DAMAGED"
    WRONG_ITEM = "WRONG_ITEM"
    MISSING = "MISSING"
    QUALITY = "QUALITY"
    NOT_RECEIVED = "NOT_RECEIVED"
    CHANGED_MIND = "CHANGED_MIND"


class Payer(StrEnum):
    """Who bears a cost."""

    SUPPLIER = "SUPPLIER"
    MERCHANT = "MERCHANT"
    CUSTOMER = "CUSTOMER"


class CaseLine(Model):
    """How many pieces of an order line the case is about."""

    order_line: str
    quantity: Quantity


class Liability(Model):
    """Who pays what, by which clause of which agreement version; amounts in the order's and the supplier's currency."""

    agreement: int | None
    clause: str
    goods: Payer
    return_freight: Payer
    refund: Money
    claim: Money
    why: tuple[Reason, ...]


class Photo(Model):
    """A picture given as evidence: its key in the media bucket and the SHA-256 of its bytes."""

    key: str
    sha256: str
    content_type: str


class Case(Model):
    """One complaint about one purchase order of one order."""

    shop: ShopId
    order: StoreOrderId
    order_number: str = ""
    id: CaseId
    po: PoNumber
    supplier: SupplierId
    reason: CaseReason
    lines: tuple[CaseLine, ...]
    description: str = ""
    photos: tuple[Photo, ...] = ()
    state: CaseState = CaseState.OPEN
    liability: Liability | None = None
    opened_at: UtcTime
    opened_by: str
    due: UtcTime | None = None
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order that this case is about."""
        return OrderKey(self.shop, self.order)


class Refund(Model):
    """Money back to the customer for one case; `store_refund` is the shop's own id once it is paid."""

    shop: ShopId
    order: StoreOrderId
    order_number: str = ""
    case: CaseId
    amount: Money
    lines: tuple[CaseLine, ...]
    state: RefundState = RefundState.PENDING
    store_refund: str = ""
    attempts: int = 0
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order that is refunded."""
        return OrderKey(self.shop, self.order)


class Claim(Model):
    """Money we ask of the supplier for one case, linked to the refund of the same case."""

    shop: ShopId
    order: StoreOrderId
    order_number: str = ""
    case: CaseId
    po: PoNumber
    supplier: SupplierId
    amount: Money
    accepted: Money | None = None
    state: ClaimState = ClaimState.DRAFT
    reference: str = ""
    created_at: UtcTime
    submitted_at: UtcTime | None = None
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order that the claim comes from."""
        return OrderKey(self.shop, self.order)
