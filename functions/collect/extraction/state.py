"""The product's own object in whatever state a page carries for its scripts: found by its name, read by its fields.

Shop software keeps it under names of its own (`__INITIAL_STATE__`, `__remixContext`, `data-product`), so it is looked
for where the page's heading, or else the number of its address, stands in a script or an attribute: the innermost
object around it that tells a price.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from collect.extraction import amounts, lenient_json, naming, nuxt, packed, schema_org, values
from collect.extraction.found import Found
from collect.extraction.markup import every
from collect.extraction.page import Page
from daifa.models.collected import Availability, CollectedVariant

NAME = (
    "name",
    "title",
    "productName",
    "product_name",
    "productTitle",
    "goodsName",
    "goods_name",
    "itemName",
    "displayName",
    "subject",
)
# What a buyer pays now, the surest name first; what was asked before.
NOW = (
    *(
        "discountedSalePrice",
        "promotionPrice",
        "salePrice",
        "sale_price",
        "specialPrice",
        "special_price",
        "finalPrice",
        "final_price",
        "discountedPrice",
    ),
    *(
        "productPrice",
        "currentPrice",
        "current_price",
        "sellingPrice",
        "price_amount",
        "priceWithTax",
        "price",
        "prices",
        "pricing",
    ),
    *("priceInfo", "offers", "minPrice", "lowPrice"),
)
# Of these the ones that an object of amounts may call its own.
PAID = NOW[: NOW.index("currentPrice") + 1]
BEFORE = (
    *("compareAtPrice", "compare_at_price", "listPrice", "list_price", "originalPrice", "original_price"),
    *("regularPrice", "regular_price", "regular_price_amount", "oldPrice", "old_price", "wasPrice", "marketPrice"),
)
# The parts of an amount that is an object of its own.
AMOUNT = (
    *("amountWithSymbol", "formattedValue", "formatted", "sale", "current", "final", "now", "discounted"),
    *("value", "amount", "price", "selling", "min", "text"),
)
CURRENCY = ("currencyCode", "currency", "priceCurrency", "currencyIso", "currency_code", "isocode", "isoCode")
SKU = (
    "sku",
    "articleNumber",
    "article_number",
    "productCode",
    "product_code",
    "itemNumber",
    "reference",
    "modelNumber",
    "code",
)
GTIN = ("gtin13", "gtin", "ean", "ean13", "barcode", "upc", "gtin14", "isbn")
BRAND = ("brand", "brandName", "brand_name", "manufacturer", "manufacturer_name")
BUYABLE = ("availableForSale", "available", "inStock", "in_stock", "isInStock", "is_in_stock", "isAvailable", "buyable")
GONE = ("soldout", "soldOut", "sold_out", "isSoldOut", "outOfStock", "isOutOfStock")
STATE = ("availability", "stockStatus", "stock_status", "availabilityStatus", "inventoryStatus")
STOCK = ("stock", "quantity", "stockQuantity", "stock_quantity", "availableQuantity", "qty", "inventory")
CHOSEN = ("selectedVariant", "selectedOrFirstAvailableVariant", "masterVariant")
VARIANTS = ("variants", "skus", "variations", "children")
MOST_STARTS, MOST_READ = 200, 2_000_000
# A product of more characters would be the whole state.
LARGEST = 100_000
# So much of an object that is no JSON is read.
LONG_LITERAL, MOST_LITERALS = 20_000, 6
MOST_PLACES = 12
_PACKED = (b"JSON.parse(", b".enqueue(", b"&q;")
MOST_VARIANTS = 500
MOST_NAMES = 5
# A product's number as it is told in addresses and in states.
NUMBER = ("id", "productId", "product_id", "productID", "goodsId", "itemId", "item_id", "sku", "skuId", "code", "pid")
_NUMBER = re.compile(r"(?<!\d)\d{6,18}(?!\d)")
MOST_NUMBERS, FEW = 3, 4
_GROUPED = re.compile(r"\d[., ]\d{3}(?!\d)")
_DECODER = json.JSONDecoder(strict=False)


def find(page: Page) -> Found | None:
    """What the page's own product says of itself in a script or an attribute; nothing where amounts are ambiguous."""
    left = Budget()
    for name in _names(page):
        texts = list(_texts(page, _spelled(name), left))
        named = (data for data in _holding(page, name, texts, left) if _named(data, name))
        unpacked = (data for text in texts for data in islice(packed.objects(text, name, NAME), MOST_PLACES))
        if found := next(filter(None, (_read(data, page) for data in chain(named, unpacked))), None):
            return found
    # What the page shows of money is believed before what a number alone vouches for.
    numbers = _numbers(page)
    for number in numbers if numbers and not (page.name and page.money) else ():
        for data in _holding(page, number, _texts(page, (number,), left), left):
            if any(str(data.get(key)) == number for key in NUMBER) and (found := _read(data, page)):
                # Objects of many kinds have numbers: where names differ no more than its offer is believed.
                return _offer_alone(found) if page.name else found
    return None


def _offer_alone(found: Found) -> Found:
    return Found(
        "state", price=found.price, price_high=found.price_high, list_price=found.list_price,
        currency=found.currency, availability=found.availability, stock=found.stock,
    )  # fmt: skip


@dataclass
class Budget:
    """What looking for objects may still cost: of starts tried, and of characters read; and what was read already.

    `strings` are what scripts parse, None before it is asked for.
    The texts are kept, as what was read of one is known by its identity.
    """

    starts: int = MOST_STARTS
    characters: int = MOST_READ
    literals: int = MOST_LITERALS
    strings: list[str] | None = None
    texts: dict[str, str] = field(default_factory=dict)
    read: dict[tuple[int, int], tuple[int, Any]] = field(default_factory=dict)


def _names(page: Page) -> list[str]:
    """What the product may be called: the heading, or a part of what the page calls itself."""
    told = (page.name, *naming.parts(page.title, values.text(page.metas.get("og:title"), 300)))
    names = dict.fromkeys(name for name in told if name and len(name) >= naming.SHORTEST)
    # A title ends with the shop's name, which stands in its scripts everywhere.
    return [name for name in names if name == page.name or _letters(name) not in _letters(page.host)][:MOST_NAMES]


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _numbers(page: Page) -> list[str]:
    """The long numbers of the page's address, the last first: one of them may be the product's."""
    return list(dict.fromkeys(reversed(_NUMBER.findall(page.url))))[:MOST_NUMBERS]


def _holding(page: Page, word: str, texts: Iterable[str], left: Budget) -> Iterator[dict[str, Any]]:
    """The objects that hold a name or a number, those around its first place before those around the next."""
    for text, at in islice(_places(page, word, texts), MOST_PLACES):
        yield from _around(left.texts.setdefault(text, text), at, left)


def _places(page: Page, name: str, texts: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The texts in which the name stands as a value, and where."""
    spelled = _spelled(name)
    for text in texts:
        for told in spelled:
            for at in every(told, text):
                yield text, at
    for quote in ("&quot;", "&#34;", '"'):
        at = page.markup.text.find(f"{quote}{name}{quote}")
        if at >= 0:
            tag = page.markup.tag(max(0, page.markup.holding(at)))
            for value in tag.attributes.values():
                if value[:1] in ("{", "[") and name in value:
                    yield value, value.find(name)


def _spelled(name: str) -> tuple[str, ...]:
    """How JSON may write a name."""
    plain, whole = json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1]
    return tuple(dict.fromkeys((plain, whole, plain.replace("/", "\\/"))))


def _texts(page: Page, sought: Collection[str], left: Budget) -> Iterator[str]:
    """What the scripts say that hold one of these, and what the strings say that they parse."""
    raw = [each.encode("utf-8", "replace") for each in sought]
    for script in page.scripts:
        if "ld+json" in script.kind:
            continue
        if any(map(script.says, raw)):
            yield nuxt.resolved(script.body)
    if left.strings is None:
        left.strings = list(packed.strings(each.body for each in page.scripts if any(map(each.says, _PACKED))))
    yield from (told for told in left.strings if any(each in told for each in sought))


def _around(text: str, at: int, left: Budget) -> Iterator[dict[str, Any]]:
    """The objects that hold a place, innermost first."""
    start = at
    while (start := text.rfind("{", 0, start)) >= 0:
        known = (id(text), start)
        if known not in left.read:
            if left.starts <= 0 or left.characters <= 0:
                return
            left.starts -= 1
            left.read[known] = _object(text, start, left)
            left.characters -= max(0, left.read[known][0] - start)
        end, data = left.read[known]
        if end > at and isinstance(data, dict):
            yield data
            if end - start > LARGEST:
                return


def _object(text: str, start: int, left: Budget) -> tuple[int, Any]:
    """The object that begins here, and where it ends, or where it is torn."""
    try:
        data, end = _DECODER.raw_decode(text, start)
        return end, data
    except RecursionError:
        return len(text), None
    except ValueError as error:
        if text[start + 1 : start + 2] in ('"', "}") or not left.literals:
            return getattr(error, "pos", start), None
        left.literals -= 1
        # Where it ends is not told; that it holds the name is seen from its own.
        return start + LONG_LITERAL, lenient_json.literal(text, start, start + LONG_LITERAL)


def _named(data: dict[str, Any], name: str) -> bool:
    return any(isinstance(data.get(key), str) and values.text(data[key], 300) == name for key in NAME)


def _read(data: dict[str, Any], page: Page) -> Found | None:
    found = Found("state")
    _priced(found, data, page)
    found.variants = [_variant(each, page) for each in _rows(data)[:MOST_VARIANTS]]
    if found.price is None and (prices := [one.price for one in found.variants if one.price]):
        found.price, found.price_high = min(prices), max(prices)
    if found.price is None:
        return None
    found.title = next((told for key in NAME if (told := values.text(data.get(key), 300))), None)
    rows = [row for key in CHOSEN if isinstance(row := data.get(key), dict)]
    found.sku = next((told for row in (*rows, data) if (told := _first(row, SKU, values.code))), None)
    found.gtin = next((told for row in (*rows, data) if (told := _first(row, GTIN, values.gtin))), None)
    # A vendor may be who sells, but where products have handles it is the brand.
    keys = (*BRAND, "vendor") if "handle" in data else BRAND
    found.brand = next((told for key in keys if (told := _word(data.get(key)))), None)
    found.availability, found.stock = _state(data)
    if len({tuple(one.options.items()) for one in found.variants}) < max(2, len(found.variants)):
        found.variants = []
    found.options = schema_org.options_of(found.variants)
    return found


def _priced(found: Found, data: dict[str, Any], page: Page) -> None:
    for row in (*(data.get(key) for key in CHOSEN), data):
        if not isinstance(row, dict):
            continue
        currency = _currency(row) or _currency(data)
        for key in NOW:
            if now := _amount(row.get(key), page, currency):
                found.price = found.price_high = now.low
                found.currency = now.currency or currency
                before = (_amount(row.get(each), page, currency) for each in BEFORE)
                found.list_price = next((each.low for each in before if each and each.low > now.low), None)
                return


def _amount(value: object, page: Page, currency: str | None, depth: int = 0) -> amounts.Priced | None:
    """An amount in any of its forms, as long as the page shows it: what it does not may be cents, or without tax."""
    if isinstance(value, dict) and depth < 3:
        currency = _currency(value) or currency
        if cents := values.count(value.get("centAmount")):
            digits = value.get("fractionDigits")
            places = digits if isinstance(digits, int) and 0 <= digits <= 4 else 2
            return _just(Decimal(cents).scaleb(-places), currency)
        told = (_amount(value.get(key), page, currency, depth + 1) for key in (*AMOUNT, *PAID))
        return next((each for each in told if each), None)
    if isinstance(value, list):
        if len(value) == 1 and depth < 3:
            return _amount(value[0], page, currency, depth + 1)
        # Of several the first is asked now where the others are what was asked before, by whatever name.
        rows = [each for each in value[:FEW] if isinstance(each, dict)] if depth < 3 and len(value) <= FEW else []
        asked = [_amount(row, page, currency, depth + 1) or _of_before(row, page, currency) for row in rows]
        return asked[0] if asked and all(each and asked[0] and each.low >= asked[0].low for each in asked) else None
    if isinstance(value, str):
        said = amounts.priced(values.text(value, 60) or "", page.country, currency)
        if said is None or said.low != said.high:
            return None
        # With its thousands apart it is written for people, so it counts no cents.
        written = _GROUPED.search(value) is not None and not any(_taxed(said.low, each) for each in _shown(page))
        if not written and not _believed(said.low, page, sure=not value.strip().isdigit()):
            return None
        return _just(said.low, said.currency or currency)
    whole = amounts.amount(value, currency, page.country)
    if whole is None:
        return None
    if _believed(whole, page, sure=isinstance(value, float) and whole % 1 != 0):
        return _just(whole, currency)
    return _just(whole.scaleb(-2), currency) if whole.scaleb(-2) in page.amounts else None


def _of_before(row: dict[str, Any], page: Page, currency: str | None) -> amounts.Priced | None:
    return next((told for key in BEFORE if (told := _amount(row.get(key), page, currency, 3))), None)


def _believed(amount: Decimal, page: Page, *, sure: bool) -> bool:
    """Whether the page shows this amount, or nothing like it and this one can't be meant as cents.

    A shown amount of less than half is a rate or the delivery; one near it says that this one is without tax.
    """
    return amount in _shown(page) or sure and all(each * 2 < amount for each in _shown(page))


def _shown(page: Page) -> frozenset[Decimal]:
    """The amounts shown for the product; where its name is not, those that are shown may be anything's."""
    return page.amounts if page.name else frozenset()


def _taxed(amount: Decimal, shown: Decimal) -> bool:
    """Whether one of these may be the other without its tax."""
    return amounts.taxed(amount, shown) or amounts.taxed(shown, amount)


def _just(amount: Decimal, currency: str | None) -> amounts.Priced:
    return amounts.Priced(amount, amount, currency)


def _currency(data: object) -> str | None:
    if not isinstance(data, dict):
        return None
    return next((code for key in CURRENCY if (code := amounts.code_of(data.get(key)))), None)


def _rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The variants of a product: a list, or the edges or nodes of a graph."""
    for key in VARIANTS:
        told = data.get(key)
        if isinstance(told, dict):
            told = told.get("nodes") or told.get("edges")
        rows = [each.get("node", each) for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        if rows:
            return [row for row in rows if isinstance(row, dict)]
    return []


def _variant(row: dict[str, Any], page: Page) -> CollectedVariant:
    chosen = row.get("selectedOptions")
    options = {
        name: told
        for each in (chosen if isinstance(chosen, list) else [])
        if isinstance(each, dict)
        and (name := values.text(each.get("name"), 60))
        and (told := values.text(each.get("value"), 255))
    }
    one = Found("state")
    _priced(one, row, page)
    state, stock = _state(row)
    key = values.code(str(row.get("id") or row.get("skuId") or "").rsplit("/", 1)[-1])
    picture = row.get("image")
    picture = picture.get("url") or picture.get("src") if isinstance(picture, dict) else picture
    return CollectedVariant(
        options=options, key=key, price=one.price, list_price=one.list_price, availability=state, stock=stock,
        sku=_first(row, SKU, values.code), gtin=_first(row, GTIN, values.gtin),
        image=values.image(picture, page.base),
    )  # fmt: skip


def _state(data: dict[str, Any]) -> tuple[Availability | None, int | None]:
    stock = next((count for key in STOCK if (count := values.count(data.get(key))) is not None), None)
    for key in (*BUYABLE, *GONE):
        if isinstance(data.get(key), bool):
            return values.stocked(data[key] is (key in BUYABLE)), stock
    for key in STATE:
        if isinstance(data.get(key), str) and (state := values.availability(data[key])):
            return state, stock
    return values.stocked(stock), stock


def _first(data: dict[str, Any], keys: tuple[str, ...], read: Any) -> str | None:
    told = (read(data.get(key)) for key in keys if isinstance(data.get(key), (str, int)))
    return next((each for each in told if each), None)


def _word(value: object) -> str | None:
    return values.word(value.get("name") or value.get("title") if isinstance(value, dict) else value, 80)
