"""What people do around the 1688 gateway: rules of the account, the merchant at the website, the seller, pushes."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from local.world import catalogue
from local.world.orders1688 import Orders
from local.world.outbox import Delivery
from local.world.views1688 import alibaba_time
from local.world.wire import Party, verb

PUSH_RETRIES = (1.0, 3.0, 10.0)


def sign(secret: str, params: dict[str, str], path: str = "") -> str:
    """Upper-case hex of HMAC-SHA1 over the path and all key+value pairs but _aop_signature, sorted by key."""
    text = path + "".join(k + v for k, v in sorted(params.items()) if k != "_aop_signature")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest().upper()


class Seller1688(Party):
    """The books and whoever writes in them without calling the gateway."""

    name = "gateway1688"

    def seed(self) -> dict[str, Any]:
        """The offers of the first day, 5,000 yuan on the account, nothing bought; outOrderId does not dedupe."""
        return {
            "offers": catalogue.first_offers(), "orders": {}, "refunds": {}, "count": 0, "balance": 500_000,
            "dedupe": False, "agreement": True, "text_success": True, "callback": "", "masked": False,
            "messages": 0,
        }  # fmt: skip

    @property
    def orders(self) -> Orders:
        """The books, over the party's state."""
        return Orders(self.state, self.world)

    @verb
    def rules(self, **values: Any) -> dict[str, Any]:
        """Set balance (fen), dedupe (by outOrderId), agreement (password-free payment), text_success, callback, or
        masked (people are shown as 张**).
        """
        known = ("balance", "dedupe", "agreement", "text_success", "callback", "masked")
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
    def buy(self, offer: str, spec: str, quantity: int = 1) -> dict[str, Any]:
        """The merchant buys something on the website by hand: an order without a number of ours."""
        cargo, goods, post = self.orders.quote([{"offerId": offer, "specId": spec, "quantity": quantity}], "")
        return self.orders.create(cargo, goods, post, catalogue.AT_HOME, "", "")

    @verb
    def ship(self, order_id: str, number: str, company: str = "中通快递(ZTO)", company_no: str = "ZTO",
             entries: list[str] | None = None) -> dict[str, Any]:  # fmt: skip
        """The seller hands (some lines of) a paid order to a carrier; a push tells it."""
        order = self.orders.ship(order_id, number, company, company_no, entries)
        part = order["status"] == "waitsellersend"
        self.tell("ORDER_BUYER_VIEW_PART_PART_SENDGOODS" if part else "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS", order_id)
        return order

    @verb
    def close(self, order_id: str) -> dict[str, Any]:
        """The seller closes an order that he has not sent, paid or not."""
        order = self.orders.close(order_id)
        self.tell("ORDER_BUYER_VIEW_ORDER_SELLER_CLOSE", order_id)
        return order

    @verb
    def reprice(self, order_id: str, goods: int) -> dict[str, Any]:
        """The seller changes what the goods of an unpaid order cost, in fen."""
        order = self.orders.reprice(order_id, goods)
        self.tell("ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY", order_id)
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

    @verb
    def tell(self, type: str, order_id: str, forged: bool = False) -> None:
        """Push an order's news, if somebody listens."""
        if self.state["callback"]:
            order = self.state["orders"][order_id]
            self.push(type, {
                "orderId": int(order_id), "currentStatus": order["status"],
                "msgSendTime": alibaba_time(self.world.now().isoformat()),
                "buyerMemberId": "b2b-2200000000000", "sellerMemberId": order["seller"],
            }, forged)  # fmt: skip
