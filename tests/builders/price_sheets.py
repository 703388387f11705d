"""Price lists made of rows, and what one of them tells."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook

from collect.product_sheet import Told, told
from daifa.models.collected import CollectedProduct
from daifa.models.ids import SupplierId

YIWU = SupplierId("yiwu")


def a_book(*sheets: list[list[Any]]) -> bytes:
    """An XLSX with these worksheets."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(data: bytes | list[list[Any]] | str, currency: str = "CNY") -> Told:
    """What a file, one worksheet of rows, or the text of a CSV tells."""
    if isinstance(data, list):
        data = a_book(data)
    return told(data.encode() if isinstance(data, str) else data, YIWU, currency)


def only(data: bytes | list[list[Any]] | str, currency: str = "CNY") -> CollectedProduct:
    """The one product of a list of which nothing is refused."""
    found = read(data, currency)
    assert found.refused == ()
    (product,) = found.products
    return product


def why(data: bytes | list[list[Any]] | str, currency: str = "CNY") -> list[tuple[str, str]]:
    """The code and the line of each refusal."""
    return [(each.why[0].code, each.why[0].values.get("line", "")) for each in read(data, currency).refused]


def cost(cell: Any, heading: str = "单价", currency: str = "CNY", **more: Any) -> tuple[str, str]:
    """The price and currency that one cell tells."""
    rows = [["货号", heading, *more], ["A-1", cell, *more.values()]]
    product = only(rows, currency)
    return str(product.price), str(product.currency)


def refused(cell: Any, heading: str = "单价", **more: Any) -> str:
    """Why a row with this price is refused."""
    ((code, line),) = why([["货号", heading, *more], ["A-1", cell, *more.values()]])
    assert line == "2"
    return code
