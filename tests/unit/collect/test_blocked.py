"""Pages that hold no product say why."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from collect.extract import extract
from daifa.models.collected import Blocked

WORDS = "<p>" + "Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 30 + "</p>"
ARTICLE = f'<meta property="og:type" content="article"><h1>What we paid for lamps</h1><p>from</p><b>12.80 €</b>{WORDS}'


@pytest.mark.parametrize(
    ("html", "url", "reason"),
    [
        ("<title>验证码拦截</title><div id=nocaptcha class=nc-container>请拖动滑块完成验证</div>", "https://a.example/p", Blocked.CAPTCHA),
        ("<title>Just a moment...</title><div class=cf-challenge></div>", "https://a.example/p", Blocked.CAPTCHA),
        ("<title>Robot Check</title><form action=/errors/validateCaptcha><h4>Type the characters you see</h4></form>", "https://a.example", Blocked.CAPTCHA),
        ("<title>Access Denied</title><h1>Access Denied</h1><p>You don't have permission. Reference #18</p>", "https://a.example", Blocked.CAPTCHA),
        ("<title>登录</title><form><input name=u><input type=password></form>", "https://a.example/p", Blocked.LOGIN_WALL),
        ("<title>x</title><h1>Welcome</h1>" + WORDS, "https://login.taobao.com/member/login.jhtml", Blocked.LOGIN_WALL),
        ("<title>Opening soon</title><h1>Enter using password</h1><input type=password>", "https://shop.example/password", Blocked.LOGIN_WALL),
        ("<!doctype html><title></title><div id=root></div><script src=/main.js></script>", "https://a.example/p", Blocked.EMPTY_SHELL),
        ("", "https://a.example/p", Blocked.EMPTY_SHELL),
        ("<title>Lamps compared</title><h1>Lamps compared</h1>" + WORDS, "https://a.example/blog", Blocked.NO_PRODUCT),
        ("<title>404</title><h1>Not found</h1>" + WORDS, "https://a.example/p", Blocked.NO_PRODUCT),
        (ARTICLE, "https://a.example/news", Blocked.NO_PRODUCT),
        ('{"products": []}', "https://a.example/products.json", Blocked.NO_PRODUCT),
        ('{"message": "hello"}', "https://a.example/x.json", Blocked.NO_PRODUCT),
    ],
)  # fmt: skip
def test_a_page_without_a_product_says_why(html: str, url: str, reason: Blocked) -> None:
    product = extract(html.encode(), url)
    assert product.blocked is reason
    assert product.price is None


@pytest.mark.parametrize("more", ["<button>Add to cart</button>", "<p class=price>12.80 €</p>"])
def test_an_article_with_something_to_buy_is_a_product(more: str) -> None:
    product = extract((ARTICLE + more).encode(), "https://a.example/lamp")
    assert (product.blocked, product.price) == (None, Decimal("12.80"))


def test_a_feed_of_several_products_is_not_one_product() -> None:
    one = '{"title": "A", "handle": "a", "variants": [{"price": "1.00"}], "options": []}'
    feed = f'{{"products": [{one}, {one}]}}'
    assert extract(feed.encode(), "https://a.example/products.json").blocked is Blocked.MANY_PRODUCTS


@pytest.mark.parametrize("kind", ["json-ld", "microdata"])
def test_a_page_of_many_products_is_not_taken_for_the_first_of_them(kind: str) -> None:
    names = ["Oak chair", "Steel stool", "Round mirror", "Wool rug"]
    if kind == "json-ld":
        offers = {"price": "5.00", "priceCurrency": "EUR"}
        items = [{"@type": "ListItem", "item": {"@type": "Product", "name": name, "offers": offers}} for name in names]
        body = (
            f'<script type="application/ld+json">{json.dumps({"@type": "ItemList", "itemListElement": items})}</script>'
        )
    else:
        body = "".join(
            f'<div itemscope itemtype="https://schema.org/Product"><a itemprop="name">{name}</a><p itemprop="offers" itemscope '
            'itemtype="https://schema.org/Offer"><i itemprop="price">5</i></p></div>'
            for name in names
        )
    html = f"<title>Furniture sale</title><h1>Furniture</h1>{body}{WORDS}"
    product = extract(html.encode(), "https://shop.example.de/furniture")
    assert (product.blocked, product.price) == (Blocked.MANY_PRODUCTS, None)


NAMES = ["Oak chair", "Steel stool", "Round mirror", "Wool rug"]
LISTS = [
    ("what stands right behind the heading", "Furniture", NAMES, Blocked.MANY_PRODUCTS),
    ("what stands far below", "Desk", [*["word"] * 80, *NAMES], None),
    ("too few for a list", "Desk", NAMES[:2], None),
    ("one of them is the page's own", "Oak chair", NAMES, None),
]


@pytest.mark.parametrize(("heading", "shown", "reason"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_a_page_whose_own_list_is_shown_is_one_of_many_products(
    heading: str, shown: list[str], reason: Blocked | None
) -> None:
    rows = [{"@type": "ListItem", "position": at, "name": name} for at, name in enumerate(NAMES)]
    told = json.dumps({"@type": "ItemList", "itemListElement": rows})
    html = (
        f'<title>{heading} | Shop</title><script type="application/ld+json">{told}</script><h1>{heading}</h1>'
        f"<p class=price>€ 65,00</p><button>Add to cart</button>{''.join(f'<p>{each}</p>' for each in shown)}"
    )
    assert extract(html.encode(), "https://shop.example/all").blocked is reason


def test_a_product_page_that_has_a_login_form_in_its_corner_is_still_a_product_page() -> None:
    html = (
        "<title>Lamp</title><header><form><input type=password></form></header><h1>Lamp</h1>"
        "<div class=product-price>€ 12,50</div><button>Add to cart</button>" + WORDS
    )
    product = extract(html.encode(), "https://lamp.example.de/lamp")
    assert product.blocked is None
    assert str(product.price) == "12.50"
