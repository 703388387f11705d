"""Shopify's product JSON: `/products/<handle>.json`, `.js`, a `/products.json` of one, and the copies inside pages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, TypeGuard

from collect.extraction import amounts, lenient_json, schema_org, values
from collect.extraction.chosen import chosen
from collect.extraction.found import Found
from collect.extraction.page import Page
from daifa.models.collected import CollectedVariant

# What a script must speak of to hold a product.
_TOLD = (b'"variants"', b'"price"')
_META = re.compile(r"\bmeta\s*=\s*(?=\{\"product\")")


def is_product(data: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value has the shape of a Shopify product: a title, a handle or options, and variants with prices."""
    return (
        isinstance(data, dict)
        and isinstance(data.get("title"), str)
        and isinstance(data.get("variants"), list)
        and ("handle" in data or "options" in data)
        and all(isinstance(each, dict) and "price" in each for each in data["variants"][:3])
        and bool(data["variants"])
    )


def read(data: dict[str, Any], base: str, source: str) -> Found:
    """One product; `.json` prices are texts in units, `.js` prices are whole numbers of cents."""
    found = Found(source)
    found.title = values.text(data.get("title"), 300)
    description = data.get("body_html", data.get("description"))
    found.description = description[:100_000] if isinstance(description, str) else None
    found.brand = values.word(data.get("vendor"))
    found.category_path = [kind] if (kind := values.word(data.get("product_type") or data.get("type"))) else []
    found.images = _images(data, base)
    names = [name for name in (_option_name(each) for each in _many(data.get("options"))) if name]
    pictures = {str(image.get("id")): image.get("src") for image in lenient_json.rows(data.get("images"))}
    for each in data["variants"][:2000]:
        if isinstance(each, dict):
            found.variants.append(_variant(each, names, pictures, base))
            found.currency = found.currency or amounts.code_of(each.get("price_currency"))
    prices = [each.price for each in found.variants if each.price]
    if prices:
        found.price, found.price_high = min(prices), max(prices)
        cheapest = next(each for each in found.variants if each.price == found.price)
        found.list_price = cheapest.list_price
    states = [each.availability for each in found.variants if each.availability]
    found.availability = schema_org.best_availability(states)
    stocks = [each.stock for each in found.variants]
    found.stock = (
        sum(stock for stock in stocks if stock) if stocks and all(stock is not None for stock in stocks) else None
    )
    if len(found.variants) == 1:
        only = found.variants[0]
        found.sku, found.gtin, found.weight_grams = only.sku, only.gtin, only.weight_grams
    if names == ["Title"] and len(found.variants) == 1:
        found.variants[0] = found.variants[0].model_copy(update={"options": {}})
    else:
        found.options = schema_org.options_of(found.variants)
    return found


def find(page: Page) -> Found | None:
    """The product inside a theme's `<script type="application/json">`, when exactly this page's product is there."""
    for script in page.scripts:
        if script.kind == "application/json" and len(script) < 1_000_000 and all(map(script.says, _TOLD)):
            data = lenient_json.loads(script.body)
            inner = data.get("product") if isinstance(data, dict) and not is_product(data) else data
            if is_product(inner) and (not inner.get("handle") or str(inner["handle"]) in page.url):
                return read(inner, page.base, "shopify_json")
    return None


def counted(page: Page) -> Found | None:
    """Brand and code of the shown variant, as Shopify itself tells them to analytics on the pages of every shop."""
    for script in page.scripts:
        text = script.body if script.begins(b"ShopifyAnalytics") else ""
        if (meta := _META.search(text)) is None:
            continue
        product = lenient_json.mapping(lenient_json.mapping(lenient_json.literal(text, meta.end())).get("product"))
        if rows := lenient_json.rows(product.get("variants")):
            found = Found("analytics", brand=values.word(product.get("vendor")))
            variants = [
                CollectedVariant(options={}, key=str(row.get("id")), sku=values.code(row.get("sku"))) for row in rows
            ]
            shown = variants[0] if len(variants) == 1 else chosen(variants, page)
            found.sku = shown.sku if shown else None
            return found
    return None


def _variant(data: dict[str, Any], names: list[str], pictures: dict[str, Any], base: str) -> CollectedVariant:
    cents = isinstance(data.get("price"), int) and not isinstance(data.get("price"), bool)
    featured = data.get("featured_image")
    source = featured.get("src") if isinstance(featured, dict) else pictures.get(str(data.get("image_id")))
    options = {
        name: value for at, name in enumerate(names[:3], 1) if (value := values.text(data.get(f"option{at}"), 255))
    }
    before, now = _amount(data.get("compare_at_price"), cents), _amount(data.get("price"), cents)
    available = data.get("available")
    stock = values.count(data.get("inventory_quantity")) if data.get("inventory_management") else None
    weight = data.get("grams", data.get("weight") if cents else None)
    return CollectedVariant(
        options=options,
        key=str(data["id"]) if data.get("id") else None,
        price=now,
        list_price=before if before and now and before > now else None,
        availability=values.stocked(available if isinstance(available, bool) else None),
        stock=stock,
        sku=values.code(data.get("sku")),
        gtin=values.gtin(data.get("barcode")),
        image=values.image(source, base),
        weight_grams=Decimal(weight) if isinstance(weight, int) and weight > 0 else None,
    )  # fmt: skip


def _amount(value: object, cents: bool) -> Decimal | None:
    if cents:
        whole = amounts.amount(value, None, "") if isinstance(value, int) else None
        return whole.scaleb(-2) if whole else None
    return amounts.amount(value, None, "")


def _many(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _option_name(value: object) -> str | None:
    return values.text(value.get("name") if isinstance(value, dict) else value, 255)


def _images(data: dict[str, Any], base: str) -> list[str]:
    told = [each.get("src") if isinstance(each, dict) else each for each in _many(data.get("images"))[:100]]
    return values.images(told, base)
