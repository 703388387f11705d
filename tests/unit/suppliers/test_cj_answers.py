"""What each kind of answer of CJ's proves, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.http import Http
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import Done, NeverSent, Outcome, Refused, SupplierParcel, Unclear, Wire
from daifa.suppliers.cj import Cj
from tests.unit.answering import Answering, RealClock
from tests.unit.suppliers.cj_purchase import TO, WHITE, a_cj_line, a_cj_request, dollars

CREATE, DETAIL, PAY, DELETE, CONFIRM = "createOrderV2", "getOrderDetail", "payBalance", "deleteOrder", "confirmOrder"
NUMBER = PoNumber("DABCDEFGHJKMNPQRSTVWX")
ORDER = "2610000000000000001"
TOTAL = dollars("17.29")
HTML = "<html><body>502 Bad Gateway</body></html>"
TOKEN = {"access_token": "token-of-the-test"}


def a_cj(url: str, secret: dict[str, str] | None = None, **options: str) -> Cj:
    clock = RealClock()
    options = {"logistic_name": "CJPacket Ordinary", **options}
    told = TOKEN if secret is None else secret
    return Cj(Wire(id="gadgets", endpoint=url, secret=told, http=Http(clock), clock=clock, options=options))


@pytest.fixture
def cj(gateway: Answering) -> Cj:
    """The adapter that speaks with the test's own CJ."""
    return a_cj(gateway.url)


def ok(data: Any) -> dict[str, Any]:
    return {"code": 200, "result": True, "message": "Success", "data": data, "requestId": "r"}


def error(code: int, message: str = "said CJ", data: Any = None) -> dict[str, Any]:
    return {"code": code, "result": False, "message": message, "data": data, "requestId": "r"}


def made(**changes: Any) -> dict[str, Any]:
    data = {"orderId": ORDER, "orderNumber": NUMBER, "orderAmount": 17.29, "orderStatus": "CREATED"}
    return ok({**data, **changes})


def shown(**changes: Any) -> dict[str, Any]:
    data = {
        "orderId": ORDER,
        "orderNum": NUMBER,
        "orderStatus": "UNPAID",
        "orderAmount": "17.29",
        "paymentDate": None,
        "createDate": "2026-11-25 18:00:00",
        "trackNumber": None,
    }
    return ok({**data, **changes})


NO_ORDER = error(1600300, "Order not found")

PLACED = [
    ("id, number and total match", (200, made()), Done),
    ("the total as text", (200, made(orderAmount="17.29")), Done),
    ("the id as a number", (200, made(orderId=int(ORDER))), Done),
    ("flagged, but made", (200, made(interceptOrderReasons=[{"code": 1, "message": "look"}])), Done),
    ("a state that is no text", (200, made(orderStatus=[])), Done),
    ("a cent more than we agreed to", (200, made(orderAmount=17.30)), Unclear),
    ("no total", (200, made(orderAmount=None)), Unclear),
    ("a total below zero", (200, made(orderAmount=-17.29)), Unclear),
    ("a total that is true", (200, made(orderAmount=True)), Unclear),
    ("another currency", (200, made(currency="CNY")), Unclear),
    ("another number", (200, made(orderNumber="DOTHER")), Unclear),
    ("no number", (200, made(orderNumber=None)), Unclear),
    ("no id", (200, made(orderId=None)), Unclear),
    ("an id that went through a float", (200, made(orderId=2.61e18)), Unclear),
    ("nothing made", (200, ok(None)), Unclear),
    ("success that says no", (200, {**made(), "result": False}), Unclear),
    ("success that says no in the other word", (200, {**made(), "success": False}), Unclear),
    ("success in a list", (200, [made()]), Unclear),
    ("a code that is no number", (200, {**made(), "code": "OK"}), Unclear),
    ("HTML", (200, HTML), Unclear),
    ("an empty body", (200, ""), Unclear),
    ("not a number", (200, '{"code":NaN}'), Unclear),
    ("not UTF-8", (200, b"\xff\xfe"), Unclear),
    ("a server error with a good body", (500, made()), Unclear),
    ("a success under another status", (202, made()), Unclear),
    ("a bad gateway", (502, HTML), Unclear),
    ("a redirect", (302, ""), Unclear),
    ("a limit with a server error", (503, error(1600200)), Unclear),
    ("no answer", None, Unclear),
    ("an unknown code", (200, error(1699999)), Unclear),
    ("busy, which a call that broke off says, too", (200, error(1600000)), Unclear),
    ("our number is taken", (200, error(1603003, "Order exist, please do not duplicate create")), Unclear),
    ("a refusal with an order in it", (200, error(1602002, data={"orderId": ORDER})), Unclear),
    ("a variant that is gone", (200, error(1602003)), Refused),
    ("a way that is not there", (200, error(1605001)), Refused),
    ("bad parameters", (400, error(1600300)), Refused),
    ("an account that is not authorised", (200, error(1600004)), Refused),
    ("too many calls", (200, error(1600200)), NeverSent),
    ("too many calls, status 429", (429, error(1600200)), NeverSent),
    ("too many calls today", (200, error(1600201)), NeverSent),
    ("a token that ran out", (401, error(1600001)), NeverSent),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in PLACED], ids=[row[0] for row in PLACED])
def test_an_order_is_done_only_when_the_answer_proves_it(
    gateway: Answering, cj: Cj, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {CREATE: answer, DETAIL: (200, shown(orderStatus="CREATED"))}
    outcome = cj.place(a_cj_request(NUMBER))
    assert type(outcome) is kind, outcome
    assert len(gateway.calls(CREATE)) == 1
    if kind is Done:
        assert outcome == Done(ORDER, TOTAL)


CONFIRMED = [
    ("our number shows this order", (200, shown()), Done),
    ("our number shows another order", (200, shown(orderId="2610000000000000002")), Unclear),
    ("our number shows another total", (200, shown(orderAmount=17.30)), Unclear),
    ("our number shows another currency", (200, shown(currency="EUR")), Unclear),
    ("our number shows nothing", (200, NO_ORDER), Unclear),
    ("the look-up names another number", (200, shown(orderNum="DOTHER")), Unclear),
    ("the look-up gives HTML", (200, HTML), Unclear),
    ("the look-up gives no answer", None, Unclear),
]


@pytest.mark.parametrize(("look_up", "kind"), [row[1:] for row in CONFIRMED], ids=[row[0] for row in CONFIRMED])
def test_an_answer_for_another_order_is_caught_by_asking_for_our_own_number(
    gateway: Answering, cj: Cj, look_up: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {CREATE: (200, made()), DETAIL: look_up}
    assert type(cj.place(a_cj_request(NUMBER))) is kind
    assert len(gateway.calls(CREATE)) == 1


@pytest.mark.parametrize(
    ("look_up", "kind"),
    [((200, NO_ORDER), Refused), ((200, shown()), Unclear), ((200, HTML), Unclear), (None, Unclear)],
    ids=["nothing there", "the order is there after all", "HTML", "no answer"],
)
def test_a_failure_without_a_cause_is_believed_only_where_our_number_shows_nothing(
    gateway: Answering, cj: Cj, look_up: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {CREATE: (200, error(1603000, "Order create fail")), DETAIL: look_up}
    assert type(cj.place(a_cj_request(NUMBER))) is kind


def test_a_key_that_is_not_accepted_locks_us_out(gateway: Answering, cj: Cj) -> None:
    gateway.answers = {CREATE: (200, error(1600001)), DETAIL: (200, error(1600030))}
    for outcome in (cj.place(a_cj_request(NUMBER)), cj.pay(ORDER, TOTAL), cj.cancel(ORDER)):
        assert isinstance(outcome, NeverSent)
        assert outcome.locked_out


def test_without_a_token_nothing_is_sent_and_somebody_has_to_see_to_it(gateway: Answering) -> None:
    cj = a_cj(gateway.url, secret={"api_key": "x"})
    for outcome in (cj.place(a_cj_request(NUMBER)), cj.pay(ORDER, TOTAL), cj.cancel(ORDER)):
        assert isinstance(outcome, NeverSent)
        assert outcome.locked_out
    with pytest.raises(Retry):
        cj.find(NUMBER)
    assert not gateway.asked


def test_the_order_carries_our_number_the_goods_and_the_address_and_is_made_unpaid(gateway: Answering, cj: Cj) -> None:
    gateway.answers = {CREATE: (200, made()), DETAIL: (200, shown())}
    cj.place(a_cj_request(NUMBER))
    (asked,) = gateway.calls(CREATE)
    assert asked.path == "/api2.0/v1/shopping/order/createOrderV2"
    assert asked.headers["cj-access-token"] == TOKEN["access_token"]
    body = json.loads(asked.body)
    assert (body["orderNumber"], body["payType"], body["logisticName"]) == (NUMBER, 3, "CJPacket Ordinary")
    assert (body["shippingCountryCode"], body["shippingCountry"], body["fromCountryCode"]) == (
        "US",
        "United States",
        "CN",
    )
    assert (body["shippingCustomerName"], body["shippingPhone"], body["shippingZip"]) == (
        TO.name,
        TO.phone,
        TO.postcode,
    )
    assert (body["shippingProvince"], body["shippingCity"]) == (TO.province, TO.city)
    assert (body["shippingAddress"], body["shippingAddress2"]) == (TO.address1, TO.address2)
    assert [(line["vid"], line["quantity"]) for line in body["products"]][0] == (WHITE, 2)
    assert NUMBER in body["remark"]


def test_a_country_without_provinces_or_without_a_name_of_ours_is_named_by_what_there_is(
    gateway: Answering, cj: Cj
) -> None:
    gateway.answers = {CREATE: (200, made()), DETAIL: (200, shown())}
    cj.place(a_cj_request(NUMBER, recipient=TO.model_copy(update={"country": "MC", "province": ""})))
    body = json.loads(gateway.calls(CREATE)[0].body)
    assert (body["shippingCountry"], body["shippingProvince"]) == ("MC", TO.city)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": Money.of("17.29", "CNY")}, "currency"),
        ({"shipping": Money.of("4.80", "CNY")}, "currency"),
        ({"lines": (a_cj_line(unit_cost=Money.of("3.25", "CNY")),)}, "currency"),
        ({"lines": ()}, "lines"),
        ({"lines": (a_cj_line(),) * 51}, "lines"),
        ({"recipient": Recipient(token="OAID", country="US")}, "address"),
        ({"recipient": TO.model_copy(update={"phone": " "})}, "address"),
        ({"recipient": TO.model_copy(update={"city": ""})}, "address"),
        ({"recipient": TO.model_copy(update={"address1": ""})}, "address"),
        ({"lines": (a_cj_line(variant=""),)}, "offer"),
        ({"lines": (a_cj_line(variant="a/../b"),)}, "offer"),
        ({"lines": (a_cj_line(offer="手机支架"),)}, "offer"),
    ],
)
def test_what_cj_cannot_take_is_refused_before_anything_is_sent(
    gateway: Answering, cj: Cj, changes: dict[str, Any], code: str
) -> None:
    outcome = cj.place(a_cj_request(NUMBER, **changes))
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert not gateway.asked


def test_nothing_was_sent_when_nobody_listens() -> None:
    cj = a_cj("http://127.0.0.1:9")
    assert isinstance(cj.place(a_cj_request(NUMBER)), NeverSent)
    assert isinstance(cj.pay(ORDER, TOTAL), NeverSent)
    assert isinstance(cj.cancel(ORDER), NeverSent)
    with pytest.raises(Retry):
        cj.find(NUMBER)


FOUND = [
    ("made", {"orderStatus": "CREATED"}, "open", False),
    ("in the cart", {"orderStatus": "IN_CART"}, "open", False),
    ("confirmed", {}, "open", False),
    ("paid", {"orderStatus": "UNSHIPPED", "paymentDate": "2026-11-25 19:00:00"}, "paid", True),
    ("paid without a date", {"orderStatus": "UNSHIPPED"}, "paid", True),
    ("shipped", {"orderStatus": "SHIPPED"}, "shipped", True),
    ("done", {"orderStatus": "DELIVERED"}, "done", True),
    ("cancelled", {"orderStatus": "CANCELLED"}, "cancelled", False),
    ("an unlisted state", {"orderStatus": "OTHER"}, "open", False),
    ("an unlisted state, paid", {"orderStatus": "OTHER", "paymentDate": "2026-11-25 19:00:00"}, "paid", True),
]


@pytest.mark.parametrize(("changes", "state", "paid"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_an_order_is_read_under_our_number(
    gateway: Answering, cj: Cj, changes: dict[str, Any], state: str, paid: bool
) -> None:
    gateway.answers = {DETAIL: (200, shown(**changes))}
    there = cj.find(NUMBER)
    assert there is not None
    assert (there.reference, there.total, there.number) == (ORDER, TOTAL, NUMBER)
    assert (there.state, there.paid) == (state, paid)
    assert gateway.calls(DETAIL)[0].query == {"orderId": NUMBER}


def test_an_order_shows_when_it_was_made_and_whom_it_goes_to(gateway: Answering, cj: Cj) -> None:
    address = {"shippingCountryCode": "US", "shippingCity": "Inventon", "shippingCustomerName": "T*** P***"}
    gateway.answers = {DETAIL: (200, shown(**address))}
    there = cj.find(NUMBER)
    assert there is not None
    assert str(there.created_at) == "2026-11-25 10:00:00+00:00"
    assert there.recipient == Recipient(name="T*** P***", country="US", city="Inventon")


def test_half_a_character_in_an_answer_breaks_nothing(gateway: Answering, cj: Cj) -> None:
    address = {"shippingCountryCode": "US", "shippingCustomerName": "\ud83d"}
    gateway.answers = {DETAIL: (200, shown(**address)), CREATE: (200, error(1602003, "\udc00 gone"))}
    there = cj.find(NUMBER)
    assert there is not None
    assert there.recipient == Recipient(name="?", country="US")
    outcome = cj.place(a_cj_request(NUMBER))
    assert isinstance(outcome, Refused)
    assert outcome.values["said"] == "? gone"


@pytest.mark.parametrize(
    "answer",
    [NO_ORDER, error(1603100, "whatever it says")],
    ids=["not found among the bad parameters", "not found by its code"],
)
def test_only_the_documented_answers_say_that_there_is_no_order(gateway: Answering, cj: Cj, answer: Any) -> None:
    gateway.answers = {DETAIL: (200, answer)}
    assert cj.find(NUMBER) is None


UNREADABLE = [
    ("another bad parameter", (200, error(1600300, "orderId must not be empty"))),
    ("not found with a server error", (500, NO_ORDER)),
    ("another code", (200, error(1601000))),
    ("busy", (200, error(1600000))),
    ("throttled", (429, error(1600200))),
    ("success without an order", (200, ok(None))),
    ("success with a list", (200, ok([]))),
    ("another number's order", (200, shown(orderNum="DOTHER"))),
    ("no total", (200, shown(orderAmount=None))),
    ("another currency", (200, shown(currency="CNY"))),
    ("a total below zero", (200, shown(orderAmount=-1))),
    ("no readable id", (200, shown(orderId=1.5))),
    ("HTML", (200, HTML)),
    ("nothing", (200, "")),
    ("no answer", None),
]


@pytest.mark.parametrize("answer", [row[1] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_a_look_up_that_proves_nothing_is_asked_again(gateway: Answering, cj: Cj, answer: Any) -> None:
    gateway.answers = {DETAIL: answer}
    with pytest.raises(Retry):
        cj.find(NUMBER)


PAID = [
    ("paid", (200, ok("")), Done),
    ("paid, with our order", (200, ok({"orderId": ORDER})), Done),
    ("paid, but another order", (200, ok("2610000000000000002")), Unclear),
    ("success that says no", (200, {**ok(True), "result": False}), Unclear),
    ("HTML", (200, HTML), Unclear),
    ("an empty body", (200, ""), Unclear),
    ("a server error after success", (500, ok(True)), Unclear),
    ("no answer", None, Unclear),
    ("a failure without a cause", (200, error(1603101, "Order pay fail")), Unclear),
    ("busy", (200, error(1600000)), Unclear),
    ("an empty balance", (200, error(1604000)), Refused),
    ("an empty balance, as one client meets it", (200, error(1600100)), Refused),
    ("no such order", (200, error(1603100)), Refused),
    ("an account that is not authorised", (200, error(1600008)), Refused),
    ("too many calls", (200, error(1600200)), NeverSent),
    ("a token that ran out", (200, error(1600030)), NeverSent),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in PAID], ids=[row[0] for row in PAID])
def test_a_payment_is_done_only_when_the_answer_proves_it(
    gateway: Answering, cj: Cj, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {DETAIL: (200, shown()), PAY: answer}
    outcome = cj.pay(ORDER, TOTAL)
    assert type(outcome) is kind, outcome
    (asked,) = gateway.calls(PAY)
    assert json.loads(asked.body) == {"orderId": ORDER}
    if isinstance(outcome, Done):
        assert outcome == Done(ORDER, TOTAL, paid=True)


NOT_PAYABLE = [
    ("another total", (200, shown(orderAmount=18)), Refused),
    ("another order", (200, shown(orderId="2610000000000000002")), NeverSent),
    ("a state that is no text", (200, shown(orderStatus=["UNPAID"])), Refused),
    ("no total", (200, shown(orderAmount=None)), NeverSent),
    ("paid already", (200, shown(orderStatus="UNSHIPPED")), Unclear),
    ("cancelled", (200, shown(orderStatus="CANCELLED")), Refused),
    ("a state nobody documents", (200, shown(orderStatus="OTHER")), Refused),
    ("no such order", (200, NO_ORDER), Refused),
    ("HTML", (200, HTML), NeverSent),
    ("throttled", (200, error(1600200)), NeverSent),
    ("no answer", None, NeverSent),
]


@pytest.mark.parametrize(("look", "kind"), [row[1:] for row in NOT_PAYABLE], ids=[row[0] for row in NOT_PAYABLE])
def test_an_order_that_does_not_show_itself_payable_for_our_amount_is_not_paid(
    gateway: Answering, cj: Cj, look: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {DETAIL: look, PAY: (200, ok(True))}
    assert type(cj.pay(ORDER, TOTAL)) is kind
    assert not gateway.calls(PAY)


UNCONFIRMED = [
    ("confirmed, but not shown so", (200, ok(ORDER)), NeverSent),
    ("refused", (200, error(1603001, "Order confirm fail")), Refused),
    ("an account that is not authorised", (200, error(1600004)), Refused),
    ("throttled", (200, error(1600200)), NeverSent),
    ("HTML", (200, HTML), NeverSent),
    ("no answer", None, NeverSent),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in UNCONFIRMED], ids=[row[0] for row in UNCONFIRMED])
def test_an_order_that_stays_unconfirmed_is_not_paid(
    gateway: Answering, cj: Cj, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {DETAIL: (200, shown(orderStatus="CREATED")), CONFIRM: answer, PAY: (200, ok(True))}
    assert type(cj.pay(ORDER, TOTAL)) is kind
    assert not gateway.calls(PAY)


DELETED = [
    ("deleted", (200, ok(ORDER)), Done),
    ("another order deleted", (200, ok("2610000000000000002")), Unclear),
    ("refused", (200, error(1603002)), Refused),
    ("throttled", (200, error(1600200)), NeverSent),
    ("HTML", (200, HTML), Unclear),
    ("no answer", None, Unclear),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in DELETED], ids=[row[0] for row in DELETED])
def test_an_unpaid_order_is_undone_only_when_the_answer_proves_it(
    gateway: Answering, cj: Cj, answer: Any, kind: type[Outcome]
) -> None:
    gateway.answers = {DETAIL: (200, shown()), DELETE: answer}
    assert type(cj.cancel(ORDER)) is kind
    assert gateway.calls(DELETE)[0].query == {"orderId": ORDER}


TRACKED = [
    ("one", {"trackNumber": "CJPKL0000000001", "logisticName": "CJPacket Ordinary"}, [("", "CJPKL0000000001")]),
    ("by a known company", {"trackNumber": "LX000000001", "logisticName": "USPS"}, [("usps", "LX000000001")]),
    ("two in one field", {"trackNumber": "AA000001, AA000002"}, [("", "AA000001"), ("", "AA000002")]),
    ("told twice", {"trackNumber": "AA000001;AA000001"}, [("", "AA000001")]),
    ("words instead of a number", {"trackNumber": "待发货"}, []),
    ("an empty number", {"trackNumber": " "}, []),
    ("a number of a cancelled order", {"trackNumber": "AA000001", "orderStatus": "CANCELLED"}, []),
]


@pytest.mark.parametrize(("changes", "parcels"), [row[1:] for row in TRACKED], ids=[row[0] for row in TRACKED])
def test_parcels_are_read_and_never_without_a_number(
    gateway: Answering, cj: Cj, changes: dict[str, Any], parcels: list[tuple[str, str]]
) -> None:
    gateway.answers = {DETAIL: (200, shown(**{"orderStatus": "SHIPPED", **changes}))}
    assert cj.parcels(ORDER) == tuple(SupplierParcel(*parcel) for parcel in parcels)


def test_parcels_of_another_order_are_not_ours(gateway: Answering, cj: Cj) -> None:
    for look in (shown(orderId="2610000000000000002", trackNumber="AA000001"), NO_ORDER):
        gateway.answers = {DETAIL: (200, look)}
        with pytest.raises(Retry):
            cj.parcels(ORDER)
