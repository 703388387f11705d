"""What a supplier's answers and pushes prove, and every wish of ours, against the world and against oddities."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daifa.errors import Rejected, Retry, TooLarge, Unauthenticated
from daifa.http import Answer, Http
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.models.purchase import REFUSALS, LineState
from daifa.ports import Done, NeverSent, Outcome, PurchaseRequest, Refused, SupplierParcel, Unclear, Wire
from daifa.suppliers import webhook
from daifa.suppliers.webhook import Webhook, sign
from local.world.world import World
from tests.unit.answering import RealClock
from tests.unit.suppliers.conftest import NUMBER, a_request

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
JSON, PROBLEM = "application/json", "application/problem+json"
ELSEWHERE = Recipient(name="李测试", phone="13900000000", province="广东省", city="广州市", address1="虚构街 2 号")


class Said(Http):
    """A line that always gives one answer and keeps what was asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(RealClock())
        self.answer, self.asked = answer, list[dict[str, Any]]()

    def request(self, method: str, url: str, **asked: Any) -> Answer:
        self.asked.append({"method": method, "url": url, **asked})
        return self.answer


def a_supplier(world: World, **options: str) -> Webhook:
    clock = RealClock()
    secret, endpoint = world.credentials["supplier/webhook"], world.endpoints["webhook_supplier"]
    return Webhook(Wire("ws", endpoint, secret, Http(clock), clock, options=options))


def saying(world: World, status: int, body: bytes | dict[str, Any], kind: str = JSON, **headers: str) -> Webhook:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"content-type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    clock = RealClock()
    http = Said(Answer(status, told, raw))
    return Webhook(Wire("ws", "http://s.example", world.credentials["supplier/webhook"], http, clock))


def an_order(**changes: Any) -> dict[str, Any]:
    told = {"number": NUMBER, "reference": "WS-1", "state": "open", "total": {"amount": "292", "currency": "CNY"}}
    return {**told, **changes}


def placed(supplier: Webhook, request: PurchaseRequest | None = None) -> str:
    outcome = supplier.place(request or a_request())
    assert isinstance(outcome, Done), outcome
    return outcome.reference


@pytest.mark.parametrize(
    ("status", "body", "kind", "outcome"),
    [
        (200, an_order(), JSON, Done),
        (201, an_order(), JSON, Done),
        (202, an_order(), JSON, Unclear),
        (302, an_order(), JSON, Unclear),
        (200, an_order(state="cancelled"), JSON, Unclear),
        (200, an_order(number="DZZZ"), JSON, Unclear),
        (200, an_order(reference=""), JSON, Unclear),
        (200, an_order(reference="WS\r\n1"), JSON, Unclear),
        (200, an_order(total={"amount": "292.01", "currency": "CNY"}), JSON, Unclear),
        (200, an_order(total={"amount": "292.00", "currency": "USD"}), JSON, Unclear),
        (200, an_order(total={"amount": 292, "currency": "CNY"}), JSON, Unclear),
        (200, an_order(total={"amount": "NaN", "currency": "CNY"}), JSON, Unclear),
        (200, an_order(total={"amount": "2_92", "currency": "CNY"}), JSON, Unclear),
        (200, b"<html>ok</html>", "text/html", Unclear),
        (200, b"", JSON, Unclear),
        (200, b"[" * 100_000, JSON, Unclear),
        (200, b'{"number":' + b"9" * 5000 + b"}", JSON, Unclear),
        (409, {"code": "out_of_stock"}, PROBLEM, Unclear),
        (422, {"code": "out_of_stock"}, PROBLEM, Refused),
        (422, {"code": "out_of_stock"}, JSON, Unclear),
        (422, {"code": "moon"}, PROBLEM, Unclear),
        (422, {"code": ["out_of_stock"]}, PROBLEM, Unclear),
        (400, {"code": "out_of_stock"}, PROBLEM, Unclear),
        (429, b"", JSON, Unclear),
        (500, b"", JSON, Unclear),
        (404, b"", JSON, Unclear),
    ],
)
def test_an_answer_to_an_order_proves_only_what_it_says(
    world: World, status: int, body: Any, kind: str, outcome: type[Outcome]
) -> None:
    assert type(saying(world, status, body, kind).place(a_request())) is outcome


@pytest.mark.parametrize("status", [429, 503])
def test_busy_with_a_time_to_come_back_took_nothing(world: World, status: int) -> None:
    outcome = saying(world, status, b"", retry_after="30").place(a_request())
    assert isinstance(outcome, NeverSent)
    assert not outcome.locked_out


@pytest.mark.parametrize("status", [401, 403, 410])
def test_a_key_that_is_not_taken_locks_us_out(world: World, status: int) -> None:
    outcome = saying(world, status, b"").place(a_request())
    assert isinstance(outcome, NeverSent)
    assert outcome.locked_out


@pytest.mark.parametrize("keys", [[], ["whsec_***"]])
def test_without_a_key_nothing_is_sent(world: World, keys: list[str]) -> None:
    supplier = a_supplier(world)
    outcome = Webhook(replace(supplier._wire, secret={"keys": keys})).place(a_request())
    assert isinstance(outcome, NeverSent)
    assert outcome.locked_out


@pytest.mark.parametrize(("kind", "outcome"), [("other_currency", Unclear), ("other_amount", Unclear)])
def test_an_order_made_for_other_money_is_unclear_and_then_found(
    world: World, kind: str, outcome: type[Outcome]
) -> None:
    world.faults.add("webhook_supplier", "placed", kind)
    supplier = a_supplier(world)
    assert type(supplier.place(a_request())) is outcome
    assert supplier.find(NUMBER) is not None


def test_the_same_number_is_the_same_order_and_with_other_content_it_is_unclear(world: World) -> None:
    supplier = a_supplier(world)
    assert placed(supplier) == placed(supplier)
    assert len(world.webhook_supplier.placed()) == 1
    assert isinstance(supplier.place(a_request(merchant="别人")), Unclear)
    ids = [asked.headers["webhook-id"] for asked in world.received("webhook_supplier", "placed")]
    assert set(ids) == {f"{NUMBER}_purchase_order_placed"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"not found", "text/html"),
        (404, {"type": "about:blank"}, PROBLEM),
        (404, {"type": webhook.NO_SUCH_ORDER}, JSON),
        (200, an_order(number="DZZZ"), JSON),
        (200, an_order(state="lost"), JSON),
    ],
)
def test_only_the_suppliers_own_problem_says_that_there_is_no_order(
    world: World, status: int, body: Any, kind: str
) -> None:
    with pytest.raises(Retry):
        saying(world, status, body, kind).find(NUMBER)


def test_a_quote_tells_price_stock_and_problems(world: World) -> None:
    supplier = a_supplier(world)
    world.webhook_supplier.rules(prices={"610947572360": "38.50"}, stock={"610947572360": 3})
    quote = supplier.quote(a_request())
    assert [(one.line, one.unit_cost, one.stock) for one in quote.lines] == [("L1", Money.of("38.50", "CNY"), 3)]
    assert (quote.total, [one.code for one in quote.problems]) == (
        Money.of("312.00", "CNY"),
        ["supplier.webhook.out_of_stock"],
    )
    assert world.webhook_supplier.placed() == []


def test_every_order_is_listed_over_all_pages_and_an_endless_list_ends(world: World) -> None:
    supplier = a_supplier(world)
    numbers = [PoNumber(f"D{n:020d}") for n in range(5)]
    for number in numbers:
        placed(supplier, a_request(number=number))
    assert [one.number for one in supplier.recent(LONG_AGO)] == numbers
    assert list(supplier.recent(datetime.now(UTC) + timedelta(hours=1))) == []
    with pytest.raises(Retry):
        list(saying(world, 200, {"orders": [], "next": "1"}).recent(LONG_AGO))


def test_an_order_is_cancelled_until_it_is_shipped_and_twice_is_once(world: World) -> None:
    supplier = a_supplier(world)
    reference = placed(supplier)
    assert isinstance(supplier.amend(reference, ELSEWHERE), Done)
    assert world.webhook_supplier.placed()[0]["recipient"]["name"] == "李测试"
    assert [type(supplier.cancel(reference)) for _ in range(2)] == [Done, Done]
    seen = supplier.find(NUMBER)
    assert seen is not None
    assert seen.state == "cancelled"
    assert isinstance(supplier.amend(reference, ELSEWHERE), Refused)

    other = placed(supplier, a_request(number=PoNumber("D2")))
    world.webhook_supplier.ship("D2", "75100000000002")
    assert isinstance(supplier.cancel(other), Refused)


def test_a_cancellation_that_is_only_noted_is_not_done(world: World) -> None:
    assert isinstance(saying(world, 200, an_order()).cancel("WS-1"), Unclear)
    assert isinstance(saying(world, 200, an_order(state="cancelled")).cancel("WS-2"), Unclear)


def test_what_a_supplier_did_not_build_is_never_asked(world: World) -> None:
    supplier = a_supplier(world, features="")
    can = supplier.capabilities
    assert not any((can.lookup, can.quotes, can.lists, can.cancels, can.amends, can.ships_by_api))
    assert isinstance(supplier.cancel("WS-1"), Refused)
    assert isinstance(supplier.amend("WS-1", ELSEWHERE), Refused)
    for ask in (
        lambda: supplier.find(NUMBER),
        lambda: supplier.quote(a_request()),
        lambda: list(supplier.recent(LONG_AGO)),
        lambda: supplier.parcels("WS-1"),
    ):
        with pytest.raises(Retry):
            ask()
    assert world.received("webhook_supplier") == []


# --- what is pushed ---------------------------------------------------------------------------------------------


def read(supplier: Webhook, pushed: dict[str, Any]) -> Any:
    return supplier.read_push(pushed["headers"], pushed["body"].encode())


def test_an_acknowledgement_answers_by_line(world: World) -> None:
    supplier, party = a_supplier(world), world.webhook_supplier
    reference = placed(supplier)
    (news,) = read(supplier, party.acknowledge(NUMBER))
    assert (news.number, news.reference) == (NUMBER, reference)
    assert [(one.line, one.state) for one in news.answers] == [("L1", LineState.ACCEPTED)]
    (news,) = read(supplier, party.change_price(NUMBER, "L1", "37.00"))
    assert news.answers[0].unit_cost == Money.of("37", "CNY")
    late = {"line": "L1", "state": "backordered", "promised": "2026-12-01T00:00:00+08:00"}
    (news,) = read(supplier, party.acknowledge(NUMBER, [late]))
    assert news.answers[0].promised == datetime(2026, 11, 30, 16, tzinfo=UTC)
    for reason in REFUSALS:
        (news,) = read(supplier, party.acknowledge(NUMBER, [{"line": "L1", "state": "rejected", "reason": reason}]))
        assert (news.answers[0].state, news.answers[0].reason) == (LineState.REJECTED, reason)


def test_shipments_come_with_their_lines_and_a_change_is_a_hint(world: World) -> None:
    supplier, party = a_supplier(world), world.webhook_supplier
    placed(supplier)
    (news,) = read(supplier, party.ship(NUMBER, "75100000000001", lines=[{"line": "L1", "quantity": 3}]))
    (parcel,) = news.parcels
    assert (parcel.carrier, parcel.number, parcel.lines[0].quantity) == ("zhongtong", "75100000000001", 3)
    (news,) = read(supplier, party.cancel(NUMBER))
    assert (news.number, news.answers, news.parcels) == (NUMBER, (), ())
    assert read(supplier, party.push("invoiced", {})) == ()
    assert supplier.push_answer() == b"{}"


def test_an_old_key_is_still_heard_and_a_strangers_is_not(world: World) -> None:
    supplier, party = a_supplier(world), world.webhook_supplier
    assert read(supplier, party.push("changed", {"number": NUMBER}, old_key=True))
    with pytest.raises(Unauthenticated):
        read(supplier, party.push("changed", {"number": NUMBER}, forged=True))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"type":"purchase_order.changed","data":{"number":"D1"},"type":"purchase_order.cancelled"}',
        b'{"type":"purchase_order.changed","data":{"number":1}}',
        b'{"type":"purchase_order.shipped","data":{"number":"D1","shipments":[]}}',
        b'{"type":"purchase_order.shipped","data":{"number":"D1","shipments":[{"tracking_number":"123456","lines":'
        b'[{"line":"L1","quantity":true}]}]}}',
        b'{"type":"purchase_order.shipped","data":{"number":"D1","shipments":[{"tracking_number":"=1+1+1"}]}}',
        b'{"type":"purchase_order.acknowledged","data":{"number":"D1","lines":[{"line":"L1","state":"changed",'
        b'"quantity":"3"}]}}',
        b'{"type":"purchase_order.acknowledged","data":{"number":"D1","lines":[{"line":"L1","state":"backordered",'
        b'"promised":1764547200}]}}',
        b'{"type":"purchase_order.acknowledged","data":{"number":"D1","lines":[{"line":"L1","state":"backordered",'
        b'"promised":"2026-12-01T00:00:00"}]}}',
        b'{"type":"purchase_order.acknowledged","data":{"number":"D1","lines":[{"line":"L1","state":"changed",'
        b'"unit_cost":{"amount":NaN,"currency":"CNY"}}]}}',
        b"[" * 100_000,
    ],
)
def test_a_signed_push_that_cannot_be_read_is_rejected(world: World, body: bytes) -> None:
    now = datetime.now(UTC)
    key = world.credentials["supplier/webhook"]["keys"][0]
    told = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp()))}
    told["webhook-signature"] = sign("m", now, body, key)
    with pytest.raises(Rejected, match=re.escape("supplier.bad_push")):
        a_supplier(world).read_push(told, body)


@pytest.mark.parametrize(
    ("told", "said_at"),
    [
        ({"timestamp": "2026-12-01T08:00:00+08:00"}, datetime(2026, 12, 1, tzinfo=UTC)),
        ({"timestamp": "2026-12-01T00:00:00Z"}, datetime(2026, 12, 1, tzinfo=UTC)),
        ({}, None),
        ({"timestamp": 1764547200}, None),
        ({"timestamp": "yesterday"}, None),
        ({"timestamp": "2026-12-01T00:00:00"}, None),
    ],
)
def test_an_answer_keeps_when_it_was_said_if_that_is_told_plainly(
    world: World, told: dict[str, Any], said_at: datetime | None
) -> None:
    data = {"number": "D1", "lines": [{"line": "L1", "state": "accepted"}]}
    body = json.dumps({"type": "purchase_order.acknowledged", "data": data, **told}).encode()
    now = datetime.now(UTC)
    key = world.credentials["supplier/webhook"]["keys"][0]
    headers = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = sign("m", now, body, key)
    (news,) = a_supplier(world).read_push(headers, body)
    assert news.answers[0].said_at == said_at


def test_a_push_over_the_cap_is_not_even_verified(world: World) -> None:
    with pytest.raises(TooLarge):
        a_supplier(world).read_push({}, b" " * (webhook.PUSH_CAP + 1))


def test_the_reasons_are_those_of_the_rule() -> None:
    assert webhook.REFUSALS == REFUSALS


def test_parcels_of_another_order_are_never_ours(world: World) -> None:
    supplier = a_supplier(world)
    reference = placed(supplier)
    world.webhook_supplier.ship(NUMBER, "75100000000001")
    assert supplier.parcels(reference) == (SupplierParcel("zhongtong", "75100000000001"),)
    with pytest.raises(Retry):
        supplier.parcels("WS-9")
