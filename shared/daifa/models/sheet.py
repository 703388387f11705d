"""How one supplier wants its order sheet laid out."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from daifa.models.base import Model

# What a column can hold; each is a column of the sheet that a supplier gets without a layout of its own.
SheetField = Literal[
    "row",
    "number",
    "title",
    "variant",
    "sku",
    "quantity",
    "unit_cost",
    "amount",
    "currency",
    "name",
    "phone",
    "country",
    "province",
    "city",
    "district",
    "address",
    "postcode",
    "carrier",
    "tracking",
]

Words = Annotated[str, Field(max_length=100)]


def plain(heading: str) -> str:
    """A heading as two people would agree on it: no spaces, one case, no full-width forms."""
    return "".join(unicodedata.normalize("NFKC", heading).split()).casefold()


class SheetColumn(Model):
    """One column: its heading and the field it shows; without a field it shows the fixed `text` in every row."""

    heading: Annotated[str, Field(min_length=1, max_length=100)]
    field: SheetField | None = None
    text: Words = ""


class SheetLayout(Model):
    """A supplier's own columns, in its own order, as `xlsx` or `csv`.

    `encoding` is a CSV's: `utf-8-sig`, or `gb18030` for an Excel too old to read it.
    """

    format: Literal["xlsx", "csv"] = "xlsx"
    encoding: Literal["utf-8-sig", "gb18030"] = "utf-8-sig"
    columns: Annotated[tuple[SheetColumn, ...], Field(min_length=1, max_length=64)]

    @model_validator(mode="after")
    def _read_back(self) -> Self:
        """What comes back is told by its headings, so no two columns may have the same one."""
        if len({plain(column.heading) for column in self.columns}) < len(self.columns):
            raise ValueError("two columns have the same heading")
        return self
