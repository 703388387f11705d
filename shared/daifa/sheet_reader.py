"""A sheet that somebody outside filled in, as rows of text; whatever is wrong with it is Rejected and nothing else."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.reader import drawings

from daifa.errors import Rejected, TooLarge

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_ROWS = 2_000
MOST_COLUMNS = 64
MOST_PARTS = 200
# So many lines tell what divides the cells of a CSV.
HEAD = 10
# A longer cell holds no number, name or id of ours.
MOST_CHARACTERS = 500

# A spreadsheet keeps 15 digits of a number; what had more is not what was typed.
EXACT = 10**15

# Of a sheet only its cells are read: the pictures in it are left closed, whatever they are.
drawings.PILImage = False  # type: ignore[attr-defined]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; `formula` if a program would compute it, `rounded` if digits were lost, `number` if the
    file itself holds a number there, whose point is a decimal one.
    """

    text: str = ""
    formula: bool = False
    rounded: bool = False
    number: bool = False


@dataclass(frozen=True)
class Row:
    """One row with its number as the program shows it."""

    at: int
    cells: tuple[Cell, ...]


def read_sheet(data: bytes, longest: int = MOST_CHARACTERS) -> tuple[tuple[Row, ...], ...]:
    """The rows that are not empty, sheet by sheet, of an XLSX or a CSV (UTF-8, UTF-16 or GB18030; comma, semicolon or
    tab); each cell's first `longest` characters.

    Rejected for what is too long, too wide, locked or broken, or holds macros or links to other files; TooLarge over
    2 MB.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge("sheet.too_large")
    if data.startswith(_OLE):
        raise Rejected("sheet.locked")
    try:
        if data.startswith(_ZIP):
            return tuple(_book(data, longest))
        return (tuple(_short(_csv_rows(data, longest))),)
    except Rejected:
        raise
    except Exception as error:
        # A hostile file fails in more ways than its parsers name; all of them mean that it can't be read.
        raise Rejected("sheet.broken") from error


def _book(data: bytes, longest: int) -> Iterator[tuple[Row, ...]]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Rejected("sheet.too_big")
    names = [part.filename.lower() for part in parts]
    if any("vbaproject" in name or name.startswith("xl/macrosheets") for name in names):
        raise Rejected("sheet.macros")
    if any("externallink" in name for name in names):
        raise Rejected("sheet.external")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        # The size that a file claims is not believed.
        sheet.reset_dimensions()
        yield tuple(_short(_sheet_rows(sheet, longest)))


def _sheet_rows(sheet: Any, longest: int) -> Iterator[Row]:
    for at, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS * 5 + 1, max_col=MOST_COLUMNS + 1), 1):
        yield Row(at, tuple(_cell(cell.value, cell.data_type, longest) for cell in cells))


def _cell(value: object, kind: str, longest: int) -> Cell:
    if value is None:
        return Cell()
    if kind == "f":
        return Cell("=", formula=True)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(str(value), longest)
    if abs(value) >= EXACT:
        return Cell(str(value)[:40], rounded=True)
    return Cell(str(int(value)) if value == int(value) else str(value), number=True)


def _csv_rows(data: bytes, longest: int) -> Iterator[Row]:
    text = _decoded(data)
    lines = list(islice((line for line in text.splitlines() if line.strip()), HEAD))
    first = lines[0] if lines else ""
    # Above the table may stand a title without any, and a sentence or a cell may hold another one.
    delimiter = max("\t;,", key=lambda sign: (sum(sign in line for line in lines), "".join(lines).count(sign)))
    if first.lower().startswith("sep=") and len(first) == 5:
        delimiter = first[4]
    for at, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
        yield Row(at, tuple(_csv_cell(value, longest) for value in values))


def _csv_cell(value: str, longest: int) -> Cell:
    text = value.strip()
    if text.startswith(("=", "+", "@")):
        return Cell(text[:40], formula=True)
    # Our own sheet's mark that this is text.
    return _text(text.removeprefix("'"), longest)


def _text(value: str, longest: int) -> Cell:
    text = value.strip()[:longest]
    return Cell(text, rounded=_lost_digits(text))


def _lost_digits(text: str) -> bool:
    """`7.531E+12`: what a program makes of a long number it took for one."""
    mantissa, e, exponent = text.upper().partition("E+")
    return bool(e) and exponent.isdecimal() and mantissa.replace(".", "", 1).isdecimal()


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _short(rows: Iterator[Row]) -> Iterator[Row]:
    """Without empty rows; Rejected where there are more rows or columns than anybody fills by hand."""
    found = 0
    for row in rows:
        width = max((at for at, cell in enumerate(row.cells, 1) if cell.text), default=0)
        if width > MOST_COLUMNS:
            raise Rejected("sheet.too_wide", most=MOST_COLUMNS)
        if not width:
            continue
        found += 1
        # The heading is a row more.
        if found > MOST_ROWS + 1:
            raise Rejected("sheet.too_long", most=MOST_ROWS)
        yield Row(row.at, row.cells[:width])
