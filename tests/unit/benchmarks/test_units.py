"""DynamoDB's published rules of what a request costs, against examples worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.fresh import ROOT
from benchmarks.units import Index, Item, indexes, loads, read_units, size, write_units
from local.template import read

WORK = Index("work", ("work_slot", "work_due"))
BOARD = Index("board", ("board", "board_at"), frozenset({"summary"}))


def item(**values: Any) -> Item:
    """A row with a key and these texts."""
    return {"pk": {"S": "A"}, "sk": {"S": "B"}} | {name: {"S": text} for name, text in values.items()}


@pytest.mark.parametrize(
    ("value", "bytes_used"),
    [
        ({"S": "abc"}, 3),
        ({"S": "代发"}, 6),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "-1234"}, 4),
        ({"N": "100"}, 2),
        ({"B": b"12345"}, 5),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"M": {}}, 3),
        ({"M": {"ab": {"S": "cd"}}}, 3 + 1 + 2 + 2),
        ({"L": [{"S": "a"}, {"S": "bc"}]}, 3 + 1 + 1 + 1 + 2),
        ({"SS": ["a", "bc"]}, 3),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(value: dict[str, Any], bytes_used: int) -> None:
    assert size({"name": value}) == len("name") + bytes_used


def test_binary_values_are_counted_as_bytes_not_as_base64() -> None:
    assert size(loads(b'{"data": {"B": "AAAAAAAA"}}')) == len("data") + 6


@pytest.mark.parametrize(
    ("before", "after", "transactional", "units"),
    [
        (0, 1024, False, 1),
        (0, 1025, False, 2),
        (0, 1025, True, 4),
        (3000, 100, False, 3),  # the larger of the two versions is charged
        (0, 0, False, 1),  # a refused write of nothing
    ],
)
def test_a_write_is_charged_in_steps_of_a_kibibyte(before: int, after: int, transactional: bool, units: int) -> None:
    def sized(bytes_used: int) -> Item | None:
        return {"a": {"S": "x" * (bytes_used - 1)}} if bytes_used else None

    assert write_units(sized(before), sized(after), transactional) == units


@pytest.mark.parametrize(
    ("bytes_read", "consistent", "units"), [(0, True, 1), (4096, True, 1), (4097, True, 2), (4097, False, 1)]
)
def test_a_read_is_charged_in_steps_of_four(bytes_read: int, consistent: bool, units: float) -> None:
    assert read_units(bytes_read, consistent) == units


@pytest.mark.parametrize(
    ("what", "before", "after", "units"),
    [
        ("never in it", item(), item(state="X"), 0),
        ("half a key is not in it", item(), item(work_slot="s"), 0),
        ("comes", None, item(work_slot="s", work_due="1"), 1),
        ("comes later", item(), item(work_slot="s", work_due="1"), 1),
        ("goes", item(work_slot="s", work_due="1"), item(), 1),
        ("is deleted", item(work_slot="s", work_due="1"), None, 1),
        ("moves", item(work_slot="s", work_due="1"), item(work_slot="s", work_due="2"), 2),
        ("stays", item(work_slot="s", work_due="1"), item(work_slot="s", work_due="1", state="X"), 0),
    ],
)
def test_an_index_is_charged_for_what_changes_in_it(
    what: str, before: Item | None, after: Item | None, units: int
) -> None:
    assert WORK.units(before, after) == units, what


def test_an_index_is_charged_once_for_a_changed_attribute_that_it_carries() -> None:
    before = item(board="b", board_at="1", summary="x", state="A")
    assert BOARD.units(before, item(board="b", board_at="1", summary="y", state="A")) == 1
    assert BOARD.units(before, item(board="b", board_at="1", summary="x", state="B")) == 0
    assert BOARD.units(before, item(board="b", board_at="2", summary="y" * 1100, state="A")) == 1 + 2


def test_the_template_names_the_indexes() -> None:
    resources = read(ROOT / "template.yaml")["Resources"]
    found = {index.name: index for index in indexes(resources["OrdersTable"]["Properties"])}
    assert found["work"] == WORK
    assert found["board"] == BOARD
    assert indexes(resources["VaultTable"]["Properties"]) == ()
