"""Faults F41 and F42 of the catalogue: what a purchase costs now, and how much may leave."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from daifa.errors import Retry
from daifa.messages import Room
from daifa.models.catalog import Pricing
from daifa.models.money import Money
from daifa.models.states import PoState
from daifa.models.supplied import Quote, QuotedLine
from tests.builders.rows import (
    START,
    a_purchase,
    cny,
)
from tests.unit.aws import FixedClock, RoomApp
from tests.unit.forward.buying import (
    a_purchase_in,
    codes,
    holds,
    open_for_business,
    step,
    there,
)
from tests.unit.forward.deciding import decided, others, two_sources
from tests.unit.others import SupplierSays


def quoting(app: RoomApp, unit: str, *, stock: int | None = None, shipping: str = "4.00", **changes: Any) -> None:
    """The supplier says before the purchase what it costs now."""
    lamps = app.others["supplier/lamps"]
    lamps.capabilities = SupplierSays(can={"quotes": True}).capabilities
    line = a_purchase().lines[0]
    told = Quote((QuotedLine(line.order_line, cny(unit), stock),), cny(shipping), cny(unit) + cny(shipping))
    object.__setattr__(lamps, "quote", lambda request: changes.get("quote", told))


@pytest.mark.parametrize(
    ("unit", "state", "held", "total"),
    [
        ("36.00", PoState.SUBMITTED, [], "40.00"),
        ("37.99", PoState.SUBMITTED, [], "41.99"),
        ("38.01", PoState.ON_HOLD, ["hold.price_moved"], "42.01"),
        ("30.00", PoState.SUBMITTED, [], "34.00"),
    ],
    ids=["as decided", "a little dearer", "beyond the tolerance", "cheaper"],
)
def test_f41_a_price_that_moved_is_bought_within_the_tolerance_and_held_beyond_it(
    app: RoomApp, unit: str, state: PoState, held: list[str], total: str
) -> None:
    lamps = open_for_business(app)
    quoting(app, unit)
    a_purchase_in(app)

    po = step(app)

    assert (po.state, holds(po), po.total) == (state, held, cny(total))
    assert [request.total for (request,) in lamps.asked("place")] == [cny(total)] * (state is PoState.SUBMITTED)


def test_f41_dearer_than_a_person_agreed_to_is_held_however_little(app: RoomApp) -> None:
    open_for_business(app)
    quoting(app, "36.01")
    a_purchase_in(app, approved_by="merchant:1", approved_total=cny("40.00"))
    assert holds(step(app)) == ["hold.price_moved"]


def test_f41_a_cost_over_what_the_customer_paid_is_held(app: RoomApp) -> None:
    open_for_business(app, shop={"price_tolerance": Decimal("0.99"), "approval_limit": None})
    quoting(app, "64.00")
    a_purchase_in(app)
    assert holds(step(app)) == ["hold.margin"]


def test_f41_another_currency_than_was_decided_is_held(app: RoomApp) -> None:
    open_for_business(app)
    dollars = Money.of("40.00", "USD")
    line = QuotedLine(a_purchase().lines[0].order_line, Money.of("36.00", "USD"))
    quoting(app, "36.00", quote=Quote((line,), Money.of("4.00", "USD"), dollars))
    a_purchase_in(app)
    assert holds(step(app)) == ["hold.other_currency"]


def test_f41_a_rate_that_is_too_old_is_held(app: RoomApp) -> None:
    old = Pricing(rates={"USD": Decimal("7.1")}, rates_at=START - timedelta(days=8))
    open_for_business(app, shop={"pricing": old}, currency="USD", shipping=Money.of("1.00", "USD"))
    dollars = Money.of("5.00", "USD")
    po = a_purchase()
    lines = tuple(line.model_copy(update={"unit_cost": dollars}) for line in po.lines)
    a_purchase_in(app, lines=lines, shipping=Money.of("1.00", "USD"), total=Money.of("6.00", "USD"))
    quote = Quote((QuotedLine(lines[0].order_line, dollars),), Money.of("1.00", "USD"), Money.of("6.00", "USD"))
    quoting(app, "5.00", quote=quote)
    assert holds(step(app)) == ["hold.rate_stale"]


def test_f41_a_quote_that_cannot_be_had_puts_the_purchase_off(app: RoomApp) -> None:
    lamps = open_for_business(app)
    quoting(app, "36.00")

    def cannot_say(request: object) -> Quote:
        raise Retry("supplier.no_answer")

    object.__setattr__(lamps, "quote", cannot_say)
    a_purchase_in(app)
    po = step(app)
    assert (po.state, lamps.asked("place")) == (PoState.READY, [])
    assert po.work_due is not None
    assert po.work_due > START


def test_f41_offers_that_are_old_are_read_again_before_they_are_bought_by(app: RoomApp, clock: FixedClock) -> None:
    lamps = open_for_business(app, fresh_minutes=60)
    a_purchase_in(app)
    clock.forward(hours=30)

    po = step(app)

    assert (po.state, codes(po)[-1], lamps.asked("place")) == (PoState.READY, "purchase.waits_for_offer", [])
    offer = app.catalog.offer(po.lines[0].offer)
    assert app.sent(Room.CATALOGUE) == [{"again": offer.id}]
    assert offer.work_due == clock.now()

    app.catalog.save(offer.model_copy(update={"collected_at": clock.now()}), offer)
    clock.forward(minutes=2)
    assert step(app).state is PoState.SUBMITTED


def test_f41_offers_that_stay_old_are_held_after_half_an_hour(app: RoomApp, clock: FixedClock) -> None:
    open_for_business(app, fresh_minutes=60)
    a_purchase_in(app)
    clock.forward(hours=30)
    for _ in range(20):
        po = step(app)
        clock.forward(minutes=2)
    assert (po.state, holds(po)) == (PoState.ON_HOLD, ["hold.offer_stale"])
    assert decided(app, "approve", total="40.00").status == 200
    assert step(app).state is PoState.SUBMITTED


def test_f41_a_price_list_is_bought_by_for_as_long_as_it_is_good_and_no_page_is_asked(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app, fresh_minutes=60, sheet_days=7)
    a_purchase_in(app)
    offer = app.catalog.offer(a_purchase().lines[0].offer)
    app.catalog.save(offer.model_copy(update={"url": "sheet://lamps/ext"}), offer)
    clock.forward(days=7)
    assert step(app).state is PoState.SUBMITTED
    assert (app.sent(Room.CATALOGUE), len(lamps.asked("place"))) == ([], 1)


def test_f41_a_price_list_that_is_too_old_holds_at_once_until_a_newer_one_or_a_person(
    app: RoomApp, clock: FixedClock
) -> None:
    lamps = open_for_business(app, fresh_minutes=60, sheet_days=7)
    a_purchase_in(app)
    offer = app.catalog.offer(a_purchase().lines[0].offer)
    app.catalog.save(offer.model_copy(update={"url": "sheet://lamps/ext"}), offer)
    clock.forward(days=7, seconds=1)
    po = step(app)
    assert (po.state, holds(po), app.sent(Room.CATALOGUE)) == (PoState.ON_HOLD, ["hold.sheet_old"], [])
    assert po.holds[0].values["days"] == "7"
    assert app.catalog.offer(offer.id).work_due is None
    assert lamps.asked("place") == []
    assert decided(app, "approve", total="40.00").status == 200
    assert step(app).state is PoState.SUBMITTED


@pytest.mark.parametrize(
    ("shop", "supplier", "held"),
    [
        ({"day_cap": cny("39.99")}, {}, "hold.day_cap"),
        ({}, {"day_cap": cny("39.99")}, "hold.day_cap"),
        ({}, {"po_cap": cny("39.99")}, "hold.over_cap"),
        ({"approval_limit": cny("39.99")}, {}, "hold.over_limit"),
        ({}, {"approved": False}, "hold.first_order"),
        ({}, {"ships_to": ("US",)}, "hold.no_ship_to"),
    ],
    ids=["the shop's day", "the supplier's day", "one purchase", "one order", "first order", "reach"],
)
def test_f42_money_beyond_a_cap_and_a_first_order_wait_for_a_person(
    app: RoomApp, shop: dict[str, Any], supplier: dict[str, Any], held: str
) -> None:
    lamps = open_for_business(app, shop=shop, **supplier)
    a_purchase_in(app)
    po = step(app)
    assert (po.state, holds(po), lamps.asked("place")) == (PoState.ON_HOLD, [held], [])


def test_f42_out_of_stock_now_is_bought_from_the_next_proven_source_or_held_with_the_alternatives(
    app: RoomApp,
) -> None:
    open_for_business(app)
    quoting(app, "36.00", stock=0)
    two_sources(app)
    a_purchase_in(app)
    step(app)
    (elsewhere,) = others(app)
    assert (there(app).state, elsewhere.supplier) == (PoState.CANCELLED, "yiwu")


def test_f42_an_unproven_source_is_named_and_not_bought_from(app: RoomApp) -> None:
    open_for_business(app)
    quoting(app, "36.00", stock=0)
    two_sources(app, proven=False)
    a_purchase_in(app)
    po = step(app)
    assert (po.state, holds(po), others(app)) == (PoState.ON_HOLD, ["hold.out_of_stock"], [])
    assert [reason.code for reason in po.holds[0].beat] == ["route.lost.unproven"]
