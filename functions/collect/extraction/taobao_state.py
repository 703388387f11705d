"""What Taobao's and Tmall's pages carry for their own scripts: `skuMap` in the older, `skuBase` and `skuCore` in newer.

The newer shape is that of the shop's own interface, so it is the same whatever script it stands in.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from collect.extraction import amounts, lenient_json, schema_org, values
from collect.extraction.found import Found
from collect.extraction.lenient_json import mapping
from collect.extraction.page import Page
from daifa.models.collected import CollectedOption, CollectedVariant

_SKU_MAP = re.compile(r"skuMap[\"']?\s*:\s*(?=\{)")
_AUCTION_IMAGES = re.compile(r"auctionImages\s*:\s*(?=\[)")
_ITEM_ID = re.compile(r"itemId\s*:\s*['\"](\d{6,20})['\"]")
_OBJECT = re.compile(r"=\s*(?=\{\")")


def find(page: Page) -> Found | None:
    """The item of a Taobao or Tmall page; None on any other."""
    if not page.host.endswith(("taobao.com", "tmall.com", "tmall.hk")):
        return None
    return _new(page) or _old(page)


def _new(page: Page) -> Found | None:
    texts = (each.body for each in page.scripts if each.says(b'"skuCore"') and each.says(b'"skuBase"'))
    for data in lenient_json.literals(texts, _OBJECT):
        for node in schema_org.nodes(data):
            if isinstance(node.get("skuBase"), dict) and isinstance(node.get("item"), dict):
                return _item(node, page)
    return None


def _item(data: dict[str, Any], page: Page) -> Found | None:
    item = data["item"]
    found = Found("embedded_state", currency="CNY")
    found.title = values.text(item.get("title"), 300)
    found.sku = values.code(str(item.get("itemId") or ""))
    found.images = values.images(item.get("images"), page.base)
    for node in schema_org.nodes(data.get("plusViewVO") or data.get("props")):
        name, told = values.word(node.get("propertyName"), 60), values.word(node.get("valueName"), 300)
        if name and told:
            found.attributes.setdefault(name, told)
    core = mapping(mapping(data.get("skuCore")).get("sku2info"))
    names = _choices(data["skuBase"], page.base)
    for row in lenient_json.rows(data["skuBase"].get("skus")):
        found.variants.append(_sku(row, mapping(core.get(str(row.get("skuId")))), names))
    whole = mapping(core.get("0"))
    prices = [one.price for one in found.variants if one.price] or [price for price in _prices(whole)[:1] if price]
    if prices:
        found.price, found.price_high = min(prices), max(prices)
    found.list_price = next((one.list_price for one in found.variants if one.price == found.price), _prices(whole)[1])
    stocks = [one.stock for one in found.variants if one.stock is not None]
    total = values.count(whole.get("quantity"))
    found.stock = total if total is not None else sum(stocks) if stocks else None
    found.availability = values.stocked(found.stock)
    found.options = [CollectedOption(name=name, values=each) for name, each in _options(data["skuBase"])]
    buy = mapping(mapping(data.get("pcTrade")).get("pcBuyParams"))
    found.ship_from = values.word(buy.get("region"), 60)
    return found if found.title or found.price else None


def _sku(row: dict[str, Any], core: dict[str, Any], names: dict[str, tuple[str, str, str | None]]) -> CollectedVariant:
    chosen = [names[part] for part in str(row.get("propPath") or "").split(";") if part in names]
    price, before = _prices(core)
    stock = values.count(core.get("quantity"))
    return CollectedVariant(
        options={option: value for option, value, _ in chosen}, key=values.code(str(row.get("skuId") or "")),
        price=price, list_price=before, stock=stock, image=next((picture for _, _, picture in chosen if picture), None),
        availability=values.stocked(stock),
    )  # fmt: skip


def _prices(core: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """What is paid, and what was asked before where a reduction is shown (`subPrice`); the lower end of a range."""
    now, reduced = (_money(core.get(name)) for name in ("price", "subPrice"))
    return (reduced, now) if now and reduced and reduced < now else (now or reduced, None)


def _money(told: object) -> Decimal | None:
    text = mapping(told).get("priceText")
    if not isinstance(text, str):
        return amounts.amount(text, "CNY", "cn")
    said = amounts.priced(text, "cn")
    return said.low if said else None


def _options(base: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for prop in lenient_json.rows(base.get("props")):
        if name := values.text(prop.get("name"), 60):
            told = [values.text(each.get("name"), 255) for each in lenient_json.rows(prop.get("values"))]
            found.append((name, tuple(each for each in told if each)))
    return found


def _choices(base: dict[str, Any], address: str) -> dict[str, tuple[str, str, str | None]]:
    """For each `pid:vid` its option's name, its own name and its picture."""
    names: dict[str, tuple[str, str, str | None]] = {}
    for prop in lenient_json.rows(base.get("props")):
        for each in lenient_json.rows(prop.get("values")):
            told = values.text(prop.get("name"), 60) or "", values.text(each.get("name"), 255) or ""
            names[f"{prop.get('pid')}:{each.get('vid')}"] = (*told, values.image(each.get("image"), address))
    return names


def _old(page: Page) -> Found | None:
    """The older pages: `skuMap` in a script, names and attributes in the markup."""
    found = Found("embedded_state", currency="CNY")
    names = _names(page)
    for script in page.scripts:
        text = script.body
        start = _SKU_MAP.search(text)
        if start and not found.variants:
            data = lenient_json.literal(text, start.end())
            found.variants = _variants(data if isinstance(data, dict) else {}, names, page.base)
        start = _AUCTION_IMAGES.search(text)
        if start and not found.images:
            found.images = values.images(lenient_json.literal(text, start.end()), page.base)
        item = _ITEM_ID.search(text)
        found.sku = found.sku or (item[1] if item else None)
    shown = page.tree.css_first("em.tb-rmb-num, .tm-price")
    said = amounts.priced("¥" + shown.text(strip=True), "cn") if shown else None
    prices = [variant.price for variant in found.variants if variant.price] or ([said.low, said.high] if said else [])
    if prices:
        found.price, found.price_high = min(prices), max(prices)
    stocks = [variant.stock for variant in found.variants if variant.stock is not None]
    found.stock = sum(stocks) if stocks else None
    found.availability = values.stocked(found.stock)
    found.options = schema_org.options_of(found.variants)
    title = page.tree.css_first(".tb-main-title, .tb-detail-hd h1")
    found.title = values.text(title.attributes.get("data-title") or title.text(), 300) if title else None
    for node in page.tree.css(".attributes-list li, #J_AttrUL li")[:80]:
        name, _, value = (values.text(node.text(), 300) or "").replace("：", ":").partition(":")
        if name and (told := values.word(value)):
            found.attributes.setdefault(name.strip(), told)
    found.brand = found.attributes.get("品牌")
    return found if found.price or found.title else None


def _names(page: Page) -> dict[str, tuple[str, str, str | None]]:
    """For each `pid:vid` its option's name, its own name and its picture."""
    names: dict[str, tuple[str, str, str | None]] = {}
    for group in page.tree.css("ul[data-property]")[:20]:
        option = values.text(group.attributes.get("data-property"), 60) or ""
        for item in group.css("li[data-value]")[:200]:
            label = item.css_first("span")
            link = item.css_first("a[style*=url]")
            style = re.search(r"url\(([^)]+)\)", (link.attributes.get("style") or "") if link else "")
            picture = re.sub(r"_\d+x\d+\.(?:jpg|png)$", "", style[1]) if style else None
            named = values.text(label.text() if label else "", 255) or ""
            names[item.attributes.get("data-value") or ""] = (option, named, values.image(picture, page.base))
    return names


def _variants(data: dict[str, Any], names: dict[str, tuple[str, str, str | None]], base: str) -> list[CollectedVariant]:
    found = []
    for path, row in list(data.items())[:2000]:
        if not isinstance(row, dict):
            continue
        chosen = [names[part] for part in path.strip(";").split(";") if part in names]
        stock = values.count(row.get("stock"))
        price = amounts.amount(row.get("price"), "CNY", "cn")
        found.append(CollectedVariant(
            options={option: value for option, value, _ in chosen}, key=values.code(row.get("skuId")), price=price,
            stock=stock, image=next((picture for _, _, picture in chosen if picture), None),
            availability=values.stocked(stock),
        ))  # fmt: skip
    return found
