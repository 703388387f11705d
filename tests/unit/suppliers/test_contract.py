"""Every registered supplier adapter against the world."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from daifa.channels.ses import Ses
from daifa.http import Http
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import Done, NeverSent, PurchaseLine, PurchaseRequest, Wire
from daifa.suppliers import SUPPLIERS
from daifa.suppliers.alibaba import Alibaba
from daifa.suppliers.cj import Cj
from daifa.suppliers.email import Email
from daifa.suppliers.webhook import Webhook
from local.world.world import World
from tests.contracts.supplier_kit import (
    CancelKit,
    LookupKit,
    ParcelKit,
    PaymentKit,
    Pushed,
    PushKit,
    QuoteKit,
    RecentKit,
    RefundKit,
    SupplierKit,
    SupplierRig,
)
from tests.unit.answering import RealClock, answering
from tests.unit.suppliers.cj_purchase import a_cj_request

NOBODY = "http://127.0.0.1:9"
NUMBER = PoNumber("D0123456789ABCDEFGHJK")


def a_request() -> PurchaseRequest:
    """Eight white lamps and three black ones: 8 × ¥36.00 + 3 × ¥40.00 + ¥4.00 = ¥412.00."""
    lamp = {"offer": "610947572360", "title": "折叠LED护眼台灯", "sku": ""}
    white, black = "2ba3d63866a71fbae83909d9b4814f01", "b266e0726506185beaf205cbae88530d"
    return PurchaseRequest(
        number=NUMBER,
        lines=(
            PurchaseLine(line="L1", variant=white, quantity=8, unit_cost=Money.of("36", "CNY"), **lamp),
            PurchaseLine(line="L2", variant=black, quantity=3, unit_cost=Money.of("40", "CNY"), **lamp),
        ),
        shipping=Money.of("4.00", "CNY"),
        total=Money.of("412.00", "CNY"),
        recipient=Recipient(
            name="张测试",
            phone="13800000000",
            province="浙江省",
            city="杭州市",
            district="西湖区",
            address1="虚构路 18 号",
        ),
        merchant="小林百货",
        supplier_email="dan@yiwu-jiejia.example",
        link="https://daifa.test/s/token",
    )


def a_wire(endpoint: str, **fields: Any) -> Wire:
    clock = RealClock()
    return Wire(**{"id": "s", "endpoint": endpoint, "secret": {}, "http": Http(clock), "clock": clock, **fields})


def an_alibaba_rig(world: World, options: dict[str, str], place: str, quote: str) -> SupplierRig:
    wire = a_wire(world.endpoints["gateway1688"], secret=world.credentials["supplier/lamps"], options=options)
    gateway = world.gateway1688
    before = int(gateway.state["balance"])
    white = a_request().lines[0]

    def by_hand() -> str:
        gateway.change(white.offer, white.variant, stock=1_000)
        return str(gateway.buy(white.offer, white.variant)["id"])

    def pay_back() -> None:
        for number in gateway.state["refunds"]:
            gateway.settle_refund(number)

    def push(reference: str, answer: bytes, forged: bool) -> Pushed:
        with answering() as door:
            door.answers = {"push": (200, answer)}
            gateway.rules(callback=f"{door.url}/push")
            gateway.tell("ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY", reference, forged=forged)
            world.outbox.flush()
            gateway.rules(callback="")
            # What it did not take as received it means to push again.
            return Pushed(door.asked[0].headers, door.asked[0].body, taken=not world.outbox.drop())

    return SupplierRig(
        adapter=Alibaba(wire),
        unreachable=Alibaba(replace(wire, endpoint=NOBODY)),
        world=world,
        party="gateway1688",
        place=place,
        find="alibaba.trade.get.buyerView",
        pay="alibaba.trade.pay.protocolPay.preparePay",
        parcels="alibaba.trade.getLogisticsInfos.buyerView",
        request=a_request(),
        held=lambda: sum(made["out_id"] == NUMBER for made in gateway.state["orders"].values()),
        refusals=("out_of_stock", "undeliverable"),
        money_taken=lambda: before - int(gateway.state["balance"]),
        hand_over=lambda reference, number: gateway.ship(reference, number) and None,
        nowhere="2188600000000000007",
        quote=quote,
        problems=("out_of_stock", "undeliverable"),
        dearer=lambda: gateway.change(white.offer, white.variant, price="36.50") and None,
        recent="alibaba.trade.getBuyerOrderList",
        by_hand=by_hand,
        page=50,
        cancel="alibaba.trade.cancel",
        cancelled=lambda: sum(made["status"] == "cancel" for made in gateway.state["orders"].values()),
        settle=lambda: world.advance(seconds=11),
        refund="alibaba.trade.createRefund",
        refunds=lambda: len(gateway.state["refunds"]),
        pay_back=pay_back,
        push=push,
    )


def alibaba(world: World) -> SupplierRig:
    return an_alibaba_rig(world, {}, "alibaba.trade.fastCreateOrder", "alibaba.createOrder.preview")


def alibaba_cross(world: World) -> SupplierRig:
    place, quote = "alibaba.trade.createCrossOrder", "alibaba.createOrder.preview"
    return an_alibaba_rig(world, {"flow": "cross"}, place, quote)


def alibaba_fenxiao(world: World) -> SupplierRig:
    place, quote = "alibaba.trade.fenxiaoOrder.create", "alibaba.trade.createFenxiaoOrder.preview"
    return an_alibaba_rig(world, {"flow": "fenxiao"}, place, quote)


def cj(world: World) -> SupplierRig:
    wire = a_wire(world.endpoints["cj"], secret=world.credentials["supplier/gadgets"])
    before = int(world.cj.state["balance"])
    return SupplierRig(
        adapter=Cj(wire),
        unreachable=Cj(replace(wire, endpoint=NOBODY)),
        world=world,
        party="cj",
        place="createOrderV2",
        find="getOrderDetail",
        pay="payBalance",
        parcels="getOrderDetail",
        request=a_cj_request(NUMBER),
        held=lambda: sum(made["number"] == NUMBER for made in world.cj.placed()),
        refusals=("variant_removed", "create_failed"),
        money_taken=lambda: before - int(world.cj.state["balance"]),
        hand_over=lambda reference, number: world.cj.ship(reference, number, "ZTO Express") and None,
    )


def email(world: World) -> SupplierRig:
    options = {"from": world.credentials["mail_from"]}

    def made(endpoint: str) -> Email:
        return Email(a_wire("", mail=Ses(a_wire(endpoint, options=options))))

    return SupplierRig(
        adapter=made(world.endpoints["mail"]),
        unreachable=made(NOBODY),
        world=world,
        party="mail",
        place="send",
        request=a_request(),
        held=lambda: sum(_speaks_of(letter, NUMBER) for letter in world.mail.letters("dan@yiwu-jiejia.example")),
        refusals=("rejected",),
    )


def webhook(world: World) -> SupplierRig:
    wire = a_wire(world.endpoints["webhook_supplier"], secret=world.credentials["supplier/webhook"])
    party = world.webhook_supplier
    return SupplierRig(
        adapter=Webhook(wire),
        unreachable=Webhook(replace(wire, endpoint=NOBODY)),
        world=world,
        party="webhook_supplier",
        place="placed",
        find="look_up",
        parcels="look_up",
        request=a_request(),
        held=lambda: sum(made["number"] == NUMBER for made in party.placed()),
        refusals=("out_of_stock", "price_changed", "address", "other"),
        hand_over=lambda reference, number: party.ship(NUMBER, number) and None,
    )


def _speaks_of(letter: dict[str, Any], number: str) -> bool:
    message = message_from_bytes(base64.b64decode(letter["raw"]), policy=policy.default)
    return number in message["Subject"] and [f.get_filename() for f in message.iter_attachments()] == [f"{number}.xlsx"]


RIGS: dict[str, Callable[[World], SupplierRig]] = {
    "alibaba": alibaba,
    "alibaba cross": alibaba_cross,
    "alibaba fenxiao": alibaba_fenxiao,
    "cj": cj,
    "email": email,
    "webhook": webhook,
}

ORDERS = ("alibaba", "alibaba cross", "alibaba fenxiao")
PAYMENT = (*ORDERS, "cj")
LOOKUP = PARCELS = (*PAYMENT, "webhook")
QUOTE = ORDERS
# What does not differ by the order call is tried with one.
RECENT = CANCEL = REFUND = PUSH = ("alibaba",)
# Their quotes, lists, wishes and pushes have stories in files of their own.
TRIED_APART = ("cj", "webhook")


@pytest.fixture
def rig(request: pytest.FixtureRequest, world: World) -> SupplierRig:
    """An adapter and its other side."""
    return RIGS[request.param](world)


@pytest.mark.parametrize("rig", RIGS, indirect=True)
class TestSuppliers(SupplierKit):
    """What all hold."""


@pytest.mark.parametrize("rig", LOOKUP, indirect=True)
class TestLookup(LookupKit):
    """What those hold that can be asked."""


@pytest.mark.parametrize("rig", PAYMENT, indirect=True)
class TestPayment(PaymentKit):
    """What those hold that are paid apart."""


@pytest.mark.parametrize("rig", PARCELS, indirect=True)
class TestParcels(ParcelKit):
    """What those hold that tell of parcels."""


@pytest.mark.parametrize("rig", QUOTE, indirect=True)
class TestQuotes(QuoteKit):
    """What those hold that say the price beforehand."""


@pytest.mark.parametrize("rig", RECENT, indirect=True)
class TestRecent(RecentKit):
    """What those hold that list their purchases."""


@pytest.mark.parametrize("rig", CANCEL, indirect=True)
class TestCancelling(CancelKit):
    """What those hold that undo a purchase by a call."""


@pytest.mark.parametrize("rig", REFUND, indirect=True)
class TestRefunds(RefundKit):
    """What those hold that take a wish for money by a call."""


@pytest.mark.parametrize("rig", PUSH, indirect=True)
class TestPushes(PushKit):
    """What those hold that push."""


def test_every_registered_supplier_is_under_contract() -> None:
    assert {name.split()[0] for name in RIGS} == set(SUPPLIERS)


@pytest.mark.parametrize("rig", RIGS, indirect=True)
def test_a_supplier_is_held_to_whatever_it_says_it_can_do(rig: SupplierRig, request: pytest.FixtureRequest) -> None:
    name, can = request.node.callspec.params["rig"], rig.adapter.capabilities
    assert (name in LOOKUP, name in PAYMENT, name in PARCELS) == (can.lookup, can.pays_apart, can.ships_by_api)
    kind = name.split()[0]
    if kind in TRIED_APART:
        return
    assert (name in QUOTE) is can.quotes
    assert (kind in RECENT, kind in CANCEL, kind in REFUND) == (can.lists, can.cancels, can.refunds)
    assert (kind in PUSH) is bool(rig.adapter.push_answer())


def test_a_total_that_changed_at_1688_after_placing_is_never_paid_silently(world: World) -> None:
    rig = alibaba(world)
    reference = rig.placed()
    world.gateway1688.reprice(reference, goods=40_900)
    outcome = rig.adapter.pay(reference, rig.request.total)
    assert not isinstance(outcome, Done)
    assert rig.money_taken() == 0
    seen = rig.seen()
    assert (seen.total, seen.paid) == (Money.of("413.00", "CNY"), False)
    assert isinstance(rig.adapter.pay(reference, seen.total), Done)
    assert rig.money_taken() == 41_300


def test_an_order_that_the_seller_closed_is_found_closed_with_its_money_back(world: World) -> None:
    rig = alibaba(world)
    world.gateway1688.close(rig.paid())
    seen = rig.seen()
    assert (seen.state, seen.refunded) == ("cancelled", True)
    assert rig.money_taken() == 0


@pytest.mark.parametrize("masked", [False, True])
def test_1688_shows_whom_an_order_goes_to_whole_or_masked(world: World, masked: bool) -> None:
    rig = alibaba(world)
    rig.placed()
    world.gateway1688.rules(masked=masked)
    to = rig.seen().recipient
    assert to is not None
    assert (to.province, to.city, to.district) == ("浙江省", "杭州市", "西湖区")
    assert (to.name, to.phone, to.address1) == (
        ("张**", "138****0000", "****") if masked else ("张测试", "13800000000", "虚构路 18 号")
    )


@pytest.mark.parametrize(("kind", "locked_out"), [("expired", True), ("no_permission", True), ("throttled", False)])
def test_a_door_that_is_shut_to_our_key_is_told_from_a_busy_one(world: World, kind: str, locked_out: bool) -> None:
    rig = alibaba(world)
    world.faults.add(rig.party, rig.place, kind)
    outcome = rig.adapter.place(rig.request)
    assert isinstance(outcome, NeverSent)
    assert outcome.locked_out is locked_out


def test_a_worlds_offer_is_collected_whole(world: World) -> None:
    rig = alibaba(world)
    assert isinstance(rig.adapter, Alibaba)
    product = rig.adapter.collect("610947572360")
    truth = next(one for one in world.catalogue["products"] if one.get("offer_id") == "610947572360")
    assert product.title == truth["title"]
    assert [(v.key, str(v.price), v.stock) for v in product.variants] == [
        (v["sku"], v["price"], v["stock"]) for v in truth["variants"]
    ]
