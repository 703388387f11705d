"""What an offer's own past says of its next days: how far its price may rise, and how many pieces a day takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from math import ceil
from statistics import median

from daifa.models.keeping import Point

# One rise may be an accident; two are how this offer behaves.
BELIEVED = 2
RISES = timedelta(days=90)
MOST = Decimal("0.10")
# A further rise is a jump, which a person is asked about, and no habit.
JUMP = Decimal("0.30")
# A greater fall of stock than half, if it is more than these pieces, is a correction: nobody bought so many at once.
FEW = 10
FALLS = timedelta(days=14)
DAY = timedelta(days=1)


def price_buffer(points: Sequence[Point]) -> Decimal:
    """The usual rise of a price, as a part of it: the median of the last 90 days' if there were two, at most 10 %.

    It is added to the cost when a price is made, so that one more such rise does not eat the margin.
    """
    rises = [
        after.price.amount / before.price.amount - 1
        for before, after in zip(points, points[1:], strict=False)
        if after.at > points[-1].at - RISES
        and after.price.currency == before.price.currency
        and after.price.amount > before.price.amount > 0
    ]
    usual = [rise for rise in rises if rise <= JUMP]
    return min(MOST, median(usual)).quantize(Decimal("0.0001")) if len(usual) >= BELIEVED else Decimal(0)


def stock_buffer(points: Sequence[Point]) -> int:
    """How many pieces an ordinary day takes, rounded up, by the last 14 days of what was seen; 0 where none went.

    A shop that promises the last of them sells what is gone before anybody looks again.
    """
    recent = [point for point in points if point.at >= points[-1].at - FALLS]
    known = [(point.at, point.stock) for point in recent if point.stock is not None]
    falls = [
        (before, before - after) for (_, before), (_, after) in zip(known, known[1:], strict=False) if before > after
    ]
    gone = sum(fall for before, fall in falls if fall <= max(FEW, before // 2))
    days = max(DAY, known[-1][0] - known[0][0]) / DAY if known else 1
    return ceil(gone / days)
