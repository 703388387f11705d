"""What a person's decision makes of a purchase."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from daifa.errors import Conflict, IllegalMove, Rejected
from daifa.models.facts import Fact, Reason
from daifa.models.money import Money, total
from daifa.models.purchase import LineState, PoLine, PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.purchasing import WISHES
from daifa.rules.routing import UNROUTED

# Holds that a person only has to have seen or done something about; the purchase itself is as it should be.
NOTED = {"hold.backordered", "hold.call_supplier", "hold.lines_removed", "hold.lines_rejected", "hold.refund_due"} | {
    *("hold.other_address", "hold.reroute_late", "hold.offer_refund", "hold.address_refused", "hold.closed_there"),
}


def asked_total(verb: str, po: PurchaseOrder) -> Decimal | None:
    """The amount that this verb agrees to: ours, the one the supplier asks for, or that of the changed lines."""
    match verb:
        case "accept-total":
            theirs = their_total(po)
            return theirs.amount if theirs else None
        case "accept-lines":
            return changed(po).total.amount
        case _:
            return po.total.amount


def their_total(po: PurchaseOrder) -> Money | None:
    """What the supplier asks for, as the hold on the row tells it; None if there is no such hold."""
    hold = _hold(po, "hold.other_total")
    try:
        return Money.of(hold.values["exact"], po.total.currency) if hold else None
    except (KeyError, InvalidOperation, ValueError):
        return None


def approved(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The purchase may be bought, or paid, for the total that the person saw."""
    if po.supplier == UNROUTED:
        raise Rejected("purchase.no_supplier")
    if po.cancel_requested:
        # Who agrees to a price does not take back a wish to cancel: that one is settled with the supplier first.
        raise _cannot("purchase", po.state, PoState.READY)
    if po.state in (PoState.SUBMITTED, PoState.ACKNOWLEDGED) and po.payment is PaymentState.UNPAID:
        if _hold(po, "hold.other_total"):
            # What the supplier asks for is another amount: that is agreed to under its own name.
            raise _cannot("payment", po.payment, PaymentState.PAID)
        # The supplier refused our money (an empty account, say); a person has seen to it and says: pay.
        fact = Fact.of(now, "purchase.payment_approved", by, total=po.total)
        return _told(po, fact, holds=_wishes(po), work_due=now)
    if po.state is not PoState.ON_HOLD:
        # Other states become READY only when it is known that nothing was bought; agreeing to a price is no such proof.
        raise _cannot("purchase", po.state, PoState.READY)
    fact = Fact.of(now, "purchase.approved", by, total=po.total)
    state = PURCHASE.check(po.state, PoState.READY)
    return _told(po, fact, state=state, holds=(), approved_by=by, approved_total=po.total, work_due=now)


def total_accepted(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The purchase at the amount that the supplier asks for."""
    theirs, hold = their_total(po), _hold(po, "hold.other_total")
    unpaid = po.payment is PaymentState.UNPAID
    there = po.state in (PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.NEEDS_HUMAN)
    if theirs is None or hold is None or not there or not unpaid:
        raise _cannot("purchase", po.state, PoState.SUBMITTED)
    state = PURCHASE.check(po.state, PoState.SUBMITTED) if po.state is PoState.NEEDS_HUMAN else po.state
    fact = Fact.of(now, "purchase.total_accepted", by, was=po.total, total=theirs)
    holds = tuple(other for other in po.holds if other is not hold)
    reference = po.supplier_order or hold.values.get("supplier_order", "")
    return _told(
        po, fact, state=state, total=theirs, approved_total=theirs, supplier_order=reference, holds=holds, work_due=now
    )


def changed(po: PurchaseOrder) -> PurchaseOrder:
    """The purchase with the lines as the supplier offers them instead; shipping stays."""
    lines = tuple(_as_offered(line) if line.state is LineState.CHANGED else line for line in po.lines)
    kept = [line for line in lines if line.state is not LineState.REJECTED]
    goods = total((line.unit_cost * line.quantity for line in kept), po.total.currency)
    return po.model_copy(update={"lines": lines, "total": goods + po.shipping})


def lines_accepted(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The purchase with the supplier's quantities and prices, agreed to by a person."""
    waiting = po.state in (PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED)
    if not waiting or not any(line.state is LineState.CHANGED for line in po.lines):
        raise _cannot("purchase", po.state, PoState.ACKNOWLEDGED)
    following = changed(po)
    fact = Fact.of(now, "purchase.lines_accepted", by, was=po.total, total=following.total)
    holds = tuple(hold for hold in po.holds if hold.code != "hold.lines_changed")
    return _told(following, fact, holds=holds, approved_total=following.total, work_due=now)


def resolved(po: PurchaseOrder, supplier_order: str, by: str, now: datetime) -> PurchaseOrder:
    """What a person found at the supplier's: the order under its number there, or (empty) that it is not there."""
    if po.state is not PoState.NEEDS_HUMAN:
        # The legal moves of other states are not a person's to make.
        PURCHASE.check(po.state, PoState.NEEDS_HUMAN)
        raise Conflict("purchase.not_waiting", state=po.state.value)
    if supplier_order:
        if _hold(po, "hold.other_total"):
            # It is there for another amount; who takes it agrees to that amount.
            raise _cannot("purchase", po.state, PoState.SUBMITTED)
        fact = Fact.of(now, "purchase.found", by, supplier_order=supplier_order)
        state = PURCHASE.check(po.state, PoState.SUBMITTED)
        # Somebody's wish about it is still to be settled with the supplier.
        return _told(po, fact, state=state, supplier_order=supplier_order, holds=_wishes(po), work_due=now)
    if _hold(po, "hold.cancelled_there"):
        # Its number is used up at the supplier's: it is bought anew under another one (reroute), or not at all.
        raise _cannot("purchase", po.state, PoState.READY)
    fact = Fact.of(now, "purchase.not_there", by)
    state = PURCHASE.check(po.state, PoState.READY)
    return _told(po, fact, state=state, clean=True, holds=(), work_due=now)


def address_waits(po: PurchaseOrder) -> bool:
    """Whether the supplier may still send it to an address that is no longer right."""
    return any(hold.code in ("hold.address_changed", "hold.address_refused") for hold in po.holds)


def noted(po: PurchaseOrder, why: str, by: str, now: datetime) -> PurchaseOrder:
    """A person has seen to what the row was held up for; refused if nothing on it is settled by that alone."""
    left = tuple(hold for hold in po.holds if hold.code not in NOTED)
    if left == po.holds or po.state in (PoState.ON_HOLD, PoState.NEEDS_HUMAN):
        raise _cannot("purchase", po.state, po.state)
    gone = ", ".join(hold.code for hold in po.holds if hold.code in NOTED)
    return _told(po, Fact.of(now, "purchase.noted", by, holds=gone, why=why), holds=left)


def _as_offered(line: PoLine) -> PoLine:
    answer = line.answer
    if answer is None:
        return line
    quantity = line.quantity if answer.quantity is None else answer.quantity
    cost = line.unit_cost if answer.unit_cost is None else answer.unit_cost
    return line.model_copy(update={"quantity": quantity, "unit_cost": cost, "state": LineState.ACCEPTED})


def _hold(po: PurchaseOrder, code: str) -> Reason | None:
    return next((hold for hold in po.holds if hold.code == code), None)


def _wishes(po: PurchaseOrder) -> tuple[Reason, ...]:
    return tuple(hold for hold in po.holds if hold.code in WISHES)


def _cannot(machine: str, state: StrEnum, wanted: StrEnum) -> IllegalMove:
    return IllegalMove("state.illegal_move", machine=machine, state=state.value, wanted=wanted.value)


def _told(po: PurchaseOrder, fact: Fact, **change: Any) -> PurchaseOrder:
    return po.model_copy(update=change | {"facts": (*po.facts, fact)})
