"""Whatever is wrong in one place of a product that shop software tells, the answer is none or the rest, never a fault."""
# ruff: noqa: E501 - pages are kept whole, one per line

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest

from collect.extract import read
from daifa.models.collected import CollectedProduct
from tests.builders.torn import WRONG, torn, trails

URL = "https://shop.example.com/products/shirt"
HEADING = "<!doctype html><title>Shirt | Shop</title><h1>Shirt</h1>"
# More that may stand anywhere: too much, too long, too deep, and what has the shape of something else.
MORE = [
    *WRONG,
    5,
    10**20,
    "5",
    "a" * 5_000,
    "http://[",
    [[[]]],
    [5],
    {"@value": []},
    {"name": 5},
    {"nodes": 5},
    {"edges": {}},
]

SHOPIFY: dict[str, Any] = {
    "id": 1, "title": "Shirt", "handle": "shirt", "vendor": "Testo", "body_html": "<p>Round</p>", "options": [{"name": "Size", "values": ["S", "L"]}],
    "images": [{"id": 7, "src": "https://img.example/1.jpg"}],
    "variants": [
        {"id": 41, "option1": "S", "sku": "S-S", "price": 2000, "compare_at_price": 4500, "available": True, "grams": 200, "image_id": 7, "barcode": "96385074"},
        {"id": 42, "option1": "L", "sku": "S-L", "price": "30.00", "compare_at_price": None, "inventory_quantity": 3, "inventory_management": "shopify"},
    ],
}  # fmt: skip
WOOCOMMERCE = [
    {"variation_id": 51, "sku": "W-51", "display_price": 20.0, "display_regular_price": 25.0, "is_in_stock": True, "max_qty": 3, "weight": "0.5 kg",
     "image": {"full_src": "/r.jpg"}, "attributes": {"attribute_pa_colour": "red"}},
    {"variation_id": 52, "sku": "W-52", "display_price": 30.0, "is_in_stock": False, "attributes": {"attribute_pa_colour": "blue"}},
]  # fmt: skip
OFFER = {"@type": "Offer", "price": "20.00", "priceCurrency": "EUR", "availability": "InStock", "url": "?variant=41"}
MARKED = {
    "@type": "ProductGroup", "name": "Shirt", "productGroupID": "SH", "variesBy": ["https://schema.org/size"], "brand": {"name": "Testo"},
    "image": [{"url": "/a.jpg"}], "additionalProperty": [{"name": "Material", "value": "Wool"}], "weight": {"value": 1, "unitCode": "KGM"},
    "hasVariant": [
        {"@type": "Product", "name": "Shirt S", "size": "S", "sku": "S-S", "offers": OFFER},
        {"@type": "Product", "name": "Shirt L", "size": "L", "sku": "S-L", "offers": [{**OFFER, "priceSpecification": [{"price": "30.00", "priceType": "ListPrice"}]}]},
    ],
}  # fmt: skip
NEXT = {
    "props": {
        "pageProps": {
            "product": {"name": "Shirt", "sku": "S-1", "price": "12.50", "currency": "EUR", "images": ["/a.jpg"]}
        }
    }
}
VIEWED = {
    "event": "view_item",
    "ecommerce": {
        "currencyCode": "EUR",
        "detail": {"products": [{"name": "Shirt", "id": 5, "brand": "Testo", "price": "5", "category": "a/b"}]},
    },
}


def marked(told: str) -> str:
    """A page with JSON-LD."""
    return f'{HEADING}<script type="application/ld+json">{told}</script>'


TOLD: list[tuple[str, Any, Callable[[str], str]]] = [
    ("a Shopify feed", {"product": SHOPIFY}, str),
    ("a Shopify feed of one", {"products": [SHOPIFY]}, str),
    ("a Shopify page", SHOPIFY, lambda told: f'{HEADING}<script type="application/json">{told}</script>'),
    ("a WooCommerce form", WOOCOMMERCE, lambda told: f'{HEADING}<form data-product_variations="{html.escape(told)}"><input name="variation_id" value="52">'),
    ("JSON-LD", MARKED, marked),
    ("JSON-LD of a list", {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": MARKED}]}, marked),
    ("Next.js", NEXT, lambda told: f'{HEADING}<script id="__NEXT_DATA__" type="application/json">{told}</script>'),
    ("a data layer", VIEWED, lambda told: f"{HEADING}<script>dataLayer.push({told});</script>"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "carried"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_a_product_torn_in_any_place_gets_an_answer(data: Any, carried: Callable[[str], str]) -> None:
    assert read(carried(json.dumps(data)).encode(), f"{URL}?variant=41").title == "Shirt"
    for trail in trails(data):
        for wrong in MORE:
            page = carried(json.dumps(torn(data, trail, wrong)))
            assert isinstance(read(page.encode(), f"{URL}?variant=41"), CollectedProduct), (trail, wrong)
