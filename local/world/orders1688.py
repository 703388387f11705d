"""The books behind the 1688 gateway: quotes, orders, payments, parcels and refunds, with the documented error codes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from local.world.views1688 import china_time, fen

if TYPE_CHECKING:
    from local.world.world import World

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

    # Id, name, whether it needs photos, whether the postage stays with the seller.
    REASONS: ClassVar = (
        (20021, "颜色/图案/款式不符", True, False),
        (20022, "商品破损", True, False),
        (20023, "退差价", False, True),
        (20020, "未按约定时间发货", False, False),
    )
    REFUND_ERRORS: ClassVar = {
        "5001": "订单不存在", "5003": "货物状态状态不合法", "5004": "退款退货原因错误", "5005": "需要上传凭证",
        "5006": "退运费大于0", "5010": "退货状态错误", "5011": "退款金额错误", "5012": "退款描述长度错误",
    }  # fmt: skip
    # The states of the goods that a refund may speak of, by the state of the order.
    GOODS: ClassVar = {
        "waitsellersend": ("refundWaitSellerSend",),
        "waitbuyerreceive": ("refundWaitBuyerReceive", "refundBuyerReceived"),
        "success": ("aftersaleBuyerNotReceived", "aftersaleBuyerReceived"),
    }

    def __init__(self, state: dict[str, Any], world: World) -> None:
        self._state = state
        self._world = world

    def quote(self, cargo: list[dict[str, Any]], told: str) -> tuple[list[dict[str, Any]], int, int]:
        """(lines, goods in fen, postage in fen) for one seller's goods; Refused with a code of the preview's table."""
        lines, sellers, post = [], set(), 0
        if told == "undeliverable":
            raise Refused.plain("400", "收货地址不在配送范围内")
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
            "entries": entries, "address": address, "message": message, "created": self._now(),
            "modified": self._now(), "paid": None, "sent": None,
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
        order.update(status="waitsellersend", paid=self._now(), modified=self._now())
        return order

    def cancel(self, order_id: str, reason: str) -> str:
        """The buyer closes an unpaid order; the error code, or nothing."""
        order = self._state["orders"].get(order_id)
        if not order:
            return "ORDER_NOT_EXIST"
        if order["status"] != "waitbuyerpay":
            return "ORDER_STATUS_ERROR"
        if self._world.now() - datetime.fromisoformat(order["created"]) < CANCEL_PAUSE:
            return "CLOSE_ORDER_TOO_FAST"
        self._close(order, reason)
        return ""

    def close(self, order_id: str) -> dict[str, Any]:
        """The seller closes an order that he has not sent; what was paid goes back to the balance."""
        order: dict[str, Any] = self._state["orders"][order_id]
        if order["status"] not in ("waitbuyerpay", "waitsellersend") or order["parcels"]:
            raise ValueError(f"order {order_id} is {order['status']}")
        if order["paid"]:
            self._state["balance"] += order["fen"] - order["refunded"]
            order.update(refund_status="refundsuccess", refunded=order["fen"])
        self._close(order, "sellerGoodsLack")
        return order

    def reprice(self, order_id: str, goods: int) -> dict[str, Any]:
        """The seller changes what the goods of an unpaid order cost, in fen; the first line takes the difference."""
        order: dict[str, Any] = self._state["orders"][order_id]
        first = order["entries"][0]
        changed = first["fen"] + goods - order["goods"]
        if order["status"] != "waitbuyerpay" or changed < 0:
            raise ValueError(f"order {order_id} is {order['status']}, its first line would cost {changed}")
        first["fen"] = changed
        order.update(goods=goods, fen=goods + order["post"], modified=self._now())
        return order

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
             "steps": [{"acceptTime": china_time(now), "remark": "【中山市】快件已由揽收员揽收"}]}
        )  # fmt: skip
        if len(chosen) == len(left):
            order.update(status="waitbuyerreceive", sent=now)
        order["modified"] = now
        return order

    def refund(self, params: dict[str, str]) -> tuple[str, str]:
        """(error code, refund id) of a buyer's refund request, checked as the documentation's table says."""
        order = self._state["orders"].get(params.get("orderId", ""))
        if not order:
            return "5001", ""
        goods = params.get("goodsStatus", "")
        if goods not in self.GOODS.get(order["status"], ()):
            return "5003", ""
        reason = next((r for r in self.REASONS if str(r[0]) == params.get("applyReasonId")), None)
        if not reason:
            return "5004", ""
        if reason[2] and not json.loads(params.get("vouchers") or "[]"):
            return "5005", ""
        if reason[3] and int(params.get("applyCarriage") or 0):
            return "5006", ""
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
        # Before the goods are sent it must be what was paid for them.
        if goods == "refundWaitSellerSend" and amount != bought:
            return "5011", ""
        if not 2 <= len(params.get("description", "")) <= 150:
            return "5012", ""
        refund_id = f"TQ{self._world.epoch}{len(self._state['refunds']) + 1:06d}"
        self._state["refunds"][refund_id] = {
            "refundId": refund_id, "orderId": order["id"], "entries": entries, "amount": amount, "carriage": carriage,
            "reason": reason[1], "reasonId": reason[0], "description": params["description"], "goodsStatus": goods,
            "status": "waitselleragree", "created": self._now(), "done": None, "request": params["disputeRequest"],
        }  # fmt: skip
        order.update(refund_status="waitselleragree", refund_id=refund_id, modified=self._now())
        return "", refund_id

    def settle(self, refund_id: str, agree: bool) -> dict[str, Any]:
        """The seller's word on a refund; the money goes back to the balance when he agrees."""
        refund: dict[str, Any] = self._state["refunds"][refund_id]
        if refund["status"] != "waitselleragree":
            raise ValueError(f"refund {refund_id} is {refund['status']}")
        order = self._state["orders"][refund["orderId"]]
        refund.update(status="refundsuccess" if agree else "refundclose", done=self._now())
        order.update(refund_status=refund["status"], modified=self._now())
        if agree:
            order["refunded"] += refund["amount"] + refund["carriage"]
            self._state["balance"] += refund["amount"] + refund["carriage"]
            if order["refunded"] == order["fen"] and not order["parcels"]:
                self._close(order, "other")
        return refund

    def reasons(self, params: dict[str, str]) -> str:
        """The error code of a question for refund reasons, or nothing."""
        order = self._state["orders"].get(params.get("orderId", ""))
        if not order:
            return "5001"
        entries = {str(e) for e in json.loads(params.get("orderEntryIds") or "[]")}
        if not entries or not entries <= {e["entry"] for e in order["entries"]}:
            return "5010"
        return "" if params.get("goodsStatus") in self.GOODS.get(order["status"], ()) else "5003"

    def _close(self, order: dict[str, Any], reason: str) -> None:
        for line in order["entries"]:
            sku = next(s for s in self._state["offers"][line["offerId"]]["skus"] if s["specId"] == line["specId"])
            sku["stock"] += line["quantity"]
        order.update(status="cancel", close_reason=reason, done=self._now(), modified=self._now())

    def _of(self, order_id: str) -> list[dict[str, Any]]:
        return [r for r in self._state["refunds"].values() if r["orderId"] == order_id]

    def _now(self) -> str:
        return self._world.now().isoformat()
