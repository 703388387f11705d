"""What a page shows of its stock to people and tells no machine: lines, classes and buttons behind its heading."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

from decimal import Decimal

import pytest

from collect.extraction import stock_words
from daifa.models.collected import Availability
from tests.builders.shown_pages import lamp, page

IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK

SOLD_OUT = [
    "Out of stock",
    "0 Units in Stock",
    "สินค้าหมด",
    "Hết hàng",
    "Uitverkocht",
    "暂时缺货",
    "已售罄",
    "品切れ",
    "품절",
    "ただいま在庫がございません。",
    "Ausverkauft",
    "Нет в наличии",
    "غير متوفر",
    "Tilapäisesti loppu",
    "нет на складе",
    "Ikke lenger tilgjengelig for kjøp",
    "Ej i lager",
    "Brak towaru",
    "Fora de estoque",
    "Este producto ya no está disponible",
    "Šiuo metu prekės neturime",
    "Nema na skladištu",
    "Немає в наявності",
    "販売休止中です",
    "일시품절",
    "Nincs készleten",
    "Εξαντλήθηκε",
    "אזל מהמלאי",
]


@pytest.mark.parametrize("line", SOLD_OUT)
def test_a_line_behind_the_heading_says_that_it_is_sold_out(line: str) -> None:
    product = lamp(f"<p>€ 129,90</p><div><span>{line}</span></div>")
    assert (product.availability, product.sources["availability"]) == (OUT, "page")


NOT_SOLD_OUT = [
    ("one way to get it", "<p>Collection not available</p>"),
    ("one way to get it, in another language", "<p>Retrait en magasin indisponible</p>"),
    ("another product's", '<div class="related"><p>Shade</p><p>Sold out</p></div>'),
    ("a tile of another product", '<div class="product-card"><p>Shade</p><p>Sold out</p></div>'),
    ("hidden by its style", '<p style="display: none">Sold out</p>'),
    ("hidden by its class", '<div class="d-none"><p>Sold out</p></div>'),
    ("hidden by an attribute", "<div hidden><p>Sold out</p></div>"),
    ("one of several choices", "<label>Large - sold out</label>"),
    ("a size", '<div class="size-list"><span>XL sold out</span></div>'),
    ("a way to send it", '<div class="shipping-info"><p>Not available</p></div>'),
    ("a sentence", "<p>When this lamp was sold out for the first time, nobody had thought that it would come back.</p>"),
    ("below the page", "<footer><p>Sold out</p></footer>"),
    ("far behind the heading", "<i>word</i>" * 120 + "<p>Sold out</p>"),
    ("where it can be bought", "<p>Sold out</p><button>Add to cart</button>"),
    ("a reader's words", "<p>Cost less last year. Often out of stock, too.</p>"),
    ("buttons of others behind the one that buys it", "<button>Buy now</button>" + "<div><h4>Shade</h4><button>Sold out</button></div>" * 3),
    ("one store's", "<p class=stock>Disponible en línea</p><p class=store-stock>Recoger en tienda: Agotado</p>"),
    ("one branch's, by its class", "<p class=branch-stock>Leeds: out of stock</p>"),
    ("one of several choices, on buttons", "<div><button>Good 249 €</button><button>Like new Sold out</button></div><button class=cta>Add to cart</button>"),
    ("not yet", "<p>Fast ausverkauft</p>"),
    ("not yet, in a stock line", "<p class=stock>Almost sold out - only 6 left</p>"),
    ("behind a line that says there is some", "<p class=stock>In stock (12), sent tomorrow</p><p class=stock>Umeå: out of stock</p>"),
    ("one of several sizes, on a link", "<p><a class=sku-sold-out>S Sold out</a><a>M</a></p><button>Add to cart</button>"),
    ("one of several sizes in a list", "<ul><li class=not-available>XS - sold out</li><li>S</li></ul>"),
    ("a label that the theme shows only in a box of the other kind", "<div class='price price--show-badge'><s>€ 140,00</s><b class='badge price__badge-sold-out'>Sold out</b></div>"),
    ("another product's, behind the button", "<button>Add to cart</button><div><a><h3>Shade</h3><i class=soldout>Sold out</i></a></div>"),
    ("a size, in a form that is called like a button", "<form class=add-to-cart-form><label>XS Sold out</label><button>Add to cart</button></form>"),
    ("behind a hidden label", "<div class=hidden><label>Availability:</label><b>Sold out</b></div>"),
    ("of the choice that is not made, in a table", "<table><tr><th>Availability</th><td><span class='no-display'><span>Sold out</span></span><span>In stock</span></td></tr></table>"),
]  # fmt: skip


@pytest.mark.parametrize("line", [row[1] for row in NOT_SOLD_OUT], ids=[row[0] for row in NOT_SOLD_OUT])
def test_what_says_so_of_something_else_is_not_heard(line: str) -> None:
    assert lamp(f"<p>€ 129,90</p>{line}").availability is IN


def test_a_line_before_the_heading_says_nothing_of_the_product() -> None:
    assert lamp("<p>€ 129,90</p>", before="<p>Sold out</p>").availability is IN


CLASSED = [
    ("sold out", "product type-product post-7 outofstock product_cat-lamps", OUT),
    ("in stock", "product type-product post-7 instock", IN),
    ("sold out, in a category that is called like other goods", "product type-product outofstock product_cat-accessories product_tag-related pa_size-l", OUT),
]  # fmt: skip


@pytest.mark.parametrize(("names", "state"), [row[1:] for row in CLASSED], ids=[row[0] for row in CLASSED])
def test_woocommerce_tells_the_stock_in_a_class(names: str, state: Availability) -> None:
    body = f'<div id="product-7" class="{names}"><h1>Copper Lamp</h1><p class="price">€ 129,90</p></div>'
    product = page(body)
    assert (product.availability, product.sources["availability"]) == (state, "page")


def test_woocommerces_class_of_another_product_is_not_heard() -> None:
    other = '<ul><li class="product type-product outofstock"><b>Shade</b></li></ul>'
    box = '<section class="related"><div class="product type-product outofstock"><b>Shade</b></div></section>'
    assert lamp(f'<p class="price">€ 129,90</p><button>Add to cart</button>{other}{box}').availability is IN


def test_buttons_of_other_products_do_not_sell_this_one() -> None:
    product = lamp(
        "<p>€ 65,00</p><p>Sold out</p><ul class='related-products'><li><button>Add to cart</button></li></ul>"
    )
    assert product.availability is OUT


BESIDE = [
    ("items of a list", "<ul><li class=product><p>Shade</p><button>Add to cart</button></li><li class=product><p>Bulb</p><button>Add to cart</button></li></ul>", OUT),
    ("articles", "<article class=productbox><button>Add to cart</button></article><article class=productbox><button>Add to cart</button></article>", OUT),
    ("the product's own box, alone", "<article class=product><button>Add to cart</button></article>", IN),
    ("its own lines, beside each other", "<ul><li class=line><p>Copper</p></li><li class=line><button>Add to cart</button></li></ul>", IN),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "state"), [row[1:] for row in BESIDE], ids=[row[0] for row in BESIDE])
def test_boxes_of_products_beside_each_other_are_other_products(behind: str, state: Availability) -> None:
    assert lamp(f"<p>€ 65,00</p><p>Sold out</p>{behind}").availability is state


DOUBTED = [
    ("a line says that it is sold out", "<p>Sold out</p><a class='btn disabled' role=button>Add to cart</a>", OUT),
    ("nothing says so: it waits for a choice", "<a class='btn disabled' role=button>Add to cart</a>", IN),
    ("another works", "<p>Sold out</p><a class='btn disabled' role=button>Add to cart</a><button>Buy now</button>", IN),
    ("those that work are of other products, all alike", "<p>Sold out</p>" + "<p>Shade</p><a class=buy role=button>Buy now</a>" * 3, OUT),
    ("three alike and no word of it", "<p>Shade</p><a class=buy role=button>Buy now</a>" * 3, IN),
    ("the only other is hidden", "<p>Sold out</p><a class='btn disabled' role=button>Add to cart</a><button hidden>Buy now</button>", OUT),
    ("the only other stands in what is hidden", "<p>Sold out</p><div class=unvisible><button>Add to cart</button></div>", OUT),
    ("it is shown to wide screens", "<p>Sold out</p><div class='d-none d-lg-block'><button>Add to cart</button></div>", IN),
    ("a way to get it is not to be had", "<button>Pickup <b>Not available</b></button><button>Ship it</button><button>Add to cart</button>", IN),
    ("a link to the cart sells nothing", "<p>Sold out</p><a class=btn href='/cart'>Add to cart (0)</a>", OUT),
    ("the products that could be had instead", "<p>Sold out</p><table class=analogs><tr><td>Shade</td><td><button>Buy now</button></td></tr></table>", OUT),
    ("the form of another product says so", "<form class='item product product-item'>Wrench € 9,00 <span>Out of stock</span></form><button>Add to cart</button>", IN),
    ("the button says so, behind a field for how many, called like a button", "<form id=addToCartForm><input id=pdpAddtoCartInput><p class=stock>Out of stock</p><button disabled>Out of stock</button></form>", OUT),
    ("one of its choices is sold out", "<button>Silver</button><button>Black (sold out)</button><button>Buy now</button>", IN),
    ("all that it has to choose is sold out", "<button>Black (sold out)</button>", OUT),
    ("the button says so, in a box that is named for the delivery, too", "<div class=js-shipping-container><div><div><form><div><input type=submit value='Sin stock' disabled></div></form></div></div></div>", OUT),
    ("one hidden by Cafe24's class", "<span class='btn sizeL'>SOLD OUT</span><button class='btn displaynone'>Buy now</button>", OUT),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "state"), [row[1:] for row in DOUBTED], ids=[row[0] for row in DOUBTED])
def test_a_greyed_button_or_one_of_many_sells_unless_a_line_says_that_it_is_sold_out(
    behind: str, state: Availability
) -> None:
    assert lamp(f"<p>€ 65,00</p>{behind}").availability is state


def test_a_box_that_holds_the_heading_may_be_called_anything() -> None:
    body = "<div class='ec-store related-colors'><h1>Copper Lamp</h1><p>€ 65,00</p><p class=soldout>Sold out</p></div>"
    assert page(body).availability is OUT


def test_a_frameworks_word_for_where_a_box_stands_does_not_say_that_it_is_of_others() -> None:
    product = lamp(
        "<section class='relative flex'><span class=price>€ 65,00</span><button>Add to cart</button></section>"
    )
    assert (product.price, product.sources["availability"]) == (Decimal(65), "page")


OFFERED = [
    ("word of its return", "<button>Notify me when available</button>", OUT),
    ("word of its return, in Polish", "<button>Powiadom o dostępności</button>", OUT),
    ("word of its return, of another product", "<ul class=related><li><button>Notify me when available</button></li></ul>", IN),
    ("word of its return beside a button that buys", "<button>Notify me when available</button><button>Add to cart</button>", IN),
    ("a button that is switched off for software", "<p>Sold out</p><button aria-disabled=true>Add to cart</button>", OUT),
    ("a button in the page's frame", "<p>Sold out</p><header><button>Add to cart</button></header>", OUT),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "state"), [row[1:] for row in OFFERED], ids=[row[0] for row in OFFERED])
def test_who_offers_word_of_its_return_has_none_to_sell(behind: str, state: Availability) -> None:
    assert lamp(f"<p>€ 65,00</p>{behind}").availability is state


MARKED = '<div itemscope itemtype="https://schema.org/Product"><b itemprop=name>Copper Lamp</b><p itemprop=offers itemscope itemtype="https://schema.org/Offer"><meta itemprop=price content=65><meta itemprop=priceCurrency content=EUR><link itemprop=availability href="https://schema.org/{}"></p></div>'
CONTRADICTED = [
    ("a label says that it is not", "InStock", "<p>Availability: <b>Out of stock</b></p>", OUT),
    ("a hidden label says so", "InStock", "<p hidden>Availability: <b>Out of stock</b></p>", IN),
    ("few are left, and the page says none", "LimitedAvailability", "<p class=delivery-information>Nicht mehr verfügbar</p>", OUT),
    ("few are left", "LimitedAvailability", "<p>Only a few left</p>", IN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("marked", "behind", "state"), [row[1:] for row in CONTRADICTED], ids=[row[0] for row in CONTRADICTED]
)
def test_what_a_template_tells_software_of_the_stock_is_not_believed_against_a_label(
    marked: str, behind: str, state: Availability
) -> None:
    assert page(f"<h1>Copper Lamp</h1>{MARKED.format(marked)}{behind}").availability is state


DISPUTED = [
    ("the page shows that it is sold out", "<p class=stock>Esgotado</p>", OUT),
    ("the page shows that it sells", "<button>Add to cart</button>", IN),
    ("the page shows nothing", "<p>A lamp</p>", IN),
]  # fmt: skip


@pytest.mark.parametrize(("behind", "state"), [row[1:] for row in DISPUTED], ids=[row[0] for row in DISPUTED])
def test_where_a_page_tells_software_both_what_it_shows_decides(behind: str, state: Availability) -> None:
    preview = '<meta property="product:availability" content="oos">'
    assert page(f"<h1>Copper Lamp</h1>{MARKED.format('InStock')}{behind}", preview).availability is state


@pytest.mark.parametrize(
    "line", ["In stock", "Skladem (>5 ks)", "Verfügbarkeit: auf Lager", "在庫あり: 残り4点", "现货"]
)
def test_a_line_says_that_there_is_some(line: str) -> None:
    assert stock_words.plenty(line)


@pytest.mark.parametrize(
    "line", ["In stock soon", "Auf Lager: 0", "Available in three colours", "Stock", "Not in stock"]
)
def test_a_line_that_begins_alike_does_not(line: str) -> None:
    assert not stock_words.plenty(line)


def test_what_is_sold_out_and_has_a_code_is_a_product_though_it_has_no_price() -> None:
    product = lamp("<p>SKU: CL-2071</p><p class=stock>Out of stock</p>")
    assert (product.title, product.sku, product.availability, product.blocked) == ("Copper Lamp", "CL-2071", OUT, None)
    assert lamp("<p class=stock>Out of stock</p>").blocked is not None


def test_a_label_in_a_list_is_no_choice() -> None:
    assert lamp("<p>€ 65,00</p><ul><li>Olemas: otsas</li><li>Kaal: 2 kg</li></ul>").availability is OUT
