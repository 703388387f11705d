"""Take in what a carrier pushes about one parcel."""

from __future__ import annotations

from collections.abc import Mapping

from daifa.app import App
from daifa.errors import NotFound, Rejected
from daifa.messages import Room, Wake
from daifa.models.ids import OrderKey, ShipmentId
from daifa.rules import tracking
from tracking.follow import judge


def take_push(key: OrderKey, thing: str, carrier: str, form: Mapping[str, str], app: App) -> bytes:
    """Verify the push, absorb its scans, wake whoever tells; the carrier's own thanks. Scans of another number are
    refused.
    """
    shipment = app.orders.shipment(key, ShipmentId(thing))
    if carrier != shipment.tracker:
        raise NotFound("link.altered")
    port = app.carrier(shipment.tracker)
    reading = port.read_push(form)
    if reading.number != shipment.number:
        raise Rejected("tracking.other_parcel")
    now = app.clock.now()
    absorbed = tracking.absorb(shipment, reading, now)
    if absorbed is shipment and not reading.gave_up:
        return port.push_answer()
    # A service that gave up is asked by us instead; otherwise the push spares us the asking.
    due = now if reading.gave_up else tracking.next_look(absorbed, now)
    app.orders.save(judge(absorbed, app).model_copy(update={"work_due": due}), shipment)
    app.queues.wake(Room.TRACKING, Wake(kind="shipment", shop=key.shop, order=key.order, id=shipment.id))
    return port.push_answer()
