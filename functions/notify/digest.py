"""Once a day: tell each customer what changed on the way, and say nothing where nothing changed."""

from __future__ import annotations

from datetime import datetime

from daifa.app import App
from daifa.errors import Conflict
from daifa.messages import Room, Wake
from daifa.models.catalog import Shop
from daifa.models.ids import OrderKey
from daifa.models.shipment import Shipment
from daifa.models.states import ShipmentState
from daifa.rules import notices
from daifa.telemetry import count

# Both are told at once by a notice of their own, and end the daily ones.
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
    app.orders.create(notice)
    for shipment in fresh:
        _heard(shipment, now, app)
    app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=key.shop, order=key.order, id=notice.id))
    return 1


def _heard(shipment: Shipment, now: datetime, app: App) -> None:
    try:
        app.orders.save(shipment.model_copy(update={"told_state": shipment.state, "told_at": now}), shipment)
    except Conflict:
        # It moved again this very moment: tomorrow's update will say so.
        return
