"""One call to Shopify's Admin GraphQL API, and what its many ways of failing mean for the caller."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from daifa.errors import Rejected, Retry
from daifa.http import Answer, NoAnswer
from daifa.ports import Wire
from daifa.storefronts.shopify_models import UserError
from daifa.storefronts.shopify_queries import VERSION

# A full bucket refills in 20 s on the slowest plan (2 000 points at 100 a second); nobody is asked to wait much longer.
LONGEST_WAIT = 60

# The server failed in the middle: the only top-level errors that leave open whether a mutation was done.
OPEN_CODES = frozenset({"", "INTERNAL_SERVER_ERROR", "TIMEOUT"})

# User errors that speak of the moment and not of the request.
PASSING_CODES = frozenset({"GENERIC_ERROR", "JOB_ERROR"})


class Admin:
    """The Admin API of one shop.

    `wire.endpoint` or `wire.options["domain"]` says where the shop is (else `{wire.id}.myshopify.com`);
    `wire.options["version"]` overrides the API version.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        domain = wire.options.get("domain") or f"{wire.id}.myshopify.com"
        base = (wire.endpoint or f"https://{domain}").rstrip("/")
        self._url = f"{base}/admin/api/{wire.options.get('version') or VERSION}/graphql.json"

    def read(self, document: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of a call that may be repeated freely: Retry for what is unclear, Rejected for what never works."""
        try:
            return self._call(document, variables, acting=False)
        except NoAnswer as error:
            raise Retry("shopify.no_answer", why=error.values.get("why", "")) from error

    def act(self, document: str, variables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """The payload of the mutation `name`; NoAnswer if it may have been done, Rejected if Shopify will not do it."""
        payload = self._call(document, variables, acting=True).get(name)
        if not isinstance(payload, dict):
            raise NoAnswer("shopify.no_answer", why="no payload")
        _refuse(payload)
        return payload

    def repeat(self, document: str, variables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """The payload of a mutation that does no harm when done twice: Retry for what is unclear."""
        try:
            return self.act(document, variables, name)
        except NoAnswer as error:
            raise Retry("shopify.no_answer", why=error.values.get("why", "")) from error

    def _call(self, document: str, variables: Mapping[str, Any], *, acting: bool) -> Mapping[str, Any]:
        reply = self._wire.http.request(
            "POST",
            self._url,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-Shopify-Access-Token": str(self._wire.secret.get("access_token", "")),
            },
            body=json.dumps({"query": document, "variables": variables}, ensure_ascii=False).encode(),
        )
        if reply.status == 429:
            raise Retry("shopify.throttled", seconds=_wait(reply.headers.get("retry-after", ""), {}))
        if reply.status >= 500 or reply.status == 408:
            raise NoAnswer("shopify.no_answer", why=f"status {reply.status}")
        if reply.status >= 300:
            raise Rejected("shopify.denied", status=reply.status)
        body = _object(reply)
        if body.get("errors"):
            _raise(body, acting)
        if not isinstance(body.get("data"), dict):
            raise NoAnswer("shopify.no_answer", why="no data")
        data: Mapping[str, Any] = body["data"]
        return data


def _refuse(payload: Mapping[str, Any]) -> None:
    if not payload.get("userErrors"):
        return
    try:
        first = UserError.model_validate(payload["userErrors"][0])
    except (ValueError, LookupError, TypeError):
        raise NoAnswer("shopify.no_answer", why="unreadable user errors") from None
    if first.code in PASSING_CODES:
        raise Retry("shopify.no_answer", why=first.code)
    # refundCreate's user errors carry no code; these two say that an earlier call with our key was or is at work.
    if "currently in progress" in first.message or "idempotency" in first.message.lower():
        raise NoAnswer("shopify.no_answer", why="the key is in use")
    raise Rejected("shopify.refused", problem=first.code or "USER_ERROR", message=first.message[:200])


def _object(reply: Answer) -> Mapping[str, Any]:
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        raise NoAnswer("shopify.no_answer", why="no JSON") from None
    if not isinstance(body, dict):
        raise NoAnswer("shopify.no_answer", why="no object")
    return body


def _raise(body: Mapping[str, Any], acting: bool) -> None:
    """The failure that top-level errors stand for."""
    errors = [error for error in body["errors"] if isinstance(error, dict)] if isinstance(body["errors"], list) else []
    codes = {_code(error) for error in errors}
    undone = not body.get("data")
    if undone and "THROTTLED" in codes:
        raise Retry("shopify.throttled", seconds=_wait("", body))
    denied = [error for error in errors if _code(error) == "ACCESS_DENIED"]
    # Denied below the root of a mutation: it was done, and only looking at the result is forbidden.
    if denied and not (acting and any(len(error.get("path") or ()) > 1 for error in denied)):
        raise Rejected("shopify.denied", status="ACCESS_DENIED")
    if errors and undone and not codes & OPEN_CODES:
        raise Rejected("shopify.refused", problem=sorted(codes)[0], message=str(errors[0].get("message", ""))[:200])
    raise NoAnswer("shopify.no_answer", why=", ".join(sorted(codes)) or "errors")


def _code(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    return str(extensions.get("code", "")) if isinstance(extensions, dict) else ""


def _wait(retry_after: str, body: Mapping[str, Any]) -> int:
    """Whole seconds until the cost bucket holds enough again: 1 to LONGEST_WAIT."""
    try:
        if retry_after:
            seconds = Decimal(retry_after)
        else:
            cost = body["extensions"]["cost"]
            bucket = cost["throttleStatus"]
            missing = Decimal(cost["requestedQueryCost"]) - Decimal(bucket["currentlyAvailable"])
            seconds = missing / Decimal(bucket["restoreRate"])
        return max(1, min(LONGEST_WAIT, math.ceil(seconds)))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return 2
