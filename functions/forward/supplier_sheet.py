"""Many tracking numbers at once: a filled order sheet, or rows pasted into the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daifa.app import App
from daifa.errors import DaifaError, Rejected
from daifa.models.catalog import Supplier
from daifa.models.facts import Reason
from daifa.models.ids import PoNumber
from daifa.models.purchase import PurchaseOrder
from daifa.models.sheet import plain
from daifa.multipart import Fields
from daifa.rules.parcels import shipped
from daifa.rules.tracking_sheet import FIELDS, Entry, Parcel, Refusal, entries, parcels
from daifa.sheet_reader import Cell, Row, read_sheet
from daifa.texts import LOCALES, t
from forward.supplier_acts import CARRIERS, arrived
from forward.wake import saved_with_parcels

# Each purchase is a read and a transaction of its own; with more the browser would wait longer than a gateway does.
MOST_PURCHASES = 150

# What other programs call the columns that we read.
USUAL = {
    "运单号": "tracking",
    "快递单号": "tracking",
    "物流单号": "tracking",
    "tracking": "tracking",
    "trackingnumber": "tracking",
    "代发单": "number",
    "订单号": "number",
    "ponumber": "number",
    "purchaseorder": "number",
    "快递公司": "carrier",
    "物流公司": "carrier",
    "carrier": "carrier",
    "件数": "quantity",
}

# Pasted rows need no heading: this is their order.
PASTED = ("number", "tracking", "carrier", "quantity")


@dataclass(frozen=True)
class Taken:
    """What became of a sheet: parcels made, rows that told nothing new, rows refused with the reason."""

    made: int
    known: int
    refused: tuple[Refusal, ...]


def take_sheet(po: PurchaseOrder, fields: Fields, app: App) -> Taken:
    """Make the parcels that the good rows tell of; taking the same sheet again makes none.

    A row may belong to any purchase of the link's own supplier. Rejected if there is no sheet or it can't be read.
    """
    supplier = app.catalog.supplier(po.supplier)
    file = next(iter(fields.files.get("sheet", [])), b"")
    pasted = fields.one("rows")
    if not file and not pasted:
        raise Rejected("sheet.nothing")
    headings, carriers = _headings(supplier), _carriers()
    sheets = read_sheet(file or pasted.encode("utf-8", "replace"))
    rows = next((sheet for sheet in sheets if _has_heading(sheet, headings)), next((s for s in sheets if s), ()))
    if not file and not _has_heading(rows, headings):
        rows = (Row(0, tuple(Cell(t(LOCALES[0], f"supplier.sheet.{name}")) for name in PASTED)), *rows)
    good, refused = entries(rows, headings, carriers, po.number)
    made, known = 0, 0
    bad = list(refused)
    for place, number in enumerate(dict.fromkeys(entry.number for entry in good)):
        told = [entry for entry in good if entry.number == number]
        if place >= MOST_PURCHASES:
            bad += _all(told, Reason.of("sheet.again"))
            continue
        try:
            new, wrong = _take(number, told, supplier, app)
        except DaifaError as error:
            # Also what moved meanwhile: the same sheet again takes what is left.
            bad += _all(told, Reason.of(error.code, **error.values))
            continue
        made += len(new)
        known += len(told) - sum(len(parcel.at) for parcel in new) - len(wrong)
        bad += wrong
    return Taken(made, known, tuple(sorted(bad, key=lambda refusal: refusal.at)))


def _take(number: PoNumber, told: Sequence[Entry], supplier: Supplier, app: App) -> tuple[list[Parcel], list[Refusal]]:
    key = app.orders.by_po(number)
    story = app.orders.story(key) if key else None
    po = next((one for one in story.purchases if one.number == number), None) if story else None
    # Whether another supplier has such an order is none of this one's business.
    if story is None or po is None or po.supplier != supplier.id:
        raise Rejected("sheet.no_such_purchase", number=number[:40])
    shipments = story.shipments
    told_new, refused = parcels(po, told, shipments)
    new: list[Parcel] = []
    for parcel in told_new:
        if _used_elsewhere(po, parcel, app):
            refused = (*refused, *(Refusal(at, Reason.of("sheet.used", number=parcel.number)) for at in parcel.at))
        else:
            new.append(parcel)
    if not new:
        return [], list(refused)
    po = arrived(po, app)
    known = frozenset(shipment.id for shipment in shipments)
    handed = [(parcel.carrier, parcel.number, parcel.lines or None) for parcel in new]
    following, made = shipped(po, handed, known, "supplier", app.clock.now())
    if len(made) < len(new):
        raise Rejected("link.not_shippable", state=f"link.state.{po.state.value.lower()}")
    saved_with_parcels(following, po, made, app)
    return new, list(refused)


def _used_elsewhere(po: PurchaseOrder, parcel: Parcel, app: App) -> bool:
    """Whether another order has this number, as far as it can be told before the carrier is known."""
    return any(
        key != po.key
        for carrier in dict.fromkeys((parcel.carrier, ""))
        for key in app.orders.by_tracking(carrier, parcel.number)
    )


def _headings(supplier: Supplier) -> dict[str, str]:
    ours = {plain(t(locale, f"supplier.sheet.{name}")): name for locale in LOCALES for name in FIELDS}
    own = supplier.sheet.columns if supplier.sheet else ()
    return USUAL | ours | {plain(column.heading): column.field or "" for column in own}


def _carriers() -> dict[str, str]:
    return {plain(t(locale, f"carrier.{code or 'auto'}")): code for locale in LOCALES for code in CARRIERS}


def _has_heading(rows: Sequence[Row], headings: dict[str, str]) -> bool:
    return any(headings.get(plain(cell.text)) == "tracking" for row in rows[:10] for cell in row.cells)


def _all(told: Sequence[Entry], why: Reason) -> list[Refusal]:
    return [Refusal(entry.at, why) for entry in told]
