"""The books behind the 1688 gateway: quotes, orders, payments, parcels and refunds, with the documented error codes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from local.world import catalogue

if TYPE_CHECKING:
    from local.world.world import World

CHINA = timezone(timedelta(hours=8))
# Ids are larger than 2^53 on purpose: whoever reads them as floats loses digits.
FIRST_ORDER = 2_188_600_000_000_000_000
CANCEL_PAUSE = timedelta(seconds=10)


class Refused(Exception):
    """A business refusal; `body` is the JSON answer."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(str(body))
        self.body = body

    @classmethod
    def plain(cls, code: str, message: str) -> Refused:
        """The usual shape: success false, the code under each of the names that 1688's calls use."""
        return cls({"success": False, "errorCode": code, "errorMsg": message, "errorMessage": message, "code": code,
                    "message": message, "result": None})  # fmt: skip


class Orders:
    """Everything bought; `state` is the gateway's, money in fen."""

    REASONS: ClassVar = (
        (20020, "未按约定时间发货", False),
        (20021, "颜色/图案/款式不符", True),
        (20022, "商品破损", True),
    )
    REFUND_ERRORS: ClassVar = {
        "5001": "订单不存在", "5003": "货物状态状态不合法", "5004": "退款退货原因错误", "5005": "需要上传凭证",
        "5010": "退货状态错误", "5011": "退款金额错误", "5012": "退款描述长度错误",
    }  # fmt: skip

    def __init__(self, state: dict[str, Any], world: World) -> None:
        self._state = state
        self._world = world

    def quote(self, cargo: list[dict[str, Any]], told: str) -> tuple[list[dict[str, Any]], int, int]:
        """(lines, goods in fen, postage in fen) for one seller's goods; Refused with a code of the preview's table."""
        lines, sellers, post = [], set(), 0
        for item in cargo:
            offer_id, spec = str(item.get("offerId", "")), str(item.get("specId", ""))
            quantity = item.get("quantity")
            offer = self._state["offers"].get(offer_id)
            if not offer or offer["status"] != "published":
                raise Refused.plain("500_001", f"商品[{offer_id}]不支持在线交易，无法下单。")
            sku = next((s for s in offer["skus"] if s["specId"] == spec), None)
            if not spec or not sku:
                raise Refused.plain("500_003", f"规格[{spec}] 不属于商品[{offer_id}]")
            if not isinstance(quantity, int | float) or quantity != int(quantity) or quantity < 1:
                raise Refused.plain("500_005", f"商品[{offer_id}]的购买数量不正确")
            if told == "out_of_stock" or sku["stock"] < quantity:
                raise Refused.plain("500_004", f"商品[{offer_id}_{spec}]库存不足，请核实库存后订购。")
            sellers.add(offer["sellerOpenId"])
            post = max(post, offer["post_fee"])
            unit = fen(sku["price"])
            lines.append({"offerId": offer_id, "specId": spec, "skuId": sku["skuId"], "quantity": int(quantity),
                          "unit_fen": unit, "fen": unit * int(quantity), "name": offer["subject"],
                          "value": sku["value"]})  # fmt: skip
        if len(sellers) > 1:
            raise Refused.plain("500_002", "商品不属于同一卖家")
        for offer_id in {line["offerId"] for line in lines}:
            wanted = sum(line["quantity"] for line in lines if line["offerId"] == offer_id)
            if wanted < self._state["offers"][offer_id]["minOrderQuantity"]:
                raise Refused.plain("500_005", f"商品[{offer_id}]的购买数量不满足起批量限制。")
        return lines, sum(line["fen"] for line in lines), post

    def create(self, cargo: list[dict[str, Any]], goods: int, post: int, address: dict[str, Any], out_id: str,
               message: str) -> dict[str, Any]:  # fmt: skip
        """A new unpaid order; the stock goes down."""
        self._state["count"] += 1
        order_id = str(FIRST_ORDER + self._world.epoch * 1_000_000 + self._state["count"] * 100)
        for line in cargo:
            sku = next(s for s in self._state["offers"][line["offerId"]]["skus"] if s["specId"] == line["specId"])
            sku["stock"] -= line["quantity"]
        entries = [{**line, "entry": f"{int(order_id) + n}"} for n, line in enumerate(cargo)]
        order = {
            "id": order_id, "out_id": out_id, "status": "waitbuyerpay", "fen": goods + post, "goods": goods,
            "post": post,
            "entries": entries, "address": address, "message": message, "created": self._now(), "paid": None,
            "sent": None,
            "done": None, "close_reason": None, "parcels": [], "refund_status": None, "refunded": 0,
            "seller": self._state["offers"][cargo[0]["offerId"]]["sellerMemberId"],
        }  # fmt: skip
        self._state["orders"][order_id] = order
        return order

    def find(self, order_id: str, out_id: str) -> dict[str, Any]:
        """The order by 1688's id, or the newest by ours; Refused ORDER_NOT_EXIST."""
        order = self._state["orders"].get(order_id)
        if not order and out_id:
            order = next((o for o in reversed(self._state["orders"].values()) if o["out_id"] == out_id), None)
        if not order:
            raise Refused.plain("ORDER_NOT_EXIST", "订单不存在")
        known: dict[str, Any] = order
        return known

    def pay(self, order_id: str) -> dict[str, Any]:
        """Take the money for an unpaid order; LookupError or ValueError otherwise."""
        order: dict[str, Any] = self._state["orders"][order_id]
        if order["status"] != "waitbuyerpay":
            raise ValueError(f"order {order_id} is {order['status']}")
        self._state["balance"] -= order["fen"]
        order.update(status="waitsellersend", paid=self._now())
        return order

    def cancel(self, order_id: str, reason: str) -> str:
        """Close an unpaid order; the error code, or nothing."""
        order = self._state["orders"].get(order_id)
        if not order:
            return "ORDER_NOT_EXIST"
        if order["status"] != "waitbuyerpay":
            return "ORDER_STATUS_ERROR"
        if self._world.now() - datetime.fromisoformat(order["created"]) < CANCEL_PAUSE:
            return "CLOSE_ORDER_TOO_FAST"
        order.update(status="cancel", close_reason=reason, done=self._now())
        return ""

    def ship(
        self, order_id: str, number: str, company: str, company_no: str, entries: list[str] | None
    ) -> dict[str, Any]:
        """A parcel with the given lines (None: all that are left); the order moves on when nothing is left."""
        order: dict[str, Any] = self._state["orders"][order_id]
        if order["status"] != "waitsellersend":
            raise ValueError(f"order {order_id} is {order['status']}, not paid and waiting")
        sent = {e for p in order["parcels"] for e in p["entries"]}
        left = [e["entry"] for e in order["entries"] if e["entry"] not in sent]
        chosen = left if entries is None else [e for e in entries if e in left]
        if not chosen:
            raise ValueError("nothing left to send")
        now = self._now()
        order["parcels"].append(
            {"logisticsId": f"LP{order_id}{len(order['parcels']) + 1}", "number": number, "company": company,
             "company_no": company_no,
             "entries": chosen, "status": "ACCEPT", "sent": now,
             "steps": [{"acceptTime": _china(now), "remark": "【中山市】快件已由揽收员揽收"}]}
        )  # fmt: skip
        if len(chosen) == len(left):
            order.update(status="waitbuyerreceive", sent=now)
        return order

    def refund(self, params: dict[str, str]) -> tuple[str, str]:
        """(error code, refund id) of a buyer's refund request, checked as the documentation's table says."""
        order = self._state["orders"].get(params.get("orderId", ""))
        if not order:
            return "5001", ""
        statuses = {"waitsellersend": ("refundWaitSellerSend",),
                    "waitbuyerreceive": ("refundWaitBuyerReceive", "refundBuyerReceived"),
                    "success": ("aftersaleBuyerNotReceived", "aftersaleBuyerReceived")}  # fmt: skip
        goods = params.get("goodsStatus", "")
        if goods not in statuses.get(order["status"], ()):
            return "5003", ""
        reason = next((r for r in self.REASONS if str(r[0]) == params.get("applyReasonId")), None)
        if not reason:
            return "5004", ""
        if reason[2] and not json.loads(params.get("vouchers") or "[]"):
            return "5005", ""
        entries = [str(e) for e in json.loads(params.get("orderEntryIds") or "[]")]
        own = {e["entry"] for e in order["entries"]}
        if params.get("disputeRequest") not in ("refund", "returnRefund") or not entries or not set(entries) <= own:
            return "5010", ""
        if any(r["status"] == "waitselleragree" and set(r["entries"]) & set(entries) for r in self._of(order["id"])):
            return "5010", ""
        amount = int(params.get("applyPayment") or 0)
        carriage = int(params.get("applyCarriage") or 0)
        bought = sum(e["fen"] for e in order["entries"] if e["entry"] in entries)
        if not 0 < amount <= bought or carriage > order["post"] or order["refunded"] + amount + carriage > order["fen"]:
            return "5011", ""
        if not 2 <= len(params.get("description", "")) <= 150:
            return "5012", ""
        refund_id = f"TQ{self._world.epoch}{len(self._state['refunds']) + 1:06d}"
        self._state["refunds"][refund_id] = {
            "refundId": refund_id, "orderId": order["id"], "entries": entries, "amount": amount, "carriage": carriage,
            "reason": reason[1], "reasonId": reason[0], "description": params["description"], "goodsStatus": goods,
            "status": "waitselleragree", "created": self._now(), "done": None, "request": params["disputeRequest"],
        }  # fmt: skip
        order["refund_status"] = "waitselleragree"
        return "", refund_id

    def settle(self, refund_id: str, agree: bool) -> dict[str, Any]:
        """The seller's word on a refund; the money goes back to the balance when he agrees."""
        refund: dict[str, Any] = self._state["refunds"][refund_id]
        if refund["status"] != "waitselleragree":
            raise ValueError(f"refund {refund_id} is {refund['status']}")
        order = self._state["orders"][refund["orderId"]]
        refund.update(status="refundsuccess" if agree else "refundclose", done=self._now())
        order["refund_status"] = refund["status"]
        if agree:
            order["refunded"] += refund["amount"] + refund["carriage"]
            self._state["balance"] += refund["amount"] + refund["carriage"]
        return refund

    def view(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order as get.buyerView shows it: totals in yuan, ids as numbers and as text."""
        address = order["address"]
        base = {
            "id": int(order["id"]), "idOfStr": order["id"], "status": order["status"], "businessType": "cn",
            "currency": "RMB",
            "totalAmount": yuan(order["fen"]), "shippingFee": yuan(order["post"]),
            "sumProductPayment": yuan(order["goods"]),
            "discount": 0, "refund": yuan(order["refunded"]), "refundPayment": order["refunded"],
            "refundStatus": order["refund_status"], "createTime": alibaba_time(order["created"]),
            "outOrderId": order["out_id"],
            "payTime": _maybe(order["paid"]), "allDeliveredTime": _maybe(order["sent"]),
            "completeTime": _maybe(order["done"]),
            "closeReason": order["close_reason"], "buyerFeedback": order["message"], "sellerID": order["seller"],
            "buyerID": "b2b-2200000000000", "tradeType": "50060",
            "alipayTradeId": "UNCREATED" if not order["paid"] else order["id"],
            "receiverInfo": {"toFullName": address.get("fullName"), "toMobile": address.get("mobile"),
                             "toPhone": address.get("phone"),
                             "toPost": address.get("postCode"), "toArea": " ".join(
                                 filter(None, (address.get(k)
                                               for k in ("provinceText", "cityText", "areaText", "townText",
                                                         "address"))))},
        }  # fmt: skip
        items = [
            {"subItemID": int(e["entry"]), "subItemIDString": e["entry"], "productID": int(e["offerId"]),
             "skuID": e["skuId"],
             "specId": e["specId"], "name": e["name"], "quantity": e["quantity"], "price": yuan(e["unit_fen"]),
             "unit": "个",
             "itemAmount": yuan(e["fen"]), "status": order["status"], "refund": 0,
             "logisticsStatus": self._sent(order, e["entry"]),
             "skuInfos": [{"name": "颜色", "value": e["value"]}]}
            for e in order["entries"]
        ]  # fmt: skip
        shipped = [
            {"logisticsCode": p["logisticsId"], "logisticsBillNo": p["number"], "logisticsCompanyName": p["company"],
             "logisticsCompanyNo": p["company_no"], "status": p["status"], "subItemIds": ",".join(p["entries"]),
             "type": "0",
             "deliveredTime": alibaba_time(p["sent"])}
            for p in order["parcels"]
        ]  # fmt: skip
        view: dict[str, Any] = {"baseInfo": base, "productItems": items, "nativeLogistics": {
            "contactPerson": address.get("fullName"), "mobile": address.get("mobile"),
            "province": address.get("provinceText"),
            "city": address.get("cityText"), "area": address.get("areaText"),
            "address": address.get("address")}}  # fmt: skip
        if shipped:
            view["nativeLogistics"]["logisticsItems"] = shipped
        return view

    def parcel_view(self, order: dict[str, Any], parcel: dict[str, Any]) -> dict[str, Any]:
        """A parcel as getLogisticsInfos.buyerView shows it."""
        address = order["address"]
        return {
            "logisticsId": parcel["logisticsId"], "logisticsBillNo": parcel["number"], "status": parcel["status"],
            "logisticsCompanyId": "3", "logisticsCompanyName": parcel["company"],
            "logisticsCompanyNo": parcel["company_no"],
            "orderEntryIds": ",".join(parcel["entries"]), "remarks": "",
            "sendGoods": [{"goodName": e["name"], "goodsQuantity": e["quantity"], "goodsUnit": "个"}
                          for e in order["entries"] if e["entry"] in parcel["entries"]],
            "receiver": {"receiverName": address.get("fullName"), "receiverMobile": address.get("mobile"),
                         "receiverProvince": address.get("provinceText"), "receiverCity": address.get("cityText"),
                         "receiverCounty": address.get("areaText"), "receiverAddress": address.get("address")},
            "sender": {"senderName": "仓库", "senderProvince": "广东省", "senderCity": "中山市"},
        }  # fmt: skip

    def refund_view(self, refund: dict[str, Any]) -> dict[str, Any]:
        """A refund as the refund queries show it; money in fen."""
        paid = refund["status"] == "refundsuccess"
        return {
            "refundId": refund["refundId"], "orderId": int(refund["orderId"]), "status": refund["status"],
            "applyPayment": refund["amount"], "applyCarriage": refund["carriage"], "applyReason": refund["reason"],
            "applyReasonId": refund["reasonId"], "refundPayment": refund["amount"] if paid else 0,
            "refundCarriage": refund["carriage"] if paid else 0,
            "orderEntryIdList": [int(e) for e in refund["entries"]],
            "gmtApply": alibaba_time(refund["created"]), "gmtCompleted": _maybe(refund["done"]), "success": True,
            "isOnlyRefund": refund["request"] == "refund", "disputeType": 1,
        }  # fmt: skip

    def _of(self, order_id: str) -> list[dict[str, Any]]:
        return [r for r in self._state["refunds"].values() if r["orderId"] == order_id]

    def _sent(self, order: dict[str, Any], entry: str) -> int:
        return 2 if any(entry in p["entries"] for p in order["parcels"]) else 1  # 1 not sent, 2 sent

    def _now(self) -> str:
        return self._world.now().isoformat()


def product_view(offer_id: str, offer: dict[str, Any]) -> dict[str, Any]:
    """The product as queryProductDetail shows it: prices as text in yuan, weight in kg."""
    prices = sorted(offer["skus"], key=lambda s: float(s["price"]))
    total = sum(s["stock"] for s in offer["skus"])
    return {
        "offerId": int(offer_id), "categoryId": offer["categoryId"], "subject": offer["subject"],
        "subjectTrans": offer["subjectTrans"], "description": offer["description"], "mainVideo": None,
        "detailVideo": None,
        "productImage": {"images": [f"https://cbu01.alicdn.com/img/ibank/{offer_id}-{n}.jpg" for n in (1, 2)],
                         "whiteImage": None},
        "productAttribute": [{"attributeId": "1398", "attributeName": "产地", "value": offer["location"]}],
        "productSkuInfos": [
            {"skuId": s["skuId"], "specId": s["specId"], "price": s["price"], "amountOnSale": s["stock"],
             "jxhyPrice": None,
             "consignPrice": s["price"], "cargoNumber": f"MC-{s['skuId']}", "promotionPrice": None,
             "fenxiaoPriceInfo": {"onePiecePrice": s["price"], "offerPrice": s["price"]},
             "skuAttributes": [{"attributeId": 3216, "attributeName": s["attribute"], "value": s["value"],
                                "skuImageUrl": f"https://cbu01.alicdn.com/img/ibank/{s['skuId']}.jpg"}]}
            for s in offer["skus"]
        ],
        "productSaleInfo": {"amountOnSale": total, "quoteType": offer["quoteType"], "unitInfo": {"unit": "个"},
                            "priceRangeList": [{"startQuantity": offer["minOrderQuantity"],
                                                "price": prices[0]["price"]}]},
        "productShippingInfo": {"sendGoodsAddressText": offer["location"], "weight": offer["weight"], "width": 12.0,
                                "height": 9.0, "length": 31.0, "shippingTimeGuarantee": "48"},
        "minOrderQuantity": offer["minOrderQuantity"], "batchNumber": offer["batchNumber"], "status": offer["status"],
        "sellerOpenId": offer["sellerOpenId"],
        "companyName": catalogue.SUPPLIERS.get(offer["supplier"], {}).get("name", ""),
        "soldOut": str(total == 0).lower(), "createDate": "2026-03-01 10:00:00", "isJxhy": False,
        "promotionUrl": f"https://detail.1688.com/offer/{offer_id}.html",
    }  # fmt: skip


def fen(price: str) -> int:
    """A price in yuan as text, in fen."""
    return int(Decimal(price) * 100)


def yuan(amount: int) -> float:
    """Fen as the JSON number in yuan that get.buyerView shows (a BigDecimal there)."""
    return float(Decimal(amount) / 100)


def alibaba_time(at: str) -> str:
    """20180614101942000+0800, in China's time, from an ISO time."""
    local = datetime.fromisoformat(at).astimezone(CHINA)
    return local.strftime("%Y%m%d%H%M%S") + f"{local.microsecond // 1000:03d}+0800"


def _china(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _maybe(at: str | None) -> str | None:
    return alibaba_time(at) if at else None
