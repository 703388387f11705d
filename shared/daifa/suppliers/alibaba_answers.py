"""What 1688 answers to the calls that move money or goods, and what each answer proves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import InvalidOperation
from typing import Any

from daifa.errors import Retry
from daifa.http import Answer, NoAnswer, NotSent
from daifa.models.money import Money
from daifa.ports import Done, NeverSent, Outcome, PurchaseRequest, Refused, Unclear

# The gateway answers these itself, before the order system hears of the call. `401` is what a token gets that ran out
# or was never ours: public clients report it, with HTTP status 401 and 200, no official page lists it.
LOCKED_OUT = {"gw.SignatureInvalid", "gw.APIACLDecline", "401"}
NEVER_REACHED = {"gw.QosAppFrequencyLimit", *LOCKED_OUT}
# An order number that the order system does not know (documented for trade.cancel, which reads the same orders).
NO_SUCH_ORDER = "ORDER_NOT_EXIST"
# Parameters (400) and goods (the table of createOrder.preview, which checks the same order) that 1688 turns down.
TURNED_DOWN = {"400", *(f"500_00{n}" for n in range(1, 10))}
NO_SUCH_TRADE_TYPE = "not support tradeType"
# The tables of trade.cancel and of createRefund. ORDER_STATUS_ERROR is said of paid orders and of cancelled ones.
NOT_OPEN = "ORDER_STATUS_ERROR"
NOT_OURS = "400_3"
TOO_FAST = "CLOSE_ORDER_TOO_FAST"
NO_REFUND = {str(code) for code in range(5001, 5014)}
REFUND_STANDING = "5010"


def read_placed(answer: Answer, request: PurchaseRequest) -> Outcome:
    """What the answer to an order call proves about this request."""
    payload = opened(answer)
    if not isinstance(payload, dict):
        return payload
    # The documented shape nests the order in `result`; the documented samples do not.
    order = payload["result"] if isinstance(payload.get("result"), dict) else payload
    split, failed = order.get("orderList") or [], order.get("failedOfferList") or []
    reference = order_id(order.get("orderId"))
    if split:
        return Unclear(f"split into {len(split)} orders")
    if not reference:
        return _refusal(answer, payload, order, failed) or Unclear(f"no order id, code {code_of(payload, order)}")
    if failed:
        return Unclear(f"made as {reference} without {len(failed)} lines")
    total = fen(order.get("totalSuccessAmount"))
    if total is None:
        return Unclear(f"made as {reference}, no total")
    if total.minor != request.total.minor:
        return Unclear(f"made as {reference} for {total}, not {request.total}")
    # `success` is not asked: the documented samples of made orders say false.
    return Done(reference, total)


def read_paid(answer: Answer, reference: str, amount: Money) -> Outcome:
    """What the answer to a payment call proves."""
    payload = opened(answer)
    if not isinstance(payload, dict):
        return payload
    outer = mapping(payload.get("result")) or payload
    inner = mapping(outer.get("result"))
    if answer.status == 200 and yes(outer.get("success")) and yes(inner.get("paySuccess")):
        return Done(reference, amount, paid=True)
    if answer.status == 200 and says_no(outer) and code_of(outer) == NO_SUCH_ORDER:
        return no_such_order(reference)
    return Unclear(f"payment not confirmed, code {code_of(outer)}")


def read_cancelled(answer: Answer, reference: str) -> Outcome:
    """What the answer to a cancellation says; it names no order, so that Done still has to be looked up."""
    payload = opened(answer)
    if not isinstance(payload, dict):
        return payload
    code = code_of(payload)
    if yes(payload.get("success")) and not code:
        return Done(reference)
    if says_no(payload):
        if code == TOO_FAST:
            return NeverSent(code)
        if code == NO_SUCH_ORDER:
            return no_such_order(reference)
        if code in (NOT_OPEN, NOT_OURS):
            return Refused(code, "supplier.refused.not_open", {"reference": reference})
    return Unclear(f"cancellation not confirmed, code {code}")


def read_refund(answer: Answer, amount: Money) -> Outcome:
    """What the answer to a refund request proves; Done carries 1688's number of the refund."""
    payload = opened(answer)
    if not isinstance(payload, dict):
        return payload
    outer = mapping(payload.get("result"))
    number, code = refund_id(mapping(outer.get("result")).get("refundId")), code_of(outer)
    if yes(outer.get("success")) and number:
        return Done(number, amount)
    if says_no(outer) and not number and code in NO_REFUND:
        return no_refund(code, outer)
    return Unclear(f"refund not confirmed, code {code}")


def no_such_order(reference: str) -> Refused:
    """1688 knows no order of this number."""
    return Refused(NO_SUCH_ORDER, "supplier.refused.no_such_order", {"reference": reference})


def no_refund(code: str, answer: Mapping[str, Any]) -> Refused:
    """1688 turned the wish for money down, in its own words."""
    return Refused(code, "supplier.refused.refund", {"said": str(answer.get("message") or code)[:200]})


def opened(answer: Answer) -> dict[str, Any] | Outcome:
    """What the order system said, or what the answer proves without it having said anything."""
    payload = payload_of(answer)
    early = before_acting(answer, payload)
    if early or payload is None:
        return early or Unclear(f"unreadable answer, status {answer.status}")
    return payload


def before_acting(answer: Answer, payload: Mapping[str, Any] | None) -> Outcome | None:
    """The outcome if the gateway itself ended the call: NeverSent for what never reached the order system."""
    if payload is None or "error_code" not in payload:
        return None if answer.status == 200 else Unclear(f"status {answer.status}")
    code = code_of(payload)
    if answer.status < 500 and code in NEVER_REACHED:
        return NeverSent(code, locked_out=code in LOCKED_OUT)
    return Unclear(f"gateway error {code}, status {answer.status}")


def settled(call: Callable[[], Outcome]) -> Outcome:
    """The outcome of one call, also where no answer came."""
    try:
        return call()
    except NotSent as error:
        return NeverSent(str(error))
    except NoAnswer as error:
        return Unclear(str(error))


def not_asked(error: Retry) -> NeverSent:
    """What a look that had to come first and could not be had makes of the call after it."""
    code = str(error.values.get("vendor_code") or error.code)
    return NeverSent(code, locked_out=code in LOCKED_OUT)


def _refusal(answer: Answer, payload: Mapping[str, Any], order: Mapping[str, Any], failed: list[Any]) -> Outcome | None:
    """The documented ways to say that no order was made: a code of 1688's tables, or failed offers and no order id."""
    if answer.status != 200 or not (says_no(payload) or says_no(order)):
        return None
    if failed:
        first = mapping(failed[0])
        code, said = str(first.get("errorCode") or ""), str(first.get("errorMessage") or "")
        return Refused(code, "supplier.refused.goods", {"offer": str(first.get("offerId") or ""), "said": said})
    code, said = code_of(payload, order), str(order.get("message") or payload.get("message") or "")
    if code in TURNED_DOWN or code.startswith(NO_SUCH_TRADE_TYPE):
        return Refused(code, "supplier.refused.request", {"said": said or code})
    return None


# --- small readers of the foreign shape -------------------------------------------------------------------------


def order_id(value: object) -> str:
    """A 1688 number as text, empty if it is none; a number that went through a float is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return ""
    text = str(value)
    return text if re.fullmatch(r"[1-9]\d{5,20}", text) else ""


def refund_id(value: object) -> str:
    """The number of a refund (`TQ…`), empty if it is none."""
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9]{1,40}", value) else ""


def payload_of(answer: Answer) -> dict[str, Any] | None:
    """The answer's JSON object, None if it is none."""
    try:
        payload = answer.json()
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def mapping(value: object) -> dict[str, Any]:
    """An object of the answer, empty where something else stands."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """The objects of a list of the answer, empty where something else stands."""
    return [mapping(row) for row in value] if isinstance(value, list) else []


def yes(value: object) -> bool:
    """1688 says it as a boolean and as its word."""
    return value is True or value == "true"


def says_no(payload: Mapping[str, Any]) -> bool:
    """An answer that calls itself a failure; one that says nothing does not."""
    return payload.get("success") is False or payload.get("success") == "false"


def code_of(*payloads: Mapping[str, Any]) -> str:
    """The first code under any of the names that 1688's calls use."""
    for payload in payloads:
        for name in ("error_code", "errorCode", "code"):
            if payload.get(name):
                return str(payload[name])[:100]
    return ""


def fen(value: object) -> Money | None:
    """An amount in fen, None if it is no whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not re.fullmatch(r"\d{1,14}", str(value)):
        return None
    return Money.from_minor(int(value), "CNY")


def yuan(value: object) -> Money | None:
    """An amount in yuan, None if it is none."""
    if isinstance(value, (bool, float)) or value is None:
        return None
    try:
        amount = Money.of(str(value), "CNY")
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.amount >= 0 else None
