"""Products in the state that shop software leaves in pages: Shopify, WooCommerce, Next.js and data layers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from collect.extraction import (
    alibaba_state,
    aliexpress_state,
    amounts,
    lenient_json,
    schema_org,
    shopify_state,
    taobao_state,
    values,
)
from collect.extraction.found import Found
from collect.extraction.naming import words
from collect.extraction.page import Page
from collect.extraction.script import Script
from daifa.models.collected import CollectedVariant

_PROPS = re.compile(rb"\s*\{\"props\"")
_VARIATIONS = re.compile(r"data-product_variations=(?:\"([^\"]*)\"|'([^']*)')")
_RSC = re.compile(r"self\.__next_f\.push\(\[1,\s*(\"(?:[^\"\\]|\\.)*\")\s*\]\)", re.DOTALL)
_RSC_PRODUCT = re.compile(r"\"(?:product|productData|initialProduct)\"\s*:\s*(?=\{)")
_LAYERS = (b"dataLayer", b"digitalData", b"utag_data", b"gtmData")
_LAYER = re.compile(rb"(?:" + rb"|".join(_LAYERS) + rb")\w*\s*(?:=\s*(?:\w+\s*\|\|\s*)?|\.push\s*\(\s*)(?=[\[{])")
LONGEST_STATE = 2_500_000
MOST_PUSHES = 12
MOST_MENTIONS = 500


def find(page: Page) -> list[Found]:
    """What each kind of state says of this page's product, the most trusted first."""
    ways = (
        alibaba_state.find,
        taobao_state.find,
        aliexpress_state.find,
        shopify_state.find,
        _woocommerce,
        _next,
        _layer,
    )
    return [found for way in ways if (found := way(page)) is not None]


def _woocommerce(page: Page) -> Found | None:
    """The variations of a WooCommerce form: their JSON-LD shows one price where the form knows them all."""
    # Asking for the words first is three times as fast as the pattern.
    at = page.markup.text.find("data-product_variations", 0, page.markup.far)
    form = _VARIATIONS.search(page.markup.text, at) if at >= 0 else None
    if form is None:
        return None
    data = lenient_json.loads(html.unescape(form[1] or form[2]))
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    found = Found("woocommerce")
    for row in rows[:1000]:
        named: dict[str, Any] = row["attributes"] if isinstance(row.get("attributes"), dict) else {}
        options = {_attribute(name): value for name, told in named.items() if (value := values.text(told, 255))}
        now = amounts.amount(row.get("display_price"), None, "")
        before = amounts.amount(row.get("display_regular_price"), None, "")
        picture: dict[str, Any] = row["image"] if isinstance(row.get("image"), dict) else {}
        in_stock = row.get("is_in_stock")
        found.variants.append(CollectedVariant(
            options=options, key=str(row["variation_id"]) if row.get("variation_id") else None, price=now,
            list_price=before if before and now and before > now else None, sku=values.code(row.get("sku")),
            stock=values.count(row.get("max_qty")),
            availability=values.stocked(in_stock if isinstance(in_stock, bool) else None),
            image=values.image(picture.get("full_src") or picture.get("src"), page.base),
            weight_grams=values.grams(row.get("weight_html") or row.get("weight")),
        ))  # fmt: skip
    prices = [variant.price for variant in found.variants if variant.price]
    if not prices:
        return None
    found.price, found.price_high = min(prices), max(prices)
    found.availability = schema_org.best_availability(
        [each.availability for each in found.variants if each.availability]
    )
    found.options = schema_org.options_of(found.variants)
    return found


def _attribute(name: str) -> str:
    return html.unescape(name).removeprefix("attribute_").removeprefix("pa_").replace("-", " ").strip()


def _next(page: Page) -> Found | None:
    """The product in a Next.js page: the whole state in `__NEXT_DATA__`, or torn over `__next_f` pushes."""
    for script in page.scripts:
        if (
            script.kind == "application/json"
            and _PROPS.match(script.page, script.start, script.end)
            and len(script) < LONGEST_STATE
        ):
            data = lenient_json.loads(script.body)
            for product in _named_products(data):
                return _state_product(product, page, "next_data")
    flow = "".join(_pushed(page))
    for start in islice(_RSC_PRODUCT.finditer(flow), MOST_PUSHES):
        data = lenient_json.literal(flow, start.end())
        if isinstance(data, dict) and _says_product(data):
            return _state_product(data, page, "next_data")
    return None


def _pushed(page: Page) -> Iterator[str]:
    for script in page.scripts:
        if script.begins(b"self.__next_f.push"):
            for piece in _RSC.finditer(script.body):
                try:
                    yield json.loads(piece[1], strict=False)
                except ValueError:
                    continue


def _named_products(data: object) -> Iterator[dict[str, Any]]:
    for node in schema_org.nodes(data):
        for name in ("product", "productData", "initialProduct"):
            inner = node.get(name)
            if isinstance(inner, dict) and _says_product(inner):
                yield inner


def _says_product(data: dict[str, Any]) -> bool:
    named = isinstance(data.get("name") or data.get("title"), str)
    return named and any(name in data for name in ("offers", "price", "sku", "variants", "prices", "pricing"))


def _state_product(data: dict[str, Any], page: Page, source: str) -> Found | None:
    """A state's own product object, read only where its words are schema.org's or plain; cents are never guessed at."""
    if shopify_state.is_product(data):
        return shopify_state.read(data, page.base, source)
    name = values.text(data.get("name") or data.get("title"), 300)
    heading = page.heading
    if heading and name and not _alike(name, heading):
        return None
    told = {**data, "name": name, "image": data.get("image") or data.get("images")}
    if not isinstance(data.get("offers"), (dict, list)) and isinstance(data.get("price"), str):
        currency = data.get("currency") or data.get("priceCurrency")
        told["offers"] = {"@type": "Offer", "price": data["price"], "priceCurrency": currency}
    found = schema_org.read(told, page, source)
    found.priceless = False
    return found


def _layer(page: Page) -> Found | None:
    """The one product of a data layer's `detail` or `view_item` event; analytics code, so trusted little."""
    pushes = 0
    for script in page.scripts:
        if script.kind.endswith("json") or len(script) > 400_000:
            continue
        # The event of old names its `products`, the new one is called by its name; both stand in an `ecommerce`.
        if not script.says(b"ecommerce") or not (
            script.says(b"detail") and script.says(b"products") or script.says(b"view_item")
        ):
            continue
        for at in _mentions(script):
            start = _LAYER.match(script.page, at, script.end)
            if start is None:
                continue
            pushes += 1
            if pushes > MOST_PUSHES:
                return None
            told = script.page[start.end() : script.end].decode(script.encoding, "replace")
            found = _event(lenient_json.literal(told), page)
            if found:
                return found
    return None


def _mentions(script: Script) -> list[int]:
    """Where a script speaks of a data layer."""
    found: list[int] = []
    for name in _LAYERS:
        at = script.page.find(name, script.start, script.end)
        while at >= 0 and len(found) < MOST_MENTIONS:
            found.append(at)
            at = script.page.find(name, at + len(name), script.end)
    return sorted(found)


def _event(data: object, page: Page) -> Found | None:
    viewed = isinstance(data, dict) and data.get("event") == "view_item"
    for node in schema_org.nodes(data):
        detail = node.get("detail")
        rows = detail.get("products") if isinstance(detail, dict) else node.get("items") if viewed else None
        if isinstance(rows, list) and len(rows) == 1 and isinstance(rows[0], dict):
            row = rows[0]
            found = Found("data_layer")
            found.currency = amounts.code_of(node.get("currencyCode") or node.get("currency"))
            found.title = values.text(row.get("name") or row.get("item_name"), 300)
            found.sku = values.code(str(row.get("id") or row.get("item_id") or ""))
            found.brand = values.word(row.get("brand") or row.get("item_brand"))
            found.price = amounts.amount(row.get("price"), found.currency, page.country)
            category = values.word(row.get("category") or row.get("item_category")) or ""
            found.category_path = [part for part in re.split(r"\s*[/>]\s*", category) if part]
            return found if found.title and page.heading and _alike(found.title, page.heading) else None
    return None


def _alike(one: str, other: str) -> bool:
    """Whether two names are of one product: half of the shorter one's words stand in the longer."""
    first, second = words(one), words(other)
    return bool(first and second) and len(first & second) * 2 >= min(len(first), len(second))
