"""Take a shop's event in: nothing is parsed here that could fail, and nothing is answered before it is kept."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
import zlib
from importlib import import_module
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from daifa.errors import NotFound, Retry
from daifa.front_door import FrontDoor
from daifa.storefronts import WEBHOOKS

# Shopify's largest order event is far below; HTTP API itself would let 10 MB through.
BODY_CAP = 256 * 1024

# What can be part of a secret's name; anything else is nobody's shop.
SHOP_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)

# Whatever AWS answers but "kept": the shop is asked to send it again.
AWAY = (BotoCoreError, ClientError, Retry)

log = logging.getLogger(__name__)


def receive(event: dict[str, Any], door: FrontDoor) -> dict[str, Any]:
    """Verify, keep, answer; a body is never logged, and a stranger does not learn which shops exist."""
    shop = event["pathParameters"]["shop"]
    body = _body(event)
    if body is None:
        return _answer(401, "webhook.unsigned")
    if len(body) > BODY_CAP:
        return _answer(413, "http.too_large", {"limit": str(BODY_CAP)})
    if not SHOP_NAME.fullmatch(shop):
        return _answer(401, "webhook.unsigned")
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    try:
        secret = door.secret(f"shop/{shop}")
    except NotFound:
        return _answer(401, "webhook.unsigned")
    except AWAY:
        return _busy(shop)
    platform = import_module(WEBHOOKS[secret["platform"]].partition(":")[0])
    if not platform.verify(secret["webhook_secrets"], headers, body):
        log.warning("webhook refused: signature", extra={"shop": shop})
        return _answer(401, "webhook.unsigned")
    head = platform.read(headers)
    message = {
        "shop": shop,
        "topic": head.topic,
        "event_id": head.event_id,
        "received_at": door.now(),
        # Packed: nobody who glances at a queue reads a person's address, and it is a fifth of the size.
        "body": base64.b64encode(zlib.compress(body, 1)).decode(),
    }
    try:
        door.send(json.dumps(message))
    except AWAY:
        return _busy(shop)
    return {"statusCode": 202, "body": ""}


def _body(event: dict[str, Any]) -> bytes | None:
    raw = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(raw).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return None


def _busy(shop: str) -> dict[str, Any]:
    log.warning("webhook not kept: busy", extra={"shop": shop})
    return _answer(503, "row.busy")


def _answer(status: int, code: str, values: dict[str, str] | None = None) -> dict[str, Any]:
    # Read by a machine that has no language; people find the same code in the log.
    body = {"type": f"urn:daifa:{code}", "title": code, "status": status, "code": code, "values": values or {}}
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/problem+json"},
        "body": json.dumps(body),
    }
