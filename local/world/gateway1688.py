"""1688's open gateway: verifies every call's signature, keeps orders, payments, parcels and refunds, pushes news."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from local.world import catalogue
from local.world.orders1688 import Orders, Refused, alibaba_time, product_view
from local.world.outbox import Delivery
from local.world.params1688 import address_of, cargo_of, json_of, website_of
from local.world.wire import Party, Reply, Request, json_reply, text_reply, verb

TRADE, LOGISTICS, CROSS = "com.alibaba.trade", "com.alibaba.logistics", "com.alibaba.fenxiao.crossborder"
# Every call we speak, by namespace and name; all are version 1 and need an access_token.
CALLS: dict[tuple[str, str], str] = {
    (CROSS, "product.search.queryProductDetail"): "product_detail",
    (TRADE, "alibaba.createOrder.preview"): "preview",
    (TRADE, "alibaba.trade.fastCreateOrder"): "fast_create",
    (TRADE, "alibaba.trade.createCrossOrder"): "cross_create",
    (TRADE, "alibaba.trade.get.buyerView"): "buyer_view",
    (TRADE, "alibaba.trade.getBuyerOrderList"): "order_list",
    (TRADE, "alibaba.alipay.url.get"): "pay_url",
    (TRADE, "alibaba.trade.pay.protocolPay.isopen"): "protocol_open",
    (TRADE, "alibaba.trade.pay.protocolPay.preparePay"): "protocol_pay",
    (TRADE, "alibaba.trade.cancel"): "cancel_call",
    (TRADE, "alibaba.trade.getRefundReasonList"): "refund_reasons",
    (TRADE, "alibaba.trade.createRefund"): "create_refund",
    (TRADE, "alibaba.trade.refund.OpQueryBatchRefundByOrderIdAndStatus"): "refunds_of_order",
    (TRADE, "alibaba.trade.refund.OpQueryOrderRefund"): "refund_by_id",
    (LOGISTICS, "alibaba.trade.getLogisticsInfos.buyerView"): "logistics_infos",
    (LOGISTICS, "alibaba.trade.getLogisticsTraceInfo.buyerView"): "logistics_trace",
}
# The real gateway takes a timestamp within some minutes of its own clock. [K]
FRESH_SECONDS = 15 * 60
PUSH_RETRIES = (1.0, 3.0, 10.0)


def sign(secret: str, params: dict[str, str], path: str = "") -> str:
    """Upper-case hex of HMAC-SHA1 over the path and all key+value pairs but _aop_signature, sorted by key."""
    text = path + "".join(k + v for k, v in sorted(params.items()) if k != "_aop_signature")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest().upper()


class Gateway1688(Party):
    """POST /openapi/param2/{version}/{namespace}/{name}/{appKey}; /offer/{id}.html is the login wall of the website."""

    name = "gateway1688"
    prefix = "/1688"
    kinds = frozenset({"throttled", "no_permission", "out_of_stock"})
    id_keys = frozenset({"orderId", "id", "idOfStr"})

    def seed(self) -> dict[str, Any]:
        """The offers of the first day, 5,000 yuan on the account, nothing bought; outOrderId does not dedupe."""
        return {
            "offers": catalogue.first_offers(), "orders": {}, "refunds": {}, "count": 0, "balance": 500_000,
            "dedupe": False, "agreement": True, "text_success": True, "callback": "", "messages": 0,
        }  # fmt: skip

    @property
    def orders(self) -> Orders:
        """The books, over the party's state."""
        return Orders(self.state, self.world)

    def operation(self, request: Request) -> str:
        """The API's name, as in alibaba.trade.fastCreateOrder."""
        parts = request.path.strip("/").split("/")
        return parts[4] if len(parts) == 6 and parts[:2] == ["openapi", "param2"] else request.path

    def answer(self, request: Request) -> Reply:
        """Check path, key, signature, time and token in the gateway's order, then do what is asked."""
        if request.path.startswith("/offer/"):
            return text_reply('<title>登录</title><script>location="https://login.1688.com/member/signin.htm"</script>',
                              content_type="text/html; charset=utf-8")  # fmt: skip
        parts = request.path.strip("/").split("/")
        if len(parts) != 6 or parts[:2] != ["openapi", "param2"] or request.method != "POST":
            return _gateway_error(404, "gw.APINotFoundException", "Can not found the api")
        method = CALLS.get((parts[3], parts[4]))
        if not method or parts[2] != "1":
            return _gateway_error(400, "gw.APIUnsupported", f"Unsupported API: {parts[3]}:{parts[4]}-{parts[2]}")
        pairs = parse_qsl(request.query_string, keep_blank_values=True)
        pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        params = dict(pairs)
        if len(params) != len(pairs):
            return _gateway_error(400, "gw.ParameterDuplicated", "a parameter was sent twice")
        refusal = self._refuse(parts[5], "/".join(parts[1:]), params, request.told)
        if refusal:
            return refusal
        try:
            result = getattr(self, "_" + method)(params, request.told)
        except Refused as refused:
            result = refused.body
        return json_reply(result)

    def _refuse(self, app_key: str, path: str, params: dict[str, str], told: str) -> Reply | None:
        keys = catalogue.ALIBABA
        if app_key != keys["app_key"]:
            return _gateway_error(400, "gw.AppKeyNotFound", f"app key {app_key} is unknown")
        given = params.get("_aop_signature", "")
        if not hmac.compare_digest(given, sign(keys["app_secret"], params, path)):
            return _gateway_error(400, "gw.SignatureInvalid", "Invalid signature")
        stamp = params.get("_aop_timestamp", "")
        if not (stamp.isdigit() and len(stamp) == 13):
            return _gateway_error(400, "gw.TimestampInvalid", "_aop_timestamp must be 13 digits, milliseconds")
        # By the real clock: whoever calls us does not know that somebody has moved the world's.
        if abs(datetime.now(UTC).timestamp() - int(stamp) / 1000) > FRESH_SECONDS:
            return _gateway_error(400, "gw.RequestExpired", "Request is expired")
        if params.get("access_token") != keys["access_token"]:
            return _gateway_error(401, "401", "Request need user authorized")
        if told == "throttled":
            return _gateway_error(200, "gw.QosAppFrequencyLimit", "App call frequency exceeds the limit")
        if told == "no_permission":
            return _gateway_error(400, "gw.APIACLDecline", "AppKey is not allowed(acl)")
        return None

    # Products

    def _product_detail(self, params: dict[str, str], told: str) -> dict[str, Any]:
        asked = json_of(params, "offerDetailParam")
        offer = self.state["offers"].get(str(asked.get("offerId", "")))
        if not offer or offer["status"] != "published":
            return {"result": {"success": False, "code": "404", "message": "offer not found", "result": None}}
        return {"result": {"success": self._said(True), "code": "200", "message": "操作成功",
                           "result": product_view(str(asked["offerId"]), offer)}}  # fmt: skip

    # Orders

    def _preview(self, params: dict[str, str], told: str) -> dict[str, Any]:
        address_of(params)
        cargo, goods, post = self.orders.quote(cargo_of(params), told)
        lines = [
            {"offerId": int(c["offerId"]), "specId": c["specId"], "skuId": c["skuId"], "amount": c["fen"],
             "resultCode": "200",
             "finalUnitPrice": c["unit_fen"], "message": "", "cargoPromotionList": []}
            for c in cargo
        ]  # fmt: skip
        return {"success": self._said(True), "errorCode": None, "errorMsg": None, "consignOfferList": [],
                "orderPreviewResuslt": [{  # spelt like this in the documentation
                    "status": True, "resultCode": "200", "message": "", "discountFee": 0, "additionalFee": 0,
                    "sumPayment": goods + post, "sumPaymentNoCarriage": goods, "sumCarriage": post,
                    "flowFlag": "general",
                    "tradeModeNameList": ["fxassure"], "cargoList": lines, "shopPromotionList": [],
                    "tradeModelList": [{"name": "交易4.0", "tradeType": "fxassure", "opSupport": True,
                                        "description": ""}],
                    "payChannelInfos": [{"name": "alipay", "amountLimit": self.state["balance"]}]}]}  # fmt: skip

    def _fast_create(self, params: dict[str, str], told: str) -> dict[str, Any]:
        order = self._create(params, told)
        return {"result": {"totalSuccessAmount": order["fen"], "orderId": order["id"], "postFee": order["post"],
                           "failedOfferList": []},
                "success": self._said(True), "code": "200", "message": ""}  # fmt: skip

    def _cross_create(self, params: dict[str, str], told: str) -> dict[str, Any]:
        # The official samples say success:false beside a valid orderId; so does this one.
        answer = self._fast_create(params, told)
        return {**answer, "success": False, "code": None, "message": None}

    def _create(self, params: dict[str, str], told: str) -> dict[str, Any]:
        if params.get("flow") not in ("general", "fenxiao", "saleproxy", "paired", "boutiquefenxiao", "boutiquepifa"):
            raise Refused.plain("500_008", "flow is not valid")
        address = address_of(params)
        out_id = params.get("outOrderId", "")
        if self.state["dedupe"] and out_id:
            for order in self.state["orders"].values():
                if order["out_id"] == out_id:
                    return dict(order)
        cargo, goods, post = self.orders.quote(cargo_of(params), told)
        order = self.orders.create(cargo, goods, post, address, out_id, params.get("message", ""))
        self.tell("ORDER_BUYER_VIEW_BUYER_MAKE", order["id"])
        return order

    def _buyer_view(self, params: dict[str, str], told: str) -> dict[str, Any]:
        website_of(params)
        order = self.orders.find(params.get("orderId", ""), params.get("outOrderId", ""))
        return {"result": self.orders.view(order), "success": "true" if self.state["text_success"] else True}

    def _order_list(self, params: dict[str, str], told: str) -> dict[str, Any]:
        page, size = int(params.get("page") or 1), int(params.get("pageSize") or 20)
        found = [
            o for o in self.state["orders"].values()
            if params.get("outOrderId", "") in ("", o["out_id"])
            and params.get("orderStatus", "") in ("", o["status"])
            and (not params.get("orderIds") or o["id"] in map(str, json.loads(params["orderIds"])))
            and params.get("createStartTime", "") <= alibaba_time(o["created"])
            and alibaba_time(o["created"]) <= (params.get("createEndTime") or "9")
        ]  # fmt: skip
        found.sort(key=lambda o: o["created"], reverse=True)
        views = [self.orders.view(o) for o in found[(page - 1) * size : page * size]]
        for view in views:
            view.pop("nativeLogistics", None)  # "returns only basic order information, not logistics"
        return {"result": views, "totalRecord": len(found), "errorCode": None, "errorMessage": None}

    # Payment

    def _pay_url(self, params: dict[str, str], told: str) -> dict[str, Any]:
        ids = [str(i) for i in json_of(params, "orderIdList")]
        failed = [i for i in ids if self.state["orders"].get(i, {}).get("status") != "waitbuyerpay"]
        if not ids or len(failed) == len(ids):
            return {
                "success": self._said(False),
                "errorCode": "ORDER_NOT_PAYABLE",
                "erroMsg": "没有可支付的订单",
                "payUrl": None,
            }
        return {"success": self._said(True), "payUrl": f"{self.world.url}/1688/cashier?orders={','.join(ids)}",
                "payFailureOrderList": [int(i) for i in failed], "errorCode": None, "erroMsg": None}  # fmt: skip

    def _protocol_open(self, params: dict[str, str], told: str) -> dict[str, Any]:
        signed = "true" if self.state["agreement"] else "false"
        agreements = [{"payChannel": "SHEGOU", "bindingStatus": "false", "signedStatus": "false"},
                      {"payChannel": "ALIPAY", "bindingStatus": signed, "signedStatus": signed}]  # fmt: skip
        return {"result": {"success": True, "code": None, "message": None, "result": {"paymentAgreements": agreements}}}

    def _protocol_pay(self, params: dict[str, str], told: str) -> dict[str, Any]:
        asked = json_of(params, "tradeWithholdPreparePayParam")
        order = self.state["orders"].get(str(asked.get("orderId", "")))
        amount = asked.get("payAmount")
        reason = (
            "ORDER_NOT_EXIST" if not order
            else "NOT_SIGNED" if not self.state["agreement"]
            else "ORDER_STATUS_ERROR" if order["status"] != "waitbuyerpay"
            else "PAY_AMOUNT_ERROR" if amount is not None and amount != order["fen"]
            else "BALANCE_NOT_ENOUGH" if order["fen"] > self.state["balance"]
            else ""
        )  # fmt: skip
        if reason:
            return {"result": {"success": False, "code": reason, "message": "扣款失败",
                               "result": {"payChannel": None, "paySuccess": False}}}  # fmt: skip
        self.orders.pay(str(asked["orderId"]))
        self.tell("ORDER_BUYER_VIEW_ORDER_PAY", str(asked["orderId"]))
        return {"result": {"success": True, "code": None, "message": None,
                           "result": {"payChannel": "alipay", "paySuccess": True}}}  # fmt: skip

    def _cancel_call(self, params: dict[str, str], told: str) -> dict[str, Any]:
        website_of(params)
        if params.get("cancelReason") not in ("buyerCancel", "sellerGoodsLack", "other"):
            return {"success": self._said(False), "errorCode": "400_1", "errorMessage": "cancelReason"}
        code = self.orders.cancel(params.get("tradeID", ""), params["cancelReason"])
        if not code:
            self.tell("ORDER_BUYER_VIEW_ORDER_BUYER_CLOSE", params["tradeID"])
        return {"success": self._said(not code), "errorCode": code or None, "errorMessage": code or None}

    # Refunds

    def _refund_reasons(self, params: dict[str, str], told: str) -> dict[str, Any]:
        reasons = [{"id": i, "name": n, "needVoucher": v, "noRefundCarriage": False} for i, n, v in Orders.REASONS]
        return {"result": {"success": True, "code": None, "message": None, "result": {"reasons": reasons}}}

    def _create_refund(self, params: dict[str, str], told: str) -> dict[str, Any]:
        code, refund_id = self.orders.refund(params)
        if code:
            return {"result": {"success": False, "code": code, "message": Orders.REFUND_ERRORS[code], "result": None}}
        self.tell("ORDER_BUYER_VIEW_ORDER_BUYER_REFUND_IN_SALES", params["orderId"])
        return {"result": {"success": True, "code": None, "message": None, "result": {"refundId": refund_id}}}

    def _refunds_of_order(self, params: dict[str, str], told: str) -> dict[str, Any]:
        if params.get("orderId") not in self.state["orders"]:
            return {
                "result": None,
                "errorCode": "500",
                "errorMessage": "ORDER_NOT_EXIST",
                "extErrorMessage": "订单号有误",
            }
        done = params.get("queryType") == "3"
        found = [r for r in self.state["refunds"].values() if r["orderId"] == params["orderId"]
                 and (r["status"] == "refundsuccess" or not done)]  # fmt: skip
        return {"result": {"opOrderRefundModels": [self.orders.refund_view(r) for r in found]}}

    def _refund_by_id(self, params: dict[str, str], told: str) -> dict[str, Any]:
        refund = self.state["refunds"].get(params.get("refundId", ""))
        if not refund:
            return {"result": None, "errorCode": "500", "errorMessage": "REFUND_NOT_EXIST"}
        return {"result": {"opOrderRefundModelDetail": self.orders.refund_view(refund)}}

    # Parcels

    def _logistics_infos(self, params: dict[str, str], told: str) -> dict[str, Any]:
        website_of(params)
        order = self.orders.find(params.get("orderId", ""), "")
        if not order["parcels"]:
            raise Refused.plain("500_2", "该订单没有物流跟踪信息。")
        return {"result": [self.orders.parcel_view(order, p) for p in order["parcels"]], "success": self._said(True)}

    def _logistics_trace(self, params: dict[str, str], told: str) -> dict[str, Any]:
        website_of(params)
        order = self.orders.find(params.get("orderId", ""), "")
        wanted = params.get("logisticsId", "")
        parcels = [p for p in order["parcels"] if wanted in ("", p["logisticsId"])]
        if not parcels:
            raise Refused.plain("404", "该订单没有物流跟踪信息。")
        traces = [{"logisticsId": p["logisticsId"], "logisticsBillNo": p["number"], "orderId": int(order["id"]),
                   "logisticsSteps": p["steps"]} for p in parcels]  # fmt: skip
        return {"logisticsTrace": traces, "success": self._said(True)}

    def _said(self, value: bool) -> bool | str:
        """`success` the way 1688 says it: sometimes a boolean, sometimes its word."""
        return str(value).lower() if self.state["text_success"] and len(self.state["orders"]) % 2 else value

    # Control

    @verb
    def rules(self, **values: Any) -> dict[str, Any]:
        """Set balance (fen), dedupe (by outOrderId), agreement (password-free payment), text_success or callback."""
        known = ("balance", "dedupe", "agreement", "text_success", "callback")
        if set(values) - set(known):
            raise ValueError(f"rules are {known}")
        self.state.update(values)
        return {name: self.state[name] for name in known}

    @verb
    def change(self, offer: str, spec: str = "", **values: Any) -> dict[str, Any]:
        """Change an offer (status, post_fee, minOrderQuantity, …) or one of its SKUs by specId (price, stock)."""
        target: dict[str, Any] = self.state["offers"][offer]
        if spec:
            target = next(s for s in target["skus"] if s["specId"] == spec)
        target.update(values)
        return target

    @verb
    def pay(self, order_id: str) -> dict[str, Any]:
        """The merchant pays at the cashier by hand."""
        order = self.orders.pay(order_id)
        self.tell("ORDER_BUYER_VIEW_ORDER_PAY", order_id)
        return order

    @verb
    def ship(self, order_id: str, number: str, company: str = "中通快递(ZTO)", company_no: str = "ZTO",
             entries: list[str] | None = None) -> dict[str, Any]:  # fmt: skip
        """The seller hands (some lines of) a paid order to a carrier; a push tells it."""
        order = self.orders.ship(order_id, number, company, company_no, entries)
        part = order["status"] == "waitsellersend"
        self.tell("ORDER_BUYER_VIEW_PART_PART_SENDGOODS" if part else "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS", order_id)
        return order

    @verb
    def settle_refund(self, refund_id: str, agree: bool = True) -> dict[str, Any]:
        """The seller agrees to a refund, and the money comes back, or closes it."""
        refund = self.orders.settle(refund_id, agree)
        self.tell("ORDER_BUYER_VIEW_ORDER_BUYER_REFUND_IN_SALES", refund["orderId"])
        return refund

    @verb
    def placed(self) -> list[dict[str, Any]]:
        """The orders placed, oldest first."""
        return [dict(order) for order in self.state["orders"].values()]

    @verb
    def push(self, type: str, data: dict[str, Any], forged: bool = False, times: int = 1) -> dict[str, Any]:
        """Push any message to the callback; `forged` signs with a wrong secret; LookupError when no callback is set."""
        if not self.state["callback"]:
            raise LookupError("no callback is set: rules(callback=…)")
        self.state["messages"] += 1
        message = json.dumps(
            {"msgId": self.world.epoch * 1000 + self.state["messages"],
             "gmtBorn": int(self.world.now().timestamp() * 1000),
             "type": type, "userInfo": "b2b-2200000000000", "data": data},
            ensure_ascii=False,
        )  # fmt: skip
        secret = "someone else" if forged else catalogue.ALIBABA["app_secret"]
        form = {"message": message, "_aop_signature": sign(secret, {"message": message})}
        delivery = Delivery(
            self.name, type, self.state["callback"],
            {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            urlencode(form).encode(), lambda status, reply: status == 200 and reply.strip() == b"success",
            () if forged else PUSH_RETRIES,
        )  # fmt: skip
        for _ in range(times):
            self.world.outbox.put(delivery)
        return {"type": type, "message": message}

    def tell(self, type: str, order_id: str) -> None:
        """Push an order's news, if somebody listens."""
        if self.state["callback"]:
            order = self.state["orders"][order_id]
            self.push(type, {
                "orderId": int(order_id), "currentStatus": order["status"],
                "msgSendTime": alibaba_time(self.world.now().isoformat()),
                "buyerMemberId": "b2b-2200000000000", "sellerMemberId": order["seller"],
            })  # fmt: skip


def _gateway_error(status: int, code: str, message: str) -> Reply:
    return json_reply({"error_code": code, "error_message": message, "exception": ""}, status)
