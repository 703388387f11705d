"""What takes long, touches no port and comes out the same each time, worked out once for many seeds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from email.generator import Generator
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import Policy
from functools import lru_cache
from itertools import cycle
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.utilities.batch import base as batch

from daifa.suppliers import order_sheet
from daifa.tables.store import Store
from tests.simulation.engine import World

SHEETS: dict[tuple[Any, ...], bytes] = {}


@contextmanager
def remembered(world: Callable[[], World]) -> Iterator[Callable[[], None]]:
    """Remember sheets, rows, parts of letters and signatures while this lasts; what is yielded forgets the rows."""
    rows: dict[tuple[type, Any], Any] = {}
    with ExitStack() as stack:
        for of, name, value in (
            (order_sheet, "build", _sheets(order_sheet.build, world)),
            (Store, "_model", _rows(Store._model, rows)),
            *_letters(),
            # Whether a handler takes a context is asked of each batch.
            (batch, "inspect", SimpleNamespace(signature=_signatures())),
        ):
            stack.enter_context(patch.object(of, name, value))
        yield rows.clear


def _sheets(build: Callable[..., bytes], world: Callable[[], World]) -> Callable[..., bytes]:
    def sheet(request: Any, *others: Any) -> bytes:
        # Making a workbook takes longer than the rest of a seed: one seed in twenty makes its own.
        key = (len(request.lines), *map(str, others))
        if world().seed % 20 == 0 or key not in SHEETS:
            SHEETS[key] = build(request, *others)
        return SHEETS[key]

    return sheet


def _rows(read: Callable[..., Any], rows: dict[tuple[type, Any], Any]) -> Callable[..., Any]:
    def model(store: Store, kind: type, item: Mapping[str, Any]) -> Any:
        # Models can't change, and the same row is read many times between two writes: one reading of it is enough.
        data = item["data"]
        key = (kind, data.get("S") or data["B"])
        if key not in rows:
            rows[key] = read(store, kind, item)
        return rows[key]

    return model


def _letters() -> Iterator[tuple[type, str, Any]]:
    """Most headers say what one before them said; a boundary is made of chance, which would make each one new."""
    fold = BaseHeader.fold

    def folded(header: Any, *, policy: Policy) -> str:
        known: dict[Policy, str] = header.__dict__.setdefault("_folded", {})
        if policy not in known:
            known[policy] = fold(header, policy=policy)
        return known[policy]

    boundaries = cycle(f"==============={number}==" for number in range(8))
    yield HeaderRegistry, "__call__", lru_cache(2048)(HeaderRegistry.__call__)
    yield HeaderRegistry, "__getitem__", lru_cache(64)(HeaderRegistry.__getitem__)
    yield BaseHeader, "fold", folded
    yield Generator, "_make_boundary", classmethod(lambda _, text=None: next(boundaries))


def _signatures() -> Callable[[Any], inspect.Signature]:
    known: dict[Any, inspect.Signature] = {}

    def signature(act: Any) -> inspect.Signature:
        if act.__code__ not in known:
            known[act.__code__] = inspect.signature(act)
        return known[act.__code__]

    return signature
