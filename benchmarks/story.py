"""What one order's whole life costs in DynamoDB: from its webhook to its settled case, counted on the wire.

The story of `make run` is played once on a stack of its own whose functions reach DynamoDB through a counting proxy
(benchmarks/wire.py). What the story itself does to the tables (it moves a clock by writing a row) is not counted, nor
are collecting, listing and the second order, but the first one's misfortunes are: a duplicate, old news, repeated and
forged scans, a carrier that refuses a subscription. Writes are charged by DynamoDB's published rules
(benchmarks/units.py); the entries of indexes are counted once also for transactions, where AWS's text names only the
table's double price.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from benchmarks.figure import Figure
from benchmarks.fresh import ROOT
from benchmarks.units import indexes
from benchmarks.wire import Touch, Wire, counting
from local.play import Play
from local.running import Running, running
from local.stack import free_port, fresh_dir
from local.story import STEPS
from local.template import read

# The steps before the order, and the one that is another order's: they are played and not counted.
UNCOUNTED = ("collect", "price_and_list", "by_webhook")

# Write units; runs differ by about ten, by who comes first. Above this something writes for no reason.
MOST = 270

# Nothing more is coming once no call was made for this long and no message waits.
QUIET = 2.0
QUIET_WITHIN = 60.0


def touches() -> list[Touch]:
    """Everything the functions did to the tables on behalf of one order."""
    home = fresh_dir()
    template = read(ROOT / "template.yaml")["Resources"]
    try:
        with counting() as (address, wire):
            there = {"AWS_ENDPOINT_URL_DYNAMODB": address}
            with running(home, free_port(), keep_world=False, environment=there) as run:
                tables = run.deployment.tables
                known = {name: indexes(template[name]["Properties"]) for name in tables}
                wire.open(run.stack.client("dynamodb"), run.stack.endpoint, tables, known)
                with contextlib.redirect_stdout(sys.stderr):
                    _play(run, wire)
        return [touch for touch in wire.touches if touch.phase not in ("", *UNCOUNTED)]
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure() -> Iterator[Figure]:
    """Units by operation, by row, by step; the order is one, so a total is a cost per order."""
    seen = touches()
    writes = [touch for touch in seen if touch.write_units]
    table, index = sum(t.table_units for t in writes), sum(sum(t.index_units.values()) for t in writes)
    in_transactions = sum(sum(t.index_units.values()) for t in writes if t.transactional)
    yield Figure(
        "story: write units per order",
        table + index,
        f"table {table} + index entries {index} ({in_transactions} of them by transactions, counted once)",
        MOST,
    )
    yield Figure("story: read units per order", sum(t.read_units for t in seen), f"{len(seen)} rows and queries in all")
    refused = [touch for touch in writes if touch.refused]
    yield Figure(
        "story: refused, of these",
        sum(t.write_units for t in refused),
        f"{len(refused)} conditions that failed, when two did the same at once: charged, and right; differs by run",
    )
    yield from _split("operation", seen, lambda t: t.operation, reads=True)
    yield from _split("row", writes, lambda t: t.kind)
    yield from _split("step", writes, lambda t: t.phase)
    for name, units in _by_index(writes).most_common():
        yield Figure(f"story: index {name}", units, "write units of its entries")


def _by_index(writes: Iterable[Touch]) -> Counter[str]:
    units: Counter[str] = Counter()
    for touch in writes:
        units.update(touch.index_units)
    return units


def _split(what: str, seen: list[Touch], name: Callable[[Touch], str], *, reads: bool = False) -> Iterator[Figure]:
    for one in sorted({name(touch) for touch in seen}, key=lambda one: -_sum(seen, name, one)):
        mine = [touch for touch in seen if name(touch) == one]
        told = f"{len(mine)} times; table {sum(t.table_units for t in mine)}, "
        told += f"index {sum(sum(t.index_units.values()) for t in mine)}"
        if reads:
            told += f", read {sum(t.read_units for t in mine):g}"
        yield Figure(f"story: {what} {one}", _sum(seen, name, one), told)


def _sum(seen: list[Touch], name: Callable[[Touch], str], one: str) -> int:
    return sum(touch.write_units for touch in seen if name(touch) == one)


def _play(run: Running, wire: Wire) -> None:
    """Play every step, and wait after each until all that it started is done."""
    play = Play(run, "en")
    for step in STEPS:
        play.step = wire.phase = step.__name__
        play.say(step.__name__)
        step(play)
        _quiet(run, wire)


def _quiet(run: Running, wire: Wire) -> None:
    end = time.monotonic() + QUIET_WITHIN
    while time.monotonic() < end:
        if time.monotonic() - wire.last > QUIET and not _waiting(run):
            return
        time.sleep(0.2)
    raise TimeoutError(f"calls go on and on after {wire.phase}")


def _waiting(run: Running) -> int:
    """Messages on all queues, also those that are being worked on; the ones sent for later are not waited for."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = [
        run.stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        for name, url in run.deployment.queues.items()
        if not name.endswith("Dlq")
    ]
    return sum(int(value) for each in told for value in each.values())
