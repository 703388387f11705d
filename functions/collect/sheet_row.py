"""One row of a price list, read cell by cell: what matters is refused where it can't be trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from collect.extraction import amounts, sanitise, values
from collect.sheet_columns import Columns, currency_in
from daifa.errors import Rejected
from daifa.models.collected import Availability
from daifa.sheet_reader import Cell, Row

LONGEST_TITLE = 200
MOST_IMAGES = 20

# One amount with a sign or a unit before or behind it; a range, a guess and a minus are none.
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f'’,.]\d{3})+(?:[.,]\d{1,4})?|\d+(?:[.,]\d+)?"
_PRICE = re.compile(rf"([^\d\-+]*?)({_NUMBER})([^\d\-+]*)")
_EACH = re.compile(r"(?i)[/每]\s*(?:件|个|只|套|双|条|台|支|瓶|盒|包|pcs?|piece|unit|set|ea)\.?$")
# A count as stock is told: `100+`, `>50`, `1,200件`.
_PIECES = re.compile(
    r"(?i)[>≥]?\s*(\d{1,9}|\d{1,3}(?:,\d{3})+)(?:\.0+)?\s*(?:\+|件|个|只|套|双|条|台|pcs?|pieces)?(?:以上|起)?"
)
# Stock in words, without spaces and hyphens.
_HERE = frozenset(["有", "有货", "现货", "充足", "大量", "在售", "上架", "instock", "yes", "y", "available"])
_NONE = frozenset(["无", "无货", "缺货", "售罄", "断货", "没货", "outofstock", "soldout", "no", "n"])
_ENDED = frozenset(["停产", "下架", "停售", "清完", "discontinued"])
# A country that writes amounts and signs in this currency; what is sold for euros is written in either way.
_COUNTRY = {currency: country for country, currency in reversed(amounts.COUNTRY_CURRENCY.items())}


@dataclass(frozen=True)
class Line:
    """One good row; `at` is where it stands, `name` what the supplier calls the product."""

    at: Mapping[str, int]
    name: str
    number: str | None
    title: str | None
    sku: str | None
    options: dict[str, str]
    price: Decimal
    list_price: Decimal | None
    currency: str
    sku_heading: str = "SKU"
    stock: int | None = None
    availability: Availability | None = None
    tiers: tuple[tuple[int, Decimal], ...] = ()
    gtin: str | None = None
    weight: Decimal | None = None
    minimum: int | None = None
    images: tuple[str, ...] = ()
    description: str | None = None
    brand: str | None = None
    ship_from: str | None = None
    category: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def choice(self) -> tuple[tuple[str, str], ...]:
        """What a buyer chooses it by."""
        return tuple(sorted(self.options.items()))

    @property
    def numbers(self) -> tuple[Any, ...]:
        """What two rows of the same thing have to agree in."""
        told = (self.price, self.currency, self.tiers, self.stock, self.availability, self.minimum, self.gtin)
        return (self.choice, self.sku, *told)


@dataclass
class Reader:
    """One row on its way to be a line: each cell by its field, refused where it matters and can't be trusted."""

    row: Row
    columns: Columns
    at: Mapping[str, int]
    usual: str
    goes_on: bool = False

    def named(self, above: Line | None) -> tuple[str | None, str | None]:
        """Number and title of the thing; those of the row above where this one says no others."""
        number = values.code(self._sure(self.columns.fields.get("number")).text)
        title = values.word(self._sure(self.columns.fields.get("title")).text, LONGEST_TITLE)
        if above is not None and not number and title in (None, above.title):
            self.goes_on = title is None
            if title or self._speaks():
                return above.number, above.title
        if not number and not title:
            raise Rejected("bulk.row_no_name", **self.at)
        return number, title

    def line(self, number: str | None, title: str | None, above: Line | None) -> Line:
        """The row as it stands; what it leaves out of what all variants share is as in the row above, if it goes on."""
        price, currency = self._price(above)
        stock, availability = self._stock()
        at = self.columns.fields.get("sku")
        images = self._images()
        return Line(
            at=self.at,
            name=number or title or "",
            number=number,
            title=title,
            sku=values.code(self._sure(at).text),
            sku_heading=self.columns.headings[at] if at is not None else "SKU",
            options=self._options(above),
            price=price,
            list_price=self._list_price(currency),
            currency=currency,
            tiers=self._tiers(price, currency) or (above.tiers if above else ()),
            stock=stock,
            availability=availability,
            gtin=values.gtin(self._plain("barcode")),
            weight=values.grams(self._plain("weight"), self.columns.weight_unit),
            minimum=self._pieces("minimum") or (above.minimum if above else self._fewest()),
            images=images or (above.images if above else ()),
            description=sanitise.clean(self._plain("description") or "") or (above.description if above else None),
            brand=values.word(self._plain("brand")) or (above.brand if above else None),
            ship_from=values.word(self._plain("ship_from")) or (above.ship_from if above else None),
            category=self._category() or (above.category if above else ()),
            attributes=self._attributes(),
        )

    def _speaks(self) -> bool:
        """Whether a row that names nothing tells of a variant."""
        places = (self.columns.price, self.columns.fields.get("sku"), *self.columns.options.values())
        return any(self._cell(at).text for at in places)

    # --- what matters ---

    def _price(self, above: Line | None) -> tuple[Decimal, str]:
        cell = self._sure(self.columns.price)
        named = self._currency()
        if not cell.text:
            if above is None:
                raise Rejected("bulk.row_no_price", text="", **self.at)
            return above.price, above.currency
        amount, sign = self._amount(cell, named)
        if amount is None:
            # Words such as 面议 or 停产 offer nothing; what has digits means a price that we can't tell.
            code = "bulk.row_bad_price" if re.search(r"\d", cell.text) else "bulk.row_no_price"
            raise Rejected(code, text=cell.text[:60], **self.at)
        return amount, sign or named or self.columns.currency_named or self.usual

    def _tiers(self, price: Decimal, currency: str) -> tuple[tuple[int, Decimal], ...]:
        """What a piece costs from so many on, beginning with the price; nothing where more is asked for more.

        What rises may be the price of a pack: then no more is sure than the price.
        """
        steps = [(self.columns.fewest, price)]
        for quantity, at in self.columns.tiers:
            cell = self._sure(at)
            if cell.text.casefold() in values.EMPTY or quantity <= self.columns.fewest:
                continue
            amount, sign = self._amount(cell, currency)
            if amount is None or (sign or currency) != currency:
                raise Rejected("bulk.row_bad_price", text=cell.text[:60], **self.at)
            steps.append((quantity, amount))
        falls = all(fewer >= more for (_, fewer), (_, more) in pairwise(steps))
        return tuple(steps) if falls and len(steps) > 1 else ()

    def _fewest(self) -> int | None:
        return self.columns.fewest if self.columns.fewest > 1 else None

    def _amount(self, cell: Cell, named: str | None) -> tuple[Decimal | None, str | None]:
        """The one amount in a cell with the currency beside it; none for a range, a guess, or nothing."""
        match = _PRICE.fullmatch(cell.text)
        if not match:
            return None, None
        usual = named or self.columns.currency_named or self.usual
        country = _COUNTRY.get(usual, "")
        signs = [sign for sign in (match[1].strip(" :："), _EACH.sub("", match[3].strip()).strip()) if sign]
        said = {currency_in(sign, country) for sign in signs}
        if None in said:
            return None, None
        if len(said) > 1 or named and said - {named}:
            raise Rejected("bulk.row_currency", text=cell.text[:60], **self.at)
        sign = next(iter(said), None)
        amount = _number(cell, match[2], sign or usual, country)
        # A sum that a program worked out has digits that nobody meant: 12.799999999999999.
        rounded = amount.quantize(Decimal("0.0001")).normalize() + 0 if amount else None
        return rounded or None, sign

    def _currency(self) -> str | None:
        text = self._sure(self.columns.fields.get("currency")).text
        if not text:
            return None
        code = currency_in(text, _COUNTRY.get(self.usual, ""))
        if code is None:
            raise Rejected("bulk.row_currency", text=text[:60], **self.at)
        return code

    def _list_price(self, currency: str) -> Decimal | None:
        at = self.columns.list_price
        cell = self._cell(at)
        if at is None or cell.formula or cell.rounded:
            return None
        match = _PRICE.fullmatch(cell.text)
        return _number(cell, match[2], currency, _COUNTRY.get(currency, "")) if match else None

    def _stock(self) -> tuple[int | None, Availability | None]:
        text = self._sure(self.columns.fields.get("stock")).text
        word = re.sub(r"[\s\-_]", "", text).casefold()
        if word in _NONE:
            return 0, Availability.OUT_OF_STOCK
        if word in _ENDED:
            return 0, Availability.DISCONTINUED
        if word in _HERE or word in values.EMPTY:
            return None, Availability.IN_STOCK if word in _HERE else None
        return self._pieces("stock"), None

    def _pieces(self, name: str) -> int | None:
        at = self.columns.fields.get(name)
        text = self._sure(at).text
        if at is None or text.casefold() in values.EMPTY:
            return None
        match = _PIECES.fullmatch(text)
        if not match:
            raise Rejected("bulk.row_bad_number", column=self.columns.headings[at], text=text[:60], **self.at)
        return int(match[1].replace(",", "")) or (0 if name == "stock" else None)

    def _options(self, above: Line | None) -> dict[str, str]:
        options = {}
        for name, at in self.columns.options.items():
            value = values.text(self._sure(at).text, 120) or (above.options.get(name) if above else None)
            if value:
                options[name] = value
        return options

    # --- what does not ---

    def _plain(self, name: str) -> str | None:
        cell = self._cell(self.columns.fields.get(name))
        return None if cell.formula or cell.rounded else cell.text

    def _images(self) -> tuple[str, ...]:
        # An address may hold a comma itself.
        between = r"(?i)[\s|]+|[,，;；]+(?=\s|https?://|$)"
        told = [each for at in self.columns.images for each in re.split(between, self._cell(at).text)]
        # Nothing is completed: what is no whole address here is one of nobody's.
        whole = [each for each in told if re.match(r"(?i)https?://", each)]
        return tuple(dict.fromkeys(image for each in whole if (image := values.image(each, ""))))[:MOST_IMAGES]

    def _category(self) -> tuple[str, ...]:
        parts = re.split(r"\s*[>＞/、|»]\s*", self._plain("category") or "")
        return tuple(word for part in parts if (word := values.word(part)))[:6]

    def _attributes(self) -> dict[str, str]:
        said = {}
        for name, at in self.columns.others.items():
            cell = self._cell(at)
            word = None if cell.formula or cell.rounded else values.word(cell.text)
            if word and not re.search(r"(?i)https?://", word):
                said[name] = word
        return said

    def _cell(self, at: int | None) -> Cell:
        return self.row.cells[at] if at is not None and at < len(self.row.cells) else Cell()

    def _sure(self, at: int | None) -> Cell:
        """The cell, if what it shows is what somebody wrote."""
        cell = self._cell(at)
        if at is not None and cell.formula:
            raise Rejected("bulk.row_formula", column=self.columns.headings[at], **self.at)
        if at is not None and cell.rounded:
            raise Rejected("bulk.row_rounded", column=self.columns.headings[at], text=cell.text, **self.at)
        return cell


def _number(cell: Cell, digits: str, currency: str, country: str) -> Decimal | None:
    """The amount in these digits: as the file holds it, else as people write it there."""
    if not cell.number:
        return amounts.number(digits, currency, country)
    amount = Decimal(digits)
    return amount if amount < amounts.CEILING else None
