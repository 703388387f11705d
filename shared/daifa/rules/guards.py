"""What stops money before it leaves: each guard says why, and a purchase with no reason against it may go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from daifa.models.catalog import Agreement, Shop, Supplier
from daifa.models.facts import Reason
from daifa.models.money import Money, total
from daifa.models.order import Order
from daifa.models.purchase import PurchaseOrder


def holds_for(
    po: PurchaseOrder, order: Order, shop: Shop, supplier: Supplier, agreement: Agreement | None, now: datetime
) -> tuple[Reason, ...]:
    """Every reason why a person must look at this purchase before it is placed, the weightiest first."""
    return tuple(_reasons(po, order, shop, supplier, agreement, now))


def _reasons(
    po: PurchaseOrder, order: Order, shop: Shop, supplier: Supplier, agreement: Agreement | None, now: datetime
) -> Iterator[Reason]:
    rate = shop.pricing.rates.get(po.total.currency)
    if order.total.currency != shop.currency:
        yield Reason.of("hold.no_rate", currency=order.total.currency, shop_currency=shop.currency)
        return
    if po.total.currency == shop.currency:
        cost = po.total
    elif rate:
        cost = Money(amount=po.total.amount * rate, currency=shop.currency).rounded()
        dated, days = shop.pricing.rates_at, shop.pricing.rates_days
        if dated is not None and now - dated > timedelta(days=days):
            yield Reason.of("hold.rate_stale", currency=po.total.currency, date=dated.date(), days=days)
    else:
        yield Reason.of("hold.no_rate", currency=po.total.currency, shop_currency=shop.currency)
        return
    if shop.paused:
        yield Reason.of("hold.shop_paused", shop=shop.name)
    if supplier.paused:
        yield Reason.of("hold.supplier_paused", supplier=supplier.name)
    if agreement is None:
        yield Reason.of("hold.no_agreement", supplier=supplier.name)
    if not supplier.approved:
        yield Reason.of("hold.first_order", supplier=supplier.name)
    if shop.approval_limit is not None and cost > shop.approval_limit:
        yield Reason.of("hold.over_limit", total=cost, limit=shop.approval_limit)
    if supplier.po_cap is not None and po.total > supplier.po_cap:
        yield Reason.of("hold.over_cap", total=po.total, cap=supplier.po_cap, supplier=supplier.name)
    revenue = _revenue(po, order)
    floor = revenue * (1 - shop.pricing.margin_floor - shop.pricing.fee_share)
    if cost > floor.rounded():
        yield Reason.of("hold.margin", cost=cost, revenue=revenue.rounded(), ceiling=floor.rounded())


def counted(po: PurchaseOrder, shop: Shop) -> Money | None:
    """What this purchase adds to the shop's spending of a day, in the shop's currency; None where there is no rate."""
    if po.total.currency == shop.currency:
        return po.total
    rate = shop.pricing.rates.get(po.total.currency)
    return Money(amount=po.total.amount * rate, currency=shop.currency).rounded() if rate else None


def _revenue(po: PurchaseOrder, order: Order) -> Money:
    """What the customer pays for these lines, with the part of the order's shipping that falls on them by value."""
    currency = order.total.currency
    mine = total((order.line(line.order_line).price * line.quantity for line in po.lines), currency)
    goods = total((line.price * line.quantity for line in order.lines), currency)
    if not goods.amount:
        return mine
    return mine + order.shipping * (mine.amount / goods.amount)
