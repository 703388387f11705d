"""Each state machine is one table; every other move is refused with the state it is in."""

from __future__ import annotations

import sys
from enum import StrEnum

import pytest

from daifa.errors import IllegalMove
from daifa.rules import lifecycle
from daifa.rules.lifecycle import Lifecycle
from local import diagrams

MACHINES = [pytest.param(machine, id=machine.name) for machine in lifecycle.ALL]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_of_the_enum_stands_in_the_table_and_every_move_leads_to_one(machine: Lifecycle[StrEnum]) -> None:
    states = set(type(next(iter(machine.moves))))

    assert set(machine.moves) == states
    assert {new for _, new in machine.edges()} <= states


@pytest.mark.parametrize("machine", MACHINES)
def test_a_move_that_is_not_in_the_table_is_refused_and_names_the_current_state(machine: Lifecycle[StrEnum]) -> None:
    legal = set(machine.edges())
    for old in machine.moves:
        for new in machine.moves:
            if (old, new) in legal:
                assert machine.check(old, new) is new
                continue
            with pytest.raises(IllegalMove) as refused:
                machine.check(old, new)

            assert refused.value.status == 409
            assert refused.value.values["state"] == old.value


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_can_be_reached(machine: Lifecycle[StrEnum]) -> None:
    start = next(iter(machine.moves))
    seen, todo = {start}, [start]
    while todo:
        for new in machine.moves[todo.pop()]:
            if new not in seen:
                seen.add(new)
                todo.append(new)

    assert seen == set(machine.moves)


def test_a_purchase_whose_outcome_is_unclear_is_never_sent_again_directly() -> None:
    after = lifecycle.PURCHASE.moves[lifecycle.PoState.UNKNOWN]

    assert lifecycle.PoState.SUBMITTING not in after
    assert lifecycle.PoState.CANCELLED not in after


def test_the_diagrams_in_the_docs_are_drawn_from_the_tables() -> None:
    assert diagrams.PAGE.read_text("utf-8") == diagrams.page()


def test_the_check_of_the_diagrams_fails_when_they_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagrams, "PAGE", diagrams.PAGE.with_name("nowhere.md"))
    monkeypatch.setattr(sys, "argv", ["diagrams", "--check"])

    with pytest.raises(SystemExit, match="not current"):
        diagrams.main()
