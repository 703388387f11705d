"""Faults F37 to F47 of the catalogue: what suppliers, customers and merchants do to a purchase under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import Conflict, Rejected
from daifa.models.facts import Reason
from daifa.models.ids import RecipientId
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.models.outcomes import Outcome
from daifa.models.purchase import LineAnswer, LineState, PurchaseOrder, Undo
from daifa.models.states import OrderState, PaymentState, PoState
from daifa.models.supplied import SupplierOrder
from daifa.ports import Done, NeverSent, Refused, Unclear
from daifa.rules import acknowledgement, breaker, watching
from daifa.tables.orders import refunded
from daifa.texts import t
from forward import handler
from forward.reroute import reroute
from forward.revise import revise
from forward.route import route
from forward.trouble import admitted
from tests.builders.rows import (
    SHOP,
    START,
    a_line,
    a_mapping,
    a_purchase,
    a_recipient,
    an_offer,
    an_order,
    cny,
)
from tests.unit.aws import FixedClock, RoomApp, call
from tests.unit.forward.buying import (
    KEY,
    NUMBER,
    a_purchase_in,
    an_attempt,
    at_supplier,
    holds,
    open_for_business,
    step,
    there,
)
from tests.unit.forward.deciding import decided, others, two_sources
from tests.unit.others import SupplierSays

# --- F37, F38, F39 ---


def test_f37_a_number_is_used_again_only_under_another_revision_once_its_cancellation_is_proved(app: RoomApp) -> None:
    lamps = open_for_business(app)
    lamps.says("find", at_supplier(state="cancelled"))
    a_purchase_in(app, state=PoState.UNKNOWN, clean=False, attempt=an_attempt())
    assert holds(step(app)) == ["hold.cancelled_there"]
    # "It is not there" would send the used number once more.
    assert decided(app, "resolve").status == 409

    reroute(there(app), "merchant:1", app)

    (new,) = others(app)
    assert (new.supplier, new.revision, new.state) == ("lamps", 2, PoState.READY) or new.revision == 2
    assert new.number != NUMBER
    assert there(app).state is PoState.CANCELLED


@pytest.mark.parametrize("wished", [False, True], ids=["first closed there", "first wished"])
def test_what_was_closed_there_ends_when_nobody_wants_it_any_more(app: RoomApp, wished: bool) -> None:
    lamps = open_for_business(app)
    lamps.says("find", at_supplier(state="cancelled"))
    a_purchase_in(app, state=PoState.UNKNOWN, clean=False, attempt=an_attempt(), cancel_requested=wished)
    assert holds(step(app)) == ["hold.cancelled_there"]

    assert decided(app, "cancel").status == 200

    assert (there(app).state, holds(there(app))) == (PoState.CANCELLED, [])


def test_what_was_paid_and_closed_there_is_cancelled_with_its_money_still_owed(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.REJECTED, payment=PaymentState.PAID, clean=False)

    assert decided(app, "cancel").status == 200

    assert (there(app).state, holds(there(app))) == (PoState.CANCELLED, ["hold.refund_due"])


def test_f38_a_key_that_is_not_accepted_any_more_pauses_the_supplier_and_fails_no_message(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    lamps.says("place", NeverSent("token expired", locked_out=True), Done("S-1"))
    a_purchase_in(app)

    po = step(app)

    assert (po.state, po.clean) == (PoState.READY, True)
    trouble = app.catalog.supplier(po.supplier).trouble
    assert trouble.open_until == START + breaker.LOCKED_OUT_PAUSE
    (item,) = [row for row in app.orders.queue(SHOP, 10) if row["kind"] == "item"]
    assert "item.locked_out" in item["reason"]
    # Meanwhile nobody calls, however often the purchase is woken.
    clock.forward(minutes=10)
    step(app)
    assert len(lamps.asked("place")) == 1
    clock.forward(minutes=30)
    assert step(app).state is PoState.SUBMITTED


def test_f38_after_a_pause_one_purchase_tries_for_all(app: RoomApp, clock: FixedClock) -> None:
    open_for_business(app)
    supplier = app.catalog.supplier(a_purchase().supplier)
    paused = breaker.after(supplier.trouble, NeverSent("gone", locked_out=True), clock.now())
    app.catalog.save(supplier.model_copy(update={"trouble": paused}), supplier)
    a_purchase_in(app)
    clock.forward(minutes=31)

    first = admitted(app.catalog.supplier(supplier.id), app)
    second = admitted(app.catalog.supplier(supplier.id), app)
    assert (first is not None, second) == (True, None)


@pytest.mark.parametrize("outcome", [Unclear("accepted by the mail service, answer lost"), Unclear("rate limit?")])
def test_f39_words_that_may_have_left_are_a_persons_task_and_never_sent_again(
    app: RoomApp, clock: FixedClock, outcome: Outcome
) -> None:
    lamps = open_for_business(app)
    lamps.capabilities = SupplierSays(can={"lookup": False, "ships_by_api": False}).capabilities
    lamps.says("place", outcome)
    a_purchase_in(app)
    step(app)
    for _ in range(4):
        clock.forward(hours=1)
        step(app)
    assert (there(app).state, len(lamps.asked("place"))) == (PoState.NEEDS_HUMAN, 1)


# --- F40 ---


def two_lines(app: RoomApp, **changes: Any) -> PurchaseOrder:
    """An order of a lamp and a mug, both bought at `lamps` and placed there."""
    lines = (a_line("台灯"), a_line("杯子", price="30.00"))
    order = an_order(lines, routed=True, work_due=None)
    app.orders.create(order)
    bought = a_purchase()
    mug = bought.lines[0].model_copy(
        update={
            "order_line": lines[1].id,
            "title": "杯子",
            "offer": an_offer("杯子").id,
            "external_variant": "spec-杯子",
        }
    )
    po = bought.model_copy(
        update={
            "lines": (*bought.lines, mug),
            "total": bought.total + mug.unit_cost,
            "state": PoState.SUBMITTED,
            "supplier_order": "S-9",
            "clean": False,
            "payment": PaymentState.PAID,
        }
        | changes
    )
    app.orders.create(po)
    return po


def test_f40_of_an_order_that_is_taken_in_part_the_rest_is_bought_elsewhere(app: RoomApp) -> None:
    open_for_business(app)
    two_sources(app)
    po = two_lines(app)
    refused = LineAnswer(line=po.lines[0].order_line, state=LineState.REJECTED, reason="out_of_stock")
    taken = LineAnswer(line=po.lines[1].order_line, state=LineState.ACCEPTED)
    answered = acknowledgement.answered(po, (refused, taken), "supplier", START)
    app.orders.save(answered, po)

    told = step(app)

    (elsewhere,) = others(app)
    assert (elsewhere.supplier, [line.order_line for line in elsewhere.lines]) == ("yiwu", [po.lines[0].order_line])
    assert told.lines[0].replaced_by == elsewhere.number
    assert [line.state for line in told.lines] == [LineState.REJECTED, LineState.ACCEPTED]
    step(app)
    assert others(app) == [elsewhere]


def test_f40_without_a_proven_source_the_refused_line_is_a_persons_to_decide(app: RoomApp) -> None:
    open_for_business(app)
    two_sources(app, proven=False)
    po = two_lines(app)
    refused = LineAnswer(line=po.lines[0].order_line, state=LineState.REJECTED, reason="out_of_stock")
    app.orders.save(acknowledgement.answered(po, (refused,), "supplier", START), po)
    assert (holds(step(app)), others(app)) == (["hold.lines_rejected"], [])


def test_f40_changed_lines_cost_what_a_person_agreed_to(app: RoomApp) -> None:
    open_for_business(app)
    po = two_lines(app, payment=PaymentState.UNPAID)
    dearer = LineAnswer(line=po.lines[0].order_line, state=LineState.CHANGED, unit_cost=cny("37.50"))
    app.orders.save(acknowledgement.answered(po, (dearer,), "supplier", START), po)
    assert holds(there(app)) == ["hold.lines_changed"]
    assert decided(app, "accept-lines", total="1.00").status == 409

    theirs = po.total - po.lines[0].unit_cost + cny("37.50")
    assert decided(app, "accept-lines", total=str(theirs.amount)).status == 200

    assert (there(app).total, holds(there(app))) == (theirs, [])


def test_f40_what_nobody_refused_stays_acknowledged_with_its_promise(app: RoomApp) -> None:
    po = two_lines(app)
    later = LineAnswer(line=po.lines[0].order_line, state=LineState.BACKORDERED, promised=START + timedelta(days=3))
    following = acknowledgement.answered(po, (later,), "supplier", START)
    assert (following.state, following.promised) == (PoState.ACKNOWLEDGED, START + timedelta(days=3))
    assert holds(following) == ["hold.backordered"]


# --- F43 ---


def test_f43_of_two_decisions_at_once_one_wins(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.ON_HOLD, holds=(Reason.of("hold.first_order", supplier="x"),))
    first = decided(app, "approve", total="40.00")
    path = f"/api/orders/{SHOP}/{KEY.order}/purchase-orders/{NUMBER}/"
    again = call(handler.on_http, "POST", path + "approve", {"ver": po.ver, "total": "40.00"})
    cancel = call(handler.on_http, "POST", path + "cancel", {"ver": po.ver})
    assert (first.status, again.status, cancel.status) == (200, 409, 409)


# --- F44 ---


def test_f44_before_the_claim_a_cancellation_is_final(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app)
    assert decided(app, "cancel").status == 200
    assert (step(app).state, lamps.asked("place")) == (PoState.CANCELLED, [])


CANCELS = {"cancels": True, "refunds": True, "ships_by_api": False}


@pytest.mark.parametrize(
    ("answer", "payment", "state", "undo", "held"),
    [
        (Done("S-9"), PaymentState.UNPAID, PoState.CANCELLED, None, []),
        (Done("S-9"), PaymentState.PAID, PoState.CANCELLED, None, ["hold.refund_due"]),
        (Refused("X", "y"), PaymentState.UNPAID, PoState.SUBMITTED, Undo.REFUSED, ["hold.cancel_refused"]),
        (Refused("X", "y"), PaymentState.PAID, PoState.SUBMITTED, Undo.REFUNDING, ["hold.refund_asked"]),
        (Unclear("lost"), PaymentState.UNPAID, PoState.SUBMITTED, None, ["hold.cancel_requested"]),
        (NeverSent("busy"), PaymentState.UNPAID, PoState.SUBMITTED, None, ["hold.cancel_requested"]),
    ],
    ids=["cancelled", "cancelled, owed", "refused", "refused, refunding", "unclear", "never sent"],
)
def test_f44_after_it_was_placed_the_supplier_is_asked_and_believed_as_far_as_it_proves(
    app: RoomApp, answer: Outcome, payment: PaymentState, state: PoState, undo: Undo | None, held: list[str]
) -> None:
    lamps = open_for_business(app)
    lamps.capabilities = SupplierSays(can=CANCELS).capabilities
    object.__setattr__(lamps, "cancel", lambda reference: answer)
    object.__setattr__(lamps, "refund", lambda reference, amount: Done("R-1"))
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False, supplier_order="S-9", payment=payment)
    assert decided(app, "cancel").status == 200

    po = step(app)

    assert (po.state, po.undo, holds(po)) == (state, undo, held)


def test_f44_money_that_is_owed_stays_a_task_until_it_is_seen(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app)
    due = Reason.of("hold.refund_due", total=cny("40"), supplier_order="S-9")
    a_purchase_in(app, state=PoState.CANCELLED, payment=PaymentState.PAID, clean=False, holds=(due,), work_due=START)
    lamps.says("find", at_supplier(state="cancelled"), at_supplier(state="cancelled", refunded=True))
    assert holds(step(app)) == ["hold.refund_due"]
    clock.forward(hours=1)
    po = step(app)
    assert (po.payment, holds(po), po.work_due) == (PaymentState.REFUNDED, [], None)


def test_f44_why_the_supplier_will_not_cancel_is_read_wherever_the_purchase_is(app: RoomApp) -> None:
    said = Refused("1042", "supplier.cj.refused.cancel", {"reference": "S-9", "said": "already packed"})
    lamps = open_for_business(app)
    lamps.capabilities = SupplierSays(can=CANCELS).capabilities
    object.__setattr__(lamps, "cancel", lambda reference: said)
    wish = {"cancel_requested": True, "holds": (Reason.of("hold.cancel_requested", supplier_order="S-9"),)}
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False, supplier_order="S-9", **wish)

    po = step(app)

    for told in (po.holds[0], next(fact for fact in po.facts if fact.code == "purchase.cancel_refused")):
        assert "S-9" in t("en", told.code, **told.values)
        assert "can't be cancelled at CJ: already packed" in t("en", told.code, **told.values)
        assert "already packed" in t("zh-CN", told.code, **told.values)
    assert po.holds[0].beat == ()


def test_f44_a_person_who_asked_the_supplier_says_that_it_is_cancelled_or_stays(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False, supplier_order="S-9")
    assert decided(app, "cancelled").status == 409  # nobody wanted it
    decided(app, "cancel")
    assert decided(app, "keep").status == 200
    assert (there(app).cancel_requested, holds(there(app))) == (False, [])
    decided(app, "cancel")
    assert decided(app, "cancelled").status == 200
    assert there(app).state is PoState.CANCELLED


# --- F45 ---


def moved(app: RoomApp) -> None:
    """The customer moved to another address in the shop."""
    app.vault.put(RecipientId("elsewhere"), a_recipient(address1="新虚构路 2 号"), b"", START.replace(year=2027))
    order = app.orders.order(KEY)
    revise(app.orders.save(order.model_copy(update={"recipient": "elsewhere", "work_due": START}), order), app)


@pytest.mark.parametrize(
    ("amends", "answer", "ship_to", "held"),
    [
        (True, Done("S-9"), "elsewhere", []),
        (True, Refused("sent", "y"), "someone", ["hold.address_refused"]),
        (True, Unclear("lost"), "someone", ["hold.address_changed"]),
        (False, Done("S-9"), "someone", ["hold.address_changed"]),
    ],
    ids=["amended", "refused", "unclear", "not by a call"],
)
def test_f45_an_address_that_changes_after_the_claim_is_amended_or_a_persons_and_never_silent(
    app: RoomApp, amends: bool, answer: Outcome, ship_to: str, held: list[str]
) -> None:
    lamps = open_for_business(app)
    lamps.capabilities = SupplierSays(can={"amends": amends, "ships_by_api": False}).capabilities
    asked: list[Recipient] = []

    def amend(reference: str, recipient: Recipient) -> Outcome:
        asked.append(recipient)
        return answer

    object.__setattr__(lamps, "amend", amend)
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False, supplier_order="S-9")
    moved(app)

    po = step(app)

    assert (po.ship_to, holds(po), [person.address1 for person in asked]) == (
        ship_to,
        held,
        ["新虚构路 2 号"] * amends,
    )


def test_f45_a_person_who_told_the_supplier_says_so(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False, supplier_order="S-9")
    moved(app)
    assert decided(app, "amended").status == 200
    assert (there(app).ship_to, holds(there(app))) == ("elsewhere", [])


# --- F46, F47 ---


def test_f46_two_refunds_at_once_never_pay_more_than_was_paid(app: RoomApp) -> None:
    paid = cny("64.90").minor
    app.orders.add(refunded(KEY, cny("40.00").minor, paid))
    with pytest.raises(Conflict):
        app.orders.add(refunded(KEY, cny("24.91").minor, paid))
    app.orders.add(refunded(KEY, cny("24.90").minor, paid))


def test_f47_a_purchase_whose_recipient_was_erased_finishes_and_no_new_one_begins(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app)
    lamps.says("find", at_supplier(recipient=a_recipient()))
    a_purchase_in(app, state=PoState.UNKNOWN, clean=False, attempt=an_attempt())
    app.vault.put(RecipientId("someone"), a_recipient(), b"", START)
    clock.forward(minutes=1)
    assert step(app).state is PoState.SUBMITTED

    fresh = a_purchase(number="D2", ship_to="someone")
    app.orders.create(fresh.model_copy(update={"number": "D2"}))
    assert holds(step(app, fresh.model_copy(update={"number": "D2"}))) == ["hold.no_recipient"]


# --- what the supplier's list shows ---


@pytest.mark.parametrize(
    ("was", "shown", "state", "payment", "held"),
    [
        ({}, {}, PoState.SUBMITTED, PaymentState.UNPAID, []),
        ({}, {"paid": True}, PoState.SUBMITTED, PaymentState.PAID, []),
        ({}, {"total": cny("41.00")}, PoState.SUBMITTED, PaymentState.UNPAID, ["hold.other_total"]),
        ({}, {"state": "cancelled"}, PoState.REJECTED, PaymentState.UNPAID, ["hold.closed_there"]),
        (
            {"payment": PaymentState.PAID},
            {"state": "cancelled"},
            PoState.REJECTED,
            PaymentState.PAID,
            ["hold.closed_there", "hold.refund_due"],
        ),
        ({"cancel_requested": True}, {"state": "cancelled"}, PoState.CANCELLED, PaymentState.UNPAID, []),
        (
            {"state": PoState.SHIPPED},
            {"state": "cancelled"},
            PoState.SHIPPED,
            PaymentState.UNPAID,
            ["hold.closed_there"],
        ),
        ({"state": PoState.SUBMITTING}, {"paid": True}, PoState.SUBMITTING, PaymentState.UNPAID, []),
        ({"state": PoState.UNKNOWN}, {}, PoState.SUBMITTED, PaymentState.UNPAID, []),
    ],
)
def test_what_the_list_shows_is_followed_or_told(
    was: dict[str, Any], shown: dict[str, Any], state: PoState, payment: PaymentState, held: list[str]
) -> None:
    po = a_purchase(**({"state": PoState.SUBMITTED, "clean": False, "supplier_order": "S-9"} | was))
    listed: SupplierOrder = at_supplier(**shown)
    following = watching.seen(po, listed, None, START)
    assert (following.state, following.payment, holds(following)) == (state, payment, held)
    assert watching.seen(following, listed, None, START).facts == following.facts


def test_a_line_added_in_the_shop_is_bought_once(app: RoomApp) -> None:
    open_for_business(app)
    app.orders.create(an_order(routed=True, work_due=None))
    app.orders.create(a_purchase())
    app.catalog.create(an_offer("杯子"))
    app.catalog.create(a_mapping("杯子"))
    order = app.orders.order(KEY)
    more = (*order.lines, a_line("杯子"))
    app.orders.save(order.model_copy(update={"lines": more, "work_due": START}), order)
    for _ in range(2):
        route(KEY, app)
    (new,) = others(app)
    assert ([line.title for line in new.lines], new.revision) == (["杯子"], 2)
    assert app.orders.order(KEY).state is OrderState.CONFIRMED


def test_a_changed_price_in_another_currency_is_refused(app: RoomApp) -> None:
    po = two_lines(app)
    dollars = Money.of("5.00", "USD")
    answer = LineAnswer(line=po.lines[0].order_line, state=LineState.CHANGED, unit_cost=dollars)
    with pytest.raises(Rejected, match="link.other_currency"):
        acknowledgement.answered(po, (answer,), "supplier", START)
