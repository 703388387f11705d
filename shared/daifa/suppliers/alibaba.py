"""1688 through its open gateway (gw.open.1688.com, protocol param2): quote, buy, look up, pay, undo, follow, read.

Amounts are fen (integers) where an order is made, paid or paid back, and yuan (decimals) where it is read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from daifa.errors import DaifaError, NotFound, Rejected, Retry, Unauthenticated
from daifa.http import Answer, NoAnswer
from daifa.models.collected import CollectedProduct
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.ports import (
    Capabilities,
    Done,
    OfferPage,
    Outcome,
    PurchaseRequest,
    Quote,
    Refused,
    SupplierNews,
    SupplierOrder,
    SupplierParcel,
    Unclear,
    Wire,
)
from daifa.suppliers.alibaba_answers import (
    NO_REFUND,
    NO_SUCH_ORDER,
    NOT_OPEN,
    REFUND_STANDING,
    code_of,
    mapping,
    no_refund,
    no_such_order,
    not_asked,
    order_id,
    payload_of,
    read_cancelled,
    read_paid,
    read_placed,
    read_refund,
    says_no,
    settled,
)
from daifa.suppliers.alibaba_offer import read_found, read_offer
from daifa.suppliers.alibaba_orders import (
    RefundWish,
    read_news,
    read_order,
    read_page,
    read_parcels,
    read_quote,
    reason_for,
    reference_of,
    refundable,
    stamp,
    unreadable,
    with_problem,
)
from daifa.suppliers.alibaba_request import TRADE, compact, flow_of, goods_fields, not_buyable, order_fields
from daifa.suppliers.cannot import Cannot
from daifa.texts import t

ENDPOINT = "https://gw.open.1688.com"
BUYER_VIEW = f"{TRADE}/alibaba.trade.get.buyerView"
ORDER_LIST = f"{TRADE}/alibaba.trade.getBuyerOrderList"
PREPARE_PAY = f"{TRADE}/alibaba.trade.pay.protocolPay.preparePay"
CANCEL = f"{TRADE}/alibaba.trade.cancel"
REFUND_REASONS = f"{TRADE}/alibaba.trade.getRefundReasonList"
CREATE_REFUND = f"{TRADE}/alibaba.trade.createRefund"
LOGISTICS = "1/com.alibaba.logistics/alibaba.trade.getLogisticsInfos.buyerView"
KEYWORD_SEARCH = "1/com.alibaba.fenxiao.crossborder/product.search.keywordQuery"
PRODUCT_DETAIL = "1/com.alibaba.fenxiao.crossborder/product.search.queryProductDetail"

# Making an order is slower than reading one; both fit a function of 60 s with room to write down what came of it.
WRITE_SECONDS = 15.0
READ_SECONDS = 8.0
# Nobody documents the largest page, and a smaller one than we ask for does no harm; 200 of them are 10,000 orders.
PAGE = 50
MOST_PAGES = 200


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

    Secret: `app_key`, `app_secret`, `access_token`. Options: `flow` is the order call, `fast` (fastCreateOrder, what is
    meant without a word), `cross` (createCrossOrder) or `fenxiao` (fenxiaoOrder.create, for distribution software);
    `trade_flow` and `trade_type` go to it as they are, `platform` says to `fenxiao` where the customer bought.

    An address is never amended: 1688's own call for it is a request that the seller may decline afterwards, so that no
    answer to it could prove a change.
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
            cancels=True,
            late_bound=timedelta(seconds=int(self._wire.options.get("late_seconds", LATE_SECONDS))),
            max_number=32,
            ships_by_api=True,
            quotes=True,
            lists=True,
            refunds=True,
        )

    # --- buying -------------------------------------------------------------------------------------------------

    def quote(self, request: PurchaseRequest) -> Quote:
        """What createOrder.preview says this costs now; its stock is not told, only whether there is enough.

        Asked in the trade flow of the order call, because each has prices of its own.
        """
        refused = not_buyable(request, self._wire.options)
        if refused:
            return with_problem(request, Reason(code=refused.why, values=refused.values))
        options = self._wire.options
        return read_quote(self._read(flow_of(options).preview, goods_fields(request, options)), request)

    def place(self, request: PurchaseRequest) -> Outcome:
        """One call, no retry, that makes the order unpaid; Done only if 1688 then shows it under our number.

        The answer echoes the total but not our number, so an answer meant for another order looks right. One read by
        our own number settles that, and the total once more; where the read can't, the outcome is Unclear.
        """
        refused = not_buyable(request, self._wire.options)
        if refused:
            return refused
        options = self._wire.options
        api, fields = flow_of(options).create, order_fields(request, options, self._wire.locale)
        outcome = settled(lambda: read_placed(self._call(api, fields, WRITE_SECONDS), request))
        if not isinstance(outcome, Done):
            return outcome
        try:
            seen = self.find(request.number)
        except DaifaError as error:
            return Unclear(f"made as {outcome.reference}, not confirmed: {error.code}")
        if seen is None or seen.reference != outcome.reference:
            return Unclear(f"made as {outcome.reference}, but our number shows {seen.reference if seen else 'nothing'}")
        if seen.total != request.total:
            return Unclear(f"made as {outcome.reference}, but shown for {seen.total}, not {request.total}")
        return outcome

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """The order that carries our number, or None if 1688 says that there is none; Retry if it can't say."""
        trade = self._trade(outOrderId=number)
        if trade is None:
            return None
        order = read_order(trade)
        if order.number != number:
            raise unreadable("other number")
        return order

    def recent(self, since: datetime) -> Iterator[SupplierOrder]:
        """Every order at hand (1688 puts those of more than three months away) that changed since then.

        Retry if a page can't be read. A list shows no whole address, so `recipient` is left out.
        """
        seen: set[str] = set()
        told = 0
        for page in range(1, MOST_PAGES + 1):
            fields = {"modifyStartTime": stamp(since), "page": str(page), "pageSize": str(PAGE)}
            orders, whole = read_page(self._read(ORDER_LIST, fields))
            for order in orders:
                # An order that changes while we turn the pages shows up on two of them.
                if order.reference not in seen:
                    seen.add(order.reference)
                    yield order
            told += len(orders)
            if told >= whole:
                return
            if not orders:
                break
        raise unreadable(f"{told} of more orders")

    def pay(self, reference: str, amount: Money) -> Outcome:
        """One call, no retry, that pays without a password; the amount travels along, so a changed total is not paid.

        1688 says itself that `paySuccess: false` may hide a payment that went through, and names no error codes: what
        is not a plain success is Unclear until the order has been looked at.
        """
        if amount.currency != "CNY" or not order_id(reference):
            return Refused("not_payable", "supplier.refused.currency", {"currency": amount.currency})
        param = compact({"orderId": int(reference), "payAmount": amount.minor})
        return settled(
            lambda: read_paid(
                self._call(PREPARE_PAY, {"tradeWithholdPreparePayParam": param}, WRITE_SECONDS), reference, amount
            )
        )

    # --- undoing ------------------------------------------------------------------------------------------------

    def cancel(self, reference: str) -> Outcome:
        """One call that closes an unpaid order, and one look whether it is closed.

        The answer names no order, and 1688 says of a paid order and of one closed before the same thing: both are
        settled by the look.
        """
        if not order_id(reference):
            return no_such_order(reference)
        fields = {"webSite": "1688", "tradeID": reference, "cancelReason": "buyerCancel"}
        outcome = settled(lambda: read_cancelled(self._call(CANCEL, fields, WRITE_SECONDS), reference))
        stands = isinstance(outcome, Refused) and outcome.code == NOT_OPEN
        if not isinstance(outcome, Done) and not stands:
            return outcome
        try:
            trade = self._trade(orderId=reference)
            closed = trade is not None and read_order(trade).state == "cancelled"
        except Retry as error:
            return not_asked(error) if stands else Unclear(f"said to be cancelled, not confirmed: {error.code}")
        if closed:
            return Done(reference)
        return outcome if stands else Unclear("said to be cancelled, but shown as open")

    def refund(self, reference: str, amount: Money) -> Outcome:
        """Ask for the whole money of a paid order that the seller still has: a look, the reasons, and one call.

        Done carries 1688's number of the refund, also of one that was asked for before.
        """
        if not order_id(reference):
            return no_such_order(reference)
        if amount.currency != "CNY":
            return Refused("currency", "supplier.refused.currency", {"currency": amount.currency})
        try:
            wish = self._wish(reference, amount)
            if not isinstance(wish, RefundWish):
                return wish
            entries = compact(wish.entries)
            fields = {"orderId": reference, "orderEntryIds": entries, "goodsStatus": "refundWaitSellerSend"}
            answer = mapping(self._read(REFUND_REASONS, fields).get("result"))
            if says_no(answer) and code_of(answer) in NO_REFUND:
                return no_refund(code_of(answer), answer)
            reason = reason_for(answer, wish)
        except Retry as error:
            return not_asked(error)
        if reason is None:
            return Refused("reason", "supplier.refused.refund_reason", {"reference": reference})
        fields |= {
            "disputeRequest": "refund",
            "applyPayment": str(wish.goods.minor),
            "applyCarriage": str(wish.carriage.minor),
            "applyReasonId": str(reason),
            "description": t(self._wire.locale, "supplier.refund_note"),
        }
        outcome = settled(lambda: read_refund(self._call(CREATE_REFUND, fields, WRITE_SECONDS), amount))
        if isinstance(outcome, Refused) and outcome.code == REFUND_STANDING:
            # Said of a second request too: the first may have arrived after our look.
            try:
                wish = self._wish(reference, amount)
            except Retry as error:
                return not_asked(error)
            return wish if isinstance(wish, Done) else outcome
        return outcome

    def _wish(self, reference: str, amount: Money) -> RefundWish | Outcome:
        trade = self._trade(orderId=reference)
        return no_such_order(reference) if trade is None else refundable(trade, amount)

    # --- following ----------------------------------------------------------------------------------------------

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """Every parcel with a tracking number; empty while nothing is shipped; Retry if 1688 can't say."""
        told = self._read(LOGISTICS, {"webSite": "1688", "orderId": reference})
        if not read_parcels(told, reference, {}):
            return ()
        # Parcels name the entries of the order, and only the order says what goods those are.
        return read_parcels(told, reference, self._trade(orderId=reference) or {})

    def read_push(self, headers: Mapping[str, str], body: bytes) -> tuple[SupplierNews, ...]:
        """Which orders a pushed form is about, as hints; none for news of products. Unauthenticated unless signed."""
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return read_news(verify_push(form, str(self._wire.secret["app_secret"])))

    def push_answer(self) -> bytes:
        """What 1688 wants to read with HTTP 200, else it pushes again."""
        return b"success"

    # --- reading offers -----------------------------------------------------------------------------------------

    def collect(self, offer_id: str) -> CollectedProduct:
        """The offer as the gateway describes it; Rejected or NotFound if there is none, Retry if it can't say."""
        if not order_id(offer_id):
            raise Rejected("supplier.bad_offer", offer=offer_id[:40])
        # `subject` is the seller's own Chinese whatever the country; that only chooses the translation beside it.
        param = compact({"offerId": int(offer_id), "country": "en"})
        result = mapping(self._read(PRODUCT_DETAIL, {"offerDetailParam": param}).get("result"))
        if says_no(result):
            if code_of(result) == "404":
                raise NotFound("supplier.no_offer", offer=offer_id)
            raise unreadable(code_of(result))
        product = mapping(result.get("result"))
        if order_id(product.get("offerId")) != offer_id:
            raise unreadable("other offer")
        return read_offer(offer_id, product)

    def search(self, words: str, page: int) -> OfferPage:
        """The offers that 1688 finds for these words, in its own order; Retry if it can't say."""
        param = compact({"keyword": words, "beginPage": page, "pageSize": PAGE, "country": "en"})
        result = mapping(self._read(KEYWORD_SEARCH, {"offerQueryParam": param}).get("result"))
        if says_no(result):
            raise unreadable(code_of(result))
        return read_found(mapping(result.get("result")), page)

    # --- the wire -----------------------------------------------------------------------------------------------

    def _trade(self, **which: str) -> dict[str, Any] | None:
        """The order as get.buyerView shows it, None if 1688 says that there is none."""
        payload = self._read(BUYER_VIEW, {"webSite": "1688", **which})
        if says_no(payload) and code_of(payload) == NO_SUCH_ORDER:
            return None
        trade = mapping(payload.get("result"))
        if says_no(payload) or which.get("orderId", reference_of(trade)) != reference_of(trade):
            raise unreadable(code_of(payload) or "other order")
        return trade

    def _read(self, api: str, fields: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = self._call(api, fields, READ_SECONDS)
        except NoAnswer as error:
            raise Retry("supplier.no_answer") from error
        payload = payload_of(answer)
        if answer.status != 200 or payload is None or "error_code" in payload:
            raise Retry("supplier.unreadable", vendor_code=code_of(payload or {}), status=answer.status)
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
