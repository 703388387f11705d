"""Pay a placed purchase where the supplier splits create from pay: the same five rules as for placing."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import Conflict
from daifa.models.catalog import Supplier
from daifa.models.outcomes import Outcome
from daifa.models.purchase import Attempt, PurchaseOrder
from daifa.rules import purchasing
from daifa.telemetry import log
from forward.place import CALL_BUDGET, left
from forward.trouble import admitted, noticed, wait
from forward.wake import saved


def pay(po: PurchaseOrder, app: App, deadline: float) -> None:
    """Claim the payment, call once, record what is proved; a purchase that someone wants cancelled is not paid."""
    supplier = app.catalog.supplier(po.supplier)
    shop = app.catalog.shop(po.shop)
    now = app.clock.now()
    if po.cancel_requested or shop.paused or left(deadline, app) < CALL_BUDGET:
        wait(po, supplier, app)
        return
    admits = admitted(supplier, app)
    if admits is None:
        wait(po, supplier, app)
        return
    request = f"pay:{po.supplier_order}:{po.total}"
    attempt = Attempt(id=app.ids.new(), number=po.attempts + 1, started_at=now, request_hash=request)
    try:
        claimed = app.orders.save(purchasing.payment_claimed(po, attempt, now), po)
    except Conflict:
        return
    outcome = app.supplier(admits).pay(po.supplier_order, po.total)
    record(claimed, outcome, admits, app)
    noticed(admits, outcome, app)


def record(po: PurchaseOrder, outcome: Outcome, supplier: Supplier, app: App) -> None:
    """Write what the attempt proved, unless a sweep took its claim away: then the look-up will find this payment."""
    settle = timedelta(seconds=supplier.settle_seconds)
    try:
        saved(purchasing.paid(po, outcome, settle, app.clock.now()), po, app)
    except Conflict:
        there = app.orders.purchase(po.key, po.number)
        if purchasing.payment_mine(po, there):
            # Somebody noted something else meanwhile (the supplier accepted, say); the claim is still ours.
            record(there, outcome, supplier, app)
            return
        log.warning("payment lost its claim", extra={"po": po.number, "outcome": type(outcome).__name__})
