"""The 1688 gateway: signatures, orders, payment, parcels, refunds and pushes, each with its documented refusals."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from local.world import World
from local.world.gateway1688 import sign
from tests.unit.world.conftest import Answer, Callback, call

TRADE, LOGISTICS = "com.alibaba.trade", "com.alibaba.logistics"
CROSS = "com.alibaba.fenxiao.crossborder"
LAMP, WHITE, BLACK = "610947572360", "2ba3d63866a71fbae83909d9b4814f01", "b266e0726506185beaf205cbae88530d"
PINK, OTHER_OFFER, OTHER_SPEC = "7c1e4b0f5a2d4c6e8f9a0b1c2d3e4f50", "613000999888", "aabbccddeeff00112233445566778899"
CLIP, CLIP_SPEC = "612000111222", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ADDRESS = {"fullName": "张测试", "mobile": "13800000000", "provinceText": "浙江省", "cityText": "杭州市",
           "areaText": "西湖区",
           "address": "虚构路 18 号"}  # fmt: skip


class Buyer:
    """A buyer's client, written against the documentation and sharing no code with the gateway."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = world.credentials["supplier/lamps"]

    def send(self, name: str, namespace: str = TRADE, *, drop: str = "", change: dict[str, str] | None = None,
             key: str = "",
             **params: Any) -> Answer:  # fmt: skip
        """One signed call; `drop` leaves a parameter out and `change` alters some, both after signing."""
        path = f"param2/1/{namespace}/{name}/{key or self.keys['app_key']}"
        texts = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in params.items()}
        stamp = str(int(self.world.now().timestamp() * 1000))
        texts = {"access_token": self.keys["access_token"], "_aop_timestamp": stamp} | texts
        message = path + "".join(k + texts[k] for k in sorted(texts))
        digest = hmac.new(self.keys["app_secret"].encode(), message.encode(), hashlib.sha1).hexdigest().upper()
        form = {**texts, "_aop_signature": digest, **(change or {})}
        form.pop(drop, None)
        return call(f"{self.world.url}/1688/openapi/{path}", form)

    def ask(self, name: str, namespace: str = TRADE, **params: Any) -> Any:
        """The JSON of a call that must pass the gateway."""
        answer = self.send(name, namespace, **params)
        assert answer.status == 200, answer.body
        return answer.json()

    def order(
        self, *cargo: tuple[str, str, int], out: str = "PO-1", name: str = "alibaba.trade.fastCreateOrder"
    ) -> Any:
        """Create an order of (offer, spec, quantity)."""
        lines = [{"offerId": int(o), "specId": s, "quantity": q} for o, s, q in cargo]
        return self.ask(name, flow="general", addressParam=ADDRESS, cargoParamList=lines, outOrderId=out)

    def view(self, order_id: str) -> Any:
        """The order as get.buyerView shows it."""
        return self.ask("alibaba.trade.get.buyerView", webSite="1688", orderId=order_id)["result"]


@pytest.fixture
def buyer(world: World) -> Buyer:
    """A client with the right keys."""
    return Buyer(world)


class TestSignature:
    def test_the_published_vector(self) -> None:
        path = "param2/1/system/currentTime/1000000"

        assert sign("test123", {"a": "1", "b": "2"}, path) == "33E54F4F7B989E3E0E912D3FBD2F1A03CA7CCE88"

    def test_the_official_generator_signs_alike(self) -> None:
        base = pytest.importorskip("aop.api.base", reason="open-1688 is pinned in requirements/dev.in")
        structure = pytest.importorskip("aop.structure")
        params = {
            "access_token": "t",
            "cargoParamList": '[{"offerId":1}]',
            "_aop_timestamp": "1700000000000",
            "flow": "general",
        }
        path = "param2/1/com.alibaba.trade/alibaba.trade.fastCreateOrder/3105827"

        official = base.BaseApi(structure.AppInfo("3105827", "s"))

        assert official.sign(path, params, "s") == sign("s", params, path)

    @pytest.mark.parametrize(
        ("broken", "status", "code"),
        [
            ({"change": {"flow": "fenxiao"}}, 400, "gw.SignatureInvalid"),
            ({"drop": "_aop_signature"}, 400, "gw.SignatureInvalid"),
            ({"change": {"_aop_signature": "0" * 40}}, 400, "gw.SignatureInvalid"),
            ({"key": "999"}, 400, "gw.AppKeyNotFound"),
            ({"access_token": "someone else's"}, 401, "401"),
            ({"_aop_timestamp": "1700000000000"}, 400, "gw.RequestExpired"),
            ({"_aop_timestamp": "1700000000"}, 400, "gw.TimestampInvalid"),
        ],
    )
    def test_what_is_not_signed_right_is_refused(
        self, buyer: Buyer, broken: dict[str, Any], status: int, code: str
    ) -> None:
        answer = buyer.send("alibaba.trade.fastCreateOrder", flow="general", **broken)

        assert (answer.status, answer.json()["error_code"]) == (status, code)
        assert buyer.world.gateway1688.placed() == []

    def test_an_api_that_does_not_exist_is_refused(self, buyer: Buyer) -> None:
        assert buyer.send("alibaba.trade.makeMeRich").json()["error_code"] == "gw.APIUnsupported"


class TestProducts:
    def test_a_product_shows_prices_as_text_and_stock_per_sku(self, buyer: Buyer) -> None:
        answer = buyer.ask(
            "product.search.queryProductDetail", CROSS, offerDetailParam={"offerId": LAMP, "country": "en"}
        )
        detail = answer["result"]["result"]

        assert str(detail["offerId"]) == LAMP
        assert [(s["price"], s["amountOnSale"]) for s in detail["productSkuInfos"]] == [
            ("36.00", 320),
            ("40.00", 75),
            ("36.00", 0),
        ]

    def test_an_offer_taken_down_is_not_found(self, buyer: Buyer) -> None:
        buyer.world.gateway1688.change(LAMP, status="member expired")
        answer = buyer.ask(
            "product.search.queryProductDetail", CROSS, offerDetailParam={"offerId": LAMP, "country": "en"}
        )

        assert answer["result"]["success"] is False


class TestOrders:
    def test_preview_counts_in_fen_and_the_order_shows_yuan(self, buyer: Buyer) -> None:
        cargo = [{"offerId": LAMP, "specId": WHITE, "quantity": 8}, {"offerId": LAMP, "specId": BLACK, "quantity": 3}]
        preview = buyer.ask("alibaba.createOrder.preview", flow="general", addressParam=ADDRESS, cargoParamList=cargo)
        created = buyer.order((LAMP, WHITE, 8), (LAMP, BLACK, 3))["result"]
        base = buyer.view(str(created["orderId"]))["baseInfo"]

        assert preview["orderPreviewResuslt"][0]["sumPayment"] == created["totalSuccessAmount"] == 41_200
        assert (base["totalAmount"], base["shippingFee"], base["status"]) == (412.0, 4.0, "waitbuyerpay")
        assert int(base["idOfStr"]) == base["id"] > 2**53

    def test_the_same_out_order_id_buys_twice_unless_told_otherwise(self, buyer: Buyer) -> None:
        twice = [buyer.order((LAMP, WHITE, 1))["result"]["orderId"] for _ in range(2)]
        buyer.world.gateway1688.rules(dedupe=True)
        again = buyer.order((LAMP, WHITE, 1))["result"]["orderId"]

        assert twice[0] != twice[1]
        assert again in map(str, twice)
        assert len(buyer.world.gateway1688.placed()) == 2

    def test_our_number_finds_the_order(self, buyer: Buyer) -> None:
        order_id = buyer.order((LAMP, WHITE, 1), out="PO-77")["result"]["orderId"]
        view = buyer.ask("alibaba.trade.get.buyerView", webSite="1688", outOrderId="PO-77")
        listed = buyer.ask("alibaba.trade.getBuyerOrderList", outOrderId="PO-77", page=1, pageSize=5)
        unknown = buyer.ask("alibaba.trade.get.buyerView", webSite="1688", outOrderId="PO-78")

        assert view["result"]["baseInfo"]["idOfStr"] == str(order_id)
        assert [o["baseInfo"]["outOrderId"] for o in listed["result"]] == ["PO-77"]
        assert unknown["errorCode"] == "ORDER_NOT_EXIST"

    def test_success_may_be_a_word(self, buyer: Buyer) -> None:
        order_id = buyer.order((LAMP, WHITE, 1))["result"]["orderId"]

        assert buyer.ask("alibaba.trade.get.buyerView", webSite="1688", orderId=str(order_id))["success"] == "true"

    def test_the_cross_border_create_says_false_beside_a_valid_order(self, buyer: Buyer) -> None:
        answer = buyer.order((LAMP, WHITE, 1), name="alibaba.trade.createCrossOrder")

        assert answer["success"] is False
        assert buyer.view(str(answer["result"]["orderId"]))["baseInfo"]["status"] == "waitbuyerpay"

    @pytest.mark.parametrize(
        ("cargo", "code"),
        [
            ([("1", WHITE, 1)], "500_001"),
            ([(LAMP, WHITE, 1), (OTHER_OFFER, OTHER_SPEC, 1)], "500_002"),
            ([(LAMP, OTHER_SPEC, 1)], "500_003"),
            ([(LAMP, PINK, 1)], "500_004"),
            ([(LAMP, WHITE, 321)], "500_004"),
            ([(CLIP, CLIP_SPEC, 2)], "500_005"),
            ([(LAMP, WHITE, 0)], "500_005"),
            ([], "500_002"),
        ],
    )
    def test_what_cannot_be_bought_is_refused_with_its_code(self, buyer: Buyer, cargo: Any, code: str) -> None:
        answer = buyer.order(*cargo)

        assert (answer["success"], answer["errorCode"], answer["result"]) == (False, code, None)
        assert buyer.world.gateway1688.placed() == []

    def test_an_address_without_a_phone_is_refused(self, buyer: Buyer) -> None:
        cargo = [{"offerId": LAMP, "specId": WHITE, "quantity": 1}]
        where = {**ADDRESS, "mobile": ""}
        answer = buyer.ask("alibaba.trade.fastCreateOrder", flow="general", addressParam=where, cargoParamList=cargo)

        assert answer["errorCode"] == "400"

    def test_an_unpaid_order_can_be_cancelled_after_ten_seconds_and_a_paid_one_not(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])
        asked = {"webSite": "1688", "tradeID": order_id, "cancelReason": "buyerCancel"}
        early = buyer.ask("alibaba.trade.cancel", **asked)["errorCode"]
        buyer.world.advance(seconds=11)
        in_time = buyer.ask("alibaba.trade.cancel", **asked)["errorCode"]
        again = buyer.ask("alibaba.trade.cancel", **asked)["errorCode"]

        assert (early, in_time, again) == ("CLOSE_ORDER_TOO_FAST", None, "ORDER_STATUS_ERROR")
        assert buyer.view(order_id)["baseInfo"]["status"] == "cancel"


class TestPayment:
    def pay(self, buyer: Buyer, order_id: str, **more: Any) -> Any:
        asked = {"orderId": int(order_id), **more}
        return buyer.ask("alibaba.trade.pay.protocolPay.preparePay", tradeWithholdPreparePayParam=asked)["result"]

    def test_paying_moves_the_order_and_the_balance(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])
        paid = self.pay(buyer, order_id, payAmount=4_000)

        assert paid["result"] == {"payChannel": "alipay", "paySuccess": True}
        assert buyer.view(order_id)["baseInfo"]["status"] == "waitsellersend"
        assert buyer.world.gateway1688.state["balance"] == 496_000
        assert self.pay(buyer, order_id)["code"] == "ORDER_STATUS_ERROR"

    def test_an_empty_account_pays_nothing(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])
        buyer.world.gateway1688.rules(balance=3_999)

        assert self.pay(buyer, order_id)["code"] == "BALANCE_NOT_ENOUGH"
        assert buyer.view(order_id)["baseInfo"]["status"] == "waitbuyerpay"

    def test_a_wrong_amount_and_a_missing_agreement_pay_nothing(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])

        assert self.pay(buyer, order_id, payAmount=1)["code"] == "PAY_AMOUNT_ERROR"
        buyer.world.gateway1688.rules(agreement=False)
        assert self.pay(buyer, order_id)["code"] == "NOT_SIGNED"
        opened = buyer.ask("alibaba.trade.pay.protocolPay.isopen")["result"]["result"]["paymentAgreements"]
        assert {a["signedStatus"] for a in opened} == {"false"}

    def test_a_cashier_link_names_what_cannot_be_paid(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])
        answer = buyer.ask("alibaba.alipay.url.get", orderIdList=[int(order_id), 5])

        assert order_id in answer["payUrl"]
        assert answer["payFailureOrderList"] == [5]


class TestParcels:
    def test_nothing_is_known_before_the_seller_sends(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])
        answer = buyer.ask("alibaba.trade.getLogisticsInfos.buyerView", LOGISTICS, webSite="1688", orderId=order_id)

        assert answer["errorCode"] == "500_2"

    def test_a_sent_parcel_is_in_the_order_and_in_the_logistics(self, buyer: Buyer) -> None:
        order_id = str(buyer.order((LAMP, WHITE, 1), (LAMP, BLACK, 1))["result"]["orderId"])
        with pytest.raises(ValueError, match="not paid"):
            buyer.world.gateway1688.ship(order_id, "73100000000001")
        buyer.world.gateway1688.pay(order_id)
        buyer.world.gateway1688.ship(order_id, "73100000000001", entries=[order_id])
        half = buyer.view(order_id)
        buyer.world.gateway1688.ship(order_id, "73100000000002")
        infos = buyer.ask("alibaba.trade.getLogisticsInfos.buyerView", LOGISTICS, webSite="1688", orderId=order_id)[
            "result"
        ]
        trace = buyer.ask("alibaba.trade.getLogisticsTraceInfo.buyerView", LOGISTICS, webSite="1688", orderId=order_id)

        assert half["baseInfo"]["status"] == "waitsellersend"
        assert half["nativeLogistics"]["logisticsItems"][0]["subItemIds"] == order_id
        assert [i["logisticsBillNo"] for i in infos] == ["73100000000001", "73100000000002"]
        assert buyer.view(order_id)["baseInfo"]["status"] == "waitbuyerreceive"
        assert trace["logisticsTrace"][0]["logisticsSteps"]


class TestRefunds:
    def request(self, buyer: Buyer, order_id: str, **more: Any) -> Any:
        asked = {"orderId": order_id, "orderEntryIds": [int(order_id)], "disputeRequest": "refund",
                 "applyPayment": "1000",
                 "applyCarriage": "0", "applyReasonId": "20022", "description": "到货破损",
                 "goodsStatus": "refundBuyerReceived",
                 "vouchers": ["https://cbu01.alicdn.com/img/1.jpg"], **more}  # fmt: skip
        return buyer.ask("alibaba.trade.createRefund", **asked)["result"]

    def received(self, buyer: Buyer) -> str:
        order_id = str(buyer.order((LAMP, WHITE, 1))["result"]["orderId"])
        buyer.world.gateway1688.pay(order_id)
        buyer.world.gateway1688.ship(order_id, "73100000000001")
        return order_id

    def test_a_refund_waits_for_the_seller_and_then_pays_back(self, buyer: Buyer) -> None:
        order_id = self.received(buyer)
        refund_id = self.request(buyer, order_id)["result"]["refundId"]
        waiting = buyer.view(order_id)["baseInfo"]["refundStatus"]
        buyer.world.gateway1688.settle_refund(refund_id)
        name = "alibaba.trade.refund.OpQueryBatchRefundByOrderIdAndStatus"
        model = buyer.ask(name, orderId=order_id, queryType="3")["result"]["opOrderRefundModels"][0]

        assert waiting == "waitselleragree"
        assert (model["refundId"], model["status"], model["refundPayment"]) == (refund_id, "refundsuccess", 1000)
        assert buyer.view(order_id)["baseInfo"]["refund"] == 10.0

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"orderId": "5"}, "5001"),
            ({"goodsStatus": "refundWaitSellerSend"}, "5003"),
            ({"applyReasonId": "1"}, "5004"),
            ({"vouchers": []}, "5005"),
            ({"orderEntryIds": [5]}, "5010"),
            ({"applyPayment": "3601"}, "5011"),
            ({"description": "坏"}, "5012"),
        ],
    )
    def test_a_wrong_request_is_refused_with_its_code(self, buyer: Buyer, change: dict[str, Any], code: str) -> None:
        assert self.request(buyer, self.received(buyer), **change)["code"] == code

    def test_the_same_entry_is_not_claimed_twice_at_once(self, buyer: Buyer) -> None:
        order_id = self.received(buyer)
        self.request(buyer, order_id)

        assert self.request(buyer, order_id)["code"] == "5010"


class TestPush:
    def test_every_move_is_pushed_signed_and_again_until_it_is_taken(self, buyer: Buyer, callback: Callback) -> None:
        callback.answers = [(500, b""), (200, b"no idea")]
        buyer.world.outbox.pace = 0.05
        buyer.world.gateway1688.rules(callback=callback.url)
        order_id = buyer.order((LAMP, WHITE, 1))["result"]["orderId"]

        assert buyer.world.outbox.flush(15, horizon=5)
        assert len(callback.got) == 3  # 500, then a body that is not "success", then taken
        form = {k: v[0] for k, v in parse_qs(callback.got[-1][1].decode()).items()}
        secret = buyer.keys["app_secret"].encode()
        expected = hmac.new(secret, b"message" + form["message"].encode(), hashlib.sha1).hexdigest().upper()
        message = json.loads(form["message"])
        assert form["_aop_signature"] == expected
        assert message["type"] == "ORDER_BUYER_VIEW_BUYER_MAKE"
        assert str(message["data"]["orderId"]) == str(order_id)

    def test_a_forged_push_carries_another_signature(self, buyer: Buyer, callback: Callback) -> None:
        buyer.world.gateway1688.rules(callback=callback.url)
        buyer.world.gateway1688.push("ORDER_BUYER_VIEW_ORDER_PAY", {"orderId": 1}, forged=True)
        buyer.world.outbox.flush()
        form = {k: v[0] for k, v in parse_qs(callback.got[0][1].decode()).items()}

        assert form["_aop_signature"] != sign(buyer.keys["app_secret"], {"message": form["message"]})
