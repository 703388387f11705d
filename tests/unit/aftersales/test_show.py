"""What the admin page reads of cases: only of one's own shops, in the reader's language."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from aftersales import handler
from daifa.models.ids import CaseId, SupplierId
from daifa.models.states import CaseState
from tests.builders.rows import START, a_case
from tests.unit.aftersales.complaint import BOUGHT, KEY, PNG, complaint, decides, stage, the_case, upload
from tests.unit.aftersales.test_judging import proposed
from tests.unit.aws import RoomApp, call

CASES = f"/api/orders/{KEY.shop}/{KEY.order}/cases"


def test_the_cases_that_wait_come_first_the_most_urgent_first(app: RoomApp) -> None:
    stage(app)
    for number, (state, hours) in enumerate(
        [(CaseState.CLOSED, 9), (CaseState.OPEN, 8), (CaseState.LIABILITY_PROPOSED, 2), (CaseState.AGREED, 20)]
    ):
        app.orders.create(a_case(BOUGHT, id=CaseId(f"case-{number}"), state=state, due=START + timedelta(hours=hours)))

    answer = call(handler.on_http, "GET", "/api/cases", query={"shop": "demo"})

    assert answer.status == 200
    assert [row["id"] for row in answer.body["rows"]] == ["case-2", "case-1", "case-3", "case-0"]
    row = answer.body["rows"][0]
    assert (row["reason"]["text"], row["verb"], row["order_number"], row["supplier"]) == (
        "Damaged on arrival",
        "open",
        "#1001",
        "lamps",
    )


def test_a_case_is_shown_with_its_debts_its_purchase_and_the_agreement_it_is_judged_by(app: RoomApp) -> None:
    stage(app)
    decides("accept", {"ver": proposed(app)})

    shown = call(handler.on_http, "GET", f"{CASES}/case-1", locale="zh-CN").body

    assert "3.1" in shown["case"]["liability"]["why"][0]["text"]
    assert (shown["refund"]["state"], shown["claim"]["state"]) == ("PENDING", "DRAFT")
    assert (shown["purchase"]["number"], shown["agreement"]["version"]) == (BOUGHT.number, 1)
    assert all(fact["text"] != fact["code"] for fact in shown["case"]["facts"])


def test_a_photo_is_shown_as_it_was_sent(app: RoomApp) -> None:
    stage(app)
    upload(app, complaint(), [PNG])
    (case,) = app.orders.story(KEY).cases

    answer = call(handler.on_http, "GET", f"{CASES}/{case.id}/photos/0")

    assert answer.body == {"content_type": "image/png", "base64": base64.b64encode(PNG).decode()}


@pytest.mark.parametrize("index", ["1", "-1", "x", "0x0", "²", "٣"])
def test_a_photo_that_is_not_there_is_not_found(app: RoomApp, index: str) -> None:
    stage(app)
    upload(app, complaint(), [PNG])
    (case,) = app.orders.story(KEY).cases

    assert call(handler.on_http, "GET", f"{CASES}/{case.id}/photos/{index}").status == 404


@pytest.mark.parametrize("path", [f"{CASES}/case-1", f"{CASES}/case-1/photos/0", "/api/cases", "/api/suppliers"])
def test_nobody_sees_another_shops_cases(app: RoomApp, path: str) -> None:
    stage(app)
    proposed(app)

    answer = call(handler.on_http, "GET", path, query={"shop": "demo"}, shops=("other",))

    assert (answer.status, answer.body["code"]) == (403, "auth.other_shop")


@pytest.mark.parametrize("path", [f"{CASES}/case-9", f"{CASES}/case-9/photos/0", "/api/orders/demo/9999/cases/case-1"])
def test_a_case_nobody_opened_is_not_found_in_words(app: RoomApp, path: str) -> None:
    stage(app)

    answer = call(handler.on_http, "GET", path)

    assert answer.status == 404
    assert answer.body["detail"] != answer.body["code"]


def test_suppliers_are_shown_with_what_they_did_this_month(app: RoomApp) -> None:
    stage(app)
    decides("accept", {"ver": proposed(app)})

    answer = call(handler.on_http, "GET", "/api/suppliers", query={"shop": "demo"})

    (row,) = answer.body["rows"]
    assert (row["id"], row["scorecard"]) == ("lamps", {"month": "2026-11", "counts": {"cases_damaged": 1}})
    assert row["searched"] is True
    assert the_case(app).state is CaseState.AGREED


def test_a_supplier_that_no_words_find_offers_of_says_so(app: RoomApp) -> None:
    stage(app)
    old = app.catalog.supplier(SupplierId("lamps"))
    app.catalog.save(old.model_copy(update={"adapter": "email"}), old)
    answer = call(handler.on_http, "GET", "/api/suppliers", query={"shop": "demo"})
    assert [row["searched"] for row in answer.body["rows"]] == [False]
