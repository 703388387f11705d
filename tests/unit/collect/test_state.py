"""The product that stands under its name in whatever state a page carries for its scripts."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import html
import json
from decimal import Decimal
from typing import Any

import pytest

from collect.extract import read
from collect.extraction import lenient_json, state
from collect.extraction.page import Page
from daifa.models.collected import Availability, CollectedProduct
from tests.builders.torn import WRONG, torn, trails

URL = "https://shop.example.com/p/copper-lamp"
LAMP: dict[str, Any] = {"name": "Copper Lamp", "price": "129.90", "currency": "EUR"}
IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK


def page(carried: str, shown: str = "", heading: str = "Copper Lamp") -> CollectedProduct:
    """The product of a page that carries this and shows people that."""
    body = f"<main><h1>{heading}</h1>{shown}<p>A lamp.</p></main>{carried}"
    return read(f"<!doctype html><title>{heading} | Shop</title>{body}".encode(), URL, "text/html; charset=utf-8")


def held(data: Any) -> str:
    """A script that assigns a state of which this is a part."""
    return f"<script>window.__STATE__ = {json.dumps({'page': {'id': 1, 'content': data}})};</script>"


def priced(shown: str = "", **fields: Any) -> Decimal | None:
    """The price of a lamp that is told with these fields and nothing else."""
    return page(held({"name": "Copper Lamp", **fields}), shown).price


CARRIERS = [
    ("in an assignment", held(LAMP)),
    ("in a script of JSON", f'<script type="application/json">{json.dumps({"a": [LAMP]})}</script>'),
    ("in an attribute", f'<div data-product="{html.escape(json.dumps(LAMP))}"></div>'),
    ("in an attribute with its quotes as numbers", f'<div data-product="{json.dumps(LAMP).replace(chr(34), "&#34;")}"></div>'),
    ("in an attribute between single quotes", f"<shop-lamp :product='{json.dumps(LAMP)}'></shop-lamp>"),
    ("with bare keys", "<script>var product = {id: 7, name: 'Copper Lamp', price: '129.90', currency: 'EUR'};</script>"),
    ("with bare keys around it", f"<script>init({{config: {{shop: 'x'}}, product: {json.dumps(LAMP)}}});</script>"),
    ("behind another object", f'<script>var a = {{"b": {{"name": "Shade", "price": "5.00"}}}}; var c = {json.dumps(LAMP)};</script>'),
    ("with its name told before elsewhere", f"<script>track('Copper Lamp', {{'page': 1}}); var c = {json.dumps(LAMP)};</script>"),
]  # fmt: skip


@pytest.mark.parametrize("carried", [row[1] for row in CARRIERS], ids=[row[0] for row in CARRIERS])
def test_a_product_is_found_by_its_name(carried: str) -> None:
    product = page(carried)
    assert (product.title, product.price, product.currency) == ("Copper Lamp", Decimal("129.90"), "EUR")
    assert product.sources["price"] == "state"


@pytest.mark.parametrize("name", ['Lamp "Kupfer" 5/8', "Lampe d’été en cuivre", "铜制台灯", "Lamp A&B"])
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as it is"])
def test_a_name_is_found_however_it_is_escaped(name: str, ascii_only: bool) -> None:
    told = json.dumps({**LAMP, "name": name}, ensure_ascii=ascii_only)
    product = page(f"<script>var state = {told};</script>", heading=html.escape(name, quote=False))
    assert (product.title, product.price) == (name, Decimal("129.90"))


def test_a_page_without_a_heading_is_called_what_its_title_says() -> None:
    body = f"<!doctype html><title>Copper Lamp | Shop</title><p>Welcome</p>{held(LAMP)}"
    product = read(body.encode(), URL)
    assert (product.title, product.price) == ("Copper Lamp", Decimal("129.90"))


AMOUNTS: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("a text", {"price": "129.90"}, "", "129.90"),
    ("a text with its sign", {"price": "€ 129,90"}, "", "129.90"),
    ("a number with cents", {"price": 129.9}, "", "129.9"),
    ("an object", {"price": {"amount": "129.90", "currencyCode": "EUR"}}, "", "129.90"),
    ("an object of objects", {"prices": {"sale": {"value": 129.9}}}, "", "129.9"),
    ("a list of one", {"offers": [{"price": "129.90"}]}, "", "129.90"),
    ("a list of two is none", {"offers": [{"price": "129.90"}, {"price": "99.90"}]}, "", None),
    ("what is paid now before what was asked", {"price": 159.9, "salePrice": 129.9}, "", "129.9"),
    ("counted in cents with its places", {"price": {"centAmount": 12990, "fractionDigits": 2, "currencyCode": "EUR"}}, "", "129.90"),
    ("counted in cents without", {"price": {"centAmount": 12990}}, "", "129.90"),
    ("counted in a money without cents", {"price": {"centAmount": 12990, "fractionDigits": 0, "currencyCode": "JPY"}}, "", "12990"),
    ("no cents at all", {"price": {"centAmount": 0}}, "", None),
    ("cents that are less than nothing", {"price": {"centAmount": -12990}}, "", None),
    ("cents that are no number", {"price": {"centAmount": True}}, "", None),
    ("places that are none", {"price": {"centAmount": 12990, "fractionDigits": 99}}, "", "129.90"),
    ("more cents than there is money", {"price": {"centAmount": 10**40}}, "", None),
    ("a whole number that the page shows", {"price": 129}, "<p>€ 129.00</p>", "129"),
    ("a whole number whose hundredth the page shows", {"price": 12990}, "<p>€ 129.90</p>", "129.90"),
    ("a whole number that the page shows nowhere", {"price": 12990}, "", None),
    ("a whole number in a text that the page shows nowhere", {"price": "12990"}, "", None),
    ("a whole number in a text that the page shows", {"price": "129"}, "<p>€ 129.00</p>", "129"),
    ("a whole number with a point that the page shows nowhere", {"price": 129.0}, "", None),
    ("a fraction near another that the page shows, so that it is without tax", {"price": 107.35}, "<i>€ 129.90</i>", None),
    ("a fraction beside a rate that the page shows", {"price": 129.90}, "<i>€ 11.90</i>", "129.90"),
    ("a range", {"price": "€ 99.00 - € 129.00"}, "", None),
    ("nothing", {"price": 0}, "", None),
    ("less than nothing", {"price": -12.9}, "", None),
    ("yes", {"price": True}, "<p>€ 1.00</p>", None),
    ("more than there is", {"price": 1e300}, "<p>€ 1.00</p>", None),
    ("words", {"price": "on request"}, "", None),
    ("too deep", {"price": {"value": {"value": {"value": {"value": "129.90"}}}}}, "", None),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "shown", "price"), [row[1:] for row in AMOUNTS], ids=[row[0] for row in AMOUNTS])
def test_an_amount_in_any_form_is_read_and_an_ambiguous_one_is_none(
    fields: dict[str, Any], shown: str, price: str | None
) -> None:
    product = page(held({"name": "Copper Lamp", **fields}), shown)
    told = product.price if product.sources.get("price") == "state" else None
    assert told == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("before", "told"), [("159.00", Decimal("159.00")), ("129.90", None), ("99.00", None), (None, None), ([], None)]
)
def test_the_price_of_before_is_one_only_if_it_is_higher(before: Any, told: Decimal | None) -> None:
    assert page(held({**LAMP, "compareAtPrice": before})).list_price == told


OTHERS = [
    ("called something else", held({**LAMP, "name": "Copper Lamp Shade"})),
    ("the name in a field that names nothing", held({"alt": "Copper Lamp", "price": "129.90"})),
    ("the name within a sentence", held({"name": "Shade", "text": "Fits the Copper Lamp", "price": "5.00"})),
    ("a product that holds the page's as related", held({"name": "Shade", "price": "5.00", "related": [{"name": "Copper Lamp"}]})),
    ("a name that another object has beside it", held([{"name": "Copper Lamp"}, {"name": "Shade", "price": "5.00"}])),
    ("the name without an object", "<script>var titles = ['Copper Lamp', 'Shade']; var price = '5.00';</script>"),
    ("an object that is torn", f"<script>var state = {json.dumps(LAMP)[:-12]}</script>"),
    ("no price anywhere", held({"name": "Copper Lamp", "sku": "L-1"})),
]  # fmt: skip


@pytest.mark.parametrize("carried", [row[1] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_what_is_not_the_pages_product_has_no_say(carried: str) -> None:
    product = page(carried)
    assert (product.price, product.list_price, product.variants) == (None, None, ())


def test_of_two_products_of_one_name_the_first_with_a_price_is_taken() -> None:
    assert page(held([{"name": "Copper Lamp", "url": "/p"}, {**LAMP, "price": "119.90"}, LAMP])).price == Decimal(
        "119.90"
    )


def test_where_amounts_in_markup_settle_the_price_no_state_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "find", lambda _: pytest.fail("looked"))
    offer = {"@type": "Offer", "price": "12.50", "priceCurrency": "EUR"}
    marked = json.dumps({"@type": "Product", "name": "Copper Lamp", "offers": offer})
    assert page(f'<script type="application/ld+json">{marked}</script>{held(LAMP)}').price == Decimal("12.50")


def node(number: int, size: str, price: str, before: str | None, stock: int) -> dict[str, Any]:
    """A variant as storefronts tell it."""
    return {
        "id": f"gid://shopify/ProductVariant/{number}", "sku": f"L-{size}", "barcode": "4006381333931", "availableForSale": stock > 0,
        "quantity": stock, "price": {"amount": price, "currencyCode": "EUR"}, "image": {"url": f"//img.example/{size}.jpg"},
        "compareAtPrice": before and {"amount": before, "currencyCode": "EUR"},
        "selectedOptions": [{"name": "Size", "value": size}],
    }  # fmt: skip


SMALL, LARGE = node(41, "S", "129.90", "159.00", 4), node(42, "L", "189.90", None, 0)
STOREFRONT = {
    "title": "Copper Lamp", "handle": "copper-lamp", "vendor": "Testo", "availableForSale": True, "tags": ["lamp"],
    "selectedVariant": LARGE, "variants": {"nodes": [SMALL, LARGE]},
}  # fmt: skip
GRAPHS: list[Any] = [{"nodes": [SMALL, LARGE]}, {"edges": [{"node": SMALL}, {"node": LARGE}]}, [SMALL, LARGE]]


@pytest.mark.parametrize("variants", GRAPHS, ids=["nodes", "edges", "a list"])
def test_a_storefronts_product_is_read_whole(variants: Any) -> None:
    product = page(held({"product": {**STOREFRONT, "variants": variants}}))
    assert (product.title, product.brand, product.currency, product.availability) == ("Copper Lamp", "Testo", "EUR", IN)
    assert (product.price, product.sku, product.gtin) == (Decimal("189.90"), "L-L", "4006381333931")
    assert [(option.name, option.values) for option in product.options] == [("Size", ("S", "L"))]
    assert [(v.options, v.key, v.sku, v.price, v.list_price, v.stock, v.availability, v.image) for v in product.variants] == [
        ({"Size": "S"}, "41", "L-S", Decimal("129.90"), Decimal("159.00"), 4, IN, "https://img.example/S.jpg"),
        ({"Size": "L"}, "42", "L-L", Decimal("189.90"), None, 0, OUT, "https://img.example/L.jpg"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        STOREFRONT,
        {**STOREFRONT, "variants": GRAPHS[1]},
        {**LAMP, "offers": [{"price": {"centAmount": 12990}}], "brand": {"name": "Testo"}},
    ],
)
def test_whatever_is_wrong_in_a_product_no_price_is_made_up_of_it(data: dict[str, Any]) -> None:
    told = {None, Decimal("129.90"), Decimal("189.90")}
    for trail in trails(data):
        for wrong in WRONG:
            assert page(held({"product": torn(data, trail, wrong)})).price in told, (trail, wrong)


def test_a_product_whose_variants_alone_tell_prices_has_their_span() -> None:
    rows = [
        {"id": n, "price": price, "selectedOptions": [{"name": "Size", "value": n}]}
        for n, price in (("S", "9.90"), ("L", "12.90"))
    ]
    product = page(held({"name": "Copper Lamp", "variants": rows}))
    assert product.price_range is not None
    assert (product.price, product.price_range.high) == (Decimal("9.90"), Decimal("12.90"))


def test_variants_that_nothing_tells_apart_are_none() -> None:
    assert page(held({**LAMP, "variants": [{"id": 1, "price": "9.90"}, {"id": 2, "price": "12.90"}]})).variants == ()


STATES: list[tuple[dict[str, Any], Availability, int | None]] = [
    ({"inStock": True}, IN, None),
    ({"available": False}, OUT, None),
    ({"soldOut": True}, OUT, None),
    ({"isOutOfStock": False}, IN, None),
    ({"availability": "https://schema.org/OutOfStock"}, OUT, None),
    ({"stock_status": "instock"}, IN, None),
    ({"stock": 7}, IN, 7),
    ({"quantity": 0}, OUT, 0),
    ({"inStock": False, "stock": 7}, OUT, 7),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "availability", "stock"), STATES)
def test_what_the_state_says_of_the_stock_is_believed(
    fields: dict[str, Any], availability: Availability, stock: int | None
) -> None:
    product = page(held({**LAMP, **fields}))
    assert (product.availability, product.stock, product.sources["availability"]) == (availability, stock, "state")


# --- what it may cost ------------------------------------------------------------------------------------------------------

FILLING = "x" * state.LARGEST


def test_a_product_in_an_object_as_large_as_a_state_is_found_inside_it() -> None:
    assert page(held({"product": LAMP, "rest": FILLING})).price == Decimal("129.90")


def test_a_product_that_is_as_large_as_a_state_itself_is_read() -> None:
    assert page(held({**LAMP, "description": FILLING})).price == Decimal("129.90")


def test_around_an_object_as_large_as_a_state_no_product_is_looked_for() -> None:
    inner = {"rest": FILLING, "texts": {"heading": "Copper Lamp"}}
    outer = json.dumps({"product": {"a": inner, "name": "Copper Lamp", "price": "129.90"}})
    assert outer.index("heading") < outer.index('"name"')
    found = list(state._around(outer, outer.index("Copper Lamp"), state.Budget()))
    assert [sorted(each) for each in found] == [["heading"], ["rest", "texts"]]


def counted(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> list[int]:
    """A list that grows with every call of a function."""
    calls: list[int] = []
    real = getattr(where, name)

    def call(*told: Any) -> Any:
        calls.append(1)
        return real(*told)

    monkeypatch.setattr(where, name, call)
    return calls


BRACES = [
    ("thousands of braces before the name", "<script>var a = '" + "{" * 50_000 + "Copper Lamp';</script>"),
    ("thousands of objects before the name", "<script>var a = [" + '{"a": 1},' * 20_000 + "'Copper Lamp'];</script>"),
    ("objects in objects around the name", "<script>var a = " + '{"a":' * 5_000 + '"Copper Lamp"' + "}" * 5_000 + ";</script>"),
    ("the name thousands of times", "<script>var a = {" + "'Copper Lamp': {b: 1}," * 20_000 + "};</script>"),
    ("bare keys around the name", "<script>var a = " + "{a: " * 5_000 + "'Copper Lamp'" + "}" * 5_000 + ";</script>"),
    ("many scripts", "<script>var a = {b: {c: ['Copper Lamp', 1]}};</script>" * 2_000),
    ("many attributes", "<i data-a='{\"b\": {\"c\": \"Copper Lamp\"}}'></i>" * 5_000),
]  # fmt: skip


@pytest.mark.parametrize("carried", [row[1] for row in BRACES], ids=[row[0] for row in BRACES])
def test_a_page_made_to_keep_us_busy_is_given_up_soon(carried: str, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = counted(monkeypatch, state, "_object")
    literals = counted(monkeypatch, lenient_json, "literal")
    assert state.find(Page(f"<title>Copper Lamp | Shop</title><h1>Copper Lamp</h1>{carried}".encode(), URL)) is None
    assert len(starts) <= state.MOST_STARTS
    assert len(literals) <= state.MOST_LITERALS


def test_no_more_characters_are_read_than_a_few_states_have(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = counted(monkeypatch, state, "_object")
    deep = "{'" + '{"a":"' + "x" * 900_000 + '","b":' + '[{"c":"Copper Lamp"}]' + "}"
    page(f"<script>var a = [{deep * 3}];</script>")
    assert len(starts) < 10


def test_no_object_is_read_twice_though_the_name_stands_in_it_often(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = counted(monkeypatch, state, "_object")
    rows = [{"alt": name} for name in ("Copper Lamp", "Copper Lamp | Shop") * 3]
    script = f"<script>var a = {json.dumps({'rows': rows})};</script>"
    assert state.find(Page(f"<title>Copper Lamp | Shop</title><h1>Copper Lamp</h1>{script}".encode(), URL)) is None
    assert len(starts) == len(rows) + 1


NUMBERED = [
    ("a number as one", '{"productId": 14283361, "productPrice": {"current": {"value": 31.5}, "currency": "GBP"}}', "31.5"),
    ("a number as a word", '{"id": "14283361", "price": "31.50", "currency": "GBP"}', "31.50"),
    ("another product's", '{"id": "99999999", "price": "31.50", "currency": "GBP"}', None),
    ("something else that has it", '{"image": "14283361", "price": "31.50", "currency": "GBP"}', None),
]  # fmt: skip


@pytest.mark.parametrize(("data", "price"), [row[1:] for row in NUMBERED], ids=[row[0] for row in NUMBERED])
def test_a_product_may_be_told_by_the_number_of_the_pages_address_alone(data: str, price: str | None) -> None:
    html = f"<title>Copper Lamp</title><h1>Copper Lamp</h1><button>Add to cart</button><script>var stock = '{data}';</script>"
    product = read(html.encode(), "https://shop.example.com/copper/prd/14283361")
    assert product.price == (Decimal(price) if price else None)
    assert product.title in ("Copper Lamp", None)


def test_on_a_page_without_any_name_it_is_the_number_that_tells_the_product() -> None:
    data = {"id": "prod5980332", "onlySkuId": "8214477", "sku": "8214477", "displayName": "Fridge 342", "brand": "Frio",
            "prices": [{"originalPrice": "249.990", "symbol": "$ "}, {"label": "Normal", "originalPrice": "379.990"}]}  # fmt: skip
    html = f"<div><b>$ 219.990</b></div><script>var config = {json.dumps({'state': data})};</script>"
    product = read(html.encode(), "https://www.shop.cl/product/8214477")
    assert (product.title, product.price, product.brand) == ("Fridge 342", Decimal(249990), "Frio")


LISTS = [
    ("the lowest first", [{"originalPrice": "62,30 €"}, {"originalPrice": "89,00 €"}], "62.30"),
    ("the lowest last: which of them is asked nothing tells", [{"originalPrice": "89,00 €"}, {"originalPrice": "62,30 €"}], None),
    ("one", [{"value": "62,30 €"}], "62.30"),
    ("too many", [{"value": "62,30 €"}] * 9, None),
]  # fmt: skip


@pytest.mark.parametrize(("told", "price"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_of_a_list_of_prices_the_first_counts_if_it_is_the_lowest(told: list[Any], price: str | None) -> None:
    assert priced(prices=told) == (Decimal(price) if price else None)
