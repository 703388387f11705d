"""Which of a page's pictures are the product's, where no markup tells them."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import pytest

from tests.builders.shown_pages import lamp

WHOLE = "https://shop.example.com/img/lamp.jpg"
SHOWN = [
    ("in a gallery", "<div class=gallery><img src=/img/lamp.jpg></div>"),
    ("bearing the product's name", "<img src=/img/lamp.jpg alt='Copper Lamp'>"),
    ("in a slide", "<div class=item_visual><div class=slide-item><img src=/img/lamp.jpg alt=''></div></div>"),
    ("in a box whose id says so, with a bar", "<div id=product_image_swiper><p><img src=/img/lamp.jpg></p></div>"),
    ("as a link to a bigger one", "<table><tr><td><a href=/img/lamp.jpg rel=lightbox><img src=/img/small/lamp.jpg></a></td></tr></table>"),
    ("among icons", "<div class=gallery><img src=/img/icons/status/green.png><img src=/img/lamp.jpg></div>"),
]  # fmt: skip
NONE = [
    ("of another product", "<div class=related><a href=/img/shade.jpg><img src=/img/small/shade.jpg></a></div>"),
    ("in a slide of other products", "<div class=recently-viewed><div class=slide><img src=/img/shade.jpg></div></div>"),
    ("of nothing in particular", "<p><img src=/img/team.jpg></p>"),
    ("an icon", "<div class=gallery><img src=/img/flags/de.png></div>"),
    ("too small", "<div class=gallery><img src=/img/lamp.jpg width=40></div>"),
]  # fmt: skip
BESIDE = "<b class=price>€ 65,00</b><button>Add to cart</button>"


@pytest.mark.parametrize("shown", [row[1] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_a_picture_of_the_product_is_one(shown: str) -> None:
    assert lamp(f"{shown}{BESIDE}").images == (WHOLE,)


@pytest.mark.parametrize("shown", [row[1] for row in NONE], ids=[row[0] for row in NONE])
def test_a_picture_of_something_else_is_none(shown: str) -> None:
    assert lamp(f"{shown}{BESIDE}").images == ()
