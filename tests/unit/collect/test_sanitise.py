"""Supplier HTML that is kept: what survives and what can't."""
# ruff: noqa: E501 - pages and addresses are kept whole, one per line

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.extraction.sanitise import TAGS, clean


@pytest.mark.parametrize(
    ("dirty", "safe"),
    [
        ("<p>Two <b>coats</b></p>", "<p>Two <b>coats</b></p>"),
        ("plain & simple", "<p>plain &amp; simple</p>"),
        ("1 < 2", "<p>1 &lt; 2</p>"),
        ("&lt;p&gt;escaped once more&lt;/p&gt;", "<p>escaped once more</p>"),
        ("<script>alert(1)</script><p>x</p>", "<p>x</p>"),
        ("<style>p{}</style><p style='color:red' class=a id=b onclick=c()>x</p>", "<p>x</p>"),
        ("<a href='javascript:alert(1)'>x</a>", "x"),
        ("<p>x<img src='https://img.example.com/a.jpg' onerror=alert(1)></p>", '<p>x<img src="https://img.example.com/a.jpg"></p>'),
        ("<p>x<img src='//evil.example/a.jpg'></p>", "<p>x</p>"),
        ("<p>x<img src='http://169.254.169.254/latest'></p>", "<p>x</p>"),
        ("<p>x<img src='https://169.254.169.254/latest'></p>", "<p>x</p>"),
        ("<p>x<img src='https://127.0.0.1:9001/'></p>", "<p>x</p>"),
        ("<p>x<img src='data:image/png;base64,AAAA'></p>", "<p>x</p>"),
        ("<p>x<img src='/relative.jpg'></p>", "<p>x</p>"),
        ("<svg><script>alert(1)</script></svg><math><mi>x</mi></math><p>y</p>", "<p>y</p>"),
        ("<table><tr><td colspan='2' onclick=a>x</td></tr></table>", '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'),
        ("<form action=/login><input name=password></form><p>x</p>", "<p>x</p>"),
        ("<!-- <p>hidden</p> --><p>x</p>", "<p>x</p>"),
        ("<p> </p><br>", None),
        ("", None),
    ],
)  # fmt: skip
def test_only_a_few_tags_and_https_pictures_of_named_hosts_survive(dirty: str, safe: str | None) -> None:
    assert clean(dirty) == safe


@given(st.text(alphabet="<>/=\"' abimgsrcpscript:&;!-x", max_size=200))
def test_cleaning_what_is_clean_changes_nothing_and_no_other_tag_survives(dirty: str) -> None:
    safe = clean(dirty)
    if safe is not None:
        assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", safe)} <= TAGS
        assert not re.search(r"<[^>]+\son\w+=", safe)


def test_a_description_is_never_longer_than_its_cap_and_stays_closed() -> None:
    safe = clean("<ul>" + "<li>word</li>" * 20_000 + "</ul>")
    assert safe is not None
    assert len(safe) < 61_000
    assert safe.endswith("</ul>")
