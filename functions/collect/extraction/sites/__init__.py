"""What is known of single marketplaces, as data: one TOML file each, read once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from collect.extraction import amounts, stock_words, values
from collect.extraction.found import Found
from collect.extraction.page import Page
from daifa.models.collected import Availability


@dataclass(frozen=True)
class Site:
    """One marketplace: its hosts, where its pages keep which field, and which fields nothing else may fill."""

    name: str
    hosts: tuple[re.Pattern[str], ...]
    fields: dict[str, list[str]]
    patterns: dict[str, re.Pattern[str]]
    only: frozenset[str]
    # The ids of elements that the places lead to.
    ids: tuple[str, ...]
    currency: str | None
    # Where the marketplace's state keeps which field (`site_state`), empty if none is read.
    state: dict[str, Any]


@cache
def sites() -> tuple[Site, ...]:
    """All marketplaces known, from the files beside this one."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        found.append(Site(
            name=path.stem,
            hosts=tuple(re.compile(host) for host in data["hosts"]),
            fields=data["fields"],
            patterns={name: re.compile(pattern) for name, pattern in data.get("patterns", {}).items()},
            only=frozenset(data.get("only", ())),
            ids=tuple(dict.fromkeys(re.findall(r"#([\w-]+)", " ".join(sum(data["fields"].values(), []))))),
            currency=data.get("currency"),
            state=data.get("state", {}),
        ))  # fmt: skip
    return tuple(found)


def site_of(page: Page) -> Site | None:
    """The marketplace whose page this is."""
    return _of_host(page.host)


# A supplier's pages are read one after the other.
@lru_cache(maxsize=1024)
def _of_host(name: str) -> Site | None:
    return next((site for site in sites() if any(host.search(name) for host in site.hosts)), None)


def find(page: Page, site: Site) -> Found:
    """What the marketplace's own places on the page say."""
    found = Found("site")
    found.currency = site.currency
    if site.ids:
        page.markup.expect(*site.ids)
    if (pattern := site.patterns.get("sku_url")) and (told := pattern.search(page.url)):
        found.sku = told[1]
    found.title = _stripped(site, "title", _text(page, site, "title", 400))
    found.brand = values.word(_stripped(site, "brand", _text(page, site, "brand", 120)))
    found.ship_from = values.word(_text(page, site, "ship_from", 80))
    for place in site.fields.get("price", ()):
        said = amounts.priced(_at(page, place) or "", page.country, site.currency)
        if said:
            found.price, found.price_high = said.low, said.high
            found.currency = found.currency or said.currency
            break
    before = amounts.priced(_text(page, site, "list_price", 60) or "", page.country)
    if before and found.price and before.low > found.price:
        found.list_price = before.low
    _stock(found, page, site)
    for place in site.fields.get("image", ()):
        address = values.image(_at(page, place), page.base)
        if address:
            found.images.append(address)
            break
    parts = (page.select(place)[:1] for place in site.fields.get("description", ()))
    found.description = "".join(node.html or "" for nodes in parts for node in nodes) or None
    for place in site.fields.get("category", ()):
        names = (values.word(node.text(separator=" "), 60) for node in page.select(place)[:12])
        found.category_path = [name for name in names if name]
    return found


def _stock(found: Found, page: Page, site: Site) -> None:
    told = _text(page, site, "availability_text", 400)
    if told and stock_words.out(told) >= 0:
        found.availability = Availability.OUT_OF_STOCK
    elif any(page.select(place) for place in site.fields.get("in_stock", ())):
        found.availability = Availability.IN_STOCK
    elif site.fields.get("in_stock") and "availability" in site.only:
        found.availability = Availability.OUT_OF_STOCK if found.price is None else Availability.IN_STOCK


def _text(page: Page, site: Site, field: str, most: int) -> str | None:
    for place in site.fields.get(field, ()):
        told = values.text(_at(page, place), most)
        if told:
            return told
    return None


def _at(page: Page, place: str) -> str | None:
    """The text at a selector, or the attribute after its `@`; hidden words inside are left out."""
    selector, _, attribute = place.partition("@")
    node = next(iter(page.select(selector)), None)
    if node is None:
        return None
    if attribute:
        return node.attributes.get(attribute)
    return node.text(separator=" ", strip=True)


def _stripped(site: Site, field: str, told: str | None) -> str | None:
    pattern = site.patterns.get(f"{field}_strip")
    return pattern.sub("", told).strip() if pattern and told else told
