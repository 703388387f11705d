"""The small states of one purchase order, its workers and its supplier, and the real purchase order behind each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from daifa.models.facts import Reason
from daifa.models.purchase import Attempt, PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.models.supplied import SupplierOrder
from daifa.rules import purchasing
from tests.builders.rows import START, a_purchase

FAULTS = 3
# The attempt that the row carries, and any other.
ROWS, OTHER = "row", "other"
SETTLE, LATE = timedelta(seconds=60), timedelta(seconds=600)
FRESH, LEASED_OUT, LANDED = 0, 1, 2
ARRIVED = purchasing.LEASE + LATE
SINCE = (timedelta(0), purchasing.LEASE + timedelta(seconds=10), ARRIVED + timedelta(seconds=10))
NEVER, DUE, LATER, WHEN_LANDED = "never", "due", "later", "when landed"
SENT = a_purchase()


class Row(NamedTuple):
    """What decisions read of a purchase order."""

    state: PoState = PoState.READY
    payment: PaymentState = PaymentState.UNPAID
    clean: bool = True
    tried: bool = False
    lookups: int = 0
    cancel: bool = False
    undo: Undo | None = None
    holds: tuple[str, ...] = ()
    due: str = DUE


class Worker(NamedTuple):
    """A function under way: where it stands, and what it knows.

    `fresh`: nobody wrote since its row was read or written by it; `own`: the row is still in its attempt's hands.
    """

    at: str = ""
    told: str = ""
    fresh: bool = False
    own: bool = False
    clean: bool = False
    age: int = FRESH


IDLE = Worker()


class World(NamedTuple):
    """One state: the row, the workers, and what is true at the supplier's."""

    row: Row = Row()
    age: int = FRESH
    workers: tuple[Worker, ...] = (IDLE, IDLE)
    live: int = 0
    gone: int = 0
    coming: int = 0
    paid: int = 0
    paying: int = 0
    faults: int = FAULTS


class Edge(NamedTuple):
    """A move to another state; `sure` when it needs no fault and no person."""

    label: str
    to: World
    sure: bool


# --- small rows and real ones ---


def real(row: Row, age: int) -> PurchaseOrder:
    """A purchase order of which the small row is all that decisions read."""
    due = {
        NEVER: None,
        DUE: START - timedelta(seconds=1),
        LATER: START + SINCE[age] + timedelta(seconds=1),
        WHEN_LANDED: START + ARRIVED,
    }
    change = {
        "state": row.state,
        "payment": row.payment,
        "clean": row.clean,
        "attempt": attempt_of(ROWS) if row.tried else None,
        "attempts": int(row.tried),
        "lookups": row.lookups,
        "cancel_requested": row.cancel,
        "undo": row.undo,
        "holds": tuple(Reason.of(code) for code in row.holds),
        "supplier_order": "S1" if row.state is PoState.SUBMITTED else "",
        "work_due": due[row.due],
        "facts": (),
    }
    return SENT.model_copy(update=change)


def small(po: PurchaseOrder, now: Any) -> Row:
    """What decisions will read of a purchase order."""
    due = po.work_due
    if due is None:
        when = NEVER
    elif due <= now:
        when = DUE
    else:
        when = WHEN_LANDED if due == START + ARRIVED else LATER
    return Row(
        po.state,
        po.payment,
        po.clean,
        po.attempt is not None,
        min(po.lookups, purchasing.BELIEVED_AFTER),
        po.cancel_requested,
        po.undo,
        tuple(sorted({hold.code for hold in po.holds})),
        when,
    )


def attempt_of(name: str) -> Attempt:
    """An attempt that began when the age of attempts is counted from."""
    return Attempt(id=name, number=1, started_at=START, request_hash="")


def in_hand(po: PurchaseOrder) -> PurchaseOrder:
    """The row as the worker holds it: where nothing is claimed, only the worker knows that it was sent."""
    if po.state is PoState.READY:
        return po.model_copy(update={"state": PoState.SUBMITTING})
    if po.state is PoState.SUBMITTED and po.payment is PaymentState.UNPAID:
        return po.model_copy(update={"payment": PaymentState.PAYING})
    return po


def order_shown(shown: str) -> SupplierOrder:
    """The supplier's order in this state."""
    return SupplierOrder("S1", shown, SENT.total, shown == "paid")


def shown_by(world: World) -> str | None:
    """How the supplier shows our number, None if it has none."""
    if world.live:
        return "paid" if world.paid else "open"
    return "cancelled" if world.gone else None


# --- small worlds ---


def unclear(row: Row) -> bool:
    """Whether the age of the attempt still decides something."""
    return row.state in (PoState.SUBMITTING, PoState.UNKNOWN) or row.payment in (
        PaymentState.PAYING,
        PaymentState.PAYMENT_UNKNOWN,
    )


def with_worker(world: World, index: int, worker: Worker) -> World:
    """The world with one worker elsewhere; which of two workers is which makes no difference."""
    others = list(world.workers)
    others[index] = worker
    return world._replace(workers=tuple(sorted(others)))


def rewritten(world: World, row: Row, taken: bool = False) -> World:
    """The world after a write, which every other worker will find out; `taken`: under a new attempt."""
    workers = tuple(
        sorted(
            worker._replace(fresh=False, own=worker.own and not taken) if worker.at else worker
            for worker in world.workers
        )
    )
    return world._replace(row=row, workers=workers, age=world.age if unclear(row) else FRESH)


def written(label: str, world: World, row: Row, sure: bool) -> Iterator[Edge]:
    """The move that writes this row; none when there is nothing to write."""
    if row != world.row:
        yield Edge(label, rewritten(world, row), sure)


def one_fault_less(world: World) -> World:
    """The world with a fault used up."""
    return world._replace(faults=world.faults - 1)
