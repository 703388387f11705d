"""Have a purchase looked at again; if the message is lost, the sweep finds the row."""

from __future__ import annotations

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.purchase import PurchaseOrder


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
