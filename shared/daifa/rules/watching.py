"""What a purchase becomes when the supplier's own list shows it otherwise than we hold it."""

from __future__ import annotations

from datetime import datetime

from daifa.models.facts import Fact, Reason
from daifa.models.order import Recipient
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.models.supplied import SupplierOrder
from daifa.rules import purchasing, undoing
from daifa.rules.lifecycle import PAYMENT, PURCHASE, THERE
from daifa.rules.recipients import same_recipient
from daifa.rules.telling import held_up, told, without

ON_ITS_WAY = {PoState.PARTIALLY_SHIPPED, PoState.SHIPPED}


def seen(po: PurchaseOrder, shown: SupplierOrder, recipient: Recipient | None, now: datetime) -> PurchaseOrder:
    """The purchase after its supplier showed it like this; the same object if that is what we know already.

    A row that an attempt holds is left alone, and what waits for a person stays with that person.
    """
    if po.state is PoState.UNKNOWN:
        return purchasing.found(po, shown, recipient, now)
    if po.payment is PaymentState.PAID and shown.refunded:
        po = _refunded(po, now)
    if po.payment in (PaymentState.PAYING, PaymentState.PAYMENT_UNKNOWN) and not shown.paid:
        # First it is found out whether our money is there: what is closed without that could swallow it unseen.
        return po
    if po.state in THERE and shown.state == "cancelled":
        return _closed(po, now)
    if po.state not in THERE | ON_ITS_WAY:
        return po
    if shown.state == "cancelled":
        return held_up(po, Reason.of("hold.closed_there", supplier_order=po.supplier_order), now)
    if shown.total != po.total:
        po = held_up(po, purchasing.other_total(po, shown), now)
    elif shown.paid and po.payment in (PaymentState.UNPAID, PaymentState.PAYMENT_UNKNOWN):
        fact = Fact.of(now, "purchase.paid", total=po.total)
        po = told(po, fact, payment=PAYMENT.check(po.payment, PaymentState.PAID), work_due=now)
    if recipient is not None and shown.recipient is not None and not same_recipient(recipient, shown.recipient):
        po = held_up(po, Reason.of("hold.other_address", supplier_order=po.supplier_order), now)
    return po


def _closed(po: PurchaseOrder, now: datetime) -> PurchaseOrder:
    """Wanted or not, the supplier will not ship it."""
    if po.cancel_requested:
        return undoing.undone(po, "supplier", now)
    reasons = (Reason.of("hold.closed_there", supplier_order=po.supplier_order), *undoing.refund_due(po))
    fact = Fact.of(now, "purchase.rejected", "supplier", code="closed")
    # Due at once: another source may have it.
    change = {"state": PURCHASE.check(po.state, PoState.REJECTED), "holds": reasons, "work_due": now}
    return told(po, fact, **change)


def _refunded(po: PurchaseOrder, now: datetime) -> PurchaseOrder:
    fact = Fact.of(now, "purchase.refunded", total=po.total)
    following = told(
        po,
        fact,
        payment=PAYMENT.check(po.payment, PaymentState.REFUNDED),
        holds=without(po, "hold.refund_due", "hold.refund_asked"),
    )
    if following.state is PoState.CANCELLED:
        return following.model_copy(update={"work_due": None})
    return following
