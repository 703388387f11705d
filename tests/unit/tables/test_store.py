"""Rows that nobody can overwrite unseen: versions, states, counters, lost answers, and what a row looks like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daifa.errors import Busy, Conflict, NotFound
from daifa.messages import Room
from daifa.models.derive import po_number
from daifa.models.facts import Fact
from daifa.models.ids import PoNumber, RecipientId, SupplierId
from daifa.models.purchase import Attempt
from daifa.models.states import OrderState, PoState
from daifa.tables.orders import spent, unspent
from daifa.tables.store import PLAIN_BYTES, Write
from tests.builders.rows import (
    ORDER,
    SHOP,
    START,
    a_case,
    a_line,
    a_purchase,
    a_recipient,
    a_shipment,
    a_shop,
    a_supplier,
    an_agreement,
    an_order,
)
from tests.unit.aws import RoomApp
from tests.unit.tables.wire import between

KEY = an_order().key


def item(app: RoomApp, sk: str) -> dict[str, Any]:
    """The row as it lies in the table."""
    found = app.aws["dynamodb"].get_item(
        TableName="orders", Key={"pk": {"S": f"ORDER#{SHOP}#{ORDER}"}, "sk": {"S": sk}}
    )
    return dict(found["Item"])


# --- one row ---


def test_a_row_is_created_once_and_the_first_one_stays(app: RoomApp) -> None:
    assert app.orders.create(an_order())
    assert not app.orders.create(an_order(number="#2"))
    assert app.orders.order(KEY).number == "#1001"


def test_a_row_that_is_not_there_is_named_as_missing(app: RoomApp) -> None:
    with pytest.raises(NotFound, match=r"row\.missing"):
        app.orders.order(KEY)
    assert app.orders.find_order(KEY) is None
    with pytest.raises(NotFound):
        app.orders.story(KEY)


def test_every_save_is_the_next_version_and_an_old_reader_is_turned_away(app: RoomApp) -> None:
    app.orders.create(an_order())
    first, second = app.orders.order(KEY), app.orders.order(KEY)

    saved = app.orders.save(first.model_copy(update={"routed": True}), first)

    assert (saved.ver, app.orders.order(KEY)) == (2, saved)
    with pytest.raises(Conflict, match=r"row\.moved"):
        app.orders.save(second.model_copy(update={"paid": False}), second)
    assert app.orders.order(KEY) == saved


def test_a_row_in_another_state_than_was_read_is_not_written_even_at_that_version(app: RoomApp) -> None:
    app.orders.create(a_purchase(state=PoState.UNKNOWN))
    thought = a_purchase(state=PoState.READY)

    with pytest.raises(Conflict):
        app.orders.save(thought.model_copy(update={"state": PoState.SUBMITTING}), thought)


def test_a_write_that_was_done_but_never_answered_counts_as_done(app: RoomApp) -> None:
    app.orders.create(a_purchase())
    wire = between(app.orders)
    was = app.orders.purchase(KEY, a_purchase().number)
    long_story = tuple(Fact.of(START, "purchase.submitted", supplier_order=str(n)) for n in range(40))
    for change in ({"state": PoState.SUBMITTING}, {"facts": long_story}):
        wire.lose_answer("put_item")
        was = app.orders.save(was.model_copy(update=change), was)

    assert app.orders.purchase(KEY, was.number) == was
    assert was.ver == 3


def test_a_write_of_somebody_else_at_the_same_version_is_never_taken_for_ours(app: RoomApp) -> None:
    app.orders.create(a_purchase())
    wire = between(app.orders)
    was = app.orders.purchase(KEY, a_purchase().number)
    wire.before("put_item", lambda: app.orders.save(was.model_copy(update={"reminded": 7}), was))

    with pytest.raises(Conflict):
        app.orders.save(was.model_copy(update={"reminded": 8}), was)
    assert app.orders.purchase(KEY, was.number).reminded == 7


# --- what the table itself may answer ---


@pytest.mark.parametrize(
    ("operation", "code", "reasons", "raised"),
    [
        ("put_item", "ThrottlingException", (), Busy),
        ("put_item", "ProvisionedThroughputExceededException", (), Busy),
        ("put_item", "InternalServerError", (), Busy),
        # Somebody's transaction holds the row this very moment; nothing is wrong with our write.
        ("put_item", "TransactionConflictException", (), Busy),
        ("transact_write_items", "TransactionCanceledException", ("None", "TransactionConflict"), Busy),
        ("transact_write_items", "TransactionCanceledException", ("ThrottlingError", "None"), Busy),
        ("transact_write_items", "TransactionCanceledException", ("ProvisionedThroughputExceeded",), Busy),
        ("transact_write_items", "TransactionCanceledException", ("None", "ConditionalCheckFailed"), Conflict),
        (
            "transact_write_items",
            "TransactionCanceledException",
            ("TransactionConflict", "ConditionalCheckFailed"),
            Conflict,
        ),
    ],
)
def test_a_busy_table_is_tried_again_and_a_moved_row_is_not(
    app: RoomApp, operation: str, code: str, reasons: tuple[str, ...], raised: type[Exception]
) -> None:
    app.orders.create(an_order())
    was = app.orders.order(KEY)
    between(app.orders).fail(operation, code, *reasons)

    write = {"put_item": lambda: app.orders.save(was, was)}
    with pytest.raises(raised) as caught:
        write.get(operation, lambda: app.orders.transact(Write(was, was)))()
    assert type(caught.value) is raised
    assert app.orders.order(KEY) == was


@pytest.mark.parametrize("done", [False, True], ids=["it was not done", "it was done"])
@pytest.mark.parametrize(
    "error", [ReadTimeoutError, ConnectTimeoutError, EndpointConnectionError, ConnectionClosedError]
)
def test_after_a_write_without_an_answer_the_row_says_what_became_of_it(
    app: RoomApp, error: type[BotoCoreError], done: bool
) -> None:
    app.orders.create(an_order())
    was = app.orders.order(KEY)
    following = was.model_copy(update={"routed": True})
    wire = between(app.orders)
    wire.silence("put_item", error(endpoint_url="https://dynamodb.test"), done=done)

    with pytest.raises(Busy, match=r"row\.busy"):
        app.orders.save(following, was)

    assert app.orders.order(KEY).routed is done
    # Whoever does the same step again writes it once, or is told that it stands there already.
    if not done:
        assert app.orders.save(following, was).ver == 2
    else:
        assert app.orders.save(following, was) == app.orders.order(KEY)


def test_a_transaction_without_an_answer_is_busy_and_never_half_done(app: RoomApp) -> None:
    app.orders.create(an_order())
    was = app.orders.order(KEY)
    between(app.orders).silence("transact_write_items", ReadTimeoutError(endpoint_url="https://x"), done=True)

    with pytest.raises(Busy):
        app.orders.transact(Write(was.model_copy(update={"routed": True}), was), Write(a_purchase()))
    assert (app.orders.order(KEY).ver, len(app.orders.purchases(KEY))) == (2, 1)


def test_a_request_that_is_wrong_is_no_busy_table(app: RoomApp) -> None:
    between(app.orders).fail("get_item", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        app.orders.order(KEY)


# --- many rows, or none ---


def test_a_transaction_writes_all_rows_or_none(app: RoomApp) -> None:
    app.orders.create(an_order())
    order = app.orders.order(KEY)
    app.orders.transact(Write(order.model_copy(update={"routed": True}), order), Write(a_purchase()))
    assert (app.orders.order(KEY).ver, len(app.orders.purchases(KEY))) == (2, 1)

    with pytest.raises(Conflict):
        app.orders.transact(Write(a_purchase(supplier="other")), Write(order, order))
    assert len(app.orders.purchases(KEY)) == 1


def test_a_counter_stops_at_its_limit_and_takes_the_row_beside_it_along(app: RoomApp) -> None:
    def spend(minor: int) -> None:
        app.orders.transact(
            Write(a_case(id=f"case-{minor}")), spent(SHOP, SupplierId("lamps"), "2026-11-23", minor, 100)
        )

    spend(60)
    spend(40)
    for over in (1, 101):
        with pytest.raises(Conflict):
            spend(over)

    key = spent(SHOP, SupplierId("lamps"), "2026-11-23", 0, None).key
    assert app.orders.counters(key) == {"minor": 100}
    assert {row.id for row in app.orders.partition(f"ORDER#{SHOP}#{ORDER}")} == {"case-60", "case-40"}  # type: ignore[attr-defined]


def test_what_was_proved_not_bought_is_taken_off_the_day_it_was_counted_on(app: RoomApp) -> None:
    attempt = Attempt(id="a", number=1, started_at=START, request_hash="")
    po = a_purchase(attempt=attempt)
    add = spent(SHOP, po.supplier, "2026-11-23", po.total.minor, None)
    app.orders.add(add)

    for change in unspent(po):
        app.orders.add(change)

    assert app.orders.counters(add.key) == {"minor": 0}
    assert unspent(a_purchase()) == ()


# --- what a row looks like ---


def test_a_small_row_is_plain_and_a_large_one_is_packed_and_both_read_the_same(app: RoomApp) -> None:
    few, many = a_purchase(), a_purchase(supplier="other", facts=tuple(Fact.of(START, "x", n=n) for n in range(30)))
    for po in (few, many):
        app.orders.create(po)

    assert (len(few.model_dump_json(exclude_defaults=True).encode()) <= PLAIN_BYTES) == (
        "S" in item(app, f"PO#{few.number}")["data"]
    )
    packed = item(app, f"PO#{many.number}")["data"]["B"]
    assert len(packed) < len(many.model_dump_json(exclude_defaults=True)) / 2
    assert sorted(po.number for po in app.orders.purchases(KEY)) == sorted([few.number, many.number])
    assert app.orders.purchase(KEY, many.number) == many


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=80)
FACTS = st.lists(st.dictionaries(TEXT, TEXT, max_size=3), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXT, facts=FACTS, quantity=st.integers(1, 10_000))
def test_whatever_is_written_is_what_is_read(
    app: RoomApp, title: str, facts: list[dict[str, str]], quantity: int
) -> None:
    order = an_order(
        [a_line(title, line="1", quantity=quantity)],
        order=app.ids.new(),
        facts=tuple(Fact(at=START, code="x", values=values) for values in facts),
    )
    app.orders.create(order)

    assert app.orders.order(order.key) == order


def test_a_row_without_work_is_in_no_work_index_and_one_with_work_is_found_when_it_is_due(app: RoomApp) -> None:
    for n in range(12):
        due = START + timedelta(minutes=n) if n % 2 else None
        app.orders.create(a_purchase(supplier=f"s{n}", number=PoNumber(f"D{n:02d}"), work_due=due))

    found = app.orders.work(Room.FORWARD, START + timedelta(minutes=7))

    assert [due.wake.id for due in found] == ["D01", "D03", "D05", "D07"]  # oldest first, over all shards
    assert {due.wake.kind for due in found} == {"purchase"}
    assert app.orders.work(Room.FORWARD, START + timedelta(hours=1), limit=2)[-1].wake.id == "D03"
    assert app.orders.work(Room.TRACKING, START + timedelta(hours=1)) == []


def test_the_queue_holds_exactly_what_waits_for_a_person(app: RoomApp) -> None:
    for state in PoState:
        app.orders.create(a_purchase(number=PoNumber(f"D-{state}"), state=state))

    assert {row["state"] for row in app.orders.queue(SHOP, 50)} == {"ON_HOLD", "NEEDS_HUMAN", "REJECTED"}


def test_outside_names_lead_to_their_order(app: RoomApp) -> None:
    po = a_purchase()
    app.orders.create(po)
    app.orders.create(a_shipment(po))

    assert app.orders.by_po(po.number) == KEY
    assert app.orders.by_po(PoNumber("D-nobody")) is None
    assert app.orders.by_tracking("zhongtong", "7531000000001") == [KEY]
    assert app.orders.by_tracking("yunda", "7531000000001") == []


def test_orders_are_shown_newest_first_a_page_at_a_time(app: RoomApp) -> None:
    for n in range(5):
        app.orders.create(an_order(order=f"{n}", number=f"#{n}", placed_at=START + timedelta(hours=n)))

    first = app.orders.recent(SHOP, 2)
    second = app.orders.recent(SHOP, 2, first[-1]["placed_at"])

    assert [row["number"] for row in first + second] == ["#4", "#3", "#2", "#1"]
    assert first[0]["state"] == OrderState.CONFIRMED.value


def test_the_same_purchase_has_the_same_number_for_ever_and_no_two_share_one() -> None:
    numbers = {
        po_number(KEY._replace(order=order), SupplierId(supplier), 0, revision)
        for order in ("1", "11", "5001")  # type: ignore[misc]
        for supplier in ("1", "lamps", "unrouted")
        for revision in (1, 2)
    }

    assert len(numbers) == 18
    assert po_number(KEY, SupplierId("lamps"), 0, 1) == a_purchase().number
    assert all(len(number) == 21 and number.isascii() and number.isalnum() for number in numbers)


# --- the vault ---


def test_a_recipient_is_gone_from_the_moment_its_time_is_over(app: RoomApp) -> None:
    app.vault.put(RecipientId("r"), a_recipient(), b'{"raw":1}', START + timedelta(days=180))

    assert app.vault.get(RecipientId("r"), START + timedelta(days=179)) == a_recipient()
    for who, when in (("r", START + timedelta(days=180)), ("nobody", START)):
        with pytest.raises(NotFound, match=r"recipient\.gone"):
            app.vault.get(RecipientId(who), when)


def test_the_catalogue_finds_shops_suppliers_and_what_is_active(app: RoomApp) -> None:
    app.catalog.create(a_shop())
    app.catalog.create(a_supplier())
    for version, change in ((1, {"valid_to": START}), (2, {}), (3, {"valid_from": START + timedelta(days=1)})):
        app.catalog.create(an_agreement(version=version, **change))

    assert app.catalog.shops() == [SHOP]
    assert [row["id"] for row in app.catalog.suppliers()] == ["lamps"]
    active = app.catalog.active_agreement(SupplierId("lamps"), START)
    assert active is not None
    assert active.version == 2
    assert app.catalog.active_agreement(SupplierId("nobody"), START) is None
    assert app.catalog.mapping(SHOP, "unmapped") is None
