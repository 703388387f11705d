"""What 1688's answers to a cancellation and to a refund request prove."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daifa.models.money import Money
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear
from daifa.suppliers.alibaba import Alibaba
from daifa.texts import LOCALES, texts
from tests.unit.answering import Answering
from tests.unit.suppliers.gateway_answers import HTML, NO_ORDER, ORDER, VIEW, gateway_error, viewed

CANCEL = "alibaba.trade.cancel"
REASONS = "alibaba.trade.getRefundReasonList"
REFUND = "alibaba.trade.createRefund"
WHOLE = Money.of("292.00", "CNY")

OPEN, CLOSED, PAID = (200, viewed()), (200, viewed(status="cancel")), (200, viewed(status="waitsellersend"))
OTHER = (200, viewed(status="cancel", idOfStr="2188600000000000002"))
TIMED_OUT = (401, gateway_error("401"))


def no(code: str) -> tuple[int, Any]:
    return 200, {"success": False, "errorCode": code, "errorMessage": "no"}


CANCELLED = [
    ("done and shown as closed", (200, {"success": True}), CLOSED, Done),
    ("done in words", (200, {"success": "true", "errorCode": None}), CLOSED, Done),
    ("done but shown as open", (200, {"success": True}), OPEN, Unclear),
    ("done, and another order shown", (200, {"success": True}), OTHER, Unclear),
    ("done, and no order shown", (200, {"success": True}), (200, NO_ORDER), Unclear),
    ("done, and HTML shown", (200, {"success": True}), (200, HTML), Unclear),
    ("done, and nothing shown", (200, {"success": True}), None, Unclear),
    ("done beside a code", (200, {"success": True, "errorCode": "500"}), CLOSED, Unclear),
    ("closed before", no("ORDER_STATUS_ERROR"), CLOSED, Done),
    ("paid", no("ORDER_STATUS_ERROR"), PAID, Refused),
    ("paid or closed, which cannot be seen", no("ORDER_STATUS_ERROR"), (200, HTML), NeverSent),
    ("not our order", no("400_3"), PAID, Refused),
    ("no such order", no("ORDER_NOT_EXIST"), (200, NO_ORDER), Refused),
    ("too soon after it was made", no("CLOSE_ORDER_TOO_FAST"), OPEN, NeverSent),
    ("an unknown code", no("9999"), OPEN, Unclear),
    ("a code beside a server error", (500, no("ORDER_STATUS_ERROR")[1]), CLOSED, Unclear),
    ("no word about it", (200, {}), CLOSED, Unclear),
    ("HTML", (200, HTML), CLOSED, Unclear),
    ("nothing", (200, ""), CLOSED, Unclear),
    ("no answer", None, CLOSED, Unclear),
    ("too many calls", (200, gateway_error("gw.QosAppFrequencyLimit")), OPEN, NeverSent),
    ("a token that ran out", TIMED_OUT, OPEN, NeverSent),
]


@pytest.mark.parametrize(("answer", "shown", "kind"), [row[1:] for row in CANCELLED], ids=[row[0] for row in CANCELLED])
def test_an_order_is_cancelled_only_when_it_shows_as_closed(
    gateway: Answering, alibaba: Alibaba, answer: Any, shown: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {CANCEL: answer, VIEW: shown}
    outcome = alibaba.cancel(ORDER)
    assert type(outcome) is kind, outcome
    (asked,) = gateway.calls(CANCEL)
    assert (asked.form["tradeID"], asked.form["cancelReason"], asked.form["webSite"]) == (ORDER, "buyerCancel", "1688")
    if isinstance(outcome, Done):
        assert outcome == Done(ORDER)
    if isinstance(outcome, Refused):
        assert all(outcome.why in texts(locale) for locale in LOCALES)


@pytest.mark.parametrize("reference", ["", "PO-1", "1"])
def test_what_is_no_order_number_is_neither_cancelled_nor_paid_back(
    gateway: Answering, alibaba: Alibaba, reference: str
) -> None:
    assert isinstance(alibaba.cancel(reference), Refused)
    assert isinstance(alibaba.refund(reference, WHOLE), Refused)
    assert not gateway.asked


def an_item(**changes: Any) -> dict[str, Any]:
    """A line worth ¥144.00; the number form of its id has lost digits, as in 1688's own sample."""
    item = {"subItemID": 2188600000000000000, "subItemIDString": "2188600000000000002", "itemAmount": 144.0}
    return {**item, "logisticsStatus": 1, **changes}


def a_paid_order(*items: dict[str, Any], **changes: Any) -> tuple[int, Any]:
    """Two lines of ¥144.00 and ¥4.00 postage."""
    lines = list(items or (an_item(), an_item(subItemIDString="2188600000000000003")))
    return 200, viewed(items=lines, **{"status": "waitsellersend", "shippingFee": 4, "totalAmount": 292, **changes})


def reasons(*rows: dict[str, Any]) -> tuple[int, Any]:
    return 200, {"result": {"success": True, "result": {"reasons": list(rows)}}}


PLAIN = {"id": 20006, "name": "不想买了", "needVoucher": False, "noRefundCarriage": False}
PHOTOS = {**PLAIN, "id": 20022, "needVoucher": "true"}
GOODS_ONLY = {**PLAIN, "id": 20023, "noRefundCarriage": True}


def taken(number: Any = "TQ34931008034741532", **outer: Any) -> tuple[int, Any]:
    return 200, {"result": {"success": True, "result": {"refundId": number}, **outer}}


def turned_down(code: str) -> tuple[int, Any]:
    return 200, {"result": {"success": False, "code": code, "message": "退款金额错误", "result": None}}


def test_the_whole_payment_is_asked_for_in_fen_by_entry_and_postage(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {VIEW: a_paid_order(), REASONS: reasons(PHOTOS, GOODS_ONLY, PLAIN), REFUND: taken()}
    assert alibaba.refund(ORDER, WHOLE) == Done("TQ34931008034741532", WHOLE)
    (asked,) = gateway.calls(REFUND)
    told = {name: asked.form[name] for name in ("orderId", "applyPayment", "applyCarriage", "applyReasonId")}
    assert told == {"orderId": ORDER, "applyPayment": "28800", "applyCarriage": "400", "applyReasonId": "20006"}
    assert json.loads(asked.form["orderEntryIds"]) == [2188600000000000002, 2188600000000000003]
    assert (asked.form["disputeRequest"], asked.form["goodsStatus"]) == ("refund", "refundWaitSellerSend")
    assert 2 <= len(asked.form["description"]) <= 150
    (listed,) = gateway.calls(REASONS)
    assert listed.form["goodsStatus"] == "refundWaitSellerSend"


def test_without_postage_a_reason_that_keeps_it_will_do(gateway: Answering, alibaba: Alibaba) -> None:
    shown = a_paid_order(an_item(itemAmount=292), shippingFee=0)
    gateway.answers = {VIEW: shown, REASONS: reasons(GOODS_ONLY), REFUND: taken()}
    assert isinstance(alibaba.refund(ORDER, WHOLE), Done)


REFUNDED = [
    ("taken", taken(), Done),
    ("taken, in words", taken(success="true"), Done),
    ("taken without a number", taken(None), Unclear),
    ("a number that is none", taken("<b>"), Unclear),
    ("no word about it", (200, {"result": {}}), Unclear),
    ("a number beside a no", taken(success=False, code="5011"), Unclear),
    *((f"turned down with {code}", turned_down(str(code)), Refused) for code in range(5001, 5014)),
    ("an unknown trouble", turned_down("5100"), Unclear),
    ("trouble of their own", turned_down("4001"), Unclear),
    ("turned down with a server error", (500, turned_down("5011")[1]), Unclear),
    ("HTML", (200, HTML), Unclear),
    ("nothing", (200, ""), Unclear),
    ("no answer", None, Unclear),
    ("too many calls", (200, gateway_error("gw.QosAppFrequencyLimit")), NeverSent),
    ("not allowed", (400, gateway_error("gw.APIACLDecline")), NeverSent),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in REFUNDED], ids=[row[0] for row in REFUNDED])
def test_a_refund_is_asked_for_only_when_the_answer_proves_it(
    gateway: Answering, alibaba: Alibaba, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {VIEW: a_paid_order(), REASONS: reasons(PLAIN), REFUND: answer}
    outcome = alibaba.refund(ORDER, WHOLE)
    assert type(outcome) is kind, outcome
    assert len(gateway.calls(REFUND)) == 1
    if isinstance(outcome, Refused):
        assert all(outcome.why in texts(locale) for locale in LOCALES)


BEFORE = [
    ("asked for before", a_paid_order(refundStatus="waitselleragree", refundId="TQ1"), Done),
    ("paid back already", a_paid_order(refundStatus="refundsuccess", refundId="TQ1"), Done),
    ("asked for, without a number", a_paid_order(refundStatus="waitselleragree"), Done),
    ("the seller wants it changed", a_paid_order(refundStatus="waitbuyermodify"), Refused),
    ("not paid", a_paid_order(status="waitbuyerpay"), Refused),
    ("shipped", a_paid_order(status="waitbuyerreceive"), Refused),
    ("shipped in part", a_paid_order(an_item(), an_item(logisticsStatus=2)), Refused),
    ("closed", a_paid_order(status="cancel"), Refused),
    ("another total than we paid", a_paid_order(totalAmount=291), Refused),
    ("lines that do not add up", a_paid_order(an_item()), Refused),
    ("no such order", (200, NO_ORDER), Refused),
    ("another order", a_paid_order(idOfStr="2188600000000000009"), NeverSent),
    ("another currency", a_paid_order(currency="USD"), NeverSent),
    ("no lines", (200, viewed(status="waitsellersend")), NeverSent),
    ("a line without a number", a_paid_order(an_item(subItemID=1.5, subItemIDString="")), NeverSent),
    ("a line without an amount", a_paid_order(an_item(itemAmount=None)), NeverSent),
    ("no postage told", a_paid_order(shippingFee=None), NeverSent),
    ("HTML", (200, HTML), NeverSent),
    ("no answer", None, NeverSent),
]


@pytest.mark.parametrize(("shown", "kind"), [row[1:] for row in BEFORE], ids=[row[0] for row in BEFORE])
def test_nothing_is_asked_for_that_the_order_does_not_allow(
    gateway: Answering, alibaba: Alibaba, shown: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {VIEW: shown, REASONS: reasons(PLAIN), REFUND: taken()}
    outcome = alibaba.refund(ORDER, WHOLE)
    assert type(outcome) is kind, outcome
    assert not gateway.calls(REFUND)
    if isinstance(outcome, Refused):
        assert all(outcome.why in texts(locale) for locale in LOCALES)


class InTurn(dict[str, Any]):
    """Answers of which `VIEW` is a list that is gone through."""

    def get(self, name: str, default: Any = None) -> Any:
        """The next answer of this name."""
        return self[name].pop(0) if name == VIEW else super().get(name, default)


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (a_paid_order(refundStatus="waitselleragree", refundId="TQ1"), Done),
        (a_paid_order(), Refused),
        ((200, HTML), NeverSent),
    ],
    ids=["the first has arrived", "no other", "which cannot be seen"],
)
def test_a_second_request_that_is_turned_down_counts_as_asked_for_when_the_first_arrived_late(
    gateway: Answering, alibaba: Alibaba, shown: Any, kind: type[Outcome]
) -> None:
    gateway.answers = InTurn({VIEW: [a_paid_order(), shown], REASONS: reasons(PLAIN), REFUND: turned_down("5010")})
    assert type(alibaba.refund(ORDER, WHOLE)) is kind
    assert len(gateway.calls(REFUND)) == 1


REASONLESS = [
    ("only with photos", reasons(PHOTOS), Refused),
    ("only without the postage", reasons(GOODS_ONLY), Refused),
    ("none", reasons(), Refused),
    ("a reason that is none", reasons({"id": "x"}), Refused),
    ("turned down", turned_down("5003"), Refused),
    ("HTML", (200, HTML), NeverSent),
    ("no answer", None, NeverSent),
]


@pytest.mark.parametrize(("listed", "kind"), [row[1:] for row in REASONLESS], ids=[row[0] for row in REASONLESS])
def test_without_a_reason_that_fits_nothing_is_asked_for(
    gateway: Answering, alibaba: Alibaba, listed: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {VIEW: a_paid_order(), REASONS: listed, REFUND: taken()}
    assert type(alibaba.refund(ORDER, WHOLE)) is kind
    assert not gateway.calls(REFUND)


def test_money_of_another_currency_is_not_asked_back(gateway: Answering, alibaba: Alibaba) -> None:
    outcome = alibaba.refund(ORDER, Money.of("292.00", "USD"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "currency"
    assert not gateway.asked


def test_a_line_that_does_not_speak_of_its_goods_does_not_stand_in_the_way(
    gateway: Answering, alibaba: Alibaba
) -> None:
    line = {"subItemIDString": "2188600000000000002", "itemAmount": 288}
    gateway.answers = {VIEW: a_paid_order(line), REASONS: reasons(PLAIN), REFUND: taken()}
    assert isinstance(alibaba.refund(ORDER, WHOLE), Done)


@pytest.mark.parametrize("amount", [Money.of("291.99", "CNY"), Money.of("584", "CNY")])
def test_less_or_more_than_the_whole_is_not_asked_for(gateway: Answering, alibaba: Alibaba, amount: Money) -> None:
    gateway.answers = {VIEW: a_paid_order(), REASONS: reasons(PLAIN), REFUND: taken()}
    outcome = alibaba.refund(ORDER, amount)
    assert isinstance(outcome, Refused)
    assert outcome.code == "amount"


ACCESS = [
    ("the signature", (400, gateway_error("gw.SignatureInvalid")), True),
    ("the permission", (400, gateway_error("gw.APIACLDecline")), True),
    ("the token", (401, gateway_error("401")), True),
    ("the token, status 200", (200, gateway_error("401")), True),
    ("too many calls", (200, gateway_error("gw.QosAppFrequencyLimit")), False),
]


@pytest.mark.parametrize(("answer", "locked_out"), [row[1:] for row in ACCESS], ids=[row[0] for row in ACCESS])
def test_a_key_that_is_not_accepted_is_told_from_a_busy_gateway(
    gateway: Answering, alibaba: Alibaba, answer: Any, locked_out: bool
) -> None:
    gateway.answers = dict.fromkeys((CANCEL, VIEW, "alibaba.trade.pay.protocolPay.preparePay"), answer)
    for outcome in (alibaba.cancel(ORDER), alibaba.refund(ORDER, WHOLE), alibaba.pay(ORDER, WHOLE)):
        assert isinstance(outcome, NeverSent)
        assert outcome.locked_out is locked_out
