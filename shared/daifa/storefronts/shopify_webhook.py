"""Who sent this webhook: Shopify's signature over the raw body, with nothing imported that would slow a cold start."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SIGNATURE = "x-shopify-hmac-sha256"


class WebhookHead(NamedTuple):
    """What the headers claim: none of it is signed, so it may order and deduplicate work but never grant anything.

    `event_id` stays the same over Shopify's retries of one delivery; `triggered_at` is ISO 8601 text or empty.
    """

    topic: str
    event_id: str
    shop_domain: str
    triggered_at: str


def sign(secret: str, body: bytes) -> str:
    """The signature Shopify puts beside a body: base64 of HMAC-SHA256 under the app's client secret."""
    return base64.b64encode(_digest(secret, body)).decode("ascii")


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the secrets (two while they rotate) signed exactly these bytes; header names in lower case.

    A missing or malformed signature, or an empty secret, is simply no proof.
    """
    try:
        given = base64.b64decode(headers.get(SIGNATURE, "").strip().encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    proved = False
    for secret in secrets:
        # Every secret is tried, so that the time taken does not tell which one is in use.
        proved |= bool(secret) and hmac.compare_digest(given, _digest(secret, body))
    return proved


def read(headers: Mapping[str, str]) -> WebhookHead:
    """What the headers (names in lower case) say of the delivery; an absent one is empty."""
    return WebhookHead(
        topic=headers.get("x-shopify-topic", "").strip().lower(),
        event_id=headers.get("x-shopify-webhook-id", "").strip(),
        shop_domain=headers.get("x-shopify-shop-domain", "").strip().lower(),
        triggered_at=headers.get("x-shopify-triggered-at", "").strip(),
    )


def _digest(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode("utf-8"), body, hashlib.sha256).digest()
