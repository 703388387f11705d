"""What the adapter asks and makes of the answers, each question and answer judged by Shopify's own schema."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from daifa.errors import NotFound, Rejected, Retry
from daifa.http import NoAnswer, NotSent
from daifa.models.money import Money
from daifa.ports import OrderSeen, StoreFulfilment, StoreRefund
from daifa.storefronts.shopify_queries import VERSION
from tests.builders.shopify import store_line, store_order_json
from tests.unit.storefronts.answers import (
    Answers,
    a_line,
    adapter,
    an_order,
    bag,
    page,
    paid_back,
    reply,
    shipped,
    shopify,
)

pytestmark = pytest.mark.usefixtures("judged")

ORDER = "820982911946154508"


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def test_an_order_is_asked_for_by_its_global_id_with_the_shop_s_token() -> None:
    http = Answers({"order": an_order()})
    adapter(http).order(ORDER)

    (asked,) = http.asked
    assert asked.url == f"https://daifa-world.myshopify.com/admin/api/{VERSION}/graphql.json"
    assert asked.headers["X-Shopify-Access-Token"] == "shpat_invented"
    assert asked.variables["id"] == f"gid://shopify/Order/{ORDER}"


@pytest.mark.parametrize(
    ("endpoint", "options", "url"),
    [
        ("", {"domain": "other.myshopify.com"}, f"https://other.myshopify.com/admin/api/{VERSION}/graphql.json"),
        ("http://127.0.0.1:9/shop/", {}, f"http://127.0.0.1:9/shop/admin/api/{VERSION}/graphql.json"),
        ("", {"version": "2027-01"}, "https://daifa-world.myshopify.com/admin/api/2027-01/graphql.json"),
    ],
)
def test_the_address_is_the_shop_s_own(endpoint: str, options: dict[str, str], url: str) -> None:
    http = Answers({"order": an_order()})
    adapter(http, endpoint, **options).order(ORDER)
    assert http.asked[0].url == url


def test_the_order_that_is_asked_for_equals_the_one_that_was_told() -> None:
    told = shopify().read_event(
        "orders/create",
        store_order_json(
            [store_line(line=11, variant=21, quantity=5)],
            created_at="2026-11-23T16:00:00+08:00",
            updated_at="2026-11-23T16:00:05+08:00",
        ),
    )
    assert isinstance(told, OrderSeen)
    assert told.order == shopify({"order": an_order()}).order(ORDER)


@pytest.mark.parametrize(
    ("changes", "fulfillable"),
    [
        ({}, 5),
        ({"unfulfilledQuantity": 2}, 2),
        ({"currentQuantity": 3}, 3),
        ({"requiresShipping": False}, 0),
    ],
    ids=["all left", "some shipped", "some removed", "nothing to ship"],
)
def test_only_what_is_left_to_ship_is_fulfillable(changes: dict[str, Any], fulfillable: int) -> None:
    order = shopify({"order": an_order(a_line(**changes))}).order(ORDER)
    assert order.lines[0].fulfillable == fulfillable


def test_an_order_of_many_lines_is_read_to_its_end() -> None:
    http = Answers(
        {"order": an_order(a_line(11), after="c1")},
        {"order": {"lineItems": page([a_line(12)], "c2")}},
        {"order": {"lineItems": page([a_line(13)])}},
    )
    assert [line.id for line in adapter(http).order(ORDER).lines] == ["11", "12", "13"]
    assert [asked.variables.get("after") for asked in http.asked] == [None, "c1", "c2"]


def test_a_list_that_leads_back_to_itself_is_left() -> None:
    shop = shopify(
        {"order": an_order(a_line(11), after="c1")},
        {"order": {"lineItems": page([a_line(12)], "c1")}},
    )
    with pytest.raises(Retry):
        shop.order(ORDER)


@pytest.mark.parametrize("order", ["", "x", "1/../2", "１２", "-1"])
def test_an_order_whose_name_is_no_number_does_not_exist_and_is_not_asked_for(order: str) -> None:
    with pytest.raises(NotFound):
        shopify().order(order)


def test_an_order_that_the_shop_does_not_have_is_not_found() -> None:
    shop = shopify(*[{"order": None}] * 3)
    for ask in (shop.order, shop.fulfilments, shop.refunds):
        with pytest.raises(NotFound):
            ask(ORDER)


def test_orders_come_page_by_page_from_the_oldest_change_on() -> None:
    second = an_order(id="gid://shopify/Order/2")
    http = Answers({"orders": page([an_order()], "c1")}, {"orders": page([second])})
    since = datetime(2026, 11, 23, 7, 59, 59, 999_000, tzinfo=UTC)

    assert [order.order for order in adapter(http).orders_since(since)] == [ORDER, "2"]
    first, then = http.asked
    assert first.variables["query"] == "updated_at:>='2026-11-23T07:59:59Z'"
    assert "sortKey: UPDATED_AT" in first.document
    assert (first.variables["after"], then.variables["after"]) == (None, "c1")


def test_fulfilments_that_were_cancelled_or_failed_are_none() -> None:
    known = [shipped("ZT1"), shipped("ZT2", "CANCELLED"), shipped("ZT3", "ERROR"), shipped("ZT4", "PENDING")]
    shop = shopify({"order": {"fulfillments": known}})
    assert shop.fulfilments(ORDER) == (
        StoreFulfilment("gid://shopify/Fulfillment/41", ("ZT1",)),
        StoreFulfilment("gid://shopify/Fulfillment/41", ("ZT4",)),
    )


def test_refunds_carry_our_note_and_failed_ones_are_none() -> None:
    shop = shopify({"order": {"refunds": [paid_back("29.9", "case C1"), paid_back("1", "x", "FAILURE")]}})
    assert shop.refunds(ORDER) == (StoreRefund("gid://shopify/Refund/71", cny("29.90"), "case C1"),)


# --- when it goes wrong -----------------------------------------------------------------------------------------


THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 912,
            "actualQueryCost": None,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 112, "restoreRate": 100.0},
        }
    },
}


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(THROTTLED), 8),
        (reply({"errors": THROTTLED["errors"]}), 2),
        (reply(b"", 429, retry_after="2.5"), 3),
        (reply(b"slow down", 429), 2),
        (reply(b"", 429, retry_after="86400"), 60),
        (reply(b"", 429, retry_after="soon"), 2),
    ],
    ids=["by cost", "cost untold", "by header", "untold", "far too long", "in words"],
)
def test_a_shop_that_asks_for_patience_gets_it(answer: Any, seconds: int) -> None:
    with pytest.raises(Retry) as raised:
        shopify(answer).order(ORDER)
    assert (raised.value.code, raised.value.values["seconds"]) == ("shopify.throttled", seconds)


def internal(**more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}], **more}


UNCLEAR = {
    "500": reply(b"", 500),
    "503 in HTML": reply(b"<html>", 503),
    "408": reply(b"", 408),
    "garbage": reply(b"<!DOCTYPE html>"),
    "empty": reply(b""),
    "a list": reply([]),
    "nothing in it": reply({}),
    "NaN": reply(b'{"data": NaN}'),
    "internal error": reply(internal()),
    "internal error beside data": reply(internal(data={"order": None})),
    "errors of no kind": reply({"errors": "no"}),
    "a lost answer": NoAnswer("http.no_answer", host="h", why="connection lost"),
    "never sent": NotSent("http.not_sent", host="h", why="no connection"),
}


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_a_question_without_a_clear_answer_may_be_asked_again(answer: Any) -> None:
    with pytest.raises(Retry):
        shopify(answer).order(ORDER)


@pytest.mark.parametrize(
    "order",
    [
        an_order(totalPriceSet=bag("-1.0")),
        an_order(totalPriceSet=bag("1.005")),
        an_order(updatedAt="never"),
        an_order(a_line(quantity=10_001)),
        an_order(a_line(1), a_line(1)),
        an_order(id="gid://shopify/Order/abc"),
    ],
    ids=["a negative total", "half a fen", "no time", "too many", "one line twice", "no number"],
)
def test_an_answer_that_contradicts_itself_is_not_believed(order: dict[str, Any]) -> None:
    with pytest.raises(Retry) as raised:
        shopify({"order": order}).order(ORDER)
    assert raised.value.code == "shopify.garbled"


DENIED = {
    "401": reply({"errors": "[API] Invalid API key or access token"}, 401),
    "402 frozen": reply(b"", 402),
    "403": reply(b"", 403),
    "404 no such shop": reply(b"<html>", 404),
    "moved": reply(b"", 301, location="https://elsewhere.example"),
    "no scope": reply(
        {
            "data": {"order": None},
            "errors": [{"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}, "path": ["order"]}],
        }
    ),
    "too dear": reply({"errors": [{"message": "cost", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}),
    "not understood": reply({"errors": [{"message": "no field", "extensions": {"code": "undefinedField"}}]}),
}


@pytest.mark.parametrize("answer", DENIED.values(), ids=DENIED.keys())
def test_what_will_never_be_answered_is_rejected(answer: Any) -> None:
    with pytest.raises(Rejected):
        shopify(answer).order(ORDER)
