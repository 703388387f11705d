"""What the simulation is worth: each known mistake is caught, what it once found stays mended, a seed is one trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, Mutant, caught
from tests.simulation.run import kept, play

ROOT = Path(__file__).resolve().parents[3]


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
