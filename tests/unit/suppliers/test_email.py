"""The purchase order as a mail: what it says, in which language, and what its outcome proves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daifa.errors import Retry
from daifa.http import Http
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.models.words import Outgoing
from daifa.ports import Channel, Done, NeverSent, Outcome, Refused, Unclear, Wire
from daifa.suppliers.email import Email, letter
from tests.unit.answering import RealClock
from tests.unit.suppliers.conftest import NUMBER, a_line, a_request


class Mailbox:
    """A channel that keeps what it is given and answers as told."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.sent: list[Outgoing] = []

    def send(self, message: Outgoing) -> Outcome:
        self.sent.append(message)
        return self.outcome


def an_email(mail: Channel | None, locale: str = "zh-CN") -> Email:
    clock = RealClock()
    return Email(Wire(id="yiwu", endpoint="", secret={}, http=Http(clock), clock=clock, locale=locale, mail=mail))


@pytest.mark.parametrize(
    "outcome",
    [Done("mail-1"), Unclear("no answer"), NeverSent("throttled"), Refused("MessageRejected", "channel.refused.x")],
)
def test_the_order_is_as_certain_as_its_one_mail(outcome: Outcome) -> None:
    box = Mailbox(outcome)
    assert an_email(box).place(a_request()) == outcome
    assert len(box.sent) == 1


def test_a_supplier_without_an_address_is_refused_and_one_without_a_channel_is_tried_later() -> None:
    box = Mailbox(Done("mail-1"))
    assert isinstance(an_email(box).place(a_request(supplier_email="")), Refused)
    assert isinstance(an_email(None).place(a_request()), NeverSent)
    assert not box.sent


def test_the_mail_holds_number_goods_recipient_link_and_sheet() -> None:
    mail = letter(a_request(ship_by=datetime(2026, 11, 24, 10, 0, tzinfo=UTC)), "zh-CN")
    assert mail.to == "dan@supplier.example"
    assert NUMBER in mail.subject
    assert mail.reference == NUMBER
    for said in (NUMBER, "折叠LED护眼台灯", "× 8", "¥36.00", "¥288.00", "¥292.00", "张测试", "13800000000",
                 "虚构路 18 号", "https://daifa.test/s/token", "2026-11-24 18:00", "只发一次货"):  # fmt: skip
        assert said in mail.text, said
        assert said in mail.html, said
    assert 'href="https://daifa.test/s/token"' in mail.html
    (sheet,) = mail.files
    assert sheet.name == f"{NUMBER}.xlsx"
    assert sheet.body.startswith(b"PK")


def test_the_mail_is_written_in_the_suppliers_language() -> None:
    mail = letter(a_request(), "en")
    assert "the same number is the same order" in mail.text.lower()
    assert "ship once only" in mail.html
    assert "代发单" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_no_sentence_is_left_unfilled(locale: str) -> None:
    mail = letter(a_request(ship_by=datetime(2026, 11, 24, tzinfo=UTC)), locale)
    for text in (mail.subject, mail.text, mail.html):
        assert "{" not in text
        assert "supplier." not in text.replace("@supplier.example", "")


def test_words_of_strangers_stay_words() -> None:
    evil = '<img src=x onerror=alert(1)>{number}"'
    recipient = Recipient(name=evil, phone=evil, province="浙江省", city="杭州市", address1=evil)
    mail = letter(a_request(lines=(a_line(title=evil, sku=evil),), merchant=evil, recipient=recipient), "zh-CN")
    assert "<img" not in mail.html
    assert "&lt;img" in mail.html
    assert "{number}" in mail.text


def test_a_line_break_in_a_name_cannot_forge_a_line() -> None:
    mail = letter(a_request(merchant="小林\r\nBcc: all@evil.example", lines=(a_line(title="灯\n合计 ¥1.00"),)), "zh-CN")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert not any(line.startswith("合计 ¥1.00") for line in mail.text.splitlines())


def test_a_mailbox_cannot_be_asked() -> None:
    email = an_email(None)
    assert not email.capabilities.lookup
    assert not email.capabilities.pays_apart
    assert not email.capabilities.ships_by_api
    with pytest.raises(Retry):
        email.find(NUMBER)
    with pytest.raises(Retry):
        email.parcels("mail-1")
    assert isinstance(email.pay("mail-1", Money.of("1", "CNY")), Refused)
