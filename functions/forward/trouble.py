"""Keep count of a supplier's failures, and leave it alone when there are too many in a row."""

from __future__ import annotations

from datetime import timedelta

from daifa.app import App
from daifa.errors import Conflict
from daifa.models.catalog import Supplier
from daifa.models.outcomes import NeverSent, Outcome
from daifa.models.purchase import PurchaseOrder
from daifa.rules import breaker, purchasing, work
from daifa.telemetry import count
from forward.wake import saved

# How long a purchase waits that may not be sent now.
LATER = timedelta(minutes=5)


def noticed(supplier: Supplier, outcome: Outcome, app: App) -> None:
    """Write what a call says about the supplier's interface; nothing is written while all goes well."""
    now = app.clock.now()
    following = breaker.after(supplier.trouble, outcome, now)
    if following is supplier.trouble:
        return
    if following.open_until is not None:
        count("BreakerOpened")
    if isinstance(outcome, NeverSent) and outcome.locked_out:
        app.orders.create(work.locked_out(supplier, outcome.why, now))
    try:
        app.catalog.save(supplier.model_copy(update={"trouble": following}), supplier)
    except Conflict:
        # Somebody else counted, or a person changed the supplier: one failure more or less decides nothing.
        return


def admitted(supplier: Supplier, app: App) -> Supplier | None:
    """The supplier if a purchase may go there now; after a pause one tries for all, whoever writes that first."""
    now = app.clock.now()
    if supplier.paused or not breaker.closed(supplier.trouble, now):
        return None
    trial = breaker.on_trial(supplier.trouble, now)
    if trial is None:
        return supplier
    try:
        return app.catalog.save(supplier.model_copy(update={"trouble": trial}), supplier)
    except Conflict:
        return None


def wait(po: PurchaseOrder, supplier: Supplier, app: App) -> None:
    """Look at this purchase again when whatever stands in the way may be gone."""
    due = app.clock.now() + LATER
    opened = supplier.trouble.open_until
    saved(purchasing.put_off(po, max(due, opened) if opened else due), po, app)
