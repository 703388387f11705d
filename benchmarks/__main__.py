"""`python -m benchmarks [--only name]`: measure and print one table; 1 if a gate is broken."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks.figure import Figure, table

# In the order of the table; the slow one is last.
PARTS = ("webhook", "doors", "page", "lines", "extract", "story")


def main() -> int:
    """Measure the parts that were asked for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--only", choices=PARTS, action="append", help="one part (may be given again)")
    figures: list[Figure] = []
    for name in options.parse_args().only or PARTS:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        figures += import_module(f"benchmarks.{name}").measure()
    print(table(figures))
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
