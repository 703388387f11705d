"""One purchase order between two workers, the sweep, people and its supplier, as a graph of small states.

Every decision is one of production's pure functions, called on a real PurchaseOrder that is made of the small row and
read back into one. What is small: of all times only what the functions can tell apart is kept.

- `age`: how old the row's attempt is: fresh, older than its lease, older than what may still land. It passes the lease
  only when nobody can still call the supplier for that attempt, and the late bound only when nothing is in flight:
  these are the two assumptions of the protocol, and this is where they stand.
- `due`: due now, later, or when the late bound is over; what is later becomes due at any moment.
- A write is conditional on the version that was read: `fresh` says that nobody wrote since. That the answer to a
  write is lost shows only at a claim: everywhere else the worker was about to end.
- No message is counted on: a row that is due is found by the sweep, any number of times; a wake-up for a row that is
  not due (early, doubled or driven back) is a fault.
- What a supplier shows is what has landed: a look-up's own lag belongs to the late bound.
- A person says "not there" only when nothing is in flight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from daifa.errors import IllegalMove
from daifa.models.facts import Reason
from daifa.models.outcomes import Done, NeverSent, Outcome, Refused, Unclear
from daifa.models.purchase import PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.rules import deciding, purchasing, undoing, watching
from tests.builders.rows import START
from tests.simulation.small import (
    DUE,
    FRESH,
    IDLE,
    LANDED,
    LATE,
    LATER,
    LEASED_OUT,
    OTHER,
    ROWS,
    SENT,
    SETTLE,
    SINCE,
    WHEN_LANDED,
    Edge,
    Row,
    Worker,
    World,
    attempt_of,
    in_hand,
    one_fault_less,
    order_shown,
    real,
    rewritten,
    shown_by,
    small,
    unclear,
    with_worker,
    written,
)

HOLD = Reason.of("hold.price_moved")
OUTCOMES: dict[str, Outcome] = {
    "done": Done("S1", SENT.total),
    "done and paid": Done("S1", SENT.total, paid=True),
    "refused": Refused("no", "supplier.refused.by_hand"),
    "never sent": NeverSent("refused"),
    "unclear": Unclear("timeout"),
}
# Who may still call the supplier for an attempt; who has been answered may write that as late as it likes.
SPEAKING = {"place?", "place", "pay?", "pay"}


@dataclass(frozen=True)
class Kind:
    """What the supplier can do."""

    name: str
    lookup: bool = True
    pays_apart: bool = True
    same_number: bool = False


KINDS = (
    Kind("asked by number, paid apart"),
    Kind("same number, never twice", lookup=False, pays_apart=False, same_number=True),
    Kind("cannot be asked", lookup=False, pays_apart=False),
)


@dataclass(frozen=True)
class Rules:
    """Production's decisions that a broken variant replaces."""

    placed: Callable[..., PurchaseOrder] = purchasing.placed
    abandoned: Callable[..., PurchaseOrder] = purchasing.abandoned
    paid: Callable[..., PurchaseOrder] = purchasing.paid
    cancel_or_wish: Callable[..., PurchaseOrder] = undoing.cancel_or_wish
    claims: bool = True
    waits_for_late: bool = True


class Protocol:
    """All moves from a state, by one set of rules, at one kind of supplier."""

    def __init__(self, kind: Kind, rules: Rules | None = None) -> None:
        self.kind = kind
        self.rules = rules or Rules()
        self._known: dict[Any, Row] = {}

    # --- small rows and real ones ---

    def decided(self, name: str, rule: Callable[[PurchaseOrder, Any], PurchaseOrder], row: Row, age: int) -> Row:
        """What a pure function makes of a row at an age of its attempt; remembered under `name`."""
        asked = (name, row, age)
        if asked not in self._known:
            now = START + SINCE[age]
            self._known[asked] = small(rule(real(row, age), now), now)
        return self._known[asked]

    # --- moves ---

    def edges(self, world: World) -> Iterator[Edge]:
        """Every move from here."""
        yield from self._time(world)
        yield from self._supplier(world)
        yield from self._people(world)
        yield from self._starts(world)
        seen = None
        for index, worker in enumerate(world.workers):
            if worker.at and worker != seen:
                seen = worker
                if world.faults:
                    yield Edge("crash", one_fault_less(with_worker(world, index, IDLE)), False)
                yield from self._works(world, index, worker)

    def _time(self, world: World) -> Iterator[Edge]:
        row, age = world.row, world.age
        if row.due == LATER:
            yield Edge("falls due", world._replace(row=row._replace(due=DUE)), True)
        if not unclear(row):
            return
        if age == FRESH and not any(worker.own and worker.at in SPEAKING for worker in world.workers):
            yield Edge("lease over", world._replace(age=LEASED_OUT), True)
        over = not world.coming and not world.paying
        if age == LEASED_OUT and (over or not self.rules.waits_for_late):
            due = DUE if row.due == WHEN_LANDED else row.due
            yield Edge("late bound over", world._replace(age=LANDED, row=row._replace(due=due)), True)

    def _supplier(self, world: World) -> Iterator[Edge]:
        if world.coming:
            yield Edge("lands late", self._made(world._replace(coming=world.coming - 1)), True)
            yield Edge("never lands", world._replace(coming=world.coming - 1), True)
        if world.paying:
            yield Edge("paid late", world._replace(paying=world.paying - 1, paid=world.paid + 1), True)
            yield Edge("never paid", world._replace(paying=world.paying - 1), True)
        shown = shown_by(world)
        if shown is not None:
            row = self.decided(
                f"listed {shown}",
                lambda po, now: watching.seen(po, order_shown(shown), None, now),
                world.row,
                world.age,
            )
            yield from written("listed", world, row, True)

    def _people(self, world: World) -> Iterator[Edge]:
        row, age = world.row, world.age
        acts: list[tuple[str, Callable[[PurchaseOrder, Any], PurchaseOrder]]] = []
        if row.state is not PoState.CANCELLED:
            acts.append(("cancel", lambda po, now: self.rules.cancel_or_wish(po, "anna", now)))
        acts.append(("approve", lambda po, now: deciding.approved(po, "anna", now)))
        if row.state is PoState.NEEDS_HUMAN and not world.coming and not (world.gone and not world.live):
            there = "S1" if world.live else ""
            acts.append(
                (
                    f"resolve: {'there' if there else 'not there'}",
                    lambda po, now: deciding.resolved(po, there, "anna", now),
                )
            )
        for name, act in acts:
            try:
                following = self.decided(name, act, row, age)
            except IllegalMove:
                continue
            yield from written(name, world, following, False)

    def _starts(self, world: World) -> Iterator[Edge]:
        if IDLE not in world.workers:
            return
        due = world.row.due == DUE
        if due or world.faults:
            start = world if due else one_fault_less(world)
            for edge in self._begins(start, world.workers.index(IDLE)):
                yield edge if due else edge._replace(label=f"early: {edge.label}", sure=False)

    def _begins(self, world: World, index: int) -> Iterator[Edge]:
        """What `forward.advance.step` does first with the row as it is now.

        Reading and writing without a call between are one move: another write between them would only refuse it.
        """
        row, age = world.row, world.age
        stale = row.tried and age >= LEASED_OUT
        if row.payment is PaymentState.PAYING and stale:
            following = self.decided(
                "payment abandoned", lambda po, now: purchasing.payment_abandoned(po, SETTLE, now), row, age
            )
            yield from written("payment abandoned", world, following, True)
        elif row.payment is PaymentState.PAYMENT_UNKNOWN:
            if row.due == DUE:
                yield from self._asks(world, index, "payment asked")
        elif row.state is PoState.READY and row.cancel:
            following = self.decided("wish", self._wished, row, age)
            yield from written("wish settled", world, following, True)
        elif row.state is PoState.READY:
            following = self.decided("hold", lambda po, now: purchasing.held(po, (HOLD,), now), row, age)
            yield from written("held", world, following, False)
            yield from self._claims(world, index, "place", purchasing.claimed)
        elif row.state is PoState.SUBMITTING and stale:
            following = self.decided("abandoned", lambda po, now: self.rules.abandoned(po, SETTLE, now), row, age)
            yield from written("abandoned", world, following, True)
        elif row.state is PoState.UNKNOWN and row.due == DUE:
            if self.kind.lookup:
                yield from self._asks(world, index, "asked")
            else:
                following = self.decided(
                    "cannot ask",
                    lambda po, now: purchasing.cannot_ask(po, self.kind.same_number, "S", now),
                    row,
                    age,
                )
                yield from written("cannot ask", world, following, True)
        elif row.state is PoState.SUBMITTED and row.cancel and row.undo is not Undo.REFUSED:
            if row.payment is not PaymentState.PAYING and row.due == DUE:
                yield Edge("undo", with_worker(world, index, Worker("undo", fresh=True)), True)
        elif row.state is PoState.SUBMITTED and row.payment is PaymentState.UNPAID and self._may_pay(row):
            yield from self._claims(world, index, "pay", purchasing.payment_claimed)

    def _may_pay(self, row: Row) -> bool:
        return self.kind.pays_apart and not row.holds and not row.cancel

    def _wished(self, po: PurchaseOrder, now: Any) -> PurchaseOrder:
        following = self.rules.cancel_or_wish(po, "system", now)
        return purchasing.for_a_person(po, HOLD, now) if following is po else following

    def _claims(self, world: World, index: int, call: str, claim: Callable[..., PurchaseOrder]) -> Iterator[Edge]:
        claimed = Worker(call, fresh=True, own=True, clean=world.row.clean)
        if not self.rules.claims:
            yield Edge(f"{call} unclaimed", with_worker(world, index, claimed), True)
            return
        row = self.decided(call, lambda po, now: claim(po, attempt_of(ROWS), now), world.row, FRESH)
        after = rewritten(world, row, taken=True)._replace(age=FRESH)
        yield Edge(f"{call} claimed", with_worker(after, index, claimed), True)
        if world.faults:
            unheard = with_worker(after, index, claimed._replace(at=f"{call}?"))
            yield Edge(f"{call} claimed, answer lost", one_fault_less(unheard), False)

    def _asks(self, world: World, index: int, what: str) -> Iterator[Edge]:
        asked = Worker(what, shown_by(world) or "none", fresh=True, age=world.age)
        yield Edge(what, with_worker(world, index, asked), True)
        if world.faults:
            failed = self.decided(
                "failed", lambda po, now: purchasing.lookup_failed(po, "down", SETTLE, now), world.row, world.age
            )
            yield from written("look-up fails", one_fault_less(world), failed, False)

    def _works(self, world: World, index: int, worker: Worker) -> Iterator[Edge]:
        match worker.at:
            case "place?":
                # A failed condition after the SDK's retry: it is ours if the row carries our attempt.
                on = worker._replace(at="place", fresh=True) if worker.own else IDLE
                yield Edge("claim recognised", with_worker(world, index, on), True)
            case "pay?":
                on = worker._replace(at="pay") if worker.fresh else IDLE
                yield Edge("claim recognised", with_worker(world, index, on), True)
            case "place":
                yield from self._calls(world, index, worker, "placed", "done" if self.kind.pays_apart else self._pays())
            case "pay":
                yield from self._calls(world, index, worker, "paid", "done")
            case "placed" | "paid":
                yield self._records(world, index, worker)
            case "undo":
                yield from self._undoes(world, index, worker)
            case "undone":
                free = with_worker(world, index, IDLE)
                if worker.fresh:
                    outcome = OUTCOMES[worker.told]
                    row = self.decided(
                        f"undone {worker.told}",
                        lambda po, now: undoing.answered(po, outcome, now),
                        world.row,
                        world.age,
                    )
                    free = rewritten(free, row)
                yield Edge(f"cancel {worker.told} recorded", free, True)
            case _:
                yield self._learns(world, index, worker)

    def _pays(self) -> str:
        return "done and paid" if self.kind.same_number else "done"

    def _calls(self, world: World, index: int, worker: Worker, then: str, done: str) -> Iterator[Edge]:
        """One call to the supplier: what it does there, and what the worker hears of it."""

        def heard(after: World, told: str) -> World:
            return with_worker(after, index, worker._replace(at=then, told=told))

        placing = then == "placed"
        possible = placing or world.live > 0
        effect = self._made(world) if placing else world._replace(paid=world.paid + 1)
        if possible:
            yield Edge(f"{then}: done", heard(effect, done), True)
        yield Edge(f"{then}: refused", heard(world, "refused"), True)
        if not world.faults:
            return
        yield Edge(f"{then}: never sent", one_fault_less(heard(world, "never sent")), False)
        yield Edge(f"{then}: lost without effect", one_fault_less(heard(world, "unclear")), False)
        if possible:
            yield Edge(f"{then}: lost with effect", one_fault_less(heard(effect, "unclear")), False)
            flying = world._replace(coming=world.coming + 1) if placing else world._replace(paying=world.paying + 1)
            yield Edge(f"{then}: lost, in flight", one_fault_less(heard(flying, "unclear")), False)
            yield Edge(f"{then}: killed, in flight", one_fault_less(with_worker(flying, index, IDLE)), False)

    def _made(self, world: World) -> World:
        if self.kind.same_number and (world.live or world.gone):
            return world
        return world._replace(live=world.live + 1, paid=world.paid + (self._pays() == "done and paid"))

    def _records(self, world: World, index: int, worker: Worker) -> Edge:
        """Write what the call proved, on the row as it is, if it is still this attempt's."""
        outcome = OUTCOMES[worker.told]
        placing = worker.at == "placed"
        free = with_worker(world, index, IDLE)
        if not worker.fresh:
            held = real(world.row, world.age)
            ours = held.model_copy(update={"attempt": attempt_of(ROWS if worker.own else OTHER)})
            still = purchasing.mine(ours, held, outcome) if placing else purchasing.payment_mine(ours, held)
            if not still:
                return Edge("claim lost", free, True)
        if placing:
            row = self.decided(
                f"placed {worker.told} {worker.clean}",
                lambda po, now: self.rules.placed(in_hand(po), outcome, worker.clean, SETTLE, now),
                world.row,
                world.age,
            )
        else:
            row = self.decided(
                f"paid {worker.told}",
                lambda po, now: self.rules.paid(in_hand(po), outcome, SETTLE, now),
                world.row,
                world.age,
            )
        return Edge(f"{worker.at} recorded", rewritten(free, row), True)

    def _learns(self, world: World, index: int, worker: Worker) -> Edge:
        """Write what a look-up said, if nobody wrote meanwhile; its time is the one at which it was asked."""
        free = with_worker(world, index, IDLE)
        if not worker.fresh:
            return Edge("look-up came late", free, True)
        shown = None if worker.told == "none" else order_shown(worker.told)

        def rule(po: PurchaseOrder, now: Any) -> PurchaseOrder:
            if worker.at == "payment asked":
                return purchasing.payment_seen(po, shown, "S", SETTLE, LATE, now)
            if shown is None:
                return purchasing.not_found(po, SETTLE, LATE, now)
            return purchasing.found(po, shown, None, now)

        row = self.decided(f"{worker.at} {worker.told}", rule, world.row, worker.age)
        if row.due == WHEN_LANDED and world.age == LANDED:
            row = row._replace(due=DUE)
        return Edge(f"{worker.at}: {worker.told}", rewritten(free, row), True)

    def _undoes(self, world: World, index: int, worker: Worker) -> Iterator[Edge]:
        """Ask the supplier to cancel: it may, unless it keeps what was paid."""
        gone = world._replace(live=0, gone=world.gone + world.live) if not world.paid else world

        def answered(after: World, told: str) -> World:
            return with_worker(after, index, worker._replace(at="undone", told=told))

        if not world.paid:
            yield Edge("cancelled there", answered(gone, "done"), True)
        yield Edge("cancel refused", answered(world, "refused"), True)
        if world.faults:
            yield Edge("cancel lost without effect", one_fault_less(answered(world, "unclear")), False)
            yield Edge("cancel lost with effect", one_fault_less(answered(gone, "unclear")), False)
