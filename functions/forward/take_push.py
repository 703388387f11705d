"""Take in what a supplier pushes: answers and parcels are its word, everything else is a hint to look."""

from __future__ import annotations

from collections.abc import Mapping

from daifa.app import App
from daifa.errors import IllegalMove, Retry
from daifa.messages import Room, Wake
from daifa.models.ids import PoNumber, ShopId, StoreOrderId, SupplierId
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from daifa.ports import SupplierNews
from daifa.rules.parcels import shipped
from daifa.telemetry import log
from forward.hear import hear
from forward.wake import saved_with_parcels, wake_purchase

# States in which we do not know yet that the supplier has it; how they end is found out by looking.
NOT_YET = {PoState.ON_HOLD, PoState.READY, PoState.SUBMITTING, PoState.UNKNOWN, PoState.NEEDS_HUMAN}


def take_push(supplier_id: SupplierId, headers: Mapping[str, str], body: bytes, app: App) -> bytes:
    """Verify the push, write what it says, wake whoever has to look; the supplier's own thanks.

    Retry for the supplier's word about a purchase that we do not yet know to be there: it has to come again.
    """
    supplier = app.catalog.supplier(supplier_id)
    port = app.supplier(supplier)
    unnamed = False
    for news in port.read_push(headers, body):
        key = app.orders.by_po(PoNumber(news.number)) if news.number else None
        if key is None:
            unnamed = True
            continue
        po = app.orders.purchase(key, PoNumber(news.number))
        if po.supplier != supplier_id:
            log.warning("push about another supplier's purchase", extra={"po": po.number, "supplier": supplier_id})
            continue
        _take(po, news, app)
    if unnamed:
        # Only the supplier's own number was named: its list says which of ours that is.
        wake = Wake(kind="supplier", shop=ShopId(""), order=StoreOrderId(""), id=supplier_id)
        app.queues.wake(Room.FORWARD, wake)
    return port.push_answer()


def _take(po: PurchaseOrder, news: SupplierNews, app: App) -> None:
    if po.state in NOT_YET and (news.answers or news.parcels):
        # A look-up tells the order, not what was said of its lines: taken now, that would be lost for ever.
        log.info("push came too early", extra={"po": po.number})
        _hint(po, app)
        raise Retry("supplier.too_early", po=po.number)
    try:
        if news.answers:
            po = hear(po, news.answers, app)
        if news.parcels:
            _ship(po, news, app)
    except IllegalMove:
        # News of a purchase that is not there any more: what is true is looked up.
        log.info("push came out of turn", extra={"po": po.number})
        _hint(po, app)
    if not news.answers and not news.parcels:
        _hint(po, app)


def _ship(po: PurchaseOrder, news: SupplierNews, app: App) -> None:
    parcels = [(parcel.carrier, parcel.number, parcel.lines or None) for parcel in news.parcels]
    known = frozenset(shipment.id for shipment in app.orders.story(po.key).shipments)
    following, made = shipped(po, parcels, known, "supplier", app.clock.now())
    if made:
        saved_with_parcels(following, po, made, app)


def _hint(po: PurchaseOrder, app: App) -> None:
    """Look at it now: what became of it, and whether parcels left."""
    app.queues.wake(Room.FORWARD, Wake(kind="check", shop=po.shop, order=po.order, id=po.number))
    app.queues.wake(Room.TRACKING, Wake(kind="purchase", shop=po.shop, order=po.order, id=po.number))
    wake_purchase(po, app)
