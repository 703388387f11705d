"""Write a purchase and have whoever is next look at it; if the message is lost, the sweep finds the row."""

from __future__ import annotations

from collections.abc import Sequence

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.tables.orders import unspent
from daifa.tables.store import Write


def wake_purchase(po: PurchaseOrder, app: App) -> None:
    """Wake this room for a purchase when its next step is due; nothing for one without work."""
    if po.work_due is None:
        return
    left = (po.work_due - app.clock.now()).total_seconds()
    # A second more, so that the message never comes before the row's own time.
    delay = int(left) + 1 if left > 0 else 0
    app.queues.wake(Room.FORWARD, Wake(kind="purchase", shop=po.shop, order=po.order, id=po.number), delay)


def saved(following: PurchaseOrder, was: PurchaseOrder, app: App) -> PurchaseOrder:
    """Write the purchase over the version that was read and have it looked at when it is due."""
    written = app.orders.save(following, was)
    wake_purchase(written, app)
    return written


def saved_unspent(following: PurchaseOrder, was: PurchaseOrder, app: App) -> PurchaseOrder:
    """The same for a purchase that was proved never bought: what its attempt counted as spent is taken back with it."""
    app.orders.transact(Write(following, was), *unspent(was))
    written = following.model_copy(update={"ver": was.ver + 1})
    wake_purchase(written, app)
    return written


def saved_with_parcels(following: PurchaseOrder, was: PurchaseOrder, made: Sequence[Shipment], app: App) -> None:
    """Write the purchase with the parcels that left, all or nothing, and have each parcel followed."""
    app.orders.transact(Write(following, was), *(Write(shipment) for shipment in made))
    for shipment in made:
        wake_tracking(shipment, app)


def wake_tracking(shipment: Shipment, app: App) -> None:
    """Have this parcel followed."""
    app.queues.wake(Room.TRACKING, Wake(kind="shipment", shop=shipment.shop, order=shipment.order, id=shipment.id))
