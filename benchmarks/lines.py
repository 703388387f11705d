"""How much there is to read, and where."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.fresh import ROOT

KINDS = {".py": "python", ".js": "js", ".css": "css", ".html": "html", ".yaml": "yaml", ".yml": "yaml",
         ".json": "json", ".toml": "toml", ".md": "docs"}  # fmt: skip
CODE = {"python", "js", "css", "html", "yaml", "toml"}
LONGEST = 10


def files() -> dict[Path, int]:
    """Every text file of the repository (kept or about to be) with its lines; pins and licences are not ours."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git is where it is
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    paths = (Path(name) for name in told.split("\0") if name)
    return {
        path: (ROOT / path).read_bytes().count(b"\n")
        for path in paths
        if path.suffix in KINDS and (ROOT / path).is_file()
    }


def measure() -> Iterator[Figure]:
    """Lines by folder, with the languages, and the longest files of code."""
    found = files()
    folders: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path, count in found.items():
        folders[path.parts[0] if len(path.parts) > 1 else "(top)"][KINDS[path.suffix]] += count
    for folder, kinds in sorted(folders.items(), key=lambda pair: -sum(pair[1].values())):
        shown = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1]))
        yield Figure(f"lines: {folder}", sum(kinds.values()), shown)
    product = sum(kinds.get("python", 0) for name, kinds in folders.items() if name in ("shared", "functions"))
    tests = folders["tests"].get("python", 0)
    yield Figure("lines: tests to product", tests / product, "python of tests/ for each line of shared/ and functions/")
    code = {path: count for path, count in found.items() if KINDS[path.suffix] in CODE}
    for path, count in sorted(code.items(), key=lambda pair: -pair[1])[:LONGEST]:
        yield Figure(f"longest: {path.name}", count, path.as_posix())
