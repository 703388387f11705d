"""What the seeds have really met: each fault kind of each port, each edge of the state machines that matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from daifa.rules.lifecycle import ORDER, PAYMENT, PURCHASE
from tests.simulation.swarm import FAMILIES

# What nobody in this world can cause yet, each with the reason.
UNREACHED: dict[str, str] = {
    "purchase: READY -> NEEDS_HUMAN": "a wish to cancel just between two questions to one who can't be asked is rare",
}

OTHERS = (
    "killed at the deadline",
    "http: lands late",
    "queue: dead-lettered",
    "queue: redelivered",
    "queue: redriven",
    "queue: partial batch failure",
    "webhook: lost",
    "webhook: doubled",
    "webhook: late",
    "webhook: sent again",
    "push: lost",
    "push: doubled",
    "push: late",
    "push: sent again",
    "seller: refused at the call",
    "seller: refused by a push",
    "seller: refused to cancel",
    "schedule: skipped",
    "schedule: doubled",
)


def edge(machine: str, old: str, new: str) -> str:
    """How a move is counted."""
    return f"{machine}: {old} -> {new}"


def wanted() -> Iterator[str]:
    """Everything that a long run has to meet."""
    for family, kinds in FAMILIES.items():
        for kind in kinds:
            yield f"{family}: {kind.value}"
    yield from OTHERS
    for machine in (PURCHASE, PAYMENT, ORDER):
        for old, new in machine.edges():
            yield edge(machine.name, old.value, new.value)


def holes(hits: Counter[str]) -> list[str]:
    """What was never met and has no reason not to be."""
    return [name for name in wanted() if not hits[name] and name not in UNREACHED]


def table(hits: Counter[str]) -> Iterator[str]:
    """A row per fault kind and per edge with its hits."""
    for name in wanted():
        note = f"  (allowed: {UNREACHED[name]})" if name in UNREACHED and not hits[name] else ""
        yield f"{hits[name]:>12,}  {name}{note}"
