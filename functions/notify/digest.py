"""Once a day: tell each customer what changed on the way, and say nothing where nothing changed."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import Conflict
from daifa.messages import Room, Wake
from daifa.models.catalog import Shop
from daifa.models.ids import OrderKey
from daifa.models.shipment import Shipment
from daifa.models.states import ShipmentState
from daifa.rules import notices
from daifa.tables.store import Write
from daifa.telemetry import count

# An arrival has a notice of its own, a return is the merchant's to explain, and of no news there is nothing to say.
OVER = {ShipmentState.DELIVERED, ShipmentState.RETURNED, ShipmentState.PENDING}


def digest(app: App) -> dict[str, int]:
    """Owe one daily update to each order with a parcel that moved since its customer last heard."""
    owed = 0
    for shop_id in app.catalog.shops():
        shop = app.catalog.shop(shop_id)
        for key in app.orders.moving(shop_id):
            owed += _update(key, shop, app)
    count("DailyUpdates", owed)
    return {"owed": owed}


def news(shipment: Shipment) -> bool:
    """Whether a scan has come since the customer was last told of this parcel."""
    if shipment.suspect or shipment.state in OVER or not shipment.checkpoints or shipment.told_at is None:
        return False
    return shipment.changed_at > shipment.told_at


def _update(key: OrderKey, shop: Shop, app: App) -> int:
    story = app.orders.story(key)
    fresh = tuple(shipment for shipment in story.shipments if news(shipment))
    if not fresh:
        return 0
    now = app.clock.now()
    notice = notices.daily_update(story.order, fresh, shop.timezone, now)
    heard = [Write(row.model_copy(update={"told_state": row.state, "told_at": now}), row) for row in fresh]
    try:
        app.orders.transact(Write(notice), *heard)
    except Conflict:
        # Today's update is owed already, or a parcel moved this very moment: tomorrow's will say so.
        return 0
    app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=key.shop, order=key.order, id=notice.id))
    return 1
