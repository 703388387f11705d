"""What each function's file pulls in before the first event: an import that creeps in is paid at every cold start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchmarks.figure import Figure
from benchmarks.fresh import ROOT, run
from local.template import read


def handlers() -> dict[str, list[str]]:
    """Each module that template.yaml names as a handler, with its functions."""
    found: dict[str, list[str]] = {}
    for name, resource in read(ROOT / "template.yaml")["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            found.setdefault(resource["Properties"]["Handler"].rpartition(".")[0], []).append(name)
    return found


def modules(name: str) -> list[str]:
    """The names in `sys.modules` after a fresh process imported this module."""
    found: list[str] = run(f"import json, sys, {name}; print(json.dumps(sorted(sys.modules)))")
    return found


def measure() -> Iterator[Figure]:
    """One figure per door, with the packages that weigh most."""
    for name, functions in handlers().items():
        seen = modules(name)
        packages = Counter(one.partition(".")[0] for one in seen)
        most = ", ".join(f"{package} {count}" for package, count in packages.most_common(4))
        yield Figure(f"doors: {name}", len(seen), f"modules after import ({', '.join(functions)}); {most}")
