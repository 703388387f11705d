"""What sellers and merchants do at 1688 besides the calls: close, reprice, buy by hand; and who shows whom."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from local.world import World
from tests.unit.world.conftest import Callback
from tests.unit.world.test_gateway1688 import ADDRESS, BLACK, LAMP, WHITE, Buyer

FENXIAO = "com.alibaba.fenxiao"
PREVIEW, CREATE = "alibaba.trade.createFenxiaoOrder.preview", "alibaba.trade.fenxiaoOrder.create"
PLAIN = {"encryptOrder": False, "outPlatformCode": "other", "outPlatformOrderNo": "PO-1"}


@pytest.fixture
def buyer(world: World) -> Buyer:
    """A client with the right keys."""
    return Buyer(world)


def placed(buyer: Buyer, out: str = "PO-1", quantity: int = 1) -> str:
    """An unpaid order for white lamps."""
    return str(buyer.order((LAMP, WHITE, quantity), out=out)["result"]["orderId"])


def stock(buyer: Buyer) -> int:
    """How many white lamps are left."""
    skus = buyer.world.gateway1688.state["offers"][LAMP]["skus"]
    return int(next(sku["stock"] for sku in skus if sku["specId"] == WHITE))


class TestSeller:
    def test_a_closed_order_gives_stock_and_money_back(self, buyer: Buyer) -> None:
        before = stock(buyer)
        order_id = placed(buyer)
        buyer.world.gateway1688.pay(order_id)
        assert stock(buyer) == before - 1
        buyer.world.gateway1688.close(order_id)
        base = buyer.view(order_id)["baseInfo"]

        assert (base["status"], base["closeReason"], base["refundStatus"]) == (
            "cancel",
            "sellerGoodsLack",
            "refundsuccess",
        )
        assert (base["refund"], buyer.world.gateway1688.state["balance"], stock(buyer)) == (40.0, 500_000, before)

    def test_a_shipped_order_cannot_be_closed(self, buyer: Buyer) -> None:
        order_id = placed(buyer)
        buyer.world.gateway1688.pay(order_id)
        buyer.world.gateway1688.ship(order_id, "73100000000001")

        with pytest.raises(ValueError, match="waitbuyerreceive"):
            buyer.world.gateway1688.close(order_id)

    def test_a_changed_price_is_shown_pushed_and_needed_to_pay(self, buyer: Buyer, callback: Callback) -> None:
        order_id = placed(buyer)
        buyer.world.gateway1688.rules(callback=callback.url)
        buyer.world.gateway1688.reprice(order_id, goods=3_700)
        buyer.world.outbox.flush()
        view = buyer.view(order_id)
        asked = {"orderId": int(order_id), "payAmount": 4_000}
        old = buyer.ask("alibaba.trade.pay.protocolPay.preparePay", tradeWithholdPreparePayParam=asked)["result"]
        message = json.loads(parse_qs(callback.got[0][1].decode())["message"][0])

        assert (view["baseInfo"]["totalAmount"], view["productItems"][0]["itemAmount"]) == (41.0, 37.0)
        assert (message["type"], message["data"]["currentStatus"]) == (
            "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY",
            "waitbuyerpay",
        )
        assert old["code"] == "PAY_AMOUNT_ERROR"

    def test_a_paid_price_stands(self, buyer: Buyer) -> None:
        order_id = placed(buyer)
        buyer.world.gateway1688.pay(order_id)

        with pytest.raises(ValueError, match="waitsellersend"):
            buyer.world.gateway1688.reprice(order_id, goods=1)


class TestList:
    def listed(self, buyer: Buyer, **asked: Any) -> Any:
        return buyer.ask("alibaba.trade.getBuyerOrderList", **asked)

    def test_orders_are_listed_by_their_last_change_page_by_page(self, buyer: Buyer) -> None:
        first, second = placed(buyer, "PO-1"), placed(buyer, "PO-2")
        since = buyer.view(second)["baseInfo"]["modifyTime"]
        buyer.world.advance(minutes=5)
        buyer.world.gateway1688.pay(first)
        changed = buyer.view(first)["baseInfo"]["modifyTime"]
        pages = [self.listed(buyer, page=page, pageSize=1) for page in (1, 2, 3)]

        assert changed > since
        assert [o["baseInfo"]["idOfStr"] for o in self.listed(buyer, modifyStartTime=changed)["result"]] == [first]
        assert [len(page["result"]) for page in pages] == [1, 1, 0]
        assert {page["totalRecord"] for page in pages} == {2}

    def test_a_list_shows_no_phone_and_no_street_unless_asked_for(self, buyer: Buyer) -> None:
        placed(buyer)
        (short,) = self.listed(buyer)["result"]
        (whole,) = self.listed(buyer, needBuyerAddressAndPhone="true")["result"]

        assert "toMobile" not in short["baseInfo"]["receiverInfo"]
        assert "address" not in short["nativeLogistics"]
        assert whole["baseInfo"]["receiverInfo"]["toMobile"] == "13800000000"
        assert whole["nativeLogistics"]["address"] == "虚构路 18 号"

    def test_what_is_bought_by_hand_bears_no_number_of_ours(self, buyer: Buyer) -> None:
        order = buyer.world.gateway1688.buy(LAMP, WHITE, 2)

        assert buyer.view(order["id"])["baseInfo"]["outOrderId"] == ""


class TestPeople:
    def test_a_person_is_masked_when_the_rules_say_so(self, buyer: Buyer) -> None:
        order_id = placed(buyer)
        buyer.world.gateway1688.rules(masked=True)
        view = buyer.view(order_id)

        assert view["baseInfo"]["receiverInfo"]["toFullName"] == "张**"
        assert view["baseInfo"]["receiverInfo"]["toMobile"] == "138****0000"
        assert view["nativeLogistics"]["address"] == "****"


class TestDistributors:
    def ask(self, buyer: Buyer, told: Any) -> list[Any]:
        cargo = [{"offerId": int(LAMP), "specId": BLACK, "quantity": 1}]
        asked = {"flow": "fenxiao", "addressParam": ADDRESS, "cargoParamList": cargo, "encryptOutOrderInfo": told}
        return [
            buyer.ask(PREVIEW, FENXIAO, **asked),
            buyer.ask(CREATE, **asked, outOrderId="PO-1"),
        ]

    def test_they_preview_in_yuan_and_fen_and_order(self, buyer: Buyer) -> None:
        preview, created = self.ask(buyer, PLAIN)
        (result,) = preview["orderPreviewResuslt"]
        (good,) = result["cargoList"]

        assert (result["sumPayment"], good["finalUnitPrice"], good["amount"]) == (4_400, 40.0, 40.0)
        assert created["result"]["totalSuccessAmount"] == 4_400

    @pytest.mark.parametrize("told", [{}, {"encryptOrder": True}, {"encryptOrder": False}])
    def test_they_say_that_the_address_is_plain_and_where_the_customer_bought(self, buyer: Buyer, told: Any) -> None:
        assert [answer["errorCode"] for answer in self.ask(buyer, told)] == ["400", "400"]
        assert buyer.world.gateway1688.placed() == []


class TestFaults:
    @pytest.mark.parametrize(("kind", "code"), [("undeliverable", "400"), ("out_of_stock", "500_004")])
    def test_a_preview_and_an_order_can_be_told_to_say_no(self, buyer: Buyer, kind: str, code: str) -> None:
        cargo = [{"offerId": LAMP, "specId": WHITE, "quantity": 1}]
        for name in ("alibaba.createOrder.preview", "alibaba.trade.fastCreateOrder"):
            buyer.world.faults.add("gateway1688", name, kind)
            answer = buyer.ask(name, flow="general", addressParam=ADDRESS, cargoParamList=cargo)
            assert answer["errorCode"] == code

    def test_a_token_can_run_out(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", "alibaba.trade.cancel", "expired")
        answer = buyer.send("alibaba.trade.cancel", webSite="1688", tradeID="5", cancelReason="other")

        assert (answer.status, answer.json()["error_code"]) == (401, "401")


class TestRefunds:
    def ask(self, buyer: Buyer, order_id: str, name: str = "alibaba.trade.createRefund", **more: Any) -> Any:
        asked = {"orderId": order_id, "orderEntryIds": [int(order_id)], "disputeRequest": "refund",
                 "applyPayment": "3600", "applyCarriage": "400", "applyReasonId": "20020", "description": "尚未发货",
                 "goodsStatus": "refundWaitSellerSend", **more}  # fmt: skip
        return buyer.ask(name, **asked)["result"]

    def test_an_unsent_order_is_paid_back_whole_and_closed(self, buyer: Buyer) -> None:
        order_id = placed(buyer)
        buyer.world.gateway1688.pay(order_id)
        number = self.ask(buyer, order_id)["result"]["refundId"]
        shown = buyer.view(order_id)["baseInfo"]["refundId"]
        buyer.world.gateway1688.settle_refund(number)
        base = buyer.view(order_id)["baseInfo"]

        assert shown == number
        assert (base["status"], base["refundStatus"], base["refund"]) == ("cancel", "refundsuccess", 40.0)
        assert buyer.world.gateway1688.state["balance"] == 500_000

    @pytest.mark.parametrize(
        ("change", "code"),
        [({"applyPayment": "3599"}, "5011"), ({"applyReasonId": "20023"}, "5006"), ({"applyCarriage": "401"}, "5011")],
    )
    def test_before_sending_it_is_all_or_nothing(self, buyer: Buyer, change: dict[str, Any], code: str) -> None:
        order_id = placed(buyer)
        buyer.world.gateway1688.pay(order_id)

        assert self.ask(buyer, order_id, **change)["code"] == code

    def test_reasons_are_told_for_goods_in_their_true_state(self, buyer: Buyer) -> None:
        order_id, name = placed(buyer), "alibaba.trade.getRefundReasonList"
        unpaid = self.ask(buyer, order_id, name)
        buyer.world.gateway1688.pay(order_id)
        told = self.ask(buyer, order_id, name)
        other = self.ask(buyer, order_id, name, orderEntryIds=[5])
        nowhere = self.ask(buyer, "5", name)

        assert {reason["needVoucher"] for reason in told["result"]["reasons"]} == {True, False}
        assert (unpaid["code"], other["code"], nowhere["code"]) == ("5003", "5010", "5001")
