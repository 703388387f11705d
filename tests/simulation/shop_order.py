"""One order as the shop holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Bought:
    """One line of an order in the shop; `price` in fen."""

    id: int
    variant: int
    title: str
    quantity: int
    price: int
    shipped: int = 0
    taken_back: int = 0

    @property
    def left(self) -> int:
        """How many the customer still wants."""
        return self.quantity - self.taken_back


@dataclass
class ShopOrder:
    """One order in the shop; money in fen."""

    index: int
    id: int
    lines: list[Bought]
    created: datetime
    updated: datetime
    street: int
    paid: bool = False
    cancelled: datetime | None = None
    refunds: list[dict[str, Any]] = field(default_factory=list)
    fulfilments: list[dict[str, Any]] = field(default_factory=list)
    streets: list[int] = field(default_factory=list)
    test: bool = False

    @property
    def total(self) -> int:
        """What the customer pays."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def refunded(self) -> int:
        """What went back."""
        return sum(refund["amount"] for refund in self.refunds)

    @property
    def status(self) -> str:
        """The financial status."""
        if not self.paid:
            return "PENDING"
        if not self.refunded:
            return "PAID"
        return "REFUNDED" if self.refunded >= self.total else "PARTIALLY_REFUNDED"

    @property
    def phone(self) -> str:
        """The phone that only this customer has."""
        return f"1390013{self.index:04d}"

    @property
    def email(self) -> str:
        """The address that only this customer has."""
        return f"canary-person-{self.index}@customer.example"

    def address(self, street: int) -> str:
        """The street line of one version of the address."""
        return f"幻影街 {street} 号"
