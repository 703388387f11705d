"""The customer's page: looking changes nothing, pressing twice is pressing once, and nothing hostile gets through."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from daifa.messages import Room
from daifa.models.aftersales import CaseReason
from daifa.models.facts import Reason
from daifa.models.ids import CaseId
from daifa.models.states import CaseState, PoState, ShipmentState
from daifa.models.words import Party
from daifa.signing import LinkKind
from tests.builders.rows import START, a_case, a_line, a_purchase, a_scan, a_shipment
from tests.unit.aftersales.complaint import (
    BOUGHT,
    JPEG,
    KEY,
    ORDER,
    PNG,
    WEBP,
    a_link,
    complaint,
    hidden,
    knock,
    look,
    post,
    stage,
    upload,
)
from tests.unit.aws import FixedClock, RoomApp

MANY = b"--a\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n"
HOSTILE = "<script>alert('1')</script> {0.__class__} '\"&"


def items(app: RoomApp) -> Any:
    return app.aws["dynamodb"].scan(TableName="orders")["Items"]


def test_looking_changes_nothing(app: RoomApp) -> None:
    stage(app)
    app.orders.create(a_case(BOUGHT, state=CaseState.EVIDENCE_REQUESTED))
    before = items(app)

    for _ in range(2):
        shown = look(app)

    assert shown["statusCode"] == 200
    assert items(app) == before
    assert app.sent(Room.AFTERSALES) == []


def test_the_page_says_what_was_bought_where_it_is_and_what_can_be_done(app: RoomApp) -> None:
    stage(app)
    app.orders.create(
        a_shipment(
            id="parcel-2",
            number="YT0000000002",
            carrier="debangwuliu",
            state=ShipmentState.IN_TRANSIT,
            checkpoints=tuple(a_scan(hour, text=f"scan {hour}") for hour in range(7)),
        )
    )

    english, chinese = look(app)["body"], look(app, lang="zh-CN")["body"]

    for text in ("#1001", "小林百货", "台灯 2", "¥64.90", "Total ¥149.80", "Delivered", "ZTO Express", "2 older"):
        assert text in english.replace("</td><td>× ", " "), text
    assert "11-23 22:00" in english, "the shop's time zone"
    assert "debangwuliu" in english
    assert "carrier.debangwuliu" not in english
    assert 'lang="zh-CN"' in chinese
    assert "中通" in chinese


def test_the_page_is_locked_down(app: RoomApp) -> None:
    stage(app)
    headers = look(app)["headers"]

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "<script" not in look(app)["body"]
    told = (headers["Referrer-Policy"], headers["Cache-Control"], headers["X-Robots-Tag"])
    assert told == ("no-referrer", "no-store", "noindex")


def test_a_suspect_parcel_is_not_shown(app: RoomApp) -> None:
    stage(app)
    app.orders.create(a_shipment(id="parcel-2", number="YT0000000002", suspect=(Reason.of("suspect.reused"),)))

    assert "YT0000000002" not in look(app)["body"]


def test_a_complaint_with_a_photo_becomes_a_case_and_pressing_twice_is_pressing_once(app: RoomApp) -> None:
    stage(app)
    form = complaint(once=hidden(look(app), "once"), quantity="2")

    answers = [upload(app, form, [PNG, JPEG]) for _ in range(2)]

    assert [(answer["statusCode"], answer["headers"]["Location"]) for answer in answers] == [
        (303, f"/o/{a_link(app)}")
    ] * 2
    (case,) = app.orders.story(KEY).cases
    assert (case.reason, case.po, case.supplier, case.state) == (
        CaseReason.DAMAGED,
        BOUGHT.number,
        "lamps",
        CaseState.OPEN,
    )
    assert [(line.order_line, line.quantity) for line in case.lines] == [("line-台灯", 2)]
    assert case.description == "灯罩碎了"
    assert [photo.content_type for photo in case.photos] == ["image/png", "image/jpeg"]
    assert app.media.get(case.photos[0].key) == (PNG, "image/png")
    assert case.photos[0].sha256 == hashlib.sha256(PNG).hexdigest()
    assert {wake["id"] for wake in app.sent(Room.AFTERSALES)} == {case.id}
    shown = look(app)["body"]
    assert "Damaged on arrival" in shown
    assert "Received" in shown


def test_a_form_without_files_works_as_well(app: RoomApp) -> None:
    stage(app)

    assert post(app, complaint())["statusCode"] == 303
    assert upload(app, complaint(once="ONCE2"))["statusCode"] == 303

    assert [case.photos for case in app.orders.story(KEY).cases] == [(), ()]


@pytest.mark.parametrize(("photo", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
def test_a_photo_arrives_byte_for_byte(app: RoomApp, photo: bytes, kind: str) -> None:
    stage(app)

    upload(app, complaint(), [photo])

    (case,) = app.orders.story(KEY).cases
    assert app.media.get(case.photos[0].key) == (photo, kind)


@pytest.mark.parametrize(
    "file",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + bytes(64),
        b"%PDF-1.7",
        b"RIFF\x24\x00\x00\x00AVI LIST",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b" " + PNG,
    ],
)
def test_what_is_not_a_photo_is_refused_and_no_case_is_opened(app: RoomApp, file: bytes) -> None:
    stage(app)

    answer = upload(app, complaint(), [file])

    assert answer["statusCode"] == 400
    assert "photo" in answer["body"]
    assert app.orders.story(KEY).cases == ()


def test_a_body_over_4_mib_is_refused_in_words(app: RoomApp) -> None:
    stage(app)

    answer = upload(app, complaint(), [PNG + bytes(4 * 1024 * 1024)])

    assert answer["statusCode"] == 413
    assert "<h1>Something is not right</h1>" in answer["body"]
    assert app.orders.story(KEY).cases == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "3"},
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": "two"},
        {"quantity": "9" * 5000},
        {"reason": "ANGRY"},
        {"reason": ""},
        {"line": "line-nothing"},
        {"line": "line-杯子"},
        {"once": ""},
        {"act": "refund"},
        {"act": ""},
    ],
    ids=lambda changes: " ".join(f"{name}={value[:10]}" for name, value in changes.items()),
)
def test_a_form_that_makes_no_sense_is_refused_in_words(app: RoomApp, changes: dict[str, str]) -> None:
    """`line-杯子` is of the order, but was never bought."""
    stage(app)
    before = items(app)

    answer = post(app, complaint(**changes))

    assert answer["statusCode"] == 400
    assert "<h1>Something is not right</h1>" in answer["body"]
    assert items(app) == before


@pytest.mark.parametrize("state", [PoState.ON_HOLD, PoState.READY, PoState.UNKNOWN, PoState.CANCELLED])
def test_what_was_never_bought_cannot_be_complained_about(app: RoomApp, state: PoState) -> None:
    stage(app, BOUGHT.model_copy(update={"state": state}))

    assert "Something is wrong" not in look(app)["body"]
    assert post(app, complaint())["statusCode"] == 400


def test_a_message_said_twice_is_kept_once(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    shown = look(app)
    form = {"act": "say", "once": hidden(shown, "once"), "at": hidden(shown, "at"), "text": "什么时候到？"}
    for _ in range(2):
        clock.forward(minutes=5)
        assert post(app, form)["statusCode"] == 303

    (message,) = app.orders.story(KEY).messages
    assert (message.sender, message.to, message.text) == (Party.CUSTOMER, Party.MERCHANT, "什么时候到？")
    assert message.at == START


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-23T08:00:00", "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])
def test_a_time_that_the_form_cannot_have_is_not_believed(app: RoomApp, clock: FixedClock, at: str) -> None:
    stage(app)

    post(app, {"act": "say", "once": "O", "at": at, "text": "hello"})

    assert app.orders.story(KEY).messages[0].at == clock.now()


def test_nothing_said_is_nothing_kept(app: RoomApp) -> None:
    stage(app)

    assert post(app, {"act": "say", "once": "O", "text": "  "})["statusCode"] == 303
    assert app.orders.story(KEY).messages == ()


def test_hostile_words_are_only_ever_shown_as_words(app: RoomApp) -> None:
    stage(app)
    titled = ORDER.model_copy(update={"lines": (a_line(HOSTILE, line="line-台灯"),)})
    app.orders.save(titled, ORDER)
    app.orders.create(a_shipment(id="p", number="YT2", carrier=HOSTILE[:40], checkpoints=(a_scan(1, text=HOSTILE),)))

    post(app, complaint(once="<i>", description=HOSTILE))
    post(app, {"act": "say", "once": HOSTILE, "text": HOSTILE})
    refused = post(app, {"act": HOSTILE})

    for shown in (look(app), refused):
        assert "<script>alert" not in shown["body"]
        assert "class 'str'" not in shown["body"]
    assert "&lt;script&gt;" in look(app)["body"]
    assert app.orders.story(KEY).cases[0].description == HOSTILE


def test_a_carriers_name_is_never_taken_for_a_template(app: RoomApp) -> None:
    """A supplier may write anything as the carrier; `{x:>99999999999}` as a template would eat the machine."""
    stage(app)
    app.orders.create(a_shipment(id="p", number="YT2", carrier="{x:>99999999999} {", checkpoints=(a_scan(1),)))

    shown = look(app)

    assert shown["statusCode"] == 200
    assert "{x:&gt;99999999999} {" in shown["body"]


def test_words_are_cut_at_a_thousand_characters(app: RoomApp) -> None:
    stage(app)

    post(app, complaint(description="长" * 5000))
    post(app, {"act": "say", "once": "O", "text": "长" * 5000})

    story = app.orders.story(KEY)
    assert (len(story.cases[0].description), len(story.messages[0].text)) == (1000, 1000)


@pytest.mark.parametrize(
    ("link", "status"),
    [
        ({"days": 0}, 410),
        ({"kind": LinkKind.SUPPLIER}, 404),
        ({"kind": LinkKind.CARRIER}, 404),
        ({"order": "9999"}, 404),
        ({"shop": "other"}, 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_for_this_page_shows_a_clear_page_and_changes_nothing(
    app: RoomApp, link: dict[str, Any], status: int, method: str
) -> None:
    stage(app)
    before = items(app)
    token = a_link(app, **link)

    answer = look(app, token) if method == "GET" else post(app, complaint(), token)

    assert answer["statusCode"] == status
    assert "<h1>Something is not right</h1>" in answer["body"]
    assert "#1001" not in answer["body"]
    assert items(app) == before


@pytest.mark.parametrize("spoil", [lambda token: token[:-3], lambda token: "x" + token, lambda _: "", lambda _: "%00"])
def test_an_altered_link_is_not_found(app: RoomApp, spoil: Any) -> None:
    stage(app)

    assert look(app, spoil(a_link(app)))["statusCode"] == 404


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"act=case"),
        ("", b""),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=a", b"nothing of the kind"),
        ("multipart/form-data; boundary=a\r\nX-Evil: 1", b"--a--"),
        ("multipart/form-data; boundary=a", MANY * 50 + b"--a--"),
        ("application/x-www-form-urlencoded", b"&".join([b"x=1"] * 41)),
        ("application/json", b'{"act": "case"}'),
        ("multipart/form-data; boundary=\xe9".encode("latin-1").decode("latin-1"), b"--\xe9--"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_words(app: RoomApp, content_type: str, body: bytes) -> None:
    stage(app)

    answer = knock(app, "POST", body=body, headers={"content-type": content_type, "accept-language": "en"})

    assert answer["statusCode"] == 400
    assert "<h1>Something is not right</h1>" in answer["body"]


def test_photos_that_were_asked_for_are_added_and_the_same_one_twice_is_one_proof(app: RoomApp) -> None:
    stage(app)
    app.orders.create(a_case(BOUGHT, state=CaseState.EVIDENCE_REQUESTED, work_due=None))
    assert "name=act value=photos" in look(app)["body"]
    form = {"act": "photos", "case": "case-1"}

    upload(app, form, [PNG, PNG])
    upload(app, form, [PNG])
    upload(app, form, [JPEG])
    upload(app, form)

    case = app.orders.case(KEY, CaseId("case-1"))
    assert [photo.content_type for photo in case.photos] == ["image/png", "image/jpeg"]
    assert [fact.values for fact in case.facts] == [{"photos": "1"}, {"photos": "1"}]
    assert case.work_due == START
    assert [wake["kind"] for wake in app.sent(Room.AFTERSALES)] == ["case", "case"]


def test_no_more_than_six_photos_are_kept(app: RoomApp) -> None:
    stage(app)
    app.orders.create(a_case(BOUGHT, state=CaseState.EVIDENCE_REQUESTED, work_due=None))
    for first in (0, 5):
        upload(app, {"act": "photos", "case": "case-1"}, [PNG + bytes([first + more]) for more in range(5)])

    assert len(app.orders.case(KEY, CaseId("case-1")).photos) == 6


@pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.LIABILITY_PROPOSED, CaseState.CLOSED])
def test_photos_that_nobody_asked_for_change_nothing(app: RoomApp, state: CaseState) -> None:
    stage(app)
    case = a_case(BOUGHT, state=state)
    app.orders.create(case)

    assert upload(app, {"act": "photos", "case": case.id}, [PNG])["statusCode"] == 303
    assert app.orders.case(KEY, case.id) == case


def test_photos_for_a_case_that_is_not_of_this_order_are_refused(app: RoomApp) -> None:
    stage(app)

    assert upload(app, {"act": "photos", "case": "case-9"}, [PNG])["statusCode"] == 404


def test_a_second_purchase_of_the_same_line_is_the_one_that_was_bought(app: RoomApp) -> None:
    stage(app, BOUGHT.model_copy(update={"state": PoState.CANCELLED}))
    app.orders.create(a_purchase("台灯", supplier="other", number="D2", quantity=2, state=PoState.SHIPPED))

    post(app, complaint())

    assert [case.po for case in app.orders.story(KEY).cases] == ["D2"]


def test_nobody_complains_of_more_pieces_than_were_bought(app: RoomApp) -> None:
    (line,) = BOUGHT.lines
    stage(app, BOUGHT.model_copy(update={"lines": (line.model_copy(update={"quantity": 1}),)}))

    assert post(app, complaint(quantity="2"))["statusCode"] == 400
    assert app.orders.story(KEY).cases == ()
