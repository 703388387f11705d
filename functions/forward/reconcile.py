"""Hold a supplier's recent orders against our purchases: nothing there that we do not know, and nothing otherwise."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import Busy, Conflict, NotFound, Retry
from daifa.messages import Room, Wake
from daifa.models.catalog import Supplier
from daifa.models.ids import PoNumber, ShopId, StoreOrderId, SupplierId
from daifa.models.outcomes import Unclear
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.models.supplied import SupplierOrder
from daifa.rules import watching, work
from daifa.rules.lifecycle import THERE
from daifa.suppliers import LISTING
from daifa.telemetry import count, log
from forward.look_up import recipient_of
from forward.trouble import noticed
from forward.wake import saved

# Two days of overlap, as with the shops: a supplier may be out of reach that long before anything is missed.
OVERLAP = timedelta(hours=48)

# An order that has just been made may be listed before our own row says so.
SETTLES = timedelta(minutes=10)

# Our numbers: D and twenty signs of our alphabet. Whatever else stands there was bought by hand.
LENGTH = 21


def begin(app: App) -> dict[str, int]:
    """Have the recent orders of every supplier that can list them looked through, each in a message of its own."""
    suppliers = [SupplierId(row["id"]) for row in app.catalog.suppliers() if row["adapter"] in LISTING]
    for supplier in suppliers:
        app.queues.wake(Room.FORWARD, Wake(kind="supplier", shop=ShopId(""), order=StoreOrderId(""), id=supplier))
    return {"suppliers": len(suppliers)}


def reconcile(supplier_id: SupplierId, app: App) -> None:
    """Bring our purchases up to what this supplier lists, and make a work item of every order that is not ours."""
    supplier = app.catalog.supplier(supplier_id)
    if supplier.paused:
        return
    try:
        port = app.supplier(supplier)
    except NotFound:
        return
    if not port.capabilities.lists:
        return
    orphans = 0
    try:
        for shown in port.recent(app.clock.now() - OVERLAP):
            orphans += _compare(shown, supplier, app)
    except Busy:
        # Our own tables are: that is not held against the supplier.
        raise
    except Retry as error:
        noticed(supplier, Unclear(error.code), app)
        log.warning("supplier not reconciled", extra={"supplier": supplier.id, "code": error.code})
        return
    count("supplier_orders_without_po", orphans)


def check(po: PurchaseOrder, app: App) -> None:
    """Ask the supplier for this one purchase; one that is not there becomes a work item."""
    supplier = app.catalog.supplier(po.supplier)
    port = app.supplier(supplier)
    if po.state not in THERE or not port.capabilities.lookup:
        return
    try:
        shown = port.find(po.number)
    except Retry as error:
        log.warning("purchase not compared", extra={"po": po.number, "code": error.code})
        return
    if shown is None:
        app.orders.create(work.not_listed(po, supplier, app.clock.now()))
    else:
        _bring_up(po, shown, app)


def _compare(shown: SupplierOrder, supplier: Supplier, app: App) -> int:
    """How many orders (0 or 1) this is that the supplier has and we do not."""
    now = app.clock.now()
    if len(shown.number) != LENGTH or not shown.number.startswith("D"):
        return 0
    key = app.orders.by_po(PoNumber(shown.number))
    if key is None:
        new = shown.created_at is not None and now - shown.created_at < SETTLES
        if new or shown.state == "cancelled":
            return 0
        app.orders.create(work.orphan(supplier, shown, now))
        return 1
    po = app.orders.purchase(key, PoNumber(shown.number))
    other = po.supplier_order and po.supplier_order != shown.reference
    if other and shown.state != "cancelled":
        app.orders.create(work.twice(supplier, po, shown, now))
        return 1
    if not other:
        _bring_up(po, shown, app)
    return 0


def _bring_up(po: PurchaseOrder, shown: SupplierOrder, app: App) -> None:
    recipient = recipient_of(po, app) if shown.recipient is not None else None
    following = watching.seen(po, shown, recipient, app.clock.now())
    if following is po:
        return
    if po.state is PoState.UNKNOWN:
        count("PurchasesFound")
    try:
        saved(following, po, app)
    except Conflict:
        # Somebody moved it meanwhile; the next look compares with what it is then.
        return
