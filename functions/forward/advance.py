"""One step for one row: what it is decides who takes it on, and a row with nothing to do is left alone."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.messages import Wake
from daifa.models.ids import PoNumber
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PaymentState, PoState
from forward.follow import follow
from forward.look_up import abandon, look_up, look_up_payment
from forward.pay import pay
from forward.place import place
from forward.route import cancel, route

# Longer than the function can live (60 s), twice the clock skew we allow between machines (5 s), and a margin: after
# this, nobody who holds the claim can still be speaking to the supplier.
LEASE = timedelta(seconds=60 + 2 * 5 + 20)


def advance(wake: Wake, app: App, remaining: float) -> None:
    """Bring one order or purchase a step further; safe to call any number of times, from anywhere."""
    if wake.kind == "order":
        route(wake.key, app)
        return
    po = app.orders.purchase(wake.key, PoNumber(wake.id))
    match po.state:
        case PoState.READY if po.cancel_requested:
            # The wish came while nobody knew; now it is known that nothing was bought.
            cancel(po, "system", app)
        case PoState.READY:
            place(po, app, remaining)
        case PoState.SUBMITTING if _stale(po, app):
            abandon(po, app)
        case PoState.UNKNOWN:
            look_up(po, app)
        case PoState.SUBMITTED | PoState.ACKNOWLEDGED if _wants_payment(po, app):
            pay(po, app, remaining)
        case PoState.SUBMITTED | PoState.ACKNOWLEDGED if _payment_unclear(po, app):
            look_up_payment(po, app)
        case PoState.SUBMITTED | PoState.ACKNOWLEDGED | PoState.PARTIALLY_SHIPPED:
            follow(po, app)
        case _:
            pass


def _stale(po: PurchaseOrder, app: App) -> bool:
    return po.attempt is not None and app.clock.now() - po.attempt.started_at > LEASE


def _wants_payment(po: PurchaseOrder, app: App) -> bool:
    return po.payment is PaymentState.UNPAID and not po.holds and _pays_apart(po, app)


def _payment_unclear(po: PurchaseOrder, app: App) -> bool:
    if po.payment is PaymentState.PAYING:
        return _stale(po, app)
    return po.payment is PaymentState.PAYMENT_UNKNOWN


def _pays_apart(po: PurchaseOrder, app: App) -> bool:
    return app.supplier(app.catalog.supplier(po.supplier)).capabilities.pays_apart
