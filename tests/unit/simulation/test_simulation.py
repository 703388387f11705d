"""The whole house under every fault we know: thousands of schedules, no violation, and each known mistake is caught."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import coverage
from tests.simulation.mutants import MUTANTS, Mutant, caught
from tests.simulation.run import Result, kept, play, run

ROOT = Path(__file__).resolve().parents[3]
# As many as leave the whole test run under ten minutes on two cores; `make simulate` plays more.
SEEDS = 2_000


@pytest.fixture(scope="module")
def played() -> Result:
    """So many seeds on every core there is."""
    return run(1, SEEDS, os.cpu_count() or 1)


def test_no_schedule_of_faults_breaks_a_promise(played: Result) -> None:
    assert played.seeds == SEEDS
    assert played.failed == {}


def test_every_fault_and_every_move_was_met(played: Result) -> None:
    assert coverage.holes(played.hits) == []


@pytest.mark.parametrize("seed", sorted(kept()), ids=str)
def test_what_a_seed_once_found_stays_mended(seed: int) -> None:
    assert play(seed).violations == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_known_mistake_is_caught_soon(mutant: Mutant) -> None:
    seed, hurt = caught(mutant, 1, 2_000)
    assert (seed > 0, hurt) != (False, "")


def test_one_seed_is_one_trace_whatever_python_hashes() -> None:
    told = "from tests.simulation.run import play; print(*(play(seed).digest for seed in (3, 35, 100654)))"
    path = os.pathsep.join(str(ROOT / name) for name in ("shared", "functions", "."))
    digests = {
        subprocess.run(
            [sys.executable, "-c", told],
            env={**os.environ, "PYTHONHASHSEED": hashing, "PYTHONPATH": path},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hashing in ("1", "2")
    }
    assert len(digests) == 1
