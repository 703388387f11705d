"""Every registered storefront against the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from daifa.http import Http
from daifa.ports import Storefront, Wire
from daifa.storefronts import STOREFRONTS, WEBHOOKS
from daifa.storefronts.shopify import Shopify
from daifa.storefronts.shopify_webhook import read, verify
from local.world.world import World
from tests.contracts import faults
from tests.contracts.storefront_kit import StorefrontKit, StorefrontRig, Told
from tests.unit.answering import Answering, RealClock, answering


class ShopifyRig:
    """The world's shop, with a callback that takes its webhooks."""

    calls = {"order": "order", "publish": "productSet", "fulfil": "fulfillmentCreate", "refund": "refundCreate"}

    def __init__(self, world: World, callback: Answering) -> None:
        self._world = world
        self._callback = callback
        self._read = 0
        callback.answers = {"daifa-world": (200, "")}
        world.shop.register(f"{callback.url}/webhooks/daifa-world")
        self.shop: Storefront = self._adapter(world.endpoints["shop"], world.credentials["shop"]["access_token"])

    def _adapter(self, endpoint: str, token: str) -> Shopify:
        clock = RealClock()
        return Shopify(Wire("daifa-world", endpoint, {"access_token": token}, Http(clock), clock))

    def offline(self) -> Storefront:
        return self._adapter("http://127.0.0.1:9", "any")

    def stranger(self) -> Storefront:
        return self._adapter(self._world.endpoints["shop"], "shpat_of_somebody_else")

    def buy(self, *lines: tuple[str, int], paid: bool = True, shipping: str = "8.00") -> str:
        with self._world.lock:
            order = self._world.shop.place_order([list(line) for line in lines], paid=paid, shipping=shipping)
        return str(order["id"])

    def cancel(self, order: str) -> None:
        with self._world.lock:
            self._world.shop.cancel_order(order)

    def told(self) -> Told:
        assert self._world.outbox.flush(5.0)
        asked = self._callback.asked[self._read]
        self._read += 1
        assert verify(self._world.credentials["shop"]["webhook_secrets"], asked.headers, asked.body)
        return Told(read(asked.headers).topic, asked.body)

    def misbehave(self, call: str, kind: str) -> None:
        faults.order(self._world, "shop", self.calls[call], kind)

    def products(self) -> int:
        return len(self._world.shop.state["products"])

    def on_sale(self) -> int:
        products = self._world.shop.state["products"].values()
        address = self._world.endpoints["shop"] + "/products/"
        return sum(Http(RealClock()).request("GET", address + one["handle"]).status == 200 for one in products)

    def now(self) -> datetime:
        return self._world.now()

    def advance(self, span: timedelta) -> None:
        self._world.advance(seconds=span.total_seconds())


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The other side of every wire, on loopback."""
    with World() as started:
        yield started


RIGS: dict[str, Callable[[World, Answering], StorefrontRig]] = {"shopify": ShopifyRig}


class TestStorefronts(StorefrontKit):
    """The kit over every rig."""

    @pytest.fixture(params=RIGS)
    def rig(self, request: pytest.FixtureRequest, world: World) -> Iterator[StorefrontRig]:
        """An adapter, its other side on the first day, and a callback that listens."""
        world.reset()
        with answering() as callback:
            yield RIGS[request.param](world, callback)
            assert world.outbox.flush(5.0)


def test_every_registered_storefront_is_under_contract() -> None:
    assert set(RIGS) == set(STOREFRONTS) == set(WEBHOOKS)
