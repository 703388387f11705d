"""Each notice is said once, to the right person, in that person's language, and what went wrong is seen by somebody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from daifa.messages import Room
from daifa.models.states import NoticeState as S
from daifa.models.words import Outgoing
from daifa.ports import Done, NeverSent, Refused, Unclear
from daifa.rules import notices
from daifa.signing import LinkKind
from notify import handler
from notify.deliver import LEASE, TRIES, deliver
from tests.builders.rows import START, a_line, a_purchase, a_recipient, a_shipment, a_supplier, an_order
from tests.unit.aws import FixedClock, RoomApp, messages
from tests.unit.notify.owed import ADDRESS, KEY, held, owe, stage, woken
from tests.unit.others import ChannelSays


def test_a_notice_is_said_once_however_often_it_is_woken(app: RoomApp, clock: FixedClock) -> None:
    mail = stage(app)
    notice = owe(app)

    for _ in range(3):
        handler.on_message(messages(woken(notice).model_dump()), None)  # type: ignore[arg-type]
        clock.forward(minutes=5)

    (sent,) = mail.sent
    assert (sent.to, sent.reference) == (ADDRESS, notice.id)
    now = held(app, notice)
    assert (now.state, now.sent_as, now.sent_at, now.work_due) == (S.SENT, "M-1", START, None)
    told = {"channel": "channel.name.ses", "to": "party.customer", "what": "notice.order_confirmed"}
    assert now.facts[-1].values == told


@pytest.mark.parametrize(
    ("answer", "state", "due", "code"),
    [
        (Done("M-9"), S.SENT, None, "notice.sent"),
        (Refused("MessageRejected", "channel.refused"), S.FAILED, None, "notice.refused"),
        (NeverSent("throttled"), S.PENDING, 30, "notice.later"),
        (Unclear("timeout"), S.UNKNOWN, None, "notice.unclear"),
    ],
)
def test_every_answer_of_a_channel_is_recorded_for_what_it_proves(
    app: RoomApp, answer: object, state: S, due: int | None, code: str
) -> None:
    mail = stage(app)
    mail.says("send", answer)
    notice = owe(app)

    for _ in range(2):
        deliver(woken(notice), app)

    now = held(app, notice)
    assert (now.state, now.facts[-1].code, len(mail.sent)) == (state, code, 1)
    assert now.work_due == (START + timedelta(seconds=due) if due else None)
    waiting = [row["kind"] for row in app.orders.queue(KEY.shop, 9)]
    assert waiting == (["notice"] if state in (S.FAILED, S.UNKNOWN) else [])


def test_what_never_left_is_tried_again_with_growing_pauses_and_then_given_up(app: RoomApp, clock: FixedClock) -> None:
    mail = stage(app)
    mail.says("send", NeverSent("throttled"))
    notice = owe(app)
    pauses = []
    while (due := held(app, notice).work_due) is not None:
        deliver(woken(notice), app)
        pauses.append((due - clock.now()).total_seconds())
        clock.at = max(due, held(app, notice).work_due or due)

    assert len(mail.sent) == TRIES
    assert held(app, notice).state is S.FAILED
    assert held(app, notice).facts[-1].code == "notice.gave_up"
    assert timedelta(hours=8) < clock.now() - START < timedelta(days=2)


def test_of_two_workers_at_once_only_one_speaks(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = stage(app)
    notice = owe(app)
    before = app.orders.save

    def the_other_is_faster(row: Any, was: Any) -> Any:
        monkeypatch.setattr(app.orders, "save", before)
        deliver(woken(notice), app)
        return before(row, was)

    monkeypatch.setattr(app.orders, "save", the_other_is_faster)

    deliver(woken(notice), app)

    assert len(mail.sent) == 1
    assert held(app, notice).state is S.SENT


def test_the_claim_is_written_before_anything_is_said(app: RoomApp) -> None:
    mail = stage(app)
    notice = owe(app)
    seen = []

    def look(_: Outgoing) -> Done:
        seen.append((held(app, notice).state, held(app, notice).attempts))
        return Done("M-1")

    mail.says("send", look)
    deliver(woken(notice), app)

    assert seen == [(S.SENDING, 1)]


def test_a_worker_that_died_while_speaking_leaves_it_to_a_person_and_nobody_speaks_again(
    app: RoomApp, clock: FixedClock
) -> None:
    mail = stage(app)
    mail.says("send", RuntimeError("the machine went away"))
    notice = owe(app)
    with pytest.raises(RuntimeError):
        deliver(woken(notice), app)

    clock.forward(seconds=LEASE.total_seconds() - 1)
    deliver(woken(notice), app)
    assert held(app, notice).state is S.SENDING
    clock.forward(seconds=1)
    deliver(woken(notice), app)

    assert held(app, notice).state is S.UNKNOWN
    assert [row["state"] for row in app.orders.queue(KEY.shop, 9)] == ["UNKNOWN"]
    assert len(mail.sent) == 1


def test_nothing_is_said_before_its_time(app: RoomApp, clock: FixedClock) -> None:
    mail = stage(app)
    notice = owe(app, work_due=START + timedelta(days=3))

    deliver(woken(notice), app)
    assert mail.sent == []
    clock.forward(days=3)
    deliver(woken(notice), app)

    assert len(mail.sent) == 1


@pytest.mark.parametrize("gone", ["no address", "no recipient", "past its time"])
def test_nobody_to_say_it_to_is_seen_by_a_person(app: RoomApp, clock: FixedClock, gone: str) -> None:
    mail = stage(app, a_recipient(email="") if gone == "no address" else None)
    notice = owe(app, **({"recipient": None} if gone == "no recipient" else {}))
    if gone == "past its time":
        clock.forward(days=181)

    deliver(woken(notice), app)

    assert held(app, notice).state is S.FAILED
    assert mail.sent == []
    (row,) = app.orders.queue(KEY.shop, 9)
    assert (row["kind"], row["id"], row["order_number"]) == ("notice", notice.id, "#1001")


@pytest.mark.parametrize(
    ("locale", "subject", "button"),
    [
        ("zh-CN", "小林百货", "查看订单"),
        ("en", "小林百货: we have your order #1001", "See your order"),
    ],
)
def test_the_reader_reads_its_own_language(app: RoomApp, locale: str, subject: str, button: str) -> None:
    mail = stage(app, order=an_order(locale=locale))

    deliver(woken(owe(app)), app)

    (sent,) = mail.sent
    assert sent.subject.startswith(subject)
    assert button in sent.text
    assert "{" not in sent.subject + sent.text


def test_the_link_in_the_mail_opens_the_customers_own_page_and_nothing_else(app: RoomApp, clock: FixedClock) -> None:
    mail = stage(app)
    deliver(woken(owe(app)), app)

    (sent,) = mail.sent
    (url,) = re.findall(r"https://\S+", sent.text)
    assert sent.html.count(url) == 2
    token = url.removeprefix("https://daifa.test/o/")
    link = app.links.read(LinkKind.CUSTOMER, token, clock.forward(days=119))
    assert (link.shop, link.order) == KEY
    for kind in (LinkKind.SUPPLIER, LinkKind.CARRIER):
        with pytest.raises(Exception, match="link.altered"):
            app.links.read(kind, token, START)


def test_what_is_kept_has_neither_the_link_nor_the_address(app: RoomApp) -> None:
    stage(app)
    notice = owe(app)

    deliver(woken(notice), app)

    now = held(app, notice)
    assert "#1001" in now.text
    kept = now.model_dump_json()
    for secret in ("https://", ADDRESS, "13800000000", "张测试"):
        assert secret not in kept


def test_what_a_customer_bought_is_only_ever_words(app: RoomApp) -> None:
    title = "灯\r\nBcc: everybody@evil.example\r\n\r\n<img src=x onerror=alert(1)> {shop.__class__}"
    mail = stage(app, order=an_order([a_line(title)]))

    deliver(woken(owe(app)), app)

    (sent,) = mail.sent
    assert "Bcc" not in sent.subject
    assert "\n" not in sent.subject
    assert "<img" not in sent.html
    assert "&lt;img" in sent.html
    assert "{shop.__class__}" in sent.text


def test_a_carrier_without_a_name_goes_by_its_code(app: RoomApp) -> None:
    mail = stage(app, order=an_order(locale="en"))
    shipment = a_shipment(carrier="debangwuliu")
    deliver(woken(owe(app, notices.shipped(app.orders.order(KEY), shipment, START))), app)
    deliver(woken(owe(app, notices.delivered(app.orders.order(KEY), a_shipment(), START))), app)

    assert "with debangwuliu, tracking number" in mail.sent[0].text
    assert "(ZTO Express 7531000000001)" in mail.sent[1].text


@pytest.mark.parametrize(
    ("supplier", "channel", "to"),
    [
        ({"robots": ("group",)}, "wecom", "robot-1"),
        ({"robots": (), "email": "lamps@supplier.example"}, "ses", "lamps@supplier.example"),
    ],
)
def test_a_supplier_hears_in_its_group_or_by_mail_with_its_own_link(
    app: RoomApp, supplier: dict[str, Any], channel: str, to: str
) -> None:
    stage(app, **supplier)
    app.secret("supplier/lamps", robot_key="robot-1")
    po = a_purchase(reminded=1)
    for notice in notices.reminder(po, a_supplier(**supplier, locale="en"), START):
        deliver(woken(owe(app, notice)), app)

    (sent,) = app.others[f"channel/{channel}"].sent
    assert sent.to == to
    assert f"[小林百货] Reminder 2: {po.number}" in sent.text
    assert bool(sent.html) is (channel == "ses")
    (url,) = re.findall(r"https://daifa.test/s/(\S+)", sent.text)
    link = app.links.read(LinkKind.SUPPLIER, url, START)
    assert (link.order, link.thing) == (KEY.order, po.number)


def test_a_robot_without_a_key_is_seen_by_a_person(app: RoomApp) -> None:
    stage(app)
    (notice,) = notices.purchase_placed(a_purchase(), a_supplier(robots=("group",)), START)
    owe(app, notice)

    deliver(woken(notice), app)

    assert held(app, notice).state is S.FAILED
    assert held(app, notice).facts[-1].values["code"] == "no_address"


def test_the_sweep_wakes_what_was_forgotten_but_not_what_was_just_sent_off(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    notice = owe(app)

    assert handler.on_schedule({"job": "sweep"}, None) == {"woken": 0}  # type: ignore[arg-type]
    clock.forward(seconds=31)
    assert handler.on_schedule({"job": "sweep"}, None) == {"woken": 1}  # type: ignore[arg-type]
    (wake,) = app.sent(Room.NOTIFY)
    handler.on_message(messages(wake), None)  # type: ignore[arg-type]
    clock.forward(hours=1)

    assert held(app, notice).state is S.SENT
    assert handler.on_schedule({"job": "sweep"}, None) == {"woken": 0}  # type: ignore[arg-type]


def test_one_notice_that_fails_does_not_keep_the_others(app: RoomApp) -> None:
    mail = stage(app)
    mail.says("send", RuntimeError("broken"), Done("M-1"))
    bad = owe(app)
    good = owe(app, notices.follow_up(app.orders.order(KEY), None, START))

    failed = handler.on_message(messages(*(woken(n).model_dump() for n in (bad, good))), None)  # type: ignore[arg-type]

    assert failed["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert held(app, good).state is S.SENT


def test_a_channel_is_called_once_per_notice_even_for_two_readers(app: RoomApp) -> None:
    stage(app)
    app.secret("supplier/lamps", robot_key="robot-1")
    robot: ChannelSays = app.others["channel/wecom"]
    (notice,) = notices.purchase_placed(a_purchase(), a_supplier(robots=("a", "b")), START)
    owe(app, notice)

    deliver(woken(notice), app)

    assert len(robot.sent) == 1
