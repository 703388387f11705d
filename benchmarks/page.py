"""What a browser downloads of the admin page."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.fresh import ROOT

ADMIN = ROOT / "admin"
# The queue is where everybody lands; the shell loads its view by name.
HOME = "views/queue.js"
# kB of scripts, gzip -9, before the queue shows: two seconds of a bad mobile line.
FIRST_MOST = 25

_STATIC = re.compile(r"^(?:import|export)\b[^;'\"]*?from\s*['\"]([^'\"]+)['\"]", re.MULTILINE)


def first_view() -> set[Path]:
    """Every script that is loaded before the queue shows: the shell, the queue, and all that they import."""
    found: set[Path] = set()
    waiting = [ADMIN / "app.js", ADMIN / HOME]
    while waiting:
        path = waiting.pop().resolve()
        if path not in found:
            found.add(path)
            waiting += [path.parent / name for name in _STATIC.findall(path.read_text("utf-8"))]
    return found


def weight(paths: Iterator[Path] | set[Path]) -> float:
    """kB (1000 bytes) over the wire, each file compressed by itself as CloudFront does."""
    return sum(len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in paths) / 1000


def measure() -> Iterator[Figure]:
    """The page's figures."""
    first, scripts = first_view(), sorted(ADMIN.rglob("*.js"))
    yield Figure(
        "page: JS of the first view, kB gz", round(weight(first), 1), f"{len(first)} files: shell and queue", FIRST_MOST
    )
    yield Figure("page: all JS, kB gz", round(weight(set(scripts)), 1), f"{len(scripts)} files, no build step")
    yield Figure("page: CSS, kB gz", round(weight({ADMIN / "app.css"}), 1), "the admin page's only style sheet")
    yield Figure("page: public CSS, kB gz", round(weight({ADMIN / "public.css"}), 1), "the supplier's and customer's")
    yield Figure(
        "page: texts, kB gz",
        round(weight({ADMIN / "lang/zh-CN.json"}), 1),
        "one language is loaded; the other weighs about as much",
    )
