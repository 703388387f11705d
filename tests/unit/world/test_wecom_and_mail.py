"""The robot's limits, and letters that arrive whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.world import Mailbox, World
from local.world.catalogue import MAIL_FROM, ROBOTS
from tests.unit.world.conftest import call


def tell(world: World, body: Any, key: str = ROBOTS["lamps"]) -> int:
    """Send to a robot; the errcode."""
    headers = {"Content-Type": "application/json"}
    return int(call(f"{world.url}/wecom/cgi-bin/webhook/send?key={key}", body, headers).json()["errcode"])


def text(content: str) -> dict[str, Any]:
    """A text message."""
    return {"msgtype": "text", "text": {"content": content}}


class TestRobot:
    def test_a_message_arrives_in_its_group(self, world: World) -> None:
        assert tell(world, text("新订单 D7K2")) == 0
        assert [(m["group"], m["content"]) for m in world.wecom.messages()] == [("lamps", "新订单 D7K2")]

    @pytest.mark.parametrize(
        ("body", "key", "code"),
        [
            (text("x"), "wrong", 93000),
            (text("汉" * 683), ROBOTS["lamps"], 40058),  # 2049 bytes, 683 letters
            (text(""), ROBOTS["lamps"], 44004),
            ({"msgtype": "carrier pigeon"}, ROBOTS["lamps"], 40008),
            (b"{", ROBOTS["lamps"], 47001),
        ],
    )
    def test_what_is_wrong_gets_its_errcode_and_is_not_kept(self, world: World, body: Any, key: str, code: int) -> None:
        assert tell(world, body, key) == code
        assert world.wecom.messages() == []

    def test_2048_bytes_are_just_right(self, world: World) -> None:
        assert tell(world, text("汉" * 682 + "ab")) == 0

    def test_the_twenty_first_message_of_a_minute_is_throttled(self, world: World) -> None:
        codes = [tell(world, text(str(n))) for n in range(21)]
        other = tell(world, text("x"), ROBOTS["yiwu"])
        world.advance(seconds=61)

        assert codes == [0] * 20 + [45009]
        assert other == 0
        assert tell(world, text("later")) == 0


@pytest.fixture
def ses(world: World) -> Iterator[Any]:
    """Amazon's own client, pointed at the world."""
    plain = Config(retries={"total_max_attempts": 1}, proxies={})
    client = boto3.Session("key", "secret", region_name="eu-west-1").client(
        "sesv2", endpoint_url=f"{world.url}/mail", config=plain
    )
    yield client
    client.close()


def letter(to: str = "zhang@customer.example", sender: str = MAIL_FROM) -> EmailMessage:
    """A letter with a sheet."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["References"] = (
        sender,
        to,
        "采购单 D7K2",
        "<D7K2@daifa>",
    )
    message.set_content("请在此确认：http://127.0.0.1:1/s/abc 。谢谢")
    message.add_alternative("<p>请确认</p>", subtype="html")
    message.add_attachment(
        b"PK\x03\x04sheet", maintype="application", subtype="vnd.ms-excel", filename="采购单 D7K2.xlsx"
    )
    return message


def send(ses: Any, message: EmailMessage) -> str:
    """SendEmail with a raw message."""
    content = {"Raw": {"Data": message.as_bytes()}}
    answer = ses.send_email(
        FromEmailAddress=message["From"], Destination={"ToAddresses": [message["To"]]}, Content=content
    )
    return str(answer["MessageId"])


class TestMail:
    def test_a_letter_arrives_whole(self, world: World, ses: Any) -> None:
        number = send(ses, letter())
        got = Mailbox(world.url).last("Zhang@Customer.example", "D7K2")

        assert (got.id, got.subject, got.sender) == (number, "采购单 D7K2", MAIL_FROM)
        assert got.links == ["http://127.0.0.1:1/s/abc"]
        assert got.html.strip() == "<p>请确认</p>"
        assert got.headers["references"] == "<D7K2@daifa>"
        assert got.attachment(".xlsx").content == b"PK\x03\x04sheet"
        assert got.attachment(".xlsx").name == "采购单 D7K2.xlsx"

    def test_a_simple_letter_arrives_too(self, world: World, ses: Any) -> None:
        simple = {"Subject": {"Data": "你好"}, "Body": {"Text": {"Data": "正文"}, "Html": {"Data": "<b>正文</b>"}}}
        ses.send_email(FromEmailAddress=f"代发 <{MAIL_FROM}>", Destination={"ToAddresses": ["a@b.example"]},
                       Content={"Simple": simple})  # fmt: skip
        got = Mailbox(world.url).last("a@b.example")

        assert (got.subject, got.text.strip(), got.html.strip()) == ("你好", "正文", "<b>正文</b>")

    def test_an_unverified_sender_is_rejected_until_it_is_verified(self, world: World, ses: Any) -> None:
        with pytest.raises(ClientError, match="MessageRejected"):
            send(ses, letter(sender="boss@elsewhere.example"))
        ses.create_email_identity(EmailIdentity="elsewhere.example")
        send(ses, letter(sender="boss@elsewhere.example"))

        assert len(world.mail.letters()) == 1

    @pytest.mark.parametrize(
        ("kind", "code"), [("throttled", "TooManyRequestsException"), ("rejected", "MessageRejected")]
    )
    def test_refusals_on_demand(self, world: World, ses: Any, kind: str, code: str) -> None:
        world.faults.add("mail", "send", kind)

        with pytest.raises(ClientError, match=code):
            send(ses, letter())
        assert world.mail.letters() == []

    def test_an_unsigned_request_is_refused(self, world: World) -> None:
        answer = call(
            f"{world.url}/mail/v2/email/outbound-emails", {"Content": {}}, {"Content-Type": "application/json"}
        )

        assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")

    def test_waiting_for_a_letter_that_does_not_come_ends(self, world: World) -> None:
        with pytest.raises(TimeoutError, match="no letter to nobody@x.example"):
            Mailbox(world.url).wait("nobody@x.example", timeout=0.2)

    def test_letters_of_the_emulator_are_read_from_its_inspection_page(self) -> None:
        record = {"MessageId": "m1", "Source": "a@x.example", "To": ["b@x.example"], "CC": [], "BCC": [],
                  "Subject": "s",
                  "BodyText": "t", "BodyHtml": None, "Timestamp": 1763900000.0, "Type": "v2.SendEmail"}  # fmt: skip
        body = json.dumps({"messages": {"000000000000": [record]}}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path == "/_ministack/ses/messages"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.handle_request)
            thread.start()
            got = Mailbox(emulator_url=f"http://127.0.0.1:{server.server_address[1]}").last("b@x.example")
            thread.join()

        assert (got.id, got.subject, got.text, got.attachments) == ("m1", "s", "t", ())
