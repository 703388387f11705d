"""Pieces in parcels: a line is shipped when all of it is, no more than was ordered, and open questions stay open."""

from __future__ import annotations

from typing import Any

import pytest

from daifa.errors import Rejected
from daifa.models.facts import Reason
from daifa.models.purchase import LineAnswer, LineState, PurchaseOrder
from daifa.models.shipment import Goods, ShippedLine
from daifa.models.states import PoState
from daifa.rules.acknowledgement import answered
from daifa.rules.parcels import contents, left, shipped
from tests.builders.rows import START, a_purchase

LAMP, CUP, PEN = "line-台灯", "line-杯子", "line-笔"


def three(**changes: Any) -> PurchaseOrder:
    """Eight lamps, two cups and a pen."""
    line = a_purchase(quantity=8).lines[0]
    cup = line.model_copy(update={"order_line": CUP, "title": "杯子", "quantity": 2})
    pen = line.model_copy(update={"order_line": PEN, "title": "笔", "quantity": 1})
    return a_purchase(**({"state": PoState.SUBMITTED, "lines": (line, cup, pen)} | changes))


def sent(po: PurchaseOrder, number: str, **pieces: int) -> PurchaseOrder:
    names = {"lamps": LAMP, "cups": CUP, "pens": PEN}
    told = tuple(ShippedLine(order_line=names[name], quantity=count) for name, count in pieces.items())
    return shipped(po, [("", number, told or None)], frozenset(), "supplier", START)[0]


def said(po: PurchaseOrder, *answers: LineAnswer) -> PurchaseOrder:
    return answered(po, answers, "supplier", START)


def test_a_line_is_shipped_when_its_parcels_hold_all_of_it() -> None:
    po = sent(three(), "AAA0000001", lamps=3, cups=2)
    assert [line.state for line in po.lines] == [LineState.OPEN, LineState.SHIPPED, LineState.OPEN]
    assert (po.state, [left(line) for line in po.lines]) == (PoState.PARTIALLY_SHIPPED, [5, 0, 1])
    po = sent(po, "AAA0000002", lamps=5)
    assert po.state is PoState.PARTIALLY_SHIPPED
    po = sent(po, "AAA0000003")
    assert (po.state, [line.shipped for line in po.lines]) == (PoState.SHIPPED, [8, 2, 1])


@pytest.mark.parametrize("pieces", [{"lamps": 9}, {"lamps": 0}, {"lamps": -1}, {"cups": 3}])
def test_more_than_was_ordered_is_refused(pieces: dict[str, int]) -> None:
    with pytest.raises(Rejected):
        sent(three(), "AAA0000001", **pieces)


def test_another_purchases_line_is_refused() -> None:
    with pytest.raises(Rejected):
        shipped(three(), [("", "AAA0000001", (ShippedLine(order_line="x", quantity=1),))], frozenset(), "x", START)


def test_f40_two_of_three_lines_accepted_ship_and_the_refused_one_stays_for_a_person() -> None:
    po = said(
        three(),
        LineAnswer(line=LAMP, state=LineState.ACCEPTED),
        LineAnswer(line=CUP, state=LineState.ACCEPTED),
        LineAnswer(line=PEN, state=LineState.REJECTED, reason="out_of_stock"),
    )
    po = sent(po, "AAA0000001")
    assert po.state is PoState.SHIPPED
    assert [hold.code for hold in po.holds] == ["hold.lines_rejected"]
    assert po.work_due == START


def test_f40_what_was_put_off_is_not_in_the_first_parcel_but_in_the_next() -> None:
    po = said(three(), LineAnswer(line=CUP, state=LineState.BACKORDERED, promised=START))
    po = sent(po, "AAA0000001")
    assert [line.shipped for line in po.lines] == [8, 0, 1]
    assert [hold.code for hold in po.holds] == ["hold.backordered"]
    po = sent(po, "AAA0000002")
    assert (po.state, po.holds) == (PoState.SHIPPED, ())


def test_f40_a_supplier_with_fewer_sends_those_and_a_person_decides_the_rest() -> None:
    po = said(three(), LineAnswer(line=LAMP, state=LineState.CHANGED, quantity=5))
    po = sent(po, "AAA0000001")
    assert (po.state, po.lines[0].shipped, left(po.lines[0])) == (PoState.PARTIALLY_SHIPPED, 5, 3)
    assert [hold.code for hold in po.holds] == ["hold.lines_changed"]


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("hold.cancel_requested", True),
        ("hold.address_changed", True),
        ("hold.lines_rejected", True),
        ("hold.lines_changed", True),
        ("hold.other_total", True),
        ("hold.not_paid", True),
        ("hold.cannot_ask", False),
        ("hold.call_supplier", False),
        ("hold.reroute_late", False),
        ("hold.offer_refund", False),
    ],
)
def test_shipping_answers_only_where_the_goods_are(code: str, stays: bool) -> None:
    po = three(holds=(Reason.of(code),))
    assert [hold.code for hold in sent(po, "AAA0000001", lamps=1).holds] == [code]
    assert [hold.code for hold in sent(po, "AAA0000001").holds] == [code] * stays


def test_a_line_shipped_before_pieces_were_counted_has_nothing_left() -> None:
    assert left(three().lines[0].model_copy(update={"state": LineState.SHIPPED})) == 0


LAMP_SPEC, CUP_SPEC, OTHER_SPEC = "spec-lamp", "spec-cup", "spec-other"
GOODS = [
    ("a whole line", [("1", LAMP_SPEC, 8)], {LAMP: 8}),
    ("a part of a line", [("1", LAMP_SPEC, 3)], {LAMP: 3}),
    ("two variants of one offer", [("1", LAMP_SPEC, 8), ("1", CUP_SPEC, 2)], {LAMP: 8, CUP: 2}),
    ("an offer whose only variant has no name there", [("2", "", 1)], {PEN: 1}),
    ("more than is left", [("1", CUP_SPEC, 5)], {CUP: 2}),
    ("the same twice", [("1", CUP_SPEC, 2), ("1", CUP_SPEC, 2)], {CUP: 2}),
    ("a variant that was not bought", [("1", LAMP_SPEC, 1), ("1", OTHER_SPEC, 1)], None),
    ("an offer that was not bought", [("3", LAMP_SPEC, 1)], None),
]


@pytest.mark.parametrize(("goods", "pieces"), [row[1:] for row in GOODS], ids=[row[0] for row in GOODS])
def test_goods_in_the_suppliers_names_are_pieces_of_our_lines(
    goods: list[tuple[str, str, int]], pieces: dict[str, int] | None
) -> None:
    names = (("1", LAMP_SPEC), ("1", CUP_SPEC), ("2", "2"))
    lines = tuple(
        line.model_copy(update={"external_offer": offer, "external_variant": variant})
        for line, (offer, variant) in zip(three().lines, names, strict=True)
    )
    po = three(lines=lines)
    found = contents(po, [Goods(offer=offer, variant=variant, quantity=count) for offer, variant, count in goods])
    assert (None if found is None else {line.order_line: line.quantity for line in found}) == pieces


def test_who_names_nothing_sends_all_that_is_left_and_what_nobody_can_name_is_followed_all_the_same() -> None:
    po, first = shipped(three(), [("", "AAA0000001", None)], frozenset(), "supplier", START)
    assert po.state is PoState.SHIPPED
    assert shipped(po, [("", "AAA0000002", None)], frozenset(), "supplier", START) == (po, ())
    again, second = shipped(po, [("", "AAA0000002", ())], frozenset(), "supplier", START)
    assert (again.state, len(first[0].lines), second[0].lines) == (PoState.SHIPPED, 3, ())
