"""What everybody who watches or acts needs to know of an order at a supplier's, whatever kind of supplier it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol


class Held(Protocol):
    """One order as its supplier holds it at this moment; amounts in the supplier's smallest coin."""

    order: dict[str, Any]

    @property
    def reference(self) -> str:
        """The supplier's own id."""

    @property
    def number(self) -> str:
        """The number of ours that it was made under."""

    @property
    def minor(self) -> int:
        """What the supplier asks for it."""

    @property
    def minors(self) -> Iterable[int]:
        """Every amount that was ever asked for it."""

    @property
    def told(self) -> Iterable[tuple[float, int]]:
        """When our side was told which amount, where a payment can't name what it pays."""

    @property
    def phone(self) -> str:
        """Whose it is."""

    @property
    def street(self) -> str:
        """Where it goes."""

    @property
    def lines(self) -> list[tuple[str, int]]:
        """Title and pieces of what the supplier means to send, or has sent."""

    @property
    def parcels(self) -> Iterable[tuple[str, datetime]]:
        """Every parcel that our side can know of, with when it was handed over."""

    @property
    def closed(self) -> bool:
        """Whether nothing of it will be sent."""

    @property
    def paid(self) -> bool:
        """Whether the supplier has our money."""

    @property
    def payable(self) -> bool:
        """Whether the supplier waits for our money."""

    @property
    def closable(self) -> bool:
        """Whether the supplier closes it when rung up: nothing was paid or sent."""

    def close(self) -> None:
        """Closed by the buyer, by hand or on the phone."""

    def move(self, street: str) -> None:
        """Sent somewhere else, after a call."""


class Counter(Protocol):
    """A supplier with an interface, as the watch sees it."""

    host: str
    currency: str
    pays_apart: bool

    @property
    def version(self) -> int:
        """Changes whenever one of its orders does."""

    def all(self) -> Iterable[Held]:
        """Every order, oldest first."""

    def there(self, reference: str) -> Held | None:
        """The order with the supplier's own id."""

    def held(self, number: str) -> list[Held]:
        """The orders under one number of ours that are not closed."""

    def pay_by_hand(self, there: Held) -> None:
        """The merchant pays on the supplier's page."""

    def in_fen(self, minor: int) -> int:
        """An amount of this supplier's in the shop's smallest coin."""

    def refused(self, number: str) -> frozenset[str]:
        """The order lines of ours that this supplier took and then refused."""
