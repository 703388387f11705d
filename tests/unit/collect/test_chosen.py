"""Which of a product's variants a page shows, and what of it becomes the product's."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import html
import json
from decimal import Decimal
from typing import Any

import pytest

from collect.extract import read
from daifa.models.collected import Availability, CollectedProduct, PriceRange

URL = "https://shop.example.com/products/shirt"
IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK
CHEAP, DEAR = Decimal("20.00"), Decimal("30.00")


def page(body: str, query: str = "") -> CollectedProduct:
    """The product of a page whose address asks for this."""
    return read(f"<!doctype html><title>Shirt | Shop</title><h1>Shirt</h1>{body}".encode(), f"{URL}{query}")


def marked(size: str, price: str, key: int, state: str = "InStock", **more: Any) -> dict[str, Any]:
    """A variant as JSON-LD tells it."""
    offer = {
        "@type": "Offer",
        "price": price,
        "priceCurrency": "EUR",
        "availability": state,
        "url": f"{URL}?variant={key}",
    }
    return {"@type": "Product", "name": f"Shirt {size}", "size": size, "sku": f"S-{size}", "offers": offer, **more}


SMALL, LARGE = (
    marked("S", "20.00", 41, gtin13="4006381333931"),
    marked("L", "30.00", 42, "OutOfStock", gtin13="96385074"),
)


def group(*variants: dict[str, Any]) -> str:
    """A page's markup of a product with these variants."""
    data = {
        "@type": "ProductGroup",
        "name": "Shirt",
        "productGroupID": "SH",
        "variesBy": "https://schema.org/size",
        "hasVariant": variants,
    }
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def hidden(name: str, value: str) -> str:
    """A form that puts this into the cart."""
    return f'<form action="/cart/add"><input type="hidden" name="{name}" value="{value}"></form>'


SHIRTS = group(SMALL, LARGE)
CHOSEN = [
    ("the address names its key", SHIRTS, "?variant=42"),
    ("the address names its key among others", SHIRTS, "?utm_source=x&Variant=42&id=7"),
    ("the address names its code", SHIRTS, "?sku=S-L"),
    ("the address names its code in other letters", SHIRTS, "?SKU=s-l"),
    ("the form has its key in a hidden field", SHIRTS + hidden("id", "42"), ""),
    ("the form has its key in a field without quotes", SHIRTS + "<input name=id type=hidden value=42>", ""),
    ("the form has its key among empty ones", SHIRTS + hidden("id", "") + hidden("id", "42"), ""),
    ("the form has it picked", SHIRTS + '<select name="id"><option value="41">S</option><option value="42" selected>L</option></select>', ""),
    ("the address before the form", SHIRTS + hidden("id", "41"), "?variant=42"),
    ("the form where the address names another page's", SHIRTS + hidden("id", "42"), "?variant=99"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "query"), [row[1:] for row in CHOSEN], ids=[row[0] for row in CHOSEN])
def test_a_page_that_shows_a_variant_has_its_price_stock_and_codes(body: str, query: str) -> None:
    product = page(body, query)
    assert (product.price, product.availability, product.sku, product.gtin) == (DEAR, OUT, "S-L", "96385074")
    assert product.price_range == PriceRange(low=CHEAP, high=DEAR)
    assert (product.currency, product.sources["price"], len(product.variants)) == ("EUR", "json_ld", 2)


TWINS = group(SMALL, {**LARGE, "sku": "S-S"})
NONE = [
    ("nothing", SHIRTS, ""),
    ("an empty choice", SHIRTS + hidden("id", ""), "?variant="),
    ("a variant that is none of these", SHIRTS + hidden("id", "99"), "?variant=98"),
    ("a code that two have", TWINS, "?sku=S-S"),
    ("two forms with one each", SHIRTS + hidden("id", "41") + hidden("id", "42"), ""),
    ("the product's own number", SHIRTS, "?id=42"),
    ("a field of another name", SHIRTS + hidden("quantity", "42") + hidden("product_id", "42"), ""),
    ("a choice that nobody made", SHIRTS + '<select name="id"><option value="41">S</option><option value="42">L</option></select>', ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "query"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_where_nothing_tells_one_variant_from_the_others_none_is_chosen(body: str, query: str) -> None:
    product = page(body, query)
    assert (product.price, product.availability, product.sku, product.gtin) == (CHEAP, IN, "SH", None)
    assert product.price_range == PriceRange(low=CHEAP, high=DEAR)


def test_an_only_variant_is_the_product_whatever_the_address_asks_for() -> None:
    assert page(group(SMALL), "?variant=42").price == CHEAP


# --- WooCommerce -----------------------------------------------------------------------------------------------------------


def variation(number: int, price: float, before: float | None = None, **chosen: str) -> dict[str, Any]:
    """A row of a WooCommerce form."""
    return {
        "variation_id": number, "sku": f"W-{number}", "display_price": price, "display_regular_price": before or price, "is_in_stock": number != 52,
        "attributes": {f"attribute_pa_{name}": value for name, value in chosen.items()},
    }  # fmt: skip


def form(rows: list[dict[str, Any]], *fields: str) -> str:
    """A WooCommerce form with these fields."""
    return f'<p>€ 1,00</p><form class="variations_form" data-product_variations="{html.escape(json.dumps(rows))}">{"".join(fields)}</form>'


def select(name: str, *values: str, picked: str = "") -> str:
    """A choice with one of its values picked."""
    options = "".join(
        f'<option value="{each}"{" selected=selected" if each == picked else ""}>{each}</option>' for each in values
    )
    return f'<select id="{name}" name="attribute_pa_{name}"><option value="">Choose</option>{options}</select>'


ROWS = [
    variation(51, 20.0, colour="dark-red", size="s"),
    variation(52, 30.0, 45.0, colour="dark-red", size="l"),
    variation(53, 25.0, colour="blue", size="l"),
]
COLOURS, SIZES = ("dark-red", "blue"), ("s", "l")
FORMS = [
    ("by both choices", form(ROWS, select("colour", *COLOURS, picked="dark-red"), select("size", *SIZES, picked="l")), "", "W-52"),
    ("by the address", form(ROWS), "?attribute_pa_colour=Dark%20Red&attribute_pa_size=L", "W-52"),
    ("by choices that are names", form([variation(51, 20.0, colour="Red"), variation(52, 30.0, 45.0, colour="Dark Red")], select("colour", "Red", "Dark Red", picked="Dark Red")), "", "W-52"),
    ("by its number in the form", form(ROWS, hidden("variation_id", "53")), "", "W-53"),
    ("by its number in the address", form(ROWS), "?variation_id=53", "W-53"),
    ("by one choice of two", form(ROWS, select("colour", *COLOURS, picked="blue"), select("size", *SIZES)), "", None),
    ("by choices that no variant has together", form(ROWS, select("colour", *COLOURS, picked="blue"), select("size", *SIZES, picked="s")), "", None),
    ("by nothing picked", form(ROWS, select("colour", *COLOURS), select("size", *SIZES), hidden("variation_id", "")), "", None),
    ("by the number zero that stands for none", form(ROWS, hidden("variation_id", "0")), "", None),
    ("by a choice that fits two", form([*ROWS, variation(54, 26.0, colour="blue", size="l")], select("colour", *COLOURS, picked="blue"), select("size", *SIZES, picked="l")), "", None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "query", "sku"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_a_woocommerce_variation_is_chosen(body: str, query: str, sku: str | None) -> None:
    product = page(body, query)
    chosen = {"W-52": (DEAR, Decimal(45), OUT), "W-53": (Decimal(25), None, IN), None: (CHEAP, None, IN)}
    assert (product.price, product.list_price, product.availability) == chosen[sku]
    assert (product.sku, product.price_range) == (sku, PriceRange(low=CHEAP, high=DEAR))
    assert product.currency == "EUR"


# --- what of the chosen one counts -----------------------------------------------------------------------------------------

FEED: dict[str, Any] = {
    "title": "Shirt", "handle": "shirt", "vendor": "Testo", "options": ["Size"], "images": [],
    "variants": [
        {"id": 41, "option1": "S", "sku": "S-S", "price": 2000, "compare_at_price": 4500, "available": True, "barcode": "4006381333931"},
        {"id": 42, "option1": "L", "sku": "S-L", "price": 3000, "compare_at_price": None, "available": False, "barcode": ""},
        {"id": 43, "option1": "XL", "sku": "S-XL", "price": 3500, "compare_at_price": 5000, "available": True, "barcode": "96385074"},
    ],
}  # fmt: skip
STATE = f'<script type="application/json">{json.dumps(FEED)}</script>'
OLD = [
    ("?variant=41", CHEAP, Decimal(45)),
    ("?variant=42", DEAR, None),
    ("?variant=43", Decimal(35), Decimal(50)),
    ("", CHEAP, Decimal(45)),
]


@pytest.mark.parametrize(("query", "price", "before"), OLD)
def test_the_price_of_before_is_the_chosen_variants_own(query: str, price: Decimal, before: Decimal | None) -> None:
    product = page(STATE, query)
    assert (product.price, product.list_price) == (price, before)
    assert product.price_range == PriceRange(low=CHEAP, high=Decimal(35))


def test_codes_that_the_chosen_variant_has_not_stay_untold() -> None:
    assert page(STATE, "?variant=42").gtin is None
    assert page(STATE, "?variant=43").gtin == "96385074"


def test_what_a_better_source_says_is_not_the_chosen_variants_to_change() -> None:
    data = {**FEED, "variants": [{**each, "sku": ""} for each in FEED["variants"]]}
    product = page(f'<script type="application/json">{json.dumps(data)}</script>{SHIRTS}', "?variant=42")
    assert (product.price, product.sources["price"], product.sources["variants"]) == (
        DEAR,
        "shopify_json",
        "shopify_json",
    )


def test_without_a_price_of_its_own_the_chosen_variant_leaves_the_products() -> None:
    bare = {**LARGE, "offers": {"@type": "Offer", "availability": "OutOfStock", "url": f"{URL}?variant=42"}}
    product = page(group(SMALL, bare), "?variant=42")
    assert (product.price, product.availability, product.sku) == (CHEAP, OUT, "S-L")


def test_of_more_fields_than_forms_have_the_first_count() -> None:
    many = "".join(f'<input name="attribute_{number}" value="x">' for number in range(40))
    assert page(SHIRTS + hidden("id", "42") + many).price == DEAR
    assert page(SHIRTS + many + hidden("id", "42")).price == CHEAP


def test_the_picture_of_the_chosen_variant_comes_first() -> None:
    small = {**SMALL, "image": "https://cdn.example/small.jpg"}
    large = {**LARGE, "image": "https://cdn.example/large.jpg"}
    assert page(group(small, large)).images[0] == "https://cdn.example/small.jpg"
    assert page(group(small, large), "?variant=42").images[0] == "https://cdn.example/large.jpg"
