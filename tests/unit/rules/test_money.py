"""Money is a decimal with its currency: exact, never a float, never mixed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daifa.models.money import Money, total

CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KRW", "KWD"])
MINOR = st.integers(min_value=-(10**11), max_value=10**11)


@given(MINOR, CURRENCIES)
def test_minor_units_and_back_is_the_same_money(minor: int, currency: str) -> None:
    assert Money.from_minor(minor, currency).minor == minor


@given(st.lists(MINOR, max_size=6), CURRENCIES)
def test_a_sum_of_minor_units_is_the_minor_units_of_the_sum(minors: list[int], currency: str) -> None:
    assert total((Money.from_minor(m, currency) for m in minors), currency).minor == sum(minors)


def test_equal_sums_are_equal_whatever_their_trailing_zeros() -> None:
    assert Money.of("12.5", "CNY") == Money.of("12.50", "CNY")
    assert hash(Money.of("12.5", "CNY")) == hash(Money.of("12.50", "CNY"))


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        Money.of(1, "CNY") + Money.of(1, "USD")
    with pytest.raises(ValueError, match="do not mix"):
        assert Money.of(1, "CNY") < Money.of(1, "USD")


@pytest.mark.parametrize("amount", [1.5, True, "NaN", "Infinity", "1e400", "1000000000000", "twelve", None])
def test_what_is_no_exact_amount_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money(amount=amount, currency="CNY")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["cny", "RMB ", "YUAN", "", "¥"])
def test_what_is_no_currency_code_is_refused(currency: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=Decimal(1), currency=currency)


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money.of("1234.5", "CNY"), "¥1,234.50"),
        (Money.of("-0.01", "USD"), "-$0.01"),
        (Money.of("1200", "JPY"), "JPY 1,200"),
        (Money.of("1.2345", "KWD"), "KWD 1.235"),
    ],
)
def test_money_is_shown_with_its_own_decimals(money: Money, shown: str) -> None:
    assert str(money) == shown
