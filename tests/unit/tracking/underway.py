"""A merchant whose purchase is at the supplier's, with parcels under way: what the tests of tracking start from."""

from __future__ import annotations

from datetime import timedelta

from daifa.messages import Wake
from daifa.models.ids import OrderKey, RecipientId, ShipmentId
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Checkpoint, Shipment, TrackReading
from daifa.models.states import PoState, ShipmentState
from daifa.ports import Done, StoreFulfilment
from tests.builders.rows import (
    START,
    a_purchase,
    a_recipient,
    a_shipment,
    a_shop,
    a_supplier,
    an_order,
)
from tests.unit.aws import RoomApp
from tests.unit.others import CarrierSays, ShopSays, SupplierSays

KEY: OrderKey = an_order().key
NUMBER = "7531000000001"
PARCEL = ShipmentId("parcel-1")


def stage(app: RoomApp, *, po: PurchaseOrder | None = None) -> PurchaseOrder:
    """Put a shop, a supplier, a paid order and its purchase in place; every other side answers that all is well."""
    app.catalog.create(a_shop())
    app.catalog.create(a_supplier())
    app.vault.put(RecipientId("someone"), a_recipient(), b"", START + timedelta(days=180))
    app.orders.create(an_order())
    placed = po or a_purchase(state=PoState.SUBMITTED, supplier_order="S-1", work_due=None)
    app.orders.create(placed)
    said = {
        "shop/demo": ShopSays(fulfilments=[(), shown(NUMBER)], fulfil=[Done("F-1")]),
        "supplier/lamps": SupplierSays(),
        "carrier/kuaidi100": CarrierSays(query=[read()]),
    }
    app.others.update(said)
    return placed


def shown(*numbers: str) -> tuple[StoreFulfilment, ...]:
    """What a shop shows that knows these numbers."""
    return tuple(StoreFulfilment(f"F-{place}", (number,)) for place, number in enumerate(numbers, 1))


def read(*scans: Checkpoint, number: str = NUMBER, **changes: bool) -> TrackReading:
    """What a carrier tells."""
    state = scans[-1].state if scans else ShipmentState.PENDING
    return TrackReading(number=number, carrier="zhongtong", state=state, checkpoints=scans, **changes)


def parcel(app: RoomApp, identity: str = PARCEL) -> Shipment:
    """The parcel as it is now."""
    return app.orders.shipment(KEY, ShipmentId(identity))


def there(app: RoomApp, **changes: object) -> Shipment:
    """A parcel that is followed and of which everybody was told, unless the test says otherwise."""
    followed = {
        "subscribed": True,
        "shop_told": "TOLD",
        "told_state": ShipmentState.PENDING,
        "told_at": START,
        "work_due": START + timedelta(hours=6),
    }
    made = a_shipment(**(followed | changes))
    app.orders.create(made)
    return made


def woken(identity: str = PARCEL, kind: str = "shipment") -> Wake:
    """A wake-up for this row."""
    return Wake(kind=kind, shop=KEY.shop, order=KEY.order, id=identity)
