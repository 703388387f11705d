"""What rooms say to each other: wake-ups that carry ids and nothing else; the row they name is the truth."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from daifa.models.base import Model
from daifa.models.ids import OfferId, OrderKey, ShopId, StoreOrderId


class Room(StrEnum):
    """Whose work a row is; also the name of the queue that wakes that room."""

    INBOX = "inbox"
    FORWARD = "forward"
    TRACKING = "tracking"
    AFTERSALES = "aftersales"
    NOTIFY = "notify"
    FETCH = "fetch"
    CATALOGUE = "catalogue"


class Wake(Model):
    """Look at this row: `kind` is the row's kind (`order`, `purchase`, `shipment`, `case`, `refund`, `claim`,
    `notice`).
    """

    kind: str
    shop: ShopId
    order: StoreOrderId
    id: str = ""

    @property
    def key(self) -> OrderKey:
        """The order whose partition holds the row."""
        return OrderKey(self.shop, self.order)


class LookAgain(Model):
    """Read this offer once more, as soon as can be: somebody is about to buy by it."""

    again: OfferId


class Due(NamedTuple):
    """A row of the work index whose time has come."""

    wake: Wake
    due: str
