"""How an order of the shop looks: in GraphQL, and as the REST-shaped payload of webhooks."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from local.world import catalogue
from local.world.shop_views import LOCATION, View, Views, connection, gid, money, utc

CHINA = timezone(timedelta(hours=8))


def paid(order: dict[str, Any]) -> Decimal:
    """What the customer has paid."""
    return sum((Decimal(t["amount"]) for t in order["transactions"] if t["kind"] in ("SALE", "CAPTURE")), Decimal(0))


def refunded(order: dict[str, Any]) -> Decimal:
    """What has been paid back."""
    return sum((Decimal(t["amount"]) for t in order["transactions"] if t["kind"] == "REFUND"), Decimal(0))


def total(order: dict[str, Any]) -> Decimal:
    """Goods and shipping as ordered."""
    return subtotal(order) + Decimal(order["shipping"])


def subtotal(order: dict[str, Any]) -> Decimal:
    """The goods as ordered."""
    return sum((Decimal(line["price"]) * line["quantity"] for line in order["lines"]), Decimal(0))


def financial(order: dict[str, Any]) -> str:
    """The financial status, from the transactions."""
    back = refunded(order)
    if order["cancelled"] and not paid(order):
        return "VOIDED"
    if not paid(order):
        return "PENDING"
    return "PAID" if not back else "REFUNDED" if back >= paid(order) else "PARTIALLY_REFUNDED"


def unfulfilled(order: dict[str, Any], line: dict[str, Any]) -> int:
    """How many of a line are still to be sent."""
    return sum(fl["remaining"] for fo in order["fulfillment_orders"] for fl in fo["lines"]
               if fl["line"] == line["id"] and fo["status"] in ("OPEN", "IN_PROGRESS"))  # fmt: skip


def fulfilment(order: dict[str, Any]) -> str:
    """The fulfilment status, from the fulfilments."""
    if not order["fulfillments"]:
        return "UNFULFILLED"
    return "PARTIALLY_FULFILLED" if any(unfulfilled(order, line) for line in order["lines"]) else "FULFILLED"


class OrderViews:
    """GraphQL faces of an order and all that belongs to it."""

    def __init__(self, state: dict[str, Any], views: Views) -> None:
        self._state = state
        self._views = views

    def order(self, o: dict[str, Any]) -> View:
        """The order as Shopify shows it to an app with all scopes."""
        c = o["customer"]
        return {
            "__typename": "Order", "id": gid("Order", o["id"]), "legacyResourceId": o["id"], "name": o["name"],
            "number": o["number"],
            "email": c["email"], "phone": c["phone"], "note": o["note"], "tags": o["tags"], "test": o["test"],
            "createdAt": utc(o["created"]), "updatedAt": utc(o["updated"]), "processedAt": utc(o["created"]),
            "cancelledAt": utc(o["cancelled"]), "cancelReason": o["cancel_reason"], "closed": False, "closedAt": None,
            "confirmed": True, "currencyCode": catalogue.CURRENCY, "presentmentCurrencyCode": catalogue.CURRENCY,
            "customerLocale": o["locale"], "displayFinancialStatus": financial(o),
            "displayFulfillmentStatus": fulfilment(o),
            "fullyPaid": paid(o) >= total(o), "refundable": paid(o) > refunded(o), "requiresShipping": True,
            "paymentGatewayNames": ["world-pay"], "customAttributes": o["attributes"],
            "customer": {"__typename": "Customer", "id": gid("Customer", c["id"]), "legacyResourceId": c["id"],
                         "email": c["email"],
                         "phone": c["phone"], "firstName": c["first_name"], "lastName": c["last_name"],
                         "displayName": c["name"], "locale": o["locale"]},
            "shippingAddress": self._address(o), "billingAddress": self._address(o),
            "totalPriceSet": money(total(o)), "subtotalPriceSet": money(subtotal(o)), "totalTaxSet": money("0"),
            "totalShippingPriceSet": money(o["shipping"]), "currentTotalPriceSet": money(total(o) - refunded(o)),
            "totalRefundedSet": money(refunded(o)), "totalReceivedSet": money(paid(o)),
            "netPaymentSet": money(paid(o) - refunded(o)),
            "totalOutstandingSet": money(max(total(o) - paid(o), Decimal(0))),
            "lineItems": connection(o["lines"], lambda line: self.line(o, line)),
            "fulfillmentOrders": connection(o["fulfillment_orders"], lambda fo: self.fulfillment_order(o, fo)),
            "fulfillments": lambda info, first=None: [self.fulfillment(o, f) for f in o["fulfillments"]][:first],
            "refunds": lambda info, first=None: [self.refund(o, r) for r in o["refunds"]][:first],
            "transactions": lambda info, first=None: [self.transaction(o, t) for t in o["transactions"]][:first],
            "suggestedRefund": lambda info, **asked: self.suggested_refund(o, **asked),
        }  # fmt: skip

    def _address(self, o: dict[str, Any]) -> View:
        a = o["customer"]
        return {
            "__typename": "MailingAddress", "id": gid("MailingAddress", f"{o['id']}?model_name=Address"),
            "name": a["name"],
            "firstName": a["first_name"], "lastName": a["last_name"], "phone": a["phone"], "company": None,
            "address1": a["address1"], "address2": a["address2"], "city": a["city"], "province": a["province"],
            "provinceCode": a["province_code"], "zip": a["zip"], "country": a["country"],
            "countryCodeV2": a["country_code"],
            "formatted": lambda info, withCompany=True,
            withName=False: [a["address1"], f"{a['zip']} {a['city']}", a["country"]],
        }  # fmt: skip

    def line(self, o: dict[str, Any], line: dict[str, Any]) -> View:
        """A line item; `variant` is null when the variant no longer exists."""
        back = sum(r["quantity"] for refund in o["refunds"] for r in refund["lines"] if r["line"] == line["id"])
        price = Decimal(line["price"])
        variant = self._state["variants"].get(str(line["variant"]))
        product = self._state["products"].get(str(line["product"]))
        return {
            "__typename": "LineItem", "id": gid("LineItem", line["id"]), "title": line["title"],
            "name": line["title"] + (f" - {line['variant_title']}" if line["variant_title"] else ""),
            "sku": line["sku"],
            "quantity": line["quantity"], "currentQuantity": line["quantity"] - back,
            "refundableQuantity": line["quantity"] - back,
            "unfulfilledQuantity": unfulfilled(o, line), "requiresShipping": True, "vendor": line["vendor"],
            "variantTitle": line["variant_title"] or None, "customAttributes": line["attributes"],
            "variant": lambda info: self._views.variant(variant) if variant else None,
            "product": lambda info: self._views.product(product) if product else None,
            "originalUnitPriceSet": money(price), "discountedUnitPriceSet": money(price),
            "discountedUnitPriceAfterAllDiscountsSet": money(price),
            "originalTotalSet": money(price * line["quantity"]), "discountedTotalSet": money(price * line["quantity"]),
        }  # fmt: skip

    def _line_of(self, o: dict[str, Any], number: int) -> View:
        return self.line(o, next(line for line in o["lines"] if line["id"] == number))

    def fulfillment_order(self, o: dict[str, Any], fo: dict[str, Any]) -> View:
        """A fulfilment order: what one location still has to send."""

        def line(fl: dict[str, Any]) -> View:
            own = next(x for x in o["lines"] if x["id"] == fl["line"])
            return {"__typename": "FulfillmentOrderLineItem", "id": gid("FulfillmentOrderLineItem", fl["id"]),
                    "sku": own["sku"],
                    "remainingQuantity": fl["remaining"], "totalQuantity": fl["total"], "productTitle": own["title"],
                    "variantTitle": own["variant_title"], "requiresShipping": True, "inventoryItemId": None,
                    "lineItem": lambda info: self._line_of(o, fl["line"])}  # fmt: skip

        location = self._views.location()
        return {
            "__typename": "FulfillmentOrder", "id": gid("FulfillmentOrder", fo["id"]), "status": fo["status"],
            "requestStatus": "UNSUBMITTED", "createdAt": utc(fo["created"]), "updatedAt": utc(fo["updated"]),
            "order": lambda info: self.order(o), "orderId": gid("Order", o["id"]), "orderName": o["name"],
            "assignedLocation": {"name": location["name"], "city": "杭州市", "countryCode": "CN", "location": location},
            "lineItems": connection(fo["lines"], line),
        }  # fmt: skip

    def fulfillment(self, o: dict[str, Any], f: dict[str, Any]) -> View:
        """A fulfilment with its tracking."""

        def line(fl: dict[str, Any]) -> View:
            return {"__typename": "FulfillmentLineItem", "id": gid("FulfillmentLineItem", fl["id"]),
                    "quantity": fl["quantity"],
                    "lineItem": lambda info: self._line_of(o, fl["line"])}  # fmt: skip

        return {
            "__typename": "Fulfillment", "id": gid("Fulfillment", f["id"]), "legacyResourceId": f["id"],
            "name": f["name"],
            "status": f["status"], "displayStatus": "FULFILLED", "createdAt": utc(f["created"]),
            "updatedAt": utc(f["updated"]),
            "order": lambda info: self.order(o), "location": self._views.location(), "requiresShipping": True,
            "totalQuantity": sum(fl["quantity"] for fl in f["lines"]),
            "trackingInfo": lambda info, first=None: f["tracking"][:first],
            "fulfillmentLineItems": connection(f["lines"], line),
        }  # fmt: skip

    def transaction(self, o: dict[str, Any], t: dict[str, Any]) -> View:
        """A payment or a refund of money."""
        parent = next((x for x in o["transactions"] if x["id"] == t["parent"]), None)
        return {
            "__typename": "OrderTransaction", "id": gid("OrderTransaction", t["id"]), "kind": t["kind"],
            "status": "SUCCESS",
            "gateway": t["gateway"], "amountSet": money(t["amount"]), "createdAt": utc(t["created"]),
            "processedAt": utc(t["created"]), "test": o["test"],
            "parentTransaction": lambda info: self.transaction(o, parent) if parent else None,
        }  # fmt: skip

    def refund(self, o: dict[str, Any], r: dict[str, Any]) -> View:
        """A refund with its lines and transactions."""

        def line(rl: dict[str, Any]) -> View:
            return {"id": gid("RefundLineItem", rl["id"]), "quantity": rl["quantity"], "restockType": rl["restock"],
                    "restocked": rl["restock"] in ("RETURN", "CANCEL"), "priceSet": money(rl["price"]),
                    "subtotalSet": money(Decimal(rl["price"]) * rl["quantity"]), "location": self._views.location(),
                    "lineItem": lambda info: self._line_of(o, rl["line"])}  # fmt: skip

        moves = [t for t in o["transactions"] if t["id"] in r["transactions"]]
        return {
            "__typename": "Refund", "id": gid("Refund", r["id"]), "legacyResourceId": r["id"], "note": r["note"],
            "createdAt": utc(r["created"]), "updatedAt": utc(r["created"]), "order": lambda info: self.order(o),
            "totalRefundedSet": money(sum((Decimal(t["amount"]) for t in moves), Decimal(0))),
            "refundLineItems": connection(r["lines"], line),
            "transactions": connection(moves, lambda t: self.transaction(o, t)),
        }  # fmt: skip

    def suggested_refund(self, o: dict[str, Any], refundLineItems: list[dict[str, Any]] | None = None,
                         refundShipping: bool | None = None, shippingAmount: str | None = None,
                         suggestFullRefund: bool = False) -> View:  # fmt: skip
        """What Shopify would pay back for those lines: never more than is left of what was paid."""
        asked = {item["lineItemId"]: item["quantity"] for item in refundLineItems or []}
        lines = [
            (line, line["quantity"] if suggestFullRefund else asked.get(gid("LineItem", line["id"]), 0))
            for line in o["lines"]
        ]
        goods = sum((Decimal(line["price"]) * quantity for line, quantity in lines), Decimal(0))
        shipping = Decimal(shippingAmount or (o["shipping"] if refundShipping or suggestFullRefund else "0"))
        left = paid(o) - refunded(o)
        amount = min(goods + shipping, left)
        sales = [t for t in o["transactions"] if t["kind"] == "SALE"]
        return {
            "amountSet": money(amount), "subtotalSet": money(goods), "discountedSubtotalSet": money(goods),
            "totalTaxSet": money("0"),
            "maximumRefundableSet": money(left),
            "refundLineItems": [
                {"id": None, "lineItem": self.line(o, line), "quantity": quantity, "restockType": "NO_RESTOCK",
                 "restocked": False,
                 "priceSet": money(line["price"]), "subtotalSet": money(Decimal(line["price"]) * quantity),
                 "location": None}
                for line, quantity in lines if quantity
            ],
            "suggestedTransactions": [
                {"kind": "SUGGESTED_REFUND", "gateway": t["gateway"], "amountSet": money(amount),
                 "maximumRefundableSet": money(left), "parentTransaction": self.transaction(o, t)} for t in sales[:1]
            ],
        }  # fmt: skip


def rest_order(o: dict[str, Any]) -> dict[str, Any]:
    """The order as orders/* webhooks carry it: numbers as ids, money as text, times with the shop's offset."""
    c = o["customer"]
    address = {
        "first_name": c["first_name"], "last_name": c["last_name"], "name": c["name"], "phone": c["phone"],
        "company": None,
        "address1": c["address1"], "address2": c["address2"], "city": c["city"], "province": c["province"],
        "province_code": c["province_code"], "zip": c["zip"], "country": c["country"],
        "country_code": c["country_code"],
        "latitude": None, "longitude": None,
    }  # fmt: skip
    fulfilled = fulfilment(o)
    return {
        "id": o["id"], "admin_graphql_api_id": gid("Order", o["id"]), "app_id": None, "name": o["name"],
        "number": o["number"] - 1000, "order_number": o["number"], "email": c["email"], "contact_email": c["email"],
        "phone": c["phone"],
        "created_at": local(o["created"]), "updated_at": local(o["updated"]), "processed_at": local(o["created"]),
        "cancelled_at": local(o["cancelled"]), "cancel_reason": (o["cancel_reason"] or "").lower() or None,
        "closed_at": None,
        "confirmed": True, "test": o["test"], "currency": catalogue.CURRENCY,
        "presentment_currency": catalogue.CURRENCY,
        "financial_status": financial(o).lower(),
        "fulfillment_status": {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}.get(fulfilled),
        "total_price": text(total(o)), "subtotal_price": text(subtotal(o)), "total_tax": "0.00",
        "total_discounts": "0.00",
        "total_line_items_price": text(subtotal(o)), "current_total_price": text(total(o) - refunded(o)),
        "total_outstanding": text(max(total(o) - paid(o), Decimal(0))), "taxes_included": False, "tax_lines": [],
        "total_price_set": rest_money(total(o)), "subtotal_price_set": rest_money(subtotal(o)),
        "total_tax_set": rest_money(Decimal(0)),
        "total_shipping_price_set": rest_money(Decimal(o["shipping"])), "total_discounts_set": rest_money(Decimal(0)),
        "note": o["note"], "note_attributes": [{"name": a["key"], "value": a["value"]} for a in o["attributes"]],
        "tags": ", ".join(o["tags"]), "customer_locale": o["locale"], "payment_gateway_names": ["world-pay"],
        "source_name": "web", "token": f"{o['id']:x}", "discount_codes": [],
        "discount_applications": [],
        "customer": {"id": c["id"], "email": c["email"], "phone": c["phone"], "first_name": c["first_name"],
                     "last_name": c["last_name"], "tags": "", "currency": catalogue.CURRENCY, "state": "disabled",
                     "admin_graphql_api_id": gid("Customer", c["id"])},
        "shipping_address": address, "billing_address": address,
        "line_items": [rest_line(o, line) for line in o["lines"]],
        "shipping_lines": [{"id": o["id"] + 1, "title": "标准快递", "code": "standard",
                            "price": text(Decimal(o["shipping"])),
                            "discounted_price": text(Decimal(o["shipping"])), "source": "shopify", "tax_lines": []}],
        "fulfillments": [rest_fulfillment(o, f) for f in o["fulfillments"]],
        "refunds": [rest_refund(o, r) for r in o["refunds"]],
    }  # fmt: skip


def rest_line(o: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """A line item as webhooks carry it."""
    left = unfulfilled(o, line)
    back = sum(r["quantity"] for refund in o["refunds"] for r in refund["lines"] if r["line"] == line["id"])
    status = None if left == line["quantity"] or not o["fulfillments"] else "fulfilled" if not left else "partial"
    return {
        "id": line["id"], "admin_graphql_api_id": gid("LineItem", line["id"]), "variant_id": line["variant"],
        "product_id": line["product"],
        "sku": line["sku"], "title": line["title"], "variant_title": line["variant_title"] or None,
        "vendor": line["vendor"],
        "name": line["title"] + (f" - {line['variant_title']}" if line["variant_title"] else ""),
        "quantity": line["quantity"],
        "current_quantity": line["quantity"] - back, "price": text(Decimal(line["price"])),
        "price_set": rest_money(Decimal(line["price"])),
        "total_discount": "0.00", "total_discount_set": rest_money(Decimal(0)), "discount_allocations": [],
        "tax_lines": [], "duties": [],
        "grams": line["grams"], "fulfillable_quantity": left, "fulfillment_status": status,
        "fulfillment_service": "manual",
        "requires_shipping": True, "taxable": False, "gift_card": False, "product_exists": line["product"] is not None,
        "variant_inventory_management": "shopify",
        "properties": [{"name": a["key"], "value": a["value"]} for a in line["attributes"]],
    }  # fmt: skip


def rest_fulfillment(o: dict[str, Any], f: dict[str, Any]) -> dict[str, Any]:
    """A fulfilment as webhooks carry it."""
    first = f["tracking"][0] if f["tracking"] else {"company": None, "number": None, "url": None}
    return {
        "id": f["id"], "order_id": o["id"], "name": f["name"], "status": "success", "created_at": local(f["created"]),
        "updated_at": local(f["updated"]), "tracking_company": first["company"], "tracking_number": first["number"],
        "tracking_numbers": [t["number"] for t in f["tracking"]], "tracking_url": first["url"],
        "tracking_urls": [t["url"] for t in f["tracking"] if t["url"]], "shipment_status": None,
        "location_id": int(LOCATION.rsplit("/", 1)[1]),
        "line_items": [{**rest_line(o, next(x for x in o["lines"] if x["id"] == fl["line"])),
                        "quantity": fl["quantity"]}
                       for fl in f["lines"]],
    }  # fmt: skip


def rest_refund(o: dict[str, Any], r: dict[str, Any]) -> dict[str, Any]:
    """A refund as refunds/create carries it: `id` is the refund's, `order_id` the order's."""
    return {
        "id": r["id"], "admin_graphql_api_id": gid("Refund", r["id"]), "order_id": o["id"],
        "created_at": local(r["created"]),
        "processed_at": local(r["created"]), "note": r["note"], "user_id": None, "restock": False,
        "order_adjustments": [], "duties": [],
        "refund_line_items": [
            {"id": rl["id"], "line_item_id": rl["line"], "location_id": None, "quantity": rl["quantity"],
             "restock_type": rl["restock"].lower(), "subtotal": float(Decimal(rl["price"]) * rl["quantity"]),
             "total_tax": 0.0,
             "subtotal_set": rest_money(Decimal(rl["price"]) * rl["quantity"]), "total_tax_set": rest_money(Decimal(0)),
             "line_item": rest_line(o, next(x for x in o["lines"] if x["id"] == rl["line"]))}
            for rl in r["lines"]
        ],
        "transactions": [
            {"id": t["id"], "order_id": o["id"], "kind": "refund", "status": "success",
             "amount": text(Decimal(t["amount"])),
             "currency": catalogue.CURRENCY, "gateway": t["gateway"], "parent_id": t["parent"],
             "created_at": local(t["created"]),
             "test": o["test"], "admin_graphql_api_id": gid("OrderTransaction", t["id"])}
            for t in o["transactions"] if t["id"] in r["transactions"]
        ],
    }  # fmt: skip


def text(amount: Decimal) -> str:
    """Money as REST writes it: text with two decimals."""
    return str(amount.quantize(Decimal("0.01")))


def rest_money(amount: Decimal) -> dict[str, Any]:
    """A *_set of REST."""
    part = {"amount": text(amount), "currency_code": catalogue.CURRENCY}
    return {"shop_money": part, "presentment_money": part}


def local(at: str | None) -> str | None:
    """2026-11-23T22:01:00+08:00, in the shop's time zone."""
    return datetime.fromisoformat(at).astimezone(CHINA).isoformat(timespec="seconds") if at else None
