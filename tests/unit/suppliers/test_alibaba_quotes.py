"""What 1688's previews say a purchase would cost, and why it could not be made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.http import Http
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import Done, QuotedLine, Refused, Wire
from daifa.suppliers.alibaba import Alibaba
from tests.unit.answering import Answering, RealClock
from tests.unit.suppliers.conftest import NUMBER, SECRET, a_line, a_request
from tests.unit.suppliers.gateway_answers import HTML, ORDER, VIEW, gateway_error, viewed

PREVIEW = "alibaba.createOrder.preview"
WHITE = "2ba3d63866a71fbae83909d9b4814f01"


def a_good(**changes: Any) -> dict[str, Any]:
    """Eight white lamps in yuan, as the documented sample has it."""
    good = {"offerId": 610947572360, "specId": WHITE, "amount": 288, "finalUnitPrice": 36, "cargoPromotionList": []}
    return {**good, **changes}


def a_result(*goods: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One order of the preview, its sums in fen."""
    result = {"tradeModeNameList": ["assureTrade"], "status": True, "sumPayment": 29200, "sumCarriage": 400}
    return {**result, "sumPaymentNoCarriage": 28800, "cargoList": list(goods or (a_good(),)), **changes}


def previewed(*results: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"orderPreviewResuslt": list(results or (a_result(),)), "success": True, **changes}


def refused(code: str, said: str = "商品[610947572360]库存不足") -> dict[str, Any]:
    return {"success": False, "errorCode": code, "errorMsg": said, "orderPreviewResuslt": None}


def test_sums_are_read_in_fen_and_prices_of_goods_in_yuan(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {PREVIEW: (200, previewed())}
    quote = alibaba.quote(a_request())
    assert (quote.total, quote.shipping) == (Money.of("292.00", "CNY"), Money.of("4.00", "CNY"))
    assert quote.lines == (QuotedLine("L1", Money.of("36", "CNY")),)
    assert quote.problems == ()


def test_the_preview_is_asked_for_the_goods_of_the_order_and_under_no_number(
    gateway: Answering, alibaba: Alibaba
) -> None:
    gateway.answers = {PREVIEW: (200, previewed())}
    alibaba.quote(a_request())
    form = gateway.calls(PREVIEW)[0].form
    assert json.loads(form["cargoParamList"]) == [{"offerId": 610947572360, "specId": WHITE, "quantity": 8}]
    assert json.loads(form["addressParam"])["cityText"] == "杭州市"
    assert form["flow"] == "general"
    assert "outOrderId" not in form


@pytest.mark.parametrize("spec", [None, "", "anything"])
def test_an_offer_without_variants_is_quoted_whatever_its_spec_is_called(
    gateway: Answering, alibaba: Alibaba, spec: str | None
) -> None:
    gateway.answers = {PREVIEW: (200, previewed(a_result(a_good(specId=spec, finalUnitPrice=5.5))))}
    (line,) = alibaba.quote(a_request(lines=(a_line(variant="610947572360"),))).lines
    assert line.unit_cost == Money.of("5.50", "CNY")


PROBLEMS = [
    ("not for sale online", (200, refused("500_001")), "not_sold"),
    ("goods of two sellers", (200, refused("500_002")), "turned_down"),
    ("another offer's variant", (200, refused("500_003")), "not_sold"),
    ("out of stock", (200, refused("500_004")), "out_of_stock"),
    ("below the minimum", (200, refused("500_005")), "below_minimum"),
    ("below the minimum of a mixed lot", (200, refused("500_006")), "below_minimum"),
    ("no agreement to distribute", (200, refused("500_007")), "turned_down"),
    ("no price", (200, refused("500_008")), "not_sold"),
    ("below the minimum of wholesale", (200, refused("500_009")), "below_minimum"),
    ("nowhere to deliver", (200, refused("400", "收货地址不在配送范围内")), "address"),
    ("a bad address", (200, refused("400", "AddressId invalid:AddressId invalid")), "address"),
    ("other bad parameters", (200, refused("400", "flow invalid")), "turned_down"),
    ("success in words", (200, {**refused("500_004"), "success": "false"}), "out_of_stock"),
    ("a result that says no", (200, previewed(a_result(status=False, resultCode="500_004"))), "out_of_stock"),
    ("a line that says no", (200, previewed(a_result(a_good(resultCode="500_004")))), "out_of_stock"),
    ("only on the website", (200, previewed(a_result(tradeModeNameList=[]))), "not_by_api"),
]


@pytest.mark.parametrize(("answer", "code"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_a_preview_that_says_no_is_a_quote_that_says_why(
    gateway: Answering, alibaba: Alibaba, answer: Any, code: str
) -> None:
    gateway.answers = {PREVIEW: answer}
    quote = alibaba.quote(a_request())
    assert [problem.code for problem in quote.problems] == [f"supplier.quote.{code}"]
    assert [line.line for line in quote.lines] == ["L1"]
    if code == "address":
        # Their own words may repeat the address, and a reason is kept outside the vault.
        assert quote.problems[0].values == {}


def test_a_purchase_that_1688_would_split_says_so_with_the_sums_of_all(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {PREVIEW: (200, previewed(a_result(), a_result(a_good(offerId=7000000))))}
    quote = alibaba.quote(a_request(lines=(a_line(), a_line(line="L2", offer="7000000"))))
    assert [(problem.code, problem.values) for problem in quote.problems] == [("supplier.quote.split", {"orders": "2"})]
    assert (quote.total, quote.shipping) == (Money.of("584.00", "CNY"), Money.of("8.00", "CNY"))


UNREADABLE = [
    ("HTML", (200, HTML)),
    ("nothing", (200, "")),
    ("no result", (200, previewed(orderPreviewResuslt=[]))),
    ("an unknown code", (200, refused("9999"))),
    ("no code", (200, refused(""))),
    ("no total", (200, previewed(a_result(sumPayment=None)))),
    ("yuan where fen belong", (200, previewed(a_result(sumPayment=292.5)))),
    ("no postage", (200, previewed(a_result(sumCarriage=None)))),
    ("a price that is none", (200, previewed(a_result(a_good(finalUnitPrice=True))))),
    ("a price below nothing", (200, previewed(a_result(a_good(finalUnitPrice=-1))))),
    ("another offer", (200, previewed(a_result(a_good(offerId=7000000))))),
    ("one offer more", (200, previewed(a_result(a_good(), a_good(offerId=7000000))))),
    ("another variant", (200, previewed(a_result(a_good(specId="other"))))),
    ("one line twice", (200, previewed(a_result(a_good(), a_good())))),
    ("a server error", (500, previewed())),
    ("throttled", (200, gateway_error("gw.QosAppFrequencyLimit"))),
    ("a token that ran out", (401, gateway_error("401"))),
    ("no answer", None),
]


@pytest.mark.parametrize("answer", [row[1] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_preview_that_cannot_be_read_is_no_quote(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {PREVIEW: answer}
    with pytest.raises(Retry):
        alibaba.quote(a_request())


def test_what_1688_cannot_take_is_quoted_as_a_problem_without_asking(gateway: Answering, alibaba: Alibaba) -> None:
    quote = alibaba.quote(a_request(recipient=Recipient(token="OAID")))
    assert [problem.code for problem in quote.problems] == ["supplier.refused.address"]
    assert quote.total == a_request().total
    assert not gateway.asked


def through(gateway: Answering, **options: str) -> Alibaba:
    clock = RealClock()
    return Alibaba(Wire(id="x", endpoint=gateway.url, secret=SECRET, http=Http(clock), clock=clock, options=options))


def test_distribution_software_previews_and_orders_through_its_own_calls_and_names_the_platform(
    gateway: Answering,
) -> None:
    preview, create = "alibaba.trade.createFenxiaoOrder.preview", "alibaba.trade.fenxiaoOrder.create"
    made = {"result": {"orderId": ORDER, "totalSuccessAmount": 29200}}
    gateway.answers = {preview: (200, previewed()), create: (200, made), VIEW: (200, viewed())}
    alibaba = through(gateway, flow="fenxiao", platform="kuajing")
    assert alibaba.quote(a_request()).problems == ()
    assert isinstance(alibaba.place(a_request()), Done)
    (asked,) = gateway.calls(preview)
    assert asked.path == f"/openapi/param2/1/com.alibaba.fenxiao/{preview}/1000000"
    (placed,) = gateway.calls(create)
    assert placed.path == f"/openapi/param2/1/com.alibaba.trade/{create}/1000000"
    for form in (asked.form, placed.form):
        assert form["flow"] == "fenxiao"
        assert json.loads(form["encryptOutOrderInfo"]) == {
            "encryptOrder": False,
            "outPlatformCode": "kuajing",
            "outPlatformOrderNo": NUMBER,
        }
    assert placed.form["outOrderId"] == NUMBER


def test_a_way_to_buy_that_we_do_not_know_buys_nothing(gateway: Answering) -> None:
    alibaba = through(gateway, flow="fast-create")
    outcome = alibaba.place(a_request())
    assert isinstance(outcome, Refused)
    assert outcome.code == "flow"
    assert [problem.code for problem in alibaba.quote(a_request()).problems] == ["supplier.refused.flow"]
    assert not gateway.asked
