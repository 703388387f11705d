"""One step for one row: what it is decides who takes it on, and a row with nothing to do is left alone."""

from __future__ import annotations

from daifa.app import App
from daifa.messages import Wake
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber, SupplierId
from daifa.models.purchase import PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.rules import purchasing
from daifa.rules.deciding import refused_lines
from daifa.rules.lifecycle import THERE
from forward.cancel import cancel, look_for_money, undo
from forward.compare import compare
from forward.follow import follow
from forward.look_up import abandon, look_up, look_up_payment
from forward.pay import pay
from forward.place import place
from forward.reconcile import check, reconcile
from forward.reroute import failover, replace_refused
from forward.revise import amend, wants_amending
from forward.route import route
from forward.wake import saved


def advance(wake: Wake, app: App, remaining: float) -> None:
    """Bring one order or purchase a step further, or compare one side's books with ours; safe to call any number of
    times, from anywhere. `remaining` is how many seconds this function may still live.
    """
    deadline = app.clock.monotonic() + remaining
    match wake.kind:
        case "order":
            route(wake.key, app)
        case "purchase":
            step(app.orders.purchase(wake.key, PoNumber(wake.id)), app, deadline)
        case "check":
            check(app.orders.purchase(wake.key, PoNumber(wake.id)), app)
        case "supplier":
            reconcile(SupplierId(wake.id), app)
        case "compare":
            compare(wake, app)


def step(po: PurchaseOrder, app: App, deadline: float) -> None:
    """What this purchase needs next."""
    now = app.clock.now()
    match po.state:
        case _ if _payment_unclear(po, app):
            look_up_payment(po, app)
        case PoState.READY if po.cancel_requested:
            _cancel_ready(po, app)
        case PoState.READY:
            place(po, app, deadline)
        case PoState.SUBMITTING if purchasing.stale(po, now):
            abandon(po, app)
        case PoState.UNKNOWN:
            look_up(po, app)
        case PoState.REJECTED if po.work_due is not None:
            failover(po, app)
        case PoState.CANCELLED if po.payment is PaymentState.PAID and po.work_due is not None:
            look_for_money(po, app)
        case PoState.SUBMITTED | PoState.ACKNOWLEDGED | PoState.PARTIALLY_SHIPPED:
            _there(po, app, deadline)
        case PoState.SHIPPED if po.work_due is not None:
            _shipped(po, app)
        case _:
            pass


def _there(po: PurchaseOrder, app: App, deadline: float) -> None:
    """The supplier has it: settle what is wanted otherwise, pay, buy refused lines elsewhere, keep an eye on it."""
    if po.state in THERE and po.cancel_requested and po.undo is not Undo.REFUSED:
        if po.payment is not PaymentState.PAYING and _due(po, app):
            undo(po, app)
        return
    if wants_amending(po) and _due(po, app) and amend(po, app):
        return
    if po.payment is PaymentState.UNPAID and not po.holds and _pays_apart(po, app):
        pay(po, app, deadline)
        return
    if refused_lines(po) and _due(po, app) and replace_refused(po, app):
        return
    follow(po, app)


def _shipped(po: PurchaseOrder, app: App) -> None:
    """All that was accepted is under way; what was refused is bought elsewhere, or waits for a person."""
    if not (refused_lines(po) and replace_refused(po, app)):
        app.orders.save(po.model_copy(update={"work_due": None}), po)


def _cancel_ready(po: PurchaseOrder, app: App) -> None:
    """The wish came while nobody knew; now it is known that nothing was bought, or a person has to find out."""
    if purchasing.nothing_bought(po):
        cancel(po, "system", app)
    else:
        reason = Reason.of("hold.cannot_ask", supplier=app.catalog.supplier(po.supplier).name)
        saved(purchasing.for_a_person(po, reason, app.clock.now()), po, app)


def _due(po: PurchaseOrder, app: App) -> bool:
    return po.work_due is not None and po.work_due <= app.clock.now()


def _payment_unclear(po: PurchaseOrder, app: App) -> bool:
    if po.payment is PaymentState.PAYING:
        return purchasing.stale(po, app.clock.now())
    return po.payment is PaymentState.PAYMENT_UNKNOWN


def _pays_apart(po: PurchaseOrder, app: App) -> bool:
    return app.supplier(app.catalog.supplier(po.supplier)).capabilities.pays_apart
