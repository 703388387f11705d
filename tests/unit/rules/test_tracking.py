"""Where a parcel is depends on the scans that were ever seen, never on the order in which they came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.models.shipment import Checkpoint, TrackReading
from daifa.models.states import ShipmentState as S
from daifa.rules import tracking
from daifa.rules.lifecycle import SHIPMENT
from tests.builders.rows import START, a_purchase, a_scan, a_shipment

NOW = START + timedelta(days=9)


def reading(*scans: Checkpoint, number: str = "7531000000001") -> TrackReading:
    state = scans[-1].state if scans else S.PENDING
    return TrackReading(number=number, carrier="zhongtong", state=state, checkpoints=scans)


SCANS = st.lists(
    st.builds(
        a_scan,
        st.integers(0, 200).map(float),
        st.sampled_from([S.INFO_RECEIVED, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.EXCEPTION, S.DELIVERED, S.RETURNING]),
    ),
    max_size=8,
)


@given(scans=SCANS, shuffled=st.randoms(use_true_random=False), cut=st.integers(0, 8))
def test_any_order_any_repetition_and_any_cut_into_pushes_gives_the_same_parcel(
    scans: list[Checkpoint], shuffled: object, cut: int
) -> None:
    again = [*scans, *scans]
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    at_once = tracking.absorb(a_shipment(), reading(*scans), NOW)

    in_parts = tracking.absorb(a_shipment(), reading(*again[:cut]), NOW)
    in_parts = tracking.absorb(in_parts, reading(*again[cut:]), NOW)

    assert in_parts.checkpoints == at_once.checkpoints
    assert in_parts.state is at_once.state
    assert in_parts.delivered_at == at_once.delivered_at


@given(scans=SCANS)
def test_hearing_the_same_again_changes_nothing_at_all(scans: list[Checkpoint]) -> None:
    once = tracking.absorb(a_shipment(), reading(*scans), NOW)

    assert tracking.absorb(once, reading(*scans), NOW + timedelta(hours=1)) is once


@given(first=SCANS, second=SCANS)
def test_every_change_of_state_is_a_legal_move(first: list[Checkpoint], second: list[Checkpoint]) -> None:
    before = tracking.absorb(a_shipment(), reading(*first), NOW)
    after = tracking.absorb(before, reading(*second), NOW)

    if after.state is not before.state:
        SHIPMENT.check(before.state, after.state)


@pytest.mark.parametrize(
    ("scans", "state"),
    [
        ((), S.PENDING),
        ((a_scan(1, S.INFO_RECEIVED),), S.INFO_RECEIVED),
        ((a_scan(1), a_scan(2, S.INFO_RECEIVED)), S.IN_TRANSIT),
        ((a_scan(1), a_scan(5, S.OUT_FOR_DELIVERY), a_scan(6, S.DELIVERED)), S.DELIVERED),
        ((a_scan(6, S.DELIVERED), a_scan(7)), S.DELIVERED),
        ((a_scan(6, S.DELIVERED), a_scan(9, S.RETURNING)), S.RETURNING),
        ((a_scan(6, S.EXCEPTION), a_scan(8)), S.IN_TRANSIT),
        ((a_scan(6, S.RETURNING), a_scan(9, S.RETURNED), a_scan(10)), S.RETURNED),
    ],
)
def test_scans_amount_to_a_state(scans: tuple[Checkpoint, ...], state: S) -> None:
    assert tracking.judged(scans, S.PENDING) is state


def test_another_parcels_scans_and_scans_of_the_future_are_not_believed() -> None:
    parcel = a_shipment()

    assert tracking.absorb(parcel, reading(a_scan(1), number="OTHER"), NOW) is parcel
    ahead = Checkpoint(at=NOW + timedelta(hours=2), state=S.DELIVERED, text="签收")
    assert tracking.absorb(parcel, reading(ahead), NOW).checkpoints == ()


def test_a_number_of_another_order_or_with_a_past_is_doubted() -> None:
    early = a_shipment(checkpoints=(a_scan(-72),))

    codes = [reason.code for reason in tracking.doubts(early, a_purchase(), used_elsewhere=True)]

    assert codes == ["suspect.reused", "suspect.too_early"]
    assert tracking.doubts(a_shipment(checkpoints=(a_scan(1),)), a_purchase(), used_elsewhere=False) == ()


def test_a_delivered_parcel_is_never_asked_for_again_and_no_parcel_within_half_an_hour() -> None:
    assert tracking.next_look(a_shipment(state=S.DELIVERED), NOW) is None
    for state in S:
        due = tracking.next_look(a_shipment(state=state), NOW)
        assert due is None or due - NOW > timedelta(minutes=30)
