"""Take a purchase back: at once, by asking the supplier, or by a person who asked there."""

from __future__ import annotations

from daifa.app import App
from daifa.errors import Retry
from daifa.models.outcomes import Refused
from daifa.models.purchase import PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.rules import purchasing, undoing, watching
from daifa.rules.lifecycle import THERE, cannot
from daifa.telemetry import count
from forward.wake import saved


def cancel(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """Cancelled at once while certainly nobody has it, otherwise a wish that the supplier or a person settles."""
    following = undoing.cancel_or_wish(po, by, app.clock.now())
    return po if following is po else saved(following, po, app)


def undo(po: PurchaseOrder, app: App) -> None:
    """Ask the supplier to cancel what somebody wants cancelled, and for the money if it was paid."""
    supplier = app.catalog.supplier(po.supplier)
    port = app.supplier(supplier)
    now = app.clock.now()
    if po.undo is Undo.REFUNDING:
        look_for_money(po, app)
        return
    if not port.capabilities.cancels:
        refused = Refused("by_hand", "supplier.refused.by_hand", {"reference": po.supplier_order})
        saved(undoing.answered(po, refused, now), po, app)
        return
    outcome = port.cancel(po.supplier_order)
    count("CancellationsAsked")
    paid = po.payment is PaymentState.PAID
    if isinstance(outcome, Refused) and paid and port.capabilities.refunds:
        saved(undoing.refund_asked(po, port.refund(po.supplier_order, po.total), app.clock.now()), po, app)
        return
    saved(undoing.answered(po, outcome, app.clock.now()), po, app)


def look_for_money(po: PurchaseOrder, app: App) -> None:
    """Look whether the supplier has paid back; where it can't be asked, that is a person's to see."""
    port = app.supplier(app.catalog.supplier(po.supplier))
    now = app.clock.now()
    if not port.capabilities.lookup:
        saved(po.model_copy(update={"work_due": None}), po, app)
        return
    later = purchasing.put_off(po, now + undoing.LOOK_FOR_MONEY)
    try:
        shown = port.find(po.number)
    except Retry:
        saved(later, po, app)
        return
    following = watching.seen(po, shown, None, now) if shown else po
    if following is po:
        saved(later, po, app)
    else:
        saved(following, po, app)


def confirm(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """A person asked the supplier and says: it is cancelled there."""
    if po.state not in THERE or not po.cancel_requested:
        raise cannot("purchase", po.state, PoState.CANCELLED)
    _no_payment_in_flight(po)
    return saved(undoing.undone(po, by, app.clock.now()), po, app)


def keep(po: PurchaseOrder, by: str, app: App) -> PurchaseOrder:
    """A person takes the wish to cancel back."""
    if not po.cancel_requested or po.state is PoState.CANCELLED:
        raise cannot("purchase", po.state, po.state)
    return saved(undoing.withdrawn(po, by, app.clock.now()), po, app)


def _no_payment_in_flight(po: PurchaseOrder) -> None:
    if po.payment in (PaymentState.PAYING, PaymentState.PAYMENT_UNKNOWN):
        raise cannot("payment", po.payment, PaymentState.PAID)
