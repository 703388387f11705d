"""What offers' pictures look like: asked for where it counts, once, and evidence from then on."""

from __future__ import annotations

from typing import Any

import pytest

from collect import handler
from daifa.errors import Conflict
from daifa.models.catalog import Offer, Product
from daifa.models.match import Match
from daifa.models.states import MatchState
from daifa.rules.matching import ASKED_AGAIN
from daifa.tables.store import Store
from tests.unit.aws import FixedClock, RoomApp, call, messages
from tests.unit.collect_room.shelf_life import DEMO, a_mug, a_report, stock, take
from tests.unit.collect_room.writes import counted

pytestmark = pytest.mark.usefixtures("merchant", "bay")

OURS, THEIRS = "https://harbor.example/products/enamel-mug", "https://bay.example/products/camp-mug"
# Titles that are not so alike that nothing could be added.
MUG = "Enamel Camping Mug Pine Forest"
PICTURE, OTHER = "f0e1d2c3b4a59687", "0f1e2d3c4b5a6978"


def offer_of(product: Product, app: RoomApp) -> Offer:
    return app.catalog.offer(product.variants[0].sources[0].offer)


def two_mugs(app: RoomApp, **changed: Any) -> tuple[Product, Product]:
    """The same mug at two suppliers, each with its own picture of it."""
    ours = stock(app, OURS, title=MUG)
    images = ["https://pictures.example/camp-mug.jpg"]
    return ours, stock(app, THEIRS, **{"title": "Enamel Camping Mug", "images": images} | changed)


def asked(app: RoomApp) -> list[dict[str, Any]]:
    """The pictures that the fetcher is asked for."""
    return [body for body in app.sent("fetch") if "picture" in body]


def seen(told: dict[str, Any], **what: Any) -> dict[str, Any]:
    """What the fetcher says of a picture."""
    return {"pictured": told["offer"], "picture": told["picture"], "hash": "", "error": None} | what


def look(app: RoomApp, *hashes: str) -> None:
    """The fetcher looks at what it was asked for, and everything is compared that is to be."""
    take(*(seen(told, hash=found) for told, found in zip(asked(app), hashes, strict=True)))
    take(*app.sent("catalogue"))


def the_match(app: RoomApp, product: Product) -> Match:
    (found,) = app.catalog.matches(DEMO, product.id)
    return found


def reasons(told: Match) -> list[str]:
    return [reason.code for reason in told.reasons]


def test_alike_pictures_raise_the_score_and_say_so(app: RoomApp) -> None:
    ours, theirs = two_mugs(app)
    before = the_match(app, ours)
    look(app, PICTURE, PICTURE)
    mine, yours = the_match(app, ours), the_match(app, theirs)
    assert round(mine.score - before.score, 3) == 0.1
    assert (mine.score, mine.state) == (yours.score, MatchState.PROPOSED)
    assert "match.image_alike" in reasons(mine)
    assert "match.image_alike" in reasons(yours)
    told = call(handler.on_http, "GET", f"/api/products/{ours.id}", query={"shop": "demo"}).body["matches"]
    said = [reason["text"] for reason in told[0]["reasons"]]
    assert "The main pictures look the same (they differ in 0 of 64 features)" in said


def test_unlike_pictures_lower_it_and_nothing_is_proposed_twice(app: RoomApp) -> None:
    ours, _ = two_mugs(app)
    before = the_match(app, ours)
    look(app, PICTURE, OTHER)
    after = the_match(app, ours)
    assert round(before.score - after.score, 3) == 0.1
    assert (after.state, "match.image_unlike" in reasons(after)) == (MatchState.PROPOSED, True)


def test_what_a_picture_alone_lifts_over_the_bar_is_proposed_by_it(app: RoomApp) -> None:
    ours = stock(app, OURS, title=f"{MUG} Classic")
    stock(app, THEIRS, title="Enamel Camping Mug")
    assert app.catalog.matches(DEMO, ours.id) == []
    look(app, PICTURE, PICTURE)
    assert "match.image_alike" in reasons(the_match(app, ours))


def test_what_a_person_said_stands_whatever_the_pictures_show(app: RoomApp) -> None:
    ours, _ = two_mugs(app)
    told = the_match(app, ours)
    where = f"/api/products/{ours.id}/matches/{told.offer}/decline"
    assert call(handler.on_http, "POST", where, {"shop": "demo", "ver": told.ver}).status == 200
    look(app, PICTURE, PICTURE)
    assert the_match(app, ours).state is MatchState.DECLINED


# --- what is asked for ---


def ask_again(app: RoomApp, product: Product) -> None:
    """A person asks what else there is."""
    call(handler.on_http, "POST", f"/api/products/{product.id}/matches", {"shop": "demo", "ver": 1})
    take(*app.sent("catalogue"))


def test_a_picture_that_could_change_nothing_is_not_fetched(app: RoomApp) -> None:
    stock(app, OURS, title=MUG)
    assert asked(app) == []
    stock(app, THEIRS, title="Lid for Enamel Camping Mug")
    stock(app, f"{THEIRS}-2", title="Steel Garden Chair")
    stock(app, f"{OURS}-2", title=MUG)
    assert asked(app) == []


def test_a_picture_is_asked_for_once_and_costs_two_writes_of_its_offer(app: RoomApp) -> None:
    with counted(app.catalog) as written:
        ours, _ = two_mugs(app)
    wanted = asked(app)
    assert sorted(told["picture"] for told in wanted) == [
        "https://harbor.example/mug.jpg",
        "https://pictures.example/camp-mug.jpg",
    ]
    # Two are the new offers themselves.
    assert written.rows.count("offer") == 2 + 2
    ask_again(app, ours)
    assert asked(app) == []
    with counted(app.catalog) as written:
        take(*(seen(told, hash=PICTURE) for told in wanted))
    assert written.rows == ["offer", "offer"]
    assert written.units == 2
    ask_again(app, ours)
    assert asked(app) == []


def test_the_pictures_of_one_supplier_are_asked_for_at_its_own_pace(app: RoomApp) -> None:
    for number in range(4):
        stock(app, f"{OURS}-{number}", title=MUG)
    stock(app, THEIRS, title="Enamel Camping Mug")
    waiting = app.aws["sqs_backend"].queues["daifa-fetch"]._messages
    delays = [max(0, message.delayed_until - message.sent_timestamp) / 1000 for message in waiting]
    # 120 an hour, and one of the five is another supplier's.
    assert sorted(delays) == pytest.approx([0, 0, 30, 60, 90], abs=1)


# --- what goes wrong ---


def test_a_picture_that_cannot_be_seen_changes_nothing_and_is_asked_for_once_a_day_at_most(
    app: RoomApp, clock: FixedClock
) -> None:
    ours, _ = two_mugs(app)
    before = the_match(app, ours)
    error = {"code": "picture.unreadable", "values": {}}
    with counted(app.catalog) as written:
        take(*(seen(told, error=error) for told in asked(app)))
    assert (written.rows, app.sent("catalogue")) == ([], [])
    ask_again(app, ours)
    assert (asked(app), the_match(app, ours)) == ([], before)
    clock.forward(seconds=ASKED_AGAIN.total_seconds())
    assert asked(app) == []
    ask_again(app, ours)
    assert len(asked(app)) == 2


@pytest.mark.parametrize("told", [{"hash": ""}, {"hash": PICTURE, "picture": "https://harbor.example/old.jpg"}])
def test_what_is_said_of_no_picture_or_of_another_is_not_believed(app: RoomApp, told: dict[str, Any]) -> None:
    ours, _ = two_mugs(app)
    take(seen(asked(app)[0], **told))
    take({"pictured": "NOBODYS", "picture": "https://harbor.example/mug.jpg", "hash": PICTURE})
    assert (offer_of(ours, app).image_hash, app.sent("catalogue")) == ("", [])


def test_a_hash_of_another_length_is_no_message_of_ours(app: RoomApp) -> None:
    told = {"pictured": "O", "picture": "https://harbor.example/mug.jpg", "hash": "f" * 17}
    assert handler.on_message(messages(told), None)["batchItemFailures"] != []


def test_a_message_that_comes_twice_is_written_once_and_compared_again(app: RoomApp) -> None:
    two_mugs(app)
    told = seen(asked(app)[0], hash=PICTURE)
    take(told)
    app.sent("catalogue")
    with counted(app.catalog) as written:
        take(told)
    assert written.rows == []
    assert [set(body) for body in app.sent("catalogue")] == [{"match", "shop"}]


@pytest.mark.parametrize(("races", "taken"), [(2, True), (3, False)])
def test_who_loses_a_race_decides_again_on_what_the_other_wrote(
    races: int, taken: bool, app: RoomApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = two_mugs(app)
    told = next(each for each in asked(app) if each["picture"].startswith("https://harbor"))
    save, left = Store.save, [Conflict("row.moved")] * races

    def racing(store: Store, row: Any, was: Any) -> Any:
        if isinstance(row, Offer) and left:
            # Somebody else is faster: what they wrote must still be there at the end.
            save(store, was.model_copy(update={"wanted_at": app.clock.now()}), was)
            raise left.pop()
        return save(store, row, was)

    monkeypatch.setattr(Store, "save", racing)
    failed = handler.on_message(messages(seen(told, hash=PICTURE)), None)["batchItemFailures"]
    offer = offer_of(ours, app)
    assert (failed == [], offer.image_hash, offer.wanted_at) == (taken, PICTURE if taken else "", app.clock.now())


# --- as pages change ---


def looked_again(app: RoomApp, product: Product, **changed: Any) -> None:
    """The page is read again and tells this."""
    page = a_mug(url=OURS, **{"title": MUG} | changed)
    take(a_report(app, f"offer:{offer_of(product, app).id}", page, shop="", url=OURS))


@pytest.mark.parametrize(
    "changed",
    [{"price": "41.00"}, {"images": ["https://harbor.example/mug.jpg", "https://harbor.example/box.jpg"]}],
    ids=["price", "one more picture"],
)
def test_what_the_first_picture_looks_like_is_kept_while_it_stays_the_first(
    changed: dict[str, Any], app: RoomApp, clock: FixedClock
) -> None:
    ours, _ = two_mugs(app)
    look(app, PICTURE, PICTURE)
    before = offer_of(ours, app)
    clock.forward(hours=2)
    looked_again(app, ours, **changed)
    after = offer_of(ours, app)
    assert (after.image_hash, after.image_asked) == (PICTURE, before.image_asked)
    assert after.ver > before.ver
    assert (asked(app), [body for body in app.sent("catalogue") if "match" in body]) == ([], [])


def test_another_first_picture_is_looked_at_anew_and_the_old_one_speaks_no_more(
    app: RoomApp, clock: FixedClock
) -> None:
    ours, _ = two_mugs(app)
    plain = the_match(app, ours).score
    look(app, PICTURE, PICTURE)
    clock.forward(minutes=5)
    looked_again(app, ours, images=["https://harbor.example/new.jpg"])
    assert offer_of(ours, app).image_hash == ""
    take(*app.sent("catalogue"))
    assert the_match(app, ours).score == plain
    (wanted,) = asked(app)
    assert wanted["picture"] == "https://harbor.example/new.jpg"
    take(seen(wanted, hash=OTHER))
    take(*app.sent("catalogue"))
    assert "match.image_unlike" in reasons(the_match(app, ours))


def test_an_offer_from_before_pictures_were_named_names_its_own_when_it_is_next_written(
    app: RoomApp, clock: FixedClock
) -> None:
    ours = stock(app, OURS)
    offer = offer_of(ours, app)
    app.catalog.save(offer.model_copy(update={"picture": ""}), offer)
    clock.forward(days=7)
    looked_again(app, ours, title=offer.title)
    assert offer_of(ours, app).picture == "https://harbor.example/mug.jpg"
