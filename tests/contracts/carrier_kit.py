"""What every registered tracking service must hold, over real HTTP against the other side of its wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from daifa.errors import NotFound, Rejected, Retry, Unauthenticated
from daifa.models.states import ShipmentState
from daifa.ports import Carrier
from local.world.world import World
from tests.contracts.faults import READ_FAULTS, order
from tests.unit.answering import Answering


@dataclass(frozen=True)
class CarrierRig:
    """An adapter and the other side: which operations carry its calls, how a parcel moves, how a push is forged."""

    adapter: Carrier
    unreachable: Carrier
    world: World
    party: str
    query: str
    subscribe: str
    recognise: str
    number: str
    carrier: str
    picked_up: Callable[[], None]
    delivered: Callable[[], None]
    forge: Callable[[], None]
    callback: Answering

    def calls(self, operation: str) -> int:
        """How often the other side was asked this."""
        return len(self.world.received(self.party, operation))

    def pushed(self) -> list[dict[str, str]]:
        """The forms that reached our callback, after all that was due has been delivered."""
        assert self.world.outbox.flush(5.0)
        return [asked.form for asked in self.callback.asked]


class CarrierKit:
    """Inherit and give a `rig` fixture."""

    def test_a_number_is_recognised(self, rig: CarrierRig) -> None:
        assert rig.adapter.recognise(rig.number) == rig.carrier

    def test_a_parcel_without_a_scan_is_not_found_yet(self, rig: CarrierRig) -> None:
        with pytest.raises(NotFound):
            rig.adapter.query(rig.number, rig.carrier, "0000")
        assert rig.calls(rig.query) == 1

    def test_a_scan_is_read_in_utc_and_in_our_words(self, rig: CarrierRig) -> None:
        rig.picked_up()
        reading = rig.adapter.query(rig.number, rig.carrier, "0000")
        assert (reading.number, reading.carrier, reading.final) == (rig.number, rig.carrier, False)
        (point,) = reading.checkpoints
        assert abs((rig.world.now() - point.at).total_seconds()) < 60
        assert point.text
        rig.delivered()
        rig.world.advance(minutes=31)
        reading = rig.adapter.query(rig.number, rig.carrier, "0000")
        assert (reading.state, reading.final, len(reading.checkpoints)) == (ShipmentState.DELIVERED, True, 2)
        assert reading.checkpoints[0].at <= reading.checkpoints[1].at

    def test_asking_too_soon_again_is_a_later_try_and_no_news(self, rig: CarrierRig) -> None:
        rig.picked_up()
        rig.adapter.query(rig.number, rig.carrier, "0000")
        with pytest.raises(Retry):
            rig.adapter.query(rig.number, rig.carrier, "0000")

    @pytest.mark.parametrize("kind", [*READ_FAULTS, "wrong_order"])
    def test_an_answer_that_goes_wrong_is_no_reading_and_is_asked_for_once(self, rig: CarrierRig, kind: str) -> None:
        rig.picked_up()
        order(rig.world, rig.party, rig.query, kind)
        with pytest.raises(Retry):
            rig.adapter.query(rig.number, rig.carrier, "0000")
        assert rig.calls(rig.query) == 1

    @pytest.mark.parametrize("kind", [kind for kind in READ_FAULTS if kind != "throttled"])
    def test_a_subscription_that_goes_wrong_may_be_repeated(self, rig: CarrierRig, kind: str) -> None:
        order(rig.world, rig.party, rig.subscribe, kind)
        url = f"{rig.callback.url}/token"
        with pytest.raises(Retry):
            rig.adapter.subscribe(rig.number, rig.carrier, "0000", url)
        assert rig.calls(rig.subscribe) == 1
        rig.adapter.subscribe(rig.number, rig.carrier, "0000", url)
        rig.adapter.subscribe(rig.number, rig.carrier, "0000", url)

    def test_a_company_that_is_not_supported_is_refused(self, rig: CarrierRig) -> None:
        with pytest.raises(Rejected):
            rig.adapter.subscribe(rig.number, "nosuchcompany", "", f"{rig.callback.url}/token")

    def test_every_scan_of_a_subscribed_number_is_pushed_signed_and_our_answer_ends_it(self, rig: CarrierRig) -> None:
        rig.adapter.subscribe(rig.number, rig.carrier, "0000", f"{rig.callback.url}/token")
        rig.picked_up()
        rig.delivered()
        # Two pushes may overtake each other on the way: the newest state is in one of them.
        readings = [rig.adapter.read_push(form) for form in rig.pushed()]
        assert len(readings) == 2
        assert {reading.number for reading in readings} == {rig.number}
        assert ShipmentState.DELIVERED in {reading.state for reading in readings}
        assert any(reading.final for reading in readings)

    def test_a_forged_push_is_not_read(self, rig: CarrierRig) -> None:
        rig.adapter.subscribe(rig.number, rig.carrier, "0000", f"{rig.callback.url}/token")
        rig.picked_up()
        true = len(rig.pushed())
        rig.forge()
        (forged,) = rig.pushed()[true:]
        with pytest.raises(Unauthenticated):
            rig.adapter.read_push(forged)

    def test_a_service_that_does_not_listen_is_tried_later(self, rig: CarrierRig) -> None:
        for ask in (
            lambda: rig.unreachable.query(rig.number, rig.carrier, ""),
            lambda: rig.unreachable.subscribe(rig.number, rig.carrier, "", "https://daifa.test/c"),
            lambda: rig.unreachable.recognise(rig.number),
        ):
            with pytest.raises(Retry):
                ask()

    def test_people_get_a_page_to_follow_the_parcel(self, rig: CarrierRig) -> None:
        page = rig.adapter.tracking_page(rig.number, rig.carrier)
        assert page.startswith("https://")
        assert rig.number in page
