"""The state of Nuxt 2, whose values are arguments of the function that makes it."""
# ruff: noqa: E501 - scripts are kept whole, one per line

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from collect.extraction.nuxt import resolved
from tests.builders.shown_pages import page


def made(body: str, names: str, arguments: str) -> str:
    """A script that makes a state."""
    return f"window.__NUXT__=(function({names}){{return {body}}}({arguments}));"


STATES = [
    ("names become what they stand for", made("{brand:a,stock:b}", "a,b", '"Velara",3'), {"brand": "Velara", "stock": 3}),
    ("words in strings stay", made('{title:"a, b",tag:"a"}', "a,b", '"x","y"'), {"title": "a, b", "tag": "a"}),
    ("keys are no names", made("{a:a,b:[a,b]}", "a,b", '"x",2'), {"a": "x", "b": ["x", 2]}),
    ("what JSON has no word for", made("{on:!0,off:!1,none:void 0,list:Array(2)}", "a", "null"), {"on": True, "off": False, "none": None, "list": []}),
    ("so do arguments", made("{on:a,none:b}", "a,b", "!0,void 0"), {"on": True, "none": None}),
    ("an argument may look like the function's end", made("{told:a}", "a", '"wins }( again"'), {"told": "wins }( again"}),
    ("addresses are escaped", made("{link:a}", "a", '"https:\\u002F\\u002Fshop.example"'), {"link": "https://shop.example"}),
]  # fmt: skip


@pytest.mark.parametrize(("script", "state"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_a_state_is_told_whole(script: str, state: object) -> None:
    assert json.loads(resolved(script)) == state


OTHERS = [
    ("another script", "window.state = {a: b};"),
    ("a state without a function", 'window.__NUXT__={"a":1};'),
    ("fewer arguments than names", made("{a:a}", "a,b", '"x"')),
    ("a torn end", 'window.__NUXT__=(function(a,b){return {a:a}}("x"'),
    ("a function that does more than return", "window.__NUXT__=(function(a){a.x=1;return {a:a}}({}));"),
]  # fmt: skip


@pytest.mark.parametrize("script", [row[1] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_what_is_no_such_state_stays_as_it_is(script: str) -> None:
    assert resolved(script) == script


def test_a_product_in_it_is_read() -> None:
    script = made(
        '{data:[{item:{title:"Copper Lamp",price:c,currency:b,brand:a,stock:d}}]}',
        "a,b,c,d",
        '"Velara","EUR","62.30",0',
    )
    product = page(f"<h1>Copper Lamp</h1><b>62,30</b><script>{script}</script>")
    assert (product.price, product.currency, product.brand) == (Decimal("62.30"), "EUR", "Velara")
