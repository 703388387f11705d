"""What becomes a work item, and under which name, so that the same gap is never listed twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from daifa.models.catalog import Offer, Product, Shop, Supplier
from daifa.models.derive import derived
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OrderKey, ShopId, WorkItemId
from daifa.models.order import Order
from daifa.models.purchase import PoLine, PurchaseOrder
from daifa.models.supplied import SupplierOrder
from daifa.models.work import WorkItem, WorkState
from daifa.rules.changes import Answer

# Of every shop of the merchant's.
EVERY_SHOP = ShopId("")


def locked_out(supplier: Supplier, why: str, now: datetime) -> WorkItem:
    """A supplier does not accept our key; told once a day."""
    reason = Reason.of("item.locked_out", supplier=supplier.name, why=why)
    return _item(EVERY_SHOP, reason, now, supplier.id, now.date().isoformat(), supplier=supplier.id)


def orphan(supplier: Supplier, shown: SupplierOrder, now: datetime) -> WorkItem:
    """A supplier has an order under a number that looks like ours, and we know of no such purchase."""
    reason = Reason.of(
        "item.orphan", supplier=supplier.name, number=shown.number, reference=shown.reference, total=shown.total
    )
    return _item(EVERY_SHOP, reason, now, supplier.id, shown.reference, supplier=supplier.id, reference=shown.reference)


def twice(supplier: Supplier, po: PurchaseOrder, shown: SupplierOrder, now: datetime) -> WorkItem:
    """A supplier has a second order for one purchase."""
    reason = Reason.of(
        "item.twice", supplier=supplier.name, number=po.number, first=po.supplier_order, second=shown.reference
    )
    where: dict[str, Any] = {"order": po.order, "order_number": po.order_number, "supplier": supplier.id}
    return _item(po.shop, reason, now, po.number, shown.reference, reference=shown.reference, **where)


def not_listed(po: PurchaseOrder, supplier: Supplier, now: datetime) -> WorkItem:
    """A purchase that we hold for placed is not among the supplier's orders."""
    reason = Reason.of(
        "item.not_listed", supplier=supplier.name, number=po.number, reference=po.supplier_order, total=po.total
    )
    where: dict[str, Any] = {"order": po.order, "order_number": po.order_number, "supplier": supplier.id}
    return _item(po.shop, reason, now, po.number, reference=po.supplier_order, **where)


def taken_after_all(po: PurchaseOrder, lines: Sequence[PoLine], now: datetime) -> WorkItem:
    """A supplier says yes to what it had refused, and we may have bought it elsewhere since."""
    named = "; ".join(f"{line.title} × {line.quantity}" for line in lines)
    reason = Reason.of("item.taken_after_all", number=po.number, reference=po.supplier_order, lines=named)
    where: dict[str, Any] = {"order": po.order, "order_number": po.order_number, "supplier": po.supplier}
    return _item(po.shop, reason, now, po.number, named, reference=po.supplier_order, **where)


def uncovered(order: Order, pieces: int, now: datetime) -> WorkItem:
    """A paid order of which some pieces are in no purchase."""
    reason = Reason.of("item.uncovered", number=order.number, pieces=pieces)
    where: dict[str, Any] = {"order": order.order, "order_number": order.number}
    return _item(order.shop, reason, now, order.order, str(pieces), **where)


def not_taken(key: OrderKey, number: str, why: str, now: datetime) -> WorkItem:
    """The shop has an order that we could not take in."""
    reason = Reason.of("item.not_taken", number=number, why=why)
    return _item(key.shop, reason, now, key.order, order=key.order, order_number=number)


def offer_changed(product: Product, supplier: Supplier, answer: Answer, at: datetime) -> WorkItem:
    """A listed product's offer changed in a way that this supplier's actions want a person to see; `at` is the look.

    While a change already waits, the same kind of change of the same variant is listed once a day.
    """
    first = answer.changes[0].reason
    told = {"product": product.title, "reason": first.code, "count": len(answer.changes)}
    reason = Reason.of(f"item.offer_{answer.action.value}", **{**first.values, **told})
    look: tuple[str, ...] = (at.isoformat(),)
    if product.waiting:
        variant = first.values.get("variant", "")
        look = (product.waiting.since.isoformat(), at.date().isoformat(), first.code, variant)
    return _item(product.shop, reason, at, product.id, *look, supplier=supplier.id)


def sheet_ends(shop: Shop, offer: Offer, supplier: Supplier, ends: datetime, now: datetime) -> WorkItem:
    """Soon nothing is bought any more by a price list that this shop sells from; told once for each list."""
    days = (at.astimezone(ZoneInfo(shop.timezone)).date() for at in (offer.collected_at, ends))
    told = dict(zip(("since", "until"), map(str, days), strict=True))
    reason = Reason.of("item.sheet_ends", supplier=supplier.name, **told)
    return _item(shop.id, reason, now, supplier.id, offer.collected_at.isoformat(), supplier=supplier.id)


def settled(item: WorkItem, why: str, by: str, now: datetime) -> WorkItem:
    """The item after a person saw to it."""
    fact = Fact.of(now, "item.settled", by, why=why)
    return item.model_copy(update={"state": WorkState.DONE, "facts": (*item.facts, fact)})


def _item(shop: ShopId, reason: Reason, now: datetime, *identity: str, **where: Any) -> WorkItem:
    fact = Fact(at=now, code=reason.code, values=reason.values)
    item = WorkItem(
        id=WorkItemId(derived(reason.code, shop, *identity)), shop=shop, reason=reason, created_at=now, facts=(fact,)
    )
    return item.model_copy(update=where)
