"""CJ from the quote to the parcel, against the other side of its wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import Retry, Unauthenticated
from daifa.http import Http
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.ports import Done, NeverSent, Quote, QuotedLine, Refused, SupplierNews, SupplierParcel, Unclear, Wire
from daifa.suppliers.cj import Cj
from local.world.world import World
from tests.unit.answering import Answering, RealClock, answering
from tests.unit.suppliers.cj_purchase import BLACK, LIGHT, PLAIN, TO, WHITE, a_cj_line, a_cj_request, dollars

NUMBER = PoNumber("DABCDEFGHJKMNPQRSTVWX")
ASKED = a_cj_request(NUMBER)


def a_cj(world: World, **options: str) -> Cj:
    clock, secret = RealClock(), world.credentials["supplier/gadgets"]
    return Cj(Wire("gadgets", world.endpoints["cj"], secret, Http(clock), clock, options=options))


@pytest.fixture
def cj(world: World) -> Cj:
    """The adapter that speaks with the world's CJ."""
    return a_cj(world)


def placed(cj: Cj, number: PoNumber = NUMBER) -> str:
    outcome = cj.place(a_cj_request(number))
    assert isinstance(outcome, Done), outcome
    return outcome.reference


def status(world: World, reference: str) -> str:
    return str(next(order["status"] for order in world.cj.placed() if order["id"] == reference))


class TestQuote:
    def test_a_purchase_is_quoted_by_variant_stock_and_the_cheapest_way(self, cj: Cj, world: World) -> None:
        lines = (QuotedLine("L1", dollars("3.25"), 900), QuotedLine("L2", dollars("5.99"), 75))
        assert cj.quote(ASKED) == Quote(lines, dollars("4.80"), dollars("17.29"))
        assert world.cj.placed() == []

    def test_what_is_quoted_is_what_is_then_bought(self, cj: Cj, world: World) -> None:
        world.cj.change(WHITE, cents=410)
        quote = cj.quote(ASKED)
        lines = tuple(
            replace(line, unit_cost=said.unit_cost) for line, said in zip(ASKED.lines, quote.lines, strict=True)
        )
        outcome = cj.place(replace(ASKED, lines=lines, shipping=quote.shipping, total=quote.total))
        assert outcome == Done(world.cj.placed()[0]["id"], dollars("18.99"))

    def test_the_configured_way_is_quoted_and_bought_although_there_is_a_cheaper_one(self, world: World) -> None:
        cj = a_cj(world, logistic_name="USPS+")
        assert cj.quote(ASKED).shipping == dollars("8.90")
        assert isinstance(cj.place(a_cj_request(NUMBER, total=dollars("21.39"))), Done)
        assert world.cj.placed()[0]["company"] == "USPS+"

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            (
                {"lines": (a_cj_line(variant=BLACK, quantity=9), a_cj_line(variant=BLACK, quantity=4))},
                Reason.of("supplier.cj.problem.stock", variant=BLACK, wanted=13, stock=12),
            ),
            ({"lines": (a_cj_line(variant="1"),)}, Reason.of("supplier.cj.problem.gone", variant="1")),
            ({"lines": (a_cj_line(offer="1"),)}, Reason.of("supplier.cj.problem.gone", variant=WHITE)),
            (
                {"recipient": TO.model_copy(update={"country": "FR"})},
                Reason.of("supplier.cj.problem.no_way", country="FR"),
            ),
            ({"recipient": TO.model_copy(update={"phone": ""})}, Reason.of("supplier.refused.address")),
        ],
        ids=["too few pieces over two lines", "no such variant", "no such product", "no way there", "no phone"],
    )
    def test_what_stands_against_a_purchase_is_said_with_its_numbers(
        self, cj: Cj, changes: dict[str, Any], problem: Reason
    ) -> None:
        assert cj.quote(a_cj_request(NUMBER, **changes)).problems == (problem,)

    def test_only_pieces_in_the_country_we_send_from_count(self, world: World) -> None:
        (line,) = a_cj(world, from_country="US").quote(a_cj_request(NUMBER, lines=(a_cj_line(),))).lines
        assert line.stock == 40

    @pytest.mark.parametrize("kind", ["throttled", "garbage", "empty", "http_500", "lost_answer"])
    @pytest.mark.parametrize("operation", ["query", "getInventoryByPid", "freightCalculate"])
    def test_a_quote_that_cannot_be_told_is_asked_for_again(
        self, cj: Cj, world: World, operation: str, kind: str
    ) -> None:
        world.faults.add("cj", operation, kind)
        with pytest.raises(Retry):
            cj.quote(ASKED)

    def test_a_purchase_without_a_way_there_is_refused_and_one_without_an_answer_is_not_begun(
        self, cj: Cj, world: World
    ) -> None:
        abroad = a_cj_request(NUMBER, recipient=TO.model_copy(update={"country": "FR"}))
        assert isinstance(cj.place(abroad), Refused)
        world.faults.add("cj", "freightCalculate", "garbage")
        assert isinstance(cj.place(ASKED), NeverSent)
        assert world.cj.placed() == []


class TestPaying:
    def test_an_order_is_made_unconfirmed_and_confirmed_by_its_payment(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        assert status(world, reference) == "CREATED"
        assert isinstance(cj.pay(reference, ASKED.total), Done)
        assert status(world, reference) == "UNSHIPPED"

    @pytest.mark.parametrize("kind", ["lost_answer", "http_500_after", "garbage", "http_500", "throttled"])
    def test_a_confirmation_that_goes_wrong_leaves_the_payment_not_begun_and_the_next_one_pays_once(
        self, cj: Cj, world: World, kind: str
    ) -> None:
        reference, before = placed(cj), world.cj.rules()["balance"]
        world.faults.add("cj", "confirmOrder", kind)
        assert isinstance(cj.pay(reference, ASKED.total), NeverSent)
        assert world.cj.rules()["balance"] == before
        assert isinstance(cj.pay(reference, ASKED.total), Done)
        assert world.cj.rules()["balance"] == before - ASKED.total.minor

    def test_an_empty_balance_is_a_refusal_that_says_so(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        world.cj.rules(balance=100)
        outcome = cj.pay(reference, ASKED.total)
        assert isinstance(outcome, Refused)
        assert outcome.why == "supplier.cj.refused.balance"

    def test_a_flagged_order_is_an_order(self, cj: Cj, world: World) -> None:
        world.faults.add("cj", "createOrderV2", "intercepted")
        assert placed(cj) == world.cj.placed()[0]["id"]

    def test_a_number_that_is_taken_is_looked_up_and_not_bought_again(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        assert isinstance(cj.place(ASKED), Unclear)
        there = cj.find(NUMBER)
        assert there is not None
        assert there.reference == reference
        assert len(world.cj.placed()) == 1


class TestUndoing:
    def test_an_unpaid_order_is_undone_once_and_for_all(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        assert cj.cancel(reference) == Done(reference)
        assert cj.cancel(reference) == Done(reference)
        assert len(world.received("cj", "deleteOrder")) == 1
        there = cj.find(NUMBER)
        assert there is not None
        assert there.state == "cancelled"
        assert isinstance(cj.pay(reference, ASKED.total), Refused)

    def test_a_lost_answer_is_settled_by_asking_again(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        world.faults.add("cj", "deleteOrder", "lost_answer")
        assert isinstance(cj.cancel(reference), Unclear)
        assert isinstance(cj.cancel(reference), Done)

    def test_a_paid_order_stands(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        cj.pay(reference, ASKED.total)
        assert isinstance(cj.cancel(reference), Refused)
        assert not world.received("cj", "deleteOrder")

    def test_an_order_that_is_not_shown_is_not_said_to_be_undone(self, cj: Cj) -> None:
        outcome = cj.cancel("2610000000000000001")
        assert isinstance(outcome, Refused)
        assert outcome.why == "supplier.refused.no_such_order"

    @pytest.mark.parametrize("act", ["refund", "amend"])
    def test_what_cj_takes_no_wish_for_is_a_persons_to_bring(self, cj: Cj, act: str) -> None:
        outcome = cj.refund("1", ASKED.total) if act == "refund" else cj.amend("1", TO)
        assert isinstance(outcome, Refused)


class TestListing:
    def test_every_order_is_told_with_its_number_state_and_total(self, cj: Cj, world: World) -> None:
        first, second = placed(cj), placed(cj, PoNumber("DSECOND"))
        cj.pay(second, ASKED.total)
        told = list(cj.recent(world.now() - timedelta(hours=1)))
        assert [(o.reference, o.number, o.state, o.paid) for o in told] == [
            (second, "DSECOND", "paid", True),
            (first, NUMBER, "open", False),
        ]
        assert {order.total for order in told} == {ASKED.total}

    def test_orders_over_a_page_are_all_told(self, cj: Cj, world: World) -> None:
        placed(cj)
        template = world.cj.placed()[0]
        for n in range(250):
            world.cj.state["orders"][str(n)] = {**template, "id": str(n), "number": f"D{n}"}
        assert len({order.reference for order in cj.recent(world.now())}) == 251

    def test_the_reading_ends_at_a_page_of_orders_too_old_to_change(self, cj: Cj, world: World) -> None:
        reference = placed(cj)
        template = world.cj.state["orders"].pop(reference)
        for n in range(250):
            old = {**template, "id": str(n), "number": f"D{n}", "created": "2020-01-01 00:00:00"}
            world.cj.state["orders"][str(n)] = old
        world.cj.state["orders"][reference] = template
        assert [order.reference for order in cj.recent(world.now())] == [reference]
        assert len(world.received("cj", "list")) == 2

    @pytest.mark.parametrize("kind", ["throttled", "garbage", "empty", "http_500", "lost_answer"])
    def test_a_list_that_cannot_be_told_is_not_an_empty_one(self, cj: Cj, world: World, kind: str) -> None:
        world.faults.add("cj", "list", kind)
        with pytest.raises(Retry):
            list(cj.recent(world.now()))


class TestUnreadableLists:
    @pytest.fixture
    def told(self) -> Iterator[Answering]:
        with answering() as there:
            yield there

    def test_a_draft_without_a_total_is_passed_over_and_a_paid_order_without_one_is_not(self, told: Answering) -> None:
        clock = RealClock()
        cj = Cj(Wire("gadgets", told.url, {"access_token": "t"}, Http(clock), clock))

        def rows(**row: Any) -> tuple[int, Any]:
            return 200, {"code": 200, "result": True, "data": {"list": [{"orderId": "1", **row}]}}

        told.answers = {"list": rows(orderStatus="CREATED", orderAmount=None)}
        assert list(cj.recent(clock.now())) == []
        told.answers = {"list": rows(orderStatus="UNSHIPPED", orderAmount=None)}
        with pytest.raises(Retry):
            list(cj.recent(clock.now()))


class TestPushes:
    @pytest.fixture
    def callback(self) -> Iterator[Answering]:
        with answering() as told:
            told.answers = {"cj": (200, "")}
            yield told

    def test_what_cj_pushes_is_a_hint_that_names_the_order_and_no_more(
        self, cj: Cj, world: World, callback: Answering
    ) -> None:
        world.cj.rules(callback=f"{callback.url}/cj")
        reference = placed(cj)
        cj.pay(reference, ASKED.total)
        world.cj.ship(reference, "CJPKL0000000001")
        world.outbox.flush()
        news = [told for push in callback.calls("cj") for told in cj.read_push(push.headers, push.body)]
        assert len(news) == 5
        assert set(news) == {SupplierNews(NUMBER), SupplierNews("", reference)}
        assert cj.parcels(reference) == (SupplierParcel("", "CJPKL0000000001"),)
        assert json.loads(cj.push_answer())["code"] == 200

    def test_another_accounts_message_is_not_taken(self, cj: Cj, world: World, callback: Answering) -> None:
        world.cj.rules(callback=f"{callback.url}/cj")
        world.cj.push("ORDER", {"orderNumber": NUMBER, "cjOrderId": "SD1"}, open_id="900000000000002")
        world.outbox.flush()
        (push,) = callback.calls("cj")
        with pytest.raises(Unauthenticated):
            cj.read_push(push.headers, push.body)

    @pytest.mark.parametrize("type", ["PRODUCT", "VARIANT", "STOCK", "SOMETHING"])
    def test_news_of_no_order_says_nothing(self, cj: Cj, type: str) -> None:
        assert cj.read_push({}, message(type=type, params={"pid": LIGHT, "vid": PLAIN})) == ()

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff",
            b"[]",
            b"{}",
            b"[" * 100_000,
            b"<html></html>",
            b'{"messageId": NaN}',
        ],
        ids=["nothing", "not UTF-8", "a list", "an empty object", "a deep one", "HTML", "not a number"],
    )
    def test_what_has_not_the_documented_shape_is_not_taken(self, cj: Cj, body: bytes) -> None:
        with pytest.raises(Unauthenticated):
            cj.read_push({}, body)

    @pytest.mark.parametrize(
        "changes",
        [{"messageId": None}, {"messageType": "LOOK"}, {"params": []}, {"openId": None}, {"openId": "９"}],
        ids=["no id", "another kind", "no parameters", "no account", "digits of another script"],
    )
    def test_a_message_with_a_part_missing_is_not_taken(self, cj: Cj, changes: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            cj.read_push({}, message(**changes))

    def test_an_order_without_our_number_is_named_by_cj(self, cj: Cj) -> None:
        assert cj.read_push({}, message(params={"cjOrderId": "SD1"})) == (SupplierNews("", "SD1"),)

    def test_an_order_without_a_usable_name_is_no_hint(self, cj: Cj) -> None:
        assert cj.read_push({}, message(params={"orderNumber": ["D1"], "cjOrderId": "../x"})) == ()


def message(**changes: Any) -> bytes:
    """A pushed message about one order of ours."""
    whole = {
        "messageId": "ca72a4834cd14b9588e88ce206f614a0",
        "type": "ORDER",
        "messageType": "UPDATE",
        "openId": 900000000000001,
        "params": {"orderNumber": NUMBER, "cjOrderId": "SD1"},
    }
    return json.dumps({**whole, **changes}).encode()
