"""The shop's webhooks: signed as documented, tried again, and sent wrong when asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from local.world import World
from local.world.shop_webhooks import sign
from tests.judges.schema import FETCHED, webhook_sample, webhook_schema
from tests.unit.world.conftest import Callback, Shopkeeper
from tests.unit.world.test_shop import FULFIL, REFUND, TestRefunds, seen, waiting


def topics(callback: Callback) -> list[str]:
    """What was announced, in any order."""
    return sorted(headers["x-shopify-topic"] for headers, _ in callback.got)


def buy(world: World, shop: Shopkeeper, callback: Callback, **more: Any) -> dict[str, Any]:
    """Register the callback and buy two lamps."""
    world.shop.register(callback.url)
    order = world.shop.place_order([[shop.list_product()[0], 2]], **more)
    assert world.outbox.flush()
    return dict(order)


def genuine(world: World, headers: dict[str, str], body: bytes) -> bool:
    """Our own reading of the signature."""
    secret = world.credentials["shop"]["webhook_secrets"][0].encode()
    expected = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    return headers.get("x-shopify-hmac-sha256") == expected


def test_the_hmac_of_a_known_body() -> None:
    # Self-computed with openssl: printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64
    assert sign("hush", b'{"id":1}') == "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="


def test_a_purchase_is_told_signed_with_every_header(world: World, shop: Shopkeeper, callback: Callback) -> None:
    order = buy(world, shop, callback)
    headers, body = callback.got[0]

    assert topics(callback) == ["orders/create", "orders/paid"]
    assert all(genuine(world, *got) for got in callback.got)
    assert json.loads(body)["id"] == order["id"]
    assert {"x-shopify-shop-domain", "x-shopify-api-version", "x-shopify-webhook-id", "x-shopify-event-id",
            "x-shopify-triggered-at"} <= set(headers)  # fmt: skip


def test_a_failed_delivery_comes_again_with_the_same_bytes_and_id(
    world: World, shop: Shopkeeper, callback: Callback
) -> None:
    callback.answers = [(500, b""), (503, b"")]
    world.outbox.pace = 0.05
    world.shop.register(callback.url, ["ORDERS_CREATE"])
    world.shop.place_order([[shop.list_product()[0], 1]])

    assert world.outbox.flush(10, horizon=1)
    assert len(callback.got) == 3
    assert len({(headers["x-shopify-webhook-id"], body) for headers, body in callback.got}) == 1
    assert [s.attempt for s in world.sent("shop")] == [1, 2, 3]


def test_a_duplicate_is_byte_for_byte_the_same(world: World, shop: Shopkeeper, callback: Callback) -> None:
    order = buy(world, shop, callback)
    world.shop.redeliver(order["id"])
    world.outbox.flush()
    created = [got for got in callback.got if got[0]["x-shopify-topic"] == "orders/create"]

    assert len(created) == 2
    assert created[0][1] == created[1][1]
    assert created[0][0]["x-shopify-webhook-id"] == created[1][0]["x-shopify-webhook-id"]


def test_old_news_is_genuine_but_tells_the_first_state(world: World, shop: Shopkeeper, callback: Callback) -> None:
    order = buy(world, shop, callback)
    world.advance(minutes=5)
    world.shop.edit_order(order["id"], note="new note")
    world.outbox.flush()
    world.shop.stale(order["id"])
    world.outbox.flush()
    headers, body = callback.got[-1]

    assert genuine(world, headers, body)
    assert headers["x-shopify-topic"] == "orders/updated"
    assert json.loads(body)["updated_at"] < json.loads(callback.got[-2][1])["updated_at"]
    assert json.loads(body)["note"] == ""


@pytest.mark.parametrize("how", ["secret", "body", "none"])
def test_a_forgery_does_not_verify(world: World, shop: Shopkeeper, callback: Callback, how: str) -> None:
    order = buy(world, shop, callback)
    world.shop.forge(order["id"], how=how)
    world.outbox.flush()

    assert not genuine(world, *callback.got[-1])


def test_a_lost_webhook_is_an_order_that_nobody_was_told_of(world: World, shop: Shopkeeper, callback: Callback) -> None:
    order = buy(world, shop, callback, tell=False)

    assert callback.got == []
    assert seen(shop, order)["name"] == "#1001"


def test_fulfilling_and_paying_back_are_told_too(world: World, shop: Shopkeeper, callback: Callback) -> None:
    order = seen(shop, buy(world, shop, callback))
    callback.got.clear()
    shop.ask(FULFIL, {"f": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": waiting(order)["id"]}]}})
    shop.ask(REFUND, {"i": TestRefunds().asked(order, "10.00"), "k": "case"})
    world.outbox.flush()
    refund = next(json.loads(body) for headers, body in callback.got if headers["x-shopify-topic"] == "refunds/create")

    assert topics(callback) == ["orders/updated", "orders/updated", "refunds/create"]
    assert refund["order_id"] == int(order["id"].rsplit("/", 1)[1])
    assert refund["transactions"][0]["amount"] == "10.00"


def test_the_app_can_subscribe_by_graphql(world: World, shop: Shopkeeper, callback: Callback) -> None:
    document = """mutation($u: String!) {
      webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: {uri: $u}) {
      webhookSubscription { id topic uri } userErrors { message } } }"""
    first, second = (shop.ask(document, {"u": callback.url})["data"]["webhookSubscriptionCreate"] for _ in range(2))
    listed = shop.ask("{ webhookSubscriptions(first: 5) { nodes { topic uri } } }")["data"]["webhookSubscriptions"][
        "nodes"
    ]

    assert first["webhookSubscription"]["topic"] == "ORDERS_CREATE"
    assert "already been taken" in second["userErrors"][0]["message"]
    assert listed == [{"topic": "ORDERS_CREATE", "uri": callback.url}]


@pytest.mark.skipif(not FETCHED.exists(), reason="the judges are not fetched: make judges")
class TestAgainstTheDocumentation:
    def test_the_order_has_no_field_that_shopifys_sample_lacks_and_every_one_that_matters(
        self, world: World, shop: Shopkeeper, callback: Callback
    ) -> None:
        buy(world, shop, callback)
        ours, sample = json.loads(callback.got[0][1]), webhook_sample("2026-07", "orders/create")

        assert set(ours) - set(sample) == set()
        assert set(ours["line_items"][0]) - set(sample["line_items"][0]) == set()
        assert set(ours["shipping_address"]) == set(sample["shipping_address"])

    @pytest.mark.parametrize("topic", ["orders/create", "orders/updated", "orders/cancelled", "refunds/create"])
    def test_every_field_has_a_type_that_shopify_uses(
        self, world: World, shop: Shopkeeper, callback: Callback, topic: str
    ) -> None:
        order = buy(world, shop, callback)
        world.shop.cancel_order(order["id"])
        world.outbox.flush()
        body = next(json.loads(b) for h, b in callback.got if h["x-shopify-topic"] == topic)
        schema = webhook_schema("2026-07", topic)

        assert wrong_types(schema, body) == []


def wrong_types(schema: dict[str, Any], value: Any, at: str = "") -> list[str]:
    """Fields whose type the schema does not know.

    The schema was inferred from one sample, so it calls every field required and null-only what was null there:
    only a type that contradicts another non-null type counts.
    """
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else list(wanted or [])
    known = [name for name in names if name != "null"]
    if value is None or not known:
        return []
    if not any(isinstance(value, kinds[name]) for name in known):
        return [f"{at}: {type(value).__name__}, not {known}"]
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        return [w for k, v in value.items() if k in parts for w in wrong_types(parts[k], v, f"{at}.{k}")]
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [w for v in value for w in wrong_types(schema["items"], v, f"{at}[]")]
    return []
