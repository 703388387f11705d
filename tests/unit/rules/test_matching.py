"""What is proposed is the same thing, one difference that counts beats everything, and evidence is symmetric."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.matching import NOON, Pair, measured, ours, pairs
from benchmarks.matching_pairs import HELD_OUT, PAIRS
from daifa.models.catalog import Offer, OfferVariant
from daifa.models.ids import OfferId, SupplierId
from daifa.models.money import Money
from daifa.models.states import OfferState
from daifa.rules.matching import ALIKE, ASKED_AGAIN, BY_GTIN, PROPOSED, UNLIKE, match, pictures_count, unseen
from daifa.texts import t

GTIN = "4006381333931"
ALL = [*pairs(PAIRS), *pairs(HELD_OUT)]


def an_offer(title: str, *variants: OfferVariant, **told: object) -> Offer:
    made = Offer(
        id=OfferId("o"),
        supplier=SupplierId("s"),
        external="o",
        url="https://shop.example/o",
        title=title,
        state=OfferState.AVAILABLE,
        variants=variants or (a_variant("one"),),
        collected_at=NOON,
    )
    return made.model_copy(update=told)


def a_variant(name: str, price: str = "39.00", gtin: str = "", **options: str) -> OfferVariant:
    return OfferVariant(external=name, options=options, price=Money.of(price, "CNY"), gtin=gtin)


def test_nothing_of_the_table_that_was_tuned_on_is_proposed_wrongly_and_most_is_found() -> None:
    told = measured(pairs(PAIRS), ours, PROPOSED)
    assert told.wrong == ()
    assert told.recall >= 0.9


@pytest.mark.parametrize(
    ("ours", "theirs", "code"),
    [
        ("保温杯 500ml", "保温杯 750ml", "match.other_measure"),
        ("Mouse M185", "Mouse M220", "match.other_code"),
        ("Phone 14", "Phone 15", "match.other_number"),
        ("收纳盒 透明", "收纳盒 透明 3个装", "match.other_count"),
        ("雨衣 红色", "雨衣 Blue", "match.other_colour"),
        ("Board bamboo", "Board plastic", "match.other_material"),
        ("Phone pro", "Phone pro max", "match.other_kind"),
        ("洗手液", "洗手液 补充装", "match.other_accessory"),
    ],
)
def test_a_difference_that_counts_is_a_veto_even_against_equal_numbers(ours: str, theirs: str, code: str) -> None:
    told = match(an_offer(ours, gtin=GTIN), an_offer(theirs, gtin=GTIN))
    assert (told.score, told.variants) == (0.0, {})
    assert code in {reason.code for reason in told.reasons}


def test_the_same_size_in_another_unit_is_the_same_size() -> None:
    assert match(an_offer("Steel bottle 500ml"), an_offer("Bottle steel 0.5 L")).proposed


def test_an_equal_gtin_is_near_proof_even_across_languages() -> None:
    told = match(an_offer("Aurora table light", gtin=GTIN), an_offer("极光台灯", gtin="0" + GTIN))
    assert (told.score, told.reasons[0].code) == (BY_GTIN, "match.gtin")


@pytest.mark.parametrize("told", [{"gtin": GTIN}, {"brand": "Borex"}, {"brand": "Lumo", "mpn": "L-2"}])
def test_another_number_or_brand_is_a_veto(told: dict[str, str]) -> None:
    mine = an_offer("Desk lamp", brand="Lumo", mpn="L-1", gtin="96385074")
    assert match(mine, an_offer("Desk lamp", **told)).score == 0.0


def test_an_attribute_that_contradicts_is_a_veto() -> None:
    told = match(an_offer("保温杯", attributes={"容量": "500ml"}), an_offer("保温杯", attributes={"容量": "750ml"}))
    assert told.reasons[0].code == "match.other_measure"


def test_variants_correspond_by_their_choices_in_either_language() -> None:
    mine = (a_variant("a", 颜色="红色", 容量="500ml"), a_variant("b", 颜色="蓝色", 容量="500ml"))
    theirs = (a_variant("x", Colour="Blue", Size="0.5 L"), a_variant("y", Colour="Red", Size="0.5 L"))
    assert match(an_offer("Steel bottle", *mine), an_offer("Steel bottle", *theirs)).variants == {"a": "y", "b": "x"}


def test_a_variant_that_could_be_two_of_theirs_is_none_of_them() -> None:
    mine = (a_variant("a", c="红色"), a_variant("b", c="蓝色"))
    theirs = (a_variant("x", c="Red"), a_variant("y", c="红"), a_variant("z", c="Blue"))
    assert match(an_offer("Bottle", *mine), an_offer("Bottle", *theirs)).variants == {"b": "z"}


def test_variants_of_other_gtins_do_not_correspond() -> None:
    told = match(an_offer("Lamp", a_variant("a", gtin=GTIN)), an_offer("Lamp", a_variant("x", gtin="96385074")))
    assert not told.proposed


@pytest.mark.parametrize(("price", "proposed"), [("30.00", True), ("300.00", False)])
def test_a_price_far_off_takes_a_proposal_away(price: str, proposed: bool) -> None:
    assert match(an_offer("Desk lamp"), an_offer("Desk lamp", a_variant("x", price))).proposed is proposed


@pytest.mark.parametrize(
    ("bits", "change", "code"),
    [
        (0, 0.1, "match.image_alike"),
        (ALIKE, 0.1, "match.image_alike"),
        (ALIKE + 1, 0.0, "match.image_between"),
        (UNLIKE - 1, 0.0, "match.image_between"),
        (UNLIKE, -0.1, "match.image_unlike"),
        (64, -0.1, "match.image_unlike"),
    ],
)
def test_pictures_count_where_both_are_known(bits: int, change: float, code: str) -> None:
    mine = an_offer("Desk lamp quiet", image_hash="f" * 16)
    plain = match(mine, an_offer("Desk lamp quiet bright new"))
    told = match(mine, an_offer("Desk lamp quiet bright new", image_hash=f"{(1 << 64) - 1 >> bits:016x}"))
    assert round(told.score - plain.score, 3) == change
    (reason,) = [reason for reason in told.reasons if reason.code == code]
    assert str(bits) in t("en", reason.code, **reason.values)


hashes = st.integers(0, 2**64 - 1).map(lambda value: f"{value:016x}")


@settings(max_examples=60)
@given(st.sampled_from(ALL), st.sampled_from(ALL), hashes, st.integers(0, 2**64 - 1))
def test_a_picture_that_is_not_looked_at_could_not_have_made_a_proposal(
    one: Pair, other: Pair, mine: str, changed: int
) -> None:
    ours, theirs = one.ours, other.theirs
    if not pictures_count(ours, theirs):
        seen = {"image_hash": f"{int(mine, 16) ^ changed:016x}"}
        assert not match(ours.model_copy(update={"image_hash": mine}), theirs.model_copy(update=seen)).proposed


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, False),
        ({"picture": "https://shop.example/1.jpg"}, True),
        ({"picture": "https://shop.example/1.jpg", "image_hash": "f" * 16}, False),
        ({"picture": "https://shop.example/1.jpg", "image_asked": NOON}, False),
        ({"picture": "https://shop.example/1.jpg", "image_asked": NOON - ASKED_AGAIN}, True),
    ],
)
def test_a_picture_is_wanted_that_nobody_knows_or_asked_for_lately(told: dict[str, Any], wanted: bool) -> None:
    assert unseen(an_offer("Desk lamp", **told), NOON) is wanted


@settings(max_examples=60)
@given(st.sampled_from(ALL), st.sampled_from(ALL))
def test_evidence_is_symmetric_and_a_score_is_between_0_and_1(one: Pair, other: Pair) -> None:
    mine, yours = one.ours, other.theirs
    there, back = match(mine, yours), match(yours, mine)
    assert 0.0 <= there.score <= 1.0
    assert there.score == back.score
    assert {reason.code for reason in there.reasons} == {reason.code for reason in back.reasons}
    assert there.variants == {mine: yours for yours, mine in back.variants.items()}
