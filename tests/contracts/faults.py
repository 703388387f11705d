"""How the world is told to misbehave in every contract kit, and what a request that moves something must answer."""

from __future__ import annotations

from dataclasses import dataclass

from daifa.ports import Done, NeverSent, Outcome, Unclear
from local.world.world import World

# Long enough to be later than a healthy answer, short enough for a test: the line is cut afterwards.
HELD_SECONDS = 0.2


@dataclass(frozen=True)
class Fault:
    """One way to go wrong: the outcome that is true, and how many effects the other side then has."""

    kind: str
    outcome: type[Outcome]
    effects: int
    only: frozenset[str] = frozenset()


# Catalogue F23-F26: with and without effect, honest and dishonest.
FAULTS = (
    Fault("http_500", Unclear, 0),
    Fault("timeout_before", Unclear, 0),
    Fault("lost_answer", Unclear, 1),
    Fault("timeout", Unclear, 1),
    Fault("http_500_after", Unclear, 1),
    Fault("garbage", Unclear, 1),
    Fault("empty", Unclear, 1),
    Fault("late", Done, 1),
    Fault("throttled", NeverSent, 0),
)
READ_FAULTS = (
    "http_500",
    "timeout_before",
    "lost_answer",
    "timeout",
    "http_500_after",
    "garbage",
    "empty",
    "throttled",
)


def order(world: World, party: str, operation: str, kind: str) -> None:
    """Let the next such request go wrong."""
    seconds = HELD_SECONDS if kind in ("timeout", "timeout_before", "late") else None
    world.faults.add(party, operation, kind, seconds=seconds)
