"""The same thing at another supplier: proposed with its evidence, and bought from only after a person's word."""

from __future__ import annotations

from typing import Any

import pytest

from collect import handler
from daifa.models.catalog import Product
from daifa.models.match import Match
from daifa.models.states import ListingState, MatchState
from tests.unit.aws import Answered, FixedClock, RoomApp, call
from tests.unit.collect_room.shelf_life import (
    DEMO,
    Shelf,
    a_mug,
    a_report,
    ask_to_list,
    begin,
    codes,
    stock,
    take,
    waiting,
)

pytestmark = pytest.mark.usefixtures("merchant", "bay")

OURS, THEIRS = "https://harbor.example/products/enamel-mug", "https://bay.example/products/camp-mug"


def matches(app: RoomApp, product: Product) -> list[Match]:
    """What is proposed to a product."""
    return app.catalog.matches(DEMO, product.id)


def say(verb: str, told: Match, ver: int | None = None) -> Answered:
    """A person's word."""
    body = {"shop": "demo", "ver": told.ver if ver is None else ver}
    return call(handler.on_http, "POST", f"/api/products/{told.product}/matches/{told.offer}/{verb}", body)


def test_the_same_mug_at_two_suppliers_is_proposed_to_both(app: RoomApp) -> None:
    ours, theirs = stock(app, OURS), stock(app, THEIRS)
    (mine,), (yours,) = matches(app, ours), matches(app, theirs)
    assert (mine.supplier, mine.state, len(mine.variants)) == ("bay", MatchState.PROPOSED, 2)
    assert (yours.supplier, yours.score) == ("harbor", mine.score)
    told = call(handler.on_http, "GET", f"/api/products/{ours.id}", query={"shop": "demo"}).body["matches"]
    assert [(each["state"], bool(each["reasons"][0]["text"])) for each in told] == [("PROPOSED", True)]
    assert [(each["url"], [cost["amount"] for cost in each["costs"]]) for each in told] == [
        (THEIRS, ["39.00", "42.00"])
    ]
    assert all(len(variant.sources) == 1 for variant in app.catalog.product(DEMO, ours.id).variants)


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Enamel Camping Mug 500ml"},
        {"title": "Steel Garden Chair"},
        {"title": "Lid for Enamel Camping Mug"},
        {"options": [], "variants": []},
    ],
)
def test_what_is_something_else_is_not_proposed(app: RoomApp, changed: dict[str, Any]) -> None:
    ours = stock(app, OURS, title="Enamel Camping Mug 350ml")
    stock(app, THEIRS, **changed)
    assert matches(app, ours) == []


def test_a_suppliers_own_twins_are_not_proposed(app: RoomApp) -> None:
    ours = stock(app, OURS)
    stock(app, f"{OURS}-2")
    assert matches(app, ours) == []


def test_a_confirmed_match_is_a_source_that_stands_in_and_the_shop_knows(app: RoomApp) -> None:
    app.others["shop/demo"] = Shelf()
    ours = stock(app, OURS)
    ask_to_list(ours)
    take(*waiting(app))
    stock(app, THEIRS)
    (told,) = matches(app, ours)
    assert say("confirm", told).status == 200
    take(*waiting(app))
    product = app.catalog.product(DEMO, ours.id)
    assert [[source.supplier for source in variant.sources] for variant in product.variants] == [["harbor", "bay"]] * 2
    assert all(source.proven for variant in product.variants for source in variant.sources)
    assert "product.source_added" in codes(product)
    mapping = app.catalog.mapping(DEMO, "sv-MUG-CR")
    assert mapping is not None
    assert [source.supplier for source in mapping.sources] == ["harbor", "bay"]
    assert product.variants[0].price == ours.variants[0].price


def test_what_one_supplier_has_no_more_is_sold_from_the_other(app: RoomApp, clock: FixedClock) -> None:
    app.others["shop/demo"] = Shelf()
    ours = stock(app, OURS)
    ask_to_list(ours)
    take(*waiting(app))
    stock(app, THEIRS)
    say("confirm", matches(app, ours)[0])
    take(*waiting(app))
    clock.forward(hours=1)
    gone = a_mug(url=OURS, variants=a_mug()["variants"][:1])
    take(a_report(app, begin(app, OURS), gone, url=OURS))
    product = app.catalog.product(DEMO, ours.id)
    assert product.state is ListingState.ACTIVE


def test_a_confirmation_can_be_taken_back(app: RoomApp) -> None:
    ours = stock(app, OURS)
    stock(app, THEIRS)
    say("confirm", matches(app, ours)[0])
    assert say("decline", matches(app, ours)[0]).status == 200
    product = app.catalog.product(DEMO, ours.id)
    assert [[source.supplier for source in variant.sources] for variant in product.variants] == [["harbor"]] * 2
    assert codes(product)[-1] == "product.source_removed"


def test_what_was_declined_comes_back_only_as_something_else(app: RoomApp, clock: FixedClock) -> None:
    ours = stock(app, OURS)
    stock(app, THEIRS)
    say("decline", matches(app, ours)[0])
    call(handler.on_http, "POST", f"/api/products/{ours.id}/matches", {"shop": "demo", "ver": 1})
    take(*app.sent("catalogue"))
    assert [each.state for each in matches(app, ours)] == [MatchState.DECLINED]
    clock.forward(hours=1)
    take(a_report(app, begin(app, THEIRS), a_mug(url=THEIRS, description="<p>Of another make.</p>"), url=THEIRS))
    call(handler.on_http, "POST", f"/api/products/{ours.id}/matches", {"shop": "demo", "ver": 1})
    take(*app.sent("catalogue"))
    assert [each.state for each in matches(app, ours)] == [MatchState.PROPOSED]


def test_only_who_sees_it_as_it_is_may_decide(app: RoomApp) -> None:
    ours = stock(app, OURS)
    stock(app, THEIRS)
    (told,) = matches(app, ours)
    answered = say("confirm", told, ver=7)
    assert (answered.status, answered.body["code"]) == (409, "match.moved")
    assert say("marry", told).status == 404
    assert say("confirm", told).status == 200
    assert say("confirm", matches(app, ours)[0]).status == 409
