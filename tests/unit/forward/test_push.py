"""What suppliers push is believed as far as they signed it, and never more than a hint otherwise."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from daifa.errors import Unauthenticated
from daifa.messages import Room
from daifa.models.ids import PoNumber
from daifa.models.purchase import LineAnswer, LineState
from daifa.models.states import PoState
from daifa.ports import SupplierNews, SupplierParcel
from forward import push
from forward.take_push import NOT_YET
from tests.builders.rows import SHOP, START, a_purchase, a_supplier
from tests.unit.aws import RoomApp
from tests.unit.forward.buying import NUMBER, a_purchase_in, at_two_lines, know, open_for_business, there

LINE = a_purchase().lines[0].order_line


def gaps(app: RoomApp) -> list[str]:
    """The codes of the work items that lie with a person."""
    return [json.loads(row["reason"])["code"] for row in app.orders.queue(SHOP, 50) if row["kind"] == "item"]


def pushed(app: RoomApp, *news: Any, supplier: str = "lamps") -> tuple[int, str]:
    """The status and the body that this supplier's push is answered with."""
    says = app.others[f"supplier/{supplier}"]

    def read_push(headers: Any, body: bytes) -> Any:
        if isinstance(news[0], Exception):
            raise news[0]
        return news

    object.__setattr__(says, "read_push", read_push)
    object.__setattr__(says, "push_answer", lambda: b"{}")
    event = {"pathParameters": {"supplier": supplier}, "headers": {"X-Sign": "s"}, "body": "{}"}
    answer = push.on_http(event, None)
    return answer["statusCode"], answer["body"]


def test_a_signed_acknowledgement_is_the_suppliers_word(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.SUBMITTED, clean=False)
    taken = LineAnswer(line=LINE, state=LineState.ACCEPTED)
    assert pushed(app, SupplierNews(number=NUMBER, answers=(taken,))) == (200, "{}")
    assert there(app).state is PoState.ACKNOWLEDGED
    assert pushed(app, SupplierNews(number=NUMBER, answers=(taken,))) == (200, "{}")
    assert there(app).ver == 2


@pytest.mark.parametrize("late", ["in order", "overtaken"])
def test_of_two_answers_to_a_line_the_later_one_counts_in_whatever_order_they_come(app: RoomApp, late: str) -> None:
    at_two_lines(app)
    yes = LineAnswer(line=LINE, state=LineState.ACCEPTED, said_at=START)
    no = LineAnswer(line=LINE, state=LineState.REJECTED, reason="other", said_at=START + timedelta(seconds=1))
    for answer in (no, yes) if late == "overtaken" else (yes, no):
        assert pushed(app, SupplierNews(number=NUMBER, answers=(answer,)))[0] == 200
    assert [line.state for line in there(app).lines] == [LineState.REJECTED, LineState.OPEN]


@pytest.mark.parametrize("state", ["bought elsewhere", "given up"])
def test_a_yes_to_what_was_refused_and_bought_elsewhere_is_a_persons_and_changes_nothing(
    app: RoomApp, state: str
) -> None:
    at_two_lines(app)
    no = LineAnswer(line=LINE, state=LineState.REJECTED, reason="other", said_at=START)
    pushed(app, SupplierNews(number=NUMBER, answers=(no,)))
    po = there(app)
    if state == "given up":
        refused = tuple(line.model_copy(update={"state": LineState.REJECTED}) for line in po.lines)
        app.orders.save(po.model_copy(update={"state": PoState.CANCELLED, "lines": refused}), po)
    else:
        gone = po.lines[0].model_copy(update={"replaced_by": PoNumber("D0000000000000000000B")})
        app.orders.save(po.model_copy(update={"lines": (gone, *po.lines[1:])}), po)
    before = there(app)
    overtaken = LineAnswer(line=LINE, state=LineState.ACCEPTED, said_at=START - timedelta(seconds=1))
    yes = LineAnswer(line=LINE, state=LineState.ACCEPTED, said_at=START + timedelta(minutes=5))

    assert pushed(app, SupplierNews(number=NUMBER, answers=(overtaken,)))[0] == 200
    assert gaps(app) == []
    for _ in range(2):
        assert pushed(app, SupplierNews(number=NUMBER, answers=(yes,)))[0] == 200

    assert gaps(app) == ["item.taken_after_all"]
    assert there(app).lines == before.lines


def test_a_signed_shipment_becomes_a_parcel_once(app: RoomApp) -> None:
    open_for_business(app)
    a_purchase_in(app, state=PoState.ACKNOWLEDGED, clean=False)
    parcel = SupplierParcel("zhongtong", "7531000000001")
    for _ in range(2):
        assert pushed(app, SupplierNews(number=NUMBER, parcels=(parcel,)))[0] == 200
    assert there(app).state is PoState.SHIPPED
    assert len(app.orders.story(there(app).key).shipments) == 1


@pytest.mark.parametrize(
    ("news", "kinds"),
    [
        (SupplierNews(number=NUMBER), ["check"]),
        (SupplierNews(reference="S-9"), ["supplier"]),
        (SupplierNews(number="D00000000000000000000"), ["supplier"]),
    ],
    ids=["our number", "their number", "a number nobody knows"],
)
def test_a_hint_makes_us_look_and_changes_nothing(app: RoomApp, news: SupplierNews, kinds: list[str]) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.SUBMITTED, clean=False, work_due=None)
    assert pushed(app, news)[0] == 200
    assert there(app) == po
    assert [wake["kind"] for wake in app.sent(Room.FORWARD)] == kinds


@pytest.mark.parametrize("state", sorted(NOT_YET))
@pytest.mark.parametrize(
    "news",
    [
        SupplierNews(number=NUMBER, answers=(LineAnswer(line=LINE, state=LineState.REJECTED, reason="other"),)),
        SupplierNews(number=NUMBER, parcels=(SupplierParcel("zhongtong", "7531000000001"),)),
    ],
    ids=["an answer", "a parcel"],
)
def test_word_of_a_purchase_not_known_to_be_there_has_to_come_again(
    app: RoomApp, news: SupplierNews, state: PoState
) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=state, clean=False)
    assert pushed(app, news) == (503, "supplier.too_early")
    assert there(app) == po
    assert "check" in [wake["kind"] for wake in app.sent(Room.FORWARD)]


def test_an_answer_about_what_is_over_is_looked_up_not_believed(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.CANCELLED, clean=False)
    taken = LineAnswer(line=LINE, state=LineState.ACCEPTED)
    assert pushed(app, SupplierNews(number=NUMBER, answers=(taken,)))[0] == 200
    assert there(app) == po
    assert "check" in [wake["kind"] for wake in app.sent(Room.FORWARD)]


def test_an_unsigned_push_is_refused_and_changes_nothing(app: RoomApp) -> None:
    open_for_business(app)
    po = a_purchase_in(app, state=PoState.SUBMITTED, clean=False)
    assert pushed(app, Unauthenticated("supplier.bad_signature")) == (401, "supplier.bad_signature")
    assert there(app) == po


def test_one_supplier_says_nothing_about_anothers_purchase(app: RoomApp) -> None:
    open_for_business(app)
    know(app, a_supplier("yiwu"))
    po = a_purchase_in(app, state=PoState.SUBMITTED, clean=False)
    refused = LineAnswer(line=LINE, state=LineState.REJECTED, reason="other")
    assert pushed(app, SupplierNews(number=NUMBER, answers=(refused,)), supplier="yiwu")[0] == 200
    assert there(app) == po
