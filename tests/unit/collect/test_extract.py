"""What is read from each place on a page, and who wins when places disagree."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from collect.extract import extract
from daifa.models.collected import Availability, CollectedProduct, CollectedTier

URL = "https://shop.example.de/p/lamp"


def page(body: str, head: str = "", url: str = URL, lang: str = "") -> CollectedProduct:
    """The product of a page made of these parts."""
    html = f'<!doctype html><html lang="{lang}"><head><title>Lamp | Shop</title>{head}</head><body>{body}</body></html>'
    return extract(html.encode(), url, "text/html; charset=utf-8")


def ld(data: Any) -> str:
    """A JSON-LD script."""
    return f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'


OFFER = {"@type": "Offer", "price": "12.50", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}
LAMP = {"@context": "https://schema.org", "@type": "Product", "name": "Lamp", "sku": "L-1", "offers": OFFER}


@pytest.mark.parametrize(
    "script",
    [
        ld(LAMP),
        ld([{"@type": "WebSite"}, LAMP]),
        ld({"@context": "https://schema.org", "@graph": [{"@type": "BreadcrumbList"}, LAMP]}),
        ld({**LAMP, "@type": ["Product", "Thing"]}),
        ld({**LAMP, "@type": "http://schema.org/Product"}),
        ld({"@type": "WebPage", "mainEntity": LAMP}),
        ld("<!--\n" + json.dumps(LAMP) + "\n-->"),
        ld("//<![CDATA[\n" + json.dumps(LAMP) + "\n//]]>"),
        ld(json.dumps(LAMP) + ";"),
        ld(json.dumps(LAMP)[:-1] + ",}"),
        ld(json.dumps({**LAMP, "description": "a"}).replace('"a"', '"a\tb\nc\x01"')),
        ld({**LAMP, "offers": {"@id": "#offer"}}) + ld({"@id": "#offer", **OFFER}),
        ld("{broken") + ld(LAMP),
        '<script type="Application/LD+JSON">' + json.dumps(LAMP) + "</script>",
    ],
    ids=["plain", "array", "graph", "two types", "full type", "inside a page", "comment", "cdata", "semicolon", "comma",
         "control characters", "reference", "after a broken one", "odd type"],
)  # fmt: skip
def test_json_ld_is_read_in_all_the_forms_pages_have(script: str) -> None:
    product = page("<h1>Lamp</h1>", script)
    assert (product.title, product.price, product.currency) == ("Lamp", Decimal("12.50"), "EUR")
    assert (product.sku, product.availability) == ("L-1", Availability.IN_STOCK)
    assert product.sources["price"] == "json_ld"


@pytest.mark.parametrize(
    ("offers", "price", "high", "availability"),
    [
        ({"@type": "AggregateOffer", "lowPrice": 10, "highPrice": "15.5", "priceCurrency": "EUR"}, "10", "15.5", None),
        ([{**OFFER, "price": 9}, {**OFFER, "price": 11, "availability": "OutOfStock"}], "9", "11", "InStock"),
        ({**OFFER, "availability": "http://schema.org/OutOfStock"}, "12.50", None, "OutOfStock"),
        ({**OFFER, "availability": "PreOrder"}, "12.50", None, "PreOrder"),
        ({"@type": "Offer", "priceSpecification": {"price": "12.50", "priceCurrency": "EUR"}}, "12.50", None, None),
        (
            {"@type": "Offer", "priceSpecification": [
                {"@type": "UnitPriceSpecification", "priceType": "https://schema.org/ListPrice", "price": 20, "priceCurrency": "EUR"},
                {"@type": "UnitPriceSpecification", "price": 12.5, "priceCurrency": "EUR"},
            ]}, "12.5", None, None,
        ),
        ({"@type": "AggregateOffer", "priceCurrency": "EUR", "offers": [{**OFFER, "price": 8}, {**OFFER, "price": 9}]}, "8", "9", "InStock"),
    ],
    ids=["range", "two offers, one out", "out", "pre-order", "specification", "struck specification", "offers inside an aggregate"],
)  # fmt: skip
def test_offers_in_every_shape_give_price_range_and_stock(
    offers: Any, price: str, high: str | None, availability: str | None
) -> None:
    product = page("<h1>Lamp</h1>", ld({**LAMP, "offers": offers}))
    assert product.price == Decimal(price)
    assert (product.price_range.high if product.price_range else None) == (Decimal(high) if high else None)
    if availability:
        assert product.availability == Availability(availability)


def test_a_struck_price_in_markup_is_the_list_price() -> None:
    rules = [{"priceType": "StrikethroughPrice", "price": 20}, {"price": 12.5}]
    product = page("<h1>Lamp</h1>", ld({**LAMP, "offers": {"priceCurrency": "EUR", "priceSpecification": rules}}))
    assert (product.price, product.list_price) == (Decimal("12.5"), Decimal(20))


def test_variants_of_a_product_group_keep_their_own_price_stock_code_and_picture() -> None:
    group = {
        "@type": "ProductGroup", "name": "Shirt", "productGroupID": "S", "variesBy": ["https://schema.org/size"],
        "hasVariant": [
            {"@type": "Product", "name": "Shirt M", "size": "M", "sku": "S-M", "gtin13": "4006381333931", "image": "/m.jpg",
             "offers": {"price": 10, "priceCurrency": "EUR", "availability": "InStock"}},
            {"@type": "Product", "name": "Shirt L", "size": "L", "sku": "S-L", "gtin13": "4006381333932",
             "offers": {"price": 12, "priceCurrency": "EUR", "availability": "OutOfStock"}},
        ],
    }  # fmt: skip
    product = page("<h1>Shirt</h1>", ld(group))
    assert (product.title, product.price, product.currency, product.sku) == ("Shirt", Decimal(10), "EUR", "S")
    assert [(v.options, v.price, v.sku, v.availability) for v in product.variants] == [
        ({"size": "M"}, Decimal(10), "S-M", Availability.IN_STOCK),
        ({"size": "L"}, Decimal(12), "S-L", Availability.OUT_OF_STOCK),
    ]
    assert product.variants[0].image == "https://shop.example.de/m.jpg"
    assert [variant.gtin for variant in product.variants] == [
        "4006381333931",
        None,
    ]  # the second one's check digit is wrong
    assert [(option.name, option.values) for option in product.options] == [("size", ("M", "L"))]


def test_microdata_is_read_without_the_related_product_and_the_review_inside_it() -> None:
    product = page(
        '<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Lamp</h1><meta itemprop="sku" content="L-1">'
        '<div itemprop="review" itemscope itemtype="https://schema.org/Review"><span itemprop="name">Great</span></div>'
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price" content="12.50">12,50</span>'
        '<meta itemprop="priceCurrency" content="EUR"><link itemprop="availability" href="https://schema.org/InStock"></div>'
        '<img itemprop="image" src="data:image/gif;base64,R0" data-src="/lamp.jpg"></div>'
        '<div itemscope itemtype="https://schema.org/Product"><span itemprop="name">Shade</span>'
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price">5.95</span></div></div>'
    )
    assert (product.title, product.sku, product.price) == ("Lamp", "L-1", Decimal("12.50"))
    assert product.images == ("https://shop.example.de/lamp.jpg",)
    assert product.sources["price"] == "microdata"


def test_rdfa_is_read_like_microdata() -> None:
    product = page(
        '<div vocab="https://schema.org/" typeof="Product"><h1 property="name">Lamp</h1><div property="offers" typeof="Offer">'
        '<span property="price" content="12.50">12,50</span><meta property="priceCurrency" content="EUR"></div></div>'
    )
    assert (product.price, product.currency, product.sources["price"]) == (Decimal("12.50"), "EUR", "rdfa")


def test_of_several_products_the_one_the_page_is_about_is_taken() -> None:
    others = [
        {**LAMP, "name": "Shade", "offers": {**OFFER, "price": 5}},
        {**LAMP, "name": "Bulb", "offers": {**OFFER, "price": 3}},
    ]
    product = page("<h1>Lamp</h1>", ld([*others, LAMP]))
    assert (product.title, product.price) == ("Lamp", Decimal("12.50"))


def test_open_graph_prices_are_read() -> None:
    product = page(
        "<h1>Lamp</h1>",
        '<meta property="product:price:amount" content="12,50"><meta property="product:price:currency" content="EUR">'
        '<meta property="og:image" content="//img.example/l.jpg"><meta property="product:availability" content="oos">',
    )
    assert (product.price, product.currency) == (Decimal("12.50"), "EUR")
    assert product.availability is Availability.OUT_OF_STOCK
    assert product.images == ("https://img.example/l.jpg",)


@pytest.mark.parametrize(
    ("body", "price", "struck"),
    [
        ('<div class="price">€ 12,50</div>', "12.50", None),
        ('<p class="price"><del>€ 20,00</del> <ins>€ 12,50</ins></p>', "12.50", "20.00"),
        ('<span class="price-old">€ 20,00</span><span class="price-new">€ 12,50</span>', "12.50", "20.00"),
        ('<div class="product-price">€ 12,50</div><div class="unit-price">€ 1,25 / 100 g</div>', "12.50", None),
        ('<div class="product-price">€ 12<sup>,50</sup></div>', "12.50", None),
        ('<div class="shipping-price">€ 4,90</div><div class="product-price">€ 12,50</div>', "12.50", None),
        (
            '<div class="product-price">€ 12,50</div><div class="related"><span class="price">€ 5,00</span></div>',
            "12.50",
            None,
        ),
        ('<div class="add-to-cart"><span class="price">€ 12,50</span></div>', "12.50", None),
        ('<div class="product-price">€ 12,50</div><p class="price">or from € 2,00 a month</p>', "12.50", None),
    ],
)
def test_the_shown_price_is_the_products_own(body: str, price: str, struck: str | None) -> None:
    product = page(f"<main class=product><h1>Lamp</h1>{body}<button>In den Warenkorb</button></main>")
    assert product.price == Decimal(price)
    assert product.list_price == (Decimal(struck) if struck else None)
    assert (product.currency, product.sources["price"]) == ("EUR", "page")


@pytest.mark.parametrize(
    "body",
    [
        '<div class="related"><span class="price">€ 5,00</span></div>',
        '<div class="list"><div class="card"><p class="price">€ 5,00</p></div><div class="card"><p class="price">€ 6,00</p></div>'
        '<div class="card"><p class="price">€ 7,00</p></div></div>',
        '<p>Free delivery on orders over <span class="price">€ 50,00</span></p><footer><span class="price">€ 9,00</span></footer>',
        '<div class="cart"><span class="price">€ 0,00</span></div>',
        "<p>Call us: 0579 00000000. Since 1998.</p>",
    ],
    ids=["related goods", "a list of goods", "delivery and footer", "the cart", "numbers that are no prices"],
)
def test_another_products_price_is_never_taken(body: str) -> None:
    product = page(f"<main><h1>Lamp</h1><p>Ask for a quote.</p>{body}</main>", ld({**LAMP, "offers": None}))
    assert product.price is None
    assert product.availability is None


def test_a_product_on_request_has_no_price_though_amounts_stand_around() -> None:
    on_request = {**LAMP, "offers": {"@type": "Offer", "availability": "InStock"}}
    body = '<h1>Lamp</h1><p class="price-note">Price on request</p><div class="price">From € 129,00</div>'
    assert page(body, ld(on_request)).price is None


def test_two_sources_that_agree_outvote_markup_with_an_old_price() -> None:
    head = (
        ld(LAMP) + '<meta property="og:price:amount" content="15.00"><meta property="og:price:currency" content="EUR">'
    )
    product = page('<main class=product><h1>Lamp</h1><div class="product-price">€ 15,00</div></main>', head)
    assert product.price == Decimal("15.00")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<button>Add to cart</button>", Availability.IN_STOCK),
        ("<button>加入购物车</button>", Availability.IN_STOCK),
        ("<button disabled>Ausverkauft</button>", Availability.OUT_OF_STOCK),
        ('<p class="stock">Rupture de stock</p><button>Ajouter au panier</button>', Availability.OUT_OF_STOCK),
        ('<p class="availability">Нет в наличии</p>', Availability.OUT_OF_STOCK),
        ('<div class="stock">暂时缺货</div>', Availability.OUT_OF_STOCK),
        ('<select><option class="stock">Sold out</option></select><button>Add to cart</button>', Availability.IN_STOCK),
        (
            '<div class="related"><span class="stock">Sold out</span></div><button>Add to cart</button>',
            Availability.IN_STOCK,
        ),
        ('<p class="stock" style="display: none">Out of stock</p><button>Add to cart</button>', Availability.IN_STOCK),
    ],
)
def test_stock_is_read_from_buttons_and_stock_lines_in_many_languages(body: str, expected: Availability) -> None:
    product = page(f'<main class=product><h1>Lamp</h1><div class="product-price">€ 12,50</div>{body}</main>')
    assert product.availability is expected
    assert product.sources["availability"] == "page"


def test_a_price_without_any_word_on_stock_counts_as_in_stock_and_says_so() -> None:
    product = page('<main class=product><h1>Lamp</h1><div class="product-price">€ 12,50</div></main>')
    assert product.availability is Availability.IN_STOCK
    assert product.sources["availability"] == "price_shown"


@pytest.mark.parametrize(
    "body",
    [
        "<p>SKU: LX-1200</p>", "<p>Artikelnummer LX-1200</p>", "<table><tr><th>货　号：</th><td>LX-1200</td></tr></table>",
        "<dl><dt>Référence</dt><dd>LX-1200</dd></dl>", "<span>Cod produs:</span><span>LX-1200</span>",
        '<p class="product-code">LX-1200</p>',
    ],
)  # fmt: skip
def test_the_code_is_read_behind_its_label(body: str) -> None:
    product = page(f'<main><h1>Lamp</h1><div class="product-price">€ 12,50</div>{body}</main>')
    assert (product.sku, product.sources["sku"]) == ("LX-1200", "page")


def test_a_code_in_the_address_counts_only_if_the_page_vouches_for_it() -> None:
    body = '<main><h1>Lamp</h1><div class="product-price">€ 12,50</div>{}</main>'
    url = "https://shop.example.de/lamp-p4781720"
    assert page(body.format(""), url=url).sku is None
    vouched = page(body.format('<form data-product-id="4781720"></form>'), url=url)
    assert (vouched.sku, vouched.sources["sku"]) == ("4781720", "address")


GBK = """<html><head><script charset="utf-8" src="a.js"></script><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>竹纤维洗碗巾 - 测试商行</title></head><body><div id="top">满￥99.00包邮</div><h1>竹纤维洗碗巾 10片装</h1><table>
<tr><td>货号：</td><td>JJ-107</td></tr><tr><td>市场价：</td><td><del>￥19.90</del></td></tr>
<tr><td>批发价：</td><td><font size=5>￥12.80</font> 元/包</td></tr><tr><td>起订量：</td><td>≥2 包</td></tr>
<tr><td>供货状态：</td><td>库存 860 件</td></tr><tr><td>品牌：</td><td>洁测</td></tr><tr><td>重量：</td><td>180克</td></tr></table>
<div class="desc">镕芯工艺</div><div class="hot"><li>钢丝球 <b>￥4.50</b></li></div></body></html>"""


def test_a_gbk_page_with_nothing_for_machines_is_read_from_what_it_shows() -> None:
    product = extract(GBK.encode("gb18030"), "http://shop.example.cn/item/1.html", "text/html")
    assert product.title == "竹纤维洗碗巾 10片装"
    assert (product.price, product.list_price, product.currency) == (Decimal("12.80"), Decimal("19.90"), "CNY")
    assert (product.sku, product.brand, product.stock) == ("JJ-107", "洁测", 860)
    assert (product.min_order_quantity, product.weight_grams) == (2, Decimal(180))
    assert product.availability is Availability.IN_STOCK
    assert set(product.sources.values()) == {"page"}


def test_a_table_of_wholesale_prices_becomes_tiers() -> None:
    rows = "<tr><th>Quantity</th><th>Each</th></tr><tr><td>10 – 49</td><td>€18,50</td></tr><tr><td>50+</td><td>€16,80</td></tr>"
    product = page(f"<main><h1>Lamp</h1><table>{rows}</table><p>Minimum order: 10 pieces</p></main>", ld(LAMP))
    assert product.tiers == (
        CollectedTier(min_quantity=10, price=Decimal("18.50")), CollectedTier(min_quantity=50, price=Decimal("16.80")),
    )  # fmt: skip
    assert product.min_order_quantity == 10


def test_a_size_table_is_not_taken_for_wholesale_prices() -> None:
    rows = "<tr><td>36</td><td>23 cm</td></tr><tr><td>37</td><td>24 cm</td></tr>"
    assert page(f"<h1>Shoe</h1><table>{rows}</table>", ld(LAMP)).tiers == ()


SHOPIFY = {
    "id": 1, "title": "Planter", "handle": "planter", "vendor": "Clay", "product_type": "Pots", "body_html": "<p>Round</p><script>x</script>",
    "options": [{"name": "Size", "values": ["S", "L"]}],
    "images": [{"id": 7, "src": "https://cdn.example.com/1.jpg"}, {"id": 8, "src": "https://cdn.example.com/2.jpg"}],
    "variants": [
        {"id": 11, "title": "S", "option1": "S", "sku": "P-S", "price": "68.00", "compare_at_price": "79.00", "available": True, "grams": 900,
         "image_id": 8, "barcode": "4006381333931"},
        {"id": 12, "title": "L", "option1": "L", "sku": "P-L", "price": "128.00", "compare_at_price": None, "available": False, "grams": 0},
    ],
}  # fmt: skip


def _js(product: dict[str, Any]) -> dict[str, Any]:
    cents = [
        {
            **v,
            "price": int(Decimal(v["price"]) * 100),
            "compare_at_price": v["compare_at_price"] and int(Decimal(v["compare_at_price"]) * 100),
        }
        for v in product["variants"]
    ]
    images = [image["src"] for image in product["images"]]
    return {**product, "variants": cents, "images": images, "description": product["body_html"], "options": ["Size"]}


@pytest.mark.parametrize(
    ("data", "url"),
    [
        ({"product": SHOPIFY}, "https://s.example/products/planter.json"),
        ({"products": [SHOPIFY]}, "https://s.example/products.json"),
        (_js(SHOPIFY), "https://s.example/products/planter.js"),
    ],
)
def test_shopifys_three_feeds_tell_the_same_product_and_name_no_currency(data: Any, url: str) -> None:
    product = extract(json.dumps(data).encode(), url, "application/json")
    assert (product.title, product.brand, product.description) == ("Planter", "Clay", "<p>Round</p>")
    assert (product.price, product.list_price, product.currency) == (Decimal("68.00"), Decimal("79.00"), None)
    assert product.price_range is not None
    assert product.price_range.high == Decimal("128.00")
    first, second = product.variants
    assert (first.options, first.key, first.sku, first.gtin) == ({"Size": "S"}, "11", "P-S", "4006381333931")
    assert (first.weight_grams, first.availability) == (Decimal(900), Availability.IN_STOCK)
    assert (second.availability, second.price, second.weight_grams) == (
        Availability.OUT_OF_STOCK,
        Decimal("128.00"),
        None,
    )
    assert set(product.sources.values()) == {"shopify_json"}


def test_a_shopify_product_without_real_options_has_one_bare_variant() -> None:
    only = {**SHOPIFY["variants"][0], "title": "Default Title", "option1": "Default Title"}  # type: ignore[index]
    data = {**SHOPIFY, "options": [{"name": "Title", "values": ["Default Title"]}], "variants": [only]}
    product = extract(json.dumps({"product": data}).encode(), "https://s.example/products/planter.json")
    assert product.options == ()
    assert [variant.options for variant in product.variants] == [{}]
    assert product.sku == "P-S"


def test_the_shopify_product_in_a_page_wins_over_its_json_ld() -> None:
    state = json.dumps(_js(SHOPIFY)).replace("</", "<\\/")
    head = ld({**LAMP, "name": "Planter"}) + f'<script type="application/json">{state}</script>'
    product = page("<h1>Planter</h1>", head, url="https://s.example/products/planter")
    assert (product.price, product.currency, len(product.variants)) == (Decimal("68.00"), "EUR", 2)


def test_woocommerce_variations_are_read_from_their_form() -> None:
    rows = [
        {"attributes": {"attribute_pa_colour": "red"}, "display_price": 10, "display_regular_price": 12, "is_in_stock": True, "sku": "W-R",
         "variation_id": 5, "max_qty": 3, "image": {"full_src": "https://s.example/r.jpg"}},
        {"attributes": {"attribute_pa_colour": "blue"}, "display_price": 11, "display_regular_price": 11, "is_in_stock": False, "sku": "W-B"},
    ]  # fmt: skip
    form = f"<form data-product_variations='{json.dumps(rows).replace(chr(39), '&#39;')}'></form>"
    product = page(f"<h1>Lamp</h1>{form}", ld(LAMP))
    assert product.price_range is not None
    assert (product.price_range.low, product.price_range.high, product.currency) == (Decimal(10), Decimal(11), "EUR")
    assert [(v.options, v.list_price, v.stock, v.availability) for v in product.variants] == [
        ({"colour": "red"}, Decimal(12), 3, Availability.IN_STOCK), ({"colour": "blue"}, None, None, Availability.OUT_OF_STOCK),
    ]  # fmt: skip


def test_a_product_torn_over_next_js_pushes_is_put_together() -> None:
    state = (
        '4:["$","div",null,{"product":{"name":"Lamp","sku":"L-9","offers":{"price":"12.50","priceCurrency":"EUR"}}}]\n'
    )
    halves = state[:40], state[40:]
    scripts = "".join(f"<script>self.__next_f.push([1,{json.dumps(half)}])</script>" for half in halves)
    product = page(f"<main><h1>Lamp</h1><span>€12,50</span></main>{scripts}")
    assert (product.price, product.sku, product.sources["price"]) == (Decimal("12.50"), "L-9", "next_data")


OFFER_1688 = {
    "tempModel": {"offerTitle": "测试台灯", "offerId": 600000000001},
    "orderParamModel": {"orderParam": {"beginNum": 3, "canBookedAmount": 120, "skuParam": {
        "skuPriceType": "skuPrice", "skuRangePrices": [{"price": "2.30", "beginAmount": "3"}, {"price": "4.50", "beginAmount": "3"}]}}},
    "skuModel": {
        "skuProps": [{"prop": "颜色", "value": [{"name": "白", "imageUrl": "https://img.example/w.jpg"}, {"name": "黑"}]},
                     {"prop": "尺码", "value": [{"name": "S"}, {"name": "L"}]}],
        "skuInfoMap": {"白&gt;S": {"specId": "ab12", "specAttrs": "白&gt;S", "price": "2.88", "discountPrice": "2.30", "canBookCount": 100, "skuId": 5001},
                       "黑&gt;L": {"specId": "cd34", "specAttrs": "黑&gt;L", "price": "4.50", "canBookCount": 0, "skuId": 5002}},
    },
    "freightInfo": {"location": "广东省中山市", "skuWeight": {"5001": 0.113}},
    "images": [{"fullPathImageURI": "https://img.example/1.jpg"}],
}  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        "window.__INIT_DATA=" + json.dumps({"globalData": OFFER_1688}),
        'window.contextPath="/d";window.context=(function(b,d){var e={};return d})(window.contextPath,'
        + json.dumps({"result": {"data": {"Root": {"fields": {"dataJson": OFFER_1688}}}}}).replace('"5001":', "5001:") + ");",
    ],
    ids=["old state", "new state with bare keys"],
)  # fmt: skip
def test_every_field_of_a_1688_page_comes_from_its_state(script: str) -> None:
    html = f"<html><head><title>x - 阿里巴巴</title></head><body><div id=root></div><script>{script}</script></body></html>"
    product = extract(html.encode(), "https://detail.1688.com/offer/600000000001.html")
    assert (product.title, product.sku, product.currency) == ("测试台灯", "600000000001", "CNY")
    assert (product.price, product.min_order_quantity, product.stock) == (Decimal("2.30"), 3, 120)
    assert product.ship_from == "广东省中山市"
    white, black = product.variants
    assert (white.options, white.key, white.price, white.list_price) == (
        {"颜色": "白", "尺码": "S"},
        "ab12",
        Decimal("2.30"),
        Decimal("2.88"),
    )
    assert (white.stock, white.weight_grams, white.image) == (100, Decimal(113), "https://img.example/w.jpg")
    assert (black.price, black.availability) == (Decimal("4.50"), Availability.OUT_OF_STOCK)
    assert [option.values for option in product.options] == [("白", "黑"), ("S", "L")]


def test_a_1688_price_ladder_becomes_tiers_and_the_price_of_the_smallest_quantity() -> None:
    ladder = [{"price": "5.00", "beginAmount": "2"}, {"price": "4.00", "beginAmount": "100"}]
    order = {
        "orderParam": {
            "beginNum": 2,
            "canBookedAmount": 9,
            "skuParam": {"skuPriceType": "rangePrice", "skuRangePrices": ladder},
        }
    }
    state = {"tempModel": OFFER_1688["tempModel"], "orderParamModel": order, "skuModel": {"skuInfoMap": []}}
    html = f"<title>x</title><script>window.__INIT_DATA={json.dumps(state)}</script>"
    product = extract(html.encode(), "https://detail.1688.com/offer/600000000001.html")
    assert product.price == Decimal("5.00")
    assert [(tier.min_quantity, tier.price) for tier in product.tiers] == [(2, Decimal("5.00")), (100, Decimal("4.00"))]


def test_a_taobao_page_gives_its_variants_with_names_from_the_page() -> None:
    html = """<title>x-淘宝网</title><h3 class="tb-main-title" data-title="测试外壳">测试外壳</h3><em class="tb-rmb-num">149.00 - 159.00</em>
    <ul data-property="颜色"><li data-value="1:2"><span>白</span></li><li data-value="1:3"><span>黑</span></li></ul>
    <ul class="attributes-list"><li>品牌:&nbsp;测牌</li></ul>
    <script>var g = {itemId : '600000000009', auctionImages : ["//img.example/1.jpg"]};
    Hub.config.set('sku', {valItemInfo: {skuMap : {";1:2;":{"price":"149.00","stock":"2","skuId":"71"},";1:3;":{"price":"159.00","stock":"0","skuId":"72"}} }});
    </script>"""
    product = extract(html.encode("gbk"), "https://item.taobao.com/item.htm?id=600000000009", "text/html; charset=gbk")
    assert (product.title, product.sku, product.brand) == ("测试外壳", "600000000009", "测牌")
    assert (product.price, product.currency, product.stock) == (Decimal("149.00"), "CNY", 2)
    assert product.images == ("https://img.example/1.jpg",)
    assert [(v.options, v.key, v.price, v.stock) for v in product.variants] == [
        ({"颜色": "白"}, "71", Decimal("149.00"), 2), ({"颜色": "黑"}, "72", Decimal("159.00"), 0),
    ]  # fmt: skip


def test_on_a_known_marketplace_only_its_own_places_may_give_a_price() -> None:
    html = """<title>Bag</title><span id="productTitle">Bag</span><div id="availability">Currently unavailable.</div>
    <div class="product-price">$19.99</div><a id="bylineInfo">Visit the Testo Store</a>"""
    product = extract(html.encode(), "https://www.amazon.com/dp/B000000001")
    assert (product.price, product.availability) == (None, Availability.OUT_OF_STOCK)
    assert (product.sku, product.brand, product.title) == ("B000000001", "Testo", "Bag")


def test_relative_addresses_follow_the_base_and_pictures_are_https_and_of_some_size() -> None:
    body = (
        '<main><h1>Lamp</h1><div class="gallery"><img src="blank.gif" data-srcset="a-400.jpg 400w, a-1200.jpg 1200w">'
        '<img src="http://img.example/b.jpg"><img src="icon-cart.png"><img src="c.jpg" width="16"></div></main>'
    )
    product = page(body, '<base href="https://cdn.example/x/">' + ld(LAMP))
    assert product.images == ("https://cdn.example/x/a-1200.jpg", "https://img.example/b.jpg")


def test_every_filled_field_says_where_it_came_from() -> None:
    product = page("<h1>Lamp</h1>", ld({**LAMP, "brand": "Testo", "description": "Bright", "weight": "500 g"}))
    filled = {
        name
        for name in CollectedProduct.model_fields
        if name not in ("url", "sources", "blocked") and getattr(product, name) not in (None, (), {})
    }
    assert filled == set(product.sources)
