"""Any supplier who speaks Standard Webhooks as docs/supplier-webhooks.md says: signed orders out, signed news in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from daifa.clock import iso
from daifa.errors import Rejected, Retry, TooLarge, Unauthenticated
from daifa.http import Answer, NoAnswer, NotSent
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.order import Recipient
from daifa.models.purchase import REFUSALS
from daifa.ports import (
    Capabilities,
    Done,
    NeverSent,
    Outcome,
    PurchaseRequest,
    Quote,
    QuotedLine,
    Refused,
    SupplierNews,
    SupplierOrder,
    SupplierParcel,
    Unclear,
    Wire,
)
from daifa.suppliers.cannot import Cannot
from daifa.suppliers.webhook_wire import (
    Held,
    Page,
    Placed,
    Push,
    Quoted,
    Told,
    news,
    order_body,
    recipient_body,
)

TOLERANCE = timedelta(minutes=5)
WRITE_SECONDS = 15.0
READ_SECONDS = 8.0
# Standard Webhooks asks for less than 20 kB; an acknowledgement of 500 lines is larger than that.
PUSH_CAP = 256 * 1024
MOST_LINES = 500
MOST_PAGES = 100
LATE_SECONDS = "600"
FEATURES = "quote,cancel,amend,list,lookup"
NO_SUCH_ORDER = "urn:daifa:no-such-order"
LOCKED_OUT = {401, 403, 410}
BUSY = {429, 503}

Shape = TypeVar("Shape", bound=Told)


def sign(id: str, at: datetime, body: bytes, key: str) -> str:
    """`webhook-signature`: `v1,` and base64 of HMAC-SHA256 over `id.seconds.body`; `key` is `whsec_` and base64."""
    signed = f"{id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(key), signed, hashlib.sha256).digest()).decode()


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[str], now: datetime) -> None:
    """Unauthenticated unless a key signed this body within five minutes of now; header names are lower case."""
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
        raise Unauthenticated("supplier.bad_signature")
    at = datetime.fromtimestamp(int(stamp), UTC)
    given = headers.get("webhook-signature", "").split(" ")
    try:
        ours = [sign(id, at, body, key).encode() for key in keys]
        good = [hmac.compare_digest(one.encode(), our) for one in given for our in ours]
    except UnicodeEncodeError as error:
        raise Unauthenticated("supplier.bad_signature") from error
    if abs(now - at) > TOLERANCE or not any(good):
        raise Unauthenticated("supplier.bad_signature")


def _key(text: str) -> bytes:
    """The bytes of a `whsec_` secret; Unauthenticated for one that is none, because nothing can be checked with it."""
    bare = text.removeprefix("whsec_")
    try:
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unauthenticated("supplier.bad_signature") from error
    if not key:
        raise Unauthenticated("supplier.bad_signature")
    return key


class Webhook(Cannot):
    """One supplier's endpoint. Secret: `keys`, a list of `whsec_` secrets; the first signs, all are accepted.

    Options: `features` = those of `quote,cancel,amend,list,lookup` that it built (default: all), `late_seconds`.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._features = set(wire.options.get("features", FEATURES).replace(" ", "").split(","))

    @property
    def capabilities(self) -> Capabilities:
        """By contract the same number is the same order; payment is the merchant's own matter."""
        return Capabilities(
            lookup="lookup" in self._features,
            pays_apart=False,
            cancels="cancel" in self._features,
            late_bound=timedelta(seconds=int(self._wire.options.get("late_seconds", LATE_SECONDS))),
            max_number=64,
            ships_by_api="lookup" in self._features,
            same_number=True,
            quotes="quote" in self._features,
            lists="list" in self._features,
            amends="amend" in self._features,
        )

    # --- buying -------------------------------------------------------------------------------------------------

    def quote(self, request: PurchaseRequest) -> Quote:
        """What the supplier would ask for it now; Retry if it can't say or speaks of other lines."""
        if "quote" not in self._features:
            return super().quote(request)
        event = "purchase_order.quote_requested"
        told = self._read("POST", "", _id(request.number, event), _json(order_body(event, request)), Quoted)
        money = [told.shipping, told.total, *(line.unit_cost for line in told.lines)]
        if (
            told.number != request.number
            or [line.line for line in told.lines] != [line.line for line in request.lines]
            or {one.currency for one in money} != {request.total.currency}
        ):
            raise Retry("supplier.unreadable", vendor_code="other quote")
        return Quote(
            lines=tuple(QuotedLine(one.line, one.unit_cost.money, one.stock) for one in told.lines),
            shipping=told.shipping.money,
            total=told.total.money,
            problems=tuple(Reason.of(f"supplier.webhook.{code}", said="") for code in told.problems),
        )

    def place(self, request: PurchaseRequest) -> Outcome:
        """One signed call, no retry; Done only if number, amount and currency come back as we sent them."""
        if not request.lines or len(request.lines) > MOST_LINES:
            return Refused("lines", "supplier.refused.lines", {"most": str(MOST_LINES)})
        event = "purchase_order.placed"
        answer = self._send(_id(request.number, event), order_body(event, request))
        if not isinstance(answer, Answer):
            return answer
        early = _early(answer)
        if early:
            return early
        told = _shaped(answer, Placed) if answer.status in (200, 201) else None
        if told is None:
            return Unclear(f"unreadable answer, status {answer.status}")
        if told.number != request.number or told.total.money != request.total:
            return Unclear(f"made as {told.reference}, but for {told.total.money} under {told.number}")
        if told.state == "cancelled":
            return Unclear(f"{told.reference} was cancelled before")
        return Done(told.reference, told.total.money)

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """The order under our number, or None if the supplier's own problem says that there is none; Retry if not."""
        if "lookup" not in self._features:
            return super().find(number)
        held = self._held(number)
        return held.order if held else None

    def recent(self, since: datetime) -> Iterator[SupplierOrder]:
        """Every order made or changed since then, page by page; Retry if one page can't be read."""
        if "list" not in self._features:
            raise Retry("supplier.cannot_be_asked", number="")
        query, seen = urlencode({"since": iso(since)}), set[str]()
        while query not in seen and len(seen) < MOST_PAGES:
            seen.add(query)
            page = self._read("GET", f"?{query}", _id("list", _mark(query.encode())), b"", Page)
            yield from (held.order for held in page.orders)
            if not page.next:
                return
            query = urlencode({"since": iso(since), "next": page.next})
        raise Retry("supplier.unreadable", vendor_code="pages without end")

    def cancel(self, reference: str) -> Outcome:
        """Ask that the order be undone; the same wish has the same id, so it may be repeated."""
        if "cancel" not in self._features:
            return super().cancel(reference)
        return self._wish("purchase_order.cancel_requested", reference, {})

    def amend(self, reference: str, recipient: Recipient) -> Outcome:
        """Have the order sent to somebody else; the same recipient has the same id, so it may be repeated."""
        if "amend" not in self._features:
            return super().amend(reference, recipient)
        to = recipient_body(recipient)
        return self._wish("purchase_order.recipient_changed", reference, {"recipient": to})

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """What the look-up says was handed over; the endpoint is asked by the supplier's own reference."""
        if "lookup" not in self._features:
            return super().parcels(reference)
        held = self._held(reference, by="reference")
        if held is None:
            raise Retry("supplier.unreadable", vendor_code="no such order")
        return tuple(dict.fromkeys(one.parcel for one in held.shipments))

    # --- what is pushed -----------------------------------------------------------------------------------------

    def read_push(self, headers: Mapping[str, str], body: bytes) -> tuple[SupplierNews, ...]:
        """What a signed message says; Unauthenticated, TooLarge, or Rejected if it can't be read."""
        if len(body) > PUSH_CAP:
            raise TooLarge("http.too_large", limit=PUSH_CAP)
        verify(headers, body, self._keys, self._wire.clock.now())
        try:
            return news(Push.model_validate(_loads(body)))
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise Rejected("supplier.bad_push") from error

    def push_answer(self) -> bytes:
        """An empty object."""
        return b"{}"

    # --- the wire -----------------------------------------------------------------------------------------------

    @property
    def _keys(self) -> list[str]:
        return [str(key) for key in self._wire.secret["keys"]]

    def _wish(self, event: str, reference: str, fields: Mapping[str, Any]) -> Outcome:
        body = {"type": event, "data": {"reference": reference, **fields}}
        answer = self._send(_id(reference, event, *([_mark(_json(fields))] if fields else [])), body)
        if not isinstance(answer, Answer):
            return answer
        early = _early(answer)
        if early:
            return early
        held = _shaped(answer, Held) if answer.status == 200 else None
        if held is None or held.reference != reference:
            return Unclear(f"unreadable answer, status {answer.status}")
        if event == "purchase_order.cancel_requested" and held.state != "cancelled":
            return Unclear(f"not cancelled yet, {held.state}")
        return Done(reference)

    def _held(self, key: str, by: str = "number") -> Held | None:
        path = f"/{quote(key, safe='')}" + ("?by=reference" if by == "reference" else "")
        answer = self._get(path, _id("look", key))
        if answer.status == 404 and _problem(answer).get("type") == NO_SUCH_ORDER:
            return None
        held = _shaped(answer, Held) if answer.status == 200 else None
        if held is None or getattr(held, by) != key:
            raise Retry("supplier.unreadable", vendor_code="other order" if held else "", status=answer.status)
        return held

    def _read(self, method: str, path: str, id: str, body: bytes, shape: type[Shape]) -> Shape:
        answer = self._get(path, id, method, body)
        told = _shaped(answer, shape) if answer.status == 200 else None
        if told is None:
            raise Retry("supplier.unreadable", vendor_code="", status=answer.status)
        return told

    def _get(self, path: str, id: str, method: str = "GET", body: bytes = b"") -> Answer:
        try:
            return self._call(method, path, id, body, READ_SECONDS)
        except NoAnswer as error:
            raise Retry("supplier.no_answer") from error

    def _send(self, id: str, message: Mapping[str, Any]) -> Answer | NeverSent | Unclear:
        try:
            return self._call("POST", "", id, _json(message), WRITE_SECONDS)
        except (Unauthenticated, IndexError):
            return NeverSent("no key to sign with", locked_out=True)
        except NotSent as error:
            return NeverSent(str(error))
        except NoAnswer as error:
            return Unclear(str(error))

    def _call(self, method: str, path: str, id: str, body: bytes, seconds: float) -> Answer:
        """One signed request; the very bytes that are signed are sent."""
        now = self._wire.clock.now()
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(id, now, body, self._keys[0]),
            "accept": "application/json",
            **({"content-type": "application/json"} if body else {}),
        }
        url = self._wire.endpoint.rstrip("/") + path
        return self._wire.http.request(method, url, headers=headers, body=body or None, seconds=seconds)


def _id(*parts: str) -> str:
    """The same event always has the same id; without dots, because dots part what is signed."""
    return "_".join(parts).replace(".", "_")


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


# --- what an answer proves --------------------------------------------------------------------------------------


def _early(answer: Answer) -> Outcome | None:
    """The outcome if the supplier says that it did nothing."""
    if answer.status in LOCKED_OUT:
        return NeverSent(f"status {answer.status}", locked_out=True)
    if answer.status in BUSY and answer.headers.get("retry-after"):
        return NeverSent(f"busy, status {answer.status}")
    problem = _problem(answer)
    code = problem.get("code")
    if answer.status == 422 and code in REFUSALS:
        return Refused(str(code), f"supplier.webhook.{code}", {"said": str(problem.get("detail") or "")[:200]})
    return None


def _problem(answer: Answer) -> Mapping[str, Any]:
    """The fields of a problem+json (RFC 9457), empty for anything else."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        told = _loads(answer.body) if kind == "application/problem+json" else None
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _shaped(answer: Answer, shape: type[Shape]) -> Shape | None:
    try:
        return shape.model_validate(_loads(answer.body))
    except (ValidationError, ValueError, ArithmeticError, RecursionError):
        return None


def _loads(body: bytes) -> Any:
    return json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
