"""Taking a purchase back: at once while nothing was bought, otherwise a wish that the supplier or a person settles."""

from __future__ import annotations

from datetime import datetime, timedelta

from daifa.models.facts import Fact, Reason
from daifa.models.outcomes import Done, NeverSent, Outcome, Refused, Unclear
from daifa.models.purchase import PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.rules.lifecycle import PURCHASE, THERE
from daifa.rules.purchasing import gone_there, nothing_bought
from daifa.rules.telling import told, without

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
    """Cancelled if certainly nobody has it or will send it; otherwise the wish, to be settled once that is known."""
    if PURCHASE.terminal(po.state):
        PURCHASE.check(po.state, PoState.CANCELLED)
    if nothing_bought(po):
        return cancelled(po, by, now)
    if gone_there(po):
        # It was there and is closed: only money that was paid for it is left to come back.
        return given_up(po, Fact.of(now, "purchase.cancelled", by), now)
    if po.cancel_requested:
        return po
    reason = Reason.of("hold.cancel_requested", supplier_order=po.supplier_order)
    return po.model_copy(
        update={
            "cancel_requested": True,
            "undo": None,
            "holds": (*po.holds, reason),
            # Where the supplier has it, the supplier can be asked now.
            "work_due": now if po.state in THERE else po.work_due,
            "facts": (*po.facts, Fact.of(now, "purchase.cancel_requested", by)),
        }
    )


def answered(po: PurchaseOrder, outcome: Outcome, now: datetime) -> PurchaseOrder:
    """What the supplier's answer to our wish proves; what it does not prove is asked again."""
    match outcome:
        case Done():
            return undone(po, "supplier", now)
        case Refused(code, why, values):
            # The supplier's own sentence stands inside ours, with the values that it speaks of.
            said = dict(values) | {"supplier_order": po.supplier_order, "code": code, "answer": why}
            reason = Reason.of("hold.cancel_refused", **said)
            fact = Fact.of(now, "purchase.cancel_refused", "supplier", **said)
            holds = (*without(po, *CANCEL_HOLDS), reason)
            return told(po, fact, undo=Undo.REFUSED, holds=holds, work_due=now)
        case NeverSent() | Unclear():
            return po.model_copy(update={"work_due": now + ASK_AGAIN})


def refund_asked(po: PurchaseOrder, outcome: Outcome, now: datetime) -> PurchaseOrder:
    """What the answer to our wish for the money proves: it is on its way, or the supplier keeps the order."""
    match outcome:
        case Done(reference):
            reason = Reason.of("hold.refund_asked", total=po.total, supplier_order=po.supplier_order)
            fact = Fact.of(now, "purchase.refund_asked", reference=reference, total=po.total)
            due = now + LOOK_FOR_MONEY
            return told(po, fact, undo=Undo.REFUNDING, holds=(*without(po, *CANCEL_HOLDS), reason), work_due=due)
        case _:
            return answered(po, outcome, now)


def undone(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The supplier, or a person who asked there, said that the purchase is cancelled.

    Money that was paid stays a task until it is seen to have come back.
    """
    return given_up(po, Fact.of(now, "purchase.undone", by, supplier_order=po.supplier_order), now)


def given_up(po: PurchaseOrder, fact: Fact, now: datetime) -> PurchaseOrder:
    """The purchase cancelled for this reason, with the task that what was paid for it comes back."""
    owed = refund_due(po)
    due = now + LOOK_FOR_MONEY if owed else None
    state = PURCHASE.check(po.state, PoState.CANCELLED)
    return told(po, fact, state=state, undo=None, holds=owed, work_due=due)


def refund_due(po: PurchaseOrder) -> tuple[Reason, ...]:
    """The hold that stays until the supplier has paid back; none where nothing was paid."""
    if po.payment is not PaymentState.PAID:
        return ()
    return (Reason.of("hold.refund_due", total=po.paid_total or po.total, supplier_order=po.supplier_order),)


def withdrawn(po: PurchaseOrder, by: str, now: datetime) -> PurchaseOrder:
    """The wish to cancel is taken back: the purchase goes on."""
    fact = Fact.of(now, "purchase.cancel_withdrawn", by)
    return told(po, fact, cancel_requested=False, undo=None, holds=without(po, *CANCEL_HOLDS), work_due=now)
