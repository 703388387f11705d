"""The order sheet's real bytes, read by another reader than the one that wrote them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.suppliers.order_sheet import COLUMNS, TEXT_ROWS, build
from tests.unit.suppliers.conftest import NUMBER, a_line, a_request

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
TEXT_FORMAT_ID = "49"  # ECMA-376 part 1, 18.8.30: `@`
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", " =1", '=HYPERLINK("http://evil.example","x")', "'=1"]


@dataclass(frozen=True)
class Seen:
    """A cell as its XML says it: kind, text, number format, quote prefix, fill."""

    kind: str
    text: str
    formula: bool
    number_format: str
    quoted: bool
    filled: bool


class Book:
    """The sheet's XML, read with zipfile and lxml alone."""

    def __init__(self, body: bytes) -> None:
        self.parts = zipfile.ZipFile(io.BytesIO(body))
        assert self.parts.testzip() is None
        self.book = self._xml("xl/workbook.xml")
        self.styles = self._xml("xl/styles.xml")
        self.sheet = self._xml("xl/worksheets/sheet1.xml")
        self.formats = self.styles.find("m:cellXfs", NS).findall("m:xf", NS)
        self.cells = {cell.get("r"): cell for cell in self.sheet.iter(f"{{{NS['m']}}}c")}

    def _xml(self, name: str) -> etree._Element:
        return etree.fromstring(self.parts.read(name), etree.XMLParser(resolve_entities=False))

    def texts(self, sheet: int) -> list[str]:
        """Every text on the first or second sheet."""
        cells = self._xml(f"xl/worksheets/sheet{sheet}.xml").iter(f"{{{NS['m']}}}is")
        return ["".join(cell.itertext()) for cell in cells]

    @property
    def names(self) -> list[str]:
        return [sheet.get("name") for sheet in self.book.iter(f"{{{NS['m']}}}sheet")]

    def at(self, column: str, row: int) -> Seen:
        """The cell under the column's name."""
        index = [one.name for one in COLUMNS].index(column)
        cell = self.cells[f"{chr(ord('A') + index)}{row}"]
        style = self.formats[int(cell.get("s", "0"))]
        value = cell.find("m:v", NS)
        string = cell.find("m:is", NS)
        return Seen(
            kind="text" if cell.get("t") == "inlineStr" else cell.get("t", "n"),
            text="".join(string.itertext()) if string is not None else value.text if value is not None else "",
            formula=cell.find("m:f", NS) is not None,
            number_format=style.get("numFmtId"),
            quoted=style.get("quotePrefix") == "1",
            filled=style.get("fillId") != "0",
        )


def test_each_line_is_a_row_with_its_recipient() -> None:
    book = Book(build(a_request(lines=(a_line(), a_line(line="L2", title="夹子灯", quantity=1))), "zh-CN"))
    assert book.names == ["代发单", "说明"]
    assert book.at("title", 1).text == "商品"
    assert [book.at("title", row).text for row in (2, 3)] == ["折叠LED护眼台灯", "夹子灯"]
    assert [book.at("name", row).text for row in (2, 3)] == ["张测试", "张测试"]
    assert book.at("address", 2).text == "虚构路 18 号 502"
    assert [book.at("row", row).text for row in (2, 3)] == [f"{NUMBER}/L1", f"{NUMBER}/L2"]


def test_numbers_that_are_counted_are_numbers_and_ids_are_text() -> None:
    book = Book(build(a_request(), "zh-CN"))
    assert (book.at("quantity", 2).kind, book.at("quantity", 2).text) == ("n", "8")
    assert (book.at("unit_cost", 2).kind, Decimal(book.at("unit_cost", 2).text)) == ("n", Decimal("36.00"))
    assert Decimal(book.at("amount", 2).text) == Decimal("288.00")
    for column in ("number", "sku", "variant", "phone", "postcode"):
        seen = book.at(column, 2)
        assert (seen.kind, seen.number_format, seen.quoted) == ("text", TEXT_FORMAT_ID, True), column


def test_long_numbers_keep_every_digit() -> None:
    book = Book(build(a_request(lines=(a_line(sku="188983797838441801"),)), "zh-CN"))
    assert book.at("sku", 2).text == "188983797838441801"


@pytest.mark.parametrize("text", EVIL)
def test_no_text_from_outside_becomes_a_formula(text: str) -> None:
    recipient = Recipient(name=text, phone=text, province=text, city=text, address1=text)
    line = a_line(title=text, variant=text, sku=text)
    book = Book(build(a_request(lines=(line,), recipient=recipient, merchant=text), "zh-CN"))
    assert not list(book.sheet.iter(f"{{{NS['m']}}}f"))
    for column in ("title", "variant", "sku", "name", "phone", "province", "city", "address"):
        seen = book.at(column, 2)
        assert (seen.kind, seen.formula, seen.quoted) == ("text", False, True), column


@given(text=st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_text_makes_a_file_that_can_be_read_and_computes_nothing(text: str) -> None:
    book = Book(build(a_request(lines=(a_line(title=text),)), "en"))
    assert not list(book.sheet.iter(f"{{{NS['m']}}}f"))
    assert book.at("title", 2).kind == "text"


def test_a_text_longer_than_a_cell_is_cut() -> None:
    book = Book(build(a_request(lines=(a_line(title="长" * 40_000),)), "zh-CN"))
    assert len(book.at("title", 2).text) == 32_767


def test_the_header_stays_in_sight_and_the_row_key_does_not() -> None:
    book = Book(build(a_request(), "zh-CN"))
    pane = next(book.sheet.iter(f"{{{NS['m']}}}pane"))
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "1")
    assert next(book.sheet.iter(f"{{{NS['m']}}}col")).get("hidden") == "1"


@pytest.mark.parametrize("row", [2, 3, TEXT_ROWS + 1])
def test_what_is_typed_into_the_coloured_columns_stays_text(row: int) -> None:
    book = Book(build(a_request(), "zh-CN"))
    for column in ("carrier", "tracking"):
        seen = book.at(column, row)
        assert (seen.number_format, seen.filled, seen.text) == (TEXT_FORMAT_ID, True, ""), column


def test_the_sheet_speaks_the_suppliers_language_and_says_that_one_number_is_one_order() -> None:
    for locale, name, sentence in (("zh-CN", "说明", "同一张单"), ("en", "Read me", "same order")):
        book = Book(build(a_request(), locale))
        assert book.names[1] == name
        assert any(sentence in text for text in book.texts(2))


def test_money_is_shown_to_the_coin_of_its_currency() -> None:
    book = Book(build(a_request(lines=(a_line(unit_cost=Money.of("1.005", "CNY"), quantity=3),)), "zh-CN"))
    assert (Decimal(book.at("unit_cost", 2).text), Decimal(book.at("amount", 2).text)) == (
        Decimal("1.01"),
        Decimal("3.02"),
    )
