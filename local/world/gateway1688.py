"""1688's open gateway: verifies every call's signature, then quotes, sells, lists, takes money, closes and refunds."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from local.world import catalogue
from local.world.orders1688 import Orders, Refused
from local.world.params1688 import address_of, cargo_of, json_of, plain_of, website_of
from local.world.seller1688 import Seller1688, sign
from local.world.views1688 import alibaba_time, order_view, parcel_view, product_view, refund_view, yuan
from local.world.wire import Reply, Request, json_reply, text_reply

TRADE, LOGISTICS = "com.alibaba.trade", "com.alibaba.logistics"
FENXIAO, CROSS = "com.alibaba.fenxiao", "com.alibaba.fenxiao.crossborder"
# Every call we speak, by namespace and name; all are version 1 and need an access_token.
CALLS: dict[tuple[str, str], str] = {
    (CROSS, "product.search.queryProductDetail"): "product_detail",
    (CROSS, "product.search.keywordQuery"): "keyword_query",
    (TRADE, "alibaba.createOrder.preview"): "preview",
    (TRADE, "alibaba.trade.fastCreateOrder"): "fast_create",
    (TRADE, "alibaba.trade.createCrossOrder"): "cross_create",
    (FENXIAO, "alibaba.trade.createFenxiaoOrder.preview"): "fenxiao_preview",
    (TRADE, "alibaba.trade.fenxiaoOrder.create"): "fenxiao_create",
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


class Gateway1688(Seller1688):
    """POST /openapi/param2/{version}/{namespace}/{name}/{appKey}; /offer/{id}.html is the login wall of the website."""

    prefix = "/1688"
    kinds = frozenset({"throttled", "no_permission", "expired", "out_of_stock", "undeliverable"})
    id_keys = frozenset({"orderId", "id", "idOfStr"})

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
        if params.get("access_token") != keys["access_token"] or told == "expired":
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

    def _keyword_query(self, params: dict[str, str], told: str) -> dict[str, Any]:
        asked = json_of(params, "offerQueryParam")
        words, size, page = str(asked["keyword"]), int(asked["pageSize"]), int(asked["beginPage"])
        found = [
            {"offerId": int(number), "subject": offer["subject"], "subjectTrans": offer["subjectTrans"]}
            for number, offer in self.state["offers"].items()
            if offer["status"] == "published" and words in offer["subject"]
        ]
        data = found[(page - 1) * size : page * size]
        return {"result": {"success": self._said(True), "code": "200", "message": "操作成功",
                           "result": {"totalRecords": len(found), "totalPage": -(-len(found) // size),
                                      "pageSize": size, "currentPage": page, "data": data}}}  # fmt: skip

    # Orders

    def _fenxiao_preview(self, params: dict[str, str], told: str) -> dict[str, Any]:
        plain_of(params)
        return self._preview(params, told)

    def _preview(self, params: dict[str, str], told: str) -> dict[str, Any]:
        address_of(params)
        cargo, goods, post = self.orders.quote(cargo_of(params), told)
        lines = [
            {"offerId": int(c["offerId"]), "specId": c["specId"], "skuId": c["skuId"], "amount": yuan(c["fen"]),
             "resultCode": "200",
             "finalUnitPrice": yuan(c["unit_fen"]), "message": "", "cargoPromotionList": []}
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

    def _fenxiao_create(self, params: dict[str, str], told: str) -> dict[str, Any]:
        plain_of(params)
        return self._fast_create(params, told)

    def _create(self, params: dict[str, str], told: str) -> dict[str, Any]:
        if params.get("flow") not in ("general", "fenxiao", "saleproxy", "paired", "boutiquefenxiao", "boutiquepifa"):
            raise Refused.plain("400", "flow is not valid")
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
        return {
            "result": order_view(order, self.state["masked"]),
            "success": "true" if self.state["text_success"] else True,
        }

    def _order_list(self, params: dict[str, str], told: str) -> dict[str, Any]:
        page, size = int(params.get("page") or 1), int(params.get("pageSize") or 20)
        found = [
            o for o in self.state["orders"].values()
            if params.get("outOrderId", "") in ("", o["out_id"])
            and params.get("orderStatus", "") in ("", o["status"])
            and (not params.get("orderIds") or o["id"] in map(str, json.loads(params["orderIds"])))
            and params.get("createStartTime", "") <= alibaba_time(o["created"])
            and alibaba_time(o["created"]) <= (params.get("createEndTime") or "9")
            and params.get("modifyStartTime", "") <= alibaba_time(o.get("modified", o["created"]))
            and alibaba_time(o.get("modified", o["created"])) <= (params.get("modifyEndTime") or "9")
        ]  # fmt: skip
        found.sort(key=lambda o: o["created"], reverse=True)
        views = [order_view(o, self.state["masked"]) for o in found[(page - 1) * size : page * size]]
        for view in views:
            view["nativeLogistics"].pop("logisticsItems", None)  # "only basic order information, not logistics"
            if params.get("needBuyerAddressAndPhone") != "true":
                for part in (view["baseInfo"]["receiverInfo"], view["nativeLogistics"]):
                    for name in ("toMobile", "toPhone", "mobile", "address"):
                        part.pop(name, None)
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
        code = self.orders.reasons(params)
        if code:
            return {"result": {"success": False, "code": code, "message": Orders.REFUND_ERRORS[code], "result": None}}
        reasons = [{"id": i, "name": n, "needVoucher": v, "noRefundCarriage": c} for i, n, v, c in Orders.REASONS]
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
        return {"result": {"opOrderRefundModels": [refund_view(r) for r in found]}}

    def _refund_by_id(self, params: dict[str, str], told: str) -> dict[str, Any]:
        refund = self.state["refunds"].get(params.get("refundId", ""))
        if not refund:
            return {"result": None, "errorCode": "500", "errorMessage": "REFUND_NOT_EXIST"}
        return {"result": {"opOrderRefundModelDetail": refund_view(refund)}}

    # Parcels

    def _logistics_infos(self, params: dict[str, str], told: str) -> dict[str, Any]:
        website_of(params)
        order = self.orders.find(params.get("orderId", ""), "")
        if not order["parcels"]:
            raise Refused.plain("500_2", "该订单没有物流跟踪信息。")
        return {"result": [parcel_view(order, p) for p in order["parcels"]], "success": self._said(True)}

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


def _gateway_error(status: int, code: str, message: str) -> Reply:
    return json_reply({"error_code": code, "error_message": message, "exception": ""}, status)
