"""The supplier answers line by line: yes, no with a reason, later with a date, fewer or dearer; twice is once."""

from __future__ import annotations

from typing import Any

import pytest

from daifa.messages import Room
from daifa.models.purchase import LineState
from daifa.models.states import PoState
from tests.builders.rows import a_purchase, cny
from tests.unit.aws import RoomApp
from tests.unit.forward.buying import KEY, at_two_lines, holds, there
from tests.unit.forward.test_link import knock


def form(**fields: str) -> dict[str, str]:
    lines = {"line.0": "line-台灯", "line.1": "line-杯子"}
    return {"act": "answer"} | lines | {name.replace("_", "."): value for name, value in fields.items()}


@pytest.mark.parametrize(
    ("fields", "states", "held"),
    [
        ({"answer_0": "accept", "answer_1": "accept"}, ["ACCEPTED", "ACCEPTED"], []),
        ({"answer_1": "reject", "reason_1": "other"}, ["OPEN", "REJECTED"], ["hold.lines_rejected"]),
        ({"answer_0": "backorder", "promised_0": "2026-12-01"}, ["BACKORDERED", "OPEN"], ["hold.backordered"]),
        ({"answer_0": "change", "quantity_0": "5"}, ["CHANGED", "OPEN"], ["hold.lines_changed"]),
        ({"answer_0": "change", "cost_0": "¥39.90"}, ["CHANGED", "OPEN"], ["hold.lines_changed"]),
    ],
)
def test_f40_each_line_has_its_own_answer_and_pressing_twice_is_once(
    app: RoomApp, fields: dict[str, str], states: list[str], held: list[str]
) -> None:
    at_two_lines(app)
    for _ in range(2):
        assert knock(app, form(**fields))["statusCode"] == 303
    po = there(app)
    assert ([line.state for line in po.lines], holds(po), po.ver) == (states, held, 2)
    assert po.state is PoState.ACKNOWLEDGED


def test_f40_a_refused_line_wakes_the_room_at_once(app: RoomApp) -> None:
    at_two_lines(app)
    knock(app, form(answer_1="reject", reason_1="out_of_stock"))

    (told,) = app.sent(Room.FORWARD)
    assert (told["kind"], told["id"], there(app).work_due) == ("purchase", there(app).number, app.clock.now())


def test_what_was_said_stands_on_the_page(app: RoomApp) -> None:
    at_two_lines(app)
    knock(app, form(answer_0="change", quantity_0="5", cost_0="39.9", answer_1="backorder", promised_1="2026/12/01"))
    page = knock(app)["body"]
    assert "The merchant decides · × 5 · ¥39.90" in page
    assert "Later · 2026-12-01" in page
    assert there(app).lines[0].answer is not None
    assert there(app).lines[0].answer.unit_cost == cny("39.90")  # type: ignore[union-attr]


def test_all_lines_refused_is_a_refused_purchase(app: RoomApp) -> None:
    at_two_lines(app)
    knock(app, form(answer_0="reject", reason_0="address", answer_1="reject", reason_1="address"))
    assert (there(app).state, holds(there(app))) == (PoState.REJECTED, ["link.refused.address"])


@pytest.mark.parametrize(
    "fields",
    [
        {"answer_0": "burn"},
        {"answer_0": "reject", "reason_0": "mood"},
        {"answer_0": "backorder"},
        {"answer_0": "backorder", "promised_0": "2020-01-01"},
        {"answer_0": "backorder", "promised_0": "soon"},
        {"answer_0": "backorder", "promised_0": "2036-01-01"},
        {"answer_0": "change"},
        {"answer_0": "change", "quantity_0": "8"},
        {"answer_0": "change", "quantity_0": "-1"},
        {"answer_0": "change", "cost_0": "0"},
        {"answer_0": "change", "cost_0": "NaN"},
        {"answer_0": "accept", "line_0": "line-杯子"},
        {"answer_1": "accept", "answer_0": "change"},
    ],
)
def test_an_answer_that_makes_no_sense_changes_no_line(app: RoomApp, fields: dict[str, str]) -> None:
    at_two_lines(app)
    assert (knock(app, form(**fields))["statusCode"], there(app).ver) == (400, 1)


@pytest.mark.parametrize("state", [PoState.SUBMITTED, PoState.ACKNOWLEDGED])
def test_a_promised_date_is_kept_once(app: RoomApp, state: PoState) -> None:
    at_two_lines(app, state=state)
    for _ in range(2):
        assert knock(app, {"act": "accept", "promised": "2026-12-01"})["statusCode"] == 303
    po = there(app)
    assert po.promised is not None
    assert (po.promised.isoformat(), po.ver) == ("2026-12-01T15:59:00+00:00", 2)


def test_a_part_is_shipped_by_its_pieces_and_the_rest_later(app: RoomApp) -> None:
    at_two_lines(app)
    part: dict[str, Any] = {"act": "ship", "number": "7531000000001", "line.0": "line-台灯", "pieces.0": "3"}
    for _ in range(2):
        assert knock(app, part)["statusCode"] == 303
    assert (there(app).state, there(app).lines[0].shipped) == (PoState.PARTIALLY_SHIPPED, 3)
    assert "3/8 shipped" in knock(app)["body"]
    assert knock(app, part | {"number": "7531000000002", "pieces.0": "6"})["statusCode"] == 400
    assert knock(app, part | {"number": "7531000000002", "pieces.0": "x"})["statusCode"] == 400
    assert knock(app, {"act": "ship", "number": "7531000000002"})["statusCode"] == 303
    assert there(app).state is PoState.SHIPPED
    assert [len(parcel.lines) for parcel in app.orders.story(KEY).shipments] in ([1, 2], [2, 1])
    assert {line.state for line in there(app).lines} == {LineState.SHIPPED}


def test_the_page_of_one_piece_offers_no_part(app: RoomApp) -> None:
    at_two_lines(app, lines=a_purchase().lines)
    assert "pieces." not in knock(app)["body"]
