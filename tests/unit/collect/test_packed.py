"""States that are packed: in strings that scripts parse, and in lists whose values refer to each other."""
# ruff: noqa: E501 - scripts are kept whole, one per line

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.extraction import packed
from collect.extraction.state import NAME
from daifa.models.collected import Availability
from tests.builders.shown_pages import page

LAMP = {
    "name": "Copper Lamp",
    "brand": {"name": "Velara"},
    "price": {"amount": 62.3, "currency": "EUR"},
    "ean": "5901234123457",
    "inStock": False,
}


def single(text: str) -> str:
    """The text as people write it between single quotes in a script."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


STRINGS = [
    ("between double quotes", f"window.state = JSON.parse({json.dumps(json.dumps(LAMP))});"),
    ("between single quotes", f"window.state = JSON.parse({single(json.dumps(LAMP))});"),
    ("behind one that can't be read", f"JSON.parse('\\q'); window.state = JSON.parse({single(json.dumps(LAMP))});"),
    ("in Angular's signs", json.dumps({"page": LAMP}).replace('"', "&q;")),
    ("put into a stream", f"controller.enqueue({json.dumps(json.dumps([LAMP]))});"),
]  # fmt: skip


@pytest.mark.parametrize("script", [row[1] for row in STRINGS], ids=[row[0] for row in STRINGS])
def test_a_product_in_a_string_that_a_script_parses_is_read(script: str) -> None:
    product = page(f"<h1>Copper Lamp</h1><b>62,30</b><script>{script}</script>")
    assert (product.price, product.currency, product.brand) == (Decimal("62.3"), "EUR", "Velara")
    assert (product.gtin, product.availability) == ("5901234123457", Availability.OUT_OF_STOCK)


@given(st.text())
def test_a_string_says_the_same_between_either_quotes(text: str) -> None:
    assert list(packed.strings([f"JSON.parse({json.dumps(text)})"])) == [text]
    assert list(packed.strings([f"JSON.parse({single(json.dumps(text))})"])) == [json.dumps(text)]


def flat(value: Any, *, keyed: bool) -> list[Any]:
    """A value as a list in which each part stands once; with `keyed` its keys are parts, too."""
    values: list[Any] = []

    def put(part: Any) -> int:
        at = len(values)
        values.append(None)
        if isinstance(part, dict):
            values[at] = {f"_{put(key)}" if keyed else key: put(inner) for key, inner in part.items()}
        else:
            values[at] = [put(inner) for inner in part] if isinstance(part, list) else part
        return at

    put(value)
    return values


@pytest.mark.parametrize("keyed", [False, True], ids=["as Nuxt 3 does", "as React Router does"])
def test_a_product_in_a_list_of_values_is_read(keyed: bool) -> None:
    listed = flat([{"page": {"item": LAMP, "others": [{"name": "Shade", "price": 9}]}}], keyed=keyed)
    product = page(f"<h1>Copper Lamp</h1><b>62,30</b><script>{json.dumps(listed)}</script>")
    assert (product.price, product.currency, product.brand) == (Decimal("62.3"), "EUR", "Velara")
    assert (product.gtin, product.availability) == ("5901234123457", Availability.OUT_OF_STOCK)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("keyed", [False, True], ids=["as Nuxt 3 does", "as React Router does"])
@given(told=st.dictionaries(st.sampled_from(["price", "sku", "more"]), plain))
def test_an_object_comes_out_as_it_went_in(keyed: bool, told: dict[str, Any]) -> None:
    data = {**told, "title": "Copper Lamp"}
    first = next(packed.objects(json.dumps(flat([data], keyed=keyed)), "Copper Lamp", NAME))
    assert first == data


KINDS = [
    ("a kind", ["Copper Lamp", {"name": 0, "price": 2}, ["Reactive", 3], 62], 62),
    ("a kind of which nothing is known", ["Copper Lamp", {"name": 0, "price": 2}, ["Set", 3, 3], 62], None),
    ("null", ["Copper Lamp", {"name": 0, "price": -5}], None),
    ("a place behind the end", ["Copper Lamp", {"name": 0, "price": 99}], None),
    ("a word where a place should be", ["Copper Lamp", {"name": 0, "price": "x"}], None),
]  # fmt: skip


@pytest.mark.parametrize(("values", "price"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_what_a_place_leads_to(values: list[Any], price: object) -> None:
    assert list(packed.objects(json.dumps(values), "Copper Lamp", NAME)) == [{"name": "Copper Lamp", "price": price}]


@pytest.mark.parametrize(
    "text", ["", "[", '["Copper Lamp"', '{"name": "Copper Lamp"}', '["Shade", {"name": 0}]', "[[[[", "x"]
)
def test_any_other_text_has_none(text: str) -> None:
    assert list(packed.objects(text, "Copper Lamp", NAME)) == []


def test_a_value_that_stands_in_itself_ends_somewhere() -> None:
    one = next(packed.objects('["Copper Lamp",{"name":0,"self":1,"list":2},[1,1,1]]', "Copper Lamp", NAME))
    assert one["self"]["self"]["name"] == "Copper Lamp"
    assert len(json.dumps(one)) < 1_000_000
