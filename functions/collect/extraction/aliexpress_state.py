"""What AliExpress' pages carry for their own scripts: `runParams` in modules, the newer `_init_data_` in components."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from collect.extraction import amounts, lenient_json, schema_org, values
from collect.extraction.found import Found
from collect.extraction.page import Page
from daifa.models.collected import CollectedVariant

_DATA = re.compile(r"data[\"']?\s*:\s*(?=\{\")")


def find(page: Page) -> Found | None:
    """The item of an AliExpress page; None on any other."""
    if "aliexpress" not in page.host:
        return None
    texts = (each.body for each in page.scripts if each.says(b"runParams") or each.says(b"_init_data_"))
    for told in lenient_json.literals(texts, _DATA):
        data = told.get("data", told) if isinstance(told, dict) else {}
        if isinstance(data, dict) and (found := _item(data, page)):
            return found
    return None


def _item(data: dict[str, Any], page: Page) -> Found | None:
    parts = _Parts(data)
    found = Found("embedded_state")
    found.title = values.text(parts.at("titleModule", "subject") or parts.at("PRODUCT_TITLE", "text"), 300)
    if found.title is None:
        return None
    common, place = parts.part("commonModule"), parts.part("GLOBAL_DATA", "globalData")
    found.sku = values.code(str(common.get("productId") or place.get("productId") or ""))
    found.currency = amounts.code_of(common.get("currencyCode") or place.get("currencyCode"))
    pictures = parts.at("imageModule", "imagePathList") or parts.at("HEADER_IMAGE_PC", "imagePathList")
    found.images = values.images(pictures, page.base)
    _attributes(found, parts.at("specsModule", "props") or parts.at("PRODUCT_PROP_PC", "showedProps"))
    sku = parts.part("skuModule") or parts.part("SKU")
    names, priced = _choices(sku, page.base), parts.part("PRICE", "skuPriceInfoMap")
    found.variants = [_variant(row, names, priced, page) for row in _rows(sku)]
    found.options = schema_org.options_of(found.variants)
    _prices(found, parts, page)
    shipping = parts.part("shippingModule") or parts.part("SHIPPING")
    ways = (node["shipFrom"] for node in schema_org.nodes(shipping) if isinstance(node.get("shipFrom"), str))
    found.ship_from = values.word(next(ways, None), 60)
    stock = parts.at("quantityModule", "totalAvailQuantity") or parts.at("QUANTITY_PC", "totalAvailableInventory")
    known = [one.stock for one in found.variants if one.stock is not None]
    found.stock = values.count(stock) if stock is not None else sum(known) if known else None
    found.availability = values.stocked(found.stock)
    return found


class _Parts:
    """The modules or components of a page by name; what is missing or torn is empty."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def part(self, *names: str) -> dict[str, Any]:
        """The object that these names lead to."""
        told = self.at(*names)
        return told if isinstance(told, dict) else {}

    def at(self, *names: str) -> Any:
        """Whatever these names lead to, None if nothing."""
        told: Any = self.data
        for name in names:
            told = told.get(name) if isinstance(told, dict) else None
        return told


def _attributes(found: Found, rows: object) -> None:
    for row in lenient_json.rows(rows):
        name, told = values.word(row.get("attrName"), 60), values.word(row.get("attrValue"), 300)
        if name and told:
            found.attributes.setdefault(name, told)


def _prices(found: Found, parts: _Parts, page: Page) -> None:
    """The activity's amounts before the usual ones; where variants differ, from the cheapest to the dearest."""
    module, target = parts.part("priceModule"), parts.part("PRICE", "targetSkuPriceInfo")
    now = [_money(module.get(f"{end}{kind}"), page) for kind in ("ActivityAmount", "Amount") for end in ("min", "max")]
    low, high = (now[0], now[1]) if now[0] else (now[2], now[3])
    before = now[2] if now[0] else None
    if low is None:
        low = high = _money(
            target.get("salePriceString") or target.get("salePrice") or target.get("salePriceLocal"), page
        )
        before = _money(target.get("originalPrice"), page)
        low, high, before = (low, high, before) if low else (before, before, None)
    prices = [one.price for one in found.variants if one.price]
    found.price = low or min(prices, default=None)
    found.price_high = max((price for price in (high, *prices) if price), default=None)
    found.list_price = before if before and found.price and before > found.price else None


def _money(told: object, page: Page) -> Decimal | None:
    if isinstance(told, dict):
        return amounts.amount(told.get("value"), None, "") or _money(told.get("formatedAmount"), page)
    if isinstance(told, str):
        said = amounts.priced(told.partition("|")[0], page.country)
        return said.low if said else None
    return amounts.amount(told, None, "")


def _rows(sku: dict[str, Any]) -> list[dict[str, Any]]:
    rows = sku.get("skuPriceList") or sku.get("skuPaths") or []
    if isinstance(rows, str):
        rows = lenient_json.loads(rows)
    return lenient_json.rows(rows)[:2000]


def _choices(sku: dict[str, Any], base: str) -> dict[str, tuple[str, str, str | None]]:
    """For each value's number its option's name, its own name and its picture."""
    names: dict[str, tuple[str, str, str | None]] = {}
    for prop in lenient_json.rows(sku.get("productSKUPropertyList") or sku.get("skuProperties")):
        option = values.text(prop.get("skuPropertyName"), 60) or ""
        for each in lenient_json.rows(prop.get("skuPropertyValues")):
            value = each.get("propertyValueDisplayName") or each.get("propertyValueName")
            picture = values.image(each.get("skuPropertyImagePath"), base)
            names[str(each.get("propertyValueId"))] = (option, values.text(value, 255) or "", picture)
    return names


def _variant(
    row: dict[str, Any], names: dict[str, tuple[str, str, str | None]], priced: dict[str, Any], page: Page
) -> CollectedVariant:
    key = values.code(str(row.get("skuIdStr") or row.get("skuId") or ""))
    ids = re.findall(r"\d+", str(row.get("skuPropIds") or "")) or re.findall(r":(\d+)", str(row.get("path") or ""))
    chosen = [names[each] for each in ids if each in names]
    told = next((each for each in (row.get("skuVal"), priced.get(key or "")) if isinstance(each, dict)), row)
    now, usual = _now(told, page), _money(told.get("skuAmount") or told.get("originalPrice"), page)
    stock = values.count(told.get("availQuantity", row.get("skuStock")))
    return CollectedVariant(
        options={option: value for option, value, _ in chosen}, key=key,
        price=now or usual, list_price=usual if now and usual and usual > now else None, stock=stock,
        image=next((picture for _, _, picture in chosen if picture), None),
        availability=values.stocked(stock),
    )  # fmt: skip


def _now(told: dict[str, Any], page: Page) -> Decimal | None:
    named = ("skuActivityAmount", "salePriceString", "salePrice", "salePriceLocal")
    return next((price for name in named if (price := _money(told.get(name), page))), None)
