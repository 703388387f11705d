"""Pay the customer back through the shop, once, and never more than was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aftersales.close import close_if_over, resolved
from daifa.app import App
from daifa.errors import Conflict
from daifa.messages import Room, Wake
from daifa.models.aftersales import Refund
from daifa.models.facts import Fact
from daifa.models.states import RefundState
from daifa.ports import Done, NeverSent, Refused, Unclear
from daifa.rules import notices
from daifa.rules.liability import refund_key
from daifa.rules.lifecycle import REFUND
from daifa.tables.store import Write

# The shop keeps our key for a day and pays it once; asking again sooner than this only makes load.
AGAIN = timedelta(seconds=30)


def pay_back(refund: Refund, app: App) -> None:
    """Look whether the shop has paid this refund already; if not, ask once, under a key it pays only once."""
    if refund.state is RefundState.SETTLED:
        close_if_over(refund.key, refund.case, "system", app)
    if refund.state is not RefundState.PENDING:
        return
    storefront = app.storefront(app.catalog.shop(refund.shop))
    note = f"daifa case {refund.case}"
    paid = next((there for there in storefront.refunds(refund.order) if note in there.note), None)
    if paid is not None:
        _settle(refund, paid.id, app)
        return
    lines = tuple((line.order_line, line.quantity) for line in refund.lines)
    outcome = storefront.refund(refund.order, lines, refund.amount, note, refund_key(refund))
    now = app.clock.now()
    match outcome:
        case Done(reference):
            _settle(refund, reference, app)
        case Refused(code):
            _save(refund, _failed(refund, code, app), app)
        case NeverSent(why) | Unclear(why):
            fact = Fact.of(now, "refund.unclear", why=why)
            change = {"attempts": refund.attempts + 1, "work_due": now + AGAIN, "facts": (*refund.facts, fact)}
            _save(refund, change, app)


def _failed(refund: Refund, code: str, app: App) -> dict[str, Any]:
    fact = Fact.of(app.clock.now(), "refund.failed", code=code, amount=refund.amount)
    return {
        "state": REFUND.check(refund.state, RefundState.FAILED),
        "work_due": None,
        "facts": (*refund.facts, fact),
    }


def _save(refund: Refund, change: dict[str, Any], app: App) -> None:
    app.orders.save(refund.model_copy(update=change), refund)


def _settle(refund: Refund, reference: str, app: App) -> None:
    """The refund is paid: the case is resolved, and the customer hears of it and is asked whether all is well now."""
    case = app.orders.case(refund.key, refund.case)
    order = app.orders.order(refund.key)
    now = app.clock.now()
    settled = refund.model_copy(
        update={
            "state": REFUND.check(refund.state, RefundState.SETTLED),
            "store_refund": reference,
            "work_due": None,
            "facts": (*refund.facts, Fact.of(now, "refund.settled", amount=refund.amount, reference=reference)),
        }
    )
    told = (notices.case_decided(order, case, refund, now), notices.follow_up(order, case, now))
    try:
        app.orders.transact(
            Write(settled, refund), Write(resolved(case, app), case), *(Write(notice) for notice in told)
        )
    except Conflict:
        # Another worker settled it, or the case moved: the sweep comes back to this row if anything is left.
        return
    for notice in told:
        app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=notice.shop, order=notice.order, id=notice.id))
    close_if_over(refund.key, refund.case, "system", app)
