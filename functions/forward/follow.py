"""After a purchase stands at the supplier: tell who must know, and climb the ladder while it does not ship."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.purchase import PurchaseOrder
from daifa.models.words import Notice
from daifa.rules import escalation, notices
from daifa.rules.escalation import Step
from daifa.tables.store import Write

# How often a supplier with an API is asked for parcels while none has come; push and schedule make it faster.
LOOK_AGAIN = timedelta(minutes=30)


def follow(po: PurchaseOrder, app: App) -> None:
    """Owe the supplier's notices, have tracking look for parcels, and do what the ship-by clock calls for by now."""
    supplier = app.catalog.supplier(po.supplier)
    now = app.clock.now()
    for notice in notices.purchase_placed(po, supplier, now):
        if app.orders.create(notice):
            _wake(notice, app)
    by_api = app.supplier(supplier).capabilities.ships_by_api
    if by_api:
        app.queues.wake(Room.TRACKING, Wake(kind="purchase", shop=po.shop, order=po.order, id=po.number))
    if po.work_due is not None and po.work_due > now:
        return
    owed: list[Notice] = []
    following = po
    while step := escalation.next_step(following, supplier, now):
        if step.channel:
            owed += notices.reminder(following, supplier, now, channel=step.channel)
        owed += _to_customer(following, step, app)
        following = escalation.climbed(following, step, now)
    # A late supplier with an API is still asked every half hour: the parcel may leave right after the reminder.
    due = now + LOOK_AGAIN if by_api else escalation.due(following, supplier)
    following = following.model_copy(update={"work_due": due})
    if not owed:
        app.orders.save(following, po)
        return
    app.orders.transact(Write(following, po), *(Write(notice) for notice in owed))
    for notice in owed:
        _wake(notice, app)


def _to_customer(po: PurchaseOrder, step: Step, app: App) -> tuple[Notice, ...]:
    if not step.tell_customer:
        return ()
    return (notices.delay_offer(app.orders.order(po.key), po, app.clock.now()),)


def _wake(notice: Notice, app: App) -> None:
    app.queues.wake(Room.NOTIFY, Wake(kind="notice", shop=notice.shop, order=notice.order, id=notice.id))
