"""What the shop does with orders: customers buy, the app fulfils and pays back; every rule of the platform is kept."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local.world import catalogue
from local.world.shop_order_views import paid, refunded, total, unfulfilled
from local.world.shop_views import LOCATION, View, gid, number_of

if TYPE_CHECKING:
    from local.world.shop import Shop


class Orders:
    """Orders in the shop's state, keyed by the text of their number."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    @property
    def _orders(self) -> dict[str, dict[str, Any]]:
        orders: dict[str, dict[str, Any]] = self._shop.state["orders"]
        return orders

    def get(self, id: str | int) -> dict[str, Any] | None:
        """The order with that gid or number."""
        return self._orders.get(number_of(id, "Order"))

    def place(self, lines: Sequence[Any], customer: dict[str, Any] | None, paid_now: bool, shipping: str, note: str,
              locale: str, attributes: list[dict[str, str]], test: bool) -> dict[str, Any]:  # fmt: skip
        """A new order; a line is (variant id, quantity), {variant_id, quantity} or {title, price, quantity}."""
        now, number = self._shop.now(), self._shop.next_order_id()
        state = self._shop.state
        state["order_number"] += 1
        who = {**catalogue.CUSTOMER, "id": self._shop.next_id(), **(customer or {})}
        order = {
            "id": number, "number": state["order_number"], "name": f"#{state['order_number']}", "note": note,
            "tags": [], "test": test,
            "created": now, "updated": now, "cancelled": None, "cancel_reason": None, "locale": locale,
            "shipping": shipping,
            "attributes": attributes, "customer": who, "lines": [self._line(line) for line in lines],
            "transactions": [],
            "fulfillment_orders": [], "fulfillments": [], "refunds": [],
        }  # fmt: skip
        order["fulfillment_orders"].append(
            {"id": self._shop.next_id(), "status": "OPEN", "created": now, "updated": now,
             "lines": [{"id": self._shop.next_id(), "line": line["id"], "total": line["quantity"],
                        "remaining": line["quantity"]}
                       for line in order["lines"]]}
        )  # fmt: skip
        self._orders[str(number)] = order
        if paid_now:
            self.pay(order)
        return order

    def _line(self, given: Any) -> dict[str, Any]:
        if not isinstance(given, dict):
            given = {"variant_id": given[0], "quantity": given[1]}
        if int(given["quantity"]) < 1:
            raise ValueError("quantity must be 1 or more")
        line = {"id": self._shop.next_id(), "quantity": int(given["quantity"]),
                "attributes": given.get("attributes", []),
                "variant": None, "product": None, "sku": given.get("sku", ""), "title": given.get("title", ""),
                "vendor": "",
                "variant_title": given.get("variant_title", ""), "price": given.get("price", "0.00"),
                "grams": 0}  # fmt: skip
        if "variant_id" not in given:
            return line
        state = self._shop.state
        variant = state["variants"][number_of(given["variant_id"], "ProductVariant")]
        product = state["products"][variant["product"]]
        if variant["tracked"]:
            if variant["policy"] == "DENY" and variant["available"] < line["quantity"]:
                raise ValueError(f"variant {variant['id']} is sold out")
            variant["available"] -= line["quantity"]
        title = " / ".join(value for _, value in variant["options"])
        return {**line, "variant": variant["id"], "product": product["id"], "sku": variant["sku"],
                "title": product["title"],
                "vendor": product["vendor"], "price": variant["price"], "grams": variant["grams"],
                "variant_title": "" if title == "Default Title" else title}  # fmt: skip

    def pay(self, order: dict[str, Any]) -> None:
        """The customer pays what is due."""
        due = total(order) - paid(order)
        if due > 0:
            order["transactions"].append(self._transaction("SALE", due, None))
            self.touch(order)

    def cancel(self, order: dict[str, Any], reason: str, refund: bool) -> dict[str, Any] | None:
        """Cancel what has not been sent; the refund, when money went back."""
        if order["cancelled"]:
            raise ValueError(f"{order['name']} is cancelled already")
        order.update(cancelled=self._shop.now(), cancel_reason=reason.upper())
        for fo in order["fulfillment_orders"]:
            if fo["status"] in ("OPEN", "IN_PROGRESS"):
                fo["status"] = "CANCELLED"
        back = None
        if refund and paid(order) > refunded(order):
            lines = [{"id": self._shop.next_id(), "line": line["id"], "quantity": line["quantity"], "restock": "CANCEL",
                      "price": line["price"]} for line in order["lines"]]  # fmt: skip
            back = self._record_refund(
                order, lines, [self._transaction("REFUND", paid(order) - refunded(order), None)], "cancelled"
            )
        self.touch(order)
        return back

    def touch(self, order: dict[str, Any]) -> None:
        """The order has changed just now."""
        order["updated"] = self._shop.now()

    # Mutations

    def fulfil(self, fulfillment: dict[str, Any]) -> tuple[View | None, list[View], dict[str, Any] | None]:
        """fulfillmentCreate: (record, userErrors, order); never more than remains, and all or nothing."""
        chosen: list[tuple[dict[str, Any], dict[str, Any], int]] = []
        order: dict[str, Any] | None = None
        where = ["fulfillment", "lineItemsByFulfillmentOrder"]
        for group in fulfillment["lineItemsByFulfillmentOrder"]:
            found = self._fulfillment_order(group["fulfillmentOrderId"])
            if not found:
                return None, [_wrong("The fulfillment order does not exist.", *where)], None
            if order is not None and found[0] is not order:
                return None, [_wrong("All fulfillment orders must belong to the same order.", *where)], None
            order, fo = found
            if fo["status"] not in ("OPEN", "IN_PROGRESS"):
                return (
                    None,
                    [
                        _wrong(
                            f"Fulfillment order {fo['id']} has an unfulfillable status= {fo['status'].lower()}.", *where
                        )
                    ],
                    None,
                )
            asked = group.get("fulfillmentOrderLineItems")
            lines = {gid("FulfillmentOrderLineItem", fl["id"]): fl for fl in fo["lines"]}
            pairs = (
                [(lines.get(a["id"]), a["quantity"]) for a in asked]
                if asked
                else [(fl, fl["remaining"]) for fl in fo["lines"]]
            )
            for line, quantity in pairs:
                if line is None:
                    return None, [_wrong("The fulfillment order line item does not exist.", *where)], None
                taken = sum(q for _, x, q in chosen if x is line)
                if not 0 < quantity + taken <= line["remaining"] and asked:
                    return None, [_wrong("Invalid fulfillment order line item quantity requested.", *where)], None
                chosen.append((fo, line, quantity))
        if order is None or not any(quantity for *_, quantity in chosen):
            return None, [_wrong("There is nothing to fulfill.", *where)], None
        record = self._record_fulfilment(order, [c for c in chosen if c[2]], fulfillment)
        return record, [], order

    def _record_fulfilment(self, order: dict[str, Any], chosen: list[tuple[dict[str, Any], dict[str, Any], int]],
                           fulfillment: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
        now = self._shop.now()
        for fo, line, quantity in chosen:
            line["remaining"] -= quantity
            fo.update(status="IN_PROGRESS" if any(fl["remaining"] for fl in fo["lines"]) else "CLOSED", updated=now)
        record = {
            "id": self._shop.next_id(), "name": f"{order['name']}.{len(order['fulfillments']) + 1}",
            "status": "SUCCESS",
            "created": now, "updated": now, "notify": bool(fulfillment.get("notifyCustomer")),
            "tracking": _tracking(fulfillment.get("trackingInfo") or {}),
            "lines": [{"id": self._shop.next_id(), "line": line["line"], "quantity": quantity} for _, line,
                      quantity in chosen],
        }  # fmt: skip
        order["fulfillments"].append(record)
        self.touch(order)
        return record

    def find_fulfilment(self, id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """(order, fulfilment) by the fulfilment's gid."""
        number = number_of(id, "Fulfillment")
        return next(((o, f) for o in self._orders.values() for f in o["fulfillments"] if str(f["id"]) == number), None)

    def retrack(self, fulfilment: dict[str, Any], order: dict[str, Any], given: dict[str, Any]) -> None:
        """fulfillmentTrackingInfoUpdate: other numbers for a fulfilment."""
        fulfilment.update(tracking=_tracking(given), updated=self._shop.now())
        self.touch(order)

    def refund(self, input: dict[str, Any]) -> tuple[dict[str, Any] | None, list[View], dict[str, Any] | None]:
        """refundCreate: (record, userErrors, order); never more money than is left, never more goods than bought."""
        order = self.get(input["orderId"])
        if not order:
            return None, [_wrong("Order does not exist", "orderId")], None
        lines, problem = self._refund_lines(order, input.get("refundLineItems") or [])
        if problem:
            return None, [problem], order
        sales = {gid("OrderTransaction", t["id"]): t for t in order["transactions"] if t["kind"] in ("SALE", "CAPTURE")}
        moves, amount = [], Decimal(0)
        for n, move in enumerate(input.get("transactions") or []):
            where = ("transactions", str(n))
            parent = sales.get(move.get("parentId") or "")
            if move["kind"] != "REFUND" or number_of(move["orderId"], "Order") != str(order["id"]):
                return None, [_wrong("Transaction kind must be REFUND and of this order", *where)], order
            if not parent or parent["gateway"] != move["gateway"]:
                return None, [_wrong("Parent transaction is invalid", *where, "parentId")], order
            try:
                part = Decimal(str(move["amount"]))
            except InvalidOperation:
                return None, [_wrong("Amount is not a number", *where, "amount")], order
            if part <= 0 or part != part.quantize(Decimal("0.01")):
                return None, [_wrong("Amount must be greater than zero, in whole cents", *where, "amount")], order
            amount += part
            moves.append((part, parent["id"]))
        if not lines and not moves:
            return None, [_wrong("Refund must have line items or transactions")], order
        if amount > paid(order) - refunded(order) and not input.get("allowOverRefunding"):
            left = paid(order) - refunded(order)
            return (
                None,
                [_wrong(f"Refund amount of {amount} is greater than the refundable amount of {left}", "transactions")],
                order,
            )
        made = [self._transaction("REFUND", part, parent) for part, parent in moves]
        return self._record_refund(order, lines, made, input.get("note") or ""), [], order

    def _refund_lines(
        self, order: dict[str, Any], asked: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], View | None]:
        lines = []
        for n, item in enumerate(asked):
            line = next((x for x in order["lines"] if gid("LineItem", x["id"]) == item["lineItemId"]), None)
            if not line:
                return [], _wrong("Line item does not exist", "refundLineItems", str(n), "lineItemId")
            back = sum(r["quantity"] for refund in order["refunds"] for r in refund["lines"] if r["line"] == line["id"])
            if not 0 < item["quantity"] <= line["quantity"] - back:
                return [], _wrong(
                    "Quantity cannot refund more items than were purchased", "refundLineItems", str(n), "quantity"
                )
            restock = item.get("restockType") or "NO_RESTOCK"
            if restock in ("RETURN", "CANCEL") and not item.get("locationId"):
                return [], _wrong("Location is required for this restock type", "refundLineItems", str(n), "locationId")
            if item.get("locationId") not in (None, LOCATION):
                return [], _wrong("Location does not exist", "refundLineItems", str(n), "locationId")
            if restock == "CANCEL" and unfulfilled(order, line) < item["quantity"]:
                return [], _wrong("Quantity cannot be cancelled once fulfilled", "refundLineItems", str(n), "quantity")
            lines.append({"id": self._shop.next_id(), "line": line["id"], "quantity": item["quantity"],
                          "restock": restock,
                          "price": line["price"]})  # fmt: skip
        return lines, None

    def _record_refund(self, order: dict[str, Any], lines: list[dict[str, Any]], moves: list[dict[str, Any]],
                       note: str) -> dict[str, Any]:  # fmt: skip
        for rl in lines:
            if rl["restock"] == "CANCEL":  # what is cancelled no longer waits to be sent
                for fo in order["fulfillment_orders"]:
                    for fl in fo["lines"]:
                        if fl["line"] == rl["line"]:
                            fl["remaining"] -= min(fl["remaining"], rl["quantity"])
        order["transactions"] += moves
        record = {"id": self._shop.next_id(), "note": note, "created": self._shop.now(), "lines": lines,
                  "transactions": [t["id"] for t in moves]}  # fmt: skip
        order["refunds"].append(record)
        self.touch(order)
        return record

    def _transaction(self, kind: str, amount: Decimal, parent: int | None) -> dict[str, Any]:
        return {"id": self._shop.next_id(), "kind": kind, "gateway": "world-pay", "parent": parent,
                "created": self._shop.now(),
                "amount": str(amount.quantize(Decimal("0.01")))}  # fmt: skip

    def _fulfillment_order(self, id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        number = number_of(id, "FulfillmentOrder")
        return next(
            ((o, fo) for o in self._orders.values() for fo in o["fulfillment_orders"] if str(fo["id"]) == number), None
        )


def _tracking(given: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
    return [{"company": given.get("company"), "number": number, "url": urls[n] if n < len(urls) else None}
            for n, number in enumerate(numbers)]  # fmt: skip


def _wrong(message: str, *field: str) -> View:
    return {"field": list(field) or None, "message": message}
