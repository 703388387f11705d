"""Which parcels a filled sheet tells of, and what is wrong with each row that is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from daifa.errors import Rejected
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.purchase import PoLine, PurchaseOrder
from daifa.models.sheet import plain
from daifa.models.shipment import Shipment, ShippedLine
from daifa.rules.parcels import clean_number, left, shipment_id

# What a row is read for; other columns may hold anything.
FIELDS = ("row", "number", "sku", "quantity", "carrier", "tracking")

# The heading is looked for in this many rows: people put a title above their table.
HEADING_WITHIN = 10

# Six to thirty-two letters and digits, not letters alone: what 快递100 takes as a number.
NUMBER_LENGTH = range(6, 33)


class CellLike(Protocol):
    """A cell as a reader gives it."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def formula(self) -> bool:
        """Whether a program would compute it."""

    @property
    def rounded(self) -> bool:
        """Whether it lost digits."""


class RowLike(Protocol):
    """A row as a reader gives it, with its number as the program shows it."""

    @property
    def at(self) -> int:
        """Its number."""

    @property
    def cells(self) -> Sequence[CellLike]:
        """Its cells, leftmost first."""


@dataclass(frozen=True)
class Entry:
    """One good row: pieces of a line (or, without a line, all that is ready) of a purchase, in one parcel."""

    at: int
    number: PoNumber
    line: str
    sku: str
    quantity: int | None
    carrier: str
    tracking: str


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken, and why."""

    at: int
    why: Reason


@dataclass(frozen=True)
class Parcel:
    """What one purchase's rows say of one parcel; `at` are the rows."""

    at: tuple[int, ...]
    carrier: str
    number: str
    lines: tuple[ShippedLine, ...]


def entries(
    rows: Sequence[RowLike], headings: Mapping[str, str], carriers: Mapping[str, str], own: PoNumber
) -> tuple[tuple[Entry, ...], tuple[Refusal, ...]]:
    """The rows with a tracking number, good and refused.

    `headings` and `carriers` name fields and companies by their plain words. Without a column for it every row belongs
    to the purchase `own`. Rejected if no column holds tracking numbers, or two hold the same.
    """
    columns, below = _heading(rows, headings)
    good: list[Entry] = []
    refused: list[Refusal] = []
    used: dict[str, PoNumber] = {}
    for row in below:
        told = {name: row.cells[at] for name, at in columns.items() if at < len(row.cells)}
        if "tracking" not in told or not (told["tracking"].text or told["tracking"].formula):
            continue
        try:
            entry = _entry(row.at, told, columns, carriers, own)
            if used.setdefault(entry.tracking, entry.number) != entry.number:
                raise Rejected("sheet.used", number=entry.tracking)
        except Rejected as error:
            refused.append(Refusal(row.at, Reason.of(error.code, **error.values)))
        else:
            good.append(entry)
    return tuple(good), tuple(refused)


def parcels(
    po: PurchaseOrder, told: Sequence[Entry], there: Iterable[Shipment]
) -> tuple[tuple[Parcel, ...], tuple[Refusal, ...]]:
    """This purchase's parcels that are new, and the rows that do not fit it; rows of parcels we know say nothing."""
    shipments = list(there)
    rest = {line.order_line: left(line) for line in po.lines}
    made: list[Parcel] = []
    refused: list[Refusal] = []
    for number in dict.fromkeys(entry.tracking for entry in told):
        rows = [entry for entry in told if entry.tracking == number]
        mine = next((shipment for shipment in shipments if shipment.id == shipment_id(po, number)), None)
        if mine is not None:
            continue
        if any(shipment.number == number for shipment in shipments):
            refused += [Refusal(entry.at, Reason.of("sheet.used", number=number)) for entry in rows]
            continue
        contents: list[ShippedLine] = []
        taken: list[int] = []
        for entry in rows:
            try:
                content = _content(entry, po, rest)
            except Rejected as error:
                refused.append(Refusal(entry.at, Reason.of(error.code, **error.values)))
                continue
            taken.append(entry.at)
            if content is not None:
                contents.append(content)
                rest[content.order_line] -= content.quantity
        if taken:
            made.append(Parcel(tuple(taken), rows[0].carrier, number, tuple(contents)))
    return tuple(made), tuple(refused)


def _heading(rows: Sequence[RowLike], headings: Mapping[str, str]) -> tuple[dict[str, int], Sequence[RowLike]]:
    for place, row in enumerate(rows[:HEADING_WITHIN]):
        named = [(headings.get(plain(cell.text)), at) for at, cell in enumerate(row.cells)]
        fields = [name for name, _ in named if name in FIELDS]
        if "tracking" not in fields:
            continue
        if len(set(fields)) < len(fields):
            raise Rejected("sheet.same_columns")
        return {name: at for name, at in named if name in FIELDS and name is not None}, rows[place + 1 :]
    raise Rejected("sheet.no_tracking")


def _entry(
    at: int, told: Mapping[str, CellLike], columns: Mapping[str, int], carriers: Mapping[str, str], own: PoNumber
) -> Entry:
    if any(cell.formula for cell in told.values()):
        raise Rejected("sheet.formula")
    words = {name: cell.text for name, cell in told.items()}
    if told["tracking"].rounded:
        raise Rejected("sheet.rounded", number=words["tracking"][:40])
    tracking = clean_number(words["tracking"])
    if len(tracking) not in NUMBER_LENGTH or tracking.isalpha():
        raise Rejected("link.bad_number", number=words["tracking"][:40])
    number, _, line = words.get("row", "").partition("/")
    stated = words.get("number", "").upper()
    if number and stated and number != stated:
        raise Rejected("sheet.two_numbers", number=stated[:40], other=number[:40])
    number = number or stated
    if not number and ("number" in columns or "row" in columns):
        raise Rejected("sheet.no_number")
    return Entry(
        at=at,
        number=PoNumber(number or own),
        line=line,
        sku=words.get("sku", ""),
        quantity=_pieces(words.get("quantity", "")),
        carrier=_company(words.get("carrier", ""), carriers),
        tracking=tracking,
    )


def _pieces(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:7]) <= 10_000:
        raise Rejected("sheet.bad_quantity", text=text[:20])
    return int(text)


def _company(text: str, carriers: Mapping[str, str]) -> str:
    """The code of the company whose name this begins with (`中通快递` is `中通`); empty: found out from the number."""
    word = plain(text)
    if not word:
        return ""
    return next((code for name, code in carriers.items() if word.startswith(name) or name.startswith(word)), "")


def _content(entry: Entry, po: PurchaseOrder, rest: Mapping[str, int]) -> ShippedLine | None:
    """The pieces that a row names; None for all that is ready."""
    line = _line(entry, po)
    if line is None:
        return None
    quantity = rest[line.order_line] if entry.quantity is None else entry.quantity
    if not 0 < quantity <= rest[line.order_line]:
        raise Rejected("link.too_many", title=line.title, quantity=quantity, left=rest[line.order_line])
    return ShippedLine(order_line=line.order_line, quantity=quantity)


def _line(entry: Entry, po: PurchaseOrder) -> PoLine | None:
    if entry.line:
        found = [line for line in po.lines if line.order_line == entry.line]
    elif entry.sku:
        found = [line for line in po.lines if entry.sku in (line.sku, line.external_variant)]
    elif len(po.lines) == 1 or entry.quantity is None:
        return po.lines[0] if len(po.lines) == 1 else None
    else:
        raise Rejected("sheet.which_line")
    if len(found) != 1:
        raise Rejected("link.other_line", line=(entry.line or entry.sku)[:40])
    return found[0]
