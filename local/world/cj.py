"""CJ Dropshipping's API 2.0: checks the access token, keeps products, stock, balance and orders, pushes news."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from local.world import catalogue
from local.world.outbox import Delivery
from local.world.wire import Party, Reply, Request, json_reply, verb

CHINA = timezone(timedelta(hours=8))
# Ids are longer than 2^53 holds on purpose: whoever reads them as floats loses digits.
FIRST_ORDER = 2_610_000_000_000_000_000
TOKEN_PAUSE = timedelta(minutes=5)
PUSH_RETRIES = (1.0, 3.0, 10.0)

# Documented as required by createOrderV2.
REQUIRED = ("orderNumber", "shippingCountryCode", "shippingCountry", "shippingProvince", "shippingCity",
            "shippingCustomerName", "shippingAddress", "logisticName", "fromCountryCode", "products")  # fmt: skip
SHOWN = ("shippingCountryCode", "shippingProvince", "shippingCity", "shippingAddress", "shippingCustomerName",
         "shippingPhone", "shippingZip", "remark", "logisticName", "fromCountryCode")  # fmt: skip


class Refused(Exception):
    """An error of the documented table: code and message in the envelope, HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Cj(Party):
    """{GET,POST,PATCH,DELETE} /api2.0/v1/{...}; an operation is named by the last part of its path."""

    name = "cj"
    prefix = "/cj"
    kinds = frozenset({"throttled", "locked_out", "busy", "variant_removed", "create_failed", "intercepted"})
    id_keys = frozenset({"orderId", "orderNumber", "orderNum"})

    def seed(self) -> dict[str, Any]:
        """The products of the first day, 2,000 dollars of balance, nothing bought; a number is not taken twice."""
        return {
            "products": catalogue.first_cj_products(), "orders": {}, "count": 0, "balance": 200_000, "dedupe": True,
            "tokens": [catalogue.CJ["access_token"]], "token_at": "", "callback": "", "messages": 0,
        }  # fmt: skip

    def operation(self, request: Request) -> str:
        """The last part of the path, as in createOrderV2."""
        return request.path.rstrip("/").rpartition("/")[2]

    def answer(self, request: Request) -> Reply:
        """Find the call, check the token, act out what was told, then do what is asked."""
        calls: dict[tuple[str, str], Callable[[dict[str, Any], str], Any]] = {
            ("POST", "/authentication/getAccessToken"): self._access_token,
            ("POST", "/authentication/refreshAccessToken"): self._refresh_token,
            ("GET", "/product/variant/query"): self._variants,
            ("GET", "/product/stock/getInventoryByPid"): self._inventory,
            ("POST", "/logistic/freightCalculate"): self._freight,
            ("POST", "/shopping/order/createOrderV2"): self._create,
            ("GET", "/shopping/order/getOrderDetail"): self._detail,
            ("GET", "/shopping/order/list"): self._list,
            ("PATCH", "/shopping/order/confirmOrder"): self._confirm,
            ("DELETE", "/shopping/order/deleteOrder"): self._delete,
            ("POST", "/shopping/pay/payBalance"): self._pay,
        }
        path = request.path.removeprefix("/api2.0/v1")
        call = calls.get((request.method, path)) if path != request.path else None
        if not call:
            return _said(1600101, "Interface not found")
        if not path.startswith("/authentication/"):
            token = request.headers.get("cj-access-token", "")
            if not token:
                return _said(1600002, "access token cannot be empty")
            if token not in self.state["tokens"] or request.told == "locked_out":
                return _said(1600001, "Invalid API key or access token")
        if request.told == "throttled":
            return _said(1600200, "Too Many Requests, QPS limit is 1 time/1 second")
        if request.told == "busy":
            return _said(1600000, "System busy, please contact CJ IT")
        try:
            params = dict(request.query)
            if request.body:
                if "application/json" not in request.headers.get("content-type", ""):
                    raise ValueError("not JSON")
                params |= request.json()
        except (ValueError, TypeError):
            return _said(1600300, "The request parameter is not in a correct JSON format")
        try:
            return _said(200, "Success", call(params, request.told))
        except Refused as refused:
            return _said(refused.code, str(refused))

    # Keys

    def _access_token(self, params: dict[str, Any], told: str) -> dict[str, Any]:
        if params.get("apiKey") != catalogue.CJ["api_key"]:
            raise Refused(1600005, "APIkey is wrong, please check and try again")
        now = self.world.now()
        if self.state["token_at"] and now - datetime.fromisoformat(self.state["token_at"]) < TOKEN_PAUSE:
            raise Refused(1600200, "Too Many Requests, QPS limit is 1 time/300 second")
        self.state["token_at"] = now.isoformat()
        return self._new_token()

    def _refresh_token(self, params: dict[str, Any], told: str) -> dict[str, Any]:
        if params.get("refreshToken") != catalogue.CJ["refresh_token"]:
            raise Refused(1600003, "Invalid Refresh token")
        return self._new_token()

    def _new_token(self) -> dict[str, Any]:
        token = f"world-cj-access-{self.world.epoch}-{len(self.state['tokens'])}"
        self.state["tokens"].append(token)
        now = self.world.now().astimezone(CHINA)
        return {
            "openId": int(catalogue.CJ["open_id"]), "accessToken": token,
            "accessTokenExpiryDate": (now + timedelta(days=15)).isoformat(timespec="seconds"),
            "refreshToken": catalogue.CJ["refresh_token"],
            "refreshTokenExpiryDate": (now + timedelta(days=180)).isoformat(timespec="seconds"),
            "createDate": now.isoformat(timespec="seconds"),
        }  # fmt: skip

    # Products

    def _product(self, params: dict[str, Any]) -> dict[str, Any]:
        product = self.state["products"].get(params.get("pid", ""))
        if not product:
            raise Refused(1602001, "Product not found")
        known: dict[str, Any] = product
        return known

    def _variants(self, params: dict[str, Any], told: str) -> list[dict[str, Any]]:
        return [
            {"vid": v["vid"], "pid": params["pid"], "variantNameEn": v["name"], "variantSku": v["sku"],
             "variantKey": v["name"], "variantSellPrice": v["cents"] / 100}
            for v in self._product(params)["variants"]
        ]  # fmt: skip

    def _inventory(self, params: dict[str, Any], told: str) -> dict[str, Any]:
        stocks = [
            {"vid": v["vid"], "inventory": [
                {"countryCode": country, "totalInventory": pieces, "cjInventory": 0, "factoryInventory": pieces}
                for country, pieces in v["stock"].items()]}
            for v in self._product(params)["variants"]
        ]  # fmt: skip
        return {"inventories": [], "variantInventories": stocks}

    def _freight(self, params: dict[str, Any], told: str) -> list[dict[str, Any]]:
        self._goods(params.get("products"))
        # A placeholder of zero stands for a total that has no taxes in it, as public clients have met it.
        return [
            {"logisticName": name, "logisticPrice": cents / 100, "logisticPriceCn": cents / 14, "logisticAging": aging,
             "taxesFee": 0, "clearanceOperationFee": 0, "totalPostageFee": 0}
            for name, cents, aging in self._ways(params.get("startCountryCode"), params.get("endCountryCode"))
        ]  # fmt: skip

    def _ways(self, origin: object, country: object) -> list[tuple[str, int, str]]:
        ways = catalogue.CJ_WAYS if origin == "CN" else {}
        return list(ways.get(str(country), []))

    def _goods(self, products: object) -> list[dict[str, Any]]:
        """The lines with their variants; Refused for what does not exist or makes no sense."""
        known = {v["vid"]: v for product in self.state["products"].values() for v in product["variants"]}
        if not isinstance(products, list) or not products:
            raise Refused(1600300, "products must be not null")
        lines = []
        for product in products:
            quantity = product.get("quantity")
            if product.get("vid") not in known:
                raise Refused(1602002, "Variant not found")
            if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
                raise Refused(1600300, "quantity must be greater than 0")
            variant = known[product["vid"]]
            lines.append({"vid": variant["vid"], "quantity": quantity, "cents": variant["cents"],
                          "storeLineItemId": product.get("storeLineItemId", "")})  # fmt: skip
        return lines

    # Orders

    def _create(self, params: dict[str, Any], told: str) -> dict[str, Any]:
        missing = [name for name in REQUIRED if not params.get(name)]
        if missing:
            raise Refused(1600300, f"{missing[0]} must not be empty")
        if params.get("payType") != 3:
            raise Refused(1600300, "this account makes orders unpaid only")
        if self.state["dedupe"] and self._find(params["orderNumber"], number_only=True):
            raise Refused(1603003, "Order exist, please do not duplicate create")
        if told == "variant_removed":
            raise Refused(1602003, "Variant has been removed")
        lines = self._goods(params["products"])
        ways = self._ways(params["fromCountryCode"], params["shippingCountryCode"])
        post = next((cents for name, cents, _ in ways if name == params["logisticName"]), None)
        if post is None:
            raise Refused(1605001, "Logistic is invalid")
        if told == "create_failed":
            raise Refused(1603000, "Order create fail")
        self.state["count"] += 1
        order_id = str(FIRST_ORDER + self.world.epoch * 100_000 + self.state["count"])
        goods = sum(line["cents"] * line["quantity"] for line in lines)
        self.state["orders"][order_id] = {
            "id": order_id, "number": params["orderNumber"], "status": "CREATED", "goods": goods, "post": post,
            "lines": lines, "shown": {name: params.get(name) for name in SHOWN}, "created": self._date(), "paid": None,
            "tracks": [], "company": params["logisticName"],
        }  # fmt: skip
        self.tell(order_id, "INSERT")
        flagged = [{"code": 1, "message": "The address needs a look"}] if told == "intercepted" else []
        return {
            "orderId": order_id, "orderNumber": params["orderNumber"], "shipmentOrderId": f"SD{order_id}",
            "productAmount": goods / 100, "postageAmount": post / 100, "orderAmount": (goods + post) / 100,
            "orderOriginalAmount": (goods + post) / 100, "actualPayment": 0, "cjPayUrl": None, "logisticsMiss": False,
            "productInfoList": [], "orderStatus": "CREATED", "interceptOrderReasons": flagged,
        }  # fmt: skip

    def _find(self, name: object, number_only: bool = False) -> dict[str, Any] | None:
        orders: dict[str, dict[str, Any]] = self.state["orders"]
        named = next((o for o in reversed(orders.values()) if o["number"] == name), None)
        return named if number_only else orders.get(str(name)) or named

    def _wanted(self, params: dict[str, Any], code: int) -> dict[str, Any]:
        order = self.state["orders"].get(str(params.get("orderId") or ""))
        if not order:
            raise Refused(code, "Order not found, Please check the CJ order id")
        known: dict[str, Any] = order
        return known

    def _detail(self, params: dict[str, Any], told: str) -> dict[str, Any]:
        order = self._find(params.get("orderId", ""))
        if not order:
            raise Refused(1600300, "order not found")
        return self._view(order)

    def _view(self, order: dict[str, Any]) -> dict[str, Any]:
        return {
            **order["shown"], "orderId": order["id"], "orderNum": order["number"], "cjOrderId": f"SD{order['id']}",
            "logisticName": order["company"], "trackNumber": ",".join(order["tracks"]) or None,
            "orderStatus": order["status"], "orderAmount": (order["goods"] + order["post"]) / 100,
            "productAmount": order["goods"] / 100, "postageAmount": order["post"] / 100,
            "createDate": order["created"], "paymentDate": order["paid"],
            "productList": [{**line, "sellPrice": line["cents"] / 100} for line in order["lines"]],
        }  # fmt: skip

    def _list(self, params: dict[str, Any], told: str) -> dict[str, Any]:
        page, size = int(params.get("pageNum") or 1), int(params.get("pageSize") or 20)
        found = [o for o in reversed(self.state["orders"].values()) if params.get("status") in (None, o["status"])]
        part = found[(page - 1) * size : page * size]
        return {"pageNum": page, "pageSize": size, "total": len(found), "list": [self._view(o) for o in part]}

    def _confirm(self, params: dict[str, Any], told: str) -> str:
        order = self._wanted(params, 1603100)
        if order["status"] not in ("CREATED", "IN_CART"):
            raise Refused(1603001, "Order confirm fail")
        order["status"] = "UNPAID"
        self.tell(order["id"])
        return str(order["id"])

    def _pay(self, params: dict[str, Any], told: str) -> None:
        order = self._wanted(params, 1603100)
        cost = order["goods"] + order["post"]
        if order["status"] != "UNPAID":
            raise Refused(1603101, "Order pay fail, Please contact CJ Order Center")
        if cost > self.state["balance"]:
            raise Refused(1604000, "Balance is insufficient")
        self.state["balance"] -= cost
        order.update(status="UNSHIPPED", paid=self._date())
        self.tell(order["id"])

    def _delete(self, params: dict[str, Any], told: str) -> str:
        order = self._wanted(params, 1603100)
        if order["status"] not in ("CREATED", "IN_CART", "UNPAID"):
            raise Refused(1603002, "Order delete fail")
        order["status"] = "CANCELLED"
        self.tell(order["id"], "DELETE")
        return str(order["id"])

    def _date(self) -> str:
        return self.world.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")

    # Control

    @verb
    def rules(self, **values: Any) -> dict[str, Any]:
        """Set balance (cents), dedupe (by orderNumber) or callback."""
        known = ("balance", "dedupe", "callback")
        if set(values) - set(known):
            raise ValueError(f"rules are {known}")
        self.state.update(values)
        return {name: self.state[name] for name in known}

    @verb
    def change(self, vid: str, **values: Any) -> dict[str, Any]:
        """Change a variant's cents or stock (pieces by country)."""
        variants = (v for product in self.state["products"].values() for v in product["variants"])
        variant: dict[str, Any] = next(v for v in variants if v["vid"] == vid)
        variant.update(values)
        return variant

    @verb
    def ship(self, order_id: str, number: str, company: str = "CJPacket Ordinary") -> dict[str, Any]:
        """CJ hands a paid order to a carrier, or one more parcel of it; a push tells it."""
        order: dict[str, Any] = self.state["orders"][order_id]
        if order["status"] not in ("UNSHIPPED", "SHIPPED"):
            raise ValueError(f"order {order_id} is {order['status']}, not paid and waiting")
        order.update(status="SHIPPED", company=company, tracks=[*order["tracks"], number])
        self.tell(order_id)
        if self.state["callback"]:
            self.push("LOGISTIC", {"orderId": order_id, "logisticName": company, "trackingNumber": number,
                                   "trackingStatus": "1", "logisticsTrackEvents": "[]"})  # fmt: skip
        return order

    @verb
    def set_status(self, order_id: str, status: str) -> dict[str, Any]:
        """CJ moves an order by itself: cancels it, delivers it, takes it into a state nobody documents."""
        order: dict[str, Any] = self.state["orders"][order_id]
        order["status"] = status
        self.tell(order_id)
        return order

    @verb
    def placed(self) -> list[dict[str, Any]]:
        """The orders made, oldest first."""
        return [dict(order) for order in self.state["orders"].values()]

    @verb
    def push(self, type: str, params: dict[str, Any], kind: str = "UPDATE", open_id: str = "") -> dict[str, Any]:
        """Push any message to the callback, unsigned; LookupError when no callback is set."""
        if not self.state["callback"]:
            raise LookupError("no callback is set: rules(callback=…)")
        self.state["messages"] += 1
        message = {
            "messageId": f"{self.world.epoch:x}{self.state['messages']:08x}", "type": type, "messageType": kind,
            "openId": int(open_id or catalogue.CJ["open_id"]), "params": params,
        }  # fmt: skip
        self.world.outbox.put(
            Delivery(self.name, type, self.state["callback"], {"Content-Type": "application/json"},
                     json.dumps(message, ensure_ascii=False).encode(), lambda status, reply: status == 200,
                     PUSH_RETRIES, 3.0)
        )  # fmt: skip
        return message

    def tell(self, order_id: str, kind: str = "UPDATE") -> None:
        """Push an order's news, if somebody listens."""
        if self.state["callback"]:
            order = self.state["orders"][order_id]
            self.push("ORDER", {"orderNumber": order["number"], "cjOrderId": f"SD{order_id}",
                                "orderStatus": order["status"], "logisticName": order["company"],
                                "trackNumber": ",".join(order["tracks"]) or None}, kind)  # fmt: skip


def _said(code: int, message: str, data: Any = None) -> Reply:
    return json_reply({"code": code, "result": code == 200, "message": message, "data": data, "requestId": "world"})
