"""`python -m tests.simulation`: play seeds, or show for each known mistake that they catch it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from tests.simulation import coverage
from tests.simulation.run import Result, play, run

TAIL = 80


def main() -> int:
    """The exit code is 1 if anything was violated, never met, or not caught."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    asked.add_argument("--seeds", type=int, default=5000, help="how many seeds")
    asked.add_argument("--first", type=int, default=1, help="the first seed")
    asked.add_argument("--jobs", type=int, default=2, help="processes")
    asked.add_argument("--budget", type=float, default=0.0, help="stop after so many seconds")
    asked.add_argument("--resume", type=Path, help="go on where this file says, and keep it up to date")
    asked.add_argument("--trace", type=int, help="play one seed and print its whole trace")
    asked.add_argument("--mutants", action="store_true", help="show for each known mistake which seed catches it")
    told = asked.parse_args()
    if told.trace is not None:
        world = play(told.trace)
        print("\n".join(world.lines))
        print(f"seed {told.trace}: {world.digest}", *world.violations, sep="\n")
        return bool(world.violations)
    if told.mutants:
        from tests.simulation.mutants import hunt

        return hunt(told.seeds, told.first)
    return _seeds(told.first, told.seeds, told.jobs, told.budget, told.resume)


def _seeds(first: int, seeds: int, jobs: int, budget: float, resume: Path | None) -> int:
    before = _read(resume)
    begin = max(first, before.get("next", first))
    kept = Result(before.get("seeds", 0), Counter(before.get("hits", {})))
    kept.failed = {int(seed): found for seed, found in before.get("failed", {}).items()}
    started, cpu = time.monotonic(), before.get("seconds", 0.0)

    def noted(end: int, part: Result) -> None:
        kept.add(part)
        for seed, found in part.failed.items():
            print(f"seed {seed}: {found[0]}", flush=True)
        if resume is not None:
            _write(resume, end, kept, cpu + time.monotonic() - started)

    run(begin, first + seeds - begin, jobs, seconds=budget, told=noted)
    seconds = cpu + time.monotonic() - started
    for seed in list(kept.failed)[:1]:
        _show(seed)
    print("\n".join(coverage.table(kept.hits)))
    holes = coverage.holes(kept.hits) if kept.seeds >= 5000 else []
    rate = kept.seeds / seconds if seconds else 0.0
    print(f"{kept.seeds:,} seeds, {len(kept.failed)} with violations, {seconds:.0f} s, {rate:.1f} seeds/s")
    for name in holes:
        print(f"never met: {name}")
    return bool(kept.failed or holes)


def _show(seed: int) -> None:
    world = play(seed)
    print(f"--- seed {seed}, the last {TAIL} lines of {len(world.lines)} ---")
    print("\n".join(world.lines[-TAIL:]))
    print("\n".join(world.violations))
    print(f"--- the whole of it: python -m tests.simulation --trace {seed} ---")


def _read(resume: Path | None) -> dict[str, object]:
    if resume is None or not resume.exists():
        return {}
    found: dict[str, object] = json.loads(resume.read_text(encoding="utf-8"))
    return found


def _write(resume: Path, end: int, kept: Result, seconds: float) -> None:
    state = {"next": end, "seeds": kept.seeds, "hits": kept.hits, "failed": kept.failed, "seconds": seconds}
    part = resume.with_suffix(".part")
    part.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    part.replace(resume)


if __name__ == "__main__":
    sys.exit(main())
