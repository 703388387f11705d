"""What a supplier says: what a purchase would cost, and how it holds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from daifa.models.facts import Reason
from daifa.models.money import Money
from daifa.models.order import Recipient


@dataclass(frozen=True)
class QuotedLine:
    """What one line would cost per piece now; `stock` None means the supplier does not say."""

    line: str
    unit_cost: Money
    stock: int | None = None


@dataclass(frozen=True)
class Quote:
    """What the whole purchase would cost now; `problems` are why it can't be bought or sent there (keys of the texts).

    With problems the amounts may be those that were asked for.
    """

    lines: tuple[QuotedLine, ...]
    shipping: Money
    total: Money
    problems: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class SupplierOrder:
    """A purchase as the supplier holds it; `state` is one of `open`, `paid`, `shipped`, `done`, `cancelled`.

    `number` is our own number as the supplier shows it (empty: bought by hand), `recipient` whom it goes to, perhaps
    masked, `refunded` that the money came back whole.
    """

    reference: str
    state: str
    total: Money
    paid: bool
    number: str = ""
    recipient: Recipient | None = None
    refunded: bool = False
    created_at: datetime | None = None
