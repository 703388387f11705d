"""What a parcel's state means for everyone else: the customer's letters, the purchase, the order, the scorecard."""

from __future__ import annotations

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.facts import Fact
from daifa.models.ids import OrderKey
from daifa.models.shipment import Shipment, ShopTold
from daifa.models.states import OrderState, PoState, ShipmentState
from daifa.models.words import Notice
from daifa.rules import notices
from daifa.rules.lifecycle import ORDER, PURCHASE
from daifa.tables.store import Write

OVER = {PoState.CLOSED, PoState.CANCELLED}


def settle(shipment: Shipment, app: App) -> None:
    """Owe the letters this parcel calls for, and close what its arrival completes; all of it safe to repeat."""
    if shipment.suspect:
        return
    order = app.orders.order(shipment.key)
    now = app.clock.now()
    arrived = shipment.state is ShipmentState.DELIVERED
    # Of a parcel that is there already nobody needs to hear that it left.
    if shipment.carrier and shipment.told_state is None and not arrived:
        _owe(notices.shipped(order, shipment, now), app)
        told = {"told_state": shipment.state, "told_at": now}
        shipment = app.orders.save(shipment.model_copy(update=told), shipment)
    if not arrived:
        return
    if shipment.told_state is not ShipmentState.DELIVERED:
        _owe(notices.delivered(order, shipment, now), app)
        # A shop that may not know of the parcel yet is still to be asked.
        due = shipment.work_due if shipment.shop_told is ShopTold.TELLING else None
        told = {"told_state": shipment.state, "told_at": now, "work_due": due}
        app.orders.save(shipment.model_copy(update=told), shipment)
    _close(shipment, app)
    app.queues.wake(Room.AFTERSALES, Wake(kind="shipment", shop=shipment.shop, order=shipment.order, id=shipment.id))


def _owe(notice: Notice, app: App) -> None:
    app.orders.create(notice)
    app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=notice.shop, order=notice.order, id=notice.id))


def _close(shipment: Shipment, app: App) -> None:
    story = app.orders.story(shipment.key)
    po = next(purchase for purchase in story.purchases if purchase.number == shipment.po)
    mine = [parcel for parcel in story.shipments if parcel.po == po.number]
    if po.state is PoState.CLOSED:
        _complete(shipment.key, app)
    if po.state is not PoState.SHIPPED or any(parcel.state is not ShipmentState.DELIVERED for parcel in mine):
        return
    now = app.clock.now()
    closed = po.model_copy(
        update={
            "state": PURCHASE.check(po.state, PoState.CLOSED),
            "work_due": None,
            "facts": (*po.facts, Fact.of(now, "purchase.closed")),
        }
    )
    first_scan = min((parcel.checkpoints[0].at for parcel in mine if parcel.checkpoints), default=now)
    on_time = po.ship_by is None or first_scan <= po.ship_by
    month = now.strftime("%Y-%m")
    # Who loses a race here comes back with the message and finds the purchase closed, or closes it then.
    app.orders.transact(
        Write(closed, po),
        app.catalog.scored(po.supplier, month, **{"shipped_on_time" if on_time else "shipped_late": 1}),
    )
    _complete(shipment.key, app)


def _complete(key: OrderKey, app: App) -> None:
    """Complete the order once all its purchases are over, read afresh: two that close at once both see it."""
    if any(po.state not in OVER for po in app.orders.purchases(key)):
        return
    order = app.orders.order(key)
    if order.state is OrderState.CONFIRMED:
        change = {
            "state": ORDER.check(order.state, OrderState.COMPLETED),
            "facts": (*order.facts, Fact.of(app.clock.now(), "order.completed")),
        }
        app.orders.save(order.model_copy(update=change), order)
