"""What the steps of the story hold in their hands: the running system, what happened so far, and how to check."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from daifa.errors import NotFound
from daifa.models.ids import OrderKey, StoreOrderId
from daifa.models.purchase import PurchaseOrder
from daifa.models.shipment import Shipment
from daifa.tables.orders import Story as Rows
from local.running import Running
from local.seed import SHOP
from local.world import Mailbox

T = TypeVar("T")

# A cold function on a busy machine answers within this, or something is wrong.
PATIENCE = 45.0


class StepFailed(AssertionError):
    """A step's check did not hold; the text names it."""


@dataclass
class Play:
    """What the steps hand on to each other."""

    run: Running
    locale: str
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)
    order: str = ""
    case: str = ""
    step: str = ""
    started: float = field(default_factory=time.monotonic)

    @property
    def mailbox(self) -> Mailbox:
        """Every letter that was sent to anybody."""
        return Mailbox(self.run.world.url)

    @property
    def key(self) -> OrderKey:
        """The order of this play."""
        return OrderKey(SHOP, StoreOrderId(self.order))

    def rows(self) -> Rows:
        """Everything the tables hold about the order."""
        return self.run.orders.story(self.key)

    def po(self, supplier: str) -> PurchaseOrder:
        """The order's purchase at a supplier."""
        found = [po for po in self.rows().purchases if po.supplier == supplier]
        self.check(len(found) == 1, f"one purchase order at {supplier}, not {len(found)}")
        return found[0]

    def parcel(self, supplier: str) -> Shipment:
        """The parcel of the purchase at a supplier."""
        number = self.po(supplier).number
        return next(parcel for parcel in self.rows().shipments if parcel.po == number)

    def say(self, text: str) -> None:
        """One line of progress."""
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)

    def check(self, holds: object, what: str) -> None:
        """Go on only if it holds."""
        if not holds:
            raise StepFailed(f"{self.step}: expected {what}")

    def until(self, look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
        """Look until there is something, or fail naming what never came."""
        end = time.monotonic() + patience
        while True:
            try:
                found = look()
            except (LookupError, NotFound, StepFailed, AttributeError, StopIteration):
                found = None
            if found:
                return found
            if time.monotonic() > end:
                raise StepFailed(f"{self.step}: waited {patience:.0f} s for {what}")
            time.sleep(0.15)

    def api(self, method: str, path: str, payload: dict[str, Any] | None = None) -> Any:
        """The admin API, as the merchant."""
        return self.run.api(method, path, payload, self.locale)
