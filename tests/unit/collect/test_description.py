"""What describes a product is found by its place where no machine is told, and comes with its pictures."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import pytest

from collect.extract import extract
from collect.extraction.description import description
from collect.extraction.page import Page

URL = "https://shop.example/p/1"
WORDS = "A lamp of solid oak with a shade of linen, made by hand in a small workshop."
TOLD = f"<p>{WORDS}</p>"
OTHER = "<p>This chair goes with every table that you may own, and with most lamps, too.</p>"

PLACES = [
    ("a class", f"<div class='product-description'>{TOLD}</div>"),
    ("a class in camel case", f"<div class=productDesc>{TOLD}</div>"),
    ("an id", f"<section id=description>{TOLD}</section>"),
    ("an id in German", f"<div id=artikelbeschreibung>{TOLD}</div>"),
    ("a heading before its text", f"<section><h2>Description</h2>{TOLD}<h2>Reviews</h2>{OTHER}</section>"),
    ("a heading in a box of its own", f"<div><div class=top><h3>产品描述</h3></div><div>{TOLD}</div></div>"),
    ("a heading with a colon", f"<div><b>Описание:</b> {TOLD}</div>"),
    ("a tab's link", f"<ul><li><a href='#t2'>Beschreibung</a></li><li><a href='#t3'>Versand</a></li></ul><div id=t3>{OTHER}</div><div id=t2>{TOLD}</div>"),
    ("a tab's button", f"<button aria-controls=panel-1>Descripción</button><div id=panel-1 hidden>{TOLD}</div>"),
    ("behind a tab that is called so itself", f"<a class=tab-description-title href='#d'>More</a><div class=tab-desc>{TOLD}</div>"),
]  # fmt: skip


@pytest.mark.parametrize("html", [row[1] for row in PLACES], ids=[row[0] for row in PLACES])
def test_a_description_is_found_by(html: str) -> None:
    told = extract(f"<h1>Lamp</h1><p class=price>12.80 €</p>{html}".encode(), URL)
    assert told.sources["description"] == "page"
    assert told.description is not None
    assert WORDS in told.description
    assert "chair" not in told.description


NOWHERE = [
    ("before the product", f"<div class=description>{TOLD}</div><h1>Lamp</h1>"),
    ("of another product", f"<h1>Lamp</h1><div class=related><div class=description>{OTHER}</div></div>"),
    ("of the shop", f"<h1>Lamp</h1><footer><h4>Description</h4>{OTHER}</footer>"),
    ("of delivery", f"<h1>Lamp</h1><div class=shipping-description>{OTHER}</div>"),
    ("of an order of sorting", f"<h1>Lamp</h1><div class=sort-desc>{OTHER}</div>"),
    ("of a category", f"<h1>Lamp</h1><div class=category-description>{OTHER}</div>"),
    ("with next to no words", "<h1>Lamp</h1><div class=description>Soon.</div>"),
    ("in a script", f"<h1>Lamp</h1><script>var description = '{WORDS}'</script>"),
]  # fmt: skip


@pytest.mark.parametrize("html", [row[1] for row in NOWHERE], ids=[row[0] for row in NOWHERE])
def test_what_does_not_describe_the_product_is_not_taken(html: str) -> None:
    assert description(Page(html.encode(), URL)) is None


def test_the_first_place_with_enough_words_wins_over_a_short_one() -> None:
    html = f"<h1>Lamp</h1><p class=short-description>{WORDS}</p><div id=tab-description>{TOLD * 3}</div>"
    assert description(Page(html.encode(), URL)) == TOLD * 3


def test_what_the_page_tells_machines_counts_more_and_what_it_tells_other_sites_less() -> None:
    body = f"<h1>Lamp</h1><p class=price>12.80 €</p><div class=description>{TOLD}</div>"
    meta = '<meta property="og:description" content="Buy lamps at the best price!">'
    linked = '<script type="application/ld+json">{"@type": "Product", "name": "Lamp", "description": "An oak lamp."}</script>'
    assert extract((meta + body).encode(), URL).description == TOLD
    assert extract((linked + body).encode(), URL).description == "<p>An oak lamp.</p>"


def test_pictures_loaded_late_come_with_their_whole_address() -> None:
    pictures = "<img src='/blank.gif' data-src='/media/oak.jpg' alt='Oak'><img src='//cdn.example/shade.jpg'><img src=/i/logo.svg>"
    html = f"<h1>Lamp</h1><p class=price>12.80 €</p><div class=description>{TOLD}{pictures}</div>"
    told = extract(html.encode(), URL).description or ""
    assert '<img src="https://shop.example/media/oak.jpg" alt="Oak">' in told
    assert '<img src="https://cdn.example/shade.jpg" alt="">' in told
    assert told.count("<img") == 2


def test_a_page_cannot_smuggle_what_runs_into_it() -> None:
    html = f"<h1>Lamp</h1><p class=price>12.80 €</p><div class=description>{TOLD}<img src=x onerror=alert(1) alt='\"><script>alert(1)</script>'><a href='javascript:alert(1)'>x</a></div>"
    told = extract(html.encode(), URL).description or ""
    assert WORDS in told
    assert not any(word in told for word in ("onerror", "script", "javascript"))
