"""How a job for many products goes on: in parts, each product in a state of its own, counted as they move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from daifa.errors import Conflict
from daifa.models.bulk import Bulk, BulkItem, BulkPart
from daifa.models.facts import Reason
from daifa.models.states import BulkState, ItemState
from daifa.rules.lifecycle import BULK, ITEM

# A part is what one call of a function does: some seconds of work, and a row far below what a table takes.
PART = 25
# A transaction takes a hundred rows; these and the job's own.
PARTS_AT_ONCE = 40
MOST = 20_000

# The products that a job in each of its working states still has something to do for.
LEFT = {
    BulkState.PREPARING: frozenset((ItemState.WAITING,)),
    BulkState.RUNNING: frozenset((ItemState.WAITING, ItemState.STARTED)),
    BulkState.UNDOING: frozenset((ItemState.DONE, ItemState.STARTED)),
}
WORKING = frozenset(LEFT)


def placed(bulk: Bulk, names: Sequence[str]) -> tuple[Bulk, tuple[BulkPart, ...]]:
    """The next products in their parts, in the order of their names, and the job that knows of them."""
    left = sorted(name for name in names if name > (bulk.cursor or ""))
    here = left[: PART * PARTS_AT_ONCE]
    made, parts = appended(bulk, [BulkItem(name=name) for name in here], len(left))
    return made.model_copy(update={"cursor": here[-1] if len(left) > len(here) else None}), parts


def appended(bulk: Bulk, items: Sequence[BulkItem], coming: int = 0) -> tuple[Bulk, tuple[BulkPart, ...]]:
    """These products in parts after those there are, and the job that counts them; Conflict if they, or those that
    are known to come, are more than one job takes.
    """
    if max(len(items), coming) + bulk.total > MOST:
        raise Conflict("bulk.too_many", most=MOST)
    parts = tuple(
        BulkPart(bulk=bulk.id, number=bulk.parts + at, items=tuple(items[start : start + PART]))
        for at, start in enumerate(range(0, len(items), PART))
    )
    made = bulk.model_copy(update={"parts": bulk.parts + len(parts), **counted(bulk, (), items)})
    return made, parts


def counted(bulk: Bulk, old: Sequence[BulkItem], new: Sequence[BulkItem]) -> dict[str, Any]:
    """The job's counts after these items moved."""
    counts = Counter(bulk.counts)
    counts.subtract(item.state for item in old)
    counts.update(item.state for item in new)
    return {"counts": {state: number for state, number in counts.items() if number}}


def moved(item: BulkItem, state: ItemState, *why: Reason, **told: Any) -> BulkItem:
    """The item in its next state, with why."""
    return item.model_copy(update={"state": ITEM.check(item.state, state), "why": why, **told})


def ended(bulk: Bulk) -> BulkState:
    """What follows when every part was seen to."""
    following = {
        BulkState.PREPARING: BulkState.READY,
        BulkState.RUNNING: BulkState.DONE,
        BulkState.UNDOING: BulkState.UNDONE,
    }
    return BULK.check(bulk.state, following[bulk.state])


def settled(bulk: Bulk, items: Sequence[BulkItem]) -> bool:
    """Whether nothing in a part has still to be done in this state of the job; one look at a product is enough."""
    return bulk.state is BulkState.PREPARING or all(item.state not in LEFT[bulk.state] for item in items)
