"""What a merchant decides once: how a supplier's offers are kept true, how a shop prices, and who may say so."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from collect import handler
from daifa.models.catalog import Pricing
from daifa.models.ids import SupplierId
from daifa.models.keeping import ACTIONS, Action, ChangeKind
from daifa.models.money import Money
from daifa.models.states import BulkState
from daifa.texts import LOCALES
from tests.unit.aws import Answered, FixedClock, RoomApp, call
from tests.unit.collect_room.bulk_life import go_on, say, the_job
from tests.unit.collect_room.shelf_life import DEMO, a_mug, a_report, collect, listed, take, the_offer, the_product

pytestmark = pytest.mark.usefixtures("merchant")

HARBOR = SupplierId("harbor")


def keeping(body: Any = None, **asked: Any) -> Answered:
    """Read harbor's rules, or write them."""
    method = "GET" if body is None else "POST"
    return call(handler.on_http, method, "/api/keeping/harbor", body, **{"query": {"shop": "demo"}, **asked})


def pricing(body: Any = None, **asked: Any) -> Answered:
    """Read the shop's pricing, or write it."""
    return call(handler.on_http, "GET" if body is None else "POST", "/api/pricing/demo", body, **asked)


def rules(**changed: Any) -> dict[str, Any]:
    """Rules that are all as usual, but for what is changed."""
    return {"ver": 1, "actions": {}, "price_jump": "0.30", "looks_per_hour": 120, "sheet_days": 14} | changed


def prices(**changed: Any) -> dict[str, Any]:
    """The pricing that a new shop has, but for what is changed."""
    told = {name: value for name, value in pricing().body.items() if name not in ("id", "name", "currency", "facts")}
    return told | changed


def test_every_kind_of_change_is_shown_with_its_action_and_the_usual_one() -> None:
    told = keeping().body
    assert (told["id"], told["ver"], told["price_jump"], told["looks_per_hour"]) == ("harbor", 1, "0.30", 120)
    assert {rule["kind"]: rule["action"] for rule in told["rules"]} == {k.value: v.value for k, v in ACTIONS.items()}
    assert all(rule["action"] == rule["usual"] for rule in told["rules"])
    assert told["actions"] == ["update", "ask", "hold", "out_of_stock", "archive"]


def test_only_what_differs_from_the_usual_is_written_down(app: RoomApp) -> None:
    told = keeping(rules(actions={"price": "ask", "stock": "update"}, price_jump="0.125", looks_per_hour=30))
    assert told.status == 200
    assert {rule["kind"] for rule in told.body["rules"] if rule["action"] != rule["usual"]} == {"price"}
    row = app.catalog.supplier(HARBOR)
    assert row.actions == {ChangeKind.PRICE: Action.ASK}
    assert (row.price_jump, row.looks_per_hour, row.ver) == (Decimal("0.125"), 30, 2)
    assert told.body == keeping().body


def test_who_changed_a_supplier_s_rules_and_from_what_is_kept(app: RoomApp) -> None:
    told = keeping(rules(actions={"price": "ask"}, looks_per_hour=30, sheet_days=7)).body["facts"]
    (fact,) = app.catalog.supplier(HARBOR).facts
    assert (fact.code, fact.by) == ("supplier.keeping_set", "merchant:merchant-1")
    assert fact.values == {"actions": "– → price: ask", "looks_per_hour": "120 → 30", "sheet_days": "14 → 7"}
    assert [one["text"] for one in told] == ["How its offers are kept true was changed"]


def test_who_changed_a_shop_s_pricing_is_kept_when_it_holds_and_when_it_is_taken_back(app: RoomApp) -> None:
    listed(app)
    agreed(app, markup="1.8")
    (fact,) = app.catalog.shop(DEMO).facts
    assert (fact.code, fact.by) == ("shop.pricing_set", "merchant:merchant-1")
    assert {**fact.values, "bulk": ""} == {"markup": "1.6 → 1.8", "bulk": ""}
    assert say("undo", the_job(fact.values["bulk"])).status == 202
    assert [one.values["markup"] for one in app.catalog.shop(DEMO).facts] == ["1.6 → 1.8", "1.8 → 1.6"]


def test_saving_what_stands_already_writes_nothing(app: RoomApp) -> None:
    assert keeping(rules()).body["ver"] == app.catalog.supplier(HARBOR).ver == 1
    assert pricing(prices()).body == {"bulk": None}
    assert app.catalog.shop(DEMO).ver == 1


def test_the_next_look_goes_by_the_new_rules(app: RoomApp, clock: FixedClock) -> None:
    listed(app)
    assert keeping(rules(actions={"price": "hold"})).status == 200
    clock.forward(hours=1)
    take(a_report(app, f"offer:{the_offer(app).id}", a_mug(price="40.00"), shop=""))
    waiting = the_product(app).waiting
    assert waiting is not None
    assert waiting.action is Action.HOLD


def test_whoever_was_slower_is_told_so_and_changes_nothing(app: RoomApp) -> None:
    for ask, body in ((keeping, rules(looks_per_hour=7, ver=3)), (pricing, prices(markup="9", ver=3))):
        told = ask(body)
        assert (told.status, told.body["code"]) == (409, "row.moved")
    assert app.catalog.supplier(HARBOR).looks_per_hour == 120
    assert app.catalog.shop(DEMO).pricing.markup == Decimal("1.6")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"actions": {"weather": "hold"}}, "actions.weather.[key]"),
        ({"actions": {"price": "delete"}}, "actions.price"),
        ({"price_jump": "0"}, "price_jump"),
        ({"price_jump": "10.1"}, "price_jump"),
        ({"price_jump": "NaN"}, "price_jump"),
        ({"price_jump": "0.00001"}, "price_jump"),
        ({"price_jump": 0.3}, "price_jump"),
        ({"looks_per_hour": 0}, "looks_per_hour"),
        ({"looks_per_hour": 3601}, "looks_per_hour"),
        ({"sheet_days": 0}, "sheet_days"),
        ({"sheet_days": 91}, "sheet_days"),
        ({"ver": None}, "ver"),
        ({"paused": True}, "paused"),
    ],
)
def test_rules_that_cannot_be_name_their_field(app: RoomApp, changed: dict[str, Any], field: str) -> None:
    told = keeping(rules(**changed))
    assert (told.status, told.body["code"], told.body["values"]) == (400, "http.bad_field", {"field": field})
    assert app.catalog.supplier(HARBOR).ver == 1


@pytest.mark.parametrize("asked", [{"query": {}}, {"query": {"shop": "other"}}, {"shops": ()}, {"shops": ("other",)}])
def test_only_who_works_in_a_shop_of_the_merchant_may_see_or_change_a_supplier(asked: dict[str, Any]) -> None:
    for body in (None, rules()):
        assert (keeping(body, **asked).status, keeping(body, **asked).body["code"]) == (403, "auth.other_shop")


def test_only_who_works_in_a_shop_may_see_or_change_its_pricing() -> None:
    for body in (None, prices()):
        assert pricing(body, shops=("other",)).status == 403


def test_a_supplier_that_is_not_there_is_not_found() -> None:
    told = call(handler.on_http, "GET", "/api/keeping/nobody", query={"shop": "demo"})
    assert (told.status, told.body["code"]) == (404, "row.missing")


def agreed(app: RoomApp, **changed: Any) -> Pricing:
    """Ask for other pricing, look at what it would change, and agree; what holds then."""
    told = pricing(prices(**changed))
    assert told.status == 202, told.body
    job = go_on(app, the_job(told.body["bulk"]["id"]))
    assert say("apply", job).status == 202
    assert go_on(app, job).state is BulkState.DONE
    return app.catalog.shop(DEMO).pricing


def test_pricing_holds_whole_with_the_day_of_its_rates_once_somebody_agreed(app: RoomApp, clock: FixedClock) -> None:
    today = clock.now().date().isoformat()
    kept = agreed(app, markup="2.15", ending=None, rates={"USD": "7.1234"}, rates_on=today, fee_fixed="0.30")
    assert (kept.markup, kept.ending, kept.rates) == (Decimal("2.15"), None, {"USD": Decimal("7.1234")})
    assert kept.rates_at is not None
    assert kept.rates_at <= clock.now()
    told = pricing().body
    assert (told["markup"], told["rates_on"], told["ver"], told["currency"]) == ("2.15", today, 2, "CNY")


def test_a_day_begins_where_the_shop_is_and_a_known_moment_of_that_day_stays(app: RoomApp) -> None:
    assert agreed(app, rates={"USD": "7.1"}, rates_on="2026-11-20").rates_at == datetime(2026, 11, 19, 16, tzinfo=UTC)
    shop = app.catalog.shop(DEMO)
    noon = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    exact = shop.pricing.model_copy(update={"rates_at": noon})
    app.catalog.save(shop.model_copy(update={"pricing": exact}), shop)
    assert agreed(app, markup="1.7").rates_at == noon


def test_nothing_has_another_price_before_somebody_has_seen_it(app: RoomApp) -> None:
    before = collect(app)
    assert pricing(prices(markup="3")).status == 202
    assert app.catalog.shop(DEMO).pricing.markup == Decimal("1.6")
    assert the_product(app).variants == before.variants
    agreed(app, markup="3")
    assert the_product(app).variants[0].price == Money.of("129.90", "CNY")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"markup": "0"}, "markup"),
        ({"markup": "100.01"}, "markup"),
        ({"markup": "Infinity"}, "markup"),
        ({"markup": 1.6}, "markup"),
        ({"fee_share": "1"}, "fee_share"),
        ({"fee_share": "-0.01"}, "fee_share"),
        ({"fee_fixed": "-1"}, "fee_fixed"),
        ({"margin_floor": "1"}, "margin_floor"),
        ({"ending": "1000"}, "ending"),
        ({"rates": {"usd": "7.1"}}, "rates.usd.[key]"),
        ({"rates": {"USD": "0"}}, "rates.USD"),
        ({"rates_on": "2026-02-30"}, "rates_on"),
        ({"rates_days": 0}, "rates_days"),
        ({"currency": "USD"}, "currency"),
    ],
)
def test_pricing_that_cannot_be_names_its_field(app: RoomApp, changed: dict[str, Any], field: str) -> None:
    told = pricing(prices(**changed))
    assert (told.status, told.body["code"], told.body["values"]) == (400, "http.bad_field", {"field": field})
    assert app.catalog.shop(DEMO).ver == 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"fee_share": "0.6", "margin_floor": "0.4"}, "settings.no_margin", "margin_floor"),
        ({"rates": {"CNY": "1"}, "rates_on": "2026-11-20"}, "settings.own_rate", "rates"),
        ({"rates": {"USD": "7.1"}}, "settings.no_day", "rates_on"),
        ({"rates": {"USD": "7.1"}, "rates_on": "2999-01-01"}, "settings.later_day", "rates_on"),
    ],
)
def test_fields_that_contradict_each_other_are_refused_in_words(
    changed: dict[str, Any], code: str, field: str, locale: str
) -> None:
    told = pricing(prices(**changed), locale=locale)
    assert (told.status, told.body["code"], told.body["values"]["field"]) == (400, code, field)
    assert told.body["detail"] != code
    assert "{" not in told.body["detail"]
