"""A complaint is judged by the agreement, then decided by a person, bound to what stood on the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aftersales import handler
from aftersales.advance import advance
from daifa.messages import Room
from daifa.models.aftersales import CaseReason, Payer, Photo
from daifa.models.ids import CaseId
from daifa.models.states import CaseState, ClaimState, RefundState
from daifa.tables.store import Key
from tests.builders.rows import START, a_case, cny
from tests.unit.aftersales.complaint import BOUGHT, CASE, KEY, ORDER, decides, stage, the_case, woken
from tests.unit.aws import FixedClock, RoomApp, messages

PHOTO = Photo(key="cases/demo/5001/case-1/0", sha256="0" * 64, content_type="image/png")


def opened(app: RoomApp, identity: str = CASE, **changes: Any) -> None:
    """A complaint about both lamps, with the photo that the agreement wants."""
    told = {"id": CaseId(identity), "photos": (PHOTO,), "work_due": START} | changes
    app.orders.create(a_case(BOUGHT, **told))


def proposed(app: RoomApp, identity: str = CASE, **changes: Any) -> int:
    """The same, already judged; the version that the merchant sees."""
    opened(app, identity, **changes)
    advance(woken("case", identity), app)
    return the_case(app, CaseId(identity)).ver


def counts(app: RoomApp) -> dict[str, int]:
    return app.catalog.scorecard(BOUGHT.supplier, "2026-11").counts


def refunded(app: RoomApp) -> int:
    return app.orders.counter(Key("ORDER#demo#5001", "REFUNDED"), "minor")


# --- judging ---


def test_a_complaint_with_its_proof_is_judged_and_waits_for_the_merchant(app: RoomApp, clock: FixedClock) -> None:
    stage(app)
    opened(app)

    for _ in range(2):
        handler.on_message(messages(woken("case").model_dump()), None)  # type: ignore[arg-type]

    case = the_case(app)
    assert case.state is CaseState.LIABILITY_PROPOSED
    assert case.liability is not None
    assert (case.liability.refund, case.liability.claim) == (cny("129.80"), cny("72.00"))
    assert (case.liability.goods, case.liability.agreement, case.liability.clause) == (Payer.SUPPLIER, 1, "3.1")
    assert (case.due, case.work_due) == (clock.now() + timedelta(hours=24), None)
    assert [row["kind"] for row in app.orders.queue(KEY.shop, 9)] == ["case"]
    assert [notice.template for notice in app.orders.story(KEY).notices] == ["notice.case_opened"]
    assert counts(app) == {}


def test_without_proof_the_customer_is_asked_for_it_and_then_it_is_judged(app: RoomApp) -> None:
    stage(app)
    opened(app, photos=())
    for _ in range(2):
        advance(woken("case"), app)

    asked = the_case(app)
    assert (asked.state, asked.work_due) == (CaseState.EVIDENCE_REQUESTED, None)
    assert [fact.values for fact in asked.facts] == [{"photos": "1"}]
    letters = {notice.template: notice.values for notice in app.orders.story(KEY).notices}
    assert letters["notice.photos_wanted"]["photos"] == "1"
    assert app.orders.queue(KEY.shop, 9) == []
    app.orders.save(asked.model_copy(update={"photos": (PHOTO,), "work_due": START}), asked)
    advance(woken("case"), app)
    assert the_case(app).state is CaseState.LIABILITY_PROPOSED


def test_proof_that_is_still_too_little_leaves_no_work_behind(app: RoomApp) -> None:
    stage(app)
    opened(app, photos=(), state=CaseState.EVIDENCE_REQUESTED)

    advance(woken("case"), app)

    assert the_case(app).state is CaseState.EVIDENCE_REQUESTED
    assert app.orders.work(Room.AFTERSALES, START + timedelta(days=9)) == []


def test_what_was_bought_without_an_agreement_is_the_merchants(app: RoomApp) -> None:
    stage(app, BOUGHT.model_copy(update={"agreement": None}))
    opened(app, photos=())

    advance(woken("case"), app)

    case = the_case(app)
    assert case.liability is not None
    assert (case.liability.goods, case.liability.claim, case.liability.agreement) == (Payer.MERCHANT, cny("0"), None)


# --- deciding ---


def test_accepting_makes_both_debts_at_once_and_scores_once(app: RoomApp) -> None:
    stage(app)
    ver = proposed(app)
    app.sent(Room.AFTERSALES)

    answer = decides("accept", {"ver": ver})

    assert answer.status == 200
    assert answer.body["refund"]["amount"]["text"] == "¥129.80"
    assert answer.body["claim"]["amount"]["text"] == "¥72.00"
    assert answer.body["case"]["state"] == "AGREED"
    assert answer.body["case"]["facts"][-1]["by"] == "merchant:merchant-1"
    story = app.orders.story(KEY)
    assert [(row.case, row.state) for row in story.refunds] == [(CASE, RefundState.PENDING)]
    assert [(row.case, row.state) for row in story.claims] == [(CASE, ClaimState.DRAFT)]
    assert refunded(app) == 12980
    assert counts(app) == {"cases_damaged": 1}
    assert sorted(wake["kind"] for wake in app.sent(Room.AFTERSALES)) == ["claim", "refund"]


def test_accepting_twice_from_the_same_page_is_refused_with_the_state_of_now(app: RoomApp) -> None:
    stage(app)
    ver = proposed(app)
    decides("accept", {"ver": ver})

    again = decides("accept", {"ver": ver})
    newer = decides("accept", {"ver": ver + 1})

    assert (again.status, again.body["code"], again.body["values"]["state"]) == (409, "case.changed", "AGREED")
    assert (newer.status, newer.body["code"]) == (409, "state.illegal_move")
    assert refunded(app) == 12980
    assert counts(app) == {"cases_damaged": 1}


@pytest.mark.parametrize(
    ("sums", "refund", "claim", "state"),
    [
        ({"refund": "50"}, "¥50.00", "¥72.00", "AGREED"),
        ({"refund": "50.005", "claim": "0"}, "¥50.01", None, "AGREED"),
        ({"refund": "0"}, None, "¥72.00", "RESOLVED"),
        ({"refund": "0", "claim": "0"}, None, None, "CLOSED"),
    ],
)
def test_the_merchant_may_choose_other_sums_and_nothing_owed_makes_no_debt(
    app: RoomApp, sums: dict[str, str], refund: str | None, claim: str | None, state: str
) -> None:
    stage(app)

    body = decides("accept", {"ver": proposed(app)} | sums).body

    assert body["case"]["state"] == state
    assert (body["refund"] and body["refund"]["amount"]["text"]) == refund
    assert (body["claim"] and body["claim"]["amount"]["text"]) == claim


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("accept", {"ver": 1}, 409, "case.changed"),
        ("accept", {}, 400, "http.bad_field"),
        ("accept", {"ver": 2, "refund": 12.5}, 400, "http.bad_field"),
        ("accept", {"ver": 2, "refund": "NaN"}, 400, "http.bad_field"),
        ("accept", {"ver": 2, "refund": "-1"}, 400, "case.negative"),
        ("accept", {"ver": 2, "claim": "-0.01"}, 400, "case.negative"),
        ("accept", {"ver": 2, "refund": "149.81"}, 409, "case.over_paid"),
        ("accept", {"ver": 2, "refund": "999999"}, 409, "case.over_paid"),
        ("decline", {"ver": 1, "reason": "no"}, 409, "case.changed"),
        ("decline", {"ver": 2}, 400, "case.no_reason"),
        ("settle-claim", {"ver": 1, "reference": "x"}, 404, "row.missing"),
        ("burn", {"ver": 2}, 404, "http.no_route"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_changes_nothing(
    app: RoomApp, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    stage(app)
    proposed(app)
    before = app.orders.story(KEY)

    answer = decides(verb, body)

    assert (answer.status, answer.body["code"]) == (status, code)
    assert "{" not in answer.body["detail"]
    assert app.orders.story(KEY) == before
    assert refunded(app) == 0
    assert counts(app) == {}


def test_a_case_that_was_not_judged_cannot_be_accepted(app: RoomApp) -> None:
    stage(app)
    opened(app)

    assert decides("accept", {"ver": 1}).body["code"] == "state.illegal_move"


def test_declining_closes_the_case_and_the_customer_hears_of_it_once(app: RoomApp) -> None:
    stage(app)
    ver = proposed(app)
    app.sent(Room.NOTIFY)

    assert decides("decline", {"ver": ver, "reason": "worn for a month"}).status == 200
    assert decides("decline", {"ver": ver, "reason": "worn for a month"}).status == 409

    case = the_case(app)
    assert (case.state, case.due) == (CaseState.CLOSED, None)
    assert case.facts[-1].values == {"reason": "worn for a month"}
    templates = [notice.template for notice in app.orders.story(KEY).notices]
    assert sorted(templates) == ["notice.case_declined", "notice.case_opened"]
    assert refunded(app) == 0


def test_two_cases_can_never_pay_back_more_than_was_paid(app: RoomApp) -> None:
    stage(app)
    first, second = proposed(app), proposed(app, "case-2")

    assert decides("accept", {"ver": first, "refund": "100"}).status == 200
    over = decides("accept", {"ver": second, "refund": "49.81"}, "case-2")
    assert (over.status, over.body["code"], over.body["values"]["refund"]) == (409, "case.over_paid", "¥49.81")
    assert the_case(app, CaseId("case-2")).state is CaseState.LIABILITY_PROPOSED
    assert decides("accept", {"ver": second, "refund": "49.80"}, "case-2").status == 200

    assert refunded(app) == 14980


@pytest.mark.parametrize("mine", ["100", "149.80", "75"])
def test_two_cases_accepted_at_the_same_moment_can_never_pay_back_more_than_was_paid(
    app: RoomApp, monkeypatch: pytest.MonkeyPatch, mine: str
) -> None:
    stage(app)
    first, second = proposed(app), proposed(app, "case-2")
    before = app.orders.transact

    def the_other_first(*changes: Any) -> Any:
        """Between our reading and our writing, somebody accepts the other case."""
        monkeypatch.setattr(app.orders, "transact", before)
        assert decides("accept", {"ver": second, "refund": "100"}, "case-2").status == 200
        return before(*changes)

    monkeypatch.setattr(app.orders, "transact", the_other_first)

    answer = decides("accept", {"ver": first, "refund": mine})

    assert answer.status == 409
    assert refunded(app) == 10000
    assert [row.case for row in app.orders.story(KEY).refunds] == ["case-2"]
    assert counts(app) == {"cases_damaged": 1}


def test_what_the_shop_itself_paid_back_counts_too(app: RoomApp) -> None:
    stage(app)
    app.orders.save(ORDER.model_copy(update={"refunded": cny("120")}), ORDER)
    ver = proposed(app)

    assert decides("accept", {"ver": ver, "refund": "29.81"}).body["code"] == "case.over_paid"
    assert decides("accept", {"ver": ver, "refund": "29.80"}).status == 200


@pytest.mark.parametrize("verb", ["accept", "decline", "settle-claim"])
def test_nobody_decides_for_another_shop(app: RoomApp, verb: str) -> None:
    stage(app)
    ver = proposed(app)

    answer = decides(verb, {"ver": ver, "reason": "x", "reference": "x"}, shops=("other",))

    assert (answer.status, answer.body["code"]) == (403, "auth.other_shop")
    assert the_case(app).state is CaseState.LIABILITY_PROPOSED


@pytest.mark.parametrize("reason", list(CaseReason))
def test_every_reason_is_counted_under_its_own_name(app: RoomApp, reason: CaseReason) -> None:
    stage(app)

    decides("accept", {"ver": proposed(app, reason=reason)})

    assert counts(app) == {f"cases_{reason.value.lower()}": 1}
