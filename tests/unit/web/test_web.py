"""Signed-in doors: who calls, what they may, and failures as problem details; with the admin page's reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daifa.messages import Room
from daifa.models.facts import Fact, Reason
from daifa.models.ids import RecipientId
from daifa.models.states import PoState
from daifa.queue import each_wake, read_wake
from daifa.web import shown
from order_ingest import handler
from tests.builders.rows import (
    START,
    a_case,
    a_purchase,
    a_recipient,
    a_shop,
    an_order,
    cny,
)
from tests.unit.aws import RoomApp, call, messages

ORDER = "/api/orders/demo/5001"


@pytest.fixture(autouse=True)
def shop(app: RoomApp) -> None:
    app.catalog.create(a_shop())
    app.orders.create(an_order(facts=(Fact.of(START, "order.confirmed", "shop", number="#1001", total=cny("64.90")),)))
    app.vault.put(RecipientId("someone"), a_recipient(), b"", START.replace(year=2027))


def get(path: str, **query: str) -> Any:
    return call(handler.on_http, "GET", path, query=query)


def test_i_see_myself_and_the_shops_that_exist_among_mine(app: RoomApp) -> None:
    told = call(handler.on_http, "GET", "/api/me", shops=("demo", "gone"))
    assert told.body["subject"] == "merchant-1"
    assert [shop["id"] for shop in told.body["shops"]] == ["demo"]


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"cognito:groups": "[shop:demo]"}])
def test_nobody_is_let_in_without_a_name(claims: dict[str, str]) -> None:
    reply = handler.on_http(_event("/api/me", claims), None)  # type: ignore[arg-type]
    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (403, "auth.nobody")


@pytest.mark.parametrize(
    ("groups", "allowed"),
    [
        ("[shop:demo]", True),
        ("[shop:other shop:demo]", True),
        (["shop:demo"], True),
        ("shop:other,shop:demo", True),
        ("[demo]", False),
        ("[shop:demonstration]", False),
        ("[]", False),
        ("", False),
    ],
)
def test_the_token_says_which_shops(groups: Any, allowed: bool) -> None:
    reply = handler.on_http(_event(ORDER, {"sub": "m", "cognito:groups": groups}), None)  # type: ignore[arg-type]
    assert reply["statusCode"] == (200 if allowed else 403)


def _event(path: str, claims: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "http": {"method": "GET", "path": path},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
    }


@pytest.mark.parametrize("path", [ORDER, f"{ORDER}/recipient", "/api/queue", "/api/orders"])
def test_another_shops_rows_are_refused_whether_or_not_they_exist(path: str) -> None:
    told = call(handler.on_http, "GET", path, query={"shop": "demo"}, shops=("other",))
    assert (told.status, told.body["code"]) == (403, "auth.other_shop")
    assert call(handler.on_http, "GET", "/api/orders/nowhere/1", shops=("other",)).status == 403


@pytest.mark.parametrize(
    ("path", "status", "code"), [("/api/orders/demo/1", 404, "row.missing"), ("/api/nothing", 404, "http.no_route")]
)
def test_what_is_not_there_is_a_problem_in_the_callers_language(path: str, status: int, code: str) -> None:
    told = {locale: call(handler.on_http, "GET", path, locale=locale) for locale in ("en", "zh-CN")}
    for answered in told.values():
        assert (answered.status, answered.body["code"]) == (status, code)
        assert set(answered.body) == {"type", "title", "status", "detail", "code", "values"}
    assert told["en"].body["detail"] != told["zh-CN"].body["detail"]


def test_the_queue_says_why_and_what_to_do_most_urgent_first(app: RoomApp) -> None:
    over = Reason.of("hold.over_limit", total="¥412.00", limit="¥300.00")
    nobody = Reason.of("hold.no_offer", title="神秘", variant="v")
    late = START.replace(day=20)
    app.orders.create(a_purchase(state=PoState.ON_HOLD, holds=(over,), number="D1"))
    app.orders.create(a_purchase(state=PoState.ON_HOLD, holds=(nobody,), number="D2", ship_by=late))
    app.orders.create(a_purchase(state=PoState.NEEDS_HUMAN, number="D3"))
    app.orders.create(a_purchase(state=PoState.READY, number="D4"))
    app.orders.create(a_case())

    told = get("/api/queue", shop="demo").body

    assert [(row["id"], row["verb"]) for row in told["rows"]] == [
        ("D2", "reroute"),
        ("D1", "approve"),
        ("D3", "resolve"),
        ("case-1", "open"),
    ]
    assert told["rows"][1]["reason"]["text"] == "total ¥412.00 is over the approval limit ¥300.00"
    assert told["counts"] == {"purchase": 3, "case": 1}


def test_orders_come_fifty_a_page(app: RoomApp) -> None:
    for n in range(55):
        app.orders.create(an_order(order=f"n{n}", placed_at=START.replace(minute=n), number=f"#{n}"))

    first = get("/api/orders", shop="demo").body
    second = get("/api/orders", shop="demo", after=first["next"]).body

    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (50, 6, None)
    seen = [row["order"] for row in first["rows"] + second["rows"]]
    assert len(set(seen)) == 56


def test_an_order_is_told_whole_with_its_timeline_and_no_word_about_the_person(app: RoomApp) -> None:
    approved = Fact.of(START.replace(hour=9), "purchase.approved", "merchant:1", total="¥1")
    app.orders.create(a_purchase(facts=(approved,)))

    told = get(ORDER).body

    assert [fact["code"] for fact in told["timeline"]] == ["order.confirmed", "purchase.approved"]
    assert told["timeline"][1]["text"] == "Approved, ¥1"
    assert (len(told["purchases"]), told["purchases"][0]["total"]["text"]) == (1, "¥40.00")
    assert "13800000000" not in json.dumps(told, ensure_ascii=False)


def test_whoever_looks_at_the_recipient_is_remembered(app: RoomApp) -> None:
    told = get(f"{ORDER}/recipient").body

    assert (told["name"], told["phone"]) == ("张测试", "13800000000")
    assert "token" not in told
    last = app.orders.order(an_order().key).facts[-1]
    assert (last.code, last.by) == ("order.recipient_seen", "merchant:merchant-1")


def test_a_model_is_shown_with_words_for_codes_and_amounts() -> None:
    told = shown(a_purchase(holds=(Reason.of("hold.cannot_ask", supplier="Lamps"),)), "en")
    assert told["holds"][0]["text"].startswith("Nobody knows whether it was placed, and Lamps")
    assert told["shipping"] == {"amount": "4.00", "currency": "CNY", "text": "¥4.00"}


# --- wake-ups ---


@pytest.mark.parametrize("body", ["", "[]", "not JSON", "{}", '{"kind":"order"}', '{"kind":1,"shop":"a","order":"b"}'])
def test_a_message_that_is_no_wake_up_is_left_to_the_dead_letters_and_stops_no_other(app: RoomApp, body: str) -> None:
    good = {"kind": "order", "shop": "demo", "order": "5001"}
    seen = []
    reply = each_wake(messages(body, good), None, seen.append)  # type: ignore[arg-type]
    assert [item["itemIdentifier"] for item in reply["batchItemFailures"]] == ["m0"]
    assert [wake.order for wake in seen] == ["5001"]


def test_a_batch_in_which_all_fail_reports_each(app: RoomApp) -> None:
    reply = each_wake(messages("a", "b"), None, print)  # type: ignore[arg-type]
    assert [item["itemIdentifier"] for item in reply["batchItemFailures"]] == ["m0", "m1"]


def test_a_wake_up_comes_back_as_it_was_sent_and_never_later_than_a_queue_can_hold_it(app: RoomApp) -> None:
    wake = read_wake('{"kind":"purchase","shop":"demo","order":"5001","id":"D1"}')
    app.queues.wake(Room.FORWARD, wake, delay=5000)
    assert [read_wake(json.dumps(body)) for body in app.sent(Room.FORWARD)] == [wake]
