"""What happened and why, as codes with values: one record that page, log, mail and test all read."""

from __future__ import annotations

from typing import Self

from daifa.models.base import Model, UtcTime

Values = dict[str, str]


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
