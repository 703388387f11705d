"""Every sentence that the source asks for exists, and gets every value it speaks of."""

from __future__ import annotations

import json
import string
from datetime import timedelta
from typing import Any

import pytest

from daifa.models.aftersales import Claim, Refund
from daifa.models.states import PoState
from daifa.models.words import Notice, Party
from daifa.rules import notices
from daifa.texts import LOCALES, language, t, texts
from tests.builders.rows import START, a_case, a_purchase, a_scan, a_shipment, a_shop, a_supplier, an_order, cny
from tests.unit.texts.codes import ENGLISH, FAMILIES, ROOT, Asked, asked, companies, shapes, words

FILLED = {shape.replace("{}", one) for shape, values in FAMILIES.items() for one in values}
TEMPLATES = {key.removesuffix(".text") for key in ENGLISH if key.startswith("notice.") and key.endswith(".text")}


def blanks(sentence: str) -> set[str]:
    """The names of a sentence's {placeholders}."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_the_scanner_finds_what_there_is() -> None:
    found = {one.code for one in asked()}

    assert {"purchase.closed", "case.changed", "link.altered", "suspect.reused", "claim.rejected"} <= found
    assert len(words()) > 200
    assert len(shapes()) > 12


def test_every_name_in_the_source_is_a_sentence() -> None:
    templates = TEMPLATES | {f"{one}.{part}" for one in TEMPLATES for part in ("subject", "text")}

    assert {name: where for name, where in words().items() if name not in ENGLISH.keys() | templates} == {}


def test_every_name_given_to_a_fact_a_reason_or_an_error_is_a_sentence() -> None:
    assert [one for one in asked() if one.code not in ENGLISH] == []


def test_every_name_that_is_put_together_is_a_sentence_whatever_stands_in_it() -> None:
    assert {shape: where for shape, where in shapes().items() if shape not in FAMILIES} == {}
    assert sorted(FILLED - ENGLISH.keys() - {"supplier.sheet.row"}) == []


def test_every_company_that_an_adapter_can_name_has_a_name_on_the_admin_page_too() -> None:
    codes = companies() - {"auto"}
    assert {"usps", "huitongkuaidi", "shunfeng"} <= codes
    for locale in LOCALES:
        page = json.loads((ROOT / f"admin/lang/{locale}.json").read_text("utf-8"))
        assert sorted(code for code in codes if f"carrier.{code}" not in page) == []


def test_no_family_outlives_its_use() -> None:
    assert sorted(FAMILIES.keys() - shapes().keys()) == []


def test_no_sentence_outlives_its_use() -> None:
    used = words().keys() | FILLED | {f"{one}.{part}" for one in TEMPLATES for part in ("subject", "text")}

    assert sorted(ENGLISH.keys() - used) == []
    assert sorted(TEMPLATES - words().keys()) == []


def test_every_value_a_sentence_speaks_of_is_given_where_it_is_asked_for() -> None:
    def misses(one: Asked) -> set[str]:
        return blanks(ENGLISH[one.code]) - one.gives if one.gives is not None else set()

    assert {f"{one.where} {one.code}": sorted(misses(one)) for one in asked() if misses(one)} == {}


# --- the letters, each made by the rule that makes it ---

ORDER, PO, SHOP = an_order(), a_purchase(), a_shop()
LISTENS = a_supplier(robots=("group",))
PARCEL = a_shipment(checkpoints=(a_scan(1),))
CASE = a_case(PO)


def letters() -> list[Notice]:
    """One of each kind."""
    refund = Refund(shop=CASE.shop, order=CASE.order, case=CASE.id, amount=cny("12"), lines=CASE.lines)
    claim = Claim(
        shop=CASE.shop,
        order=CASE.order,
        case=CASE.id,
        po=PO.number,
        supplier=PO.supplier,
        amount=cny("9"),
        created_at=START,
    )
    return [
        notices.order_confirmed(ORDER, START),
        notices.shipped(ORDER, PARCEL, START),
        notices.daily_update(ORDER, (PARCEL,), SHOP.timezone, START + timedelta(days=1)),
        notices.delivered(ORDER, PARCEL, START),
        notices.follow_up(ORDER, None, START),
        notices.follow_up(ORDER, CASE, START),
        notices.case_opened(ORDER, CASE, START),
        notices.photos_wanted(ORDER, CASE, 1, START),
        notices.case_decided(ORDER, CASE, refund, START),
        notices.case_decided(ORDER, CASE, None, START),
        *notices.purchase_placed(PO, LISTENS, START),
        *notices.reminder(PO, LISTENS, START),
        *notices.reminder(PO.model_copy(update={"state": PoState.SUBMITTED}), LISTENS, START),
        notices.delay_offer(ORDER, PO, START),
        *notices.claim_submitted(PO, claim, LISTENS, START),
        *notices.said(ORDER, Party.CUSTOMER, None, "words", "id", START),
        *notices.said(ORDER, Party.SUPPLIER, LISTENS, "words", "id", START),
    ]


def test_one_letter_of_each_kind_is_made_here() -> None:
    assert sorted(letter.template for letter in letters()) == sorted(TEMPLATES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("letter", letters(), ids=lambda letter: letter.template)
def test_every_letter_is_whole_in_both_languages(letter: Notice, locale: str) -> None:
    for part in ("subject", "text"):
        said = t(locale, f"{letter.template}.{part}", **letter.values, shop=SHOP.name)

        assert said
        assert "{" not in said
        assert not [name for name in texts(locale) if name in said], "a name instead of its sentence"


# --- the reader's language ---


@pytest.mark.parametrize(
    ("wish", "locale"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("fr", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-TW,zh;q=0.9", "zh-CN"),
        ("en-GB;q=0.8", "en"),
        ("fr, EN", "en"),
        (";;,,=", "zh-CN"),
        ("*", "zh-CN"),
    ],
)
def test_the_nearest_language_is_chosen(wish: str | None, locale: str) -> None:
    assert language(wish) == locale


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert t("fr", "page.order") == t("en", "page.order") == "Order"


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("page.total", {"total": "¥1"}, "Total ¥1"),
        ("page.total", {}, "Total {total}"),
        ("case.opened", {"reason": "case.reason.damaged"}, "The customer complains: Damaged on arrival"),
        ("shipment.followed", {"carrier": "carrier.zhongtong", "number": "7"}, "Now following ZTO Express 7"),
        ("shipment.followed", {"carrier": "carrier.unheard_of", "number": "7"}, "Now following unheard_of 7"),
        ("carrier.unheard_of", {}, "unheard_of"),
        ("nobody.knows", {}, "nobody.knows"),
        ("{0.__class__}", {}, "{0.__class__}"),
        ("carrier.{x:>99999999999}{", {"x": "1"}, "{x:>99999999999}{"),
        ("page.total", {"total": "{total.__class__}"}, "Total {total.__class__}"),
    ],
)
def test_only_our_own_sentences_are_filled_in(key: str, values: dict[str, Any], said: str) -> None:
    assert t("en", key, **values) == said
