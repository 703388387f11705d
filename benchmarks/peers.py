"""`python -m benchmarks.peers folder`: our extractor beside what others read product pages with, in one run.

The folder holds pages and a `manifest.json`: a list of objects with `file`, `url`, `expected` (field to the accepted
values, `derived` for those it lacks) and perhaps `absent` (fields that the page does not have). Pages belong to whoever
made them, so there are none here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import unicodedata
import warnings
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from benchmarks.peer_systems import SYSTEMS, System

ROUNDS = 5
FIELDS = ("price", "sku", "availability", "currency", "title", "brand", "gtin")


@dataclass
class Page:
    """One page with what is known of it."""

    url: str
    body: bytes
    expected: dict[str, list[str]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


def pages(folder: Path) -> list[Page]:
    """The labelled pages of a folder."""
    found = []
    for row in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        if row["file"].endswith((".html", ".htm")):
            expected = row.get("derived", {}) | row["expected"]
            found.append(
                Page(row["url"], (folder / row["file"]).read_bytes(), expected, frozenset(row.get("absent", ())))
            )
    return found


def seconds(systems: dict[str, System], read: list[Page]) -> dict[str, list[float]]:
    """By system the CPU seconds of each page, the best of some rounds: the others were interrupted.

    All systems take turns in every round, so that a warm process and a busy hour are everybody's.
    """
    best = {name: [float("inf")] * len(read) for name in systems}
    for _ in range(ROUNDS):
        for name, system in systems.items():
            for at, page in enumerate(read):
                begun = time.process_time()
                _told(system, page)
                best[name][at] = min(best[name][at], time.process_time() - begun)
    return best


def _told(system: System, page: Page) -> dict[str, Any]:
    try:
        return system(page.body, page.url)
    except Exception:  # what a system raises counts as nothing read
        return {}


# --- being right ---


def judged(system: System, read: list[Page]) -> dict[str, str]:
    """By field: F1 of price, sku and of OutOfStock, else the share of pages that were told right."""
    told = [_told(system, page) for page in read]
    said = {}
    for name in FIELDS:
        known = [(page, row.get(name)) for page, row in zip(read, told, strict=True)]
        known = [(page, value) for page, value in known if page.expected.get(name) or name in page.absent]
        right = sum(_right(name, value, page.expected.get(name, [])) for page, value in known if value)
        given = sum(bool(value) for _, value in known)
        there = sum(bool(page.expected.get(name)) for page, _ in known)
        if name in ("price", "sku"):
            said[name] = f"{2 * right / (given + there):.3f}" if given + there else "-"
        else:
            said[name] = f"{right / there:.3f}" if there else "-"
    said["out"] = _outs(read, told)
    return said


def _outs(read: list[Page], told: list[dict[str, Any]]) -> str:
    pairs = [
        ("OutOfStock" in page.expected["availability"], row.get("availability") == "OutOfStock")
        for page, row in zip(read, told, strict=True)
        if page.expected.get("availability")
    ]
    wanted, given = sum(out for out, _ in pairs), sum(said for _, said in pairs)
    return f"{2 * sum(out and said for out, said in pairs) / (wanted + given):.3f}" if wanted + given else "-"


def _right(name: str, value: object, accepted: list[str]) -> bool:
    if name == "price":
        return any(_number(value) == _number(one) for one in accepted)
    if name == "gtin":
        return str(value).lstrip("0") in [one.lstrip("0") for one in accepted]
    if name == "title":
        return any(_alike(str(value), one) for one in accepted)
    if name == "brand":
        return any(_plain(str(value)) == _plain(one) for one in accepted)
    return str(value).strip() in [one.strip() for one in accepted]


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None


def _plain(text: str) -> str:
    return "".join(re.findall(r"\w", unicodedata.normalize("NFKC", text).casefold()))


def _alike(one: str, other: str) -> bool:
    """Four fifths of the words are the same, or one name is the other with a few words more."""
    a, b = (set(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())) for text in (one, other))
    if not a or not b:
        return False
    return 2 * len(a & b) / (len(a) + len(b)) >= 0.8 or ((a <= b or b <= a) and abs(len(a) - len(b)) <= 4)


# --- what it takes ---


def added(page: Page, folder: Path) -> float:
    """MiB by which a fresh process grows at its most while it reads one page (Linux tells that)."""
    told = (
        "import re, sys; from pathlib import Path; from collect.extract import extract;"
        "size = lambda name: int(re.search(name + r':\\s+(\\d+)', Path('/proc/self/status').read_text())[1]);"
        "body = Path(sys.argv[1]).read_bytes(); extract(b'<h1>a</h1>', 'https://a.example/');"
        "before = size('VmRSS'); Path('/proc/self/clear_refs').write_text('5');"
        "extract(body, sys.argv[2]); print(size('VmHWM') - before)"
    )
    at = next(path for path in folder.rglob("*.htm*") if path.read_bytes() == page.body)
    out = subprocess.run([sys.executable, "-c", told, str(at), page.url], check=True, capture_output=True, text=True)
    return int(out.stdout) / 1024


def main() -> int:
    """Print the table."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    read = pages(folder)
    mean = sum(len(page.body) for page in read) / len(read)
    print(f"{len(read)} pages of {mean / 1000:,.0f} kB on average; CPU time, best of {ROUNDS} rounds")
    took = seconds(SYSTEMS, read)
    own = sum(took["daifa"])
    head = f"{'':40}{'ms/page':>9}{'to ours':>9}"
    print(head + "".join(f"{name[:12]:>13}" for name in (*FIELDS, "out")))
    for name, system in SYSTEMS.items():
        each = sum(took[name])
        line = f"{name:40}{each / len(read) * 1000:9.2f}{each / own:9.2f}"
        said = {} if "only" in name else judged(system, read)
        print(line + "".join(f"{said.get(column, ''):>13}" for column in (*FIELDS, "out")))
    parse = sum(took["Lexbor, parsing only"]) / len(read)
    slowest = sorted(took["daifa"])[int(len(read) * 0.99) - 1]
    print(f"slowest page but one in a hundred: {slowest / parse:.1f} times the mean parse")
    large = min(read, key=lambda page: abs(len(page.body) - 1_600_000))
    print(f"memory added by a page of {len(large.body) / 1e6:.1f} MB: {added(large, folder):.1f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
