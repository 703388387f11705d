"""Signing against the standard's published vector and against the standard's own package; what nobody signed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import Unauthenticated
from daifa.suppliers.webhook import sign, verify

KEY, OLD, OTHER = (f"whsec_{base64.b64encode(word).decode()}" for word in (b"a key of the test", b"its old key", b"no"))
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
BODY = b'{"type":"purchase_order.changed"}'


def headers(key: str = KEY, at: datetime = NOW, body: bytes = BODY, **changes: str) -> dict[str, str]:
    told = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp()))}
    told["webhook-signature"] = sign("msg_1", at, body, key)
    return told | {name.replace("_", "-"): value for name, value in changes.items()}


def test_the_vector_that_the_standard_published_is_reproduced() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    said = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(id=st.text("abcxyz_-0189", min_size=1), body=st.text(), key=st.binary(min_size=1, max_size=64))
def test_what_we_sign_the_standards_own_package_signs_the_same(id: str, body: str, key: bytes) -> None:
    judge = pytest.importorskip("standardwebhooks.webhooks", reason="pinned in requirements/dev.in")
    try:
        raw = body.encode()
    except UnicodeEncodeError:
        return
    secret = f"whsec_{base64.b64encode(key).decode()}"
    assert sign(id, NOW, raw, secret) == judge.Webhook(secret).sign(id, NOW, body)


def test_what_we_sign_now_the_standards_own_package_verifies() -> None:
    judge = pytest.importorskip("standardwebhooks.webhooks", reason="pinned in requirements/dev.in")
    now = datetime.now(UTC)
    assert judge.Webhook(KEY).verify(BODY, headers(at=now)) == {"type": "purchase_order.changed"}


@pytest.mark.parametrize("minutes", [-5, 0, 5])
@pytest.mark.parametrize("key", [KEY, OLD])
def test_any_of_our_keys_may_sign_within_five_minutes(key: str, minutes: int) -> None:
    verify(headers(key, NOW + timedelta(minutes=minutes)), BODY, [KEY, OLD], NOW)


def test_one_good_signature_among_others_is_enough() -> None:
    good = headers()["webhook-signature"]
    verify(headers(webhook_signature=f"v1a,abc v1,xyz= {good}"), BODY, [KEY], NOW)


@pytest.mark.parametrize(
    "told",
    [
        headers(OTHER),
        headers(at=NOW - timedelta(seconds=301)),
        headers(at=NOW + timedelta(seconds=301)),
        headers(body=BODY + b" "),
        headers(webhook_id="msg_2"),
        headers(webhook_id=""),
        headers(webhook_timestamp=""),
        headers(webhook_timestamp="-1"),
        headers(webhook_timestamp="1e9"),
        headers(webhook_timestamp="9" * 12),
        headers(webhook_timestamp="9" * 5000),
        headers(webhook_timestamp="١٢٣"),
        headers(webhook_signature=""),
        headers(webhook_signature="v1"),
        headers(webhook_signature="v1,"),
        headers(webhook_signature="v1,é"),
        headers(webhook_signature="\ud800"),
        headers(webhook_id="\ud800"),
        headers(webhook_signature=headers()["webhook-signature"].replace("v1,", "v2,")),
        headers(webhook_signature=headers()["webhook-signature"][:-3]),
        {},
    ],
    ids=str,
)
def test_what_nobody_of_ours_signed_now_is_refused_and_never_breaks(told: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(told, BODY, [KEY, OLD], NOW)


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_***", "whsec_é", "whsec_A"])
def test_with_a_key_that_is_none_nothing_is_verified(key: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(headers(), BODY, [key], NOW)
