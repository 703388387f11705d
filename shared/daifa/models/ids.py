"""Typed names: a shop id can never be passed where an order id belongs."""

from __future__ import annotations

from typing import NamedTuple, NewType

ShopId = NewType("ShopId", str)
SupplierId = NewType("SupplierId", str)
StoreOrderId = NewType("StoreOrderId", str)
PoNumber = NewType("PoNumber", str)
OfferId = NewType("OfferId", str)
ProductId = NewType("ProductId", str)
VariantId = NewType("VariantId", str)
RecipientId = NewType("RecipientId", str)
ShipmentId = NewType("ShipmentId", str)
CaseId = NewType("CaseId", str)
NoticeId = NewType("NoticeId", str)
JobId = NewType("JobId", str)
BulkId = NewType("BulkId", str)
WorkItemId = NewType("WorkItemId", str)


class OrderKey(NamedTuple):
    """A customer's order: the shop it was made in and that shop's own order id."""

    shop: ShopId
    order: StoreOrderId

    def __str__(self) -> str:
        return f"{self.shop}/{self.order}"
