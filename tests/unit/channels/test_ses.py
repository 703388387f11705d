"""Mail through SES: the MIME that leaves, and what the answers prove, over real HTTP with the real SDK."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.channels.ses import Ses, address
from daifa.http import Http
from daifa.models.words import Outgoing, OutgoingFile
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear, Wire
from tests.unit.answering import Answering, RealClock, answering

SEND = "outbound-emails"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def service() -> Iterator[Answering]:
    with answering() as told:
        yield told


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def a_sender(url: str, sender: str = "小林百货 <shop@daifa.test>") -> Ses:
    clock = RealClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    options = {"from": sender, "region": "eu-west-1"}
    return Ses(Wire(id="ses", endpoint=url, secret={}, http=Http(clock), clock=clock, options=options))


def a_mail(**changes: Any) -> Outgoing:
    values = {"to": "zhang@customer.example", "subject": "发货通知", "text": "您的包裹已发出。\n"}
    return Outgoing(**{**values, **changes})


def error(status: int, kind: str) -> tuple[int, dict[str, str]]:
    return status, {"__type": kind, "message": "said SES"}


OUTCOMES = [
    ("taken", (200, {"MessageId": "0102-abc"}), Done),
    ("no message id", (200, {}), Unclear),
    ("HTML", (200, "<html>"), Unclear),
    ("too many calls", error(429, "TooManyRequestsException"), NeverSent),
    ("over the limit", error(400, "LimitExceededException"), NeverSent),
    ("a stale token", error(403, "ExpiredTokenException"), NeverSent),
    ("rejected", error(400, "MessageRejected"), Refused),
    ("domain not verified", error(400, "MailFromDomainNotVerifiedException"), Refused),
    ("account suspended", error(400, "AccountSuspendedException"), Refused),
    ("sending paused", error(400, "SendingPausedException"), Refused),
    ("bad request", error(400, "BadRequestException"), Refused),
    ("an unknown refusal", error(400, "SomethingNewException"), Unclear),
    ("a server error", error(500, "InternalServiceErrorException"), Unclear),
    ("a throttle with a server error", error(503, "TooManyRequestsException"), Unclear),
    ("no answer", None, Unclear),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES])
def test_what_an_answer_proves_after_exactly_one_call(service: Answering, answer: Any, kind: type[Outcome]) -> None:
    service.answers = {SEND: answer}
    outcome = a_sender(service.url).send(a_mail())
    assert type(outcome) is kind, outcome
    assert len(service.calls(SEND)) == 1
    if isinstance(outcome, Done):
        assert outcome.reference == "0102-abc"


def test_nothing_was_sent_when_nobody_listens() -> None:
    assert isinstance(a_sender("http://127.0.0.1:9").send(a_mail()), NeverSent)


def sent(service: Answering, mail: Outgoing, sender: str = "小林百货 <shop@daifa.test>") -> EmailMessage:
    service.answers = {SEND: (200, {"MessageId": "m"})}
    outcome = a_sender(service.url, sender).send(mail)
    assert isinstance(outcome, Done), outcome
    body = json.loads(service.calls(SEND)[-1].body)
    assert body["Destination"]["ToAddresses"] == [mail.to]
    assert body["FromEmailAddress"] == "shop@daifa.test"
    message = message_from_bytes(base64.b64decode(body["Content"]["Raw"]["Data"]), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_has_text_html_and_files(service: Answering) -> None:
    file = OutgoingFile(name="代发单.xlsx", content_type=XLSX, body=b"PK\x03\x04")
    message = sent(service, a_mail(html="<p>您的包裹已发出。</p>", files=(file,)))
    assert message["Subject"] == "发货通知"
    assert message["From"] == "小林百货 <shop@daifa.test>"
    assert message["To"] == "zhang@customer.example"
    assert message["Date"] == "Mon, 23 Nov 2026 08:00:00 +0000"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == "您的包裹已发出。"
    assert "<p>" in html.get_content()
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type(), attached.get_content()) == (
        "代发单.xlsx",
        XLSX,
        b"PK\x03\x04",
    )


def test_mails_with_one_reference_form_a_thread_of_different_mails(service: Answering) -> None:
    first = sent(service, a_mail(reference="shop/1001"))
    second = sent(service, a_mail(reference="shop/1001", text="已签收。"))
    assert first["References"] == second["References"] == "<shop-1001@daifa.test>"
    assert first["Message-ID"] != second["Message-ID"]
    assert sent(service, a_mail(reference="shop/1001"))["Message-ID"] == first["Message-ID"]


INJECTIONS = [
    ("a subject with a header", {"subject": "好\r\nBcc: all@evil.example"}),
    ("a subject with a line feed", {"subject": "好\nX: y"}),
    ("a subject with a Unicode line break", {"subject": "好\u2028X: y"}),
    ("a subject with a next-line character", {"subject": "好\x85X: y"}),
    ("an address with a header", {"to": "a@b.example\r\nBcc: all@evil.example"}),
    ("two addresses", {"to": "a@b.example, c@d.example"}),
    ("a named address", {"to": "A <a@b.example>"}),
    ("no address", {"to": ""}),
    ("an address without a host", {"to": "a@"}),
    ("two dots", {"to": "a..b@c.example"}),
    ("a file name with a header", {"files": (OutgoingFile(name="a\r\nX: y", content_type=XLSX, body=b""),)}),
    ("no words", {"text": " \n"}),
]


@pytest.mark.parametrize("changes", [row[1] for row in INJECTIONS], ids=[row[0] for row in INJECTIONS])
def test_what_could_forge_a_header_is_refused_here(service: Answering, changes: dict[str, Any]) -> None:
    outcome = a_sender(service.url).send(a_mail(**changes))
    assert isinstance(outcome, Refused), outcome
    assert not service.asked


def test_a_sender_with_a_line_break_is_refused(service: Answering) -> None:
    outcome = a_sender(service.url, "x\r\nBcc: all@evil.example <shop@daifa.test>").send(a_mail())
    assert isinstance(outcome, Refused)
    assert not service.asked


@given(subject=st.text(max_size=60), text=st.text(min_size=1, max_size=60), reference=st.text(max_size=30))
def test_no_words_of_strangers_add_a_header(subject: str, text: str, reference: str) -> None:
    class Kept:
        raw = b""

        def send_email(self, **call: Any) -> dict[str, str]:
            self.raw = call["Content"]["Raw"]["Data"]
            return {"MessageId": "m"}

    kept = Kept()
    clock = RealClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    options = {"from": "shop@daifa.test"}
    ses = Ses(Wire(id="ses", endpoint="", secret={}, http=Http(clock), clock=clock, options=options), client=kept)
    outcome = ses.send(a_mail(subject=subject, text=text, reference=reference))
    if isinstance(outcome, Done):
        names = {name.lower() for name in message_from_bytes(kept.raw, policy=policy.default)}
        assert names <= {"from", "to", "subject", "date", "message-id", "references", "in-reply-to", "mime-version",
                         "content-type", "content-transfer-encoding"}  # fmt: skip
    else:
        assert isinstance(outcome, Refused)


@pytest.mark.parametrize(
    ("text", "ascii"),
    [
        ("dan@例子.cn", "dan@xn--fsqu00a.cn"),
        ("a.b+c@d.example", "a.b+c@d.example"),
        ("单@d.example", ""),
        ("a@b@c.example", ""),
        ("a@-b.example", ""),
        ("a" * 250 + "@b.example", ""),
        ("a@" + "b" * 64 + ".example", ""),
    ],
)
def test_an_address_is_exactly_one_in_ascii(text: str, ascii: str) -> None:
    assert address(text) == ascii
