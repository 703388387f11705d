"""Whatever bytes come, extract answers, and soon."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collect.extract import extract, read
from collect.extraction.page import Page
from daifa.models.collected import Blocked, CollectedProduct

URL = "https://shop.example/p/1"
OFFER = "https://detail.1688.com/offer/600000000001.html"
# The promise is one second on one idle core; tests share theirs.
SOON = 4.0

SEEDS = [
    b'<html><head><meta charset=gbk><title>x</title><base href="//["></head><body><h1>Lamp</h1><div class="price">$1</div>',
    b'<script type="application/ld+json">{"@type":"Product","name":{"@value":5},"offers":[{"price":[{}],"priceCurrency":{}}]}</script>',
    b'<script type="application/ld+json">[{"@type":["ProductGroup"],"hasVariant":[null,1,{"@type":"Product","offers":"x"}]}]</script>',
    b'<div itemscope itemtype="http://schema.org/Product"><p itemprop="offers" itemscope><i itemprop="price">1</i></div>',
    b'<script>window.__INIT_DATA={"skuModel":{"skuProps":[1],"skuInfoMap":{"a":1}},"tempModel":{"offerTitle":"x"}}</script>',
    b'<script>self.__next_f.push([1,"{\\"product\\":{\\"name\\":1}"])</script><form data-product_variations="[{},1]">',
    b'{"product":{"title":"x","handle":1,"variants":[{"price":-1,"option1":{}}],"options":[{"name":[]}],"images":[1]}}',
    b'<table><tr><td>SKU:</td><td>A-100</td></tr></table><dl><dt>x</dt></dl><img srcset=", ,1 1x"><link rel=canonical href="http://[">',
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=2000), st.sampled_from(["", URL, "not a url", "http://[", "https://www.amazon.de/dp/B000000001"])
)
def test_any_bytes_at_any_address_get_an_answer(body: bytes, url: str) -> None:
    assert isinstance(read(body, url), CollectedProduct)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=12)), max_size=6),
    st.integers(0, 400),
)
def test_torn_and_scribbled_pages_get_an_answer(seed: bytes, scribbles: list[tuple[int, bytes]], cut: int) -> None:
    body = bytearray(seed)
    for at, what in scribbles:
        body[at : at + len(what)] = what
    assert isinstance(
        read(bytes(body[: len(body) - cut % 50]), OFFER),
        CollectedProduct,
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["Product", "Offer", "12.50", "EUR"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["@type", "@graph", "@id", "name", "offers", "price", "priceCurrency", "image", "sku", "brand", "hasVariant", "title",
                         "variants", "options", "handle", "priceSpecification", "weight", "gtin13", "category", "product", "products"]),
        inner, max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(json_values)
def test_any_json_as_feed_or_markup_gets_an_answer(value: object) -> None:
    text = json.dumps(value)
    assert isinstance(read(text.encode(), URL), CollectedProduct)
    page = f'<h1>Lamp</h1><script type="application/ld+json">{text}</script><script type="application/json">{text}</script>'
    assert isinstance(read(page.encode(), URL), CollectedProduct)


BIG = 3_000_000
BOMBS = {
    "nested tags": b"<div>" * 100_000,
    "scripts that end in capitals": b"<script></SCRIPT>" * 170_000,
    "drawings that end in capitals": b"<svg></SVG" * 250_000,
    "dialogs by name only": b"<div onetrust-consent-sdk>" * 110_000,
    "nested and closed tags": b"<div>" * 50_000 + b"x" + b"</div>" * 50_000,
    "nested formatting": b"<b><i>" * 50_000,
    "nested tables": b"<table><tr><td>" * 30_000,
    "one tag, very often": b"<p>" * (BIG // 3),
    "one class of price, very often": b"<i class=price>$1.00</i>" * (BIG // 24),
    "rows": b"<tr><td>SKU:</td><td>1</td></tr>" * (BIG // 32),
    "attributes": b"<a " + b"".join(b"a%d=1 " % n for n in range(200_000)) + b">",
    "one long attribute": b"<a x='" + b"<" * BIG,
    "nuls": b"\0" * BIG,
    "invalid utf-8": b"\xff\xfe\xfd" * (BIG // 3),
    "gb18030 halves": b"\x81" * BIG,
    "digits": b"<p class=price>$" + b"1" * BIG + b"</p>",
    "digit groups": b"<p class=price>$" + b"1,111," * 500_000 + b"</p>",
    "open json": b'<script type="application/ld+json">' + b'{"a":' * 200_000 + b"</script>",
    "open arrays": b'<script type="application/ld+json">' + b"[" * 1_000_000 + b"</script>",
    "a json feed without end": b'{"products":' + b"[" * BIG,
    "quotes": b"<script>window.__INIT_DATA={skuModel:" + b"'\\" * 500_000 + b"</script>",
    "next pushes": b'<script>self.__next_f.push([1,"' + b'\\"product\\":{' * 100_000 + b'"])</script>',
    "entities": b"<title>" + b"&amp;" * 500_000 + b"</title><h1>" + b"&lt;" * 300_000 + b"</h1>",
    "meta without end": b"<meta " * 400_000,
    "comments": b"<!--" * 700_000,
    "microdata scopes": b'<div itemscope itemtype="http://schema.org/Product"><p itemprop=offers itemscope>' * 30_000,
    "data layers": b"<script>dataLayer.push({detail:{" + b"products:[{" * 20_000 + b"</script>",
    "tags of nearly too many attributes": (b"<p " + b" ".join(b"%dx" % n for n in range(199)) + b">") * 3_000,
    "one picture of many sizes": b"<main><img src=a.jpg srcset='" + b"a.jpg 1x, " * 250_000 + b"'>",
    "a feed of many products": b'{"products":['
    + b'{"title":"a","handle":"b","variants":[{"price":"1"}]},' * 50_000
    + b"{}]}",
    "breadcrumbs": b"<div class=breadcrumb>" + b"<a>x</a>" * 300_000,
    "backslashes": b'<script>window.__INIT_DATA={"a":"' + b"\\" * 1_400_000 + b"</script>",
    "templates": b"<template>" * 300_000,
    "choices": b"<select><option>" * 180_000,
    "drawings without end": b"<svg>" * 600_000,
    "scripts without a tag's end": b"<script" * 400_000,
    "scripts in one attribute": b"<a x='" + b"<script>1</script>" * 160_000,
    "links without end among the breadcrumbs": b"<div class=breadcrumb>" + b"<a " * 900_000,
    "cells without a tag's end": b"<table>" + (b"<tr>" + b"<td " * 4_900) * 150,
    "names without values": b"<dt>a" * 500_000,
    "passwords": b"<input " * 400_000,
    "struck out": b"<h1>x</h1>" + b"<s>1.00</s>" * 250_000,
    "ids": b'<p id="a" ' + b' id="b"' * 400_000,
    "properties": b'<p itemscope itemtype="http://schema.org/Product">' + b"<i itemprop=name>" * 150_000,
    "quotes in tags": b"<meta content='\"" * 180_000,
    "spaces": b"<p class=price>" + b" " * BIG + b"</p>",
    "terms alone": b"<h1>Oak</h1>" + b"<dt>" * (BIG // 4),
    "descriptions everywhere": b"<h1>Oak</h1>" + b"<div class=description><b>Description</b>" * (BIG // 40),
    "names in pictures": b"<title>Oak</title>" + b"<img alt='Oak lamp'><p>Oak lamp</p>" * (BIG // 36),
    "a dialog without an end": b'<h1>Oak</h1><div id="CybotCookiebotDialog">' + b"<div>" * (BIG // 5),
    "strings that scripts parse, without an end": b"<h1>Oak lamp</h1><script>"
    + b"JSON.parse('" * (BIG // 12)
    + b"</script>",
    "strings that scripts parse": b"<h1>Oak lamp</h1><script>"
    + b'JSON.parse("[\\"Oak lamp\\"]");' * (BIG // 32)
    + b"</script>",
    "a list of values that refer to each other": b"<h1>Oak lamp</h1><script>"
    + b'["Oak lamp",'
    + b'{"name":0,"price":2},[2,2,2,2,2,2],' * 80_000
    + b"1]</script>",
    "values that stand in themselves": b"<h1>Oak lamp</h1><script>"
    + b'["Oak lamp",{"name":0,"price":2},'
    + b"[1,2,1,2,1,2]," * 60_000
    + b"1]</script>",
    "hidden parts of cells": b"<h1>Oak</h1>" + (b"<tr><td>a<td>" + b"<span class='hidden'>" * 900) * 150,
    "currencies in Spanish": b"<html lang=es><h1>Oak</h1>" + b"currency" * (BIG // 8),
    "lines of stock": b"<h1>Oak</h1>" + b"<p class=stock>in stock until it is sold out</p>" * (BIG // 50),
    "a Nuxt function without an end": b'<h1>Oak lamp</h1><script>window.__NUXT__=(function(a){return {name:"Oak lamp"}}('
    + b"}(" * (BIG // 2)
    + b"</script>",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_page_made_to_keep_us_busy_is_answered_soon(bomb: bytes) -> None:
    start = time.perf_counter()
    assert isinstance(read(bomb, OFFER if b"__INIT_DATA" in bomb else URL), CollectedProduct)
    assert time.perf_counter() - start < SOON


MANY = " ".join(f"a{number}=1" for number in range(200))
BESIDE = [
    ("text behind it", f"<p>x</p><div {MANY}>b hello</div>", "x|b hello"),
    ("another tag behind it", f"<div {MANY}><p>y</p>", "y"),
    ("a tag that it never closed before", f"<div {MANY}<p>y</p>", "y"),
    ("words before the first tag that look like attributes", f"{MANY} 5 > 3<p>x</p>", f"{MANY} 5 > 3|x"),
]


@pytest.mark.parametrize(("page", "left"), [row[1:] for row in BESIDE], ids=[row[0] for row in BESIDE])
def test_what_stands_beside_a_tag_of_too_many_attributes_stays(page: str, left: str) -> None:
    body = Page(page.encode(), URL).tree.body
    assert body is not None
    assert body.text(separator="|", strip=True).split("|") == left.split("|")


def test_fifty_megabytes_are_not_read_to_their_end() -> None:
    start = time.perf_counter()
    extract(b"<p>" * 17_000_000, URL)
    assert time.perf_counter() - start < SOON


def test_even_a_fault_of_ours_becomes_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("collect.extract.Page", fault)
    assert extract(b"<h1>Lamp</h1>", URL).blocked is Blocked.NO_PRODUCT
