"""Rows for tests, saying only what matters: `an_order(lines=[a_line("mug", quantity=2)])`. All people are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from daifa.models.aftersales import Case, CaseLine, CaseReason, Payer
from daifa.models.catalog import (
    Agreement,
    Clause,
    Mapping,
    Offer,
    OfferVariant,
    Pricing,
    Shop,
    Source,
    Supplier,
)
from daifa.models.derive import po_number
from daifa.models.ids import (
    CaseId,
    OfferId,
    ProductId,
    RecipientId,
    ShipmentId,
    ShopId,
    StoreOrderId,
    SupplierId,
    VariantId,
)
from daifa.models.money import Money, total
from daifa.models.order import Order, OrderLine, Recipient, StoreOrder
from daifa.models.purchase import PoLine, PurchaseOrder
from daifa.models.shipment import Checkpoint, Shipment, ShippedLine
from daifa.models.states import AgreementState, OfferState, OrderState, PoState, ShipmentState

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SHOP = ShopId("demo")
ORDER = StoreOrderId("5001")


def cny(amount: str) -> Money:
    """Yuan."""
    return Money.of(amount, "CNY")


def a_recipient(**changes: Any) -> Recipient:
    """Somebody who does not exist."""
    told = {
        "name": "张测试",
        "phone": "13800000000",
        "email": "zhang.ceshi@customer.example",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "address1": "虚构路 18 号",
    }
    return Recipient(**(told | changes))


def a_line(title: str = "台灯", *, line: str = "", quantity: int = 1, price: str = "64.90") -> OrderLine:
    """One line; its id and the shop's variant follow from the title unless given."""
    return OrderLine(
        id=line or f"line-{title}",
        store_variant=f"variant-{title}",
        sku=f"SKU-{title}",
        title=title,
        quantity=quantity,
        price=cny(price),
        fulfillable=quantity,
    )


def a_store_order(
    lines: Sequence[OrderLine] = (), *, order: str = ORDER, at: datetime = START, **changes: Any
) -> StoreOrder:
    """An order as the shop tells it."""
    chosen = tuple(lines) or (a_line(),)
    told = {
        "shop": SHOP,
        "order": StoreOrderId(order),
        "number": "#1001",
        "placed_at": START,
        "updated_at": at,
        "paid": True,
        "lines": chosen,
        "total": total((line.price * line.quantity for line in chosen), "CNY"),
        "shipping": cny("0"),
        "refunded": cny("0"),
        "recipient": a_recipient(),
    }
    return StoreOrder(**(told | changes))


def an_order(lines: Sequence[OrderLine] = (), **changes: Any) -> Order:
    """A paid order of ours, not yet routed."""
    chosen = tuple(lines) or (a_line(),)
    told = {
        "shop": SHOP,
        "order": ORDER,
        "number": "#1001",
        "placed_at": START,
        "updated_at": START,
        "state": OrderState.CONFIRMED,
        "paid": True,
        "lines": chosen,
        "total": total((line.price * line.quantity for line in chosen), "CNY"),
        "shipping": cny("0"),
        "refunded": cny("0"),
        "recipient": RecipientId("someone"),
        "work_due": START,
    }
    return Order(**(told | changes))


def a_shop(**changes: Any) -> Shop:
    """A shop that wants to see purchases over 300 yuan."""
    told = {
        "id": SHOP,
        "name": "小林百货",
        "platform": "shopify",
        "currency": "CNY",
        "approval_limit": cny("300"),
        "pricing": Pricing(markup=Decimal("1.6")),
    }
    return Shop(**(told | changes))


def a_supplier(name: str = "lamps", **changes: Any) -> Supplier:
    """A supplier with an API, known and approved."""
    told = {
        "id": SupplierId(name),
        "name": name.title(),
        "adapter": "alibaba",
        "currency": "CNY",
        "shipping": cny("4.00"),
        "settle_seconds": 60,
    }
    return Supplier(**(told | changes))


def an_agreement(supplier: str = "lamps", **changes: Any) -> Agreement:
    """Damaged goods are the supplier's within seven days with one photo; a changed mind is the customer's."""
    told = {
        "supplier": SupplierId(supplier),
        "version": 1,
        "state": AgreementState.ACTIVE,
        "valid_from": START - timedelta(days=100),
        "clauses": (
            Clause(
                id="3.1",
                reason=CaseReason.DAMAGED,
                within_days=7,
                photos=1,
                goods=Payer.SUPPLIER,
                return_freight=Payer.SUPPLIER,
            ),
            Clause(
                id="4.1",
                reason=CaseReason.NOT_RECEIVED,
                within_days=60,
                goods=Payer.MERCHANT,
                return_freight=Payer.MERCHANT,
            ),
        ),
    }
    return Agreement(**(told | changes))


def an_offer(title: str = "台灯", *, supplier: str = "lamps", price: str = "36.00", stock: int | None = 100) -> Offer:
    """An offer with one variant, `spec-<title>`."""
    return Offer(
        id=OfferId(f"offer-{supplier}-{title}"),
        supplier=SupplierId(supplier),
        external=f"ext-{title}",
        url=f"https://{supplier}.example/{title}",
        title=title,
        state=OfferState.AVAILABLE,
        variants=(OfferVariant(external=f"spec-{title}", price=cny(price), stock=stock),),
        collected_at=START,
    )


def a_mapping(title: str = "台灯", *suppliers: str) -> Mapping:
    """The shop's variant of this title, to be had from these suppliers, in this order."""
    return Mapping(
        shop=SHOP,
        store_variant=f"variant-{title}",
        product=ProductId(f"product-{title}"),
        variant=VariantId(f"ours-{title}"),
        sources=tuple(
            Source(
                supplier=SupplierId(name),
                offer=OfferId(f"offer-{name}-{title}"),
                external_variant=f"spec-{title}",
            )
            for name in suppliers or ("lamps",)
        ),
    )


def a_purchase(
    title: str = "台灯", *, supplier: str = "lamps", quantity: int = 1, cost: str = "36.00", **changes: Any
) -> PurchaseOrder:
    """A purchase that is READY and was never sent."""
    line = PoLine(
        order_line=f"line-{title}",
        offer=OfferId(f"offer-{supplier}-{title}"),
        external_offer=f"ext-{title}",
        external_variant=f"spec-{title}",
        title=title,
        quantity=quantity,
        unit_cost=cny(cost),
    )
    told = {
        "shop": SHOP,
        "order": ORDER,
        "order_number": "#1001",
        "number": po_number(an_order().key, SupplierId(supplier), 0, 1),
        "supplier": SupplierId(supplier),
        "group": 0,
        "state": PoState.READY,
        "lines": (line,),
        "shipping": cny("4.00"),
        "total": cny(cost) * quantity + cny("4.00"),
        "ship_to": RecipientId("someone"),
        "agreement": 1,
        "ship_by": START + timedelta(hours=48),
        "work_due": START,
        "created_at": START,
    }
    return PurchaseOrder(**(told | changes))


def a_shipment(po: PurchaseOrder | None = None, *, number: str = "7531000000001", **changes: Any) -> Shipment:
    """A parcel nobody has looked at."""
    chosen = po or a_purchase()
    told = {
        "shop": chosen.shop,
        "order": chosen.order,
        "id": ShipmentId("parcel-1"),
        "po": chosen.number,
        "carrier": "zhongtong",
        "number": number,
        "lines": (ShippedLine(order_line=chosen.lines[0].order_line, quantity=chosen.lines[0].quantity),),
        "created_at": START,
        "changed_at": START,
        "work_due": START,
    }
    return Shipment(**(told | changes))


def a_scan(hours: float, state: ShipmentState = ShipmentState.IN_TRANSIT, text: str = "") -> Checkpoint:
    """A scan so many hours after the start."""
    return Checkpoint(at=START + timedelta(hours=hours), state=state, text=text or f"{state.value} {hours}")


def a_case(po: PurchaseOrder | None = None, *, reason: CaseReason = CaseReason.DAMAGED, **changes: Any) -> Case:
    """A complaint about all of a purchase's first line."""
    chosen = po or a_purchase()
    told = {
        "shop": chosen.shop,
        "order": chosen.order,
        "order_number": "#1001",
        "id": CaseId("case-1"),
        "po": chosen.number,
        "supplier": chosen.supplier,
        "reason": reason,
        "lines": (CaseLine(order_line=chosen.lines[0].order_line, quantity=chosen.lines[0].quantity),),
        "opened_at": START + timedelta(days=3),
        "opened_by": "CUSTOMER",
        "work_due": START + timedelta(days=3),
    }
    return Case(**(told | changes))
