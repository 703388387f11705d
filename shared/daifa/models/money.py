"""Money as the field counts it: a decimal amount with its currency, never a float."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import total_ordering
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field

from daifa.models.base import Model

# ISO 4217 minor units that are not 2; every other currency has two places.
MINOR_UNITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

TRILLION = Decimal(10) ** 12

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def _no_float(value: object) -> object:
    if isinstance(value, (float, bool)):
        raise ValueError("an amount is a decimal or its text, never a float")
    return value


def _finite(amount: Decimal) -> Decimal:
    if not amount.is_finite() or abs(amount) >= TRILLION:
        raise ValueError("an amount is finite and below a trillion")
    return amount


Amount = Annotated[Decimal, BeforeValidator(_no_float), AfterValidator(_finite)]


@total_ordering
class Money(Model):
    """An amount in one currency; mixing currencies raises ValueError."""

    amount: Amount
    currency: Currency

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Self:
        """`Money.of("12.50", "CNY")`."""
        return cls(amount=Decimal(amount), currency=currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """From integer minor units (fen, cents), as tables and some vendors hold it."""
        return cls(amount=Decimal(minor).scaleb(-places(currency)), currency=currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in this currency."""
        return cls(amount=Decimal(0), currency=currency)

    @property
    def minor(self) -> int:
        """Integer minor units; an amount finer than the currency's smallest coin is rounded half up."""
        return int(self.rounded().amount.scaleb(places(self.currency)))

    def rounded(self) -> Money:
        """To the currency's smallest coin, half up."""
        return Money(
            amount=self.amount.quantize(Decimal(1).scaleb(-places(self.currency)), ROUND_HALF_UP),
            currency=self.currency,
        )

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(amount=self.amount * factor, currency=self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and (self.currency, self.amount) == (other.currency, other.amount)

    def __hash__(self) -> int:
        return hash((self.currency, self.amount.normalize()))

    def __str__(self) -> str:
        sign = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}.get(self.currency, f"{self.currency} ")
        shown = self.rounded().amount
        return f"{'-' if shown < 0 else ''}{sign}{abs(shown):,.{places(self.currency)}f}"


def places(currency: str) -> int:
    """How many decimals the currency's smallest coin has (ISO 4217)."""
    return MINOR_UNITS.get(currency, 2)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum in one currency; an empty sum is zero."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
