"""Taking a purchase back: at once while nothing was bought, otherwise a wish that the supplier or a person settles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from daifa.models.facts import Fact, Reason
from daifa.models.outcomes import Done, NeverSent, Outcome, Refused, Unclear
from daifa.models.purchase import PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.rules.lifecycle import PURCHASE
from daifa.rules.purchasing import nothing_bought

# What a wish to cancel leaves on the row, and what comes down once it is settled.
CANCEL_HOLDS = {"hold.cancel_requested", "hold.cancel_refused", "hold.refund_asked"}

# A supplier that did not say is asked again after this; money that is to come back is looked for this often.
ASK_AGAIN = timedelta(minutes=5)
LOOK_FOR_MONEY = timedelta(hours=1)


def cancelled(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The purchase cancelled at once; only for one that certainly nobody has."""
    change = {
        "state": PURCHASE.check(po.state, PoState.CANCELLED),
        "holds": (),
        "work_due": None,
        "facts": (*po.facts, Fact.of(now, "purchase.cancelled", by)),
    }
    return po.model_copy(update=change)


def cancel_or_wish(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """Cancelled if certainly nobody has it; otherwise the wish, to be settled once the truth is known."""
    if PURCHASE.terminal(po.state):
        PURCHASE.check(po.state, PoState.CANCELLED)
    if nothing_bought(po):
        return cancelled(po, by, now)
    if po.cancel_requested:
        return po
    reason = Reason.of("hold.cancel_requested", supplier_order=po.supplier_order)
    settled = po.state in (PoState.SUBMITTED, PoState.ACKNOWLEDGED)
    return po.model_copy(
        update={
            "cancel_requested": True,
            "undo": None,
            "holds": (*po.holds, reason),
            # Where the supplier has it, the supplier can be asked now.
            "work_due": now if settled else po.work_due,
            "facts": (*po.facts, Fact.of(now, "purchase.cancel_requested", by)),
        }
    )


def answered(po: PurchaseOrder, outcome: Outcome, now: datetime) -> PurchaseOrder:
    """What the supplier's answer to our wish proves; what it does not prove is asked again."""
    match outcome:
        case Done():
            return undone(po, "supplier", now)
        case Refused(code, why, values):
            reason = Reason.of("hold.cancel_refused", supplier_order=po.supplier_order, code=code)
            told = Reason(code=why, values=values | {"code": code})
            fact = Fact.of(now, "purchase.cancel_refused", "supplier", code=code)
            holds = (*_others(po), reason.model_copy(update={"beat": (told,)}))
            return _noted(po, fact, undo=Undo.REFUSED, holds=holds, work_due=now)
        case NeverSent() | Unclear():
            return po.model_copy(update={"work_due": now + ASK_AGAIN})


def refund_asked(po: PurchaseOrder, outcome: Outcome, now: datetime) -> PurchaseOrder:
    """What the answer to our wish for the money proves: it is on its way, or the supplier keeps the order."""
    match outcome:
        case Done(reference):
            reason = Reason.of("hold.refund_asked", total=po.total, supplier_order=po.supplier_order)
            fact = Fact.of(now, "purchase.refund_asked", reference=reference, total=po.total)
            due = now + LOOK_FOR_MONEY
            return _noted(po, fact, undo=Undo.REFUNDING, holds=(*_others(po), reason), work_due=due)
        case _:
            return answered(po, outcome, now)


def undone(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The supplier, or a person who asked there, said that the purchase is cancelled.

    Money that was paid stays a task until it is seen to have come back.
    """
    owed = po.payment is PaymentState.PAID
    holds = (Reason.of("hold.refund_due", total=po.total, supplier_order=po.supplier_order),) if owed else ()
    fact = Fact.of(now, "purchase.undone", by, supplier_order=po.supplier_order)
    change = {
        "state": PURCHASE.check(po.state, PoState.CANCELLED),
        "undo": None,
        "holds": holds,
        "work_due": now + LOOK_FOR_MONEY if owed else None,
    }
    return _noted(po, fact, **change)


def withdrawn(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The wish to cancel is taken back: the purchase goes on."""
    fact = Fact.of(now, "purchase.cancel_withdrawn", by)
    return _noted(po, fact, cancel_requested=False, undo=None, holds=_others(po), work_due=now)


def _others(po: PurchaseOrder) -> tuple[Reason, ...]:
    return tuple(hold for hold in po.holds if hold.code not in CANCEL_HOLDS)


def _noted(po: PurchaseOrder, fact: Fact, **change: Any) -> PurchaseOrder:
    return po.model_copy(update=change | {"facts": (*po.facts, fact)})
