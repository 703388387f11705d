"""What a page calls its product where its <h1> says something else, or there is none."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import pytest

from collect.extraction.page import Page
from tests.builders.shown_pages import page

URL = "https://shop.example.com/p/oak-lamp-5"
NAME = "Oak Lamp No. 5"
PRICE = "<p class=price>€ 65,00</p><button>Add to cart</button>"

NAMES = [
    ("the shop's name leads home, the product stands below", "Fine Goods", '<h1><a href="/">Fine Goods</a></h1>', f"<h2>{NAME}</h2>", NAME),
    ("the maker's name leads to the maker", f"{NAME} | Fine Goods", '<h1><a href="/maker/7">Oaken Ltd.</a></h1>', f"<h2 class=product-name>{NAME}</h2>", NAME),
    ("a logo is the heading", f"{NAME} | Fine Goods", '<h1><a href="/"><img src="/logo.png" alt="Fine Goods"></a></h1>', f"<div>{NAME}</div>", NAME),
    ("the category is the heading, and the address says another", f"Fine Goods - Lamps - {NAME}", "<h1>Lamps</h1>", f"<h2>{NAME}</h2>", NAME),
    ("no heading at all: a part of the title stands on the page", f"Fine Goods wholesale of furniture - {NAME} - Lamps", "", f"<div class=name>{NAME}</div>", NAME),
    ("a part of the title stands in the trail of links, too", f"Furniture for homes - {NAME}", "", f'<nav><a href="/f">Furniture for homes</a></nav><b>{NAME}</b>', NAME),
    ("the title ends early, an element is named for the name", "【多图】胡桃木台灯卧室床头_灯具批发", "", "<div class=goods-page-title>胡桃木台灯卧室床头简约新款</div>", "胡桃木台灯卧室床头简约新款"),
    ("a picture says it where the title does not", "Fine Goods", "", f'<img src="/oak.jpg" alt="{NAME}"><h3>{NAME}</h3>', NAME),
    ("a heading that leads to the page itself is its own", f"{NAME} | Fine Goods", f'<h1><a href="/p/oak-lamp-5">{NAME}</a></h1>', "<h2>About it</h2>", NAME),
    ("a heading with a link in it is its own", f"{NAME} | Fine Goods", f'<h1><a href="/b">Oaken</a> {NAME}</h1>', "<h2>About it</h2>", f"Oaken {NAME}"),
    ("the first order of headings below comes before the others", "Fine Goods", '<h1><a href="/">Fine Goods</a></h1><h3>Brands</h3>', f"<h2>{NAME}</h2>", NAME),
    ("what is said of other products is not its name", f"{NAME} | Fine Goods", '<h1><a href="/">Fine Goods</a></h1>', f'<aside><h2>Lamps for you</h2></aside><h2>{NAME}</h2>', NAME),
]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "before", "behind", "name"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES]
)
def test_a_page_calls_its_product(title: str, before: str, behind: str, name: str) -> None:
    product = page(f"{before}{behind}{PRICE}", url=URL, title=title)
    assert (product.blocked, product.title) == (None, name)


def test_a_page_begins_to_speak_of_its_product_at_its_name() -> None:
    html = (
        f"<title>{NAME} | Fine Goods</title><h1><a href=/>Fine Goods</a></h1><p>€ 9,90</p><h2>{NAME}</h2><p>€ 65,00</p>"
    )
    told = Page(html.encode(), URL)
    assert told.markup.text[told.start :].startswith(f"<h2>{NAME}")
    assert [str(one.low) for one in told.money] == ["65.00"]


def test_what_the_previews_of_a_shop_say_on_all_its_pages_is_not_of_the_product() -> None:
    metas = '<meta property="og:title" content="Fine Goods: all for homes"><meta property="og:image" content="/all.jpg"><meta property="og:description" content="All for homes.">'
    product = page(
        f"<h1><a href=/>Fine Goods</a></h1><h2>{NAME}</h2><img src=/oak.jpg alt='{NAME}'>{PRICE}",
        metas,
        URL,
        "Fine Goods",
    )
    assert (product.title, product.description) == (NAME, None)
    assert product.images == ("https://shop.example.com/oak.jpg",)
