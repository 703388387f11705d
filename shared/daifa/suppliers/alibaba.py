"""1688 through its open gateway (gw.open.1688.com, protocol param2): buy, look up, pay, follow, read an offer.

Amounts are fen (integers) where an order is made or paid, and yuan (decimals) where it is read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from daifa.errors import DaifaError, NotFound, Rejected, Retry, Unauthenticated
from daifa.http import Answer, NoAnswer, NotSent
from daifa.models.collected import CollectedProduct
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.ports import (
    Capabilities,
    Done,
    NeverSent,
    Outcome,
    PurchaseRequest,
    Refused,
    SupplierOrder,
    SupplierParcel,
    Unclear,
    Wire,
)
from daifa.suppliers.alibaba_offer import read_offer
from daifa.suppliers.cannot import Cannot
from daifa.texts import t

ENDPOINT = "https://gw.open.1688.com"
TRADE = "1/com.alibaba.trade"
FAST_CREATE = f"{TRADE}/alibaba.trade.fastCreateOrder"
CROSS_CREATE = f"{TRADE}/alibaba.trade.createCrossOrder"
BUYER_VIEW = f"{TRADE}/alibaba.trade.get.buyerView"
PREPARE_PAY = f"{TRADE}/alibaba.trade.pay.protocolPay.preparePay"
LOGISTICS = "1/com.alibaba.logistics/alibaba.trade.getLogisticsInfos.buyerView"
PRODUCT_DETAIL = "1/com.alibaba.fenxiao.crossborder/product.search.queryProductDetail"

# Making an order is slower than reading one; both fit a function of 60 s with room to write down what came of it.
WRITE_SECONDS = 15.0
READ_SECONDS = 8.0

# The gateway answers these itself, before the order system hears of the call.
NEVER_REACHED = {"gw.QosAppFrequencyLimit", "gw.SignatureInvalid", "gw.APIACLDecline"}
# An order number that the order system does not know (documented for trade.cancel, which reads the same orders).
NO_SUCH_ORDER = "ORDER_NOT_EXIST"
NOT_SHIPPED = "500_2"
# Parameters (400) and goods (the table of createOrder.preview, which checks the same order) that 1688 turns down.
TURNED_DOWN = {"400", *(f"500_00{n}" for n in range(1, 10))}
MOST_LINES = 50

STATES = {
    "waitbuyerpay": "open",
    "waitsellersend": "paid",
    "waitbuyerreceive": "shipped",
    "confirm_goods": "shipped",
    "success": "done",
    "cancel": "cancelled",
    "terminated": "cancelled",
}
# 1688 names a company by Cainiao's short code and by its Chinese name; we speak the codes that shipments use.
COMPANIES = {
    "SF": "shunfeng",
    "ZTO": "zhongtong",
    "YTO": "yuantong",
    "STO": "shentong",
    "YUNDA": "yunda",
    "HTKY": "huitongkuaidi",
    "JT": "jtexpress",
    "JTSD": "jtexpress",
    "JD": "jd",
    "EMS": "ems",
    "POSTB": "youzhengguonei",
    "DBKD": "debangkuaidi",
    "顺丰": "shunfeng",
    "中通": "zhongtong",
    "圆通": "yuantong",
    "申通": "shentong",
    "韵达": "yunda",
    "百世": "huitongkuaidi",
    "极兔": "jtexpress",
    "京东": "jd",
    "邮政": "youzhengguonei",
    "德邦": "debangkuaidi",
}


def sign(path: str, params: Mapping[str, str], secret: str) -> str:
    """`_aop_signature`: HMAC-SHA1 as upper-case hex over the path and every sorted `key+value`, unencoded.

    `path` is `param2/{version}/{namespace}/{api}/{app key}` without a leading slash; `params` is all that is sent but
    the signature itself.
    """
    text = path + "".join(sorted(name + value for name, value in params.items() if name != "_aop_signature"))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest().upper()


def verify_push(form: Mapping[str, str], secret: str) -> dict[str, Any]:
    """The message of a pushed callback; Unauthenticated unless 1688 signed these fields, Rejected if it is no JSON.

    Answer a taken push with HTTP 200 and the body `success`.
    """
    given = form.get("_aop_signature", "").upper()
    if not hmac.compare_digest(given.encode(), sign("", form, secret).encode()):
        raise Unauthenticated("supplier.bad_signature")
    try:
        message = json.loads(form.get("message", ""), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Rejected("supplier.bad_push") from error
    if not isinstance(message, dict):
        raise Rejected("supplier.bad_push")
    return message


# How long after a create call its order may still appear; nobody documents it, so it is generous, and the supplier's
# own row may say otherwise (option `late_seconds`).
LATE_SECONDS = "600"


class Alibaba(Cannot):
    """One 1688 account of the merchant's.

    Secret: `app_key`, `app_secret`, `access_token`. Options: `flow` = `cross` orders through createCrossOrder instead
    of fastCreateOrder; `trade_flow` (default `general`) and `trade_type` go to the order call as they are.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def capabilities(self) -> Capabilities:
        """Can be asked by our number; create and pay are two calls.

        Neither the lateness bound nor the longest `outOrderId` is documented: both are assumptions to be measured.
        """
        return Capabilities(
            lookup=True,
            pays_apart=True,
            cancels=False,
            late_bound=timedelta(seconds=int(self._wire.options.get("late_seconds", LATE_SECONDS))),
            max_number=32,
            ships_by_api=True,
        )

    # --- buying -------------------------------------------------------------------------------------------------

    def place(self, request: PurchaseRequest) -> Outcome:
        """One call, no retry, that makes the order unpaid; Done only if 1688 then shows it under our number.

        The answer echoes the total but not our number, so an answer meant for another order looks right. One read by
        our own number settles that; where the read can't, the outcome is Unclear.
        """
        refused = _not_buyable(request)
        if refused:
            return refused
        api = CROSS_CREATE if self._wire.options.get("flow") == "cross" else FAST_CREATE
        outcome = _settled(lambda: read_placed(self._call(api, self._order(request), WRITE_SECONDS), request))
        if not isinstance(outcome, Done):
            return outcome
        try:
            seen = self.find(request.number)
        except DaifaError as error:
            return Unclear(f"made as {outcome.reference}, not confirmed: {error.code}")
        if seen is None or seen.reference != outcome.reference:
            return Unclear(f"made as {outcome.reference}, but our number shows {seen.reference if seen else 'nothing'}")
        return outcome

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """The order that carries our number, or None if 1688 says that there is none; Retry if it can't say."""
        payload = self._read(BUYER_VIEW, {"webSite": "1688", "outOrderId": number})
        if _says_no(payload) and _code(payload) == NO_SUCH_ORDER:
            return None
        base = _object(_object(payload.get("result")).get("baseInfo"))
        reference = order_id(base.get("idOfStr")) or order_id(base.get("id"))
        total = _yuan(base.get("totalAmount"))
        if _says_no(payload) or not reference or total is None or base.get("outOrderId") != number:
            raise Retry("supplier.unreadable", vendor_code=_code(payload))
        paid_at = bool(base.get("payTime"))
        state = STATES.get(str(base.get("status")), "paid" if paid_at else "open")
        return SupplierOrder(reference, state, total, paid_at or state in ("paid", "shipped", "done"), number)

    def pay(self, reference: str, amount: Money) -> Outcome:
        """One call, no retry, that pays without a password; the amount travels along, so a changed total is not paid.

        1688 says itself that `paySuccess: false` may hide a payment that went through, and names no error codes: what
        is not a plain success is Unclear until the order has been looked at.
        """
        if amount.currency != "CNY" or not order_id(reference):
            return Refused("not_payable", "supplier.refused.currency", {"currency": amount.currency})
        param = _json({"orderId": int(reference), "payAmount": amount.minor})
        return _settled(
            lambda: read_paid(
                self._call(PREPARE_PAY, {"tradeWithholdPreparePayParam": param}, WRITE_SECONDS), reference, amount
            )
        )

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """Every parcel with a tracking number; empty while nothing is shipped; Retry if 1688 can't say."""
        payload = self._read(LOGISTICS, {"webSite": "1688", "orderId": reference})
        if _code(payload) == NOT_SHIPPED:
            return ()
        rows = payload.get("result")
        if _says_no(payload) or not isinstance(rows, list):
            raise Retry("supplier.unreadable", vendor_code=_code(payload))
        found = []
        for row in map(_object, rows):
            goods = row.get("logisticsOrderGoods") or ()
            if any(str(_object(one).get("tradeOrderId", reference)) != reference for one in goods):
                raise Retry("supplier.unreadable", vendor_code="other order")
            number = str(row.get("logisticsBillNo") or "").strip()
            # Goods that need no carrier come with words here instead of a number.
            if row.get("status") != "CANCEL" and re.fullmatch(r"[A-Za-z0-9-]{6,32}", number):
                found.append(SupplierParcel(_company(row), number))
        return tuple(dict.fromkeys(found))

    # --- reading offers -----------------------------------------------------------------------------------------

    def collect(self, offer_id: str) -> CollectedProduct:
        """The offer as the gateway describes it; Rejected or NotFound if there is none, Retry if it can't say."""
        if not order_id(offer_id):
            raise Rejected("supplier.bad_offer", offer=offer_id[:40])
        # `subject` is the seller's own Chinese whatever the country; that only chooses the translation beside it.
        param = _json({"offerId": int(offer_id), "country": "en"})
        result = _object(self._read(PRODUCT_DETAIL, {"offerDetailParam": param}).get("result"))
        if _says_no(result):
            if _code(result) == "404":
                raise NotFound("supplier.no_offer", offer=offer_id)
            raise Retry("supplier.unreadable", vendor_code=_code(result))
        product = _object(result.get("result"))
        if order_id(product.get("offerId")) != offer_id:
            raise Retry("supplier.unreadable", vendor_code="other offer")
        return read_offer(offer_id, product)

    # --- the wire -----------------------------------------------------------------------------------------------

    def _order(self, request: PurchaseRequest) -> dict[str, str]:
        to, options = request.recipient, self._wire.options
        fields = {
            "flow": options.get("trade_flow", "general"),
            "message": t(self._wire.locale, "supplier.order_note", number=request.number),
            "outOrderId": request.number,
            "addressParam": _json(
                {
                    "fullName": to.name,
                    "mobile": to.phone,
                    "phone": to.phone,
                    "postCode": to.postcode or "000000",
                    "provinceText": to.province,
                    "cityText": to.city,
                    "areaText": to.district,
                    "townText": "",
                    "address": " ".join(part for part in (to.address1, to.address2) if part),
                }
            ),
            "cargoParamList": _json(
                [
                    {
                        "offerId": int(line.offer),
                        # An offer without variants has no specId; its one variant bears the offer's own number.
                        **({"specId": line.variant} if line.variant not in ("", line.offer) else {}),
                        "quantity": line.quantity,
                    }
                    for line in request.lines
                ]
            ),
        }
        if options.get("trade_type"):
            fields["tradeType"] = options["trade_type"]
        return fields

    def _read(self, api: str, fields: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = self._call(api, fields, READ_SECONDS)
        except NoAnswer as error:
            raise Retry("supplier.no_answer") from error
        payload = _payload(answer)
        if answer.status != 200 or payload is None or "error_code" in payload:
            raise Retry("supplier.unreadable", vendor_code=_code(payload or {}), status=answer.status)
        return payload

    def _call(self, api: str, fields: Mapping[str, str], seconds: float) -> Answer:
        """One signed POST; the very strings that are signed are sent."""
        secret = self._wire.secret
        path = f"param2/{api}/{secret['app_key']}"
        params = {
            **fields,
            "access_token": str(secret["access_token"]),
            "_aop_timestamp": str(int(self._wire.clock.now().timestamp() * 1000)),
        }
        params["_aop_signature"] = sign(path, params, str(secret["app_secret"]))
        base = (self._wire.endpoint or ENDPOINT).rstrip("/")
        return self._wire.http.request("POST", f"{base}/openapi/{path}", form=params, seconds=seconds)


# --- what an answer proves --------------------------------------------------------------------------------------


def read_placed(answer: Answer, request: PurchaseRequest) -> Outcome:
    """What the answer to an order call proves about this request."""
    payload = _payload(answer)
    early = _before_acting(answer, payload)
    if early or payload is None:
        return early or Unclear(f"unreadable answer, status {answer.status}")
    # The documented shape nests the order in `result`; the documented samples do not.
    order = payload["result"] if isinstance(payload.get("result"), dict) else payload
    split, failed = order.get("orderList") or [], order.get("failedOfferList") or []
    reference = order_id(order.get("orderId"))
    if split:
        return Unclear(f"split into {len(split)} orders")
    if not reference:
        return _refusal(answer, payload, order, failed) or Unclear(f"no order id, code {_code(payload, order)}")
    if failed:
        return Unclear(f"made as {reference} without {len(failed)} lines")
    fen = order.get("totalSuccessAmount")
    if isinstance(fen, bool) or not isinstance(fen, (int, str)) or not re.fullmatch(r"\d{1,14}", str(fen)):
        return Unclear(f"made as {reference}, no total")
    total = Money.from_minor(int(fen), "CNY")
    if total.minor != request.total.minor:
        return Unclear(f"made as {reference} for {total}, not {request.total}")
    # `success` is not asked: the documented samples of made orders say false.
    return Done(reference, total)


def read_paid(answer: Answer, reference: str, amount: Money) -> Outcome:
    """What the answer to a payment call proves."""
    payload = _payload(answer)
    early = _before_acting(answer, payload)
    if early or payload is None:
        return early or Unclear(f"unreadable answer, status {answer.status}")
    outer = _object(payload.get("result")) or payload
    inner = _object(outer.get("result"))
    if answer.status == 200 and _yes(outer.get("success")) and _yes(inner.get("paySuccess")):
        return Done(reference, amount, paid=True)
    if answer.status == 200 and _says_no(outer) and _code(outer) == NO_SUCH_ORDER:
        return Refused(NO_SUCH_ORDER, "supplier.refused.no_such_order", {"reference": reference})
    return Unclear(f"payment not confirmed, code {_code(outer)}")


def _before_acting(answer: Answer, payload: dict[str, Any] | None) -> Outcome | None:
    """The outcome if the gateway itself ended the call: NeverSent for what never reached the order system."""
    if payload is None or "error_code" not in payload:
        return None if answer.status == 200 else Unclear(f"status {answer.status}")
    code = _code(payload)
    if answer.status < 500 and code in NEVER_REACHED:
        return NeverSent(code)
    return Unclear(f"gateway error {code}, status {answer.status}")


def _refusal(answer: Answer, payload: dict[str, Any], order: dict[str, Any], failed: list[Any]) -> Outcome | None:
    """The documented ways to say that no order was made: a code of 1688's tables, or failed offers and no order id."""
    if answer.status != 200 or not (_says_no(payload) or _says_no(order)):
        return None
    if failed:
        first = _object(failed[0])
        code, said = str(first.get("errorCode") or ""), str(first.get("errorMessage") or "")
        return Refused(code, "supplier.refused.goods", {"offer": str(first.get("offerId") or ""), "said": said})
    code, said = _code(payload, order), str(order.get("message") or payload.get("message") or "")
    if code in TURNED_DOWN or code.startswith("not support tradeType"):
        return Refused(code, "supplier.refused.request", {"said": said or code})
    return None


def _settled(call: Callable[[], Outcome]) -> Outcome:
    try:
        return call()
    except NotSent as error:
        return NeverSent(str(error))
    except NoAnswer as error:
        return Unclear(str(error))


def _not_buyable(request: PurchaseRequest) -> Refused | None:
    """Why this can't even be asked for; nothing leaves the machine."""
    to = request.recipient
    if request.total.currency != "CNY":
        return Refused("currency", "supplier.refused.currency", {"currency": request.total.currency})
    if not request.lines or len(request.lines) > MOST_LINES:
        return Refused("lines", "supplier.refused.lines", {"most": str(MOST_LINES)})
    if not all((to.name, to.phone, to.province, to.city, to.address1)):
        return Refused("address", "supplier.refused.address")
    for line in request.lines:
        if not line.offer.isascii() or not line.offer.isdigit():
            return Refused("offer", "supplier.refused.goods", {"offer": line.offer, "said": ""})
    return None


# --- small readers of the foreign shape -------------------------------------------------------------------------


def order_id(value: object) -> str:
    """A 1688 number as text, empty if it is none; a number that went through a float is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return ""
    text = str(value)
    return text if re.fullmatch(r"[1-9]\d{5,20}", text) else ""


def _payload(answer: Answer) -> dict[str, Any] | None:
    try:
        payload = answer.json()
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _yes(value: object) -> bool:
    return value is True or value == "true"


def _says_no(payload: Mapping[str, Any]) -> bool:
    return payload.get("success") is False or payload.get("success") == "false"


def _code(*payloads: Mapping[str, Any]) -> str:
    for payload in payloads:
        for name in ("error_code", "errorCode", "code"):
            if payload.get(name):
                return str(payload[name])[:100]
    return ""


def _yuan(value: object) -> Money | None:
    if isinstance(value, (bool, float)) or value is None:
        return None
    try:
        return Money.of(str(value), "CNY")
    except (InvalidOperation, ValueError):
        return None


def _company(row: Mapping[str, Any]) -> str:
    code = COMPANIES.get(str(row.get("logisticsCompanyNo") or "").upper(), "")
    name = str(row.get("logisticsCompanyName") or "")
    return code or next((ours for theirs, ours in COMPANIES.items() if not theirs.isascii() and theirs in name), "")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
