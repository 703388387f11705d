"""What every registered supplier adapter must hold, over real HTTP against the other side of its wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from daifa.errors import Retry
from daifa.models.ids import PoNumber
from daifa.ports import Done, NeverSent, PurchaseRequest, Refused, Supplier, Unclear
from local.world.world import World
from tests.contracts.faults import FAULTS, READ_FAULTS, Fault, order


@dataclass(frozen=True)
class SupplierRig:
    """An adapter and the other side: which operations carry its calls, and how to look at what that side has."""

    adapter: Supplier
    unreachable: Supplier
    world: World
    party: str
    place: str
    request: PurchaseRequest
    held: Callable[[], int]
    refusals: tuple[str, ...]
    find: str = ""
    pay: str = ""
    parcels: str = ""
    money_taken: Callable[[], int] = lambda: 0
    hand_over: Callable[[str, str], None] = lambda reference, number: None

    def calls(self, operation: str) -> int:
        """How often the other side was asked this."""
        return len(self.world.received(self.party, operation))

    def placed(self) -> str:
        """The reference of a purchase that went well."""
        outcome = self.adapter.place(self.request)
        assert isinstance(outcome, Done), outcome
        return outcome.reference


class SupplierKit:
    """For every supplier; inherit and give a `rig` fixture."""

    def test_a_placed_purchase_is_there_once_for_the_total_we_asked(self, rig: SupplierRig) -> None:
        outcome = rig.adapter.place(rig.request)
        assert isinstance(outcome, Done), outcome
        assert outcome.reference
        assert outcome.total in (None, rig.request.total)
        assert rig.held() == 1
        assert rig.calls(rig.place) == 1

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_call_that_goes_wrong_says_only_what_is_proved_and_is_made_once(
        self, rig: SupplierRig, fault: Fault
    ) -> None:
        order(rig.world, rig.party, rig.place, fault.kind)
        outcome = rig.adapter.place(rig.request)
        assert type(outcome) is fault.outcome, outcome
        assert rig.held() == fault.effects
        assert rig.calls(rig.place) == 1

    def test_a_refusal_is_proved_and_leaves_nothing_behind(self, rig: SupplierRig) -> None:
        for kind in rig.refusals:
            order(rig.world, rig.party, rig.place, kind)
            outcome = rig.adapter.place(rig.request)
            assert isinstance(outcome, Refused), (kind, outcome)
            assert outcome.why.split(".")[0] in ("supplier", "channel")
        assert rig.held() == 0

    def test_nothing_is_sent_to_a_side_that_does_not_listen(self, rig: SupplierRig) -> None:
        assert isinstance(rig.unreachable.place(rig.request), NeverSent)

    def test_our_number_is_kept_whole(self, rig: SupplierRig) -> None:
        assert len(rig.request.number) <= rig.adapter.capabilities.max_number


class LookupKit:
    """For suppliers that can be asked by our number; inherit and give a `rig` fixture."""

    def test_an_answer_about_another_purchase_is_never_success(self, rig: SupplierRig) -> None:
        order(rig.world, rig.party, rig.place, "wrong_order")
        assert isinstance(rig.adapter.place(rig.request), Unclear)
        assert rig.held() == 1

    def test_a_purchase_is_found_under_our_number_and_only_there(self, rig: SupplierRig) -> None:
        assert rig.adapter.find(rig.request.number) is None
        reference = rig.placed()
        seen = rig.adapter.find(rig.request.number)
        assert seen is not None
        assert (seen.reference, seen.total, seen.state) == (reference, rig.request.total, "open")
        assert rig.adapter.find(PoNumber("DZZZZZZZZZZZZZZZZZZZZ")) is None

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_after_any_fault_the_look_up_tells_the_truth(self, rig: SupplierRig, fault: Fault) -> None:
        order(rig.world, rig.party, rig.place, fault.kind)
        rig.adapter.place(rig.request)
        assert (rig.adapter.find(rig.request.number) is not None) is bool(fault.effects)

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_a_look_up_that_goes_wrong_is_neither_found_nor_missing(self, rig: SupplierRig, kind: str) -> None:
        for bought in (False, True):
            if bought:
                rig.placed()
            order(rig.world, rig.party, rig.find, kind)
            with pytest.raises(Retry):
                rig.adapter.find(rig.request.number)


class PaymentKit:
    """For suppliers that take the money in a call of its own; inherit and give a `rig` fixture."""

    def test_a_purchase_is_paid_once_and_shows_as_paid(self, rig: SupplierRig) -> None:
        reference = rig.placed()
        outcome = rig.adapter.pay(reference, rig.request.total)
        assert isinstance(outcome, Done), outcome
        assert outcome.paid
        assert rig.money_taken() == rig.request.total.minor
        seen = rig.adapter.find(rig.request.number)
        assert seen is not None
        assert seen.paid
        assert not isinstance(rig.adapter.pay(reference, rig.request.total), Done)
        assert rig.money_taken() == rig.request.total.minor

    @pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
    def test_a_payment_that_goes_wrong_says_only_what_is_proved_and_is_made_once(
        self, rig: SupplierRig, fault: Fault
    ) -> None:
        reference = rig.placed()
        order(rig.world, rig.party, rig.pay, fault.kind)
        assert type(rig.adapter.pay(reference, rig.request.total)) is fault.outcome
        assert rig.money_taken() == rig.request.total.minor * fault.effects
        assert rig.calls(rig.pay) == 1
        seen = rig.adapter.find(rig.request.number)
        assert seen is not None
        assert seen.paid is bool(fault.effects)

    def test_another_amount_than_the_order_has_is_not_paid(self, rig: SupplierRig) -> None:
        outcome = rig.adapter.pay(rig.placed(), rig.request.total + rig.request.total)
        assert not isinstance(outcome, Done)
        assert rig.money_taken() == 0


class ParcelKit:
    """For suppliers that tell of parcels themselves; inherit and give a `rig` fixture."""

    def test_parcels_are_none_until_one_is_handed_over(self, rig: SupplierRig) -> None:
        reference = rig.placed()
        assert rig.adapter.parcels(reference) == ()
        rig.adapter.pay(reference, rig.request.total)
        rig.hand_over(reference, "75100000000001")
        (parcel,) = rig.adapter.parcels(reference)
        assert (parcel.carrier, parcel.number) == ("zhongtong", "75100000000001")

    @pytest.mark.parametrize("kind", READ_FAULTS)
    def test_parcels_that_cannot_be_told_are_not_none(self, rig: SupplierRig, kind: str) -> None:
        reference = rig.placed()
        order(rig.world, rig.party, rig.parcels, kind)
        with pytest.raises(Retry):
            rig.adapter.parcels(reference)
