"""Purchases to send and a gateway that says what it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daifa.http import Http
from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.ports import PurchaseLine, PurchaseRequest, Wire
from daifa.suppliers.alibaba import Alibaba
from tests.contracts.other_side import aws_credentials, whole_world, world
from tests.unit.answering import Answering, RealClock, answering

__all__ = ["aws_credentials", "whole_world", "world"]

SECRET = {"app_key": "1000000", "app_secret": "test123", "access_token": "token-of-the-test"}
NUMBER = PoNumber("DABCDEFGHJKMNPQRSTVWX")


def a_line(**changes: object) -> PurchaseLine:
    """Eight white lamps at ¥36.00."""
    values = {
        "line": "L1",
        "offer": "610947572360",
        "variant": "2ba3d63866a71fbae83909d9b4814f01",
        "title": "折叠LED护眼台灯",
        "sku": "MC-1",
        "quantity": 8,
        "unit_cost": Money.of("36.00", "CNY"),
    }
    return PurchaseLine(**{**values, **changes})  # type: ignore[arg-type]


def a_request(**changes: object) -> PurchaseRequest:
    """A purchase of ¥292.00 with ¥4.00 shipping for 张测试."""
    values = {
        "number": NUMBER,
        "lines": (a_line(),),
        "shipping": Money.of("4.00", "CNY"),
        "total": Money.of("292.00", "CNY"),
        "recipient": Recipient(
            name="张测试",
            phone="13800000000",
            province="浙江省",
            city="杭州市",
            district="西湖区",
            address1="虚构路 18 号",
            address2="502",
            postcode="310000",
        ),
        "merchant": "小林百货",
        "supplier_email": "dan@supplier.example",
        "link": "https://daifa.test/s/token",
    }
    return PurchaseRequest(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def gateway() -> Iterator[Answering]:
    """1688's gateway as the test wants it."""
    with answering() as told:
        yield told


@pytest.fixture
def alibaba(gateway: Answering) -> Alibaba:
    """The adapter that speaks with it."""
    clock = RealClock()
    return Alibaba(Wire(id="lamps", endpoint=gateway.url, secret=SECRET, http=Http(clock), clock=clock))
