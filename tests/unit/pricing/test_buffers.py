"""What an offer's past says of its next days: laws, and the everyday cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.models.catalog import Pricing
from daifa.models.keeping import Point
from daifa.models.money import Money
from daifa.rules.buffers import MOST, price_buffer, stock_buffer
from daifa.rules.pricing import Landed, NoPrice, priced

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def seen(*readings: tuple[float, str, int | None]) -> tuple[Point, ...]:
    """A history of (day, price, stock)."""
    return tuple(
        Point(at=BEGAN + timedelta(days=day), price=Money.of(price, "CNY"), stock=stock)
        for day, price, stock in readings
    )


@pytest.mark.parametrize(
    ("why", "points", "share"),
    [
        ("no history", seen(), "0"),
        ("a price that never moved", seen((0, "40", 5)), "0"),
        ("one rise may be an accident", seen((0, "40", 5), (3, "42", 5)), "0"),
        ("two rises are a habit", seen((0, "40", 5), (3, "42", 5), (9, "44.10", 5)), "0.05"),
        ("falls between them do not count", seen((0, "40", 5), (3, "42", 5), (5, "40", 5), (9, "42", 5)), "0.05"),
        ("never more than a tenth", seen((0, "40", 5), (3, "50", 5), (9, "60", 5)), "0.10"),
        ("a jump is no habit", seen((0, "40", 5), (3, "90", 5), (9, "200", 5)), "0"),
        ("what was long ago is over", seen((0, "40", 5), (1, "42", 5), (2, "44", 5), (99, "44", 4)), "0"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_the_usual_rise_of_a_price(why: str, points: tuple[Point, ...], share: str) -> None:
    assert price_buffer(points) == Decimal(share), why


@pytest.mark.parametrize(
    ("why", "points", "pieces"),
    [
        ("no history", seen(), 0),
        ("a supplier that does not count", seen((0, "40", None), (1, "41", None)), 0),
        ("stock that only grows", seen((0, "40", 5), (2, "40", 50)), 0),
        ("ten pieces in five days", seen((0, "40", 40), (2, "40", 36), (5, "40", 30)), 2),
        ("half a piece a day is one", seen((0, "40", 40), (10, "40", 35)), 1),
        ("more than one look a day", seen((0, "40", 40), (0.5, "40", 34)), 6),
        ("refilled in between", seen((0, "40", 10), (1, "40", 4), (2, "40", 90), (3, "40", 84)), 4),
        ("sold out at once is a correction", seen((0, "40", 120), (1, "40", 0), (2, "40", 120)), 0),
        ("what was long ago is over", seen((0, "40", 90), (1, "40", 60), (40, "41", 60)), 0),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_the_pieces_that_an_ordinary_day_takes(why: str, points: tuple[Point, ...], pieces: int) -> None:
    assert stock_buffer(points) == pieces, why


amounts = st.decimals("0.01", "9999", places=2).map(lambda amount: Money(amount=amount, currency="CNY"))
histories = st.lists(st.tuples(st.integers(0, 40), amounts, st.none() | st.integers(0, 500)), max_size=24).map(
    lambda rows: tuple(
        Point(at=BEGAN + timedelta(days=at), price=price, stock=stock)
        for at, (_, price, stock) in enumerate(sorted(rows, key=lambda row: row[0]))
    )
)


@given(histories)
def test_no_past_makes_a_buffer_of_less_than_nothing_or_more_than_its_bound(points: tuple[Point, ...]) -> None:
    assert 0 <= price_buffer(points) <= MOST
    assert 0 <= stock_buffer(points) <= sum(point.stock or 0 for point in points)


@given(amounts, st.decimals("0", "0.1", places=4), st.none() | amounts, st.decimals("0.1", "5", places=2))
def test_a_price_is_never_below_what_holds_it_up_and_a_buffer_never_lowers_it(
    cost: Money, buffer: Decimal, least: Money | None, markup: Decimal
) -> None:
    pricing = Pricing(markup=markup)
    plain, held = priced(Landed(cost, ()), pricing), priced(Landed(cost, ()), pricing, buffer, least)
    assert not isinstance(plain, NoPrice)
    assert not isinstance(held, NoPrice)
    assert held.price >= plain.price >= plain.floor == held.floor
    assert least is None or held.price >= least
    without = priced(Landed(cost, ()), pricing.model_copy(update={"price_buffer": Decimal(0)}), buffer)
    assert not isinstance(without, NoPrice)
    assert without.price == plain.price


def test_each_step_says_why() -> None:
    told = priced(Landed(Money.of("40", "CNY"), ()), Pricing(), Decimal("0.05"), Money.of("99", "CNY"))
    assert not isinstance(told, NoPrice)
    assert told.price == Money.of("99.90", "CNY")
    codes = [reason.code for reason in told.why]
    assert codes == ["price.buffer", "price.markup", "price.least", "price.rounded", "price.fees", "price.margin"]


def test_a_lowest_price_in_another_currency_is_a_persons_to_mend() -> None:
    told = priced(Landed(Money.of("40", "CNY"), ()), Pricing(), least=Money.of("99", "USD"))
    assert isinstance(told, NoPrice)
    assert told.why.code == "price.least_currency"
