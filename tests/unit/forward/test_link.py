"""The supplier's page: looking changes nothing, pressing twice is pressing once, and a stranger gets nowhere."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from daifa.messages import Room
from daifa.models.aftersales import Claim
from daifa.models.ids import CaseId, RecipientId
from daifa.models.purchase import LineState
from daifa.models.states import ClaimState, PoState
from daifa.models.words import Message, Party
from daifa.signing import LinkKind
from forward.link import on_http
from tests.builders.rows import ORDER, SHOP, START, a_case, a_purchase, a_recipient, an_order, cny
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.forward.buying import KEY, NUMBER, a_purchase_in, codes, holds, open_for_business, there
from tests.unit.tables.wire import between


def token(app: RoomApp, kind: LinkKind = LinkKind.SUPPLIER, thing: str = NUMBER, days: int = 30) -> str:
    return app.links.token(kind, SHOP, ORDER, thing, app.clock.now() + timedelta(days=days))


def knock(
    app: RoomApp, form: dict[str, Any] | None = None, *, by: str = "", lang: str = "en", raw: str | None = None
) -> dict[str, Any]:
    """GET the page, or POST the form, as a web view does."""
    body = raw if raw is not None else urlencode(form or {}, doseq=True)
    return on_http(
        {
            "pathParameters": {"token": by or token(app)},
            "requestContext": {"http": {"method": "GET" if form is None and raw is None else "POST"}},
            "headers": {"Accept-Language": lang, "Content-Type": "application/x-www-form-urlencoded"},
            "body": base64.b64encode(body.encode()).decode(),
            "isBase64Encoded": True,
        },
        None,
    )


def rows(app: RoomApp) -> dict[str, int]:
    """Every row of the order with its version."""
    return {
        str(getattr(row, "number", getattr(row, "id", ""))): row.ver  # type: ignore[attr-defined]
        for row in app.orders.partition(f"ORDER#{SHOP}#{ORDER}")
    }


def at_supplier(app: RoomApp, **changes: Any) -> None:
    open_for_business(app)
    a_purchase_in(app, **({"state": PoState.SUBMITTED, "clean": False, "supplier_order": NUMBER} | changes))


# --- looking ---


def test_looking_changes_nothing_however_often_and_by_whomever(app: RoomApp) -> None:
    at_supplier(app)
    before = rows(app)
    wire = between(app.orders)

    for _ in range(3):  # a chat app fetches a link to preview it before anybody has read it
        reply = knock(app)

    assert (reply["statusCode"], rows(app)) == (200, before)
    assert set(wire.calls) <= {"query", "get_item"}
    assert [message for room in Room for message in app.sent(room)] == []


@pytest.fixture
def in_every_state(app: RoomApp) -> dict[PoState, str]:
    """A purchase in each state and its link."""
    open_for_business(app)
    app.orders.create(an_order(routed=True, work_due=None))
    links = {}
    for state in PoState:
        app.orders.create(a_purchase(number=f"D-{state}", state=state))
        links[state] = token(app, thing=f"D-{state}")
    return links


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_state_has_a_page_that_offers_only_what_is_possible(
    app: RoomApp, in_every_state: dict[PoState, str], lang: str
) -> None:
    for state, link in in_every_state.items():
        reply = knock(app, by=link, lang=lang)

        page = reply["body"]
        assert reply["statusCode"] == 200
        expected = {"say"}
        sent = (PoState.SUBMITTED, PoState.UNKNOWN, PoState.NEEDS_HUMAN)
        if state in sent:
            expected |= {"accept", "reject"}
        if state in (*sent, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED):
            expected |= {"ship", "sheet", "accept", "answer"}
        assert set(re.findall(r"name=act value=(\w+)", page)) == expected, state
        assert f'<html lang="{lang}">' in page
        assert not re.findall(r"link\.\w+|\{\w+\}", page)  # every sentence was found and filled


def test_the_address_is_whole_only_for_whom_has_accepted(app: RoomApp, in_every_state: dict[PoState, str]) -> None:
    whole = {"张测试", "13800000000", "虚构路 18 号"}
    for state, link in in_every_state.items():
        page = knock(app, by=link)["body"]

        seen = {word for word in whole if word in page}
        accepted = state in (PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED, PoState.SHIPPED, PoState.CLOSED)
        assert seen == (whole if accepted else set()), state
        assert ("张*" in page, "138****0000" in page) == (not accepted, not accepted)


def test_a_short_phone_number_shows_nothing_of_itself(app: RoomApp) -> None:
    at_supplier(app)
    app.vault.put(RecipientId("someone"), a_recipient(phone="1234567"), b"", START + timedelta(days=1))
    assert not re.search(r"1234567|123\*|4567", knock(app)["body"])


def test_words_of_strangers_are_text_and_never_markup(app: RoomApp) -> None:
    hostile = "<script>alert('1')</script>\"><img src=x onerror=1>{token}"
    open_for_business(app, shop={"name": hostile})
    line = a_purchase().lines[0].model_copy(update={"title": hostile, "sku": hostile})
    a_purchase_in(app, state=PoState.ACKNOWLEDGED, lines=(line,))
    app.vault.put(RecipientId("someone"), a_recipient(name=hostile, address1=hostile), b"", START.replace(year=2027))

    reply = knock(app)

    assert not re.search(r"<script|<img", reply["body"])
    assert reply["body"].count("&lt;script&gt;alert(&#x27;1&#x27;)") >= 5
    assert "default-src 'none'" in reply["headers"]["Content-Security-Policy"]
    assert reply["headers"]["Cache-Control"] == "no-store"


# --- who gets in ---


def altered(good: str) -> str:
    middle = len(good) // 3
    return good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :]


@pytest.mark.parametrize(
    ("by", "status", "says"),
    [
        (lambda app: token(app, days=0), 410, "has expired"),
        (lambda app: altered(token(app)), 404, "was altered"),
        (lambda app: token(app)[:-1], 404, "was altered"),
        (lambda app: token(app, LinkKind.CUSTOMER), 404, "was altered"),
        (lambda app: token(app, LinkKind.CARRIER), 404, "was altered"),
        (lambda app: "x", 404, "was altered"),
        (lambda app: "\ud800", 404, "was altered"),
        (lambda app: token(app, thing="D-nobody"), 404, ""),
    ],
    ids=["expired", "altered", "cut off", "customer's", "carrier's", "nonsense", "no text", "no such purchase"],
)
@pytest.mark.parametrize("form", [None, {"act": "accept"}], ids=["GET", "POST"])
def test_a_link_that_is_not_good_opens_a_clear_page_and_nothing_else(
    app: RoomApp, by: Any, status: int, says: str, form: dict[str, str] | None
) -> None:
    at_supplier(app)
    before = rows(app)

    reply = knock(app, form, by=by(app))

    assert (reply["statusCode"], rows(app)) == (status, before)
    assert says in reply["body"]
    assert "台灯" not in reply["body"]
    assert reply["headers"]["Content-Type"].startswith("text/html")


def test_a_link_lives_thirty_days_and_keys_may_change_meanwhile(app: RoomApp, clock: FixedClock) -> None:
    at_supplier(app)
    good = token(app)
    clock.forward(days=30, seconds=-1)
    assert knock(app, by=good)["statusCode"] == 200
    clock.forward(seconds=1)
    assert knock(app, by=good)["statusCode"] == 410


# --- accept and refuse ---


def test_accepting_twice_is_accepting_once(app: RoomApp) -> None:
    at_supplier(app)
    for _ in range(2):
        reply = knock(app, {"act": "accept"})
        assert (reply["statusCode"], reply["headers"]["Location"]) == (303, f"/s/{token(app)}")

    po = there(app)
    assert (po.state, po.ver, codes(po)) == (PoState.ACKNOWLEDGED, 2, ["purchase.acknowledged"])
    assert {line.state for line in po.lines} == {LineState.ACCEPTED}
    assert po.facts[-1].by == "supplier"


def test_two_taps_at_the_same_moment_are_one(app: RoomApp) -> None:
    at_supplier(app)
    between(app.orders).before("put_item", lambda: knock(app, {"act": "accept"}))
    assert knock(app, {"act": "accept"})["statusCode"] == 303
    assert there(app).ver == 2


@pytest.mark.parametrize("state", [PoState.SUBMITTED, PoState.ACKNOWLEDGED])
def test_a_supplier_who_refuses_says_why_and_a_person_hears_of_it(app: RoomApp, state: PoState) -> None:
    at_supplier(app, state=state)
    for _ in range(2):
        assert knock(app, {"act": "reject", "reason": "out_of_stock"})["statusCode"] == 303

    po = there(app)
    assert (po.state, holds(po), po.ver) == (PoState.REJECTED, ["link.refused.out_of_stock"], 2)
    assert [row["id"] for row in app.orders.queue(SHOP, 5)] == [NUMBER]


@pytest.mark.parametrize("state", [PoState.READY, PoState.REJECTED, PoState.CANCELLED, PoState.SHIPPED])
@pytest.mark.parametrize("form", [{"act": "accept"}, {"act": "reject", "reason": "other"}])
def test_what_comes_too_late_changes_nothing_and_shows_how_it_stands(
    app: RoomApp, state: PoState, form: dict[str, str]
) -> None:
    at_supplier(app, state=state)
    assert knock(app, form)["statusCode"] == 303
    assert (there(app).state, there(app).ver) == (state, 1)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"act": "burn"}, 400),
        ({"act": "reject"}, 400),
        ({"act": "reject", "reason": "<b>"}, 400),
        ({"act": "claim", "case": "nobody", "answer": "accept"}, 404),
        ({f"field{n}": "x" for n in range(501)}, 400),
        ({"act": "say", "text": "x" * 70_000}, 413),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_with_a_page(app: RoomApp, form: dict[str, str], status: int) -> None:
    at_supplier(app)
    before = rows(app)
    reply = knock(app, form)
    assert (reply["statusCode"], rows(app)) == (status, before)
    assert "<b>" not in reply["body"]


# --- shipped ---


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7531000000001", "7531000000001"),
        (" sf-1234 5678 ", "SF12345678"),
        ("７５３１０００", "7531000"),
        ("单号：7531000000001。", "7531000000001"),
    ],
)
@pytest.mark.parametrize("state", [PoState.SUBMITTED, PoState.ACKNOWLEDGED])
def test_a_tracking_number_makes_a_parcel_once(app: RoomApp, state: PoState, typed: str, kept: str) -> None:
    at_supplier(app, state=state)
    for _ in range(2):
        assert knock(app, {"act": "ship", "number": typed, "carrier": "zhongtong"})["statusCode"] == 303

    (parcel,) = app.orders.story(KEY).shipments
    assert (parcel.number, parcel.carrier, parcel.po) == (kept, "zhongtong", NUMBER)
    assert there(app).state is PoState.SHIPPED
    assert [wake["id"] for wake in app.sent(Room.TRACKING)] == [parcel.id]
    assert kept in knock(app)["body"]


@pytest.mark.parametrize("typed", ["", "12345", "1" * 33, "<script>", "没有单号没有单号", "------------"])
def test_what_is_no_tracking_number_makes_no_parcel(app: RoomApp, typed: str) -> None:
    at_supplier(app)
    reply = knock(app, {"act": "ship", "number": typed})
    assert (reply["statusCode"], app.orders.story(KEY).shipments) == (400, ())
    assert "<script>" not in reply["body"]
    assert there(app).ver == 1


def test_a_carrier_nobody_knows_is_found_out_from_the_number(app: RoomApp) -> None:
    at_supplier(app)
    knock(app, {"act": "ship", "number": "7531000000001", "carrier": "pigeon<b>"})
    assert [parcel.carrier for parcel in app.orders.story(KEY).shipments] == [""]


@pytest.mark.parametrize("state", [PoState.READY, PoState.REJECTED, PoState.CANCELLED, PoState.SHIPPED])
def test_a_purchase_that_can_not_ship_takes_no_number(app: RoomApp, state: PoState) -> None:
    at_supplier(app, state=state)
    assert knock(app, {"act": "ship", "number": "7531000000001"})["statusCode"] == 400
    assert (app.orders.story(KEY).shipments, there(app).ver) == ((), 1)


@pytest.mark.parametrize("state", [PoState.UNKNOWN, PoState.NEEDS_HUMAN])
@pytest.mark.parametrize(
    ("form", "after"),
    [
        ({"act": "accept"}, PoState.ACKNOWLEDGED),
        ({"act": "reject", "reason": "other"}, PoState.REJECTED),
        ({"act": "ship", "number": "7531000000001"}, PoState.SHIPPED),
    ],
)
def test_a_supplier_who_answers_proves_that_the_purchase_arrived(
    app: RoomApp, state: PoState, form: dict[str, str], after: PoState
) -> None:
    at_supplier(app, state=state, supplier_order="", clean=False)

    assert knock(app, form)["statusCode"] == 303

    assert there(app).state is after
    assert "purchase.found" in [fact.code for fact in there(app).facts]


def test_a_supplier_sees_that_the_merchant_wants_it_cancelled(app: RoomApp) -> None:
    at_supplier(app)
    assert "class=warn" not in knock(app)["body"]
    app.orders.save(there(app).model_copy(update={"cancel_requested": True}), there(app))
    assert "class=warn" in knock(app)["body"]


# --- words and claims ---


def said(app: RoomApp) -> list[Message]:
    return list(app.orders.story(KEY).messages)


def test_the_same_words_pressed_twice_are_one_message_and_later_ones_another(app: RoomApp, clock: FixedClock) -> None:
    at_supplier(app)
    for _ in range(2):
        knock(app, {"act": "say", "text": " 明天发货 \r\n"})
    assert [(m.text, m.sender, m.to) for m in said(app)] == [("明天发货", Party.SUPPLIER, Party.MERCHANT)]

    clock.forward(minutes=1)
    knock(app, {"act": "say", "text": "明天发货"})
    knock(app, {"act": "say", "text": "   "})
    knock(app, {"act": "say", "text": "长" * 1200})
    assert sorted(len(m.text) for m in said(app)) == [4, 4, 1000]


def claimed(app: RoomApp, state: ClaimState = ClaimState.SUBMITTED, **changes: Any) -> None:
    at_supplier(app, state=PoState.SHIPPED)
    case = a_case()
    told = {
        "shop": SHOP,
        "order": ORDER,
        "case": case.id,
        "po": NUMBER,
        "supplier": case.supplier,
        "amount": cny("36"),
        "state": state,
        "created_at": START,
    }
    app.orders.create(Claim(**(told | changes)))


@pytest.mark.parametrize(
    ("answer", "state"), [("accept", ClaimState.ACCEPTED), ("reject", ClaimState.REJECTED), ("", ClaimState.REJECTED)]
)
def test_a_claim_is_answered_once(app: RoomApp, answer: str, state: ClaimState) -> None:
    claimed(app)
    assert "¥36.00" in knock(app)["body"]

    for _ in range(2):
        assert knock(app, {"act": "claim", "case": "case-1", "answer": answer})["statusCode"] == 303
    assert knock(app, {"act": "claim", "case": "case-1", "answer": "accept"})["statusCode"] == 303

    claim = app.orders.claim(KEY, CaseId("case-1"))
    assert (claim.state, claim.ver, claim.facts[-1].by) == (state, 2, "supplier")
    assert "name=act value=claim" not in knock(app)["body"]


def test_a_claim_that_is_not_said_yet_is_not_on_the_page(app: RoomApp) -> None:
    claimed(app, ClaimState.DRAFT)
    assert "¥36.00" not in knock(app)["body"].replace("¥36.00</td>", "")


def test_nobody_answers_the_claim_of_another_purchase(app: RoomApp) -> None:
    claimed(app, po="D-other")
    reply = knock(app, {"act": "claim", "case": "case-1", "answer": "accept"})
    assert reply["statusCode"] == 400
    assert app.orders.claim(KEY, CaseId("case-1")).state is ClaimState.SUBMITTED
