"""What 1688's gateway tells of orders: whom they go to, whether the money came back, lists, and pushed news."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from daifa.errors import Rejected, Retry, Unauthenticated
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import SupplierNews
from daifa.suppliers.alibaba import Alibaba, sign
from tests.unit.answering import Answering
from tests.unit.suppliers.conftest import NUMBER, SECRET
from tests.unit.suppliers.gateway_answers import HTML, ORDER, VIEW, a_trade, gateway_error, viewed

LIST = "alibaba.trade.getBuyerOrderList"
SINCE = datetime(2026, 11, 23, 8, 0, 0, 120_000, tzinfo=UTC)

SHOWN = {
    "toFullName": "张测试",
    "toMobile": "13800000000",
    "toPost": "310000",
    "toArea": "浙江省 杭州市 西湖区 北山街道",
}
WHERE = {"province": "浙江省", "city": "杭州市", "area": "西湖区", "address": "虚构路 18 号"}
PERSON = {"name": "张测试", "phone": "13800000000", "province": "浙江省", "city": "杭州市", "district": "西湖区"}
RECIPIENTS = [
    ("whole", SHOWN, WHERE, Recipient(**PERSON, address1="虚构路 18 号", postcode="310000")),
    ("only what receiverInfo shows", SHOWN, {}, Recipient(**PERSON, address1="北山街道", postcode="310000")),
    ("masked", {"toFullName": "张**", "toMobile": "138****0000"}, {}, Recipient(name="张**", phone="138****0000")),
    ("a landline", {"toFullName": "张测试", "toPhone": "0571-80000000"}, {},
     Recipient(name="张测试", phone="0571-80000000")),
    ("no words where words belong", {"toFullName": 7, "toArea": ["x"]}, {}, None),
    ("nothing", {}, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("told", "where", "person"), [row[1:] for row in RECIPIENTS], ids=[r[0] for r in RECIPIENTS])
def test_an_order_shows_whom_it_goes_to(
    gateway: Answering, alibaba: Alibaba, told: dict[str, Any], where: dict[str, Any], person: Recipient | None
) -> None:
    gateway.answers = {VIEW: (200, viewed(where=where, receiverInfo=told))}
    seen = alibaba.find(NUMBER)
    assert seen is not None
    assert seen.recipient == person


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("20180614101942000+0800", datetime(2018, 6, 14, 2, 19, 42, tzinfo=UTC)),
        ("20170913231708000-0700", datetime(2017, 9, 14, 6, 17, 8, tzinfo=UTC)),
        ("20180614101942", None),
        ("00010101000000000+0800", None),
        (None, None),
        (7, None),
    ],
)
def test_an_order_tells_when_it_was_made(gateway: Answering, alibaba: Alibaba, told: Any, at: datetime | None) -> None:
    gateway.answers = {VIEW: (200, viewed(createTime=told))}
    seen = alibaba.find(NUMBER)
    assert seen is not None
    assert seen.created_at == at


@pytest.mark.parametrize(
    ("changes", "refunded"),
    [
        ({"refundStatus": "refundsuccess", "refund": 292.0}, True),
        ({"refundStatus": "refundsuccess", "refund": 291.99}, False),
        ({"refundStatus": "refundsuccess"}, False),
        ({"refundStatus": "waitselleragree", "refund": 292.0}, False),
        ({"refundStatus": "refundclose", "refund": 292.0}, False),
        ({"refund": 0}, False),
    ],
)
def test_money_is_back_only_when_all_of_it_is(
    gateway: Answering, alibaba: Alibaba, changes: dict[str, Any], refunded: bool
) -> None:
    gateway.answers = {VIEW: (200, viewed(status="cancel", **changes))}
    seen = alibaba.find(NUMBER)
    assert seen is not None
    assert seen.refunded is refunded


def test_a_list_is_asked_by_the_time_of_change_and_tells_each_order_without_its_address(
    gateway: Answering, alibaba: Alibaba
) -> None:
    other = "2188600000000000009"
    rows = [a_trade(receiverInfo=SHOWN), a_trade(idOfStr=int(other), outOrderId=None), a_trade()]
    gateway.answers = {LIST: (200, {"result": rows, "totalRecord": 3})}
    told = list(alibaba.recent(SINCE))
    assert [(one.reference, one.number, one.recipient) for one in told] == [(ORDER, NUMBER, None), (other, "", None)]
    assert told[0].total == Money.of("292.00", "CNY")
    (asked,) = gateway.calls(LIST)
    assert asked.form["modifyStartTime"] == "20261123160000120+0800"
    assert asked.form["page"] == "1"


UNLISTED = [
    ("HTML", (200, HTML)),
    ("nothing", (200, "")),
    ("a number", (200, "7")),
    ("an error", (200, {"result": [], "totalRecord": 0, "errorCode": "500"})),
    ("no count", (200, {"result": []})),
    ("a count in words", (200, {"result": [], "totalRecord": "0"})),
    ("no list but a count", (200, {"totalRecord": 3})),
    ("a list that stops early", (200, {"result": [], "totalRecord": 3})),
    ("a row that is no order", (200, {"result": [7], "totalRecord": 1})),
    ("a row without a total", (200, {"result": [a_trade(totalAmount=None)], "totalRecord": 1})),
    ("a row in another currency", (200, {"result": [a_trade(currency="USD")], "totalRecord": 1})),
    ("a list without an end", (200, {"result": [a_trade()], "totalRecord": 10**9})),
    ("throttled", (200, gateway_error("gw.QosAppFrequencyLimit"))),
    ("a server error", (500, {"result": [], "totalRecord": 0})),
    ("no answer", None),
]


@pytest.mark.parametrize("answer", [row[1] for row in UNLISTED], ids=[row[0] for row in UNLISTED])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {LIST: answer}
    with pytest.raises(Retry):
        list(alibaba.recent(SINCE))


@pytest.mark.parametrize("answer", [{"result": [], "totalRecord": 0}, {"totalRecord": 0}])
def test_a_list_of_nothing_is_empty(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {LIST: (200, answer)}
    assert list(alibaba.recent(SINCE)) == []


def a_push(topic: str, data: Any, secret: str = SECRET["app_secret"]) -> bytes:
    message = json.dumps({"msgId": 1, "gmtBorn": 1, "type": topic, "userInfo": "b2b-1", "data": data})
    return urlencode({"message": message, "_aop_signature": sign("", {"message": message}, secret)}).encode()


ITEMS = [{"orderId": int(ORDER), "orderEntryId": 1}, {"orderId": int(ORDER), "orderEntryId": 2}]
NEWS = [
    ("made", "ORDER_BUYER_VIEW_BUYER_MAKE", {"orderId": int(ORDER)}, [ORDER]),
    ("sent", "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS", {"orderId": ORDER}, [ORDER]),
    ("a price changed", "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY", {"orderId": int(ORDER)}, [ORDER]),
    ("closed by the seller", "ORDER_BUYER_VIEW_ORDER_SELLER_CLOSE", {"orderId": int(ORDER)}, [ORDER]),
    ("refunded", "ORDER_BUYER_VIEW_ORDER_BUYER_REFUND_IN_SALES", {"orderId": int(ORDER)}, [ORDER]),
    ("paid in one go", "ORDER_BATCH_PAY", {"batchPay": [{"orderId": ORDER}, {"orderId": "2188600000000000009"}]},
     [ORDER, "2188600000000000009"]),
    ("a scan", "LOGISTICS_BUYER_VIEW_TRACE", {"OrderLogisticsTracingModel": {"orderLogsItems": ITEMS}}, [ORDER]),
    ("another tracking number", "LOGISTICS_MAIL_NO_CHANGE", {"MailNoChangeModel": {"orderLogsItems": ITEMS}}, [ORDER]),
    ("stock", "PRODUCT_PRODUCT_INVENTORY_CHANGE", {"OfferInventoryChangeList": [{"offerId": 1}]}, []),
    ("products", "PRODUCT_RELATION_VIEW_PRODUCT_CHANGE", {"productIds": "1,2"}, []),
    ("something new", "SOMETHING_NEW", {"orderId": int(ORDER)}, []),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "data", "orders"), [row[1:] for row in NEWS], ids=[row[0] for row in NEWS])
def test_a_push_names_its_orders_and_says_no_more(alibaba: Alibaba, topic: str, data: Any, orders: list[str]) -> None:
    news = alibaba.read_push({}, a_push(topic, data))
    assert news == tuple(SupplierNews(reference=order) for order in orders)
    assert alibaba.push_answer() == b"success"


@pytest.mark.parametrize(
    ("topic", "data"),
    [
        ("ORDER_BUYER_VIEW_ORDER_PAY", {}),
        ("ORDER_BUYER_VIEW_ORDER_PAY", {"orderId": 2.18e18}),
        ("ORDER_BUYER_VIEW_ORDER_PAY", [ORDER]),
        ("ORDER_BATCH_PAY", {"batchPay": []}),
        ("ORDER_BATCH_PAY", {"batchPay": [{"orderId": ORDER}, {"orderId": "1"}]}),
        ("LOGISTICS_BUYER_VIEW_TRACE", {"orderLogsItems": ITEMS}),
    ],
)
def test_a_signed_push_that_should_name_an_order_and_does_not_is_rejected(
    alibaba: Alibaba, topic: str, data: Any
) -> None:
    with pytest.raises(Rejected, match="supplier.bad_push"):
        alibaba.read_push({}, a_push(topic, data))


@pytest.mark.parametrize(
    "body",
    [
        a_push("ORDER_BUYER_VIEW_ORDER_PAY", {"orderId": int(ORDER)}, "someone else"),
        a_push("ORDER_BUYER_VIEW_ORDER_PAY", {"orderId": int(ORDER)}) + b"&more=1",
        json.dumps({"type": "ORDER_BUYER_VIEW_ORDER_PAY", "data": {"orderId": int(ORDER)}}).encode(),
        b"\xff\xfe",
        b"",
    ],
    ids=["another secret", "a field more", "JSON without a form", "not UTF-8", "nothing"],
)
def test_a_push_that_1688_did_not_sign_is_refused(alibaba: Alibaba, body: bytes) -> None:
    with pytest.raises(Unauthenticated):
        alibaba.read_push({}, body)
