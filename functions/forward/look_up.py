"""Ask the supplier what became of an attempt whose outcome is unclear; nothing here ever buys or pays."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import NotFound, Retry
from daifa.models.order import Recipient
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.rules import purchasing
from daifa.telemetry import count
from forward.wake import saved, saved_unspent


def abandon(po: PurchaseOrder, app: App) -> None:
    """A claim that outlived its function becomes UNKNOWN and is looked up after the supplier's settle time."""
    settle = timedelta(seconds=app.catalog.supplier(po.supplier).settle_seconds)
    saved(purchasing.abandoned(po, settle, app.clock.now()), po, app)


def look_up(po: PurchaseOrder, app: App) -> None:
    """Find the purchase under our own number, after the settle time; a supplier that can't be asked is a person's
    task.
    """
    now = app.clock.now()
    if po.work_due is not None and po.work_due > now:
        return
    supplier = app.catalog.supplier(po.supplier)
    port = app.supplier(supplier)
    can = port.capabilities
    if not can.lookup:
        saved(purchasing.cannot_ask(po, can.same_number, supplier.name, now), po, app)
        return
    settle = timedelta(seconds=supplier.settle_seconds)
    try:
        found = port.find(po.number)
    except Retry as error:
        saved(purchasing.lookup_failed(po, error.code, settle, now), po, app)
        return
    if found is not None:
        count("PurchasesFound")
        saved(purchasing.found(po, found, recipient_of(po, app), now), po, app)
        return
    following = purchasing.not_found(po, settle, can.late_bound, now)
    if following.state is PoState.READY:
        saved_unspent(following, po, app)
    else:
        saved(following, po, app)


def look_up_payment(po: PurchaseOrder, app: App) -> None:
    """Find out whether the supplier has our money; after two denials a person decides."""
    now = app.clock.now()
    if po.work_due is not None and po.work_due > now and po.payment is PaymentState.PAYMENT_UNKNOWN:
        return
    supplier = app.catalog.supplier(po.supplier)
    settle = timedelta(seconds=supplier.settle_seconds)
    if po.payment is PaymentState.PAYING:
        saved(purchasing.payment_abandoned(po, settle, now), po, app)
        return
    port = app.supplier(supplier)
    try:
        found = port.find(po.number)
    except Retry as error:
        saved(purchasing.lookup_failed(po, error.code, settle, now), po, app)
        return
    late_bound = port.capabilities.late_bound
    saved(purchasing.payment_seen(po, found, supplier.name, settle, late_bound, now), po, app)


def recipient_of(po: PurchaseOrder, app: App) -> Recipient | None:
    """Whom this purchase goes to, or None once the vault has forgotten."""
    try:
        return app.vault.get(po.ship_to, app.clock.now())
    except NotFound:
        return None
