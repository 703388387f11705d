"""The whole house under every fault we know: thousands of schedules and no violation.

It uses every core by itself, so `make test` and `make unit` run this file alone, after the other unit tests.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation import coverage
from tests.simulation.run import Result, run

# They take two minutes on two cores that do nothing else; `make simulate` plays more.
SEEDS = 5_000


@pytest.fixture(scope="module")
def played() -> Result:
    """So many seeds on every core there is."""
    return run(1, SEEDS, os.cpu_count() or 1)


def test_no_schedule_of_faults_breaks_a_promise(played: Result) -> None:
    assert played.seeds == SEEDS
    assert played.failed == {}


def test_every_fault_and_every_move_was_met(played: Result) -> None:
    assert coverage.holes(played.hits) == []
