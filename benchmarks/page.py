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
# kB, gzip -9, unminified: the budgets of a page that opens at once on a bad mobile line. Scripts before the queue
# shows, those that opening any other view adds, all scripts, and the style sheets of the admin page and of the public
# ones.
FIRST_MOST, VIEW_MOST, ALL_MOST, CSS_MOST, PUBLIC_MOST = 20, 14, 60, 6, 2

_STATIC = re.compile(r"^(?:import|export)\b[^;'\"]*?from\s*['\"]([^'\"]+)['\"]", re.MULTILINE)


def loaded(*names: str) -> set[Path]:
    """These scripts with all that they import at once."""
    found: set[Path] = set()
    waiting = [ADMIN / name for name in names]
    while waiting:
        path = waiting.pop().resolve()
        if path not in found:
            found.add(path)
            waiting += [path.parent / name for name in _STATIC.findall(path.read_text("utf-8"))]
    return found


def first_view() -> set[Path]:
    """Every script that is loaded before the queue shows: the shell, the queue, and all that they import."""
    return loaded("app.js", HOME)


def further_views() -> dict[str, set[Path]]:
    """What opening a view adds to the first one, by the view's name."""
    first = first_view()
    return {path.stem: loaded(f"views/{path.name}") - first for path in (ADMIN / "views").glob("*.js")}


def weight(paths: set[Path]) -> float:
    """kB (1000 bytes) over the wire, each file compressed by itself as CloudFront does."""
    return sum(len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in paths) / 1000


def measure() -> Iterator[Figure]:
    """The page's figures."""
    first, scripts = first_view(), set(ADMIN.rglob("*.js"))
    heaviest, added = max(further_views().items(), key=lambda view: weight(view[1]))
    for what, paths, means, most in (
        ("JS of the first view", first, f"{len(first)} files: the shell and the queue", FIRST_MOST),
        ("JS a further view adds", added, f"the most, {heaviest}: loaded when it is opened", VIEW_MOST),
        ("all JS", scripts, f"{len(scripts)} files, not minified, no build step", ALL_MOST),
        ("CSS", {ADMIN / "app.css"}, "the admin page's only style sheet", CSS_MOST),
        ("public CSS", {ADMIN / "public.css"}, "the supplier's and the customer's page", PUBLIC_MOST),
        ("texts", {ADMIN / "lang/zh-CN.json"}, "one language is loaded; the other weighs about as much", None),
    ):
        yield Figure(f"page: {what}, kB gz", round(weight(paths), 1), means, most)
