"""Every registered channel against the world."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from daifa.channels import CHANNELS
from daifa.channels.ses import Ses
from daifa.channels.wecom import WeCom
from daifa.http import Http
from daifa.ports import Wire
from local.world.world import World
from tests.contracts.channel_kit import ChannelKit, ChannelRig
from tests.unit.answering import RealClock

NOBODY = "http://127.0.0.1:9"


def a_wire(endpoint: str, **options: str) -> Wire:
    clock = RealClock()
    return Wire(id="c", endpoint=endpoint, secret={}, http=Http(clock), clock=clock, options=options)


def ses(world: World) -> ChannelRig:
    wire = a_wire(world.endpoints["mail"], **{"from": f"小林百货 <{world.credentials['mail_from']}>"})
    return ChannelRig(
        adapter=Ses(wire),
        unreachable=Ses(replace(wire, endpoint=NOBODY)),
        world=world,
        party="mail",
        operation="send",
        to="zhang@customer.example",
        nobody="nobody at all",
        arrived=lambda: [_text(letter) for letter in world.mail.letters("zhang@customer.example")],
    )


def wecom(world: World) -> ChannelRig:
    wire = a_wire(world.endpoints["wecom"])
    return ChannelRig(
        adapter=WeCom(wire),
        unreachable=WeCom(replace(wire, endpoint=NOBODY)),
        world=world,
        party="wecom",
        operation="send",
        to=world.credentials["supplier/yiwu"]["robot_key"],
        nobody="00000000-0000-0000-0000-000000000000",
        arrived=lambda: [message["content"] for message in world.wecom.messages("yiwu")],
    )


def _text(letter: dict[str, Any]) -> str:
    body = message_from_bytes(base64.b64decode(letter["raw"]), policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body else ""


RIGS: dict[str, Callable[[World], ChannelRig]] = {"ses": ses, "wecom": wecom}


class TestChannels(ChannelKit):
    """The kit over every rig."""

    @pytest.fixture(params=RIGS)
    def rig(self, request: pytest.FixtureRequest, world: World) -> ChannelRig:
        """An adapter and its other side."""
        return RIGS[request.param](world)


def test_every_registered_channel_is_under_contract() -> None:
    assert set(RIGS) == set(CHANNELS)
