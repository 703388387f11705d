"""What CJ's words about prices, stock and freight are read as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.models.ids import PoNumber
from daifa.suppliers.cj_answers import OK, Said
from daifa.suppliers.cj_quote import Way, quoted, read_prices, read_stocks, read_ways
from tests.unit.suppliers.cj_purchase import STAND, WHITE, a_cj_line, a_cj_request, dollars


def said(data: Any, code: int = OK) -> Said:
    return Said(code, "", data)


def a_way(**changes: Any) -> dict[str, Any]:
    return {"logisticName": "CJPacket", "logisticPrice": Decimal("4.80"), **changes}


WAYS = [
    ("a price alone", a_way(), "4.80"),
    ("a total with taxes in it", a_way(totalPostageFee=Decimal("6.10")), "6.10"),
    ("a total of zero beside a price", a_way(totalPostageFee=0), "4.80"),
    ("taxes and clearance beside a total of zero", a_way(taxesFee=1, clearanceOperationFee="0.5", totalPostageFee=0),
     "6.30"),
    ("free of charge", a_way(logisticPrice=0), "0"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "cost"), [row[1:] for row in WAYS], ids=[row[0] for row in WAYS])
def test_a_way_costs_all_that_is_asked_for_it(row: dict[str, Any], cost: str) -> None:
    assert read_ways(said([row])) == (Way(dollars(cost), "CJPacket"),)


def test_ways_come_cheapest_first_and_those_without_price_or_name_not_at_all() -> None:
    rows = [a_way(), a_way(logisticName="B", logisticPrice=1), a_way(logisticPrice=None), a_way(logisticName=""), 7]
    assert [way.name for way in read_ways(said(rows))] == ["B", "CJPacket"]


def test_a_price_of_nothing_is_no_price() -> None:
    rows = [{"vid": WHITE, "variantSellPrice": price} for price in (0, -1, None, True, "x")]
    assert read_prices(said(rows), STAND) == {}


def test_another_products_prices_are_not_taken() -> None:
    with pytest.raises(Retry):
        read_prices(said([{"pid": "1", "vid": WHITE, "variantSellPrice": 3}]), STAND)


STOCKS = [
    ("in two houses of the country", [("CN", 3), ("CN", 4), ("US", 9)], {WHITE: 7}),
    ("elsewhere only", [("US", 9)], {WHITE: 0}),
    ("as text", [("CN", "3")], {WHITE: 3}),
    ("one that can't be read", [("CN", 3), ("CN", None)], {}),
]


@pytest.mark.parametrize(("houses", "stocks"), [row[1:] for row in STOCKS], ids=[row[0] for row in STOCKS])
def test_stock_is_what_lies_where_we_send_from(houses: list[tuple[str, Any]], stocks: dict[str, int]) -> None:
    inventory = [{"countryCode": country, "totalInventory": pieces} for country, pieces in houses]
    assert read_stocks(said({"variantInventories": [{"vid": WHITE, "inventory": inventory}]}), "CN") == stocks


def test_the_last_piece_can_be_bought() -> None:
    asked = a_cj_request(PoNumber("D1"), lines=(a_cj_line(quantity=2),))
    way = Way(dollars("4.80"), "CJPacket")
    assert quoted(asked, {WHITE: dollars("3.25")}, {WHITE: 2}, way).problems == ()
    assert quoted(asked, {WHITE: dollars("3.25")}, {}, way).problems == ()


@pytest.mark.parametrize("data", [None, {}, "x", []], ids=str)
def test_what_is_no_answer_about_stock_is_asked_for_again(data: Any) -> None:
    with pytest.raises(Retry):
        read_stocks(said(data), "CN")
