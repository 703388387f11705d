"""How an offer is kept true: kinds of change, what each calls for, how often to look, and how prices and stock went."""

from __future__ import annotations

import zlib
from datetime import timedelta
from enum import StrEnum

from daifa.models.base import Model, UtcTime
from daifa.models.money import Money

# The clock wakes the collecting room this often; the turns of offers are counted in it.
WINDOW = timedelta(minutes=15)


class ChangeKind(StrEnum):
    """What became of an offer between two looks."""

    PRICE = "price"
    PRICE_JUMP = "price_jump"
    SOLD_OUT = "sold_out"
    BACK = "back"
    STOCK = "stock"
    RENAMED = "renamed"
    ADDED = "added"
    GONE = "gone"
    SPEC = "spec"
    IMAGE = "image"
    PRODUCT_GONE = "product_gone"
    UNREADABLE = "unreadable"


class Action(StrEnum):
    """What a kind of change calls for, mildest first; all but the first ask a person to look.

    `update`: the listing follows; `ask`: it follows; `hold`: it stays as it is until a person agrees;
    `out_of_stock`: nothing of it can be bought until a person agrees; `archive`: it is taken out of the shop for good.
    """

    UPDATE = "update"
    ASK = "ask"
    HOLD = "hold"
    OUT_OF_STOCK = "out_of_stock"
    ARCHIVE = "archive"


# What a supplier's row does not say otherwise. A price beyond its jump is a misread page as often as a real one.
ACTIONS = {
    ChangeKind.PRICE: Action.UPDATE,
    ChangeKind.PRICE_JUMP: Action.HOLD,
    ChangeKind.SOLD_OUT: Action.UPDATE,
    ChangeKind.BACK: Action.UPDATE,
    ChangeKind.STOCK: Action.UPDATE,
    ChangeKind.RENAMED: Action.ASK,
    ChangeKind.ADDED: Action.UPDATE,
    ChangeKind.GONE: Action.ASK,
    ChangeKind.SPEC: Action.UPDATE,
    ChangeKind.IMAGE: Action.UPDATE,
    ChangeKind.PRODUCT_GONE: Action.OUT_OF_STOCK,
    ChangeKind.UNREADABLE: Action.ASK,
}


class Pace(StrEnum):
    """How long an offer is left alone between two looks, shortest first."""

    M30 = "30m"
    H2 = "2h"
    H6 = "6h"
    DAY = "1d"
    D3 = "3d"
    WEEK = "7d"

    @property
    def period(self) -> timedelta:
        """The time between two looks."""
        return _PERIODS[self]

    @property
    def turns(self) -> int:
        """How many windows of the clock go by until it is the same offer's turn again."""
        return self.period // WINDOW

    def turn(self, name: str) -> int:
        """In which of these windows it is this offer's turn: offers spread evenly, and one's turn never moves."""
        return zlib.crc32(name.encode()) % self.turns


_PERIODS = {
    Pace.M30: timedelta(minutes=30),
    Pace.H2: timedelta(hours=2),
    Pace.H6: timedelta(hours=6),
    Pace.DAY: timedelta(days=1),
    Pace.D3: timedelta(days=3),
    Pace.WEEK: timedelta(days=7),
}


class Pulse(Model):
    """How often an offer really changes: changes a day, as they stood `at`; less with every day without one."""

    rate: float
    at: UtcTime


class Point(Model):
    """What a variant cost, and how many there were, from then until the next point."""

    at: UtcTime
    price: Money
    stock: int | None = None


class LookCursor(Model):
    """Up to which window of the clock offers had their turn."""

    window: int
    ver: int = 1
