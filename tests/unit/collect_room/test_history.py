"""Prices and stock over time: what moved, few points, and never without its ends and its extremes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collect.curve import HIGH, WIDE, drawn
from daifa.models.catalog import OfferVariant
from daifa.models.keeping import Point
from daifa.models.money import Money
from daifa.rules.history import FEWEST, MOST, MOST_OF_ALL, recorded

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_variant(price: int, stock: int | None = 5, name: str = "r") -> OfferVariant:
    return OfferVariant(external=name, price=Money.from_minor(price, "CNY"), stock=stock)


def history(*looks: tuple[int, int | None]) -> tuple[Point, ...]:
    kept: dict[str, tuple[Point, ...]] = {}
    for hour, (price, stock) in enumerate(looks):
        kept = recorded(kept, [a_variant(price, stock)], NOON + timedelta(hours=hour))
    return kept["r"]


def test_only_what_moved_is_a_point() -> None:
    points = history((100, 5), (100, 5), (120, 5), (120, 4), (120, 4))
    assert [(point.at.hour, point.price.minor, point.stock) for point in points] == [
        (12, 100, 5),
        (14, 120, 5),
        (15, 120, 4),
    ]


def test_a_price_is_drawn_as_steps_until_now_in_another_colour_where_it_was_sold_out() -> None:
    rows = drawn(history((100, 5), (120, 5), (120, 0), (90, 7)), NOON + timedelta(hours=4))
    # A quarter of the picture each: in the middle of each the price's place from the top, and its colour.
    seen = [
        next((place, row[14 + 28 * hour]) for place, row in enumerate(rows) if row[14 + 28 * hour]) for hour in range(4)
    ]
    assert seen == [(19, 1), (0, 1), (0, 2), (29, 1)]


@given(st.lists(st.tuples(st.integers(1, 500), st.none() | st.integers(0, 9)), min_size=1, max_size=60))
def test_every_history_fits_the_picture_and_is_drawn_from_end_to_end(looks: list[tuple[int, int | None]]) -> None:
    rows = drawn(history(*looks), NOON + timedelta(hours=len(looks)))
    assert {len(row) for row in rows} == {WIDE}
    assert len(rows) == HIGH
    assert all(any(row[place] for row in rows) for place in range(WIDE))


def test_a_variant_that_is_gone_takes_its_history_with_it() -> None:
    kept = recorded({}, [a_variant(100, name="r"), a_variant(100, name="b")], NOON)
    assert recorded(kept, [a_variant(100, name="b")], NOON).keys() == {"b"}


@given(st.lists(st.tuples(st.integers(1, 500), st.none() | st.integers(0, 9)), min_size=1, max_size=120))
def test_however_much_moved_there_are_few_points_with_both_ends_and_both_extremes(
    looks: list[tuple[int, int | None]],
) -> None:
    points = history(*looks)
    amounts = [point.price.minor for point in points]
    assert len(points) <= MOST
    assert [point.at for point in points] == sorted({point.at for point in points})
    assert (points[0].at, amounts[0]) == (NOON, looks[0][0])
    assert (amounts[-1], points[-1].stock) == looks[-1]
    assert (min(amounts), max(amounts)) == (min(price for price, _ in looks), max(price for price, _ in looks))


@given(st.integers(1, 400), st.integers(1, 12))
def test_an_offer_of_very_many_variants_still_has_a_small_history(variants: int, looks: int) -> None:
    kept: dict[str, tuple[Point, ...]] = {}
    for hour in range(looks):
        now = [a_variant(100 + hour, name=str(place)) for place in range(variants)]
        kept = recorded(kept, now, NOON + timedelta(hours=hour))
    assert sum(len(points) for points in kept.values()) <= MOST_OF_ALL
    assert all(len(points) <= max(FEWEST, MOST) for points in kept.values())
