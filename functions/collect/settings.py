"""What the merchant decides once: how a supplier's offers are kept true, and how a shop prices."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from daifa.app import App
from daifa.errors import Conflict, Rejected
from daifa.models.base import Model, UtcTime
from daifa.models.catalog import MOST_SHEET_DAYS, Pricing, Shop, Supplier
from daifa.models.facts import Fact, added, differences
from daifa.models.ids import ShopId, SupplierId
from daifa.models.keeping import ACTIONS, Action, ChangeKind
from daifa.models.money import Amount, Currency
from daifa.web import shown

# Four places: a share finer than a hundredth of a percent, or a rate finer than a currency's last coin, is a slip.
_Part = Annotated[Amount, Field(ge=0, lt=1, decimal_places=4)]
_Rate = Annotated[Amount, Field(gt=0, decimal_places=8)]


class Keeping(Model):
    """How one supplier's offers are to be kept true, as a person who saw version `ver` wants it.

    A kind of change that `actions` leaves out is answered as is usual.
    """

    ver: int
    actions: dict[ChangeKind, Action]
    price_jump: Annotated[Amount, Field(gt=0, le=10, decimal_places=4)]
    looks_per_hour: Annotated[int, Field(ge=1, le=3600)]
    sheet_days: Annotated[int, Field(ge=1, le=MOST_SHEET_DAYS)]


class Prices(Model):
    """How one shop is to price, as a person who saw version `ver` wants it; `rates_on` is a day of the shop's."""

    ver: int
    markup: Annotated[Amount, Field(gt=0, le=100, decimal_places=4)]
    fee_share: _Part
    fee_fixed: Annotated[Amount, Field(ge=0, le=1_000_000, decimal_places=3)]
    margin_floor: _Part
    ending: Annotated[Amount, Field(ge=0, lt=1000, decimal_places=3)] | None
    price_buffer: Annotated[Amount, Field(ge=0, le=3, decimal_places=2)]
    rates: Annotated[dict[Currency, _Rate], Field(max_length=50)]
    rates_on: date | None
    rates_days: Annotated[int, Field(ge=1, le=366)]


def keeping(supplier: SupplierId, locale: str, app: App) -> dict[str, Any]:
    """How this supplier's offers are kept true: for each kind of change the action, and the usual one."""
    return _kept(app.catalog.supplier(supplier), locale)


def keep(supplier: SupplierId, wanted: Keeping, by: str, locale: str, app: App) -> dict[str, Any]:
    """The supplier's offers kept true this way from the next look on; Conflict unless `ver` is what it is now."""
    row = app.catalog.supplier(supplier)
    _unmoved(row, wanted.ver)
    # What is as usual is not written down, and so follows if the usual ever changes.
    own = {kind: action for kind, action in wanted.actions.items() if action is not ACTIONS[kind]}
    change = wanted.model_dump(exclude={"ver"}) | {"actions": own}
    made = row.model_copy(update=change)
    if made == row:
        return _kept(row, locale)
    told = differences(row, made, *change)
    facts = added(row.facts, Fact.of(app.clock.now(), "supplier.keeping_set", by, **told))
    return _kept(app.catalog.save(made.model_copy(update={"facts": facts}), row), locale)


def prices(shop: ShopId, locale: str, app: App) -> dict[str, Any]:
    """How this shop prices."""
    return _priced(app.catalog.shop(shop), locale)


def rules(shop: ShopId, wanted: Prices, app: App) -> Pricing:
    """The rules as a person wants them; a bulk job shows what they would change before they hold.

    Rejected if no price could keep the margin, or if the rates have no day, one that is still to come, or one for the
    shop's own currency; Conflict unless `ver` is what it is now.
    """
    row = app.catalog.shop(shop)
    _unmoved(row, wanted.ver)
    _possible(wanted, row, _today(row, app.clock.now()))
    told = wanted.model_dump(exclude={"ver", "rates_on"}) | {"rates_at": _moment(wanted.rates_on, row)}
    return Pricing(**told)


def _possible(wanted: Prices, shop: Shop, today: date) -> None:
    if wanted.fee_share + wanted.margin_floor >= 1:
        raise Rejected("settings.no_margin", field="margin_floor")
    if shop.currency in wanted.rates:
        raise Rejected("settings.own_rate", field="rates", currency=shop.currency)
    if wanted.rates and wanted.rates_on is None:
        raise Rejected("settings.no_day", field="rates_on")
    if wanted.rates_on and wanted.rates_on > today:
        raise Rejected("settings.later_day", field="rates_on", day=wanted.rates_on)


def _unmoved(row: Supplier | Shop, ver: int) -> None:
    if row.ver != ver:
        raise Conflict("row.moved")


def _today(shop: Shop, now: datetime) -> date:
    return now.astimezone(ZoneInfo(shop.timezone)).date()


def _moment(day: date | None, shop: Shop) -> UtcTime | None:
    """When this day begins at the shop; the very moment that is known already, if that is of this day."""
    if day is None:
        return None
    known = shop.pricing.rates_at
    if known and _today(shop, known) == day:
        return known
    return datetime.combine(day, time(), ZoneInfo(shop.timezone)).astimezone(UTC)


def _kept(row: Supplier, locale: str) -> dict[str, Any]:
    rules = [{"kind": kind, "action": row.actions.get(kind, usual), "usual": usual} for kind, usual in ACTIONS.items()]
    return {
        "id": row.id,
        "name": row.name,
        "ver": row.ver,
        "rules": rules,
        "actions": list(Action),
        "price_jump": _plain(row.price_jump),
        "looks_per_hour": row.looks_per_hour,
        "sheet_days": row.sheet_days,
        "facts": [shown(fact, locale) for fact in row.facts],
    }


def _priced(row: Shop, locale: str) -> dict[str, Any]:
    told = row.pricing.model_dump(exclude={"rates_at"})
    told = {name: _plain(value) if isinstance(value, Decimal) else value for name, value in told.items()}
    told["rates"] = {currency: _plain(rate) for currency, rate in row.pricing.rates.items()}
    told["rates_on"] = _today(row, row.pricing.rates_at).isoformat() if row.pricing.rates_at else None
    told["facts"] = [shown(fact, locale) for fact in row.facts]
    return {"id": row.id, "name": row.name, "ver": row.ver, "currency": row.currency, **told}


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"
