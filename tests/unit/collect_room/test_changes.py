"""Each change between two looks, by its kind, with its evidence, and what the supplier's actions make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from daifa.models.catalog import Offer, OfferVariant
from daifa.models.facts import Reason
from daifa.models.ids import OfferId, SupplierId
from daifa.models.keeping import ACTIONS, Action, ChangeKind
from daifa.models.money import Money
from daifa.models.states import OfferState
from daifa.rules.changes import Change, answer, changed, lively, moved_by, renamed
from daifa.texts import t

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_variant(
    name: str, price: str = "10.00", stock: int | None = 100, colour: str = "", sku: str = "", image: str = ""
) -> OfferVariant:
    options = {"颜色": colour} if colour else {}
    return OfferVariant(external=name, options=options, sku=sku, price=Money.of(price, "CNY"), stock=stock, image=image)


def an_offer(*variants: OfferVariant, state: OfferState = OfferState.AVAILABLE, **fields: str) -> Offer:
    made = Offer(
        id=OfferId("o"),
        supplier=SupplierId("yiwu"),
        external="1",
        url="https://yiwu.example/1",
        title="搪瓷杯",
        state=state,
        variants=variants,
        words="w",
        pictures="p",
        collected_at=NOON,
    )
    return made.model_copy(update=fields)


RED = a_variant("r", colour="红", sku="MUG-R")
CASES = [
    ("nothing", an_offer(RED), an_offer(RED), []),
    ("dearer", an_offer(RED), an_offer(a_variant("r", "11.50", colour="红", sku="MUG-R")), [ChangeKind.PRICE]),
    ("at the edge of a jump", an_offer(a_variant("r")), an_offer(a_variant("r", "13.00")), [ChangeKind.PRICE]),
    ("beyond it", an_offer(a_variant("r")), an_offer(a_variant("r", "13.01")), [ChangeKind.PRICE_JUMP]),
    ("far cheaper", an_offer(a_variant("r")), an_offer(a_variant("r", "1.00")), [ChangeKind.PRICE_JUMP]),
    ("from nothing", an_offer(a_variant("r", "0")), an_offer(a_variant("r", "1.00")), [ChangeKind.PRICE_JUMP]),
    ("sold out", an_offer(RED), an_offer(a_variant("r", stock=0, colour="红", sku="MUG-R")), [ChangeKind.SOLD_OUT]),
    ("back", an_offer(a_variant("r", stock=0)), an_offer(a_variant("r", stock=9)), [ChangeKind.BACK]),
    ("back, uncounted", an_offer(a_variant("r", stock=0)), an_offer(a_variant("r", stock=None)), [ChangeKind.BACK]),
    ("fewer", an_offer(a_variant("r", stock=90)), an_offer(a_variant("r", stock=80)), [ChangeKind.STOCK]),
    ("a few fewer of plenty", an_offer(a_variant("r", stock=860)), an_offer(a_variant("r", stock=775)), []),
    ("a tenth of plenty", an_offer(a_variant("r", stock=860)), an_offer(a_variant("r", stock=774)), [ChangeKind.STOCK]),
    (
        "not plenty any more",
        an_offer(a_variant("r", stock=101)),
        an_offer(a_variant("r", stock=100)),
        [ChangeKind.STOCK],
    ),
    ("renamed, by its SKU", an_offer(RED), an_offer(a_variant("x", colour="红", sku="MUG-R")), [ChangeKind.RENAMED]),
    (
        "renamed, by its choice",
        an_offer(a_variant("r", colour="红"), a_variant("b", colour="蓝")),
        an_offer(a_variant("1", colour="红"), a_variant("2", colour="蓝")),
        [ChangeKind.RENAMED, ChangeKind.RENAMED],
    ),
    (
        "shown by another name",
        an_offer(RED),
        an_offer(a_variant("r", colour="酒红", sku="MUG-R")),
        [ChangeKind.RENAMED],
    ),
    (
        "two that look the same are not taken for one another",
        an_offer(a_variant("r", sku="S"), a_variant("b", sku="S")),
        an_offer(a_variant("x", sku="S"), a_variant("y", sku="S")),
        [ChangeKind.ADDED, ChangeKind.ADDED, ChangeKind.GONE, ChangeKind.GONE],
    ),
    ("one more", an_offer(RED), an_offer(RED, a_variant("b", colour="蓝")), [ChangeKind.ADDED]),
    ("one less", an_offer(RED, a_variant("b", colour="蓝")), an_offer(RED), [ChangeKind.GONE]),
    ("another SKU", an_offer(RED), an_offer(a_variant("r", colour="红", sku="M2")), [ChangeKind.SPEC]),
    ("another picture of a variant", an_offer(a_variant("r")), an_offer(a_variant("r", image="x")), [ChangeKind.IMAGE]),
    ("another title", an_offer(RED), an_offer(RED, title="杯"), [ChangeKind.SPEC]),
    ("another description", an_offer(RED), an_offer(RED, words="w2"), [ChangeKind.SPEC]),
    ("other pictures", an_offer(RED), an_offer(RED, pictures="p2"), [ChangeKind.IMAGE]),
    ("what was never noted did not change", an_offer(RED, words="", pictures=""), an_offer(RED), []),
    ("moved", an_offer(RED), an_offer(RED, url="https://yiwu.example/2"), [ChangeKind.SPEC]),
    ("not sold any more", an_offer(RED), an_offer(RED, state=OfferState.UNAVAILABLE), [ChangeKind.PRODUCT_GONE]),
    ("sold again", an_offer(RED, state=OfferState.UNAVAILABLE), an_offer(RED), [ChangeKind.BACK]),
    ("few left", an_offer(RED), an_offer(RED, state=OfferState.LOW_STOCK), [ChangeKind.STOCK]),
]


@pytest.mark.parametrize(("old", "new", "kinds"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_change_is_of_one_kind_and_a_sentence_in_both_languages(
    old: Offer, new: Offer, kinds: list[ChangeKind]
) -> None:
    told = changed(old, new)
    assert [change.kind for change in told] == kinds
    for change in told:
        for locale in ("zh-CN", "en"):
            said = t(locale, change.reason.code, **change.reason.values)
            assert said != change.reason.code
            assert "{" not in said


def test_a_price_that_moved_says_from_where_to_where_and_by_how_much() -> None:
    (change,) = changed(an_offer(a_variant("r")), an_offer(a_variant("r", "11.25")))
    assert change.reason.values == {"variant": "r", "old": "¥10.00", "new": "¥11.25", "percent": "+12.5%"}
    assert t("en", change.reason.code, **change.reason.values) == "r went up from ¥10.00 to ¥11.25 (+12.5%)"


def test_a_supplier_whose_prices_dance_has_a_longer_jump() -> None:
    old, new = an_offer(a_variant("r")), an_offer(a_variant("r", "18.00"))
    assert [change.kind for change in changed(old, new, Decimal("0.9"))] == [ChangeKind.PRICE]


def test_no_part_of_another_currency_or_of_nothing() -> None:
    assert moved_by(Money.of("1", "CNY"), Money.of("1", "USD")) is None
    assert moved_by(Money.of("0", "CNY"), Money.of("1", "CNY")) is None
    assert moved_by(Money.of("4", "CNY"), Money.of("3", "CNY")) == Decimal("-0.25")


def test_a_renamed_variant_is_found_once_even_if_sku_and_choices_disagree() -> None:
    old = an_offer(a_variant("1", colour="红", sku="A"), a_variant("2", colour="蓝", sku="B"))
    new = an_offer(a_variant("8", colour="蓝", sku="A"), a_variant("9", colour="红", sku="C"))
    assert renamed(old, new) == {"8": "1"}


def told(kind: ChangeKind, **values: str) -> Change:
    return Change(kind, Reason(code="offer.state_changed", values=values))


def test_every_kind_has_an_action() -> None:
    assert ACTIONS.keys() == set(ChangeKind)


@pytest.mark.parametrize(
    ("kinds", "actions", "action", "because"),
    [
        ([], {}, Action.UPDATE, []),
        ([ChangeKind.PRICE], {}, Action.UPDATE, [ChangeKind.PRICE]),
        ([ChangeKind.PRICE, ChangeKind.GONE], {}, Action.ASK, [ChangeKind.GONE]),
        ([ChangeKind.GONE, ChangeKind.PRICE_JUMP], {}, Action.HOLD, [ChangeKind.PRICE_JUMP]),
        ([ChangeKind.PRICE], {ChangeKind.PRICE: Action.HOLD}, Action.HOLD, [ChangeKind.PRICE]),
        ([ChangeKind.PRICE_JUMP], {ChangeKind.PRICE_JUMP: Action.UPDATE}, Action.UPDATE, [ChangeKind.PRICE_JUMP]),
        ([ChangeKind.GONE], {ChangeKind.GONE: Action.ARCHIVE}, Action.ARCHIVE, [ChangeKind.GONE]),
    ],
)  # fmt: skip
def test_the_strongest_action_wins_and_says_because_of_what(
    kinds: list[ChangeKind], actions: dict[ChangeKind, Action], action: Action, because: list[ChangeKind]
) -> None:
    found = answer([told(kind) for kind in kinds], actions)
    assert (found.action, [change.kind for change in found.changes]) == (action, because)


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (told(ChangeKind.PRICE), True),
        (told(ChangeKind.SOLD_OUT), True),
        (told(ChangeKind.SPEC), False),
        (told(ChangeKind.STOCK, old="860", new="840"), False),
        (told(ChangeKind.STOCK, old="30", new="20"), True),
        (told(ChangeKind.STOCK, old="?", new="500"), False),
    ],
)
def test_words_and_plenty_are_not_life(change: Change, counts: bool) -> None:
    assert lively([change]) is counts
