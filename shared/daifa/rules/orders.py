"""Bringing our order up to what the shop says, without ever going back in time."""

from __future__ import annotations

from datetime import datetime

from daifa.models.facts import Fact
from daifa.models.ids import RecipientId
from daifa.models.order import Order, OrderLine, StoreOrder
from daifa.models.states import OrderState
from daifa.rules.lifecycle import ORDER


def wanted_state(store: StoreOrder) -> OrderState:
    """The state that the shop's word amounts to: cancelled (or all paid back), paid for, or not yet."""
    all_back = not store.paid and store.refunded.amount > 0 and store.refunded >= store.total
    if store.cancelled or all_back:
        return OrderState.CANCELLED
    return OrderState.CONFIRMED if store.paid else OrderState.PENDING


def taken(store: StoreOrder, recipient: RecipientId, now: datetime) -> Order:
    """The first version of our order; a paid one that is no test has work waiting."""
    state = wanted_state(store)
    return Order(
        shop=store.shop,
        order=store.order,
        number=store.number,
        placed_at=store.placed_at,
        updated_at=store.updated_at,
        state=state,
        paid=store.paid,
        test=store.test,
        lines=store.lines,
        total=store.total,
        shipping=store.shipping,
        refunded=store.refunded,
        recipient=recipient,
        locale=store.recipient.locale,
        work_due=now if state is OrderState.CONFIRMED and not store.test else None,
        facts=(Fact.of(now, f"order.{state.value.lower()}", "shop", number=store.number, total=store.total),),
    )


def newer(store: StoreOrder, known: Order) -> bool:
    """Whether this is news: later than what we know, or further along in the very second that we know.

    Shops' clocks count whole seconds, and an order can be made and paid for in one.
    """
    if store.updated_at != known.updated_at:
        return store.updated_at > known.updated_at
    wanted = wanted_state(store)
    paid = wanted is OrderState.CONFIRMED and known.state is OrderState.PENDING
    undone = wanted is OrderState.CANCELLED and known.state in (OrderState.PENDING, OrderState.CONFIRMED)
    return paid or undone


def differs(store: StoreOrder, known: Order) -> bool:
    """Whether this says anything else of the order than we hold, the recipient aside."""
    told = {line.id: line.fulfillable for line in store.lines}
    ours = {line.id for line in known.lines}
    return (
        any(told.get(line.id, 0) != line.fulfillable for line in known.lines)
        or not told.keys() <= ours
        or (store.paid, store.refunded, store.total) != (known.paid, known.refunded, known.total)
    )


def merged(known: Order, store: StoreOrder, recipient: RecipientId, now: datetime) -> Order:
    """Our order after newer news; what we have routed is not changed silently, but noted and looked at again."""
    wanted = wanted_state(store)
    facts = list(known.facts)
    state = known.state
    if wanted is not state and not (state is OrderState.COMPLETED or wanted is OrderState.PENDING):
        state = ORDER.check(state, wanted)
        facts.append(Fact.of(now, f"order.{state.value.lower()}", "shop", number=store.number, total=store.total))
    if recipient != known.recipient:
        facts.append(Fact.of(now, "order.address_changed", "shop"))
    if _ordered(store.lines) != _ordered(known.lines):
        facts.append(Fact.of(now, "order.lines_changed", "shop"))
    if store.refunded != known.refunded:
        facts.append(Fact.of(now, "order.refunded", "shop", amount=store.refunded))
    waits = state is OrderState.CONFIRMED and not known.routed and store.paid
    undo = state is OrderState.CANCELLED and known.state is not OrderState.CANCELLED and known.routed
    lines = _still_wanted(known.lines, store.lines) if known.routed else store.lines
    fewer = any(now_line.fulfillable < line.fulfillable for now_line, line in zip(lines, known.lines, strict=False))
    more = len(lines) > len(known.lines)
    look = known.routed and (recipient != known.recipient or fewer or more)
    return known.model_copy(
        update={
            "updated_at": store.updated_at,
            "state": state,
            "paid": store.paid,
            "lines": lines,
            "total": store.total,
            "shipping": store.shipping,
            "refunded": store.refunded,
            "recipient": recipient,
            "locale": store.recipient.locale,
            "work_due": now if (waits or undo or look) and not known.test else known.work_due,
            "facts": tuple(facts),
        }
    )


def _still_wanted(known: tuple[OrderLine, ...], told: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """The lines we bought for, with how many pieces of each the shop still lets us ship (of a line that is gone: none),
    then those that are new.

    Once routed nothing else of a line changes: what the shop changed is told, not silently taken over.
    """
    left = {line.id: line.fulfillable for line in told}
    ours = {line.id for line in known}
    kept = (line.model_copy(update={"fulfillable": left.get(line.id, 0)}) for line in known)
    return (*kept, *(line for line in told if line.id not in ours))


def _ordered(lines: tuple[OrderLine, ...]) -> list[tuple[str, str, int]]:
    """What the customer ordered; how much of it may still be shipped changes with every parcel and is no news."""
    return [(line.id, line.store_variant, line.quantity) for line in lines]
