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
from daifa.ports import PurchaseLine, PurchaseRequest, Wire
from daifa.suppliers import SUPPLIERS
from daifa.suppliers.alibaba import Alibaba
from daifa.suppliers.cj import Cj
from daifa.suppliers.email import Email
from local.world.world import World
from tests.contracts.supplier_kit import LookupKit, ParcelKit, PaymentKit, SupplierKit, SupplierRig
from tests.unit.answering import RealClock
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


def an_alibaba_rig(world: World, options: dict[str, str], place: str) -> SupplierRig:
    wire = a_wire(world.endpoints["gateway1688"], secret=world.credentials["supplier/lamps"], options=options)
    before = int(world.gateway1688.state["balance"])
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
        held=lambda: sum(made["out_id"] == NUMBER for made in world.gateway1688.state["orders"].values()),
        refusals=("out_of_stock",),
        money_taken=lambda: before - int(world.gateway1688.state["balance"]),
        hand_over=lambda reference, number: world.gateway1688.ship(reference, number) and None,
    )


def alibaba(world: World) -> SupplierRig:
    return an_alibaba_rig(world, {}, "alibaba.trade.fastCreateOrder")


def alibaba_cross(world: World) -> SupplierRig:
    return an_alibaba_rig(world, {"flow": "cross"}, "alibaba.trade.createCrossOrder")


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


def _speaks_of(letter: dict[str, Any], number: str) -> bool:
    message = message_from_bytes(base64.b64decode(letter["raw"]), policy=policy.default)
    return number in message["Subject"] and [f.get_filename() for f in message.iter_attachments()] == [f"{number}.xlsx"]


RIGS: dict[str, Callable[[World], SupplierRig]] = {
    "alibaba": alibaba,
    "alibaba cross": alibaba_cross,
    "cj": cj,
    "email": email,
}


LOOKUP = PAYMENT = PARCELS = ("alibaba", "alibaba cross", "cj")


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


def test_every_registered_supplier_is_under_contract() -> None:
    assert {name.split()[0] for name in RIGS} == set(SUPPLIERS)


@pytest.mark.parametrize("rig", RIGS, indirect=True)
def test_a_supplier_is_held_to_whatever_it_says_it_can_do(rig: SupplierRig, request: pytest.FixtureRequest) -> None:
    name, can = request.node.callspec.params["rig"], rig.adapter.capabilities
    assert (name in LOOKUP, name in PAYMENT, name in PARCELS) == (can.lookup, can.pays_apart, can.ships_by_api)


def test_a_worlds_offer_is_collected_whole(world: World) -> None:
    rig = alibaba(world)
    assert isinstance(rig.adapter, Alibaba)
    product = rig.adapter.collect("610947572360")
    truth = next(one for one in world.catalogue["products"] if one.get("offer_id") == "610947572360")
    assert product.title == truth["title"]
    assert [(v.key, str(v.price), v.stock) for v in product.variants] == [
        (v["sku"], v["price"], v["stock"]) for v in truth["variants"]
    ]
