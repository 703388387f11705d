"""A merchant with a shop and suppliers, a purchase in any state, and one step of the room."""

from __future__ import annotations

from typing import Any

from daifa.messages import Wake
from daifa.models.catalog import Supplier
from daifa.models.facts import Fact
from daifa.models.ids import RecipientId
from daifa.models.purchase import Attempt, PurchaseOrder
from daifa.models.states import PoState
from daifa.ports import Done, SupplierOrder
from forward.advance import advance
from tests.builders.rows import (
    START,
    a_mapping,
    a_purchase,
    a_recipient,
    a_shop,
    a_supplier,
    an_agreement,
    an_offer,
    an_order,
    cny,
)
from tests.unit.aws import RoomApp
from tests.unit.others import SupplierSays

KEY = an_order().key
NUMBER = a_purchase().number
ENOUGH = 60.0


def open_for_business(app: RoomApp, *, shop: dict[str, Any] | None = None, **changes: Any) -> SupplierSays:
    """A shop, the supplier `lamps` with one offer, and somebody to send it to; the supplier as a fake."""
    app.catalog.create(a_shop(**(shop or {})))
    know(app, a_supplier(**changes))
    app.catalog.create(an_offer())
    app.catalog.create(a_mapping())
    app.vault.put(RecipientId("someone"), a_recipient(), b"", START.replace(year=2027))
    return app.others["supplier/lamps"]  # type: ignore[no-any-return]


def know(app: RoomApp, supplier: Supplier) -> SupplierSays:
    """One more supplier, under an agreement."""
    app.catalog.create(supplier)
    app.catalog.create(an_agreement(supplier.id))
    says = app.others[f"supplier/{supplier.id}"] = SupplierSays(place=[Done(f"{supplier.id}-1")])
    return says


def a_purchase_in(app: RoomApp, **changes: Any) -> PurchaseOrder:
    """The order and its one purchase, as rows."""
    app.orders.create(an_order(routed=True, work_due=None))
    po = a_purchase(**changes)
    app.orders.create(po)
    return po


def step(app: RoomApp, po: PurchaseOrder | None = None, remaining: float = ENOUGH) -> PurchaseOrder:
    """Wake the purchase once; it is read again."""
    number = po.number if po else NUMBER
    advance(Wake(kind="purchase", shop=KEY.shop, order=KEY.order, id=number), app, remaining)
    return there(app, number)


def there(app: RoomApp, number: str = NUMBER) -> PurchaseOrder:
    """The purchase as it is now."""
    return app.orders.purchase(KEY, number)  # type: ignore[arg-type]


def codes(po: PurchaseOrder) -> list[str]:
    """What its timeline tells."""
    return [fact.code for fact in po.facts]


def holds(po: PurchaseOrder) -> list[str]:
    """Why a person must look."""
    return [hold.code for hold in po.holds]


def an_attempt(**changes: Any) -> Attempt:
    """The first attempt, begun at the start."""
    told = {"id": "attempt-1", "number": 1, "started_at": START, "request_hash": "h"}
    return Attempt(**(told | changes))


def at_supplier(**changes: Any) -> SupplierOrder:
    """The default purchase as the supplier holds it."""
    told = {"reference": "S-9", "state": "open", "total": cny("40.00"), "paid": False}
    return SupplierOrder(**(told | changes))


def a_fact(code: str) -> Fact:
    """Something that happened at the start."""
    return Fact.of(START, code)


def at_two_lines(app: RoomApp, **changes: Any) -> PurchaseOrder:
    """Eight lamps and a cup, sent to the supplier and not answered."""
    open_for_business(app)
    line = a_purchase(quantity=8).lines[0]
    cup = line.model_copy(update={"order_line": "line-杯子", "title": "杯子", "quantity": 1})
    return a_purchase_in(app, **({"state": PoState.SUBMITTED, "clean": False, "lines": (line, cup)} | changes))
