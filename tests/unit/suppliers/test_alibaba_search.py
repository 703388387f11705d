"""What 1688 finds by words, page by page, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.suppliers.alibaba import Alibaba
from tests.unit.answering import Answering
from tests.unit.suppliers.gateway_answers import HTML

SEARCH = "product.search.keywordQuery"


def a_page(*rows: Any, pages: Any = 3) -> tuple[int, Any]:
    """A page of a search of so many pages."""
    found = {"totalRecords": 120, "totalPage": pages, "pageSize": 50, "currentPage": 1, "data": list(rows)}
    return 200, {"result": {"success": True, "code": "200", "message": "", "result": found}}


def a_row(number: Any, subject: Any = "台灯") -> dict[str, Any]:
    return {"offerId": number, "subject": subject, "subjectTrans": "Lamp"}


def test_offers_are_named_by_their_pages_and_own_titles(gateway: Answering, alibaba: Alibaba) -> None:
    gateway.answers = {SEARCH: a_page(a_row(610947572360), a_row("610947572361", "灯"), a_row(610947572360))}
    found = alibaba.search("台灯", 2)
    assert found.offers == (
        ("https://detail.1688.com/offer/610947572360.html", "台灯"),
        ("https://detail.1688.com/offer/610947572361.html", "灯"),
    )
    assert found.more
    (asked,) = gateway.calls(SEARCH)
    assert json.loads(asked.form["offerQueryParam"]) == {
        "keyword": "台灯",
        "beginPage": 2,
        "pageSize": 50,
        "country": "en",
    }
    assert not alibaba.search("台灯", 3).more


@pytest.mark.parametrize(
    "answer",
    [
        a_page(),
        a_page({"subject": "no number"}, {"offerId": "x"}, {"offerId": -1}, None, 7),
        a_page(pages="many"),
        (200, {"result": {"success": True, "result": None}}),
    ],
    ids=["nothing", "rows that are no offers", "pages that are no number", "no result"],
)
def test_what_is_no_offer_is_left_out(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {SEARCH: answer}
    found = alibaba.search("台灯", 1)
    assert (found.offers, found.more) == ((), False)


@pytest.mark.parametrize(
    "answer",
    [(200, {"result": {"success": False, "code": "500"}}), (200, HTML), None],
    ids=["a refusal", "HTML", "no answer"],
)
def test_a_search_that_cannot_be_read_is_asked_again_later(gateway: Answering, alibaba: Alibaba, answer: Any) -> None:
    gateway.answers = {SEARCH: answer}
    with pytest.raises(Retry):
        alibaba.search("台灯", 1)
