"""Find out what a supplier handed over."""

from __future__ import annotations

from daifa.app import App
from daifa.messages import Room, Wake
from daifa.models.ids import PoNumber
from daifa.rules.parcels import SHIPPABLE, shipped
from daifa.tables.store import Write


def ship(wake: Wake, app: App) -> None:
    """Ask the supplier for parcels of one purchase and keep the new ones with the purchase's move, all or nothing."""
    po = app.orders.purchase(wake.key, PoNumber(wake.id))
    if po.state not in SHIPPABLE:
        return
    port = app.supplier(app.catalog.supplier(po.supplier))
    if not port.capabilities.ships_by_api:
        return
    parcels = [(parcel.carrier, parcel.number, parcel.lines) for parcel in port.parcels(po.supplier_order)]
    known = frozenset(shipment.id for shipment in app.orders.story(po.key).shipments)
    following, made = shipped(po, parcels, known, "supplier", app.clock.now())
    if not made:
        return
    app.orders.transact(Write(following, po), *(Write(shipment) for shipment in made))
    for shipment in made:
        app.queues.wake(Room.TRACKING, Wake(kind="shipment", shop=shipment.shop, order=shipment.order, id=shipment.id))
