"""What a person's decision makes of a purchase."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from daifa.errors import Conflict, Rejected
from daifa.models.facts import Fact, Reason
from daifa.models.money import Money, total
from daifa.models.purchase import LineState, PoLine, PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.rules.acknowledgement import ANSWER_HOLDS
from daifa.rules.lifecycle import PURCHASE, THERE, cannot
from daifa.rules.purchasing import WISHES
from daifa.rules.revising import ADDRESS_HOLDS
from daifa.rules.routing import UNROUTED
from daifa.rules.telling import hold_of, told, without

# Holds that a person only has to have seen or done something about; the purchase itself is as it should be.
NOTED = {"hold.backordered", "hold.call_supplier", "hold.lines_removed", "hold.lines_rejected", "hold.refund_due"} | {
    *("hold.other_address", "hold.reroute_late", "hold.offer_refund", "hold.address_refused", "hold.closed_there"),
    *("hold.overpaid", "hold.underpaid"),
}

# Verbs that agree to an amount.
AGREES = {"approve", "accept-total", "accept-lines"}

# Verbs after which a purchase goes on: one that is not paid yet may then be bought or paid.
GOES_ON = {"resolve", "noted", "amended", "keep"}

# Where a purchase stands whose supplier may still show another amount after it was paid.
PAID_THERE = {*THERE, PoState.PARTIALLY_SHIPPED, PoState.SHIPPED}


def lets_money_leave(verb: str, po: PurchaseOrder) -> bool:
    """Whether money may leave by this verb, so that the total that the person saw belongs to what was decided."""
    return verb in AGREES or (verb in GOES_ON and po.payment is PaymentState.UNPAID)


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
    hold = hold_of(po, "hold.other_total")
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
        raise cannot("purchase", po.state, PoState.READY)
    if po.state in THERE and po.payment is PaymentState.UNPAID:
        if hold_of(po, "hold.other_total"):
            # What the supplier asks for is another amount: that is agreed to under its own name.
            raise cannot("payment", po.payment, PaymentState.PAID)
        # The supplier refused our money (an empty account, say); a person has seen to it and says: pay.
        fact = Fact.of(now, "purchase.payment_approved", by, total=po.total)
        # What the supplier said of its lines is not settled by paying.
        said = tuple(hold for hold in po.holds if hold.code in ANSWER_HOLDS)
        return told(po, fact, holds=(*_wishes(po), *said), work_due=now)
    if po.state is not PoState.ON_HOLD:
        # Other states become READY only when it is known that nothing was bought; agreeing to a price is no such proof.
        raise cannot("purchase", po.state, PoState.READY)
    fact = Fact.of(now, "purchase.approved", by, total=po.total)
    state = PURCHASE.check(po.state, PoState.READY)
    return told(po, fact, state=state, holds=(), approved_by=by, approved_total=po.total, work_due=now)


def may_take_their_total(po: PurchaseOrder) -> bool:
    """Whether the amount that the supplier asks for can be agreed to now."""
    if their_total(po) is None:
        return False
    if po.payment is PaymentState.PAID:
        return po.state in PAID_THERE
    return po.payment is PaymentState.UNPAID and po.state in {*THERE, PoState.NEEDS_HUMAN}


def total_accepted(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The purchase at the amount that the supplier asks for; of one that is paid, what is too much or missing stays a
    task.
    """
    theirs, hold = their_total(po), hold_of(po, "hold.other_total")
    if theirs is None or hold is None or not may_take_their_total(po):
        raise cannot("purchase", po.state, PoState.SUBMITTED)
    state = PURCHASE.check(po.state, PoState.SUBMITTED) if po.state is PoState.NEEDS_HUMAN else po.state
    fact = Fact.of(now, "purchase.total_accepted", by, was=po.total, total=theirs)
    holds = without(po, hold.code)
    reference = po.supplier_order or hold.values.get("supplier_order", "")
    change = {"state": state, "total": theirs, "approved_total": theirs, "supplier_order": reference}
    if po.payment is PaymentState.PAID:
        return _settled_later(told(po, fact, **change), po.paid_total or po.total)
    return told(po, fact, **change, holds=holds, work_due=now)


def _settled_later(po: PurchaseOrder, paid: Money) -> PurchaseOrder:
    """The paid purchase with the task of its difference; no call ever pays or asks for a part."""
    holds = without(po, "hold.other_total", "hold.overpaid", "hold.underpaid")
    if paid == po.total:
        return po.model_copy(update={"holds": holds, "paid_total": None})
    more, less = (paid, po.total) if paid > po.total else (po.total, paid)
    code = "hold.overpaid" if paid > po.total else "hold.underpaid"
    task = Reason.of(code, total=po.total, paid=paid, difference=more - less, supplier_order=po.supplier_order)
    return po.model_copy(update={"holds": (*holds, task), "paid_total": paid})


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
        raise cannot("purchase", po.state, PoState.ACKNOWLEDGED)
    following = changed(po)
    fact = Fact.of(now, "purchase.lines_accepted", by, was=po.total, total=following.total)
    return told(following, fact, holds=without(po, "hold.lines_changed"), approved_total=following.total, work_due=now)


def resolved(po: PurchaseOrder, supplier_order: str, by: str, now: datetime) -> PurchaseOrder:
    """What a person found at the supplier's: the order under its number there, or (empty) that it is not there."""
    if po.state is not PoState.NEEDS_HUMAN:
        # The legal moves of other states are not a person's to make.
        PURCHASE.check(po.state, PoState.NEEDS_HUMAN)
        raise Conflict("purchase.not_waiting", state=po.state.value)
    if supplier_order:
        if hold_of(po, "hold.other_total"):
            # It is there for another amount; who takes it agrees to that amount.
            raise cannot("purchase", po.state, PoState.SUBMITTED)
        fact = Fact.of(now, "purchase.found", by, supplier_order=supplier_order)
        state = PURCHASE.check(po.state, PoState.SUBMITTED)
        # Somebody's wish about it is still to be settled with the supplier.
        return told(po, fact, state=state, supplier_order=supplier_order, holds=_wishes(po), work_due=now)
    if hold_of(po, "hold.cancelled_there"):
        # Its number is used up at the supplier's: it is bought anew under another one (reroute), or not at all.
        raise cannot("purchase", po.state, PoState.READY)
    fact = Fact.of(now, "purchase.not_there", by)
    state = PURCHASE.check(po.state, PoState.READY)
    return told(po, fact, state=state, clean=True, holds=(), work_due=now)


def may_be_amended(po: PurchaseOrder) -> bool:
    """Whether a person can have told the supplier the new address; not of a purchase that it may not even have."""
    there = po.state in {*THERE, PoState.PARTIALLY_SHIPPED}
    return there and any(hold.code in ADDRESS_HOLDS for hold in po.holds)


def may_be_noted(po: PurchaseOrder) -> bool:
    """Whether a person's having seen to it settles any of its holds."""
    waiting = po.state in (PoState.ON_HOLD, PoState.NEEDS_HUMAN)
    return not waiting and any(hold.code in NOTED for hold in po.holds)


def refused_lines(po: PurchaseOrder) -> list[PoLine]:
    """Lines that the supplier refused and nobody bought elsewhere yet."""
    return [line for line in po.lines if line.state is LineState.REJECTED and line.replaced_by is None]


def noted(po: PurchaseOrder, why: str, by: str, now: datetime) -> PurchaseOrder:
    """A person has seen to what the row was held up for; refused if nothing on it is settled by that alone."""
    if not may_be_noted(po):
        raise cannot("purchase", po.state, po.state)
    # One line for each, in the words of the hold itself.
    facts = [
        Fact.of(now, "purchase.noted", by, **hold.values | {"what": hold.code, "why": why})
        for hold in po.holds
        if hold.code in NOTED
    ]
    return po.model_copy(update={"holds": without(po, *NOTED), "facts": (*po.facts, *facts)})


def _as_offered(line: PoLine) -> PoLine:
    answer = line.answer
    if answer is None:
        return line
    quantity = line.quantity if answer.quantity is None else answer.quantity
    cost = line.unit_cost if answer.unit_cost is None else answer.unit_cost
    return line.model_copy(update={"quantity": quantity, "unit_cost": cost, "state": LineState.ACCEPTED})


def _wishes(po: PurchaseOrder) -> tuple[Reason, ...]:
    return tuple(hold for hold in po.holds if hold.code in WISHES)
