"""CJ Dropshipping as the world plays it: its keys, its refusals, its books."""

from __future__ import annotations

from typing import Any

import pytest

from local.world import World
from tests.unit.world.conftest import Callback, call

STAND, WHITE = "1424608189734850560", "92511400-C758-4474-93CA-66D442F5F787"
JSON = {"Content-Type": "application/json"}


class Buyer:
    """A client of the API."""

    def __init__(self, world: World) -> None:
        self.world, self.keys = world, world.credentials["supplier/gadgets"]

    def send(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """The envelope of an answer."""
        headers = {**JSON, "CJ-Access-Token": self.keys["access_token"] if token is None else token}
        return call(f"{self.world.url}/cj/api2.0/v1{path}", body, headers, method).json()

    def create(self, **changes: Any) -> Any:
        """An order for one white stand, with changes."""
        order = {
            "orderNumber": "PO-1", "shippingCountryCode": "US", "shippingCountry": "United States",
            "shippingProvince": "Nowhere", "shippingCity": "Inventon", "shippingCustomerName": "Test Person",
            "shippingAddress": "1 Invented Road", "shippingPhone": "13800000000", "payType": 3,
            "logisticName": "CJPacket Ordinary", "fromCountryCode": "CN",
            "products": [{"vid": WHITE, "quantity": 1}],
        }  # fmt: skip
        return self.send("POST", "/shopping/order/createOrderV2", {**order, **changes})


@pytest.fixture
def buyer(world: World) -> Buyer:
    """A client with the right key."""
    return Buyer(world)


def test_an_order_lives_from_creation_to_shipment(buyer: Buyer) -> None:
    order = buyer.create()["data"]["orderId"]
    detail = f"/shopping/order/getOrderDetail?orderId={order}"

    assert buyer.send("GET", detail)["data"]["orderAmount"] == 8.05
    assert buyer.send("POST", "/shopping/pay/payBalance", {"orderId": order})["code"] == 1603101
    assert buyer.send("PATCH", "/shopping/order/confirmOrder", {"orderId": order})["code"] == 200
    assert buyer.send("PATCH", "/shopping/order/confirmOrder", {"orderId": order})["code"] == 1603001
    assert buyer.send("POST", "/shopping/pay/payBalance", {"orderId": order})["code"] == 200
    assert buyer.send("POST", "/shopping/pay/payBalance", {"orderId": order})["code"] == 1603101
    assert buyer.world.cj.rules()["balance"] == 200_000 - 805
    assert buyer.send("DELETE", f"/shopping/order/deleteOrder?orderId={order}")["code"] == 1603002
    buyer.world.cj.ship(order, "CJPKL0000000001")
    shown = buyer.send("GET", "/shopping/order/getOrderDetail?orderId=PO-1")["data"]
    assert (shown["orderId"], shown["orderStatus"], shown["trackNumber"]) == (order, "SHIPPED", "CJPKL0000000001")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"shippingProvince": ""}, 1600300),
        ({"products": []}, 1600300),
        ({"products": [{"vid": WHITE, "quantity": True}]}, 1600300),
        ({"products": [{"vid": "nothing", "quantity": 1}]}, 1602002),
        ({"logisticName": "DHL"}, 1605001),
        ({"payType": 2}, 1600300),
    ],
)
def test_an_order_that_does_not_fit_is_refused_and_not_kept(buyer: Buyer, changes: dict[str, Any], code: int) -> None:
    answer = buyer.create(**changes)
    assert (answer["code"], answer["result"]) == (code, False)
    assert buyer.world.cj.placed() == []


def test_a_number_is_taken_once_unless_the_rules_say_otherwise(buyer: Buyer) -> None:
    buyer.create()
    assert buyer.create()["code"] == 1603003
    buyer.world.cj.rules(dedupe=False)
    assert buyer.create()["code"] == 200
    assert len(buyer.world.cj.placed()) == 2


def test_a_call_needs_a_token_that_the_account_has(buyer: Buyer) -> None:
    assert buyer.send("GET", "/shopping/order/list", token="")["code"] == 1600002
    assert buyer.send("GET", "/shopping/order/list", token="somebody's")["code"] == 1600001
    assert buyer.send("GET", "/shopping/nothing")["code"] == 1600101


def test_a_new_token_is_given_once_in_five_minutes_and_to_whoever_has_a_refresh_token(buyer: Buyer) -> None:
    def ask() -> Any:
        return buyer.send("POST", "/authentication/getAccessToken", {"apiKey": buyer.keys["api_key"]})

    token = ask()["data"]["accessToken"]
    assert buyer.send("GET", "/shopping/order/list", token=token)["code"] == 200
    assert ask()["code"] == 1600200
    refresh = {"refreshToken": buyer.keys["refresh_token"]}
    fresh = buyer.send("POST", "/authentication/refreshAccessToken", refresh)["data"]["accessToken"]
    assert buyer.send("GET", "/shopping/order/list", token=fresh)["code"] == 200
    buyer.world.advance(minutes=6)
    assert ask()["code"] == 200


def test_news_of_an_order_is_pushed_until_it_is_taken(buyer: Buyer, callback: Callback) -> None:
    buyer.world.outbox.pace = 0.01
    buyer.world.cj.rules(callback=callback.url)
    callback.answers = [(500, b"")]
    buyer.create()
    assert buyer.world.outbox.flush(10, horizon=1)

    bodies = {body for _, body in callback.got}
    assert len(callback.got) == 2
    assert len(bodies) == 1
    assert b'"orderNumber": "PO-1"' in bodies.pop()
