"""The merchant writes: to the customer, to a supplier, or a note that nobody else sees."""

from __future__ import annotations

from typing import Any

import pytest

from daifa.messages import Room
from daifa.models.words import Party
from notify import handler
from notify.deliver import deliver
from tests.unit.aws import Answered, RoomApp, call
from tests.unit.notify.owed import ADDRESS, KEY, stage, woken

PATH = f"/api/orders/{KEY.shop}/{KEY.order}/messages"


def writes(body: dict[str, Any], **who: Any) -> Answered:
    return call(handler.on_http, "POST", PATH, body, **who)


def test_a_note_is_kept_and_sent_to_nobody(app: RoomApp) -> None:
    mail = stage(app)

    assert writes({"text": "客户催单"}).status == 201

    story = app.orders.story(KEY)
    (message,) = story.messages
    assert (message.sender, message.to, message.channel, message.text) == (Party.MERCHANT, None, "note", "客户催单")
    assert story.notices == ()
    assert app.sent(Room.NOTIFY) == []
    assert mail.sent == []


def test_words_to_the_customer_leave_as_they_were_written(app: RoomApp) -> None:
    mail = stage(app)
    words = "您好 <b>{number}</b>\n明天发货 notice.sent"

    answer = writes({"to": "CUSTOMER", "text": words})

    (notice,) = app.orders.story(KEY).notices
    assert (answer.status, answer.body) == (201, {"said": notice.id})
    assert [wake["id"] for wake in app.sent(Room.NOTIFY)] == [notice.id]
    deliver(woken(notice), app)
    (sent,) = mail.sent
    assert sent.to == ADDRESS
    assert sent.text.startswith(words)
    assert "&lt;b&gt;" in sent.html
    assert app.orders.story(KEY).notices[0].text == words


def test_words_to_a_supplier_go_where_it_listens(app: RoomApp) -> None:
    stage(app)
    app.secret("supplier/lamps", robot_key="robot-1")

    writes({"to": "SUPPLIER", "supplier": "lamps", "text": "尽快发货"})

    (notice,) = app.orders.story(KEY).notices
    assert (notice.to, notice.channel, notice.supplier) == (Party.SUPPLIER, "wecom", "lamps")
    deliver(woken(notice), app)
    (sent,) = app.others["channel/wecom"].sent
    assert sent.text == "【小林百货】尽快发货"


def test_the_same_words_twice_are_two_messages(app: RoomApp) -> None:
    stage(app)
    for _ in range(2):
        writes({"to": "CUSTOMER", "text": "?"})

    assert len(app.orders.story(KEY).notices) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "http.bad_field"),
        ({"text": ""}, 400, "http.bad_field"),
        ({"text": "x" * 2001}, 400, "http.bad_field"),
        ({"text": "x", "to": "EVERYBODY"}, 400, "http.bad_field"),
        ({"text": "x", "shop": "other"}, 400, "http.bad_field"),
        ({"text": "x", "to": "SUPPLIER"}, 400, "notice.nobody"),
        ({"text": "x", "to": "MERCHANT"}, 400, "notice.nobody"),
        ({"text": "x", "to": "MERCHANT", "supplier": "lamps"}, 400, "notice.nobody"),
        ({"text": "x", "to": "SUPPLIER", "supplier": "nobody"}, 404, "row.missing"),
        ({"text": "x" * (256 * 1024)}, 413, "http.too_large"),
    ],
)
def test_words_that_can_go_nowhere_are_refused(app: RoomApp, body: dict[str, Any], status: int, code: str) -> None:
    stage(app)

    answer = writes(body)

    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.body["detail"] != code
    story = app.orders.story(KEY)
    assert (story.notices, story.messages) == ((), ())


def test_a_supplier_that_listens_nowhere_cannot_be_written_to(app: RoomApp) -> None:
    stage(app, robots=(), email="")

    assert writes({"to": "SUPPLIER", "supplier": "lamps", "text": "x"}).body["code"] == "notice.nobody"


def test_nobody_writes_for_another_shop_or_about_an_order_that_is_not_there(app: RoomApp) -> None:
    stage(app)

    assert writes({"text": "x"}, shops=("other",)).status == 403
    assert call(handler.on_http, "POST", "/api/orders/demo/9999/messages", {"text": "x"}).status == 404
    assert app.orders.story(KEY).messages == ()
