"""Ask the supplier what became of an attempt whose outcome is unclear; nothing here ever buys or pays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from daifa.app import App
from daifa.errors import Retry
from daifa.models.facts import Fact, Reason
from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PaymentState, PoState
from daifa.ports import Supplier, SupplierOrder
from daifa.rules.lifecycle import PAYMENT, PURCHASE
from daifa.tables.orders import unspent
from daifa.tables.store import Write
from daifa.telemetry import count
from forward.route import wake_purchase

# "Not there" is believed after this many look-ups, each a settle time apart.
BELIEVED_AFTER = 2


def abandon(po: PurchaseOrder, app: App) -> None:
    """A claim that outlived its function becomes UNKNOWN, never READY: nobody can say whether the call was made."""
    supplier = app.catalog.supplier(po.supplier)
    now = app.clock.now()
    change = {
        "state": PURCHASE.check(po.state, PoState.UNKNOWN),
        "lookups": 0,
        "work_due": now + timedelta(seconds=supplier.settle_seconds),
        "facts": (*po.facts, Fact.of(now, "purchase.unknown", why="lease", seconds=supplier.settle_seconds)),
    }
    wake_purchase(app.orders.save(po.model_copy(update=change), po), app, supplier.settle_seconds)


def look_up(po: PurchaseOrder, app: App) -> None:
    """Find the purchase under our own number, after the settle time; a supplier that can't be asked is a person's
    task.
    """
    now = app.clock.now()
    if po.work_due is not None and po.work_due > now:
        return
    supplier = app.catalog.supplier(po.supplier)
    port = app.supplier(supplier)
    if not port.capabilities.lookup:
        _save(po, _person(po, Reason.of("hold.cannot_ask", supplier=supplier.name), app), app)
        return
    settle = timedelta(seconds=supplier.settle_seconds)
    try:
        found = port.find(po.number)
    except Retry as error:
        due = now + max(settle, timedelta(seconds=30))
        _save(po, {"work_due": due, "facts": _plus(po, app, "purchase.lookup_failed", why=error.code)}, app)
        return
    if found is not None:
        count("PurchasesFound")
        _save(po, _found(po, found, app), app)
    elif (again := _too_early(po, port, settle, now)) is not None:
        facts = _plus(po, app, "purchase.not_found_yet", lookups=po.lookups + 1)
        _save(po, {"lookups": po.lookups + 1, "work_due": again, "facts": facts}, app)
    else:
        # Asked twice after everything that could still land had landed: nothing was bought, and nothing is in flight.
        change = {
            "state": PURCHASE.check(po.state, PoState.READY),
            "clean": True,
            "work_due": now,
            "facts": _plus(po, app, "purchase.not_there", lookups=po.lookups + 1),
        }
        app.orders.transact(Write(po.model_copy(update=change), po), *unspent(po))
        wake_purchase(po, app)


def look_up_payment(po: PurchaseOrder, app: App) -> None:
    """Find out whether the supplier has our money; after two denials a person decides."""
    now = app.clock.now()
    if po.work_due is not None and po.work_due > now and po.payment is PaymentState.PAYMENT_UNKNOWN:
        return
    supplier = app.catalog.supplier(po.supplier)
    settle = timedelta(seconds=supplier.settle_seconds)
    if po.payment is PaymentState.PAYING:
        payment = PAYMENT.check(po.payment, PaymentState.PAYMENT_UNKNOWN)
        facts = _plus(po, app, "purchase.payment_unknown", why="lease")
        _save(po, {"payment": payment, "lookups": 0, "work_due": now + settle, "facts": facts}, app)
        return
    port = app.supplier(supplier)
    try:
        found = port.find(po.number)
    except Retry as error:
        due = now + max(settle, timedelta(seconds=30))
        _save(po, {"work_due": due, "facts": _plus(po, app, "purchase.lookup_failed", why=error.code)}, app)
        return
    if found is not None and found.paid:
        payment = PAYMENT.check(po.payment, PaymentState.PAID)
        _save(po, {"payment": payment, "work_due": now, "facts": _plus(po, app, "purchase.paid")}, app)
    elif (again := _too_early(po, port, settle, now)) is not None:
        facts = _plus(po, app, "purchase.not_paid_yet", lookups=po.lookups + 1)
        _save(po, {"lookups": po.lookups + 1, "work_due": again, "facts": facts}, app)
    else:
        # Proved unpaid, but not why (an empty account, say): a person says whether to pay again.
        payment = PAYMENT.check(po.payment, PaymentState.UNPAID)
        held = (*po.holds, Reason.of("hold.not_paid", total=po.total, supplier=supplier.name))
        facts = _plus(po, app, "purchase.not_paid")
        _save(po, {"payment": payment, "holds": held, "work_due": None, "facts": facts}, app)


def _too_early(po: PurchaseOrder, port: Supplier, settle: timedelta, now: datetime) -> datetime | None:
    """When to ask again, if "not there" can't be believed yet: asked too seldom, or its effect may still land."""
    landed = (po.attempt.started_at if po.attempt else now) + port.capabilities.late_bound
    if po.lookups + 1 >= BELIEVED_AFTER and now >= landed:
        return None
    return max(now + settle, landed)


def _found(po: PurchaseOrder, found: SupplierOrder, app: App) -> dict[str, Any]:
    if found.total != po.total:
        reason = Reason.of("hold.other_total", ours=po.total, theirs=found.total, supplier_order=found.reference)
        return _person(po, reason, app) | {"supplier_order": found.reference}
    if found.state == "cancelled":
        return _person(po, Reason.of("hold.cancelled_there", supplier_order=found.reference), app)
    change: dict[str, Any] = {
        "state": PURCHASE.check(po.state, PoState.SUBMITTED),
        "supplier_order": found.reference,
        "work_due": app.clock.now(),
        "facts": _plus(po, app, "purchase.found", supplier_order=found.reference),
    }
    if found.paid and po.payment is PaymentState.UNPAID:
        change["payment"] = PAYMENT.check(po.payment, PaymentState.PAID)
    return change


def _person(po: PurchaseOrder, reason: Reason, app: App) -> dict[str, Any]:
    return {
        "state": PURCHASE.check(po.state, PoState.NEEDS_HUMAN),
        "holds": (*po.holds, reason),
        "work_due": None,
        "facts": (*po.facts, Fact(at=app.clock.now(), code=reason.code, values=reason.values)),
    }


def _plus(po: PurchaseOrder, app: App, code: str, **values: object) -> tuple[Fact, ...]:
    return (*po.facts, Fact.of(app.clock.now(), code, **values))


def _save(po: PurchaseOrder, change: dict[str, Any], app: App) -> None:
    saved = app.orders.save(po.model_copy(update=change), po)
    if saved.work_due is not None:
        wake_purchase(saved, app, max(0, int((saved.work_due - app.clock.now()).total_seconds()) + 1))
