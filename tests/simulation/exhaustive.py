"""Every state that one purchase order can get into with two workers, the sweep, people and up to three faults.

    python -m tests.simulation.exhaustive

walks them all, breadth first, over production's pure decisions (`tests.simulation.protocol` says what is small about
them), and prints how many there are. A violation is printed with the shortest way to it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from daifa.errors import IllegalMove
from daifa.models.outcomes import NeverSent, Unclear
from daifa.models.purchase import PurchaseOrder, Undo
from daifa.models.states import PaymentState, PoState
from daifa.rules import purchasing, undoing
from tests.simulation.protocol import KINDS, Kind, Protocol, Rules
from tests.simulation.small import FAULTS, World

PEOPLE = {PoState.ON_HOLD, PoState.NEEDS_HUMAN, PoState.REJECTED}


@dataclass(frozen=True)
class Report:
    """What was walked, and what was found wrong: the sentence and the moves that lead there."""

    kind: str
    states: int
    edges: int
    depth: int
    violation: str = ""
    way: tuple[str, ...] = ()
    worlds: tuple[World, ...] = field(default=(), repr=False)
    moves: frozenset[str] = field(default=frozenset(), repr=False)

    def __str__(self) -> str:
        walked = f"{self.kind}: {self.states} states, {self.edges} edges, depth {self.depth}"
        return walked if not self.violation else "\n  ".join((f"{walked}: {self.violation}", *self.way))


def wrong(world: World) -> str:
    """What must never be, if this state is it."""
    row = world.row
    if world.live > 1:
        return "two live orders at the supplier"
    if world.paid > 1:
        return "paid twice"
    if row.payment is PaymentState.PAID and not world.paid:
        return "PAID, and the supplier has no money"
    if row.state is PoState.SUBMITTED and not world.live and not (row.cancel and world.gone):
        return "SUBMITTED, and the supplier has it not"
    if row.state is PoState.CANCELLED and (world.live or world.coming):
        return "CANCELLED, and the supplier has it or will"
    if row.state is PoState.CANCELLED and not world.gone and (world.paid or world.paying):
        return "CANCELLED, and paid for"
    return ""


def settled(world: World, kind: Kind) -> bool:
    """Whether nothing is left to do but by a person: bought, cancelled, or somebody's task."""
    row = world.row
    if row.state in PEOPLE or row.state is PoState.CANCELLED:
        return True
    if row.state is not PoState.SUBMITTED or row.payment in (PaymentState.PAYING, PaymentState.PAYMENT_UNKNOWN):
        return False
    if row.cancel:
        return row.undo is Undo.REFUSED
    return bool(row.holds) or row.payment is PaymentState.PAID or not kind.pays_apart


def walk(kind: Kind, rules: Rules | None = None) -> Report:
    """Every state that can be reached, and the first that must not be, or from which nothing is ever settled."""
    protocol = Protocol(kind, rules)
    start = World()
    number = {start: 0}
    order = [start]
    came: list[tuple[int, str]] = [(0, "")]
    depths = [0]
    # Who leads to a state by moves that need no fault and no person.
    before: list[list[int]] = [[]]
    edges = 0
    moves: set[str] = set()
    for here, world in enumerate(order):
        try:
            for label, to, sure in protocol.edges(world):
                edges += 1
                moves.add(label)
                there = number.get(to)
                if there is None:
                    there = number[to] = len(order)
                    order.append(to)
                    came.append((here, label))
                    depths.append(depths[here] + 1)
                    before.append([])
                    if violation := wrong(to):
                        way = _way(came, order, there)
                        return Report(kind.name, len(order), edges, depths[there], violation, way)
                if sure:
                    before[there].append(here)
        except IllegalMove as error:
            way = _way(came, order, here)
            return Report(kind.name, len(order), edges, depths[here], f"a step that is illegal: {error.values}", way)
    stuck = _stuck(order, before, kind)
    if stuck is not None:
        violation, way = "nothing settles it any more", _way(came, order, stuck)
        return Report(kind.name, len(order), edges, depths[-1], violation, way)
    return Report(kind.name, len(order), edges, depths[-1], worlds=tuple(order), moves=frozenset(moves))


def _stuck(order: list[World], before: list[list[int]], kind: Kind) -> int | None:
    """The first state from which no settled one can be reached."""
    reached = [settled(world, kind) for world in order]
    waiting = [index for index, good in enumerate(reached) if good]
    while waiting:
        for index in before[waiting.pop()]:
            if not reached[index]:
                reached[index] = True
                waiting.append(index)
    return next((index for index, good in enumerate(reached) if not good), None)


def _way(came: list[tuple[int, str]], order: list[World], index: int) -> tuple[str, ...]:
    way = []
    while index:
        earlier, label = came[index]
        world = order[index]
        held = f"{world.row.state.value} {world.row.payment.value}"
        way.append(f"{label:<28} {held}, live {world.live}, coming {world.coming}, paid {world.paid}")
        index = earlier
    return tuple(reversed(way))


# --- protocols that are wrong, to show that the walk finds what it looks for ---


def _retries(placed: Callable[..., PurchaseOrder], po: PurchaseOrder, outcome: Any, *more: Any) -> PurchaseOrder:
    return placed(po, NeverSent("timeout") if isinstance(outcome, Unclear) else outcome, *more)


def _back_to_ready(po: PurchaseOrder, settle: Any, now: Any) -> PurchaseOrder:
    return purchasing.placed(po, NeverSent("lease"), True, settle, now)


def _ignores(*states: PoState) -> Callable[..., PurchaseOrder]:
    """Cancelling at once in these states, whatever else is known."""

    def cancel(po: PurchaseOrder, by: str, now: Any) -> PurchaseOrder:
        if po.state in states:
            change = {"state": PoState.CANCELLED, "holds": (), "work_due": None}
            return po.model_copy(update=change)
        return undoing.cancel_or_wish(po, by, now)

    return cancel


def _pays_again(po: PurchaseOrder, outcome: Any, settle: Any, now: Any) -> PurchaseOrder:
    return purchasing.paid(po, NeverSent("timeout") if isinstance(outcome, Unclear) else outcome, settle, now)


def _left_alone(po: PurchaseOrder, settle: Any, now: Any) -> PurchaseOrder:
    """A claim that is left as it is for ever."""
    return po


MUTANTS: dict[str, Rules] = {
    "retry on ambiguous": Rules(placed=lambda po, outcome, *more: _retries(purchasing.placed, po, outcome, *more)),
    "stale claim back to READY": Rules(abandoned=_back_to_ready),
    "cancel of an unclean READY": Rules(cancel_or_wish=_ignores(PoState.READY)),
    "cancel ignores flight": Rules(cancel_or_wish=_ignores(PoState.SUBMITTING, PoState.UNKNOWN)),
    "no claim": Rules(claims=False),
    "pay twice": Rules(paid=_pays_again),
    "short late bound": Rules(waits_for_late=False),
    "stale claim for ever": Rules(abandoned=_left_alone),
}


def caught(rules: Rules) -> Report | None:
    """How a wrong protocol is found out, at the first kind of supplier where it is."""
    return next((report for kind in KINDS if (report := walk(kind, rules)).violation), None)


def main() -> Iterator[str]:
    """The walk over production's rules, then each wrong protocol with how it was found out."""
    reports = [walk(kind) for kind in KINDS]
    yield from map(str, reports)
    states, edges = sum(report.states for report in reports), sum(report.edges for report in reports)
    yield f"in all {states} states, {edges} edges, up to {FAULTS} faults, {len(reports)} kinds of supplier"
    for name, rules in MUTANTS.items():
        report = caught(rules)
        yield f"{name}: " + (f"{report.violation} after {len(report.way)} moves" if report else "NOT FOUND")


if __name__ == "__main__":
    for line in main():
        sys.stdout.write(f"{line}\n")
