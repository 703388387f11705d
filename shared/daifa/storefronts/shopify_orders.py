"""From Shopify's shapes to ours: JSON that lies is refused, ids stay text, money is counted in the shop's currency."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from daifa.clock import parse_iso
from daifa.models.ids import ShopId, StoreOrderId
from daifa.models.money import Money, total
from daifa.models.order import OrderLine, Recipient, StoreOrder
from daifa.storefronts.shopify_models import (
    GraphAddress,
    GraphBag,
    GraphLine,
    GraphOrder,
    RestAddress,
    RestLine,
    RestOrder,
    RestSet,
)

# The whole price was captured and at least part of it is still with the shop. Authorised, pending, partly paid, voided
# and expired money is not there yet or never will be; wholly refunded money has gone back and can buy nothing.
PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})

# ISO 3166-1 keeps ZZ free for its users: an address without a country must not look like one in China.
NO_COUNTRY = "ZZ"

# A refund that failed moved nothing; one still on its way is counted, since it cannot be taken back.
MOVED = frozenset({"SUCCESS", "PENDING"})


def parse(body: bytes) -> Any:
    """The JSON of a body; ValueError for a doubled key, NaN, or a number or depth that only an attack has."""
    try:
        return json.loads(
            body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_doubles
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def place(error: ValueError) -> dict[str, str]:
    """Where and how a shape is wrong, without a word of what stood there: it may be somebody's address."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return {"field": ".".join(str(step) for step in first["loc"]), "why": first["type"]}
    return {"field": "", "why": str(error) if type(error) is ValueError else type(error).__name__}


def number(gid: str) -> str:
    """The numeric text at the end of a global id; ValueError if it has none."""
    return _digits(gid.rsplit("/", 1)[-1].split("?", 1)[0])


def gid(kind: str, name: str) -> str:
    """`gid("Order", "820982911946154508")`; ValueError unless the name is numeric text."""
    return f"gid://shopify/{kind}/{_digits(name)}"


def _digits(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise ValueError("not a Shopify id")
    return text


def exact(amount: str, currency: str) -> Money:
    """A sum of money as told; ValueError if it is finer than the currency's smallest coin."""
    money = Money.of(amount, currency)
    if money.rounded() != money:
        raise ValueError("finer than the smallest coin")
    return money.rounded()


def money(bag: GraphBag) -> Money:
    """A sum in the shop's currency; ValueError if it is finer than the smallest coin."""
    return exact(bag.shop_money.amount, bag.shop_money.currency_code)


def from_rest(shop: ShopId, order: RestOrder, locale: str) -> StoreOrder:
    """The order that a webhook carries; ValueError if it contradicts itself."""
    currency = order.currency

    def told(bag: RestSet | None, plain: str) -> Money:
        if bag is None:
            return exact(plain, currency)
        if bag.shop_money.currency_code != currency:
            raise ValueError("two shop currencies")
        return exact(bag.shop_money.amount, currency)

    def line(raw: RestLine) -> OrderLine:
        gross = told(raw.price_set, raw.price) * raw.quantity
        off = total((told(d.amount_set, d.amount) for d in raw.discount_allocations), currency)
        if off > gross:
            raise ValueError("a discount larger than its line")
        return OrderLine(
            id=str(raw.id),
            store_variant=gid("ProductVariant", str(raw.variant_id)) if raw.variant_id else "",
            sku=raw.sku or "",
            title=raw.name or raw.title,
            quantity=raw.quantity,
            price=Money.of((gross - off).amount / raw.quantity, currency).rounded(),
            fulfillable=min(raw.fulfillable_quantity, raw.quantity) if raw.requires_shipping else 0,
        )

    shipping = total((exact(s.discounted_price or s.price, currency) for s in order.shipping_lines), currency)
    back = (
        exact(move.amount, currency)
        for refund in order.refunds
        for move in refund.transactions
        if move.kind.upper() == "REFUND" and move.status.upper() in MOVED
    )
    return StoreOrder(
        shop=shop,
        order=StoreOrderId(str(order.id)),
        number=order.name,
        placed_at=parse_iso(order.created_at),
        updated_at=parse_iso(order.updated_at),
        paid=(order.financial_status or "").upper() in PAID,
        cancelled=order.cancelled_at is not None,
        test=order.test,
        lines=_no_twins(line(raw) for raw in order.line_items),
        total=told(order.total_price_set, order.total_price),
        shipping=told(order.total_shipping_price_set, "0") if order.total_shipping_price_set else shipping,
        refunded=total(back, currency),
        recipient=_recipient(
            order.shipping_address or RestAddress(),
            country=order.shipping_address.country_code if order.shipping_address else None,
            email=order.email,
            phone=order.phone,
            locale=_locale(order.customer_locale, locale),
        ),
    )


def from_graph(shop: ShopId, order: GraphOrder, rest: Sequence[GraphLine], locale: str) -> StoreOrder:
    """The order that GraphQL answers, with the lines of its later pages; ValueError if it contradicts itself."""

    def line(raw: GraphLine) -> OrderLine:
        price = raw.discounted_unit_price_after_all_discounts_set.shop_money
        return OrderLine(
            id=number(raw.id),
            store_variant=raw.variant.id if raw.variant else "",
            sku=raw.sku or "",
            title=raw.name,
            quantity=raw.quantity,
            price=Money.of(price.amount, price.currency_code).rounded(),
            fulfillable=min(raw.unfulfilled_quantity, raw.current_quantity) if raw.requires_shipping else 0,
        )

    address = order.shipping_address
    return StoreOrder(
        shop=shop,
        order=StoreOrderId(number(order.id)),
        number=order.name,
        placed_at=parse_iso(order.created_at),
        updated_at=parse_iso(order.updated_at),
        paid=(order.display_financial_status or "").upper() in PAID,
        cancelled=order.cancelled_at is not None,
        test=order.test,
        lines=_no_twins(line(raw) for raw in (*order.line_items.nodes, *rest) if raw.quantity),
        total=money(order.total_price_set),
        shipping=money(order.total_shipping_price_set),
        refunded=money(order.total_refunded_set),
        recipient=_recipient(
            address or RestAddress(),
            country=address.country_code_v2 if address else None,
            email=order.email,
            phone=order.phone,
            locale=_locale(order.customer_locale, locale),
        ),
    )


def _no_twins(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    kept = tuple(lines)
    if len({line.id for line in kept}) != len(kept):
        raise ValueError("a line stands twice")
    return kept


def _recipient(
    address: RestAddress | GraphAddress, *, country: str | None, email: str | None, phone: str | None, locale: str
) -> Recipient:
    code = (country or "").strip().upper()
    return Recipient(
        name=_name(address.name or "", address.first_name or "", address.last_name or ""),
        phone=(address.phone or phone or "").strip(),
        email=(email or "").strip(),
        country=code if re.fullmatch(r"[A-Z]{2}", code) else NO_COUNTRY,
        province=(address.province or "").strip(),
        city=(address.city or "").strip(),
        address1=(address.address1 or "").strip(),
        address2=(address.address2 or "").strip(),
        postcode=(address.zip or "").strip(),
        locale=locale,
    )


def _name(whole: str, first: str, last: str) -> str:
    # Shopify joins "given family" for everyone; a Chinese courier expects the family name first and no space.
    if first.strip() and re.fullmatch(r"[㐀-鿿豈-﫿𠀀-𲎯·]+", first.strip() + last.strip()):
        return last.strip() + first.strip()
    return whole.strip() or f"{first} {last}".strip()


def _locale(told: str | None, default: str) -> str:
    if not told:
        return default
    return "zh-CN" if told.lower().split("-")[0] == "zh" else "en"
