"""After a purchase stands at the supplier: tell who must know, and keep an eye on it until it ships."""

from __future__ import annotations

from datetime import datetime, timedelta

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.facts import Fact
from daifa.models.purchase import PurchaseOrder
from daifa.rules import notices
from daifa.tables.store import Write

# How often a supplier with an API is asked for parcels while none has come; push and schedule make it faster.
LOOK_AGAIN = timedelta(minutes=30)

# A reminder a day is what a supplier reads; more is noise (each names how many came before).
REMIND_AGAIN = timedelta(hours=24)


def follow(po: PurchaseOrder, app: App) -> None:
    """Owe the supplier's notices, have tracking look for parcels, remind when the ship-by time has passed."""
    supplier = app.catalog.supplier(po.supplier)
    now = app.clock.now()
    for notice in notices.purchase_placed(po, supplier, now):
        if app.orders.create(notice):
            app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=po.shop, order=po.order, id=notice.id))
    by_api = app.supplier(supplier).capabilities.ships_by_api
    if by_api:
        app.queues.wake(Room.TRACKING, Wake(kind="purchase", shop=po.shop, order=po.order, id=po.number))
    if po.work_due is not None and po.work_due > now:
        return
    remind_at = _remind_at(po)
    late = remind_at is not None and remind_at <= now
    # A late supplier with an API is still asked every half hour: the parcel may leave right after the reminder.
    due = now + LOOK_AGAIN if by_api else (now + REMIND_AGAIN if late else remind_at)
    following = po.model_copy(update={"work_due": due})
    if not late:
        app.orders.save(following, po)
        return
    reminders = notices.reminder(po, supplier, now)
    fact = Fact.of(now, "purchase.reminded", count=po.reminded + 1, ship_by=po.ship_by)
    following = following.model_copy(update={"reminded": po.reminded + 1, "facts": (*po.facts, fact)})
    app.orders.transact(Write(following, po), *(Write(notice) for notice in reminders))
    for notice in reminders:
        app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=po.shop, order=po.order, id=notice.id))


def _remind_at(po: PurchaseOrder) -> datetime | None:
    """When the next reminder is due: at the ship-by time, then a day after the one before."""
    last = next((fact.at for fact in reversed(po.facts) if fact.code == "purchase.reminded"), None)
    return last + REMIND_AGAIN if last else po.ship_by
