"""A marketplace's own state, read by the places that its file names (`sites/*.toml`): for pages that only scripts fill.

A place is a trail of names such as `goods.goodsName`; it begins at the first object, wherever that stands, that has
them all, so that a marketplace may move its product deeper into its state without losing us.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from collect.extraction import amounts, lenient_json, schema_org, values
from collect.extraction.found import Found
from collect.extraction.page import Page
from daifa.models.collected import Availability, CollectedTier, CollectedVariant

MOST_VARIANTS = 1_000
MOST_ATTRIBUTES = 20


def find(page: Page, state: Mapping[str, Any], currency: str | None) -> Found | None:
    """What the state says; None where the page does not carry it, or it names no product."""
    for data in _carried(page, state):
        found = Found("embedded_state", currency=currency)
        found.title = values.text(_at(data, state.get("title")), 300)
        if found.title is None:
            continue
        found.sku = values.code(str(_at(data, state.get("sku")) or ""))
        found.brand = values.word(_at(data, state.get("brand")))
        found.ship_from = values.word(_at(data, state.get("ship_from")), 60)
        prefix = state.get("image_prefix", "")
        told = (values.image(f"{prefix}{each}", page.base) for each in _many(_at(data, state.get("images"))))
        found.images = list(dict.fromkeys(address for address in told if address))
        cents = bool(state.get("cents"))
        found.price = _money(_at(data, state.get("price")), cents=cents)
        found.price_high = _money(_at(data, state.get("price_high")), cents=cents) or found.price
        found.list_price = _money(_at(data, state.get("list_price")), cents=False)
        found.tiers = _tiers(data, state.get("tiers", {}), cents=cents)
        if found.tiers and found.price is None:
            found.price = found.price_high = found.tiers[0].price
        found.min_order_quantity = values.count(_at(data, state.get("min_order"))) or None
        _attributes(found, data, state.get("attributes", {}))
        found.variants = _variants(data, state.get("variants", {}), page, cents=cents)
        found.options = schema_org.options_of(found.variants)
        found.stock = values.count(_at(data, state.get("stock")))
        _available(found, _at(data, state.get("gone")))
        return found
    return None


def _carried(page: Page, state: Mapping[str, Any]) -> Iterator[Any]:
    """The states that a page carries: behind an assignment in a script, or in an attribute."""
    holds = str(state["holds"])
    if state.get("attribute"):
        told_in = re.finditer(rf"\b{re.escape(holds)}=\"([^\"]{{2,2000000}})\"".encode(), page.body)
        for told in islice(told_in, MOST_ATTRIBUTES):
            yield lenient_json.loads(html.unescape(told[1].decode("utf-8", "replace")))
        return
    texts = (script.body for script in page.scripts if script.says(holds.encode()))
    yield from lenient_json.literals(texts, re.compile(rf"{re.escape(holds)}\s*=\s*(?=\{{)"))


def _at(data: Any, place: object) -> Any:
    """What stands at a place; of a list of objects what each of them has there."""
    if not isinstance(place, str):
        return None
    names = place.split(".")
    for node in schema_org.nodes(data):
        told: Any = node
        for name in names:
            if isinstance(told, list):
                told = [each.get(name) for each in told if isinstance(each, dict)]
            else:
                told = told.get(name) if isinstance(told, dict) else None
        if told not in (None, [], ""):
            return told
    return None


def _many(told: object) -> list[Any]:
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else [told] if told else []


def _money(told: object, *, cents: bool) -> Decimal | None:
    amount = amounts.amount(told, None, "")
    return amount.scaleb(-2) if amount and cents else amount


def _tiers(data: Any, places: Mapping[str, str], *, cents: bool) -> list[CollectedTier]:
    rows = _at(data, places.get("rows"))
    steps = [
        (quantity, price)
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
        and (quantity := values.count(row.get(places["quantity"])))
        and (price := _money(row.get(places["price"]), cents=cents))
    ]
    return [CollectedTier(min_quantity=quantity, price=price) for quantity, price in sorted(steps)]


def _attributes(found: Found, data: Any, places: Mapping[str, str]) -> None:
    rows = _at(data, places.get("rows"))
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            told = row.get(places["value"])
            name, value = values.word(row.get(places["name"]), 60), values.word(schema_org.first(told), 300)
            if name and value:
                found.attributes.setdefault(name, value)


def _available(found: Found, gone: object) -> None:
    if found.stock is None and found.variants and all(one.stock is not None for one in found.variants):
        found.stock = sum(one.stock or 0 for one in found.variants)
    if gone in (True, 1, "1", "true") or found.stock == 0:
        found.availability = Availability.OUT_OF_STOCK
    elif found.stock or gone is not None:
        found.availability = Availability.IN_STOCK


def _variants(data: Any, places: Mapping[str, str], page: Page, *, cents: bool) -> list[CollectedVariant]:
    rows = _at(data, places.get("rows"))
    rows = list(rows.values()) if isinstance(rows, dict) else rows
    found = []
    for row in (rows if isinstance(rows, list) else [])[:MOST_VARIANTS]:
        if not isinstance(row, dict):
            continue
        chosen = row.get(places.get("options", ""))
        options = {
            name: value
            for each in (chosen if isinstance(chosen, list) else [])
            if isinstance(each, dict)
            and (name := values.text(each.get(places.get("option_name", "")), 60))
            and (value := values.text(each.get(places.get("option_value", "")), 255))
        }
        title = values.text(row.get(places.get("title", "")), 255)
        stock = values.count(row.get(places.get("stock", "")))
        found.append(CollectedVariant(
            options=options or ({"name": title} if title else {}),
            key=values.code(str(row.get(places.get("key", "")) or "")),
            price=_money(row.get(places.get("price", "")), cents=cents),
            sku=values.code(row.get(places.get("sku", ""))), stock=stock,
            availability=values.stocked(stock),
            image=values.image(row.get(places.get("image", "")), page.base),
        ))  # fmt: skip
    return found if len({tuple(one.options.items()) for one in found}) == len(found) else []
