"""Where production code finds the simulated house."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

import daifa.app
import daifa.telemetry
from daifa.suppliers import SUPPLIERS
from tests.simulation.engine import CANARY, World
from tests.simulation.house import House
from tests.simulation.remembered import remembered


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


@contextmanager
def wired() -> Iterator[Callable[[House], None]]:
    """Have production code find the simulation's house; call what is yielded with each new one."""
    webhook = import_module("order_ingest.webhook")
    logger = daifa.telemetry.log._logger
    root = logging.getLogger("order_ingest.receive")
    noisy = logging.getLogger("aws_lambda_powertools")
    current: list[House] = []

    @contextmanager
    def metric(*, name: str, unit: Any, value: float, namespace: str) -> Iterator[None]:
        current[0].world.hit(f"metric {name}")
        if CANARY.search(f"{name} {value}"):
            current[0].world.wrong("no personal data", f"in the metric {namespace}")
        yield

    level = logger.level
    with ExitStack() as stack:
        forget = stack.enter_context(remembered(lambda: current[0].world))
        for of, name, value in (
            (daifa.app, "build", lambda *_: current[0].app),
            (webhook, "front_door", lambda: current[0].front),
            (daifa.telemetry, "single_metric", metric),
            (logger, "handlers", [EARS]),
            (root, "handlers", [EARS]),
            (root, "propagate", False),
            (noisy, "disabled", True),
            (EARS, "world", None),
        ):
            stack.enter_context(patch.object(of, name, value))
        stack.enter_context(patch.dict(SUPPLIERS, unasked="tests.simulation.gateway:Unasked"))
        stack.callback(daifa.app.app.cache_clear)
        stack.callback(logger.setLevel, level)

        def use(house: House) -> None:
            current[:] = [house]
            forget()
            EARS.world = house.world
            daifa.app.app.cache_clear()

        yield use
