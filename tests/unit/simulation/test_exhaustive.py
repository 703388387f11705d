"""One purchase order, two workers, the sweep, people and three faults: every state of it is a good one."""

from __future__ import annotations

from functools import cache

import pytest

from tests.simulation.exhaustive import MUTANTS, Report, caught, main, walk
from tests.simulation.protocol import KINDS, Kind
from tests.simulation.small import SINCE, START, real, small

# What must have happened somewhere in a walk, or it says nothing: each kind of fault, and each way out of one.
MOVES = {
    *("crash", "lease over", "late bound over", "falls due", "lands late", "never lands", "paid late", "never paid"),
    *("place claimed", "place claimed, answer lost", "pay claimed", "pay claimed, answer lost", "claim recognised"),
    *(f"{call}: {how}" for call in ("placed", "paid") for how in ("done", "refused", "never sent")),
    *(f"{call}: lost {how}" for call in ("placed", "paid") for how in ("with effect", "without effect")),
    *(f"{call}: {how}, in flight" for call in ("placed", "paid") for how in ("lost", "killed")),
    *(
        "abandoned",
        "payment abandoned",
        "early: place claimed",
        "claim lost",
        "look-up fails",
        "look-up came late",
    ),
    *("asked: none", "asked: open", "payment asked: paid", "payment asked: open", "cannot ask", "listed"),
    *("cancel", "approve", "resolve: there", "resolve: not there", "wish settled", "held"),
    *("cancelled there", "cancel refused", "cancel lost with effect", "cancel lost without effect"),
}


@cache
def walked(kind: Kind) -> Report:
    """The walk at one kind of supplier."""
    return walk(kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_state_is_wrong_and_from_each_something_is_settled(kind: Kind) -> None:
    assert walked(kind).violation == "", str(walked(kind))


def test_the_walk_is_a_long_one_and_leaves_nothing_out() -> None:
    reports = [walked(kind) for kind in KINDS]
    assert sum(report.states for report in reports) > 10_000
    assert max(report.depth for report in reports) > 20
    assert MOVES - frozenset().union(*(report.moves for report in reports)) == set()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_protocol_that_is_wrong_is_found_out(mutant: str) -> None:
    report = caught(MUTANTS[mutant])
    assert report is not None
    assert report.way


def test_a_small_row_and_its_real_one_say_the_same() -> None:
    for kind in KINDS:
        for row, age in {(world.row, world.age) for world in walked(kind).worlds}:
            assert small(real(row, age), START + SINCE[age]) == row


def test_the_command_prints_what_was_walked() -> None:
    said = list(main())
    assert [line.partition(":")[0] for line in said[:3]] == [kind.name for kind in KINDS]
    assert said[3].startswith("in all ")
    assert len(said) == 4 + len(MUTANTS)
