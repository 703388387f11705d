"""A sheet of links to suppliers' products, as a merchant keeps one: one address a row, wherever in it that stands."""

from __future__ import annotations

from daifa.errors import Rejected
from daifa.models.bulk import BulkItem
from daifa.models.facts import Reason
from daifa.models.states import ItemState
from daifa.rules.offers import checked_address
from daifa.sheet_reader import Row, read_sheet


def listed(data: bytes) -> list[BulkItem]:
    """An item for each row: its first address, to be collected, or why the row has none; each address once.

    A first row without an address is the heading. Rejected for a file that is no sheet, or one without any address.
    """
    found: dict[str, BulkItem] = {}
    for sheet in read_sheet(data):
        for place, row in enumerate(sheet):
            item = _item(row)
            if item.state is not ItemState.SKIPPED or place:
                found.setdefault(item.name, item)
    if not any(item.state is ItemState.WAITING for item in found.values()):
        raise Rejected("bulk.no_links")
    return list(found.values())


def _item(row: Row) -> BulkItem:
    for cell in row.cells:
        if not cell.formula and cell.text.lower().startswith(("http://", "https://")):
            try:
                return BulkItem(name=checked_address(cell.text))
            except Rejected as error:
                return _refused(row, Reason.of(error.code, **error.values))
    return _refused(row, Reason.of("bulk.no_link", line=row.at))


def _refused(row: Row, why: Reason) -> BulkItem:
    told = " ".join(cell.text for cell in row.cells if cell.text)[:80]
    return BulkItem(name=f"line:{row.at}", title=told, state=ItemState.SKIPPED, why=(why,))
