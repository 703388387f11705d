"""Many seeds: ranges over processes, what they found, what they covered, how fast."""

from __future__ import annotations

import gc
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.engine import World
from tests.simulation.seed import Seed
from tests.simulation.swarm import Swarm
from tests.simulation.wiring import wired

KEPT = Path(__file__).parent / "seeds.json"
# So many seeds are handed to a process at a time, and so many times: what seeds leave behind goes with the process,
# which costs a tenth less than looking through it for garbage.
CHUNK = 50
CHUNKS = 8


@dataclass
class Result:
    """What a range of seeds came to: for each failing seed what it hurt."""

    seeds: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, other: Result) -> None:
        """Take another range in."""
        self.seeds += other.seeds
        self.hits.update(other.hits)
        self.failed.update(other.failed)


def play(seed: int, tune: Callable[[Swarm], None] | None = None) -> World:
    """One seed alone, as every process plays it."""
    with wired() as use:
        return Seed(seed, use, tune).play()


def play_range(first: int, seeds: int) -> Result:
    """These seeds one after the other in this process."""
    result = Result()
    with wired() as use:
        for number in range(first, first + seeds):
            world = Seed(number, use).play()
            result.seeds += 1
            result.hits.update(world.hits)
            if world.violations:
                result.failed[number] = world.violations
    return result


def _chunk(task: tuple[int, int]) -> Result:
    return play_range(*task)


def run(
    first: int, seeds: int, jobs: int, *, seconds: float = 0.0, told: Callable[[int, Result], None] | None = None
) -> Result:
    """This many seeds in so many processes; ends early after `seconds` (0: never). `told` hears after each chunk."""
    whole = Result()
    begun = time.monotonic()
    tasks = [(at, min(CHUNK, first + seeds - at)) for at in range(first, first + seeds, CHUNK)]
    for end, part in _in_order(tasks, jobs):
        whole.add(part)
        if told is not None:
            told(end, part)
        if seconds and time.monotonic() - begun > seconds:
            break
    return whole


def _in_order(tasks: list[tuple[int, int]], jobs: int) -> Iterator[tuple[int, Result]]:
    if jobs <= 1:
        for at, seeds in tasks:
            yield at + seeds, play_range(at, seeds)
        return
    # What the first seeds load and work out, every process has from the start.
    play_range(tasks[0][0], min(10, tasks[0][1]))
    with multiprocessing.get_context("fork").Pool(jobs, _quiet, maxtasksperchild=CHUNKS) as pool:
        for (at, seeds), part in zip(tasks, pool.imap(_chunk, tasks), strict=True):
            yield at + seeds, part


def _quiet() -> None:
    """Nothing is looked through for garbage."""
    gc.freeze()
    gc.disable()


def kept() -> dict[int, str]:
    """Seeds that once found something, with what it was; they are played for ever."""
    return {int(seed): what for seed, what in json.loads(KEPT.read_text(encoding="utf-8")).items()}
