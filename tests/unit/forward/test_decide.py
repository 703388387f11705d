"""A person decides about exactly what stood on the page, over the real HTTP door."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from daifa.messages import Room, Wake
from daifa.models.facts import Reason
from daifa.models.ids import ShipmentId
from daifa.models.shipment import ShopTold
from daifa.models.states import OrderState, PaymentState, PoState
from daifa.rules import undoing, watching
from daifa.rules.acknowledgement import ANSWER_HOLDS
from daifa.tables.orders import spent
from daifa.texts import t
from forward import handler
from forward.advance import advance
from tests.builders.rows import SHOP, a_mapping, a_shipment, a_supplier, an_offer, an_order, cny
from tests.unit.aws import Answered, RoomApp, call
from tests.unit.forward.buying import (
    KEY,
    NUMBER,
    a_purchase_in,
    an_attempt,
    at_supplier,
    codes,
    holds,
    know,
    open_for_business,
    step,
    there,
)
from tests.unit.tables.wire import between

HELD = {"state": PoState.ON_HOLD, "work_due": None, "holds": (Reason.of("hold.over_limit", total="¥1", limit="¥0"),)}
WISHED = (Reason.of("hold.cancel_requested", supplier_order=""),)


def decided(verb: str, ver: int = 1, *, number: str = NUMBER, **body: Any) -> Answered:
    path = f"/api/orders/{KEY.shop}/{KEY.order}/purchase-orders/{number}/{verb}"
    who = {name: body.pop(name) for name in ("shops", "locale") if name in body}
    return call(handler.on_http, "POST", path, {"ver": ver} | body, **who)


# --- approve ---


def test_an_approved_purchase_is_ready_and_says_who_approved_what(app: RoomApp) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app, **HELD)

    told = decided("approve", total="40.00")

    assert told.status == 200
    assert told.body["purchase"]["state"] == "READY"
    assert told.body["purchase"]["total"]["text"] == "¥40.00"
    po = there(app)
    assert (po.approved_by, po.holds, codes(po)) == ("merchant:merchant-1", (), ["purchase.approved"])
    assert len(app.sent(Room.FORWARD)) == 1
    assert step(app).state is PoState.SUBMITTED
    assert len(lamps.asked("place")) == 1


@pytest.mark.parametrize(
    ("ver", "total"), [(2, "40.00"), (1, "39.99"), (1, None)], ids=["version", "total", "no total"]
)
def test_what_is_not_what_stood_on_the_page_is_not_approved(app: RoomApp, ver: int, total: str | None) -> None:
    open_for_business(app)
    po = a_purchase_in(app, **HELD)

    told = decided("approve", ver, total=total, locale="zh-CN")

    assert (told.status, told.body["code"]) == (409, "purchase.changed")
    assert (told.body["values"]["state"], told.body["values"]["total"]) == ("ON_HOLD", "¥40.00")
    assert "ON_HOLD" in told.body["detail"]
    assert there(app) == po


@pytest.mark.parametrize("done", [True, False])
def test_a_decision_that_got_no_answer_is_told_as_busy_and_once_more_decides_at_most_once(
    app: RoomApp, done: bool
) -> None:
    open_for_business(app)
    a_purchase_in(app, **HELD)
    between(app.orders).silence("put_item", ReadTimeoutError(endpoint_url="https://dynamodb.test"), done=done)

    told = decided("approve", total="40.00")

    assert (told.status, told.body["code"]) == (503, "row.busy")
    again = decided("approve", total="40.00")
    assert (again.status, again.body.get("code", "")) == ((409, "purchase.changed") if done else (200, ""))
    assert codes(there(app)) == ["purchase.approved"]


def test_approving_twice_is_approving_once(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, **HELD)

    first, second = (decided("approve", total="40.00") for _ in range(2))

    assert (first.status, second.status) == (200, 409)
    assert second.body["values"]["state"] == "READY"
    assert len(app.sent(Room.FORWARD)) == 1


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_how_it_stands(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, **HELD)
    between(app.orders).before("put_item", lambda: decided("cancel"))

    told = decided("approve", total="40.00")

    assert (told.status, told.body["values"]["state"]) == (409, "CANCELLED")
    assert there(app).state is PoState.CANCELLED


def test_a_purchase_nobody_sells_can_not_be_approved(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, supplier="unrouted", number="D-U", **HELD)
    told = decided("approve", number=po.number, total="40.00")
    assert (told.status, told.body["code"]) == (400, "purchase.no_supplier")


def test_a_refused_payment_is_tried_again_when_a_person_says_so(app: RoomApp) -> None:
    lamps = open_for_business(app)
    lamps.capabilities = lamps.capabilities.__class__(**(lamps.capabilities.__dict__ | {"pays_apart": True}))
    held = {"holds": (Reason.of("hold.not_paid", total="¥40.00", supplier="Lamps"),), "work_due": None}
    a_purchase_in(app, state=PoState.SUBMITTED, supplier_order="S-1", clean=False, **held)

    assert decided("approve", total="40.00").status == 200

    assert step(app).payment is PaymentState.PAID
    assert len(lamps.asked("pay")) == 1


@pytest.mark.parametrize("held", [HELD, {"state": PoState.SUBMITTED, "clean": False, "work_due": None}])
def test_agreeing_to_a_price_does_not_take_back_a_wish_to_cancel(app: RoomApp, held: dict[str, Any]) -> None:
    lamps = open_for_business(app)
    a_purchase_in(app, **(held | {"holds": WISHED, "cancel_requested": True}))

    told = decided("approve", total="40.00")

    assert (told.status, told.body["code"]) == (409, "state.illegal_move")
    assert holds(there(app)) == ["hold.cancel_requested"]
    assert lamps.calls == []


@pytest.mark.parametrize("code", sorted(ANSWER_HOLDS))
def test_who_says_pay_has_not_settled_what_the_supplier_said_of_its_lines(app: RoomApp, code: str) -> None:
    open_for_business(app)
    said = (Reason.of("hold.not_paid"), Reason.of(code, lines="台灯 × 1"))
    a_purchase_in(app, state=PoState.ACKNOWLEDGED, clean=False, holds=said)

    assert decided("approve", total="40.00").status == 200

    assert holds(there(app)) == [code]


# --- cancel ---


@pytest.mark.parametrize(
    ("change", "then", "hold"),
    [
        ({"state": PoState.READY}, PoState.CANCELLED, []),
        (HELD, PoState.CANCELLED, []),
        ({"state": PoState.REJECTED, "clean": False}, PoState.CANCELLED, []),
        ({"state": PoState.READY, "clean": False}, PoState.READY, ["hold.cancel_requested"]),
        ({"state": PoState.UNKNOWN, "clean": False}, PoState.UNKNOWN, ["hold.cancel_requested"]),
        ({"state": PoState.SUBMITTED, "clean": False}, PoState.SUBMITTED, ["hold.cancel_requested"]),
    ],
)
def test_only_what_was_never_bought_is_cancelled_at_once(
    app: RoomApp, change: dict[str, Any], then: PoState, hold: list[str]
) -> None:
    open_for_business(app)
    a_purchase_in(app, **change)

    assert decided("cancel").status == 200

    po = there(app)
    assert (po.state, holds(po), po.cancel_requested) == (then, hold, bool(hold))


# --- resolve ---


@pytest.mark.parametrize("wish", [False, True])
def test_a_person_says_that_the_supplier_has_it(app: RoomApp, wish: bool) -> None:
    lamps = open_for_business(app)
    held = (Reason.of("hold.cannot_ask", supplier="Lamps"), *(WISHED * wish))
    a_purchase_in(app, state=PoState.NEEDS_HUMAN, clean=False, holds=held, cancel_requested=wish, work_due=None)

    assert decided("resolve", supplier_order="S-77", total="40.00").status == 200

    po = there(app)
    assert (po.state, po.supplier_order, po.clean) == (PoState.SUBMITTED, "S-77", False)
    assert holds(po) == ["hold.cancel_requested"] * wish
    assert lamps.calls == []


@pytest.mark.parametrize(("wish", "then", "bought"), [(False, PoState.SUBMITTED, 1), (True, PoState.CANCELLED, 0)])
def test_a_person_says_that_the_supplier_does_not_have_it(app: RoomApp, wish: bool, then: PoState, bought: int) -> None:
    lamps = open_for_business(app)
    held = {"holds": WISHED * wish, "cancel_requested": wish, "work_due": None, "attempt": an_attempt()}
    a_purchase_in(app, state=PoState.NEEDS_HUMAN, clean=False, **held)

    assert decided("resolve", supplier_order=None, total="40.00").body["purchase"]["state"] == "READY"

    assert (step(app).state, len(lamps.asked("place"))) == (then, bought)


def test_what_a_person_says_was_never_bought_is_not_counted_as_spent(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.NEEDS_HUMAN, clean=False, work_due=None, attempt=an_attempt())
    today = spent(po.shop, po.supplier, "2026-11-23", po.total.minor, None)
    app.orders.add(today)

    decided("resolve", supplier_order=None, total="40.00")
    assert app.orders.counter(today.key, "minor") == 0

    step(app)
    assert app.orders.counter(today.key, "minor") == po.total.minor


# --- reroute ---


def nothing_sold(app: RoomApp) -> str:
    """An order whose line nobody sells, routed; the number of its held purchase."""
    app.orders.create(an_order())
    app.catalog._client.delete_item(
        TableName="catalog", Key={"pk": {"S": "SHOP#demo"}, "sk": {"S": "VARIANT#variant-台灯"}}
    )
    advance(Wake(kind="order", shop=KEY.shop, order=KEY.order), app, 60)
    (held,) = app.orders.purchases(KEY)
    return held.number


def test_a_line_that_was_mapped_since_is_routed_again(app: RoomApp) -> None:
    open_for_business(app)
    number = nothing_sold(app)
    still = decided("reroute", number=number)
    assert (still.status, still.body["purchase"]["state"]) == (200, "ON_HOLD")

    app.catalog.create(a_mapping())
    assert decided("reroute", number=number).body["purchase"]["state"] == "CANCELLED"

    (bought,) = [po for po in app.orders.purchases(KEY) if po.number != number]
    assert (bought.state, bought.supplier, bought.revision) == (PoState.READY, "lamps", 2)
    assert decided("reroute", 2, number=number).status == 409


def test_what_one_supplier_refused_goes_to_the_next(app: RoomApp) -> None:
    open_for_business(app)
    know(app, a_supplier("yiwu"))
    a_purchase_in(app, state=PoState.REJECTED, clean=False)
    app.catalog.create(an_offer(supplier="yiwu", price="20.00"))
    app.catalog.save(a_mapping("台灯", "lamps", "yiwu"), a_mapping())

    assert decided("reroute").status == 200

    (bought,) = [po for po in app.orders.purchases(KEY) if po.number != NUMBER]
    assert (bought.supplier, bought.state) == ("yiwu", PoState.READY)


@pytest.mark.parametrize(
    "change",
    [
        {"state": state, "clean": False}
        for state in PoState
        if state not in (PoState.ON_HOLD, PoState.REJECTED, PoState.READY)
    ]
    + [{"state": PoState.READY, "clean": False}],
)
def test_what_a_supplier_may_have_is_never_bought_elsewhere(app: RoomApp, change: dict[str, Any]) -> None:
    open_for_business(app)
    po = a_purchase_in(app, **change)

    told = decided("reroute")

    assert (told.status, told.body["values"]["state"]) == (409, po.state.value)
    assert app.orders.purchases(KEY) == (po,)


def test_what_was_paid_and_will_not_be_shipped_is_bought_elsewhere_and_stays_owed(app: RoomApp) -> None:
    open_for_business(app)
    know(app, a_supplier("yiwu"))
    a_purchase_in(app, state=PoState.REJECTED, clean=False, payment=PaymentState.PAID)
    app.catalog.create(an_offer(supplier="yiwu", price="20.00"))
    app.catalog.save(a_mapping("台灯", "lamps", "yiwu"), a_mapping())

    assert decided("reroute").status == 200

    old, bought = sorted(app.orders.purchases(KEY), key=lambda po: po.revision)
    assert (old.state, holds(old), bought.supplier) == (PoState.CANCELLED, ["hold.refund_due"], "yiwu")


def test_nothing_is_routed_again_for_an_order_that_was_cancelled(app: RoomApp) -> None:
    open_for_business(app)
    app.orders.create(an_order(state=OrderState.CANCELLED))
    a_purchase_in(app, state=PoState.REJECTED, clean=False)

    told = decided("reroute")

    assert (told.status, told.body["values"]["state"]) == (409, "CANCELLED")


# --- what is refused ---


@pytest.mark.parametrize(
    ("verb", "state", "body"),
    [
        ("approve", PoState.READY, {"total": "40.00"}),
        ("approve", PoState.SUBMITTING, {"total": "40.00"}),
        ("approve", PoState.UNKNOWN, {"total": "40.00"}),
        ("approve", PoState.NEEDS_HUMAN, {"total": "40.00"}),
        ("approve", PoState.SHIPPED, {"total": "40.00"}),
        ("cancel", PoState.CANCELLED, {}),
        ("cancel", PoState.CLOSED, {}),
        ("resolve", PoState.ON_HOLD, {"supplier_order": "S-1", "total": "40.00"}),
        ("resolve", PoState.UNKNOWN, {"supplier_order": None, "total": "40.00"}),
        ("resolve", PoState.SUBMITTED, {"supplier_order": None, "total": "40.00"}),
    ],
)
def test_an_illegal_move_is_refused_with_the_state_it_is_in(
    app: RoomApp, verb: str, state: PoState, body: dict[str, Any]
) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=state, clean=False)

    told = decided(verb, **body)

    assert (told.status, told.body["values"]["state"]) == (409, state.value)
    assert told.body["type"] == f"urn:daifa:{told.body['code']}"
    assert there(app) == po


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("approve", {"shops": ("other",)}, 403, "auth.other_shop"),
        ("approve", {"shops": ()}, 403, "auth.other_shop"),
        ("approve", {"total": 40.0}, 400, "http.bad_field"),
        ("approve", {"total": "1e400"}, 400, "http.bad_field"),
        ("approve", {"total": "NaN"}, 400, "http.bad_field"),
        ("approve", {"ver": "one"}, 400, "http.bad_field"),
        ("approve", {"price": "1"}, 400, "http.bad_field"),
        ("approve", {"reason": "x" * 300_000}, 413, "http.too_large"),
        ("burn", {}, 404, "http.no_route"),
        ("approve", {"number": "D-nobody"}, 404, "row.missing"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_callers_words(
    app: RoomApp, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    open_for_business(app)
    po = a_purchase_in(app, **HELD)

    english, chinese = (decided(verb, **({"total": "40.00"} | body | {"locale": locale})) for locale in ("en", "zh-CN"))

    assert (english.status, english.body["code"]) == (status, code)
    assert english.body["detail"] != chinese.body["detail"]
    assert "{" not in english.body["detail"] + chinese.body["detail"]
    assert there(app) == po


# --- money ---

ADDRESS = {"state": PoState.SUBMITTED, "holds": (Reason.of("hold.address_changed", supplier_order="S-9"),)}
LATER = {"state": PoState.ACKNOWLEDGED, "holds": (Reason.of("hold.backordered", lines="lamp × 1"),)}
WANTED_BACK = {"state": PoState.SUBMITTED, "holds": WISHED, "cancel_requested": True}
LOST = {"state": PoState.NEEDS_HUMAN, "holds": (Reason.of("hold.cannot_ask", supplier="Lamps"),)}
AFTER: dict[str, dict[str, Any]] = {"noted": LATER, "amended": ADDRESS, "keep": WANTED_BACK, "resolve": LOST}


@pytest.mark.parametrize("total", [None, "39.99"], ids=["no total", "another total"])
@pytest.mark.parametrize("verb", AFTER)
def test_what_lets_an_unpaid_purchase_go_on_names_the_total_that_may_leave(
    app: RoomApp, verb: str, total: str | None
) -> None:
    open_for_business(app)
    po = a_purchase_in(app, clean=False, **AFTER[verb])

    told = decided(verb, total=total)

    assert (told.status, told.body["code"]) == (409, "purchase.changed")
    assert there(app) == po
    assert decided(verb, total="40.00").status == 200


@pytest.mark.parametrize("verb", ["noted", "amended", "keep"])
def test_of_a_paid_purchase_nothing_leaves_and_no_total_is_named(app: RoomApp, verb: str) -> None:
    open_for_business(app)
    a_purchase_in(app, clean=False, payment=PaymentState.PAID, **AFTER[verb])

    assert decided(verb).status == 200


@pytest.mark.parametrize(
    ("theirs", "held", "difference"),
    [("38.00", "hold.overpaid", "¥2.00"), ("42.50", "hold.underpaid", "¥2.50")],
    ids=["less than we paid", "more than we paid"],
)
@pytest.mark.parametrize("state", [PoState.SUBMITTED, PoState.SHIPPED])
def test_another_amount_after_we_paid_is_taken_over_and_its_difference_is_a_task(
    app: RoomApp, state: PoState, theirs: str, held: str, difference: str
) -> None:
    lamps = open_for_business(app)
    hold = Reason.of("hold.other_total", ours="¥40.00", theirs=f"¥{theirs}", exact=theirs, supplier_order="S-9")
    a_purchase_in(app, state=state, clean=False, payment=PaymentState.PAID, supplier_order="S-9", holds=(hold,))
    assert decided("accept-total", total="40.00").status == 409

    told = decided("accept-total", total=theirs)

    po = there(app)
    assert (told.status, po.state, str(po.total.amount), str(po.paid_total)) == (200, state, theirs, "¥40.00")
    assert (holds(po), po.holds[0].values["difference"]) == ([held], difference)
    assert difference in told.body["purchase"]["holds"][0]["text"]
    # What the supplier shows now is what we hold, and nothing is paid a second time.
    step(app)
    assert lamps.asked("pay") == []
    assert watching.seen(po, at_supplier(total=po.total, paid=True), None, po.created_at) is po
    # Were it never shipped, all that we paid would be owed.
    assert undoing.refund_due(po)[0].values["total"] == "¥40.00"
    assert decided("noted", there(app).ver, reason="settled on the telephone").status == 200
    assert holds(there(app)) == []


def test_the_first_amount_once_more_leaves_no_task(app: RoomApp) -> None:
    open_for_business(app)
    back = Reason.of("hold.other_total", ours="¥38.00", theirs="¥40.00", exact="40.00", supplier_order="S-9")
    paid = {"payment": PaymentState.PAID, "paid_total": cny("40.00"), "total": cny("38.00")}
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False, holds=(back, Reason.of("hold.overpaid")), **paid)

    assert decided("accept-total", total="40.00").status == 200
    assert (holds(there(app)), there(app).paid_total) == ([], None)


@pytest.mark.parametrize("payment", [PaymentState.PAYING, PaymentState.PAYMENT_UNKNOWN, PaymentState.REFUNDED])
def test_another_amount_is_not_taken_over_while_nobody_knows_what_we_paid(app: RoomApp, payment: PaymentState) -> None:
    open_for_business(app)
    hold = Reason.of("hold.other_total", ours="¥40.00", theirs="¥38.00", exact="38.00", supplier_order="S-9")
    po = a_purchase_in(app, state=PoState.SUBMITTED, clean=False, payment=payment, holds=(hold,))

    assert decided("accept-total", total="38.00").status == 409
    assert there(app) == po


# --- what the timeline says ---


def test_what_was_seen_to_is_told_in_the_words_of_each_hold(app: RoomApp) -> None:
    open_for_business(app)
    both = (*LATER["holds"], Reason.of("hold.closed_there", supplier_order="S-9"))
    a_purchase_in(app, state=PoState.ACKNOWLEDGED, clean=False, holds=both)

    decided("noted", total="40.00", reason="they rang")

    told = [t("en", fact.code, **fact.values) for fact in there(app).facts]
    assert told == [
        "A person saw to it (The supplier will send these later: lamp × 1) they rang",
        "A person saw to it (The supplier closed its order S-9 and will not ship it) they rang",
    ]


# --- trust ---


def test_a_person_who_trusts_a_doubted_parcel_has_it_followed_again(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.SHIPPED)
    doubt = (Reason.of("suspect.too_early", number="7531000000001", at="2026-11-20"),)
    app.orders.create(a_shipment(po, suspect=doubt, shop_told=ShopTold.FAILED, work_due=None))
    app.orders.create(a_shipment(po, id=ShipmentId("another"), number="7531000000002", work_due=None))

    assert decided("trust").status == 200

    parcel, other = sorted(app.orders.story(po.key).shipments, key=lambda one: one.number)
    assert (parcel.suspect, parcel.trusted, parcel.shop_told) == ((), True, ShopTold.NOT_TOLD)
    assert [fact.code for fact in parcel.facts] == ["shipment.trusted"]
    assert other.ver == 1
    assert [wake["id"] for wake in app.sent(Room.TRACKING)] == [parcel.id]
    assert app.orders.queue(SHOP, 5) == []
    assert decided("trust").status == 409  # there is no doubt left
