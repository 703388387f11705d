"""What a page shows to people and tells no machine: amounts, stock lines, names and attributes behind its heading."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from collect.extract import extract
from daifa.models.collected import Availability, Blocked
from tests.builders.shown_pages import lamp, page

IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK


def ld(*data: Any) -> str:
    """JSON-LD scripts."""
    return "".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in data)


def offered(name: str, price: str, **more: Any) -> dict[str, Any]:
    """A product as JSON-LD tells it."""
    return {
        "@type": "Product",
        "name": name,
        "offers": {"@type": "Offer", "price": price, "priceCurrency": "EUR"},
        **more,
    }


# --- prices ----------------------------------------------------------------------------------------------------------------

UNNAMED = [
    ("alone in a paragraph", "<p>€ 129,90</p>", "129.90", None),
    ("its currency in an element of its own", "<p><b>129,90</b> <i>€</i></p>", "129.90", None),
    ("its cents above the line", "<p>329<sup>99</sup> €</p>", "329.99", None),
    ("its cents small", "<b>329 <small>99</small> €</b>", "329.99", None),
    ("behind a word", "<p>Now € 129,90</p>", "129.90", None),
    ("behind its label", "<p>Price: € 129,90</p>", "129.90", None),
    ("the struck one before it", "<p><s>€ 159,00</s></p><p>€ 129,90</p>", "129.90", "159.00"),
    ("the struck one in one line with it", "<p><del>€ 159,00</del> <b>€ 129,90</b></p>", "129.90", "159.00"),
    ("the struck one behind it", "<p>€ 129,90</p><p><strike>€ 159,00</strike></p>", "129.90", "159.00"),
    ("a market price in one line with its label before it", "<p>RRP € 159,00</p><p>€ 129,90</p>", "129.90", "159.00"),
    ("a labelled market price before it", "<p>RRP</p><p>€ 159,00</p><p>€ 129,90</p>", "129.90", "159.00"),
    ("lakhs", "<p>₹1,29,999.00</p>", "129999.00", None),
    ("lakhs and crores", "<p>₹ 1,02,29,999</p>", "10229999", None),
    ("thousands", "<p>€ 1.299,00</p>", "1299.00", None),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "price", "before"), [row[1:] for row in UNNAMED], ids=[row[0] for row in UNNAMED])
def test_an_amount_behind_the_heading_is_the_price_though_nothing_names_it(
    behind: str, price: str, before: str | None
) -> None:
    product = lamp(behind)
    assert (product.price, product.sources["price"]) == (Decimal(price), "page")
    assert product.list_price == (Decimal(before) if before else None)


NOT_THE_PRICE = [
    ("a sentence", "<p>Orders over € 50,00 are sent free of charge to most of the country</p>"),
    ("an amount within a sentence", "<p>Free delivery on orders over <b>€ 50,00</b></p>"),
    ("a delivery's cost", "<p>Delivery <span>€ 4,90</span></p>"),
    ("a named delivery's cost", '<div class="shipping-cost">€ 4,90</div>'),
    ("a sample's price", "<p>Sample price: <b>$ 5.00</b></p>"),
    ("what a sample costs", "<p>Get samples $ 5.00/piece</p>"),
    ("样品", "<p>样品价 <b>¥5.00</b></p>"),
    ("运费", "<p>运费 <b>¥8.00</b></p>"),
    ("a price for each month", "<p>€ 9,90 / month</p>"),
    ("a saving", "<p>You save € 30,00</p>"),
    ("struck out, and nothing else", "<p><del>€ 159,00</del></p>"),
    ("a list of goods", "<ul>" + "".join(f'<li class="x"><a>Shade {n}</a><p>€ {n},90</p></li>' for n in range(5, 9)) + "</ul>"),
    ("an amount beside the page", "<aside><p>€ 5,00</p></aside>"),
    ("an amount below the page", "<footer><p>€ 5,00</p></footer>"),
    ("an amount of related goods", '<div class="related-items"><p>€ 5,00</p></div>'),
    ("an amount without a currency", "<p>129,90</p>"),
    ("far behind the heading", "<i>word</i>" * 80 + "<p>€ 5,00</p>"),
    ("a labelled market price alone", "<p>RRP: € 159,00</p>"),
    ("a labelled market price without a colon", "<p>Was € 159,00</p>"),
    ("a market price in a table", "<table><tr><td>市场价</td><td>￥159.00</td></tr></table>"),
]  # fmt: skip


@pytest.mark.parametrize("behind", [row[1] for row in NOT_THE_PRICE], ids=[row[0] for row in NOT_THE_PRICE])
def test_an_amount_that_may_be_something_elses_is_no_price(behind: str) -> None:
    assert lamp(behind).price is None


def test_a_labelled_market_price_is_what_was_asked_before() -> None:
    product = lamp(
        "<table><tr><td>市场价：</td><td>￥159.00</td></tr><tr><td>售价：</td><td>￥129.90</td></tr></table>"
    )
    assert (product.price, product.list_price, product.currency) == (Decimal("129.90"), Decimal("159.00"), "CNY")


def test_labelled_prices_before_the_heading_are_other_products() -> None:
    others = "<div><p>Shade</p><p>Price: € 5,00</p><p>Bulb</p><p>Price: € 3,00</p></div>"
    assert lamp("<p>€ 129,90</p>", before=others).price == Decimal("129.90")
    assert lamp("<p>Ask us.</p>", before=others).price is None


def test_a_currency_that_the_page_shows_once_is_the_prices() -> None:
    head = '<meta property="product:price:amount" content="129.90">'
    for shown in ("129,90 €", "Delivery 4,90 €"):
        product = page(f"<h1>Copper Lamp</h1><p>{shown}</p>", head)
        assert (product.price, product.sources["price"]) == (Decimal("129.90"), "opengraph")
        assert (product.currency, product.sources["currency"]) == ("EUR", "page")


def test_of_two_currencies_shown_neither_is_the_prices() -> None:
    head = '<meta property="product:price:amount" content="129.90">'
    product = page("<h1>Copper Lamp</h1><p>Delivery 4,90 €</p><p>Delivery £ 5.90</p>", head)
    assert (product.price, product.currency) == (Decimal("129.90"), None)


# --- products of lists -----------------------------------------------------------------------------------------------------


def test_a_product_of_a_list_is_not_the_pages() -> None:
    rows = [
        {"@type": "ListItem", "position": n, "item": offered(name, "5.00")} for n, name in enumerate(("Shade", "Bulb"))
    ]
    listed = ld({"@type": "ItemList", "itemListElement": rows})
    assert page("<h1>Copper Lamp</h1><p>Ask us.</p>", listed).price is None
    assert page("<h1>Copper Lamp</h1><p>€ 129,90</p>", listed).price == Decimal("129.90")
    assert page("<h1>Copper Lamp</h1>", listed + ld(offered("Copper Lamp", "129.90"))).price == Decimal("129.90")


def test_a_product_of_a_list_that_is_called_like_the_page_is_the_pages() -> None:
    rows = [
        {"@type": "ListItem", "item": offered(name, price)}
        for name, price in (("Shade", "5.00"), ("Copper Lamp", "129.90"))
    ]
    product = page("<h1>Copper Lamp</h1>", ld({"@type": "ItemList", "itemListElement": rows}))
    assert (product.title, product.price, product.sources["price"]) == ("Copper Lamp", Decimal("129.90"), "json_ld")


def test_a_product_of_a_list_with_another_number_is_another() -> None:
    rows = [{"@type": "ListItem", "item": offered(f"Garden Copper Lamp {size} cm", "519.00")} for size in (51, 60)]
    head = ld({"@type": "ItemList", "itemListElement": rows})
    shown = "<p class=price>€ 389,00</p><button>Add to cart</button>"
    assert page(f"<h1>Garden Copper Lamp 46 cm</h1>{shown}", head).price == Decimal("389.00")


# --- names and attributes --------------------------------------------------------------------------------------------------

NAMES = [
    ("behind a bar", "Copper Lamp | Lamps of Testtown", "Lamps of Testtown"),
    ("the longest part", "Shop - Copper Lamp for the Table", "Copper Lamp for the Table"),
    ("no part", "Copper Lamp", "Copper Lamp"),
    ("a bar of another script", "铜制台灯复古｜测试", "铜制台灯复古"),
    ("a hyphen within a word", "Copper-Lamp 5-light", "Copper-Lamp 5-light"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "name"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES])
def test_without_a_heading_the_longest_part_of_the_title_is_the_name(title: str, name: str) -> None:
    product = page(
        '<main class="product"><div class="price">€ 129,90</div><button>Add to cart</button></main>', title=title
    )
    assert (product.title, product.sources["title"]) == (name, "page")


def test_without_a_heading_the_page_begins_where_it_says_its_title() -> None:
    body = "<div>Shade</div><p>€ 5,00</p><div>Copper Lamp</div><p>€ 129,90</p>"
    assert page(body, title="Copper Lamp | Shop").price == Decimal("129.90")


def test_pairs_are_told_by_their_classes() -> None:
    row = '<div class="row"><span class="attr-item-name">{}</span><span class="attr-item-value">{}</span></div>'
    rows = "".join(
        row.format(*pair)
        for pair in (("Material", "Copper"), ("Brand", "Testo"), ("EAN", "4006381333931"), ("Weight", "1.2 kg"))
    )
    product = lamp(f"<p>€ 129,90</p>{rows}")
    assert product.attributes == {"Material": "Copper"}
    assert (product.brand, product.gtin, product.weight_grams) == ("Testo", "4006381333931", Decimal(1200))


def test_attributes_that_are_the_very_name_of_a_field_fill_it_where_nothing_else_does() -> None:
    pairs = {
        "Brand": "Testo",
        "EAN": "4006381333931",
        "Weight": "1.2 kg",
        "Manufacturer part number": "T-1",
        "Colour": "red",
    }
    told = [{"@type": "PropertyValue", "name": name, "value": value} for name, value in pairs.items()]
    product = page("<h1>Copper Lamp</h1>", ld(offered("Copper Lamp", "129.90", additionalProperty=told)))
    assert (product.brand, product.gtin, product.weight_grams, product.mpn) == (
        "Testo",
        "4006381333931",
        Decimal(1200),
        "T-1",
    )
    assert (product.attributes, product.sources["brand"]) == (pairs, "json_ld")
    named = page("<h1>Copper Lamp</h1>", ld(offered("Copper Lamp", "129.90", additionalProperty=told, brand="Other")))
    assert named.brand == "Other"


@pytest.mark.parametrize(
    ("name", "value"), [("EAN", "4006381333932"), ("Weight", "heavy"), ("Brand", "N/A"), ("Brands we like", "Testo")]
)
def test_an_attribute_whose_value_is_none_fills_nothing(name: str, value: str) -> None:
    told = {"@type": "PropertyValue", "name": name, "value": value}
    product = page("<h1>Copper Lamp</h1>", ld(offered("Copper Lamp", "129.90", additionalProperty=[told])))
    assert (product.brand, product.gtin, product.weight_grams) == (None, None, None)


# --- walls -----------------------------------------------------------------------------------------------------------------

WALLS = [
    ("a captcha at an offer's own address", "https://detail.1688.com/offer/600000000001.html",
     "<title>Captcha Interception</title><div>Sorry, we have detected unusual traffic from your network.</div><script src=/_____tmd_____/punish.js></script>", Blocked.CAPTCHA),
    ("a captcha at an item's own address", "https://item.taobao.com/item.htm?id=600000000001",
     "<title>验证码拦截</title><div class=nc-container>请拖动滑块完成验证</div>", Blocked.CAPTCHA),
    ("a login at an item's own address", "https://detail.tmall.com/item.htm?id=600000000001",
     "<title>登录</title><form><input name=u><input type=password></form>", Blocked.LOGIN_WALL),
    ("an item that is gone", "https://item.taobao.com/item.htm?id=600000000001",
     "<title>淘宝网 - 淘！我喜欢</title><div class=error><p>很抱歉，您查看的宝贝不存在，可能已下架或者被转移。</p><p>您可以：检查刚才的输入，或者返回首页再试一次。</p></div>" + "<p>推荐宝贝，大家都在买的好东西，快来看看吧。</p>" * 8, Blocked.NO_PRODUCT),
    ("a page that is gone", "https://www.yiwugo.com/product/detail/900000001.html",
     "<title>Yiwugo</title><p>Sorry, the page you are looking for is not here.</p>" + "<p>Lorem ipsum dolor sit amet, consectetur.</p>" * 12, Blocked.NO_PRODUCT),
]  # fmt: skip


@pytest.mark.parametrize(("url", "html", "reason"), [row[1:] for row in WALLS], ids=[row[0] for row in WALLS])
def test_an_address_that_holds_a_number_makes_no_product_of_a_wall(url: str, html: str, reason: Blocked) -> None:
    product = extract(html.encode(), url, "text/html; charset=utf-8")
    assert (product.blocked, product.price, product.sku) == (reason, None, None)


# --- what pages of many offers show -------------------------------------------------------------------------------------

USED = {"@type": "Offer", "price": "80.00", "priceCurrency": "EUR", "itemCondition": "https://schema.org/UsedCondition", "availability": "https://schema.org/InStock"}  # fmt: skip
NEW = {**USED, "price": "120.00", "itemCondition": "https://schema.org/NewCondition", "availability": "https://schema.org/SoldOut"}  # fmt: skip


@pytest.mark.parametrize("offers", [[USED, NEW], {"@type": "AggregateOffer", "lowPrice": "80.00", "highPrice": "120.00", "priceCurrency": "EUR", "offers": [USED, NEW]}])  # fmt: skip
def test_used_ones_are_sold_beside_the_product_not_as_it(offers: Any) -> None:
    product = page("<h1>Copper Lamp</h1>", ld(offered("Copper Lamp", "0", offers=offers)))
    assert (product.price, product.availability) == (Decimal("120.00"), OUT)


def test_only_used_ones_are_the_product() -> None:
    product = page("<h1>Copper Lamp</h1>", ld(offered("Copper Lamp", "0", offers=[USED])))
    assert (product.price, product.availability) == (Decimal("80.00"), IN)


SPAN = {"@type": "AggregateOffer", "lowPrice": "80.00", "highPrice": "120.00", "priceCurrency": "EUR"}


@pytest.mark.parametrize(("shown", "price", "source"), [("€ 99,00", "99.00", "page"), ("€ 300,00", "80.00", "json_ld"), ("", "80.00", "json_ld")])  # fmt: skip
def test_of_a_span_of_offers_the_one_that_the_page_shows_is_the_price(shown: str, price: str, source: str) -> None:
    product = page(f"<h1>Copper Lamp</h1><p class=price>{shown}</p>", ld(offered("Copper Lamp", "0", offers=SPAN)))
    assert (product.price, product.sources["price"]) == (Decimal(price), source)
    assert product.price_range is not None
    assert (product.price_range.low, product.price_range.high) == (Decimal("80.00"), Decimal("120.00"))


def test_what_is_labelled_the_price_is_it_however_often_amounts_look_so() -> None:
    others = "".join(f"<div><a>Vase</a><span class=sum>€ {amount},00</span></div>" for amount in (5, 6, 7, 8))
    product = lamp(f"<p>Price: <span class=old>€ 78,00</span> <span class=sum>€ 65,00</span></p>{others}")
    assert (product.price, product.list_price) == (Decimal("65.00"), Decimal("78.00"))


@pytest.mark.parametrize("amount", ["189€99", "189 € 99", "189<sup>€99</sup>"])
def test_the_euros_sign_may_stand_in_the_points_place(amount: str) -> None:
    assert lamp(f"<p>{amount}</p>").price == Decimal("189.99")


def test_two_amounts_with_the_sign_behind_are_not_one() -> None:
    assert lamp("<p class=price>12 € 99 €</p>").price != Decimal("12.99")


BRANDS = [
    ("a link", "<a class='brand-link' href='/b'>Coppersmith</a>", "Coppersmith"),
    ("behind its own label", "<p class='product-manufacturer'>by Coppersmith</p>", "Coppersmith"),
    ("a logo", "<div class='brandLogo'><a href='/b'><img src='/c.png' alt='Coppersmith'></a></div>", "Coppersmith"),
    (
        "a logo's element of its name",
        "<div class='brand logo'><img src='/c.png' alt='Coppersmith'></div>",
        "Coppersmith",
    ),
    ("the model, as the heading ends", "<span class=brand>Lamp red</span>", None),
    ("a sentence", "<p class=brand>More lamps of this maker in our large shop</p>", None),
]


@pytest.mark.parametrize(("beside", "brand"), [row[1:] for row in BRANDS], ids=[row[0] for row in BRANDS])
def test_a_brand_is_what_an_element_beside_the_heading_is_named_for(beside: str, brand: str | None) -> None:
    assert lamp(f"{beside}<p>€ 65,00</p>").brand == brand


ADDRESSES = [
    ("a marketplace's hyphen", "https://shop.example/MLB-2874410936-copper-lamp", '{"id":"MLB2874410936"}', "MLB2874410936"),
    ("a listing", "https://shop.example/item/61120874-copper-lamp", '{"listing_id":61120874}', "61120874"),
    ("a state in an address' own letters", "https://shop.example/copper_lamp_2871190443", '"%7B%22id%22%3A2871190443%2C"', "2871190443"),
    ("one that nothing vouches for", "https://shop.example/copper_lamp_2871190443", '{"views":2871190443}', None),
]  # fmt: skip


@pytest.mark.parametrize(("url", "state", "sku"), [row[1:] for row in ADDRESSES], ids=[row[0] for row in ADDRESSES])
def test_a_code_of_the_address_is_the_products_if_the_page_says_so(url: str, state: str, sku: str | None) -> None:
    product = page(f"<h1>Copper Lamp</h1><p>€ 65,00</p><script>window.state = {state};</script>", url=url)
    assert product.sku == sku


def test_a_picture_that_the_shops_own_server_makes_smaller_is_named_whole() -> None:
    small = "/_next/image?url=https%3A%2F%2Fcdn.example%2Flamp-front.jpg%3Fv%3D2&amp;w=640&amp;q=75"
    product = lamp(f"<p>€ 65,00</p><img alt='Copper Lamp' src='{small}'>")
    assert product.images == ("https://cdn.example/lamp-front.jpg?v=2",)


ONE_PRICE = '<span itemprop="price" content="65.00">sixty-five</span>'
UNSCOPED = [
    ("one price", ONE_PRICE, Decimal("65.00")),
    ("the same price twice", ONE_PRICE * 2, Decimal("65.00")),
    ("two prices", ONE_PRICE + ONE_PRICE.replace("65", "70"), None),
    ("a price among another thing's properties", f'<div itemscope itemtype="https://schema.org/Service">{ONE_PRICE}</div>', None),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "price"), [row[1:] for row in UNSCOPED], ids=[row[0] for row in UNSCOPED])
def test_the_only_price_marked_outside_all_scopes_is_the_pages(marked: str, price: Decimal | None) -> None:
    product = lamp(marked + "<button>Add to cart</button>")
    assert product.price == price


NAMED = [
    ("the shop's name as the heading", "Fine Goods", "Copper Lamp No. 5", "Copper Lamp No. 5"),
    ("a heading that says it shorter", "Copper Lamp", "Copper Lamp No. 5", "Copper Lamp"),
]


@pytest.mark.parametrize(("heading", "named", "title"), [row[1:] for row in NAMED], ids=[row[0] for row in NAMED])
def test_a_heading_without_a_word_of_the_pages_own_name_is_not_the_products(
    heading: str, named: str, title: str
) -> None:
    body = f"<h1>{heading}</h1><h2>{named}</h2><p class=price>€ 65,00</p><button>Add to cart</button>"
    product = page(body, f'<meta property="og:title" content="{named}">', title=f"{named} | Fine Goods")
    assert product.title == title


LABELS = [
    ("a label without a colon", "<ul><li><label>Производитель</label><span>Лампа</span></li></ul>", "Лампа"),
    ("a heading of the footer", "<div><h4>Brand</h4><ul><li><a href=/n>New</a></li></ul></div>", None),
    ("a label before another label", "<div><b>品牌</b><i>货号</i></div>", None),
    ("a link of the menu", "<ul><li><a href=/b>Brands</a></li><li><a href=/c>Brand</a></li><li><a>Gifts</a></li></ul>", None),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "brand"), [row[1:] for row in LABELS], ids=[row[0] for row in LABELS])
def test_a_brand_stands_behind_its_label(behind: str, brand: str | None) -> None:
    assert lamp(f"<p class=price>€ 65,00</p>{behind}").brand == brand


LINES = [
    ("a label that ends before its colon", "<p><b>UPC</b>: 5901234123457</p>", "gtin", "5901234123457"),
    ("a model where the shop has no other code", "<ul><li>Модель: KL-SK210</li></ul>", "sku", "KL-SK210"),
    ("a model beside a code", "<ul><li>Model: KL-SK210</li><li>SKU: 77-12-9</li></ul>", "sku", "77-12-9"),
    ("labels between bars", "<p>Cód.: 48213 | Marca: <a href=/m>Ipê</a></p>", "brand", "Ipê"),
    ("the first of them", "<p>Cód.: 48213 | Marca: <a href=/m>Ipê</a></p>", "sku", "48213"),
    ("a label behind a sentence", "<p>With a switch on its cord and a plug. SKU: KL-210.</p>", "sku", "KL-210"),
    ("a code without digits", "<p>SKU: MB-GP-ASG</p>", "sku", "MB-GP-ASG"),
    ("a code in another language", "<ul><li>رقم الموديل: DR-MB-107</li></ul>", "sku", "DR-MB-107"),
    ("a number for shops' tills", "<table><tr><td>Código universal de producto</td><td>5901234123457</td></tr></table>", "gtin", "5901234123457"),
    ("a brand's element behind letters that are longer when small", "<p>İİİİİİİİİİ İNDİRİM</p><b class=brand>Ipê</b>", "brand", "Ipê"),
    ("the logo in a box that is named for brands", "<div class=wd-product-brands><a href=/m><img src=/m.png alt=Ipê></a></div>", "brand", "Ipê"),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "field", "value"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_what_a_line_tells(behind: str, field: str, value: str) -> None:
    assert getattr(lamp(f"<p class=price>€ 65,00</p>{behind}"), field) == value


def test_of_a_marked_link_the_words_are_the_brand() -> None:
    marked = '<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Copper Lamp</h1><a itemprop="brand" href="/brands/copper-co">Copper & Co</a></div>'
    assert page(marked + "<p class=price>€ 65,00</p>").brand == "Copper & Co"


def test_a_code_in_brackets_behind_the_name_is_the_products() -> None:
    assert page("<h1>Copper Lamp [CL-2804-D]</h1><p class=price>€ 65,00</p>").sku == "CL-2804-D"


GONE = ["Page not found", "Cette page n'est plus disponible", "Страница не найдена", "404 - Fine Goods", "找不到商品"]


@pytest.mark.parametrize("heading", GONE)
def test_a_page_that_is_gone_sells_none_of_what_it_recommends(heading: str) -> None:
    one = '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">{}</b><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content="5"></div></div>'
    products = "".join(one.format(name) for name in ("Shade", "Bulb", "Cable", "Stand"))
    product = page(f"<h1>{heading}</h1><h2>Bestsellers</h2>{products}", title="Fine Goods")
    assert product.blocked is Blocked.NO_PRODUCT


def test_a_product_may_be_called_what_pages_that_are_gone_say() -> None:
    marked = ld(offered("Lost and Not Found", "9.90"))
    product = page(f"<h1>Lost and Not Found</h1>{marked}", title="Lost and Not Found | Books")
    assert (product.blocked, product.price) == (None, Decimal("9.90"))


def test_many_prices_that_look_alike_are_a_list() -> None:
    items = "".join(
        f"<div class=box><a href=/p/{n}>Lamp {n}</a><p class=price>€ {n},90</p></div>" for n in range(10, 22)
    )
    assert page(f"<h1>Lamps</h1>{items}", title="Lamps | Shop").blocked is Blocked.MANY_PRODUCTS


def analytics(*variants: tuple[int, str]) -> str:
    """What Shopify tells analytics of a product's variants."""
    rows = [{"id": number, "price": 6230, "name": f"Copper Lamp - {sku}", "sku": sku} for number, sku in variants]
    told = json.dumps({"product": {"id": 7, "vendor": "Copper & Co", "variants": rows}, "page": {}})
    return f"<script>window.ShopifyAnalytics = window.ShopifyAnalytics || {{}}; var meta = {told};</script>"


COUNTED = [
    ("one variant", analytics((11, "CL-5-RED")), "", "CL-5-RED"),
    ("the variant that the form has chosen", analytics((11, "CL-5-RED"), (12, "CL-5-BLUE")), "<form><input name=id value=12></form>", "CL-5-BLUE"),
    ("several and none chosen", analytics((11, "CL-5-RED"), (12, "CL-5-BLUE")), "", None),
    ("what the page shows comes first", analytics((11, "CL-5-RED")), "<p>SKU: SHOWN-77</p>", "SHOWN-77"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "behind", "sku"), [row[1:] for row in COUNTED], ids=[row[0] for row in COUNTED])
def test_a_code_that_only_analytics_are_told_is_the_products(script: str, behind: str, sku: str | None) -> None:
    product = lamp(f"<p class=price>€ 62,30</p>{behind}{script}")
    assert product.sku == sku
