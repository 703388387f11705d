"""The two debts of a case: the customer is paid back once, the supplier is asked once, and the last one closes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aftersales import handler
from aftersales.advance import FOLLOW_UP, advance
from daifa.errors import Retry
from daifa.messages import Room
from daifa.models.states import CaseState, ClaimState, NoticeState, RefundState
from daifa.models.words import Party
from daifa.ports import Done, NeverSent, Refused, StoreRefund, Unclear
from daifa.rules import claims
from daifa.sweep import sweep
from tests.builders.rows import START, a_case, cny
from tests.unit.aftersales.complaint import BOUGHT, CASE, KEY, ORDER, decides, stage, the_case, woken
from tests.unit.aftersales.test_judging import counts, proposed
from tests.unit.aws import FixedClock, RoomApp, messages
from tests.unit.others import ShopSays

PAID = StoreRefund("R-7", cny("129.80"), f"daifa case {CASE}")
SOMEBODY_ELSES = StoreRefund("R-6", cny("5"), "daifa case another")


def agreed(app: RoomApp, **sums: str) -> ShopSays:
    """A case that the merchant accepted."""
    shop = stage(app)
    assert decides("accept", {"ver": proposed(app)} | sums).status == 200
    for room in (Room.AFTERSALES, Room.NOTIFY):
        app.sent(room)
    return shop


def templates(app: RoomApp, to: Party = Party.CUSTOMER) -> list[str]:
    return sorted(notice.template for notice in app.orders.story(KEY).notices if notice.to is to)


# --- the refund ---


def test_the_customer_is_paid_once_and_hears_of_it(app: RoomApp) -> None:
    shop = agreed(app)

    for _ in range(3):
        handler.on_message(messages(woken("refund").model_dump()), None)  # type: ignore[arg-type]

    ((order, lines, amount, note, key),) = shop.asked("refund")
    assert (order, lines, amount, note) == (KEY.order, (("line-台灯", 2),), cny("129.80"), f"daifa case {CASE}")
    assert len(key) == 36
    refund = app.orders.refund(KEY, CASE)
    assert (refund.state, refund.store_refund, refund.work_due) == (RefundState.SETTLED, "R-1", None)
    assert the_case(app).state is CaseState.RESOLVED
    assert templates(app) == ["notice.case_opened", "notice.case_refunded", "notice.follow_up_case"]
    assert len(app.sent(Room.NOTIFY)) == 2


def test_a_refund_that_the_shop_shows_already_is_not_asked_for_again(app: RoomApp) -> None:
    shop = agreed(app)
    shop.says("refunds", (SOMEBODY_ELSES, PAID))

    advance(woken("refund"), app)

    assert shop.asked("refund") == []
    assert app.orders.refund(KEY, CASE).store_refund == "R-7"


@pytest.mark.parametrize("answer", [Unclear("timeout"), NeverSent("no connection")])
def test_an_unclear_refund_is_looked_for_first_and_found(app: RoomApp, clock: FixedClock, answer: object) -> None:
    shop = agreed(app)
    shop.says("refunds", (), (PAID,))
    shop.says("refund", answer)

    advance(woken("refund"), app)
    waits = app.orders.refund(KEY, CASE)
    assert (waits.state, waits.attempts, waits.work_due) == (
        RefundState.PENDING,
        1,
        clock.now() + timedelta(seconds=30),
    )
    assert the_case(app).state is CaseState.AGREED
    clock.forward(minutes=2)
    assert sweep(Room.AFTERSALES, app)["woken"] >= 1
    assert woken("refund").model_dump() in app.sent(Room.AFTERSALES)
    advance(woken("refund"), app)

    assert app.orders.refund(KEY, CASE).state is RefundState.SETTLED
    assert len(shop.asked("refund")) == 1


def test_an_unclear_refund_that_is_not_there_is_asked_for_again_under_the_same_key(app: RoomApp) -> None:
    shop = agreed(app)
    shop.says("refund", Unclear("timeout"), Done("R-9"))

    advance(woken("refund"), app)
    advance(woken("refund"), app)

    keys = [arguments[-1] for arguments in shop.asked("refund")]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert app.orders.refund(KEY, CASE).state is RefundState.SETTLED
    assert templates(app).count("notice.case_refunded") == 1


def test_a_shop_that_refuses_fails_the_refund_and_is_not_asked_again(app: RoomApp) -> None:
    shop = agreed(app)
    shop.says("refund", Refused("NOT_REFUNDABLE", "shopify.refused"))

    for _ in range(2):
        advance(woken("refund"), app)

    refund = app.orders.refund(KEY, CASE)
    assert (refund.state, refund.work_due) == (RefundState.FAILED, None)
    assert refund.facts[-1].values == {"code": "NOT_REFUNDABLE", "amount": "¥129.80"}
    assert len(shop.asked("refund")) == 1
    assert the_case(app).state is CaseState.AGREED
    assert "notice.case_refunded" not in templates(app)


def test_a_shop_that_cannot_be_read_is_not_asked_for_money_blindly(app: RoomApp) -> None:
    shop = agreed(app)
    shop.says("refunds", Retry("shopify.no_answer"))

    failed = handler.on_message(messages(woken("refund").model_dump()), None)  # type: ignore[arg-type]

    assert failed["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert shop.asked("refund") == []


def test_two_workers_at_once_settle_it_once(app: RoomApp) -> None:
    shop = agreed(app)

    def the_other_is_faster(*_: Any) -> tuple[StoreRefund, ...]:
        shop.says("refunds", (PAID,))
        advance(woken("refund"), app)
        return (PAID,)

    shop.says("refunds", the_other_is_faster)
    advance(woken("refund"), app)

    assert shop.asked("refund") == []
    assert [fact.code for fact in app.orders.refund(KEY, CASE).facts] == ["refund.owed", "refund.settled"]


# --- the claim ---


def test_the_supplier_is_asked_and_told_in_one_write_and_only_once(app: RoomApp, clock: FixedClock) -> None:
    agreed(app)

    for _ in range(2):
        handler.on_message(messages(woken("claim").model_dump()), None)  # type: ignore[arg-type]

    claim = app.orders.claim(KEY, CASE)
    assert (claim.state, claim.submitted_at, claim.work_due) == (ClaimState.SUBMITTED, clock.now(), None)
    told = [notice for notice in app.orders.story(KEY).notices if notice.to is Party.SUPPLIER]
    assert [(notice.channel, notice.values["amount"]) for notice in told] == [("wecom", "¥72.00")]
    assert [wake["id"] for wake in app.sent(Room.NOTIFY)] == [told[0].id]


def test_a_claim_whose_words_cannot_be_written_is_not_made(app: RoomApp) -> None:
    agreed(app)
    claim = app.orders.claim(KEY, CASE)
    save = app.orders.save
    before = app.orders.transact

    def moved_meanwhile(*changes: Any) -> Any:
        save(claim.model_copy(update={"reference": "somebody was here"}), claim)
        return before(*changes)

    app.orders.transact = moved_meanwhile  # type: ignore[method-assign]
    advance(woken("claim"), app)

    assert app.orders.claim(KEY, CASE).state is ClaimState.DRAFT
    assert templates(app, Party.SUPPLIER) == []
    assert [due.wake.kind for due in app.orders.work(Room.AFTERSALES, START)].count("claim") == 1


def answered(app: RoomApp, accepted: str | None) -> int:
    """The supplier answers the claim; the version that the merchant sees."""
    advance(woken("claim"), app)
    claim = app.orders.claim(KEY, CASE)
    accepted_sum = cny(accepted) if accepted else None
    return app.orders.save(claims.answered(claim, accepted_sum, "supplier", app.clock.now()), claim).ver


@pytest.mark.parametrize("accepted", ["72.00", "40.00"])
def test_the_last_debt_that_is_settled_closes_the_case(app: RoomApp, accepted: str) -> None:
    agreed(app)
    advance(woken("refund"), app)
    ver = answered(app, accepted)
    assert [row["kind"] for row in app.orders.queue(KEY.shop, 9)] == ["claim"]

    answer = decides("settle-claim", {"ver": ver, "reference": "set off in November"})

    assert (answer.status, answer.body["claim"]["state"], answer.body["case"]["state"]) == (200, "SETTLED", "CLOSED")
    assert answer.body["claim"]["reference"] == "set off in November"
    assert counts(app) == {"cases_damaged": 1, "claims_settled": 1, "recovered_minor": cny(accepted).minor}
    assert app.orders.queue(KEY.shop, 9) == []


def test_a_refund_that_comes_after_the_claim_closes_the_case_too(app: RoomApp) -> None:
    agreed(app)
    ver = answered(app, "72.00")
    assert decides("settle-claim", {"ver": ver, "reference": "x"}).body["case"]["state"] == "AGREED"

    advance(woken("refund"), app)

    assert the_case(app).state is CaseState.CLOSED


def test_a_case_without_a_claim_is_closed_by_its_refund(app: RoomApp) -> None:
    agreed(app, claim="0")

    advance(woken("refund"), app)

    assert [fact.code for fact in the_case(app).facts][-2:] == ["case.resolved", "case.closed"]


def test_a_worker_that_died_before_closing_is_made_up_for(app: RoomApp, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed(app, claim="0")
    with monkeypatch.context() as patch:
        patch.setattr("aftersales.refund.close_if_over", lambda *_: (_ for _ in ()).throw(RuntimeError("died")))
        with pytest.raises(RuntimeError):
            advance(woken("refund"), app)
    assert the_case(app).state is CaseState.RESOLVED

    advance(woken("refund"), app)

    assert the_case(app).state is CaseState.CLOSED


@pytest.mark.parametrize(
    ("accepted", "body", "status", "code"),
    [
        ("72.00", {"reference": ""}, 400, "claim.no_reference"),
        ("72.00", {"reference": "x", "ver": 1}, 409, "case.changed"),
        (None, {"reference": "x"}, 409, "state.illegal_move"),
    ],
    ids=["no proof", "an old page", "the supplier said no"],
)
def test_a_claim_is_settled_only_with_proof_and_in_its_time(
    app: RoomApp, accepted: str | None, body: dict[str, Any], status: int, code: str
) -> None:
    agreed(app)
    ver = answered(app, accepted)

    answer = decides("settle-claim", {"ver": ver} | body)

    assert (answer.status, answer.body["code"]) == (status, code)
    assert counts(app) == {"cases_damaged": 1}


def test_a_claim_is_settled_once(app: RoomApp) -> None:
    agreed(app)
    ver = answered(app, "72.00")
    decides("settle-claim", {"ver": ver, "reference": "x"})

    for seen in (ver, ver + 1):
        assert decides("settle-claim", {"ver": seen, "reference": "x"}).status == 409

    assert counts(app)["recovered_minor"] == 7200


# --- afterwards ---


def test_after_a_delivery_the_customer_is_asked_once_in_three_days(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    for _ in range(3):
        handler.on_message(messages(woken("shipment", "parcel-1").model_dump()), None)  # type: ignore[arg-type]
        clock.forward(hours=1)

    (notice,) = app.orders.story(KEY).notices
    assert (notice.template, notice.state) == ("notice.follow_up", NoticeState.PENDING)
    assert notice.work_due == START + FOLLOW_UP
    assert app.orders.work(Room.NOTIFY, START + timedelta(days=2)) == []
    assert [due.wake.id for due in app.orders.work(Room.NOTIFY, START + timedelta(days=3))] == [notice.id]


def test_the_sweep_wakes_cases_refunds_and_claims_that_are_due(app: RoomApp, clock: FixedClock) -> None:
    agreed(app)
    app.orders.create(a_case(BOUGHT, id="case-2", work_due=START + timedelta(hours=5)))
    clock.forward(minutes=1)

    assert handler.on_schedule({}, None) == {"woken": 2}  # type: ignore[arg-type]

    assert sorted(wake["kind"] for wake in app.sent(Room.AFTERSALES)) == ["claim", "refund"]


def test_a_wake_for_a_row_of_another_kind_does_nothing(app: RoomApp) -> None:
    stage(app)

    assert handler.on_message(messages(woken("order").model_dump()), None) == {  # type: ignore[arg-type]
        "batchItemFailures": []
    }
    assert app.orders.story(KEY).order == ORDER
