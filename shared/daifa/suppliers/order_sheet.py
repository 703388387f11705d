"""The XLSX order sheet a supplier gets by mail: one row per line, room for tracking numbers, nothing that computes.

Every word that came from outside is a text cell and can't be a formula (catalogue F58); long numbers stay whole because
their columns are text, so what is typed there stays text too, in the two columns to fill cell by cell down to row 501.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from daifa.ports import PurchaseLine, PurchaseRequest
from daifa.texts import t

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rows under the header whose cells to fill are text one by one, for programs that forget a column's format.
TEXT_ROWS = 500
TEXT_FORMAT = "@"
# XML 1.0 has no place for these, and a cell holds at most 32,767 characters.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MOST_CHARACTERS = 32_767

HEADER = PatternFill("solid", fgColor="FFE7E6E6")
TO_FILL = PatternFill("solid", fgColor="FFFFF2CC")

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


def build(request: PurchaseRequest, locale: str) -> bytes:
    """The sheet of one purchase order as XLSX bytes, in the supplier's language."""
    book = Workbook()
    book.remove(book.worksheets[0])
    to_fill = NamedStyle("to fill", number_format=TEXT_FORMAT, fill=TO_FILL)
    book.add_named_style(to_fill)
    sheet = book.create_sheet(t(locale, "supplier.sheet.orders"))
    for at, column in enumerate(COLUMNS, 1):
        whole = sheet.column_dimensions[get_column_letter(at)]
        whole.width, whole.hidden, whole.number_format = column.width, column.hidden, column.number_format
        head = _put(sheet, 1, at, t(locale, f"supplier.sheet.{column.name}"))
        head.font, head.fill = Font(bold=True), HEADER if column.value else TO_FILL
        if column.value is None:
            for row in range(2, TEXT_ROWS + 2):
                sheet.cell(row, at).style = to_fill.name
        else:
            for row, line in enumerate(request.lines, 2):
                _put(sheet, row, at, column.value(request, line), column.number_format)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(request.lines) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    _offer_carriers(sheet, locale)
    _explain(book, request, locale)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


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


def _offer_carriers(sheet: Worksheet, locale: str) -> None:
    """Common companies to choose from; another one may be typed."""
    companies = t(locale, "supplier.sheet.carriers")
    choice = DataValidation(type="list", formula1=f'"{companies}"', allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(next(at for at, column in enumerate(COLUMNS, 1) if column.name == "carrier"))
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
