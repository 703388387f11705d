"""A variant's prices and stock over time, kept small: a point only where something moved, and few of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from daifa.models.catalog import OfferVariant
from daifa.models.keeping import Point

# Points of one variant, and of all variants of an offer together: 240 are at most about 2.5 kB of a packed row.
MOST = 24
MOST_OF_ALL = 240
# Fewer than these can't show where it began, where it is, and how far it went.
FEWEST = 4


def recorded(
    history: Mapping[str, tuple[Point, ...]], variants: Sequence[OfferVariant], at: datetime
) -> dict[str, tuple[Point, ...]]:
    """The history with what these variants are from `at` on; those that are gone are forgotten.

    Never more than `MOST_OF_ALL` points: of an offer with very many variants only the first ones have a history.
    """
    kept = variants[: MOST_OF_ALL // FEWEST]
    most = max(FEWEST, min(MOST, MOST_OF_ALL // max(1, len(kept))))
    return {variant.external: _with(history.get(variant.external, ()), variant, at, most) for variant in kept}


def _with(points: tuple[Point, ...], variant: OfferVariant, at: datetime, most: int) -> tuple[Point, ...]:
    last = points[-1] if points else None
    if last is None or (last.price, last.stock) != (variant.price, variant.stock):
        # Nobody reads a curve by the second, and seconds do not pack.
        points = (*points, Point(at=at.replace(second=0, microsecond=0), price=variant.price, stock=variant.stock))
    return thinned(points, most)


def thinned(points: tuple[Point, ...], most: int) -> tuple[Point, ...]:
    """At most so many (four or more), in order: the first, the last, the dearest and the cheapest always stay.

    What goes first is what was true for the shortest time.
    """
    while len(points) > most:
        amounts = [point.price.amount for point in points]
        extremes = {amounts.index(min(amounts)), amounts.index(max(amounts))}
        inner = [place for place in range(1, len(points) - 1) if place not in extremes]
        shortest = min(inner, key=lambda place: points[place + 1].at - points[place].at)
        points = points[:shortest] + points[shortest + 1 :]
    return points
