"""What a page shows of its stock to people and tells no machine: lines, classes and buttons behind its heading."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import pytest

from daifa.models.collected import Availability
from tests.builders.shown_pages import lamp, page

IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK

SOLD_OUT = [
    "Out of stock",
    "สินค้าหมด",
    "Hết hàng",
    "Uitverkocht",
    "暂时缺货",
    "已售罄",
    "品切れ",
    "품절",
    "Ausverkauft",
    "Нет в наличии",
    "غير متوفر",
    "Tilapäisesti loppu",
    "нет на складе",
    "Ikke lenger tilgjengelig for kjøp",
    "Ej i lager",
    "Brak towaru",
    "Fora de estoque",
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
