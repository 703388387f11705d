"""The shops' door: who is let in, what is kept, and that nothing else happens there."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from daifa.errors import Busy
from daifa.front_door import FrontDoor
from order_ingest.receive import BODY_CAP, receive
from tests.builders.shopify import store_order_json
from tests.unit.aws import RoomApp
from tests.unit.order_ingest.shop import SECRET, a_knock, knocked, unpacked

BODY = store_order_json()
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def known_shop(app: RoomApp) -> None:
    app.secret("shop/demo", platform="shopify", webhook_secrets=[SECRET, "the-one-before"], access_token="t")


@pytest.mark.parametrize("packed", [True, False], ids=["base64", "text"])
@pytest.mark.parametrize("secret", [SECRET, "the-one-before"])
@pytest.mark.parametrize(
    "body",
    [
        BODY,
        BODY.replace(b",", b",\r\n"),
        b"\xef\xbb\xbf" + BODY + b" \r\n",
        b"not even JSON",
        '{"name":"𠮷野 😀"}'.encode(),
    ],
    ids=["as sent", "CRLF", "BOM and trailing space", "not JSON", "four-byte characters"],
)
def test_a_signed_event_is_kept_byte_for_byte(app: RoomApp, body: bytes, secret: str, packed: bool) -> None:
    status, kept = knocked(app, a_knock(body, secret=secret, packed=packed))

    assert status == 202
    (event,) = kept
    assert unpacked(event) == body
    told = json.loads(event)
    assert (told["shop"], told["topic"], told["event_id"]) == ("demo", "orders/create", "evt-1")


def test_bytes_that_are_no_text_are_kept_too(app: RoomApp) -> None:
    status, kept = knocked(app, a_knock(b"\xff\x00\xfe"))

    assert (status, unpacked(kept[0])) == (202, b"\xff\x00\xfe")


@pytest.mark.parametrize(
    "event",
    [
        a_knock(BODY, secret="somebody-elses"),
        a_knock(BODY, Hmac_Sha256=None),
        a_knock(BODY, Hmac_Sha256=""),
        a_knock(BODY, Hmac_Sha256="ü not base64"),
        a_knock(BODY) | {"body": "bm90IHRoZSBzYW1l"},
        a_knock(BODY) | {"body": "%%% not base64"},
        a_knock(BODY) | {"body": None},
        a_knock(BODY, shop="nobody"),
        a_knock(BODY, shop="no such name"),
        a_knock(BODY, shop="../links"),
        a_knock(BODY, shop=""),
    ],
    ids=[
        "wrong",
        "missing",
        "empty",
        "garbled",
        "another body",
        "garbled body",
        "no body",
        "unknown shop",
        "impossible shop",
        "another secret",
        "no shop",
    ],
)
def test_whoever_did_not_sign_learns_nothing(app: RoomApp, event: dict[str, Any]) -> None:
    kept: list[str] = []
    door = FrontDoor(app.secrets.get, kept.append, lambda: "")

    reply = receive(event, door)

    assert (reply["statusCode"], kept) == (401, [])
    # Unknown shop and wrong signature are one and the same answer.
    assert json.loads(reply["body"])["code"] == "webhook.unsigned"
    assert reply["headers"] == {"Content-Type": "application/problem+json"}


@pytest.mark.parametrize("over", [0, 1])
def test_a_body_over_the_cap_is_refused_before_its_signature_is_looked_at(app: RoomApp, over: int) -> None:
    status, kept = knocked(app, a_knock(b"x" * (BODY_CAP + over)))

    assert (status, len(kept)) == ((413, 0) if over else (202, 1))


def _refused() -> ClientError:
    return ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, "SendMessage")


@pytest.mark.parametrize("error", [_refused(), EndpointConnectionError(endpoint_url="https://sqs"), Busy("row.busy")])
@pytest.mark.parametrize("part", ["queue", "secrets"])
def test_what_can_not_be_kept_is_not_acknowledged(app: RoomApp, part: str, error: Exception) -> None:
    def down(_: str) -> Any:
        raise error

    secret = down if part == "secrets" else app.secrets.get
    reply = receive(a_knock(BODY), FrontDoor(secret, down, lambda: ""))

    assert reply["statusCode"] == 503


def test_neither_body_nor_signature_is_ever_logged(app: RoomApp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for event in (a_knock(BODY), a_knock(BODY, secret="wrong"), a_knock(b"x" * (BODY_CAP + 1))):
        knocked(app, event)

    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "webhook refused" in logged
    for word in ("13800000000", "zhang.ceshi", "虚构路", SECRET, a_knock(BODY)["headers"]["X-Shopify-Hmac-Sha256"]):
        assert word not in logged


def test_the_kept_event_shows_nobody_an_address_at_a_glance(app: RoomApp) -> None:
    _, kept = knocked(app, a_knock(BODY))

    assert not [word for word in ("13800000000", "虚构路", "\\u865a", "zhang.ceshi") if word in kept[0]]
    assert len(kept[0]) < len(BODY) / 2


def test_the_door_starts_with_nothing_heavy() -> None:
    code = (
        "import sys, json; import order_ingest.webhook;print(json.dumps([len(sys.modules), [m for m in sys.modules]]))"
    )
    found = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {_paths()!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
    )
    count, names = json.loads(found.stdout)

    heavy = {"pydantic", "requests", "bs4", "aws_xray_sdk", "aws_lambda_powertools", "boto3", "openpyxl", "lxml"}
    assert heavy & {name.split(".")[0] for name in names} == set()
    assert count <= 380, count


def _paths() -> list[str]:
    packages = [path for path in sys.path if path.endswith("site-packages")]
    return [str(ROOT / "shared"), str(ROOT / "functions"), *packages]
