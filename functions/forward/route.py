"""Turn a paid order into purchase orders, once."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import Conflict
from daifa.models.facts import Fact
from daifa.models.ids import OrderKey
from daifa.models.order import Order
from daifa.models.states import OrderState
from daifa.rules import routing
from daifa.tables.store import Write
from forward.reroute import known_for
from forward.revise import revise, take_back
from forward.wake import wake_purchase


def route(key: OrderKey, app: App) -> None:
    """Write the order's purchases, once, together with the order; or follow what the shop changed afterwards."""
    order = app.orders.order(key)
    if order.test:
        return
    if order.state is OrderState.CANCELLED:
        take_back(order, app)
    elif order.state is OrderState.CONFIRMED and order.paid and not order.routed:
        _buy(order, app)
    elif order.routed and order.work_due is not None:
        revise(order, app)


def _buy(order: Order, app: App) -> None:
    # As many pieces as the shop still lets us ship: what was taken back before we saw the order is not bought.
    lines = [line.model_copy(update={"quantity": line.fulfillable}) for line in order.lines if line.fulfillable]
    purchases = routing.route(order, lines, known_for(order, lines, app), app.clock.now())
    routed = order.model_copy(
        update={
            "routed": True,
            "work_due": None,
            "facts": (*order.facts, Fact.of(app.clock.now(), "order.routed", purchases=len(purchases))),
        }
    )
    try:
        app.orders.transact(Write(routed, order), *(Write(purchase) for purchase in purchases))
    except Conflict:
        # Somebody else routed it, or the shop changed it: the next wake-up or sweep sees which.
        return
    for purchase in purchases:
        wake_purchase(purchase, app)
