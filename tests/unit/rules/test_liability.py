"""Who pays is read from the agreement version under which the goods were bought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from daifa.models.aftersales import CaseReason, Payer, Photo
from daifa.models.states import CaseState, ClaimState, RefundState
from daifa.rules import claims, liability
from tests.builders.rows import START, a_case, a_line, a_purchase, an_agreement, an_order, cny

DELIVERED = START + timedelta(days=2)
ORDER = an_order([a_line("台灯", quantity=2, price="64.90")])
PO = a_purchase("台灯", quantity=2)


@pytest.mark.parametrize(
    ("what", "reason", "opened_after", "agreement", "payer", "claim", "why"),
    [
        ("damaged in time", CaseReason.DAMAGED, 3, an_agreement(), Payer.SUPPLIER, "72.00", "liability.clause"),
        ("damaged too late", CaseReason.DAMAGED, 12, an_agreement(), Payer.MERCHANT, "0", "liability.too_late"),
        ("a clause on us", CaseReason.NOT_RECEIVED, 3, an_agreement(), Payer.MERCHANT, "0", "liability.clause"),
        ("no such clause", CaseReason.QUALITY, 3, an_agreement(), Payer.MERCHANT, "0", "liability.no_clause"),
        ("no agreement", CaseReason.DAMAGED, 3, None, Payer.MERCHANT, "0", "liability.no_clause"),
        ("changed mind", CaseReason.CHANGED_MIND, 3, an_agreement(), Payer.CUSTOMER, "0", "liability.no_fault"),
    ],
)
def test_the_clause_decides(what, reason, opened_after, agreement, payer, claim, why) -> None:  # type: ignore[no-untyped-def]
    case = a_case(PO, reason=reason, opened_at=START + timedelta(days=opened_after))

    found = liability.propose(case, ORDER, PO, agreement, DELIVERED)

    assert found.goods is payer
    assert found.refund == cny("129.80")
    assert found.claim == cny(claim)
    assert [reason.code for reason in found.why] == [why]


def test_a_clause_that_wants_photos_says_how_many_are_missing() -> None:
    photo = Photo(key="k", sha256="0" * 64, content_type="image/png")

    assert liability.missing_photos(a_case(PO), an_agreement()) == 1
    assert liability.missing_photos(a_case(PO, photos=(photo,)), an_agreement()) == 0
    assert liability.missing_photos(a_case(PO), None) == 0


def test_accepting_makes_two_linked_debts_and_a_sum_of_zero_makes_none() -> None:
    case = a_case(PO, state=CaseState.LIABILITY_PROPOSED)

    decided, refund, claim = liability.agreed(case, cny("129.80"), cny("72"), "merchant:1", START)

    assert decided.state is CaseState.AGREED
    assert refund is not None
    assert claim is not None
    assert refund.case == claim.case == case.id
    assert liability.agreed(case, cny("0"), cny("0"), "merchant:1", START)[1:] == (None, None)


def test_the_shop_is_asked_under_the_same_key_every_time_and_another_one_for_another_case() -> None:
    case = a_case(PO, state=CaseState.LIABILITY_PROPOSED)
    _, refund, _ = liability.agreed(case, cny("1"), cny("0"), "m", START)
    _, later, _ = liability.agreed(case, cny("2"), cny("0"), "m", DELIVERED)
    assert refund is not None
    assert later is not None

    assert liability.refund_key(refund) == liability.refund_key(later)
    assert liability.refund_key(refund) != liability.refund_key(refund.model_copy(update={"case": "case-2"}))


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("72.00", ClaimState.ACCEPTED),
        ("80.00", ClaimState.ACCEPTED),
        ("10.00", ClaimState.PARTIALLY_ACCEPTED),
        ("0", ClaimState.REJECTED),
        (None, ClaimState.REJECTED),
    ],
)
def test_a_supplier_accepts_all_part_or_nothing_and_never_more_than_was_claimed(
    answer: str | None, state: ClaimState
) -> None:
    case = a_case(PO, state=CaseState.LIABILITY_PROPOSED)
    _, _, claim = liability.agreed(case, cny("129.80"), cny("72.00"), "m", START)
    assert claim is not None

    found = claims.answered(claims.submitted(claim, "s", START), cny(answer) if answer else None, "supplier", START)

    assert found.state is state
    assert found.accepted is None or found.accepted <= claim.amount


def test_a_claim_that_is_given_up_is_our_loss_and_says_why() -> None:
    case = a_case(PO, state=CaseState.LIABILITY_PROPOSED)
    _, _, claim = liability.agreed(case, cny("129.80"), cny("72.00"), "m", START)
    assert claim is not None
    refused = claims.answered(claims.submitted(claim, "s", START), None, "supplier", START)

    found = claims.written_off(refused, "不承认", "merchant:1", START)

    assert found.state is ClaimState.WRITTEN_OFF
    assert found.facts[-1].values["reason"] == "不承认"


@pytest.mark.parametrize(
    ("told", "ours", "room"),
    [
        ("0", "0", "129.80"),  # nothing was paid back yet
        ("30", "30", "129.80"),  # ours, and the shop has told us of it: not counted a second time
        ("0", "30", "129.80"),  # ours, and the shop's news is still on its way
        ("50", "30", "109.80"),  # twenty went back without us
    ],
)
def test_what_the_shop_paid_back_without_us_leaves_less_room_and_our_own_refunds_count_once(
    told: str, ours: str, room: str
) -> None:
    order = an_order([a_line("台灯", quantity=2, price="64.90")], refunded=cny(told))
    _, refund, _ = liability.agreed(a_case(PO, state=CaseState.LIABILITY_PROPOSED), cny("30"), cny("0"), "m", START)
    assert refund is not None
    paid = refund.model_copy(update={"state": RefundState.SETTLED, "amount": cny(ours)})

    assert liability.room(order, [paid]) == cny(room)
