"""What others read product pages with, each put together as its makers recommend, behind one way to ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import extruct
import lxml.html
from bs4 import BeautifulSoup
from price_parser import Price
from selectolax.lexbor import LexborHTMLParser
from w3lib.encoding import html_to_unicode
from w3lib.html import get_base_url
from zyte_parsers import extract_brand_name, extract_gtin, extract_price

from collect.extract import extract

# A page's bytes and address to what is told of it: title, price, currency, availability, sku, brand, gtin.
System = Callable[[bytes, str], dict[str, Any]]

OPENGRAPH = (("title", "og:title"), ("price", "product:price:amount"), ("currency", "product:price:currency"))
GTINS = ("gtin13", "gtin", "gtin12", "gtin14", "gtin8")
SYNTAXES = ["json-ld", "microdata", "opengraph"]
_NUMBERED = re.compile(r"(?i)\b(?:sku|ref|art(?:icle)?|item|code)\b[\s.:#nr]*([\w./-]*\d[\w./-]{2,})")


def ours(body: bytes, url: str) -> dict[str, Any]:
    """This project's extractor."""
    product = extract(body, url)
    return {
        "title": product.title,
        "price": product.price,
        "currency": product.currency,
        "availability": product.availability.value if product.availability else None,
        "sku": product.sku,
        "brand": product.brand,
        "gtin": product.gtin,
    }


def only_lexbor(body: bytes, url: str) -> dict[str, Any]:
    """The fastest tree there is, and nothing asked of it."""
    LexborHTMLParser(body)
    return {}


def only_lxml(body: bytes, url: str) -> dict[str, Any]:
    """libxml2's tree, and nothing asked of it."""
    lxml.html.document_fromstring(body)
    return {}


def with_extruct(body: bytes, url: str) -> dict[str, Any]:
    """extruct's JSON-LD, microdata and OpenGraph, the first product it finds; in stock unless it says otherwise."""
    text = html_to_unicode(None, body)[1]
    data = extruct.extract(text, base_url=get_base_url(text, url), syntaxes=SYNTAXES, errors="ignore")
    return _from_markup(data)


def with_zyte(body: bytes, url: str) -> dict[str, Any]:
    """extruct, and what it lacks from the page by zyte-parsers and price-parser at the places people use."""
    text = html_to_unicode(None, body)[1]
    data = extruct.extract(text, base_url=get_base_url(text, url), syntaxes=SYNTAXES, errors="ignore")
    told = _from_markup(data)
    tree = lxml.html.document_fromstring(body)
    if not told.get("title"):
        heading = tree.find(".//h1")
        told["title"] = " ".join(heading.text_content().split()) if heading is not None else None
    if not told.get("price"):
        for node in tree.xpath('//*[contains(@class, "price") or contains(@id, "price")]')[:20]:
            price = extract_price(node)
            if price.amount is not None:
                told["price"], told["currency"] = price.amount, told.get("currency") or price.currency
                break
    for field, read in (("brand", extract_brand_name), ("gtin", extract_gtin)):
        for node in tree.xpath(f'//*[contains(@class, "{field}") or contains(@id, "{field}")]')[:5]:
            if not told.get(field) and (value := read(node)):
                told[field] = getattr(value, "value", value)
    told["currency"] = _code(told.get("currency"))
    return told


def with_soup(body: bytes, url: str) -> dict[str, Any]:
    """Everything from one full BeautifulSoup tree, amounts by price-parser."""
    soup = BeautifulSoup(body, "lxml")
    blocks = [_json(script.string) for script in soup.find_all("script", type="application/ld+json")]
    told = _from_markup({"json-ld": [block for block in blocks if block]})
    for node in soup.select("[itemprop]"):
        name, value = str(node["itemprop"]), node.get("content") or node.get_text(" ", strip=True)
        name = {"name": "title", "pricecurrency": "currency", "gtin13": "gtin"}.get(name.lower(), name.lower())
        if name in ("title", "price", "currency", "sku", "brand", "gtin") and not told.get(name):
            told[name] = value
        elif name == "availability":
            told["availability"] = _stock(node.get("href") or value)
    for field, name in OPENGRAPH:
        meta = soup.find("meta", property=name)
        if meta is not None and not told.get(field):
            told[field] = meta.get("content")
    heading = soup.find("h1")
    if heading is not None and not told.get("title"):
        told["title"] = heading.get_text(" ", strip=True)
    place = soup.select_one("[class*=price], [id*=price]")
    if place is not None and not told.get("price"):
        shown = Price.fromstring(place.get_text(" ", strip=True))
        told["price"], told["currency"] = shown.amount, told.get("currency") or shown.currency
    if not told.get("sku") and (found := _NUMBERED.search(soup.get_text(" ", strip=True))):
        told["sku"] = found[1]
    told["price"] = Price.fromstring(str(told["price"])).amount if told.get("price") else None
    told["currency"] = _code(told.get("currency"))
    return told


SYSTEMS: dict[str, System] = {
    "daifa": ours,
    "Lexbor, parsing only": only_lexbor,
    "lxml, parsing only": only_lxml,
    "extruct": with_extruct,
    "extruct + zyte-parsers + price-parser": with_zyte,
    "BeautifulSoup (lxml) + price-parser": with_soup,
}


def _from_markup(data: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"availability": "InStock"}
    for product in _products(data):
        offer = product.get("offers") or {}
        offer = offer[0] if isinstance(offer, list) and offer else offer
        offer = offer if isinstance(offer, dict) else {}
        offer = offer.get("properties", offer)
        brand = product.get("brand")
        brand = brand.get("properties", brand).get("name") if isinstance(brand, dict) else brand
        read = {
            "title": product.get("name"),
            "price": offer.get("price") or offer.get("lowPrice"),
            "currency": offer.get("priceCurrency"),
            "sku": product.get("sku"),
            "brand": brand,
            "gtin": next((product[name] for name in GTINS if product.get(name)), None),
        }
        told |= {name: value for name, value in read.items() if value and not told.get(name)}
        if offer.get("availability"):
            told["availability"] = _stock(offer["availability"])
        break
    for graph in data.get("opengraph", []):
        named = dict(graph.get("properties", []))
        told["title"] = told.get("title") or named.get("og:title")
        told["price"] = told.get("price") or named.get("product:price:amount") or named.get("og:price:amount")
        told["currency"] = told.get("currency") or named.get("product:price:currency") or named.get("og:price:currency")
    return told


def _products(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = list(data.get("json-ld", []))
    while waiting:
        block = waiting.pop(0)
        if isinstance(block, list):
            waiting += block
        elif isinstance(block, dict):
            kinds = block.get("@type")
            if "Product" in (kinds if isinstance(kinds, list) else [kinds]):
                yield block
            waiting += [block["@graph"]] if "@graph" in block else []
    for item in data.get("microdata", []):
        if str(item.get("type", "")).endswith("/Product"):
            yield item.get("properties", {})


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "", strict=False)
    except ValueError:
        return None


def _stock(told: object) -> str:
    word = str(told).rsplit("/", 1)[-1].replace(" ", "").lower()
    return "OutOfStock" if word in ("outofstock", "soldout", "discontinued") else "InStock"


def _code(told: object) -> str | None:
    signs = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "CNY", "₽": "RUB", "₹": "INR", "zł": "PLN", "kr": "SEK"}
    return signs.get(str(told), str(told).upper()) if told else None
