"""A person looked into a parcel's doubts and says: it is ours."""

from __future__ import annotations

from daifa.app import App
from daifa.models.facts import Fact
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import ShopTold
from daifa.rules.lifecycle import cannot
from daifa.tables.store import Write
from forward.wake import wake_tracking


def trust(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """Lift every doubt about this purchase's parcels and have them followed again; refused if there is none."""
    now = app.clock.now()
    doubted = [parcel for parcel in app.orders.story(po.key).shipments if parcel.po == po.number and parcel.suspect]
    if not doubted:
        raise cannot("purchase", po.state, po.state)
    changes = []
    for parcel in doubted:
        again = ShopTold.NOT_TOLD if parcel.shop_told is ShopTold.FAILED else parcel.shop_told
        lifted = {
            "suspect": (),
            "trusted": True,
            "shop_told": again,
            "subscribed": parcel.subscribed and bool(parcel.carrier),
            "work_due": now,
            "facts": (*parcel.facts, Fact.of(now, "shipment.trusted", by, number=parcel.number)),
        }
        changes.append(Write(parcel.model_copy(update=lifted), parcel))
    app.orders.transact(*changes)
    for parcel in doubted:
        wake_tracking(parcel, app)
    return po
