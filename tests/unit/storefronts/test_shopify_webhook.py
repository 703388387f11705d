"""Only the holder of a secret can speak for a shop, and only about exactly these bytes."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.storefronts.shopify_webhook import WebhookHead, read, sign, verify

# Computed for this test, by Python's hmac and again by `openssl dgst -sha256 -hmac hush -binary | base64`.
SECRET = "hush"
BODY = '{"id":820982911946154508,"note":"门口放下"}'.encode()
SIGNATURE = "+Umui0zuiao5zK7JlHgmDUb8OncrCz0oruEAp+BNMY8="

NAME = "x-shopify-hmac-sha256"


def test_a_body_signs_to_its_known_answer() -> None:
    assert sign(SECRET, BODY) == SIGNATURE


def test_the_known_answer_is_accepted() -> None:
    assert verify([SECRET], {NAME: SIGNATURE}, BODY)


def test_while_secrets_rotate_either_one_is_accepted() -> None:
    assert verify(["new", SECRET], {NAME: SIGNATURE}, BODY)
    assert verify([SECRET, "old"], {NAME: SIGNATURE}, BODY)
    assert not verify(["new", "newer"], {NAME: SIGNATURE}, BODY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {NAME: ""},
        {NAME: "not base64!"},
        {NAME: SIGNATURE[:-2]},
        {NAME: SIGNATURE + "AAAA"},
        {NAME: SIGNATURE.lower()},
        {NAME: "签名"},
        {NAME: base64.b64encode(b"\0" * 32).decode()},
        {NAME.upper(): SIGNATURE},
    ],
    ids=["absent", "empty", "no base64", "cut", "longer", "other case", "not ASCII", "zeros", "name not in lower case"],
)
def test_a_malformed_signature_is_no_proof_and_no_error(headers: dict[str, str]) -> None:
    assert verify([SECRET], headers, BODY) is False


def test_an_empty_or_missing_secret_proves_nothing() -> None:
    assert not verify([], {NAME: SIGNATURE}, BODY)
    assert not verify([""], {NAME: sign("", BODY)}, BODY)


@pytest.mark.parametrize("changed", [BODY + b"\n", b"\xef\xbb\xbf" + BODY, BODY.replace(b'","', b'", "'), BODY[:-1]])
def test_the_bytes_are_signed_and_not_their_meaning(changed: bytes) -> None:
    assert changed == BODY or not verify([SECRET], {NAME: SIGNATURE}, changed)


@given(secret=st.text(min_size=1), body=st.binary())
def test_whatever_is_signed_is_accepted(secret: str, body: bytes) -> None:
    try:
        signature = sign(secret, body)
    except UnicodeEncodeError:
        return  # no shop's secret holds a lone surrogate
    assert verify([secret], {NAME: signature}, body)


@given(body=st.binary(min_size=1), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_changed_bit_of_the_body_is_refused(body: bytes, at: int, bit: int) -> None:
    tampered = bytearray(body)
    tampered[at % len(body)] ^= 1 << bit
    assert not verify([SECRET], {NAME: sign(SECRET, body)}, bytes(tampered))


@given(body=st.binary(), at=st.integers(0, 31), bit=st.integers(0, 7))
def test_one_changed_bit_of_the_signature_is_refused(body: bytes, at: int, bit: int) -> None:
    forged = bytearray(base64.b64decode(sign(SECRET, body)))
    forged[at] ^= 1 << bit
    assert not verify([SECRET], {NAME: base64.b64encode(forged).decode()}, body)


@given(st.text())
def test_any_text_as_signature_is_refused_without_an_error(text: str) -> None:
    assert text.strip() == SIGNATURE or not verify([SECRET], {NAME: text}, BODY)


def test_the_head_says_what_the_headers_claim() -> None:
    headers = {
        "x-shopify-topic": "orders/create",
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "x-shopify-shop-domain": "Daifa-World.myshopify.com",
        "x-shopify-triggered-at": "2026-11-23T08:00:01.123456789Z",
    }
    assert read(headers) == WebhookHead(
        "orders/create",
        "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "daifa-world.myshopify.com",
        "2026-11-23T08:00:01.123456789Z",
    )
    assert read({}) == WebhookHead("", "", "", "")


def test_the_door_imports_nothing_heavy() -> None:
    shared = Path(__file__).parents[3] / "shared"
    code = (
        "import sys; before = set(sys.modules); import daifa.storefronts.shopify_webhook; "
        "print(','.join(sorted({name.split('.')[0] for name in set(sys.modules) - before})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=shared, capture_output=True, text=True, check=True)
    heavy = set(ran.stdout.strip().split(",")) - set(sys.stdlib_module_names)
    assert heavy == {"daifa"}
