"""Something a person must look at that is not one of our purchases, parcels or cases."""

from __future__ import annotations

from enum import StrEnum

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact, Reason
from daifa.models.ids import ShopId, StoreOrderId, SupplierId, WorkItemId


class WorkState(StrEnum):
    """A work item waits for a person, or a person has settled it."""

    OPEN = "OPEN"
    DONE = "DONE"


class WorkItem(Model):
    """One gap between what the shop, we and a supplier say, or one thing out of order; found twice it is one item.

    `shop` is empty for what concerns every shop of the merchant's.
    """

    id: WorkItemId
    shop: ShopId
    reason: Reason
    order: StoreOrderId = StoreOrderId("")
    order_number: str = ""
    supplier: SupplierId = SupplierId("")
    reference: str = ""
    state: WorkState = WorkState.OPEN
    created_at: UtcTime
    ver: int = 1
    facts: tuple[Fact, ...] = ()
