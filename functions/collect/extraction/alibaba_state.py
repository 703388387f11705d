"""What 1688's pages carry for their own scripts: `__INIT_DATA` and the newer `window.context`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from collect.extraction import amounts, lenient_json, schema_org, values
from collect.extraction.found import Found
from collect.extraction.lenient_json import mapping
from collect.extraction.page import Page
from daifa.models.collected import Availability, CollectedOption, CollectedTier, CollectedVariant

_CONTEXT = re.compile(r"window\.context\s*=\s*\(function.*?\}\)\s*\(\s*window\.contextPath\s*,", re.DOTALL)
_INIT = re.compile(r"window\.__INIT_DATA\s*=")
_DETAIL = re.compile(r"iDetailData\s*=\s*(?=\{)")
# The gallery and the variants show small pictures and name the whole ones.
_ORIGINAL = re.compile(r"[\"']original[\"']:\s*[\"'](https?:[^\"']+)")
# No offer is told in fewer characters.
SHORTEST_STATE = 200
# What the state of an offer speaks of.
_MODEL = (b"skuModel", b"orderParamModel", b"offerDetail")


def find(page: Page) -> Found | None:
    """The offer of a 1688 page; None on any other."""
    if not page.host.endswith("1688.com"):
        return None
    return _newer(page) or _oldest(page)


def _newer(page: Page) -> Found | None:
    for script in page.scripts:
        if len(script) < SHORTEST_STATE:
            continue
        for name, opening in ((b"__INIT_DATA", _INIT), (b"window.contextPath", _CONTEXT)):
            if not script.begins(name) or not any(map(script.says, _MODEL)):
                continue
            text = script.body
            if start := opening.search(text):
                data = lenient_json.literal(text, start.end())
                if isinstance(data, dict):
                    return _offer(data, page)
    return None


def _oldest(page: Page) -> Found | None:
    """The pages of `iDetailData`: variants and tiers in a script, the rest in the markup."""
    for script in page.scripts:
        if not script.says(b"iDetailData"):
            continue
        text = script.body
        start = _DETAIL.search(text)
        model = mapping(mapping(lenient_json.literal(text, start.end())).get("sku")) if start else {}
        if not model:
            continue
        told = mapping(model.get("skuMap"))
        model = {**model, "skuInfoMap": {html.unescape(spec): row for spec, row in told.items()}}
        found = Found("embedded_state", currency="CNY")
        found.title = page.heading or values.text(page.metas.get("og:title"), 300)
        found.options, found.variants = _options(model, page.base), _variants(model, {}, page.base)
        found.stock = values.count(model.get("canBookCount"))
        found.images = values.images(_ORIGINAL.findall(page.markup.text), page.base)
        ladder = model.get("priceRange")
        steps = [row for row in (ladder if isinstance(ladder, list) else []) if isinstance(row, list) and len(row) == 2]
        order = {"skuPriceType": "rangePrice", "skuRangePrices": [{"beginAmount": a, "price": b} for a, b in steps]}
        _offer_prices(found, {"skuParam": order if steps else {}}, {}, {"skuPriceScale": model.get("price")})
        found.min_order_quantity = found.tiers[0].min_quantity if found.tiers else None
        found.availability = values.stocked(found.stock)
        return found
    return None


def _offer(data: dict[str, Any], page: Page) -> Found | None:
    """A 1688 offer; the model's parts stand at different depths in different years, so they are found by name."""
    parts = _parts(data)
    temp, detail = mapping(parts.get("tempModel")), mapping(parts.get("offerDetail"))
    found = Found("embedded_state")
    found.currency = "CNY"
    found.title = values.text(temp.get("offerTitle") or detail.get("subject"), 300)
    if found.title is None:
        return None
    found.sku = values.code(str(temp.get("offerId") or detail.get("offerId") or ""))
    order = mapping(parts.get("orderParam"))
    trade = mapping(parts.get("tradeModel"))
    found.min_order_quantity = values.count(order.get("beginNum") or trade.get("beginAmount")) or None
    found.stock = values.count(order.get("canBookedAmount", trade.get("canBookedAmount")))
    found.attributes, found.brand = _features(parts.get("attributes") or detail.get("featureAttributes"))
    found.images = _pictures(
        parts.get("images") or detail.get("imageList") or parts.get("offerImgList") or parts.get("mainImage"), page.base
    )
    freight = mapping(parts.get("freightInfo"))
    found.ship_from = values.word(parts.get("location") or freight.get("location"))
    model = mapping(parts.get("skuModel"))
    weights: dict[Any, Any] = freight["skuWeight"] if isinstance(freight.get("skuWeight"), dict) else {}
    found.options = _options(model, page.base)
    found.variants = _variants(model, weights, page.base)
    unit = values.grams(freight.get("unitWeight"), "kg")
    found.weight_grams = unit
    _offer_prices(found, order, trade, model)
    gone = detail.get("status") not in (None, "PUBLISHED", "published")
    found.availability = Availability.OUT_OF_STOCK if gone or found.stock == 0 else (
        Availability.IN_STOCK if found.stock else None)  # fmt: skip
    return found


def _offer_prices(found: Found, order: dict[str, Any], trade: dict[str, Any], model: dict[str, Any]) -> None:
    sku: dict[str, Any] = order["skuParam"] if isinstance(order.get("skuParam"), dict) else {}
    kind = sku.get("skuPriceType") or mapping(trade.get("offerPriceModel")).get("priceDisplayType")
    rows = sku.get("skuRangePrices") or mapping(trade.get("offerPriceModel")).get("currentPrices")
    steps = [
        (values.count(row.get("beginAmount")) or 1, price)
        for row in lenient_json.rows(rows)
        if (price := amounts.amount(row.get("price"), "CNY", "cn"))
    ]
    scale = amounts.priced(str(model.get("skuPriceScale") or trade.get("priceDisplay") or ""), "cn")
    prices = [price for _, price in steps] or ([scale.low, scale.high] if scale else [])
    own = [variant.price for variant in found.variants if variant.price]
    if kind == "rangePrice" and steps:
        found.tiers = [CollectedTier(min_quantity=at, price=price) for at, price in sorted(steps)]
        prices = [max(price for _, price in steps), min(price for _, price in steps)]
        # The price of the smallest allowed quantity is what one piece costs; the rest of the ladder is in the tiers.
        found.price, found.price_high = sorted(steps)[0][1], max(prices)
        return
    prices = prices or own
    if prices:
        found.price, found.price_high = min(prices), max(prices)


def _parts(data: dict[str, Any]) -> dict[str, Any]:
    """The named parts of the model wherever they stand; the first that is not empty wins."""
    wanted = {
        *("tempModel", "offerDetail", "orderParam", "skuModel", "tradeModel", "freightInfo", "location", "images"),
        *("offerImgList", "mainImage"),
    }
    parts: dict[str, Any] = {}
    for node in schema_org.nodes(data):
        for name, value in node.items():
            if name in wanted and value and not (isinstance(value, dict) and "$ref" in value):
                known = parts.get(name)
                if known is None or (name == "freightInfo" and "skuWeight" not in mapping(known)):
                    parts[name] = value
        if str(node.get("componentType", "")).endswith("attribute-new") and isinstance(node.get("data"), list):
            parts["attributes"] = node["data"]
    return parts


def _features(rows: object) -> tuple[dict[str, str], str | None]:
    told: dict[str, str] = {}
    for row in lenient_json.rows(rows):
        name, value = values.word(row.get("name")), values.word(row.get("value"), 300)
        if name and value:
            told.setdefault(name, value)
    return told, told.get("品牌")


def _pictures(rows: object, base: str) -> list[str]:
    told = [row.get("fullPathImageURI") or row.get("imageURI") if isinstance(row, dict) else row
            for row in (rows if isinstance(rows, list) else [])]  # fmt: skip
    return values.images(told, base)


def _props(model: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    for prop in lenient_json.rows(model.get("skuProps")):
        if name := values.text(prop.get("prop"), 60):
            rows = lenient_json.rows(prop.get("value"))
            yield name, [(value, row.get("imageUrl")) for row in rows if (value := values.text(row.get("name"), 255))]


def _options(model: dict[str, Any], base: str) -> list[CollectedOption]:
    return [CollectedOption(name=name, values=tuple(value for value, _ in rows)) for name, rows in _props(model)]


def _variants(model: dict[str, Any], weights: dict[Any, Any], base: str) -> list[CollectedVariant]:
    props = list(_props(model))
    pictures = {value: values.image(image, base) for _, rows in props for value, image in rows if image}
    info = model.get("skuInfoMap") or model.get("skuInfoMapOriginal")
    rows = list(info.items()) if isinstance(info, dict) else []
    found = []
    for spec, row in rows[:2000]:
        if not isinstance(row, dict):
            continue
        chosen = [
            part
            for part in (values.text(html.unescape(str(row.get("specAttrs") or spec)), 400) or "").split(">")
            if part
        ]
        stock = values.count(row.get("canBookCount"))
        before = amounts.amount(row.get("price"), "CNY", "cn")
        now = amounts.amount(row.get("discountPrice"), "CNY", "cn") or before
        weight = weights.get(str(row.get("skuId")))
        found.append(CollectedVariant(
            options=dict(zip((name for name, _ in props), chosen, strict=False)),
            key=values.code(row.get("specId")),
            price=now,
            list_price=before if before and now and before > now else None,
            stock=stock,
            availability=values.stocked(stock),
            sku=values.code(row.get("cargoNumber")) or values.code(str(row.get("skuId") or "")),
            image=next((pictures[value] for value in chosen if pictures.get(value)), None),
            weight_grams=values.grams(weight, "kg"),
        ))  # fmt: skip
    return found
