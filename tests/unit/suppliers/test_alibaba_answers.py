"""What each kind of answer of 1688's gateway proves, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daifa.errors import NotFound, Rejected, Retry
from daifa.http import Http
from daifa.models.collected import Availability
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.models.shipment import Goods
from daifa.ports import Done, NeverSent, Outcome, Refused, SupplierOrder, SupplierParcel, Unclear, Wire
from daifa.suppliers.alibaba import Alibaba, sign
from tests.unit.answering import Answering, RealClock
from tests.unit.suppliers.conftest import NUMBER, SECRET, a_line, a_request
from tests.unit.suppliers.gateway_answers import HTML, NO_ORDER, ORDER, VIEW, gateway_error, viewed

CREATE = "alibaba.trade.fastCreateOrder"
CROSS = "alibaba.trade.createCrossOrder"
PAY = "alibaba.trade.pay.protocolPay.preparePay"
LOGISTICS = "alibaba.trade.getLogisticsInfos.buyerView"
DETAIL = "product.search.queryProductDetail"

MADE = {"result": {"orderId": ORDER, "totalSuccessAmount": 29200, "postFee": 400, "failedOfferList": []}}


def made(**changes: Any) -> dict[str, Any]:
    return {"success": True, "result": {**MADE["result"], **changes}}


def refused(code: str) -> dict[str, Any]:
    return {"success": False, "code": code, "message": "库存不足", "result": None}


PLACED = [
    ("order id and total match", (200, made()), Done),
    ("flat, as the documented samples are", (200, MADE["result"]), Done),
    ("success false beside an order id, as documented", (200, {**MADE, "success": False}), Done),
    ("total as text", (200, made(totalSuccessAmount="29200")), Done),
    ("order id as a number", (200, made(orderId=int(ORDER))), Done),
    ("one fen more than we agreed to", (200, made(totalSuccessAmount=29201)), Unclear),
    ("yuan where fen belong", (200, made(totalSuccessAmount=292)), Unclear),
    ("a total with a fraction", (200, made(totalSuccessAmount=29200.0)), Unclear),
    ("a total that is true", (200, made(totalSuccessAmount=True)), Unclear),
    ("no total", (200, made(totalSuccessAmount=None)), Unclear),
    ("success without an order id", (200, {"success": True, "result": {"totalSuccessAmount": 29200}}), Unclear),
    ("an empty order id", (200, made(orderId="")), Unclear),
    ("an order id that went through a float", (200, made(orderId=2.1886e18)), Unclear),
    ("an order id of letters", (200, made(orderId="OK")), Unclear),
    ("several orders", (200, made(orderId=None, orderList=[{"orderId": "1"}, {"orderId": "2"}])), Unclear),
    ("made without a line", (200, made(failedOfferList=[{"offerId": "1", "errorCode": "x"}])), Unclear),
    ("HTML", (200, HTML), Unclear),
    ("nothing", (200, ""), Unclear),
    ("a list", (200, []), Unclear),
    ("not a number", (200, '{"result":{"orderId":NaN}}'), Unclear),
    ("not UTF-8", (200, b"\xff\xfe"), Unclear),
    ("a server error with a good body", (500, made()), Unclear),
    ("a bad gateway", (502, HTML), Unclear),
    ("a redirect", (302, ""), Unclear),
    ("a server error that names a harmless code", (500, gateway_error("gw.QosAppFrequencyLimit")), Unclear),
    ("no answer", None, Unclear),
    ("an unknown business code", (200, refused("9999")), Unclear),
    ("an unknown gateway code", (400, gateway_error("gw.RemoteServiceTimeout")), Unclear),
    ("a token that ran out", (401, gateway_error("401")), NeverSent),
    ("a token that ran out, status 200", (200, gateway_error("401")), NeverSent),
    ("out of stock", (200, refused("500_004")), Refused),
    ("below the minimum quantity", (200, refused("500_005")), Refused),
    ("bad parameters", (200, refused("400")), Refused),
    ("a way to trade that is not offered", (200, refused("not support tradeType:【period】")), Refused),
    ("every offer failed", (200, {"success": False, "result": {"failedOfferList": [{"errorCode": "X"}]}}), Refused),
    ("a refusal with a server error", (500, refused("500_004")), Unclear),
    ("a refusal that says success", (200, {**refused("500_004"), "success": True}), Unclear),
    ("too many calls", (200, gateway_error("gw.QosAppFrequencyLimit")), NeverSent),
    ("too many calls, status 400", (400, gateway_error("gw.QosAppFrequencyLimit")), NeverSent),
    ("signature refused", (400, gateway_error("gw.SignatureInvalid")), NeverSent),
    ("not allowed", (400, gateway_error("gw.APIACLDecline")), NeverSent),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in PLACED], ids=[row[0] for row in PLACED])
def test_an_order_is_done_only_when_the_answer_proves_it(
    gateway: Answering, alibaba: Alibaba, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {CREATE: answer, VIEW: (200, viewed())}
    outcome = alibaba.place(a_request())
    assert type(outcome) is kind, outcome
    assert len(gateway.calls(CREATE)) == 1
    if kind is Done:
        assert outcome == Done(ORDER, Money.of("292.00", "CNY"))


CONFIRMED = [
    ("our number shows another order", (200, viewed(idOfStr="2188600000000000002")), Unclear),
    ("our number shows nothing", (200, NO_ORDER), Unclear),
    ("our number shows another total", (200, viewed(totalAmount=292.01)), Unclear),
    ("the look-up names another number", (200, viewed(outOrderId="DOTHER")), Unclear),
    ("the look-up gives HTML", (200, HTML), Unclear),
    ("the look-up gives no answer", None, Unclear),
    ("our number shows this order", (200, viewed()), Done),
]


@pytest.mark.parametrize(("look_up", "kind"), [row[1:] for row in CONFIRMED], ids=[row[0] for row in CONFIRMED])
def test_an_answer_for_another_order_is_caught_by_asking_for_our_own_number(
    gateway: Answering, alibaba: Alibaba, look_up: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {CREATE: (200, made()), VIEW: look_up}
    assert type(alibaba.place(a_request())) is kind
    assert len(gateway.calls(CREATE)) == 1


def test_the_order_carries_our_number_the_goods_and_the_address_and_its_signature_fits(
    gateway: Answering, alibaba: Alibaba
) -> None:
    gateway.answers = {CREATE: (200, made()), VIEW: (200, viewed())}
    alibaba.place(a_request(lines=(a_line(), a_line(line="L2", variant="610947572360", quantity=1))))
    (asked,) = gateway.calls(CREATE)
    assert asked.path == f"/openapi/param2/1/com.alibaba.trade/{CREATE}/1000000"
    form = asked.form
    path = asked.path.removeprefix("/openapi/")
    assert form["_aop_signature"] == sign(path, form, SECRET["app_secret"])
    assert form["outOrderId"] == NUMBER
    assert NUMBER in form["message"]
    assert len(form["_aop_timestamp"]) == 13
    assert json.loads(form["cargoParamList"]) == [
        {"offerId": 610947572360, "specId": "2ba3d63866a71fbae83909d9b4814f01", "quantity": 8},
        {"offerId": 610947572360, "quantity": 1},
    ]
    address = json.loads(form["addressParam"])
    assert (address["fullName"], address["mobile"], address["address"]) == ("张测试", "13800000000", "虚构路 18 号 502")


def test_a_cross_border_account_orders_through_its_own_call(gateway: Answering) -> None:
    clock = RealClock()
    options = {"flow": "cross", "trade_flow": "fenxiao", "trade_type": "assureTrade"}
    wire = Wire(id="x", endpoint=gateway.url, secret=SECRET, http=Http(clock), clock=clock, options=options)
    gateway.answers = {CROSS: (200, {**MADE, "success": False}), VIEW: (200, viewed())}
    assert isinstance(Alibaba(wire).place(a_request()), Done)
    assert not gateway.calls(CREATE)
    form = gateway.calls(CROSS)[0].form
    assert (form["flow"], form["tradeType"]) == ("fenxiao", "assureTrade")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": Money.of("292", "USD")}, "currency"),
        ({"lines": ()}, "lines"),
        ({"lines": (a_line(),) * 51}, "lines"),
        ({"recipient": Recipient(token="OAID")}, "address"),
        ({"lines": (a_line(offer="lamp"),)}, "offer"),
        ({"lines": (a_line(offer="６１０９４７"),)}, "offer"),
    ],
)
def test_what_1688_cannot_take_is_refused_before_anything_is_sent(
    gateway: Answering, alibaba: Alibaba, changes: dict[str, Any], code: str
) -> None:
    outcome = alibaba.place(a_request(**changes))
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert not gateway.asked


def test_nothing_was_sent_when_nobody_listens() -> None:
    clock = RealClock()
    alibaba = Alibaba(Wire(id="x", endpoint="http://127.0.0.1:9", secret=SECRET, http=Http(clock), clock=clock))
    assert isinstance(alibaba.place(a_request()), NeverSent)
    assert isinstance(alibaba.pay(ORDER, Money.of("292.00", "CNY")), NeverSent)
    with pytest.raises(Retry):
        alibaba.find(NUMBER)


def held(state: str, total: str = "292.00", paid: bool = False) -> SupplierOrder:
    return SupplierOrder(ORDER, state, Money.of(total, "CNY"), paid=paid, number=NUMBER)


FOUND = [
    ("unpaid", {}, held("open")),
    ("paid", {"status": "waitsellersend", "payTime": "20261123160000000+0800"}, held("paid", paid=True)),
    ("shipped", {"status": "waitbuyerreceive"}, held("shipped", paid=True)),
    ("done", {"status": "success"}, held("done", paid=True)),
    ("cancelled", {"status": "cancel"}, held("cancelled")),
    ("an unlisted state", {"status": "waitx"}, held("open")),
    ("a fraction", {"totalAmount": 6.15}, held("open", "6.15")),
    ("total as text", {"totalAmount": "6.15"}, held("open", "6.15")),
    ("in yuan by its old name", {"currency": "RMB"}, held("open")),
]


@pytest.mark.parametrize(("changes", "order"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_an_order_is_read_in_yuan_under_our_number(
    gateway: Answering, alibaba: Alibaba, changes: dict[str, Any], order: SupplierOrder
) -> None:
    gateway.answers = {VIEW: (200, viewed(**changes))}
    assert alibaba.find(NUMBER) == order
    assert gateway.calls(VIEW)[0].form["outOrderId"] == NUMBER


def test_only_the_documented_code_says_that_there_is_no_order(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {VIEW: (200, NO_ORDER)}
    assert alibaba.find(NUMBER) is None


UNREADABLE = [
    ("another code", (200, {**NO_ORDER, "errorCode": "500"})),
    ("the code with a server error", (500, NO_ORDER)),
    ("the code beside success", (200, {**NO_ORDER, "success": "true"})),
    ("throttled", (200, gateway_error("gw.QosAppFrequencyLimit"))),
    ("an empty result", (200, {"success": True, "result": {}})),
    ("another number's order", (200, viewed(outOrderId="DOTHER"))),
    ("no total", (200, viewed(totalAmount=None))),
    ("a total below nothing", (200, viewed(totalAmount=-1))),
    ("another currency", (200, viewed(currency="USD"))),
    ("no readable id", (200, viewed(idOfStr="", id=1.5))),
    ("HTML", (200, HTML)),
    ("nothing", (200, "")),
    ("no answer", None),
]


@pytest.mark.parametrize("answer", [row[1] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_look_up_that_proves_nothing_is_asked_again(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {VIEW: answer}
    with pytest.raises(Retry):
        alibaba.find(NUMBER)


def paid(success: Any, pay_success: Any, code: str | None = None) -> dict[str, Any]:
    return {"result": {"success": success, "code": code, "result": {"payChannel": "alipay", "paySuccess": pay_success}}}


PAID = [
    ("paid", (200, paid(True, True)), Done),
    ("paid, in words", (200, paid("true", "true")), Done),
    ("not paid, which may be untrue", (200, paid(True, False)), Unclear),
    ("a failure without a known code", (200, paid(False, False, "BALANCE")), Unclear),
    ("no word about the payment", (200, {"result": {"success": True}}), Unclear),
    ("no such order", (200, paid(False, False, "ORDER_NOT_EXIST")), Refused),
    ("HTML", (200, HTML), Unclear),
    ("a server error after success", (500, paid(True, True)), Unclear),
    ("no answer", None, Unclear),
    ("too many calls", (200, gateway_error("gw.QosAppFrequencyLimit")), NeverSent),
    ("signature refused", (400, gateway_error("gw.SignatureInvalid")), NeverSent),
    ("another gateway error", (400, gateway_error("gw.Other")), Unclear),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in PAID], ids=[row[0] for row in PAID])
def test_a_payment_is_done_only_when_the_answer_proves_it(
    gateway: Answering, alibaba: Alibaba, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {PAY: answer}
    outcome = alibaba.pay(ORDER, Money.of("292.00", "CNY"))
    assert type(outcome) is kind, outcome
    (asked,) = gateway.calls(PAY)
    assert json.loads(asked.form["tradeWithholdPreparePayParam"]) == {"orderId": int(ORDER), "payAmount": 29200}
    if isinstance(outcome, Done):
        assert outcome.paid


@pytest.mark.parametrize(("reference", "amount"), [(ORDER, Money.of("1", "USD")), ("", Money.of("1", "CNY"))])
def test_a_payment_that_makes_no_sense_is_never_sent(
    gateway: Answering, alibaba: Alibaba, reference: str, amount: Money
) -> None:
    assert isinstance(alibaba.pay(reference, amount), Refused)
    assert not gateway.asked


def a_parcel(**changes: Any) -> dict[str, Any]:
    row = {
        "logisticsBillNo": "75100000000001",
        "logisticsCompanyNo": "ZTO",
        "logisticsCompanyName": "中通快递(ZTO)",
        "status": "TRANSPORT",
        "orderEntryIds": ORDER,
    }
    return {**row, **changes}


PARCELS = [
    ("by company code", [a_parcel()], (SupplierParcel("zhongtong", "75100000000001"),)),
    ("by company name", [a_parcel(logisticsCompanyNo="8")], (SupplierParcel("zhongtong", "75100000000001"),)),
    ("an unknown company", [a_parcel(logisticsCompanyNo="", logisticsCompanyName="某物流")],
     (SupplierParcel("", "75100000000001"),)),
    ("goods that need no carrier", [a_parcel(logisticsBillNo="不需要物流")], ()),
    ("called back", [a_parcel(status="CANCEL")], ()),
    ("not yet numbered", [a_parcel(logisticsBillNo=None)], ()),
    ("told twice", [a_parcel(), a_parcel()], (SupplierParcel("zhongtong", "75100000000001"),)),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "parcels"), [row[1:] for row in PARCELS], ids=[row[0] for row in PARCELS])
def test_parcels_are_read(gateway: Answering, alibaba: Alibaba, rows: list[Any], parcels: tuple[Any, ...]) -> None:
    gateway.answers = {LOGISTICS: (200, {"success": "true", "result": rows}), VIEW: (200, viewed())}
    assert alibaba.parcels(ORDER) == parcels


ITEMS = [
    {"subItemID": int(ORDER), "productID": 610947572360, "specId": "white", "quantity": 3},
    {"subItemIDString": "2188600000000000008", "productID": "610947572361", "quantity": 2.0},
]
FIRST = Goods(offer="610947572360", variant="white", quantity=3)
SECOND = Goods(offer="610947572361", variant="", quantity=2)
CONTENTS = [
    ("one entry", {}, (FIRST,)),
    ("two entries", {"orderEntryIds": f"{ORDER}, 2188600000000000008"}, (FIRST, SECOND)),
    ("a part of an entry", {"sendGoods": [{"goodsQuantity": 1}]}, (FIRST.model_copy(update={"quantity": 1}),)),
    ("more than the entry", {"sendGoods": [{"goodsQuantity": 9}]}, (FIRST,)),
    ("no readable part of it", {"sendGoods": [{"goodsQuantity": "some"}]}, (FIRST,)),
    ("an entry the order does not have", {"orderEntryIds": f"{ORDER},2188600000000000009"}, ()),
    ("no entries", {"orderEntryIds": None}, ()),
]


@pytest.mark.parametrize(("changes", "goods"), [row[1:] for row in CONTENTS], ids=[row[0] for row in CONTENTS])
def test_a_parcel_holds_the_goods_of_the_entries_it_names(
    gateway: Answering, alibaba: Alibaba, changes: dict[str, Any], goods: tuple[Goods, ...]
) -> None:
    gateway.answers = {
        LOGISTICS: (200, {"success": True, "result": [a_parcel(**changes)]}),
        VIEW: (200, viewed(items=ITEMS)),
    }
    assert alibaba.parcels(ORDER) == (SupplierParcel("zhongtong", "75100000000001", goods=goods),)


def test_nothing_shipped_yet_is_no_parcel(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {LOGISTICS: (200, {"success": False, "errorCode": "500_2"})}
    assert alibaba.parcels(ORDER) == ()


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"success": False, "errorCode": "404"}),
        (200, {"success": True, "result": None}),
        (200, {"success": True, "result": [a_parcel(logisticsOrderGoods=[{"tradeOrderId": 7}])]}),
        (200, HTML),
        None,
    ],
    ids=["another code", "no list", "another order's parcel", "HTML", "no answer"],
)
def test_parcels_that_cannot_be_told_are_asked_for_again(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {LOGISTICS: answer}
    with pytest.raises(Retry):
        alibaba.parcels(ORDER)


def an_offer(**changes: Any) -> dict[str, Any]:
    offer = {
        "offerId": 610947572360,
        "subject": "折叠LED护眼台灯",
        "description": '<p onclick="x()">亮</p><script>alert(1)</script><img src="//evil.example/x.png">',
        "status": "published",
        "minOrderQuantity": 2,
        "productImage": {"images": ["//cbu01.alicdn.com/a.jpg", "http://cbu01.alicdn.com/b.jpg", "javascript:1"]},
        "productAttribute": [
            {"attributeName": "颜色", "value": "白色"},
            {"attributeName": "颜色", "value": "黑色"},
        ],
        "productSkuInfos": [
            {
                "specId": "aa",
                "price": "36.00",
                "amountOnSale": 3,
                "cargoNumber": "MC-1",
                "fenxiaoPriceInfo": {"onePiecePrice": "38.50"},
                "skuAttributes": [{"attributeName": "颜色", "value": "白色", "skuImageUrl": "https://a.example/1.jpg"}],
            },
            {
                "specId": "bb",
                "price": "40",
                "amountOnSale": 0,
                "skuAttributes": [{"attributeName": "颜色", "value": "黑色"}],
            },
        ],
        "productSaleInfo": {"priceRangeList": [{"startQuantity": 2, "price": "36.00"}]},
        "productShippingInfo": {"weight": 0.42, "sendGoodsAddressText": "广东省 中山市"},
    }
    return {**offer, **changes}


def told(offer: dict[str, Any]) -> tuple[int, Any]:
    return 200, {"result": {"success": "true", "code": "200", "result": offer}}


def test_an_offer_is_collected_with_its_variants_prices_and_sources(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {DETAIL: told(an_offer())}
    product = alibaba.collect("610947572360")
    assert product.title == "折叠LED护眼台灯"
    assert product.url == "https://detail.1688.com/offer/610947572360.html"
    assert [(v.key, str(v.price), v.stock, v.options) for v in product.variants] == [
        ("aa", "38.50", 3, {"颜色": "白色"}),
        ("bb", "40", 0, {"颜色": "黑色"}),
    ]
    assert product.variants[1].availability is Availability.OUT_OF_STOCK
    assert (str(product.price), product.currency, product.stock) == ("38.50", "CNY", 3)
    assert product.options[0].values == ("白色", "黑色")
    assert product.attributes == {"颜色": "白色、黑色"}
    assert product.images == ("https://cbu01.alicdn.com/a.jpg", "https://cbu01.alicdn.com/b.jpg")
    assert product.min_order_quantity == 2
    assert product.weight_grams == 420
    assert product.description == "<p>亮</p><img>"
    assert set(product.sources.values()) == {"1688 gateway"}
    assert {"title", "price", "variants"} <= set(product.sources)


def test_an_offer_without_variants_has_one_that_bears_its_own_number(gateway: Answering, alibaba: Alibaba) -> None:
    sale = {"amountOnSale": 9, "priceRangeList": [{"startQuantity": 1, "price": "5.50"}]}
    gateway.answers = {DETAIL: told(an_offer(productSkuInfos=[], productSaleInfo=sale))}
    (variant,) = alibaba.collect("610947572360").variants
    assert (variant.key, str(variant.price), variant.stock) == ("610947572360", "5.50", 9)


def test_an_offer_taken_down_is_collected_as_discontinued(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {DETAIL: told(an_offer(status="member deleted"))}
    assert alibaba.collect("610947572360").availability is Availability.DISCONTINUED


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {"result": {"success": False, "code": "404"}}), NotFound),
        ((200, {"result": {"success": False, "code": "500"}}), Retry),
        (told(an_offer(offerId=7000000)), Retry),
        ((200, HTML), Retry),
        (None, Retry),
    ],
    ids=["no offer", "an unknown code", "another offer", "HTML", "no answer"],
)
def test_an_offer_that_cannot_be_read_says_why(
    gateway: Answering, alibaba: Alibaba, answer: Any, error: type[Exception]
) -> None:
    gateway.answers = {DETAIL: answer}
    with pytest.raises(error):
        alibaba.collect("610947572360")


@pytest.mark.parametrize("offer_id", ["", "abc", "-1", "1" * 30])
def test_what_is_no_offer_number_is_never_asked_for(gateway: Answering, alibaba: Alibaba, offer_id: str) -> None:
    with pytest.raises(Rejected):
        alibaba.collect(offer_id)
    assert not gateway.asked


def test_1688_can_be_asked_by_our_number_and_takes_it_whole(alibaba: Alibaba) -> None:
    capabilities = alibaba.capabilities
    assert capabilities.lookup
    assert capabilities.pays_apart
    assert capabilities.max_number >= len(NUMBER)
