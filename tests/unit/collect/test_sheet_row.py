"""Rows of a price list: amounts, stock, and what is refused with its line and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.price_sheets import cost, only, read, refused, why


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        (12.8, "12.8"),
        (12, "12"),
        (1299.5, "1299.5"),
        (12.799999999999999, "12.8"),
        ("¥12.80", "12.8"),
        ("12.80元", "12.8"),
        ("12.80元/件", "12.8"),
        ("1,299.00", "1299"),
        ("1 299,00", "1299"),
        ("12,80", "12.8"),
        ("12.80 RMB", "12.8"),
        ("人民币 12.80", "12.8"),
    ],
)
def test_a_price_is_read_as_people_write_it(cell: Any, price: str) -> None:
    assert cost(cell) == (price, "CNY")


def test_the_currency_is_that_of_the_cell_the_column_the_heading_or_the_supplier() -> None:
    assert cost("$3.20") == ("3.2", "USD")
    assert cost("12,80 €", currency="EUR") == ("12.8", "EUR")
    assert cost("1.299,00", currency="EUR") == ("1299", "EUR")
    assert cost(1.299, currency="EUR") == ("1.299", "EUR")
    assert cost(3.2, heading="Price (USD)") == ("3.2", "USD")
    assert cost(3.2, heading="单价（美元）") == ("3.2", "USD")
    assert cost(3.2, heading="OUTLET NORMAL PRICE") == ("3.2", "CNY")
    assert cost(3.2, 币种="美元") == ("3.2", "USD")
    assert cost("$3.20", Currency="usd") == ("3.2", "USD")
    assert cost("¥300", currency="JPY") == ("300", "JPY")
    assert refused("$3.20", 币种="CNY") == "bulk.row_currency"
    assert refused(3.2, 币种="贝壳") == "bulk.row_currency"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("面议", "bulk.row_no_price"),
        (None, "bulk.row_no_price"),
        ("停产", "bulk.row_no_price"),
        ("12.8-15", "bulk.row_bad_price"),
        ("12.8/13.5", "bulk.row_bad_price"),
        ("约12", "bulk.row_bad_price"),
        ("12起", "bulk.row_bad_price"),
        ("12+", "bulk.row_bad_price"),
        ("-12", "bulk.row_bad_price"),
        (-12, "bulk.row_bad_price"),
        (0, "bulk.row_bad_price"),
        (0.00001, "bulk.row_bad_price"),
        ("0.00001", "bulk.row_bad_price"),
        ("12%", "bulk.row_bad_price"),
        (10**11, "bulk.row_bad_price"),
        ("=B1*2", "bulk.row_formula"),
        (10**17, "bulk.row_rounded"),
    ],
)
def test_a_price_that_is_none_or_cannot_be_told_is_refused_with_its_line(cell: Any, code: str) -> None:
    assert refused(cell) == code


@pytest.mark.parametrize(
    ("cell", "stock", "availability"),
    [
        (120, 120, None),
        ("100+", 100, None),
        (">50", 50, None),
        ("1,200件", 1200, None),
        ("有货", None, "InStock"),
        ("缺货", 0, "OutOfStock"),
        ("无", 0, "OutOfStock"),
        ("停产", 0, "Discontinued"),
        (0, 0, None),
        (None, None, None),
    ],
)
def test_stock_is_a_number_or_one_of_its_words(cell: Any, stock: int | None, availability: str | None) -> None:
    product = only([["货号", "单价", "库存"], ["A-1", 1, cell]])
    assert (product.stock, product.availability) == (stock, availability)


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("库存", "看情况", "bulk.row_bad_number"),
        ("库存", "-3", "bulk.row_bad_number"),
        ("库存", "2.5", "bulk.row_bad_number"),
        ("库存", "=SUM(A1)", "bulk.row_formula"),
        ("起订量", "1手", "bulk.row_bad_number"),
        ("SKU", 6901234567892123, "bulk.row_rounded"),
        ("颜色", "=A1", "bulk.row_formula"),
    ],
)
def test_what_matters_and_cannot_be_read_is_refused(heading: str, cell: Any, code: str) -> None:
    assert why([["货号", "单价", heading], ["A-1", 1, cell]]) == [(code, "2")]


def test_a_number_that_a_program_rounded_names_nothing() -> None:
    assert why([["货号", "品名", "单价"], [6901234567892123, "杯子", 1]]) == [("bulk.row_rounded", "2")]
    assert why([["货号", "品名", "单价"], [None, None, 1]]) == [("bulk.row_no_name", "2")]


def test_the_same_thing_with_other_numbers_is_refused_and_in_the_same_words_is_said_once() -> None:
    head = ["货号", "颜色", "单价", "库存"]
    assert len(only([head, ["A-1", "红", 1, 5], ["A-1", "红", 1, 5]]).variants) == 1
    found = read([head, ["A-1", "红", 1, 5], ["A-1", "蓝", 1, 5], ["A-1", "红", 2, 5], ["A-2", "红", 1, 5]])
    assert [product.sku for product in found.products] == ["A-2"]
    (refusal,) = found.refused
    assert (refusal.name, refusal.title) == ("sheet://yiwu/A-1", "A-1")
    assert [each.code for each in refusal.why] == ["bulk.row_twice"]
    assert refusal.why[0].values == {"name": "红", "first": "2", "sheet": "1", "line": "4"}


def test_a_product_with_a_row_that_cannot_be_read_is_refused_whole_and_one_without_a_price_is_not() -> None:
    head = ["货号", "颜色", "单价"]
    assert read([head, ["A-1", "红", 1], ["A-1", "蓝", "1-2"]]).products == ()
    found = read([head, ["A-1", "红", 1], ["A-1", "蓝", "面议"]])
    assert [[each.options for each in product.variants] for product in found.products] == [[{"颜色": "红"}]]
    assert [each.why[0].code for each in found.refused] == ["bulk.row_no_price"]


def test_rows_of_one_product_in_two_currencies_are_refused() -> None:
    assert why([["货号", "颜色", "单价"], ["A-1", "红", "¥1"], ["A-1", "蓝", "$1"]]) == [("bulk.row_currency", "3")]
