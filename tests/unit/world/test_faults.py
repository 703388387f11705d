"""Every way in which a party can be told to misbehave, seen from the other end of the wire."""

from __future__ import annotations

import http.client
import time
from typing import Any

import pytest

from local.world import World
from tests.unit.world.conftest import Shopkeeper, call
from tests.unit.world.test_gateway1688 import LAMP, WHITE, Buyer

CREATE = "alibaba.trade.fastCreateOrder"
CUT = (http.client.RemoteDisconnected, ConnectionError, TimeoutError, http.client.BadStatusLine)
CARGO = [{"offerId": LAMP, "specId": WHITE, "quantity": 1}]
ADDRESS = {
    "fullName": "张测试",
    "mobile": "13800000000",
    "provinceText": "浙江省",
    "cityText": "杭州市",
    "address": "虚构路 1 号",
}


@pytest.fixture
def buyer(world: World) -> Buyer:
    """A client of the gateway."""
    return Buyer(world)


def create(buyer: Buyer) -> Any:
    """Send a create that would work."""
    return buyer.send(CREATE, flow="general", addressParam=ADDRESS, cargoParamList=CARGO, outOrderId="PO-1")


def orders(buyer: Buyer) -> int:
    """How many orders the gateway has."""
    return len(buyer.world.gateway1688.placed())


class TestDoneButNotSaid:
    def test_a_lost_answer_has_bought_and_says_nothing(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "lost_answer")

        with pytest.raises(CUT):
            create(buyer)
        assert orders(buyer) == 1

    def test_a_timeout_has_bought_and_holds_the_line(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "timeout", seconds=0.4)
        started = time.monotonic()

        with pytest.raises(CUT):
            create(buyer)
        assert time.monotonic() - started >= 0.4
        assert orders(buyer) == 1

    @pytest.mark.parametrize(
        ("kind", "status", "start"),
        [("http_500_after", 500, b"Internal"), ("garbage", 200, b"<!DOCTYPE html>"), ("empty", 200, b"")],
    )
    def test_a_spoiled_answer_has_bought(self, buyer: Buyer, kind: str, status: int, start: bytes) -> None:
        buyer.world.faults.add("gateway1688", CREATE, kind)
        answer = create(buyer)

        assert answer.status == status
        assert answer.body[:15] == start[:15] or answer.body.startswith(start)
        assert orders(buyer) == 1

    def test_a_wrong_order_names_an_id_that_is_not_ours(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "wrong_order")
        said = str(create(buyer).json()["result"]["orderId"])

        assert orders(buyer) == 1
        assert said != buyer.world.gateway1688.placed()[0]["id"]
        assert len(said) == len(buyer.world.gateway1688.placed()[0]["id"])


class TestNotDone:
    def test_http_500_before_has_bought_nothing(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "http_500")

        assert create(buyer).status == 500
        assert orders(buyer) == 0

    def test_a_timeout_before_has_bought_nothing(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "timeout_before", seconds=0.2)

        with pytest.raises(CUT):
            create(buyer)
        assert orders(buyer) == 0

    @pytest.mark.parametrize(
        ("kind", "code"), [("throttled", "gw.QosAppFrequencyLimit"), ("no_permission", "gw.APIACLDecline")]
    )
    def test_the_gateways_own_refusals(self, buyer: Buyer, kind: str, code: str) -> None:
        buyer.world.faults.add("gateway1688", CREATE, kind)

        assert create(buyer).json()["error_code"] == code
        assert orders(buyer) == 0

    def test_out_of_stock_on_demand(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "out_of_stock")

        assert create(buyer).json()["errorCode"] == "500_004"

    @pytest.mark.parametrize(
        ("kind", "code"),
        [("throttled", "THROTTLED"), ("access_denied", "ACCESS_DENIED"), ("internal_error", "INTERNAL_SERVER_ERROR")],
    )
    def test_the_shops_own_refusals(self, world: World, shop: Shopkeeper, kind: str, code: str) -> None:
        world.faults.add("shop", "shop", kind)

        assert shop.ask("{ shop { name } }")["errors"][0]["extensions"]["code"] == code
        assert shop.ask("{ shop { name } }")["data"] == {"shop": {"name": "Daifa World"}}

    @pytest.mark.parametrize("mutation", ["productSet", "publishablePublish", "fulfillmentCreate"])
    def test_a_user_error_on_demand_does_nothing(self, world: World, shop: Shopkeeper, mutation: str) -> None:
        said = "{ userErrors { message } }"
        documents = {
            "productSet": 'productSet(input: {title: "x"}) ' + said,
            "publishablePublish": 'publishablePublish(id: "gid://shopify/Product/1", input: []) ' + said,
            "fulfillmentCreate": "fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: []}) " + said,
        }
        world.faults.add("shop", mutation, "user_error")
        answer = shop.ask("mutation { " + documents[mutation] + " }")

        assert answer["data"][mutation]["userErrors"] == [{"message": "The world was told to refuse this."}]
        assert world.shop.listing() == []


class TestOrdersToMisbehave:
    def test_late_is_late_and_right(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "late", seconds=0.3)
        started = time.monotonic()

        assert create(buyer).json()["result"]["orderId"]
        assert time.monotonic() - started >= 0.3

    def test_as_often_as_told_and_only_there(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "http_500", times=2)
        others = buyer.send("alibaba.trade.pay.protocolPay.isopen").status

        assert others == 200
        assert [create(buyer).status for _ in range(3)] == [500, 500, 200]

    def test_a_star_meets_every_operation(self, world: World) -> None:
        world.faults.add("pages", "*", "http_500")

        assert call(f"{world.url}/shops/harbor/products/enamel-mug").status == 500
        assert call(f"{world.url}/shops/harbor/products/enamel-mug").status == 200

    @pytest.mark.parametrize(
        "wrong",
        [("nobody", "*", "late"), ("pages", "*", "sulking"), ("pages", "*", "throttled"), ("pages", "*", "late", 0)],
    )
    def test_an_order_that_nobody_can_follow_is_refused(self, world: World, wrong: tuple[Any, ...]) -> None:
        with pytest.raises(ValueError, match=r"party|fault|times"):
            world.faults.add(*wrong)

    def test_the_journal_says_which_fault_was_acted_out(self, buyer: Buyer) -> None:
        buyer.world.faults.add("gateway1688", CREATE, "garbage")
        create(buyer)
        create(buyer)

        assert [r.fault for r in buyer.world.received("gateway1688", CREATE)] == ["garbage", ""]

    def test_stopping_wakes_a_held_line(self) -> None:
        world = World().start()
        world.faults.add("pages", "harbor", "timeout", seconds=30)
        line = http.client.HTTPConnection("127.0.0.1", world.port, timeout=5)
        line.request("GET", "/shops/harbor/products/enamel-mug")
        time.sleep(0.2)
        started = time.monotonic()
        world.stop()

        with pytest.raises(CUT):
            line.getresponse()
        line.close()
        assert time.monotonic() - started < 3
