"""Pay a placed purchase where the supplier splits create from pay: the same five rules as for placing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from daifa.app import App
from daifa.errors import Conflict
from daifa.models.facts import Fact, Reason
from daifa.models.purchase import Attempt, PurchaseOrder
from daifa.models.states import PaymentState
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear
from daifa.rules.lifecycle import PAYMENT
from daifa.telemetry import log
from forward.place import CALL_BUDGET, later, still_due
from forward.route import wake_purchase


def pay(po: PurchaseOrder, app: App, remaining: float) -> None:
    """Claim the payment, call once, record what is proved; a purchase that someone wants cancelled is not paid."""
    supplier = app.catalog.supplier(po.supplier)
    if po.cancel_requested or supplier.paused or remaining < CALL_BUDGET:
        later(po, app)
        return
    now = app.clock.now()
    attempt = Attempt(
        id=app.ids.new(), number=po.attempts + 1, started_at=now, request_hash=f"pay:{po.supplier_order}:{po.total}"
    )
    claimed = po.model_copy(
        update={
            "payment": PAYMENT.check(po.payment, PaymentState.PAYING),
            "attempt": attempt,
            "attempts": attempt.number,
            "work_due": still_due(po, now),
        }
    )
    try:
        claimed = app.orders.save(claimed, po)
    except Conflict:
        return
    record(claimed, app.supplier(supplier).pay(po.supplier_order, po.total), supplier.settle_seconds, app)


def record(po: PurchaseOrder, outcome: Outcome, settle_seconds: int, app: App) -> None:
    """Write what the attempt proved, unless a sweep took its claim away: then the look-up will find this payment."""
    try:
        saved = app.orders.save(po.model_copy(update=_after(po, outcome, settle_seconds, app)), po)
    except Conflict:
        there = app.orders.purchase(po.key, po.number)
        mine = there.attempt is not None and po.attempt is not None and there.attempt.id == po.attempt.id
        if mine and there.payment is PaymentState.PAYING:
            # Somebody noted something else meanwhile (the supplier accepted, say); the claim is still ours.
            record(there, outcome, settle_seconds, app)
            return
        log.warning("payment lost its claim", extra={"po": po.number, "outcome": type(outcome).__name__})
        return
    if saved.work_due is not None:
        wake_purchase(saved, app, max(0, int((saved.work_due - app.clock.now()).total_seconds()) + 1))


def _after(po: PurchaseOrder, outcome: Outcome, settle_seconds: int, app: App) -> dict[str, Any]:
    now = app.clock.now()
    holds = po.holds
    due: datetime | None
    match outcome:
        case Done():
            payment, due, fact = PaymentState.PAID, still_due(po, now), Fact.of(now, "purchase.paid", total=po.total)
        case Refused(code, why, values):
            payment, due = PaymentState.UNPAID, None
            fact = Fact.of(now, "purchase.payment_refused", code=code)
            holds = (*po.holds, Reason(code=why, values=values | {"code": code}))
        case NeverSent(why):
            payment, due = PaymentState.UNPAID, now + timedelta(seconds=60)
            fact = Fact.of(now, "purchase.never_sent", why=why)
        case Unclear(why):
            payment, due = PaymentState.PAYMENT_UNKNOWN, now + timedelta(seconds=settle_seconds)
            fact = Fact.of(now, "purchase.payment_unknown", why=why)
    return {
        "payment": PAYMENT.check(po.payment, payment),
        "lookups": 0,
        "holds": holds,
        "work_due": due,
        "facts": (*po.facts, fact),
    }
