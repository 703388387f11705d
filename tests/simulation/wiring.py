"""Where production code finds the simulated house, and what is remembered because it cannot change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.headerregistry import HeaderRegistry
from functools import lru_cache
from importlib import import_module
from typing import Any

import daifa.app
import daifa.telemetry
from daifa.suppliers import SUPPLIERS, order_sheet
from daifa.tables.store import Store
from tests.simulation.engine import CANARY, World
from tests.simulation.house import House


class _Ears(logging.Handler):
    """Keeps what is logged long enough to look for personal data in it."""

    world: World | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a whole record, with everything that travels in it."""
        if self.world is None:
            return
        extra = {k: v for k, v in record.__dict__.items() if k not in _PLAIN}
        text = f"{record.getMessage()} {extra}"
        if record.exc_info and record.exc_info[1] is not None:
            text += str(record.exc_info[1])
        self.world.hit("log line")
        if CANARY.search(text):
            self.world.wrong("no personal data", f"in a log line of {record.name}")


_PLAIN = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__)
EARS = _Ears()
SHEETS: dict[tuple[Any, ...], bytes] = {}


@contextmanager
def wired() -> Iterator[Callable[[House], None]]:
    """Have production code find the simulation's house; call what is yielded with each new one."""
    webhook = import_module("order_ingest.webhook")
    kept = (daifa.app.build, webhook.front_door, daifa.telemetry.single_metric, Store._model)
    build, read_row, read_header = order_sheet.build, Store._model, HeaderRegistry.__call__
    logger = daifa.telemetry.log._logger
    handlers, level = logger.handlers[:], logger.level
    root = logging.getLogger("order_ingest.receive")
    noisy = logging.getLogger("aws_lambda_powertools")
    logger.handlers[:] = [EARS]
    root.addHandler(EARS)
    kept_propagate = (root.propagate, noisy.disabled)
    root.propagate, noisy.disabled = False, True
    current: list[House] = []

    @contextmanager
    def metric(*, name: str, unit: Any, value: float, namespace: str) -> Iterator[None]:
        current[0].world.hit(f"metric {name}")
        if CANARY.search(f"{name} {value}"):
            current[0].world.wrong("no personal data", f"in the metric {namespace}")
        yield

    def sheet(request: Any, *others: Any) -> bytes:
        # Making a workbook takes longer than the rest of a seed and touches no port: one seed in twenty makes its own.
        key = (len(request.lines), *map(str, others))
        if current[0].world.seed % 20 == 0 or key not in SHEETS:
            SHEETS[key] = build(request, *others)
        return SHEETS[key]

    rows: dict[tuple[type, Any], Any] = {}

    def model(store: Store, kind: type, item: Mapping[str, Any]) -> Any:
        # Models can't change, and the same row is read many times between two writes: one reading of it is enough.
        data = item["data"]
        key = (kind, data.get("S") or data["B"])
        if key not in rows:
            rows[key] = read_row(store, kind, item)
        return rows[key]

    @lru_cache(2048)
    def header(registry: HeaderRegistry, name: str, value: str) -> Any:
        # Reading a header takes as long as a whole step of ours, and most say what one before them said.
        return read_header(registry, name, value)

    def use(house: House) -> None:
        current[:] = [house]
        rows.clear()
        EARS.world = house.world
        daifa.app.app.cache_clear()

    SUPPLIERS["unasked"] = "tests.simulation.gateway:Unasked"
    daifa.app.build = lambda *_: current[0].app  # type: ignore[assignment]
    webhook.front_door = lambda: current[0].front
    daifa.telemetry.single_metric = metric  # type: ignore[assignment]
    order_sheet.build = sheet
    Store._model = model  # type: ignore[method-assign,assignment]
    HeaderRegistry.__call__ = header  # type: ignore[method-assign]
    try:
        yield use
    finally:
        daifa.app.build, webhook.front_door, daifa.telemetry.single_metric, Store._model = kept  # type: ignore[method-assign]
        order_sheet.build, HeaderRegistry.__call__ = build, read_header  # type: ignore[method-assign]
        del SUPPLIERS["unasked"]
        logger.handlers[:] = handlers
        logger.setLevel(level)
        root.removeHandler(EARS)
        root.propagate, noisy.disabled = kept_propagate
        EARS.world = None
        daifa.app.app.cache_clear()
