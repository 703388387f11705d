"""Which of the amounts in a box is what is asked now, and in what currency."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

from decimal import Decimal

import pytest

from collect.extract import extract
from tests.builders.shown_pages import lamp, page

BOXES = [
    ("a box with the old price first, called old", "<div class=price-box><p class=old-price>Regular: <b class=price>€ 89,00</b></p><p class=special-price>Special: <b class=price>€ 62,30</b></p></div>", "62.30"),
    ("a box with the standard price first", "<div class=product-price><span class=price-standard>€ 89,00</span><span class=price-sales>€ 62,30</span></div>", "62.30"),
    ("a price before its discount, called so", "<div><span class=price-not-discounted>€ 89,00</span><span class=price>€ 62,30</span></div>", "62.30"),
    ("nothing but what is called old", "<ul><li class=price><span class=price-old-live>€ 62,30</span></li></ul>", "62.30"),
    ("bold is not old", "<span class='bold price'>€ 62,30</span>", "62.30"),
    ("cents above the line behind a sign", "<span class=price><small>€ 62<sup>30</sup></small></span>", "62.30"),
    ("a table of tiers is no price", "<div class=price>€ 62,30</div><table class=price-table><tr><td>1-9</td><td>€ 62,30</td></tr><tr><td>10-99</td><td>€ 59,00</td></tr></table>", "62.30"),
    ("the choice that is made", "<form><table><tr><td><input type=radio name=v></td><td><b class=price>€ 99,00</b></td></tr><tr><td><input type=radio name=v checked></td><td><b class=price>€ 62,30</b></td></tr></table></form>", "62.30"),
    ("a word before the amount says that it is old", "<div><span>de € 89,00</span> <span>por <b><i>€</i> <i>62</i><sup>,30</sup></b></span></div>", "62.30"),
    ("so does one with a colon, in an element called the price", "<p class=price>Was: € 89,00</p><p class=price-now>€ 62,30</p>", "62.30"),
    ("of two the one that is called big", "<div class=product-price><p class=product-price__small>89<i>€</i></p><p class=product-price__big>62,30<i>€</i></p></div>", "62.30"),
    ("a label, then the amount, then its sign", "<div>Preis: <font><b>62,30</b></font> <font>€</font></div>", "62.30"),
    ("one struck through by its style", "<ul><li><span style='text-decoration: line-through'>€ 89,00</span></li><li><h2>€ 62,30</h2></li><li>€ 12,00</li></ul>", "62.30"),
    ("one that is called a suggestion", "<strong id=price_srp>€ 89,00</strong><strong id=price_value>€ 62,30</strong>", "62.30"),
    ("of two labels the one of a sale", "<dl><dt>판매가</dt><dd>€ 89,00</dd><dt>할인판매가</dt><dd>€ 62,30</dd></dl>", "62.30"),
    ("what a unit costs beside it", "<p class=price>€ 62,30 <small>16,44 €/kg</small></p>", "62.30"),
    ("a market's price first, in Turkish", "<div id=divPiyasaFiyat><span>€ 89,00</span></div><div id=divIndirimliFiyat><span>€ 62,30</span></div>", "62.30"),
    ("one that is not of the sale, first", "<p class='price-section'>Was: <b class='price price--non-sale'>€ 89,00</b></p><p class='price-section'><b class='price price--withTax'>€ 62,30</b></p>", "62.30"),
    ("one that was first, called the origin", "<div id=origin_price><b>€ 89,00</b></div><div id=show_price><b class=price_value>€ 62,30</b></div>", "62.30"),
    ("one that is crossed by its class", "<div class=product-prices><span class='product-sale product-sale--cross'>€ 89,00</span> <span class='product-sale product-sale--discount'>€ 62,30</span></div>", "62.30"),
    ("cents two elements deep above the line", "<p class=new-price>€ 62<sup><small>30</small></sup></p>", "62.30"),
    ("a script writes it", "<span class=line-through data-price='89,00 EUR'></span><span class=sale data-price='62,30 EUR'></span>", "62.30"),
    ("other products' boxes, alike but for a number", "<b class=price>€ 62,30</b><div class='box_17 main-price'>€ 71,00</div><div class='box_18 main-price'>€ 72,00</div><div class='box_19 main-price'>€ 73,00</div>", "62.30"),
    ("so many parts of it beside it", "<div class=preco>€ 62,30 até 4x de € 15,58 sem juros ou € 59,00 via Pix</div>", "62.30"),
    ("four of something, then the amount", "<div class=price>4 a € 62,30</div>", "62.30"),
    ("an offer without costs before it", "<div>Gratis ab € 50,00</div><div><i data-testid=product-price>€ 62,30</i></div>", "62.30"),
    ("a layout of a framework", "<div class='grid grid-cols-2 gap-4'><span>€ 62,30</span></div>", "62.30"),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "price"), [row[1:] for row in BOXES], ids=[row[0] for row in BOXES])
def test_of_the_prices_in_a_box_the_one_that_is_asked_now_counts(behind: str, price: str) -> None:
    assert lamp(behind).price == Decimal(price)


def test_a_price_in_a_heading_of_its_own_is_the_products() -> None:
    body = "<h1><del>€ 89,00</del> <b class=specialPrice>€ 62,30</b></h1><h1>Copper Lamp</h1><aside><b class=price>€ 9,00</b></aside>"
    assert page(body + "<button>Add to cart</button>").price == Decimal("62.30")


def test_an_amount_for_previews_that_is_without_tax_is_not_what_the_page_asks() -> None:
    metas = '<meta property="product:price:amount" content="120"><meta property="product:price:currency" content="EUR">'
    shown = "<h1>Copper Lamp</h1><p class=final-price>142,80 €</p><p>120,00 € zzgl. MwSt.</p>"
    assert page(shown, metas).price == Decimal("142.80")
    assert page("<h1>Copper Lamp</h1><p class=final-price>120,00 €</p>", metas).price == Decimal("120")


def test_the_language_says_whose_sign_it_is_where_nothing_else_does() -> None:
    html = "<html lang=ja><title>銅のランプ</title><h1>銅のランプ</h1><p class=price>￥36,500</p><button>カートに入れる</button></html>"
    assert extract(html.encode(), "https://shop.example.com/p/1").currency == "JPY"


@pytest.mark.parametrize("sign", ["грн", "₴", "₸", "บาท", "₾", "дин"])
def test_an_amount_stands_alone_whatever_its_sign(sign: str) -> None:
    assert lamp(f"<ul><li><h2>1 249 {sign}</h2></li></ul><button>Add to cart</button>").price == Decimal(1249)


def claimed(price: str) -> str:
    """What a page tells software that its product costs."""
    return f'<script type="application/ld+json">{{"@type": "Product", "name": "Copper Lamp", "offers": {{"price": "{price}", "priceCurrency": "EUR"}}}}</script>'


OLD = "<p class=old-price><s>€ 89,00</s></p><p class=price-now>€ 62,30</p>"
CLAIMS = [
    ("what was asked before", claimed("89.00"), OLD, "62.30"),
    ("what is asked now", claimed("62.30"), OLD, "62.30"),
    ("an amount that is struck out alone", claimed("89.00"), "<p class=old-price><s>€ 89,00</s></p>", "89.00"),
    ("an amount that another product was", claimed("75.00"), f"<p class=price>€ 75,00</p><div class=related>{OLD}</div>", "75.00"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "behind", "price"), [row[1:] for row in CLAIMS], ids=[row[0] for row in CLAIMS])
def test_what_software_is_told_counts_unless_the_page_strikes_it_out_for_less(
    head: str, behind: str, price: str
) -> None:
    assert page(f"<h1>Copper Lamp</h1>{behind}", head).price == Decimal(price)


SPANISH = [
    ("a code in the page", "<html lang=es>", '<main data-currency-iso-code="COP">', "COP"),
    ("the language of previews", "<html lang=es><meta property=og:locale content=es_MX>", "<main>", "MXN"),
    ("nothing", "<html lang=es>", "<main>", "USD"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "body", "currency"), [row[1:] for row in SPANISH], ids=[row[0] for row in SPANISH])
def test_whose_dollar_it_is_says_what_else_the_page_tells(head: str, body: str, currency: str) -> None:
    html = f"{head}<title>Lámpara</title>{body}<h1>Lámpara</h1><p class=price>$ 2.199.900</p><button>Comprar</button>"
    assert extract(html.encode(), "https://shop.example.com/p/1").currency == currency


@pytest.mark.parametrize(
    ("told", "host", "currency"), [("2 999,-", "cz", "CZK"), ("499:-", "se", "SEK"), ("12,-", "nl", "EUR")]
)
def test_a_dash_for_the_cents_is_money_of_the_country(told: str, host: str, currency: str) -> None:
    html = f"<title>Lamp</title><h1>Lamp</h1><p class=price>{told}</p>"
    product = extract(html.encode(), f"https://shop.example.{host}/p/1")
    assert (product.price, product.currency) == (Decimal(told.rstrip(",:-").replace(" ", "")), currency)


def test_a_letter_is_the_rand_before_a_number_in_south_africa() -> None:
    html = "<title>Tyre</title><h1>Tyre R17</h1><p>R 1 389.00 each</p><p>In stock</p>"
    product = extract(html.encode(), "https://shop.example.co.za/p/1")
    assert (product.price, product.currency) == (Decimal(1389), "ZAR")
    assert extract(html.encode(), "https://shop.example.com/p/1").currency is None
