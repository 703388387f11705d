"""How fast a product page is read, as a ratio to what everybody reaches for first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bs4 import BeautifulSoup

from benchmarks.figure import Figure
from collect.extract import extract
from local.running import http
from local.world import World

# The fastest of this many rounds counts: the others were interrupted.
ROUNDS = 15


@dataclass(frozen=True)
class Page:
    """One page as it was served."""

    url: str
    body: bytes
    content_type: str


def pages() -> list[Page]:
    """The product pages that the world's suppliers serve."""
    with World().start(port=0) as world:
        found = []
        for product in world.catalogue["products"]:
            if not product["url"].startswith(world.url):
                continue  # it is collected through a gateway, not from its page
            answer = http().get(product["url"], timeout=10)
            if answer.headers["Content-Type"].startswith("text/html"):
                found.append(Page(product["url"], answer.content, answer.headers["Content-Type"]))
    return found


def measure() -> Iterator[Figure]:
    """Pages per second of the extractor for each page per second of BeautifulSoup's tree alone."""
    served = pages()
    for page in served:
        if extract(page.body, page.url, page.content_type).blocked is not None:
            raise AssertionError(f"{page.url} was not read")
    ours = _fastest(lambda: [extract(page.body, page.url, page.content_type) for page in served])
    size = sum(len(page.body) for page in served) / len(served)
    for parser in ("lxml", "html.parser"):
        theirs = _fastest(partial(_trees, served, parser))
        means = f"pages/s, whole extraction / only building BeautifulSoup's tree; {len(served)} pages of {size:.0f} B"
        yield Figure(f"extract: ratio to bs4 with {parser}", theirs / ours, means)


def _trees(served: list[Page], parser: str) -> list[BeautifulSoup]:
    return [BeautifulSoup(page.body, parser) for page in served]


def _fastest(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest round."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best
