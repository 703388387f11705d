"""What happened and why, as codes with values: one record that page, log, mail and test all read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from daifa.models.base import Model, UtcTime

Values = dict[str, str]
# Older pages are in the snapshot bucket.
KEPT = 40


class Reason(Model):
    """Why a decision went as it did: `code` is the rule and a key of the texts, `values` its inputs.

    `beat` holds the alternatives that this one was better than, each with why it lost.
    """

    code: str
    values: Values = {}
    beat: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, code: str, /, **values: object) -> Self:
        """`Reason.of("hold.over_limit", total="¥412.00", limit="¥300.00")`."""
        return cls(code=code, values={name: str(value) for name, value in values.items()})


class Fact(Model):
    """One line of a timeline: when, what, who did it (`system`, `merchant:<subject>`, `supplier`, `customer`, `shop`,
    `carrier`).
    """

    at: UtcTime
    code: str
    values: Values = {}
    by: str = "system"

    @classmethod
    def of(cls, at: UtcTime, code: str, by: str = "system", /, **values: object) -> Self:
        """`Fact.of(now, "purchase.placed", supplier_order="1688…")`."""
        return cls(at=at, code=code, values={name: str(value) for name, value in values.items()}, by=by)


def added(facts: tuple[Fact, ...], *news: Fact) -> tuple[Fact, ...]:
    """The facts of a row with newer ones behind them; of the catalogue's rows only the newest 40 are kept."""
    return (*facts, *news)[-KEPT:]


def differences(old: Model, new: Model, *fields: str) -> dict[str, str]:
    """What became of each of these fields that is not what it was, as the values of a fact: `1.6 → 1.8`."""
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in fields)
    return {name: f"{_plain(before)} → {_plain(after)}" for name, before, after in pairs if before != after}


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items()) or "–"
    return "–" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
