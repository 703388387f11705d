"""Taking a page apart without a tree: what is a script, what is text, and where an element ends."""
# ruff: noqa: E501 - markup is kept whole, one piece per line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.extraction.markup import Markup
from collect.extraction.page import Page

LONG = "var state = {a: 1, b: 2, c: 3};"
URL = "https://shop.example/p/1"

TEXTS = [
    ("scripts and styles hold no text", f"<p>a</p><script>{LONG}</script><style>p {{}}</style><p>b</p>", "a|b"),
    ("a comment holds no text, not even tags", "<p>a<!-- <b>gone</b> --></p><p>b</p>", "a|b"),
    ("an empty comment ends at once", "<p>a<!-->b</p>", "ab"),
    ("a comment without an end is left alone", "<p>a</p><p>b<!-- c</p>", "a|b"),
    ("a drawing parts two words", "<p>Add<svg><title>bag</title><path d='M0 0'/></svg>to cart</p>", "Add to cart"),
    ("a drawing that closes itself takes nothing with it", "<p>a<svg/>b</p><p>c</p>", "a b|c"),
    ("a drawing without an end takes nothing with it", "<p>a</p><svg><p>b</p>", "a|b"),
    ("what only browsers without scripts show is no text", "<p>a</p><noscript><p>Turn on scripts</p></noscript><p>b</p>", "a|b"),
    ("templates are no text", "<p>a</p><template><p>{{ price }}</p></template><p>b</p>", "a|b"),
    ("a page's title is no text of its body", "<title>Shop</title><p>a</p>", "a"),
    ("entities are resolved", "<p>A&amp;B &euro; 5</p>", "A&B € 5"),
    ("a > in an attribute is none of the tag's", '<p title="5 > 3" class="x">a</p>', "a"),
    ("HTML in capitals is HTML", f"<P>a</P><SCRIPT>{LONG}</SCRIPT><P>b</P>", "a|b"),
    ("words before the first tag are text", "hello <b>you</b>", "hello|you"),
    ("a page without a tag is text", "hello", "hello"),
    ("a script without an end goes on to the page's", f"<p>a</p><script>{LONG}<p>b</p>", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "told"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_the_text_is_what_readers_see(html: str, told: str) -> None:
    assert [text for text, _ in Markup(html.encode()).pieces] == told.split("|")


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "<svg>",
                "</svg>",
                "a",
                " ",
                "'",
                '"',
                "<",
                ">",
                "<i b='",
            ]
        ),
        max_size=30,
    )
)
def test_each_piece_stands_where_it_is_said_to(parts: list[str]) -> None:
    markup = Markup("".join(parts).encode())
    for text, at in markup.pieces:
        assert text[0] in markup.text[at:]


def test_scripts_are_kept_with_their_type() -> None:
    page = (
        f'<script type="application/LD+json">{LONG}</script><script src="a.js"></script>'
        f"<script data-type=no>{LONG}</script><script type=module>{LONG}</SCRIPT>"
    )
    markup = Markup(page.encode())
    assert [script.kind for script in markup.scripts] == ["application/ld+json", "", "module"]
    assert {script.body for script in markup.scripts} == {LONG}


def test_a_script_in_an_attribute_is_no_script() -> None:
    markup = Markup(f"<p data-x='<script>{LONG}</script>'>a</p>".encode())
    assert markup.scripts == []
    assert not markup.scripted


TAGS = [
    ("<a href='x?a=1&amp;b=2' HREF=y data-z>", {"href": "x?a=1&b=2", "data-z": ""}),
    ('<meta content="a > b" name=x/>', {"content": "a > b", "name": "x/"}),
    ('<p class="torn>text</p>', {"class": ""}),
    ("<br/>", {}),
]  # fmt: skip


@pytest.mark.parametrize(("html", "attributes"), TAGS, ids=[row[0] for row in TAGS])
def test_a_tags_attributes(html: str, attributes: dict[str, str]) -> None:
    told = Markup(html.encode()).tag(0).attributes
    assert {name: value for name, value in told.items() if name in attributes} == attributes


ENDS = [
    ("inner elements of the same name", "<div><div>a</div><divx>b</div><i>", "<div>a</div><divx>b"),
    ("none without a content", "<img src=a>b", ""),
    ("the text's where there is no end tag", "<div>a", "a"),
    ("capitals", "<DIV>a</div>b", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "inner"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS])
def test_an_elements_end_counts_in(html: str, inner: str) -> None:
    markup = Markup(html.encode())
    tag = markup.tag(0)
    assert html[tag.end : markup.end(tag)] == inner


def test_the_elements_around_a_place_are_told_innermost_first() -> None:
    markup = Markup(b"<main><ul><li>a</li><li class=b><br><i>c</i> d</li></ul></main>")
    at = markup.text.index(" d")
    assert [markup.tag(each).name for each in markup.enclosing(at)] == ["li", "ul", "main"]
    assert markup.around(at) == "li"


def test_dialogs_that_ask_for_consent_are_left_out_of_large_pages() -> None:
    dialog = '<div id="CybotCookiebotDialog">' + "<div>Partner: sees all</div>" * 30_000 + "</div>"
    page = Page(f"<h1>Lamp</h1>{dialog}<table><tr><td>SKU</td><td>A-1</td></tr></table>".encode(), URL)
    assert [text for text, _ in page.markup.pieces] == ["Lamp", "SKU", "A-1"]
    assert page.markup.text[page.markup.noted("tr")[0] :].startswith("<tr>")


SELECTED = [
    ("#b i", "two"),
    ("[itemprop=name]", "three"),
    ("h1", "Lamp"),
    ("h1.x", None),
    ("#none", None),
    (".here", "four"),
    (".nowhere", None),
    ("#cell", "five"),
]  # fmt: skip


@pytest.mark.parametrize(("selector", "told"), SELECTED, ids=[row[0] for row in SELECTED])
def test_a_selector_means_the_same_in_a_part_as_in_the_whole_tree(selector: str, told: str | None) -> None:
    page = Page(
        b"<h1>Lamp</h1><p id=x><i>one</i></p><p id='b'><i>two</i></p><b itemprop=\"name\">three</b><u class=here>four</u>"
        b'<table><tr><td id="cell">five</td></tr></table>',
        URL,
    )
    found = page.select(selector)
    assert (found[0].text() if found else None) == told
    assert [node.html for node in found] == [node.html for node in page.tree.css(selector)]


CHARACTERS = ["utf-8", "gb18030", "cp932", "cp949", "big5hkscs", "utf-16", "utf-8-sig"]


@pytest.mark.parametrize("name", CHARACTERS)
def test_whatever_the_bytes_tags_are_noted_where_they_stand_in_the_text(name: str) -> None:
    said = {"cp949": "가격 상품 재고 배송", "cp932": "価格は千円です", "big5hkscs": "價格優惠的人氣商品"}.get(
        name, "价格优惠，人气商品"
    )
    page = (
        f"<meta charset={name}><title>{said}</title><svg>x</svg>{said}<!-- {said} --><h1>{said}</h1><script>var a = '{said}' + 1234;</script>"
        f"<table><tr><td>{said}</td></tr></table>"
    )
    body = Page(page.encode(name), URL, f"text/html; charset={name}")
    markup = body.markup
    for tag in ("meta", "title", "h1", "table", "tr"):
        assert [markup.text[at : at + len(tag) + 1] for at in markup.noted(tag)] == [f"<{tag}"]
    assert [text for text, _ in markup.pieces] == [said, said, said]
    assert (body.title, body.heading) == (said, said)
    assert [script.body for script in markup.scripts] == [f"var a = '{said}' + 1234;"]


def test_the_words_of_scripts_tell_the_encoding_of_a_page_whose_markup_has_none() -> None:
    said = "价格优惠，人气商品"
    page = f"<h1>Lamp</h1><script>var told = '{said}';</script>".encode("gb18030")
    assert Markup(page, "text/html; charset=gbk").scripts[0].body == f"var told = '{said}';"


def test_what_stands_far_behind_the_heading_is_not_looked_at_for_prices() -> None:
    near, far = "<b class=price>1</b>", "<i class=price>2</i>"
    page = Page(f"<h1>Lamp</h1>{near}{'<p>words</p>' * 15_000}{far}".encode(), URL)
    assert [node.tag for node in page.places.price] == ["h1", "b"]


@pytest.mark.parametrize(("heading", "told"), [("h1", ["Lamp", "Art. A-1"]), ("h2", ["Lamp", "Art. A-1", "Art. B-2"])])
def test_words_far_behind_the_heading_are_of_other_products(heading: str, told: list[str]) -> None:
    markup = Markup(f"<{heading}>Lamp</{heading}><p>Art. A-1</p>{'<p></p>' * 25_000}<p>Art. B-2</p>".encode())
    assert [text for text, _ in markup.pieces] == told
