"""Shopify webhook bodies in the official shape, with invented people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

ORDER = 820982911946154508  # larger than any float keeps exactly
FIRST_LINE = 866550311766439020
FIRST_VARIANT = 808950810548813571
FIRST_PRODUCT = 632910392455231077


def store_line(
    title: str = "竹纤维洗碗巾",
    *,
    line: int = FIRST_LINE,
    variant: int | None = FIRST_VARIANT,
    sku: str = "JJ-30718",
    quantity: int = 1,
    price: str = "29.90",
    currency: str = "CNY",
    fulfillable: int | None = None,
    ships: bool = True,
    off: str = "0.00",
) -> dict[str, Any]:
    """One line of an order body; `off` is the discount over all pieces, `fulfillable` defaults to the quantity."""
    left = quantity if fulfillable is None else fulfillable
    return {
        "id": line,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line}",
        "attributed_staffs": [],
        "current_quantity": quantity,
        "fulfillable_quantity": left,
        "fulfillment_service": "manual",
        "fulfillment_status": None if left == quantity else "partial" if left else "fulfilled",
        "gift_card": False,
        "grams": 180,
        "name": title,
        "price": price,
        "price_set": money_set(price, currency),
        "product_exists": variant is not None,
        "product_id": FIRST_PRODUCT if variant is not None else None,
        "properties": [],
        "quantity": quantity,
        "requires_shipping": ships,
        "sales_line_item_group_id": None,
        "sku": sku,
        "taxable": True,
        "title": title,
        "total_discount": "0.00",
        "total_discount_set": money_set("0.00", currency),
        "variant_id": variant,
        "variant_inventory_management": None,
        "variant_title": None,
        "vendor": None,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": []
        if Decimal(off) == 0
        else [{"amount": off, "amount_set": money_set(off, currency), "discount_application_index": 0}],
    }


def store_order(
    lines: Sequence[Mapping[str, Any]] = (),
    *,
    order: int = ORDER,
    currency: str = "CNY",
    financial_status: str = "paid",
    shipping: str = "8.00",
    created_at: str = "2026-11-23T16:00:00+08:00",
    updated_at: str = "2026-11-23T16:00:05+08:00",
    cancelled_at: str | None = None,
    test: bool = False,
    refunded: Sequence[str] = (),
    customer_locale: str | None = "zh-CN",
    shipping_address: Mapping[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """The body of orders/create as an object; without lines it has one, and `changes` replace top-level fields."""
    items = [dict(line) for line in lines] or [store_line(currency=currency)]
    goods = sum((Decimal(str(item["price"])) * item["quantity"] for item in items), Decimal(0))
    off = sum((Decimal(d["amount"]) for item in items for d in item["discount_allocations"]), Decimal(0))
    total = str(goods - off + Decimal(shipping))
    nothing = money_set("0.00", currency)
    return {
        "id": order,
        "admin_graphql_api_id": f"gid://shopify/Order/{order}",
        "app_id": None,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": "customer" if cancelled_at else None,
        "cancelled_at": cancelled_at,
        "cart_token": None,
        "checkout_token": None,
        "client_details": None,
        "closed_at": None,
        "confirmation_number": None,
        "confirmed": True,
        "contact_email": "zhang.ceshi@customer.example",
        "created_at": created_at,
        "currency": currency,
        "current_shipping_price_set": money_set(shipping, currency),
        "current_subtotal_price": str(goods - off),
        "current_subtotal_price_set": money_set(str(goods - off), currency),
        "current_total_additional_fees_set": None,
        "current_total_discounts": str(off),
        "current_total_discounts_set": money_set(str(off), currency),
        "current_total_duties_set": None,
        "current_total_price": total,
        "current_total_price_set": money_set(total, currency),
        "current_total_tax": "0.00",
        "current_total_tax_set": nothing,
        "customer_locale": customer_locale,
        "device_id": None,
        "discount_codes": [],
        "duties_included": False,
        "email": "zhang.ceshi@customer.example",
        "estimated_taxes": False,
        "financial_status": financial_status,
        "fulfillment_status": None,
        "landing_site": None,
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "merchant_of_record_app_id": None,
        "name": "#1001",
        "note": None,
        "note_attributes": [],
        "number": 1,
        "order_number": 1001,
        "order_status_url": "https://shop.example/orders/1001/authenticate?key=invented",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": ["bogus"],
        "phone": None,
        "po_number": None,
        "presentment_currency": currency,
        "processed_at": created_at,
        "reference": None,
        "referring_site": None,
        "source_identifier": None,
        "source_name": "web",
        "source_url": None,
        "subtotal_price": str(goods - off),
        "subtotal_price_set": money_set(str(goods - off), currency),
        "tags": "",
        "tax_exempt": False,
        "tax_lines": [],
        "taxes_included": False,
        "test": test,
        "token": "invented0token",
        "total_cash_rounding_payment_adjustment_set": nothing,
        "total_cash_rounding_refund_adjustment_set": nothing,
        "total_discounts": str(off),
        "total_discounts_set": money_set(str(off), currency),
        "total_line_items_price": str(goods),
        "total_line_items_price_set": money_set(str(goods), currency),
        "total_outstanding": "0.00",
        "total_price": total,
        "total_price_set": money_set(total, currency),
        "total_shipping_price_set": money_set(shipping, currency),
        "total_tax": "0.00",
        "total_tax_set": nothing,
        "total_tip_received": "0.00",
        "total_weight": 180,
        "updated_at": updated_at,
        "user_id": None,
        "customer": _customer(currency),
        "discount_applications": [],
        "fulfillments": [],
        "line_items": items,
        "payment_terms": None,
        "refunds": [store_refund(amount, order=order, currency=currency) for amount in refunded],
        "shipping_address": dict(shipping_address or ADDRESS),
        "billing_address": dict(shipping_address or ADDRESS),
        "shipping_lines": [_shipping_line(shipping, currency)],
        "returns": [],
        "line_item_groups": [],
        **changes,
    }


def store_order_json(lines: Sequence[Mapping[str, Any]] = (), **fields: Any) -> bytes:
    """The body of orders/create as Shopify would send it; the fields are those of `store_order`."""
    return as_body(store_order(lines, **fields))


def store_refund(amount: str, *, order: int = ORDER, currency: str = "CNY", status: str = "success") -> dict[str, Any]:
    """A refund of one payment, as it stands inside an order and alone in refunds/create."""
    return {
        "id": 890088186047892319,
        "order_id": order,
        "created_at": "2026-11-24T10:00:00+08:00",
        "note": "Arrived broken",
        "user_id": 548380009,
        "processed_at": "2026-11-24T10:00:00+08:00",
        "duties": [],
        "total_duties_set": money_set("0.00", currency),
        "return": None,
        "restock": False,
        "refund_shipping_lines": [],
        "admin_graphql_api_id": "gid://shopify/Refund/890088186047892319",
        "order_adjustments": [],
        "refund_line_items": [],
        "transactions": [
            {
                "id": 245135271310201194,
                "admin_graphql_api_id": "gid://shopify/OrderTransaction/245135271310201194",
                "order_id": order,
                "kind": "refund",
                "gateway": "bogus",
                "status": status,
                "message": None,
                "created_at": "2026-11-24T10:00:00+08:00",
                "test": False,
                "parent_id": 245135271310201193,
                "amount": amount,
                "amount_rounding": None,
                "authorization": None,
                "currency": currency,
                "device_id": None,
                "error_code": None,
                "location_id": None,
                "manual_payment_gateway": False,
                "payment_id": "#1001.1",
                "processed_at": "2026-11-24T10:00:00+08:00",
                "receipt": {},
                "source_name": "web",
                # Transactions alone say `currency` where all other sums say `currency_code`.
                "total_unsettled_set": {
                    "shop_money": {"amount": "0.00", "currency": currency},
                    "presentment_money": {"amount": "0.00", "currency": currency},
                },
                "user_id": None,
            }
        ],
    }


def store_edit(order: int = ORDER) -> dict[str, Any]:
    """The body of orders/edited, which names its order and does not carry it."""
    return {
        "order_edit": {
            "id": 78912328793123782,
            "app_id": None,
            "created_at": "2026-11-23T17:00:00+08:00",
            "committed_at": "2026-11-23T17:00:01+08:00",
            "notify_customer": False,
            "order_id": order,
            "staff_note": "",
            "user_id": None,
            "line_items": {"additions": [], "removals": [{"id": FIRST_LINE, "delta": 1}]},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }


def as_body(value: Mapping[str, Any]) -> bytes:
    """An object as the bytes that Shopify signs."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def money_set(amount: str, currency: str) -> dict[str, Any]:
    """A sum in the shop's and the customer's currency, which are the same here."""
    one = {"amount": amount, "currency_code": currency}
    return {"shop_money": one, "presentment_money": dict(one)}


ADDRESS: Mapping[str, Any] = {
    "first_name": "测试",
    "last_name": "张",
    "name": "测试 张",
    "phone": "13800000000",
    "company": None,
    "address1": "西湖区 虚构路 18 号",
    "address2": "3 幢 502",
    "city": "杭州市",
    "province": "浙江省",
    "province_code": "ZJ",
    "zip": "310000",
    "country": "China",
    "country_code": "CN",
    "latitude": None,
    "longitude": None,
}


def _customer(currency: str) -> dict[str, Any]:
    return {
        "id": 115310627314723954,
        "created_at": None,
        "updated_at": None,
        "first_name": "测试",
        "last_name": "张",
        "state": "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": "zhang.ceshi@customer.example",
        "phone": None,
        "currency": currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": "gid://shopify/Customer/115310627314723954",
        "default_address": {
            "id": 715243470612851245,
            "customer_id": 115310627314723954,
            **{key: value for key, value in ADDRESS.items() if key not in ("latitude", "longitude")},
            "country_name": "China",
            "default": True,
        },
    }


def _shipping_line(price: str, currency: str) -> dict[str, Any]:
    return {
        "id": 271878346596884015,
        "carrier_identifier": None,
        "code": None,
        "current_discounted_price_set": money_set(price, currency),
        "discounted_price": price,
        "discounted_price_set": money_set(price, currency),
        "is_removed": False,
        "phone": None,
        "price": price,
        "price_set": money_set(price, currency),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": "Standard",
        "tax_lines": [],
        "discount_allocations": [],
    }
