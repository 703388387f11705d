"""A person who decides, and a second source, for the tests of faults."""

from __future__ import annotations

from typing import Any

from daifa.models.purchase import PurchaseOrder
from forward import handler
from tests.builders.rows import (
    SHOP,
    a_mapping,
    a_supplier,
    an_offer,
)
from tests.unit.aws import Answered, RoomApp, call
from tests.unit.forward.buying import (
    KEY,
    NUMBER,
    know,
    there,
)
from tests.unit.others import SupplierSays


def decided(app: RoomApp, verb: str, **body: Any) -> Answered:
    """A signed-in person's decision about the purchase as it stands."""
    po = there(app)
    path = f"/api/orders/{SHOP}/{KEY.order}/purchase-orders/{NUMBER}/{verb}"
    return call(handler.on_http, "POST", path, {"ver": po.ver, "total": str(po.total.amount)} | body)


def two_sources(app: RoomApp, proven: bool = True) -> SupplierSays:
    """A second, dearer source of the same lamp at `yiwu`."""
    says = know(app, a_supplier("yiwu"))
    app.catalog.create(an_offer(supplier="yiwu", price="38.00"))
    mapping = a_mapping("台灯", "lamps", "yiwu")
    first, second = mapping.sources
    sources = (first, second.model_copy(update={"proven": proven}))
    app.catalog.save(mapping.model_copy(update={"sources": sources}), a_mapping())
    return says


def others(app: RoomApp) -> list[PurchaseOrder]:
    """The purchases that came after the first one."""
    return [po for po in app.orders.purchases(KEY) if po.number != NUMBER]
