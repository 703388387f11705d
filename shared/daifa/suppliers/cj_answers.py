"""What CJ's answers say and what they prove: its envelope, its error codes, its orders."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import InvalidOperation
from typing import Any

from daifa.errors import Unauthenticated
from daifa.http import Answer
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import Done, NeverSent, Outcome, PurchaseRequest, Refused, SupplierNews, SupplierOrder, Unclear

# Codes by "Appendix 1: Global Error Codes" of CJ's documentation. What is not listed proves nothing: among these
# 1600000 ("System busy, please contact CJ IT", which a server also says that broke off in the middle), 1603003 (our
# number is taken: by an order that a look-up will find) and 1603101 ("Order pay fail").
OK = 200
LIMITED = {1600200, 1600201}
KEY_REFUSED = {1600001, 1600002, 1600003, 1600030, 1600031}
ACCOUNT_REFUSED = {1600004, 1600005, 1600006, 1600007, 1600008}
BAD_PARAMETER = 1600300
NO_VARIANT = {1602000, 1602001, 1602002, 1602003}
NO_LOGISTIC = {1605000, 1605001}
CREATE_FAILED = 1603000
CONFIRM_FAILED = 1603001
DELETE_FAILED = 1603002
NO_ORDER = 1603100

TURNED_DOWN = {
    BAD_PARAMETER: "supplier.refused.request",
    CREATE_FAILED: "supplier.refused.request",
    **dict.fromkeys(NO_VARIANT, "supplier.refused.request"),
    **dict.fromkeys(NO_LOGISTIC, "supplier.cj.refused.logistic"),
}
NOT_PAID = {
    NO_ORDER: "supplier.refused.no_such_order",
    1604000: "supplier.cj.refused.balance",
    # "Interface offline" in the table, "Param error" in samples, an empty balance in one public client: unpaid in all.
    1600100: "supplier.cj.refused.payment",
}

STATES = {
    "CREATED": "open",
    "IN_CART": "open",
    "UNPAID": "open",
    # Not in the documented list, but public clients meet these two between UNPAID and UNSHIPPED.
    "PENDING": "paid",
    "PROCESSING": "paid",
    "UNSHIPPED": "paid",
    "SHIPPED": "shipped",
    "DELIVERED": "done",
    "CANCELLED": "cancelled",
}
# Dates of orders come without a zone; CJ's samples with one are in China's time, so these are taken to be so, too.
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Said:
    """What stood in CJ's envelope."""

    code: int
    message: str
    data: Any


def read(answer: Answer) -> Said | None:
    """The envelope; None where there is none, or where it contradicts itself or its HTTP status."""
    if answer.status >= 500:
        return None
    try:
        payload = answer.json()
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    code = whole(payload.get("code"))
    # One family of calls says `success` where the others say `result`.
    denied = payload.get("result") is False or payload.get("success") is False
    if code is None or (code == OK and (denied or answer.status != 200)):
        return None
    return Said(code, text(payload.get("message"))[:200], payload.get("data"))


def says_no_order(said: Said) -> bool:
    """Whether CJ says that it has no such order; getOrderDetail says so by its code for any bad parameter."""
    return said.code == NO_ORDER or (said.code == BAD_PARAMETER and "order not found" in said.message.lower())


# --- what an answer to a call that moves something proves -------------------------------------------------------


def read_placed(answer: Answer, request: PurchaseRequest) -> Outcome:
    """What the answer to createOrderV2 proves about this request."""
    said = read(answer)
    if said is None:
        return Unclear(f"unreadable answer, status {answer.status}")
    made = fields(said.data)
    reference = identity(made.get("orderId"))
    if said.code != OK:
        return Unclear(f"made as {reference}, code {said.code}") if reference else not_done(said, TURNED_DOWN)
    if not reference or made.get("orderNumber") != request.number:
        return Unclear(f"made as {reference or 'nothing'}, not under our number")
    total = order_total(made)
    if total is None:
        return Unclear(f"made as {reference}, no total in USD")
    if total.minor != request.total.minor:
        return Unclear(f"made as {reference} for {total}, not {request.total}")
    return Done(reference, total)


def read_done(answer: Answer, done: Done, refused: Mapping[int, str]) -> Outcome:
    """Whether the answer to a call about this one order proves it `done`; `refused` are the codes that prove it not."""
    said = read(answer)
    if said is None:
        return Unclear(f"unreadable answer, status {answer.status}")
    if said.code != OK:
        return not_done(said, refused, done.reference)
    about = fields(said.data).get("orderId", said.data)
    if re.fullmatch(r"\d{10,}", str(about)) and str(about) != done.reference:
        return Unclear(f"an answer about {about}")
    return done


def not_done(said: Said, refused: Mapping[int, str], reference: str = "") -> Outcome:
    """What an error code proves: that nothing was begun, that it was refused, or nothing."""
    code, values = str(said.code), {"said": said.message, "reference": reference}
    if said.code in LIMITED:
        return NeverSent(f"code {code}")
    if said.code in KEY_REFUSED:
        return NeverSent(f"code {code}", locked_out=True)
    if said.code in ACCOUNT_REFUSED:
        return Refused(code, "supplier.cj.refused.account", values)
    if said.code in refused:
        return Refused(code, refused[said.code], values)
    return Unclear(f"code {code}")


def read_news(body: bytes, account: str) -> tuple[SupplierNews, ...]:
    """The orders that a pushed message speaks of; Unauthenticated if it has not the documented shape, or names another
    account than ours (where ours is known).
    """
    try:
        message = fields(json.loads(body.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise Unauthenticated("supplier.bad_signature") from error
    params = message.get("params")
    shaped = identity(message.get("messageId")) and message.get("messageType") in ("INSERT", "UPDATE", "DELETE")
    ours = not account or hmac.compare_digest(str(message.get("openId")).encode(), account.encode())
    if not shaped or not isinstance(params, Mapping) or not ours:
        raise Unauthenticated("supplier.bad_signature")
    match message.get("type"):
        case "ORDER":
            number = identity(params.get("orderNumber"))
            # This is another id of CJ's than the one that an order is made with: our own number is the better name.
            reference = "" if number else identity(params.get("cjOrderId"))
        case "LOGISTIC":
            number, reference = "", identity(params.get("orderId"))
        case _:
            return ()
    return (SupplierNews(number, reference),) if number or reference else ()


# --- orders -----------------------------------------------------------------------------------------------------


def seen(order: Mapping[str, Any]) -> SupplierOrder | None:
    """An order of getOrderDetail or of the list; None if its id or its total can't be read."""
    reference, total = identity(order.get("orderId")), order_total(order)
    if not reference or total is None:
        return None
    paid_at = bool(order.get("paymentDate"))
    state = STATES.get(str(order.get("orderStatus")), "paid" if paid_at else "open")
    return SupplierOrder(
        reference,
        state,
        total,
        paid=paid_at or state in ("paid", "shipped", "done"),
        number=text(order.get("orderNum")),
        recipient=_recipient(order),
        created_at=moment(order.get("createDate")),
    )


def order_total(order: Mapping[str, Any]) -> Money | None:
    """What the whole order costs: `orderAmount`, goods and postage after discounts, documented to be in USD."""
    return None if order.get("currency") not in (None, "USD") else usd(order.get("orderAmount"))


def moment(value: object) -> datetime | None:
    """A date of CJ's in UTC; None if it is none."""
    try:
        at = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        return (at if at.tzinfo else at.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _recipient(order: Mapping[str, Any]) -> Recipient | None:
    country = str(order.get("shippingCountryCode") or "")
    if not re.fullmatch(r"[A-Z]{2}", country):
        return None
    names = {
        "name": "shippingCustomerName",
        "phone": "shippingPhone",
        "province": "shippingProvince",
        "city": "shippingCity",
        "address1": "shippingAddress",
        "postcode": "shippingZip",
    }
    return Recipient(country=country, **{ours: text(order.get(theirs)) for ours, theirs in names.items()})


# --- small readers of the foreign shape -------------------------------------------------------------------------


def identity(value: object) -> str:
    """An id of CJ's as text, empty if it is none; a number that went through a float is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return ""
    return str(value) if re.fullmatch(r"[A-Za-z0-9-]{1,64}", str(value)) else ""


def text(value: object) -> str:
    """A text without what can't be written as UTF-8; empty where nothing stands."""
    return str(value or "").encode("utf-8", "replace").decode("utf-8")


def usd(value: object) -> Money | None:
    """An amount in dollars, a number or its text; None if it is none or below zero."""
    if value is None or isinstance(value, (bool, float)):
        return None
    try:
        amount = Money.of(str(value), "USD")
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.amount >= 0 else None


def whole(value: object) -> int | None:
    """A whole number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    return int(value) if re.fullmatch(r"-?[0-9]{1,12}", str(value)) else None


def fields(value: object) -> Mapping[str, Any]:
    """An object, empty where something else stands."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> list[Mapping[str, Any]] | None:
    """A list of objects; None where something else stands."""
    return [fields(row) for row in value] if isinstance(value, list) else None
