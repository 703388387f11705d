"""Take in what a supplier answers, wherever it was said."""

from __future__ import annotations

from collections.abc import Sequence

from daifa.app import App
from daifa.models.purchase import LineAnswer, PurchaseOrder
from daifa.rules import work
from daifa.rules.acknowledgement import answered, taken_after_all
from forward.wake import saved


def hear(po: PurchaseOrder, answers: Sequence[LineAnswer], app: App) -> PurchaseOrder:
    """The purchase after these answers; a yes that comes when the goods were bought elsewhere becomes a work item."""
    now = app.clock.now()
    late = taken_after_all(po, answers)
    if late:
        app.orders.create(work.taken_after_all(po, late, now))
    following = answered(po, answers, "supplier", now)
    return po if following is po else saved(following, po, app)
