"""The order sheet a supplier gets by mail: one row per line, room for tracking numbers, nothing that computes.

In an XLSX every word that came from outside is a text cell and can't be a formula (catalogue F58); long numbers stay
whole because their columns are text, so what is typed there stays text too, in the columns to fill cell by cell down to
row 501.

A CSV has no types, and Excel guesses: `=1` computes, 13800000000 becomes 1.38E+10, 0571 loses its zero. So a text that
starts like a formula gets a leading apostrophe, and one that reads like a number or a date a trailing tab, which Excel
and WPS take for text and do not show; an apostrophe there would be copied into the courier's form.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from daifa.models.sheet import SheetLayout
from daifa.ports import PurchaseLine, PurchaseRequest
from daifa.texts import t

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"
# Rows under the header whose cells to fill are text one by one, for programs that forget a column's format.
TEXT_ROWS = 500
TEXT_FORMAT = "@"
# XML 1.0 has no place for these, and a cell holds at most 32,767 characters.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MOST_CHARACTERS = 32_767

HEADER = PatternFill("solid", fgColor="FFE7E6E6")
TO_FILL = PatternFill("solid", fgColor="FFFFF2CC")

# What makes a program compute, looked at as the program does: full-width forms and leading blanks do not hide it.
FORMULA_STARTS = tuple("=+-@\t\r\n|%")
# Digits with nothing but a number's or a date's marks between them.
_LIKE_A_NUMBER = re.compile(r"[\s(]*\d[\d\s.,:/()eE+%-]*")

Value = str | int | Decimal


@dataclass(frozen=True)
class Column:
    """One column: its text key, its width in characters, what it shows of a line (None: the supplier fills it)."""

    name: str
    width: int
    value: Callable[[PurchaseRequest, PurchaseLine], Value] | None
    number_format: str = TEXT_FORMAT
    hidden: bool = False


COLUMNS = (
    # The hidden first column lets a returned sheet be matched whatever was sorted or moved.
    Column("row", 8, lambda request, line: f"{request.number}/{line.line}", hidden=True),
    Column("number", 24, lambda request, line: request.number),
    Column("title", 36, lambda request, line: line.title),
    Column("variant", 22, lambda request, line: line.variant),
    Column("sku", 18, lambda request, line: line.sku),
    Column("quantity", 8, lambda request, line: line.quantity, "0"),
    Column("unit_cost", 10, lambda request, line: line.unit_cost.rounded().amount, "0.00"),
    Column("amount", 12, lambda request, line: (line.unit_cost * line.quantity).rounded().amount, "0.00"),
    Column("currency", 8, lambda request, line: line.unit_cost.currency),
    Column("name", 14, lambda request, line: request.recipient.name),
    Column("phone", 18, lambda request, line: request.recipient.phone),
    Column("country", 6, lambda request, line: request.recipient.country),
    Column("province", 12, lambda request, line: request.recipient.province),
    Column("city", 12, lambda request, line: request.recipient.city),
    Column("district", 12, lambda request, line: request.recipient.district),
    Column("address", 40, lambda request, line: _address(request)),
    Column("postcode", 10, lambda request, line: request.recipient.postcode),
    Column("carrier", 16, None),
    Column("tracking", 24, None),
)


@dataclass(frozen=True)
class OrderSheet:
    """The file; `instead` says that a CSV was wanted whose old encoding has no place for some character."""

    suffix: str
    content_type: str
    body: bytes
    instead: bool = False


def order_sheet(request: PurchaseRequest, locale: str, layout: SheetLayout | None) -> OrderSheet:
    """One purchase order in the supplier's own layout, ours if it has none.

    Whoever wants GB18030 has an Excel that reads only its two-byte part (GBK): what does not fit into that would arrive
    as other characters, so it goes as XLSX instead.
    """
    if layout is None or layout.format == "xlsx":
        return OrderSheet("xlsx", CONTENT_TYPE, build(request, locale, layout))
    text = _csv(request, layout)
    if layout.encoding == "utf-8-sig":
        return OrderSheet("csv", CSV_TYPE, text.encode("utf-8-sig", "replace"))
    try:
        return OrderSheet("csv", CSV_TYPE, text.encode("gbk"))
    except UnicodeEncodeError:
        return OrderSheet("xlsx", CONTENT_TYPE, build(request, locale, layout), instead=True)


def build(request: PurchaseRequest, locale: str, layout: SheetLayout | None = None) -> bytes:
    """The sheet of one purchase order as XLSX bytes, in the supplier's language."""
    book = Workbook()
    book.remove(book.worksheets[0])
    to_fill = NamedStyle("to fill", number_format=TEXT_FORMAT, fill=TO_FILL)
    book.add_named_style(to_fill)
    sheet = book.create_sheet(t(locale, "supplier.sheet.orders"))
    columns = _columns(locale, layout)
    for at, (heading, column) in enumerate(columns, 1):
        whole = sheet.column_dimensions[get_column_letter(at)]
        whole.width, whole.hidden, whole.number_format = column.width, column.hidden, column.number_format
        head = _put(sheet, 1, at, heading)
        head.font, head.fill = Font(bold=True), HEADER if column.value else TO_FILL
        if column.value is None:
            for row in range(2, TEXT_ROWS + 2):
                sheet.cell(row, at).style = to_fill.name
        else:
            for row, line in enumerate(request.lines, 2):
                _put(sheet, row, at, column.value(request, line), column.number_format)
        if column.name == "carrier":
            _offer_carriers(sheet, get_column_letter(at), locale)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(request.lines) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    _explain(book, request, locale)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _columns(locale: str, layout: SheetLayout | None) -> list[tuple[str, Column]]:
    """Heading and column, in order."""
    if layout is None:
        return [(t(locale, f"supplier.sheet.{column.name}"), column) for column in COLUMNS]
    named = {column.name: column for column in COLUMNS}
    return [
        # A layout of the supplier's own shows what it names, the row's key too.
        (told.heading, replace(named[told.field], hidden=False) if told.field else _fixed(told.text))
        for told in layout.columns
    ]


def _fixed(text: str) -> Column:
    return Column("", 16, lambda request, line: text)


def _csv(request: PurchaseRequest, layout: SheetLayout) -> str:
    """RFC 4180, by the csv module: CRLF, quotes where they are needed."""
    columns = _columns("en", layout)
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([csv_cell(heading) for heading, _ in columns])
    for line in request.lines:
        writer.writerow([csv_cell(column.value(request, line)) if column.value else "" for _, column in columns])
    return made.getvalue()


def csv_cell(value: Value) -> str:
    """A value as a CSV's cell that no program computes and none rounds; numbers stay numbers."""
    if not isinstance(value, str):
        return str(value)
    text = _NOT_XML.sub("", value)[: MOST_CHARACTERS - 1]
    seen = unicodedata.normalize("NFKC", text)
    if seen.startswith(FORMULA_STARTS) or seen.lstrip().startswith(FORMULA_STARTS):
        return "'" + text
    return text + "\t" if _LIKE_A_NUMBER.fullmatch(seen) else text


def _put(sheet: Worksheet, row: int, at: int, value: Value, number_format: str = TEXT_FORMAT) -> Cell:
    cell = cast(Cell, sheet.cell(row, at))  # nothing is merged here
    if isinstance(value, str):
        cell.value = _NOT_XML.sub("", value)[:MOST_CHARACTERS]
        # openpyxl takes a leading `=` for a formula, and so would a person's edit of the cell without the quote mark.
        cell.data_type = "s"
        cell.quotePrefix = True
    else:
        cell.value = value
    cell.number_format = number_format
    return cell


def _offer_carriers(sheet: Worksheet, letter: str, locale: str) -> None:
    """Common companies to choose from; another one may be typed."""
    companies = t(locale, "supplier.sheet.carriers")
    choice = DataValidation(type="list", formula1=f'"{companies}"', allow_blank=True, showErrorMessage=False)
    choice.add(f"{letter}2:{letter}{TEXT_ROWS + 1}")
    sheet.add_data_validation(choice)


def _explain(book: Workbook, request: PurchaseRequest, locale: str) -> None:
    sheet = book.create_sheet(t(locale, "supplier.sheet.help"))
    sheet.column_dimensions["A"].width = 100
    keys = ("what", "same_number", "fill", "no_price", "link")
    for row, key in enumerate(keys, 1):
        cell = _put(sheet, row, 1, t(locale, f"supplier.sheet.help_{key}", number=request.number, link=request.link))
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _address(request: PurchaseRequest) -> str:
    to = request.recipient
    return " ".join(part for part in (to.address1, to.address2) if part)
