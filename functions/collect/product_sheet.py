"""A supplier's price list, as suppliers without a site send it: each row a product or a variant of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from collect.sheet_columns import Columns, found
from collect.sheet_row import MOST_IMAGES, Line, Reader
from daifa.errors import Rejected
from daifa.models.collected import CollectedOption, CollectedProduct, CollectedTier, CollectedVariant, PriceRange
from daifa.models.facts import Reason
from daifa.models.ids import SupplierId
from daifa.rules.offers import sheet_address
from daifa.sheet_reader import MOST_ROWS, Row, read_sheet

# Descriptions and lists of pictures are longer than what other sheets hold.
LONGEST_CELL = 20_000
MOST_ATTRIBUTES = 30
# An offer is one row of a table, with the history of each of its variants.
MOST_VARIANTS = 200
# So many reasons say enough of what is wrong with a product.
MOST_REASONS = 5


@dataclass(frozen=True)
class Refusal:
    """A row, a product or a whole table that is not taken in, by a name of its own, and why."""

    name: str
    title: str
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Told:
    """What a price list tells: products under the addresses that we give them, and what is refused."""

    products: tuple[CollectedProduct, ...]
    refused: tuple[Refusal, ...]


@dataclass
class _Gathered:
    """Good rows and what is wrong, by what the supplier calls each product; rows of none on their own."""

    titles: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    wrong: dict[str, list[Reason]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


def told(data: bytes, supplier: SupplierId, currency: str) -> Told:
    """The products of this supplier's price list; what names no currency is in `currency`.

    Rows of one number (of one title, where there are no numbers) are variants of one product; a row that names neither
    goes on with the product above it, as merged cells do, and so does what it leaves out of words, pictures and price.
    A product one of whose rows can't be read is refused whole, since what is missing would count as gone. Rejected if
    no table has a heading with one column of prices, or the file is no sheet.
    """
    sheets = {number: rows for number, rows in enumerate(read_sheet(data, LONGEST_CELL), 1) if rows}
    if sum(map(len, sheets.values())) > MOST_ROWS + len(sheets):
        raise Rejected("sheet.too_long", most=MOST_ROWS)
    gathered = _Gathered()
    failed: list[Rejected] = []
    for number, rows in sheets.items():
        try:
            columns, below = found(rows)
        except Rejected as error:
            failed.append(error)
            why = Reason.of(error.code, **error.values)
            gathered.refused.append(Refusal(f"sheet:{number}", _shown(rows[0]), (why,)))
        else:
            _gather(number, columns, below, currency, gathered)
    if len(failed) == len(sheets):
        # A page of words beside the table has no heading either; what is wrong with the table says more.
        raise next((error for error in failed if error.values), Rejected("bulk.sheet_no_heading"))
    products: list[CollectedProduct] = []
    for name, lines in gathered.lines.items():
        wrong = gathered.wrong.setdefault(name, [])
        try:
            made = _product(sheet_address(supplier, name), lines, wrong)
        except Rejected as error:
            wrong.append(Reason.of(error.code, **error.values))
        else:
            products += [made] if not wrong else []
    refused = [
        Refusal(sheet_address(supplier, name), gathered.titles[name][:80], tuple(wrong[:MOST_REASONS]))
        for name, wrong in gathered.wrong.items()
        if wrong
    ]
    return Told(tuple(products), (*gathered.refused, *refused))


def _gather(number: int, columns: Columns, rows: Sequence[Row], currency: str, into: _Gathered) -> None:
    above: Line | None = None
    for row in rows:
        if columns.repeated(row):
            continue
        at = {"sheet": number, "line": row.at}
        read = Reader(row, columns, at, currency)
        name = ""
        try:
            called, title = read.named(above)
            name = called or title or ""
            into.titles.setdefault(name, " ".join(dict.fromkeys(filter(None, (called, title)))))
            line = read.line(called, title, above if above and above.name == name and read.goes_on else None)
        except Rejected as error:
            why = Reason.of(error.code, **error.values)
            if name and error.code != "bulk.row_no_price":
                into.wrong.setdefault(name, []).append(why)
            else:
                # What has no price is not offered; the rest of the product is.
                into.refused.append(Refusal(f"line:{number}:{row.at}", _shown(row), (why,)))
            if not read.goes_on:
                # Whatever goes on below goes on with this row, not with the one above it.
                above = None
        else:
            into.lines.setdefault(name, []).append(line)
            above = line


# --- one product ----------------------------------------------------------------------------------------------------


def _product(address: str, lines: Sequence[Line], wrong: list[Reason]) -> CollectedProduct:
    """The product that these rows tell of; what two of them contradict each other in is added to `wrong`."""
    lines = _apart(_once(lines), wrong)
    if len(lines) > MOST_VARIANTS:
        raise Rejected("bulk.too_many_variants", most=MOST_VARIANTS)
    currencies = {line.currency for line in lines}
    if len(currencies) > 1:
        raise Rejected("bulk.row_currency", text=", ".join(sorted(currencies)), **lines[-1].at)
    alone, codes = len(lines) == 1, Counter(line.sku for line in lines)
    first, prices = lines[0], [line.price for line in lines]
    low, high = min(prices), max(prices)
    filled: dict[str, Any] = {
        "title": next((line.title for line in lines if line.title), first.number),
        "description": _first(lines, lambda line: line.description),
        "images": tuple(dict.fromkeys(image for line in lines for image in line.images))[:MOST_IMAGES],
        "price": low,
        "price_range": PriceRange(low=low, high=high) if low != high else None,
        "list_price": max((line.list_price for line in lines if line.list_price), default=None),
        "currency": first.currency,
        "tiers": _tiers(lines),
        "availability": first.availability if len({line.availability for line in lines}) == 1 else None,
        "stock": first.stock if alone else None,
        "sku": first.number or (first.sku if alone else None),
        "gtin": first.gtin if alone else None,
        "brand": _first(lines, lambda line: line.brand),
        "category_path": _first(lines, lambda line: line.category) or (),
        "attributes": _agreed(lines),
        "options": _chosen(lines),
        "variants": tuple(_variant(line, alone, codes[line.sku] == 1) for line in lines),
        "min_order_quantity": max((line.minimum for line in lines if line.minimum), default=None),
        "ship_from": _first(lines, lambda line: line.ship_from),
        "weight_grams": _first(lines, lambda line: line.weight),
    }
    if filled["list_price"] is not None and filled["list_price"] <= high:
        filled["list_price"] = None
    said = {name: value for name, value in filled.items() if value not in (None, (), {})}
    return CollectedProduct(url=address, sources=dict.fromkeys(said, "sheet"), **said)


def _once(lines: Sequence[Line]) -> list[Line]:
    """Each row once: what two tables say in the same numbers is said once."""
    first: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        first.setdefault(line.numbers, line)
    return list(first.values())


def _apart(lines: list[Line], wrong: list[Reason]) -> list[Line]:
    """The rows as variants that can be told apart: by what can be chosen, else by a code of their own."""
    skus = [line.sku for line in lines]
    if len({line.choice for line in lines}) < len(lines) == len(set(skus)) and all(skus):
        return [replace(line, options={**line.options, line.sku_heading: line.sku or ""}) for line in lines]
    first: dict[tuple[tuple[str, str], ...], Line] = {}
    for line in lines:
        if first.setdefault(line.choice, line) is not line:
            shown = " / ".join(line.options.values()) or line.name
            wrong.append(Reason.of("bulk.row_twice", name=shown, first=first[line.choice].at["line"], **line.at))
    return list(first.values())


def _variant(line: Line, alone: bool, coded: bool) -> CollectedVariant:
    choices = "; ".join(f"{name}={value}" for name, value in sorted(line.options.items()))
    return CollectedVariant(
        options=line.options,
        # A code of its own stays when other variants come and go; the product's number is not one.
        key=(line.sku if coded else None) or choices or None,
        price=line.price,
        list_price=line.list_price if line.list_price and line.list_price > line.price else None,
        availability=line.availability,
        stock=line.stock,
        sku=line.sku or line.number,
        gtin=line.gtin,
        image=line.images[0] if line.images and not alone else None,
        weight_grams=line.weight,
    )


def _tiers(lines: Sequence[Line]) -> tuple[CollectedTier, ...]:
    """The prices by quantity that all rows tell alike."""
    if len({line.tiers for line in lines}) > 1:
        return ()
    return tuple(CollectedTier(min_quantity=quantity, price=price) for quantity, price in lines[0].tiers)


def _chosen(lines: Sequence[Line]) -> tuple[CollectedOption, ...]:
    names = dict.fromkeys(name for line in lines for name in line.options)
    return tuple(
        CollectedOption(name=name, values=tuple(dict.fromkeys(filter(None, (at.options.get(name) for at in lines)))))
        for name in names
    )


def _agreed(lines: Sequence[Line]) -> dict[str, str]:
    """What every row that says it says alike."""
    said: dict[str, set[str]] = {}
    for line in lines:
        for name, value in line.attributes.items():
            said.setdefault(name, set()).add(value)
    return {name: words.pop() for name, words in list(said.items())[:MOST_ATTRIBUTES] if len(words) == 1}


def _first(lines: Sequence[Line], field_of: Callable[[Line], Any]) -> Any:
    return next((value for line in lines if (value := field_of(line))), None)


def _shown(row: Row) -> str:
    return " ".join(cell.text for cell in row.cells if cell.text)[:80]
