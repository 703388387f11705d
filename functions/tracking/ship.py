"""Find out what a supplier handed over."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import Rejected
from daifa.messages import Room, Wake
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.models.states import PoState
from daifa.rules.parcels import SHIPPABLE, contents, shipped
from daifa.tables.store import Write


def ship(wake: Wake, app: App) -> None:
    """Ask the supplier for parcels of one purchase and keep the new ones with the purchase's move, all or nothing."""
    po = app.orders.purchase(wake.key, PoNumber(wake.id))
    # Once everything is under way nobody asks any more, but whoever is told to look finds a parcel that came later.
    if po.state not in SHIPPABLE | {PoState.SHIPPED}:
        return
    port = app.supplier(app.catalog.supplier(po.supplier))
    if not port.capabilities.ships_by_api:
        return
    known = frozenset(shipment.id for shipment in app.orders.story(po.key).shipments)
    following = po
    made: tuple[Shipment, ...] = ()
    whole = False
    for parcel in port.parcels(po.supplier_order):
        held = contents(following, parcel.goods) if parcel.goods else parcel.lines or None
        if held is None and (whole or po.state is PoState.SHIPPED):
            # A parcel before it was taken for all that was left: this one is followed, whatever is in it.
            held = ()
        whole = whole or held is None
        told = [(parcel.carrier, parcel.number, held)]
        try:
            following, new = shipped(following, told, known, "supplier", app.clock.now())
        except Rejected:
            following = _odd(following, parcel.number)
            continue
        made = (*made, *new)
    if following is po:
        return
    app.orders.transact(Write(following, po), *(Write(shipment) for shipment in made))
    for shipment in made:
        app.queues.wake(Room.TRACKING, Wake(kind="shipment", shop=shipment.shop, order=shipment.order, id=shipment.id))


def _odd(po: PurchaseOrder, number: str) -> PurchaseOrder:
    """A parcel with goods that were not ordered is a person's to look into; said once for each number."""
    hold = Reason.of("hold.other_goods", number=number[:40])
    return po if hold in po.holds else po.model_copy(update={"holds": (*po.holds, hold)})
