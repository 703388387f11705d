"""What every registered channel must hold, over real HTTP against the other side of its wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from daifa.models.words import Outgoing
from daifa.ports import Channel, Done, NeverSent, Refused
from local.world.world import World
from tests.contracts.faults import FAULTS, Fault, order


@dataclass(frozen=True)
class ChannelRig:
    """An adapter and the other side: the operation that carries words, and the texts that arrived."""

    adapter: Channel
    unreachable: Channel
    world: World
    party: str
    operation: str
    to: str
    nobody: str
    arrived: Callable[[], list[str]]

    def calls(self) -> int:
        """How often the other side was called."""
        return len(self.world.received(self.party, self.operation))

    def message(self, text: str = "代发单 D1 已发货：https://daifa.test/s/token") -> Outgoing:
        """Words for the one who listens."""
        return Outgoing(to=self.to, subject="发货通知", text=text, reference="N1")


class ChannelKit:
    """Inherit and give a `rig` fixture."""

    def test_words_arrive_once_and_whole(self, rig: ChannelRig) -> None:
        outcome = rig.adapter.send(rig.message())
        assert isinstance(outcome, Done), outcome
        assert outcome.reference
        assert [text.strip() for text in rig.arrived()] == [rig.message().text]
        assert rig.calls() == 1

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_call_that_goes_wrong_says_only_what_is_proved_and_is_made_once(
        self, rig: ChannelRig, fault: Fault
    ) -> None:
        order(rig.world, rig.party, rig.operation, fault.kind)
        outcome = rig.adapter.send(rig.message())
        assert type(outcome) is fault.outcome, outcome
        assert len(rig.arrived()) == fault.effects
        assert rig.calls() == 1

    def test_nothing_is_sent_to_a_side_that_does_not_listen(self, rig: ChannelRig) -> None:
        assert isinstance(rig.unreachable.send(rig.message()), NeverSent)

    def test_an_address_that_nobody_has_is_refused(self, rig: ChannelRig) -> None:
        outcome = rig.adapter.send(rig.message().model_copy(update={"to": rig.nobody}))
        assert isinstance(outcome, Refused), outcome
        assert outcome.why.startswith("channel.")
        assert not rig.arrived()

    def test_no_words_are_no_message(self, rig: ChannelRig) -> None:
        assert isinstance(rig.adapter.send(rig.message(text=" ")), Refused)
        assert rig.calls() == 0

    def test_long_words_arrive_too(self, rig: ChannelRig) -> None:
        assert isinstance(rig.adapter.send(rig.message(text="好" * 5000)), Done)
        (text,) = rig.arrived()
        assert text.startswith("好好好")
