"""The bodies our tests invent look like Shopify's own, and Shopify's own can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from daifa.ports import OrderHint, OrderSeen
from tests.builders.shopify import store_edit, store_line, store_order, store_refund
from tests.judges.schema import webhook_sample, webhook_schema
from tests.unit.storefronts.answers import shopify

# The newest version that the package has samples and inferred schemas of.
VERSION = "2026-07"

BODIES = {
    "an order": ("orders/create", store_order()),
    "no product": ("orders/create", store_order([store_line(variant=None)])),
    "discounted": ("orders/create", store_order([store_line(off="1.00")])),
    "cancelled": ("orders/cancelled", store_order(cancelled_at="2026-11-23T16:05:00+08:00")),
    "updated": ("orders/updated", store_order()),
    "paid": ("orders/paid", store_order()),
    "edited": ("orders/edited", store_edit()),
    "refunded": ("refunds/create", store_refund("1.00")),
}


@pytest.mark.parametrize(("topic", "body"), BODIES.values(), ids=BODIES.keys())
def test_an_invented_body_has_the_official_shape(topic: str, body: dict[str, Any]) -> None:
    wrong = Draft202012Validator(webhook_schema(VERSION, topic)).iter_errors(body)
    assert [(list(error.absolute_path), error.message) for error in wrong] == []


@pytest.mark.parametrize("topic", ["orders/create", "orders/updated", "orders/paid", "orders/cancelled"])
def test_the_documentation_s_own_order_is_seen(topic: str) -> None:
    sample = webhook_sample(VERSION, topic)
    event = shopify().read_event(topic, json.dumps(sample).encode())
    assert isinstance(event, OrderSeen)
    assert event.order.order == str(sample["id"])
    assert len(event.order.lines) == len(sample["line_items"])


@pytest.mark.parametrize(("topic", "within"), [("orders/edited", "order_edit"), ("refunds/create", None)])
def test_the_documentation_s_own_hint_names_its_order(topic: str, within: str | None) -> None:
    sample = webhook_sample(VERSION, topic)
    event = shopify().read_event(topic, json.dumps(sample).encode())
    assert event == OrderHint(str((sample[within] if within else sample)["order_id"]))
