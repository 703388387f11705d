"""HTML lets one thing be written in many ways; a product reads the same in each."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from collect.extract import extract
from daifa.models.collected import Availability, CollectedProduct

URL = "https://shop.example/p/lamp"
MARKED = """<html lang="en"><head><title>Desk lamp - Shop</title></head><body>
<ul class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/lamps">Lamps</a></li></ul>
<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Desk lamp</h1>
<img itemprop="image" src="/lamp.jpg"><p itemprop="description">Bends in three places.</p>
<p itemprop="brand" itemscope itemtype="https://schema.org/Brand"><span itemprop="name">Lumo</span></p>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" content="EUR">
<span itemprop="price" content="39.90">39.90</span><link itemprop="availability" href="https://schema.org/InStock"></div>
<div class="prices"><del class="price">49.90 EUR</del></div>
<table><tr><td>Material</td><td>Steel</td></tr><tr><td>SKU</td><td>LU-1204</td></tr></table>
<dl><dt>Weight</dt><dd>500 g</dd></dl><ul><li>Cable: 2 m</li></ul></div></body></html>"""
SHOWN = """<html lang="en"><head><title>Desk lamp - Shop</title></head><body><h1>Desk lamp</h1>
<div class="gallery"><img src="/lamp.jpg"></div><div class="product-detail"><span class="price">EUR 39.90</span>
<p class="stock">In stock</p><button type="submit">Add to cart</button></div>
<table><tr><td>Brand</td><td>Lumo</td></tr><tr><td>SKU</td><td>LU-1204</td></tr><tr><td>Material</td><td>Steel</td></tr></table>
</body></html>"""
AMAZON = """<html lang="de"><body><div id="ppd"><span id="productTitle">Desk lamp</span><a id="bylineInfo" href="/b">Marke: Lumo</a>
<span id="priceblock_ourprice" class="price">39,90 €</span><div id="availability"><span>Auf Lager.</span></div>
<input id="add-to-cart-button" type="submit"><img id="landingImage" src="https://img.shop.example/lamp.jpg"></div></body></html>"""
PAGES = {
    "marked up": (MARKED, URL),
    "only shown": (SHOWN, URL),
    "Amazon's": (AMAZON, "https://www.amazon.de/dp/B0ABCDEF12"),
}

SPELLINGS: dict[str, Callable[[str], str]] = {
    "single quotes": lambda html: re.sub(r'="([^"]*)"', r"='\1'", html),
    "no quotes": lambda html: re.sub(r'="([\w./:-]+)"', r"=\1", html),
    "capitals": lambda html: re.sub(r"<(/?)(\w+)", lambda tag: f"<{tag[1]}{tag[2].upper()}", html),
    "properties in camel case": lambda html: html.replace("itemprop", "itemProp").replace("itemtype", "itemType").replace("itemscope", "itemScope"),
    "no end tags where none are needed": lambda html: re.sub(r"</(?:li|td|tr|dd|dt|body|html)>", "", html),
    "closed void elements": lambda html: re.sub(r"<(img|meta|link|input)([^>]*)>", r"<\1\2 />", html),
    "comments everywhere": lambda html: re.sub(r"(</\w+>)", r"\1<!-- <p class='price'>1.00 EUR</p> -->", html),
    "lines": lambda html: html.replace(" ", "\n").replace("\nEUR", " EUR").replace("EUR\n", "EUR "),
    "spaces in tags": lambda html: re.sub(r"<(\w+)([^>]*)>", r"<\1\2  >", html),
    "a script in between": lambda html: html.replace("</h1>", "</h1><script>var price = '1.00 EUR', brand = 'None';</script>"),
}  # fmt: skip


def facts(product: CollectedProduct) -> dict[str, object]:
    """What is told, without how it was written."""
    told = product.model_dump(exclude={"description"})
    return told | {"said": re.sub(r"<[^>]+>|\s", "", product.description or "")}


@pytest.mark.parametrize("respell", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize(("html", "url"), PAGES.values(), ids=PAGES.keys())
def test_a_page_says_the_same_in_every_spelling(html: str, url: str, respell: Callable[[str], str]) -> None:
    assert respell(html) != html or "itemprop" not in html
    assert facts(extract(respell(html).encode(), url)) == facts(extract(html.encode(), url))


def test_the_pages_say_what_they_are_made_to_say() -> None:
    marked, shown, amazon = (extract(html.encode(), url) for html, url in PAGES.values())
    for product in (marked, shown, amazon):
        assert (product.title, product.price, product.currency) == ("Desk lamp", Decimal("39.90"), "EUR")
        assert (product.brand, product.availability) == ("Lumo", Availability.IN_STOCK)
    assert (marked.list_price, marked.sku, marked.weight_grams) == (Decimal("49.90"), "LU-1204", Decimal(500))
    assert marked.category_path == ("Lamps",)
    assert marked.attributes == {"Material": "Steel", "Cable": "2 m"}
    assert shown.images == ("https://shop.example/lamp.jpg",)


@pytest.mark.parametrize(
    "kind",
    ["http://data-vocabulary.org/Product", "Product", "https://schema.org/Product", "//schema.org/IndividualProduct"],
)
def test_a_product_is_one_whatever_vocabulary_its_type_names(kind: str) -> None:
    html = f'<div itemscope itemtype="{kind}"><h1 itemprop="name">Lamp</h1><b itemprop="sku">LU-1204</b></div>'
    product = extract(html.encode(), URL)
    assert (product.title, product.sku, product.sources.get("sku")) == ("Lamp", "LU-1204", "microdata")


def test_the_heading_row_of_a_table_is_no_attribute() -> None:
    html = "<h1>Lamp</h1><table><tr><th>Specification</th><th>Value</th></tr><tr><th>Material</th><td>Steel</td></tr></table>"
    page = f'<script type="application/ld+json">{{"@type": "Product", "name": "Lamp"}}</script>{html}'
    assert extract(page.encode(), URL).attributes == {"Material": "Steel"}
