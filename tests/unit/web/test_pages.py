"""Pages are escaped by default, forms are capped, and a language is always found."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daifa.errors import Rejected, TooLarge
from daifa.multipart import fields_of
from daifa.pages import FORM_CAP, Html, body_of, joined, mark, page, request_locale, see_other, trouble
from daifa.texts import language, t


@given(st.text())
def test_whatever_is_put_into_a_page_stays_text(text: str) -> None:
    made = mark("<p title='{a}'>{a}</p>", a=text)
    inner = made.removeprefix("<p title='").removesuffix("</p>")
    assert not set("<>\"'") & set(inner.replace("'>", "", 1))


def test_markup_of_our_own_is_not_escaped_and_its_values_are() -> None:
    inner = mark("<b>{x}</b>", x="<i>")
    assert mark("<p>{inner}</p>", inner=joined([inner, Html("<hr>")])) == "<p><b>&lt;i&gt;</b><hr></p>"


def test_a_value_that_looks_like_a_placeholder_is_not_filled() -> None:
    assert mark("<p>{a}</p>", a="{b}", b="secret") == "<p>{b}</p>"


def test_every_page_forbids_scripts_frames_caches_and_referrers() -> None:
    headers = page("en", "t", Html(""))["headers"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert see_other("/s/x")["headers"]["Location"] == "/s/x"


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_trouble_is_told_in_words_and_escaped(lang: str) -> None:
    made = trouble(lang, "link.bad_number", 400, number="<b>")
    assert made["statusCode"] == 400
    assert "&lt;b&gt;" in made["body"]
    assert "<b>" not in made["body"]
    assert "link.bad_number" not in made["body"]


def a_post(body: str, packed: bool = False) -> dict[str, Any]:
    return {"body": base64.b64encode(body.encode()).decode() if packed else body, "isBase64Encoded": packed}


def form_of(event: dict[str, Any]) -> dict[str, list[str]]:
    """The fields of a posted form, as the doors read them."""
    return fields_of("application/x-www-form-urlencoded", body_of(event)).texts


@pytest.mark.parametrize("packed", [True, False])
def test_a_form_is_read_and_one_over_the_cap_is_not(packed: bool) -> None:
    assert form_of(a_post("a=1&a=2&b=%E5%8F%B0%E7%81%AF&c=", packed)) == {"a": ["1", "2"], "b": ["台灯"], "c": [""]}
    assert len(body_of(a_post("x" * FORM_CAP, packed))) == FORM_CAP
    for over in (FORM_CAP + 1, FORM_CAP * 3):
        with pytest.raises(TooLarge):
            form_of(a_post("x" * over, packed))
    with pytest.raises(Rejected, match="not_a_form"):
        form_of(a_post("&".join(f"f{n}=1" for n in range(600)), packed))


def test_bytes_that_are_no_text_do_not_break_a_form() -> None:
    assert form_of({"body": base64.b64encode(b"a=\xff\xfe").decode(), "isBase64Encoded": True})["a"]
    assert form_of({"body": None}) == {}


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("zh", "zh-CN"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("en-GB,zh;q=0.8", "en"),
        ("de,en;q=0.8", "en"),
        ("de", "zh-CN"),
        ("", "zh-CN"),
        (None, "zh-CN"),
        (",;q=x,<script>", "zh-CN"),
    ],
)
def test_the_nearest_language_is_chosen(wish: str | None, found: str) -> None:
    assert language(wish) == found
    assert request_locale({"headers": {"accept-LANGUAGE": wish or ""}}, "zh-CN") == found


def test_a_language_chosen_on_the_page_wins() -> None:
    event = {"queryStringParameters": {"lang": "en"}, "headers": {"accept-language": "zh-CN"}}
    assert request_locale(event, "zh-CN") == "en"


def test_a_missing_sentence_or_value_shows_itself_and_never_fails() -> None:
    assert t("en", "no.such.sentence") == "no.such.sentence"
    assert t("en", "link.bad_number") == "The tracking number {number} does not look right; please check it"
    assert t("xx", "link.purchase") == "Purchase order"
    assert "carrier." not in t("en", "notice.shipped.text", carrier="carrier.zhongtong", tracking="{0}", number="#1")
    assert t("en", "link.bad_number", number="1", key="k", locale="l").startswith("The tracking number 1 does")
