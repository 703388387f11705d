"""Every registered tracking service against the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from daifa.carriers import CARRIERS
from daifa.carriers.kuaidi100 import Kuaidi100
from daifa.http import Http
from daifa.ports import Wire
from local.world.world import World
from tests.contracts.carrier_kit import CarrierKit, CarrierRig
from tests.unit.answering import Answering, RealClock, answering

NUMBER = "75100000000001"


class WorldClock(RealClock):
    """The world's time, so that a scan of the moved world is not in the future."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.now = world.now  # type: ignore[method-assign]


def kuaidi100(world: World, callback: Answering) -> CarrierRig:
    clock = WorldClock(world)
    secret = world.credentials["carrier/kuaidi100"]
    wire = Wire(id="kuaidi100", endpoint=world.endpoints["kuaidi100"], secret=secret, http=Http(clock), clock=clock)
    adapter = Kuaidi100(wire)
    callback.answers = {"token": (200, adapter.push_answer())}
    return CarrierRig(
        adapter=adapter,
        unreachable=Kuaidi100(replace(wire, endpoint="http://127.0.0.1:9")),
        world=world,
        party="kuaidi100",
        query="query",
        subscribe="subscribe",
        recognise="auto",
        number=NUMBER,
        carrier="zhongtong",
        picked_up=lambda: world.kuaidi100.scan(NUMBER, "1", "【中山】已揽收", code="103") and None,
        delivered=lambda: world.kuaidi100.scan(NUMBER, "3", "【杭州】已签收", code="301") and None,
        forge=lambda: world.kuaidi100.push(NUMBER, forged=True) and None,
        callback=callback,
    )


RIGS: dict[str, Callable[[World, Answering], CarrierRig]] = {"kuaidi100": kuaidi100}


class TestCarriers(CarrierKit):
    """The kit over every rig."""

    @pytest.fixture(params=RIGS)
    def rig(self, request: pytest.FixtureRequest, world: World) -> Iterator[CarrierRig]:
        """An adapter, its other side and a callback that listens."""
        with answering() as callback:
            yield RIGS[request.param](world, callback)


def test_every_registered_carrier_is_under_contract() -> None:
    assert set(RIGS) == set(CARRIERS)
