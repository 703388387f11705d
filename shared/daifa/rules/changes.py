"""What changed between the offer we held and the one just collected, each change by its kind, and what it calls for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from daifa.models.catalog import Offer, OfferVariant
from daifa.models.facts import Reason
from daifa.models.keeping import ACTIONS, Action, ChangeKind
from daifa.models.money import Money
from daifa.models.states import OfferState

# Below so many pieces every one that goes says something of how long the rest will last.
FEW = 20
# Counters of plenty move with every visitor: what is above this, before and after, has to move by a tenth of itself.
PLENTY = 100
# What is a change of its own kind in how an offer lives; words and pictures are looks, not life.
LIVELY = {
    ChangeKind.PRICE,
    ChangeKind.PRICE_JUMP,
    ChangeKind.SOLD_OUT,
    ChangeKind.BACK,
    ChangeKind.ADDED,
    ChangeKind.GONE,
}
_ACTIONS = list(Action)


@dataclass(frozen=True)
class Change:
    """One change, with its evidence."""

    kind: ChangeKind
    reason: Reason


@dataclass(frozen=True)
class Answer:
    """The strongest action that any of the changes calls for, and the changes that call for it."""

    action: Action
    changes: tuple[Change, ...]


def answer(changes: Iterable[Change], actions: Mapping[ChangeKind, Action]) -> Answer:
    """What a supplier's changes call for by its own actions, by the usual ones where it has none."""
    called = [(change, actions.get(change.kind, ACTIONS[change.kind])) for change in changes]
    strongest = max((action for _, action in called), key=_ACTIONS.index, default=Action.UPDATE)
    return Answer(strongest, tuple(change for change, action in called if action is strongest))


def stronger(one: Action, other: Action) -> Action:
    """The one that asks more of us."""
    return max(one, other, key=_ACTIONS.index)


def lively(changes: Iterable[Change]) -> bool:
    """Whether any of them says how fast the offer lives: its price, whether it can be bought, the last pieces."""
    return any(change.kind in LIVELY or _last_pieces(change) for change in changes)


def _last_pieces(change: Change) -> bool:
    counts = [change.reason.values.get(name, "") for name in ("old", "new")]
    return change.kind is ChangeKind.STOCK and any(count.isdecimal() and int(count) <= FEW for count in counts)


def changed(old: Offer, new: Offer, jump: Decimal = Decimal("0.30")) -> tuple[Change, ...]:
    """What a buyer of the old offer should know about the new one; a price that moved by more than `jump` jumped."""
    before = {variant.external: variant for variant in old.variants}
    after = {variant.external: variant for variant in new.variants}
    again = renamed(old, new)
    told: list[Change] = []
    for name in before.keys() - after.keys() - set(again.values()):
        told.append(_change(ChangeKind.GONE, "offer.variant_removed", variant=shown(before[name])))
    for name in after.keys() - before.keys() - again.keys():
        variant = after[name]
        told.append(_change(ChangeKind.ADDED, "offer.variant_added", variant=shown(variant), price=variant.price))
    told.sort(key=lambda change: (change.reason.code, change.reason.values["variant"]))
    for name, variant in after.items():
        was = before.get(again.get(name, name))
        if was is not None:
            told += _variant(was, variant, jump)
    told += _whole(old, new)
    return tuple(told)


def renamed(old: Offer, new: Offer) -> dict[str, str]:
    """Variants that go by another name than before, new name to old: told by a SKU of their own, else by their choices.

    Two that can't be told apart are never taken for one another.
    """
    gone = [v for v in old.variants if v.external not in {after.external for after in new.variants}]
    come = [v for v in new.variants if v.external not in {before.external for before in old.variants}]
    found: dict[str, str] = {}
    for mark in (_sku, _choices):
        there, here = _alone(gone, mark), _alone(come, mark)
        for sign in here.keys() & there.keys():
            if here[sign] not in found and there[sign] not in found.values():
                found[here[sign]] = there[sign]
    return found


def _sku(variant: OfferVariant) -> str:
    return variant.sku


def _choices(variant: OfferVariant) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(variant.options.items()))


def _alone(variants: Sequence[OfferVariant], mark: Callable[[OfferVariant], str]) -> dict[str, str]:
    marks = [mark(variant) for variant in variants]
    return {sign: v.external for sign, v in zip(marks, variants, strict=True) if sign and marks.count(sign) == 1}


def _variant(old: OfferVariant, new: OfferVariant, jump: Decimal) -> Iterator[Change]:
    name = shown(new)
    if old.external != new.external or old.options != new.options:
        yield _change(ChangeKind.RENAMED, "offer.variant_renamed", old=_named(old), new=_named(new))
    if old.price.currency != new.price.currency:
        yield _change(ChangeKind.PRICE_JUMP, "offer.currency_changed", variant=name, old=old.price, new=new.price)
    elif old.price != new.price:
        code = "offer.price_up" if new.price > old.price else "offer.price_down"
        moved = moved_by(old.price, new.price)
        kind = ChangeKind.PRICE_JUMP if moved is None or abs(moved) > jump else ChangeKind.PRICE
        percent = "" if moved is None else f"{moved * 100:+.1f}%"
        yield _change(kind, code, variant=name, old=old.price, new=new.price, percent=percent)
    if old.stock != 0 and new.stock == 0:
        yield _change(ChangeKind.SOLD_OUT, "offer.sold_out", variant=name)
    elif old.stock == 0 and new.stock != 0:
        yield _change(ChangeKind.BACK, "offer.back_in_stock", variant=name)
    elif old.stock != new.stock and not _plenty(old.stock, new.stock):
        yield _change(
            ChangeKind.STOCK, "offer.stock_changed", variant=name, old=_count(old.stock), new=_count(new.stock)
        )
    if old.sku != new.sku:
        yield _change(ChangeKind.SPEC, "offer.variant_changed", variant=name)
    if old.image != new.image:
        yield _change(ChangeKind.IMAGE, "offer.variant_image_changed", variant=name)


def _plenty(old: int | None, new: int | None) -> bool:
    return old is not None and new is not None and min(old, new) > PLENTY and abs(new - old) * 10 < old


def _whole(old: Offer, new: Offer) -> Iterator[Change]:
    if old.tiers != new.tiers:
        yield _change(ChangeKind.PRICE, "offer.tiers_changed")
    if old.minimum != new.minimum:
        yield _change(ChangeKind.PRICE, "offer.minimum_changed", old=old.minimum, new=new.minimum)
    if old.title != new.title:
        yield _change(ChangeKind.SPEC, "offer.title_changed", old=old.title, new=new.title)
    # A row that never had these names says nothing of what changed.
    if old.words and old.words != new.words:
        yield _change(ChangeKind.SPEC, "offer.spec_changed")
    if old.pictures and old.pictures != new.pictures:
        yield _change(ChangeKind.IMAGE, "offer.images_changed")
    if old.url != new.url:
        yield _change(ChangeKind.SPEC, "offer.moved", new=new.url)
    if old.state is not new.state:
        yield _change(_turn(old.state, new.state), "offer.state_changed", old=old.state.value, new=new.state.value)


def _turn(old: OfferState, new: OfferState) -> ChangeKind:
    if new is OfferState.UNAVAILABLE:
        return ChangeKind.PRODUCT_GONE
    if new is OfferState.STALE:
        return ChangeKind.UNREADABLE
    if new is OfferState.OUT_OF_STOCK:
        return ChangeKind.SOLD_OUT
    if old in (OfferState.OUT_OF_STOCK, OfferState.UNAVAILABLE):
        return ChangeKind.BACK
    return ChangeKind.STOCK


def moved_by(old: Money, new: Money) -> Decimal | None:
    """By what part of the old price the new one is dearer (negative: cheaper); None if nothing can be said."""
    if old.currency != new.currency or old.amount <= 0:
        return None
    return (new.amount - old.amount) / old.amount


def shown(variant: OfferVariant) -> str:
    """How people name a variant: its choices, else its SKU, else the supplier's own name."""
    return " / ".join(variant.options.values()) or variant.sku or variant.external


def _named(variant: OfferVariant) -> str:
    choices = " / ".join(variant.options.values())
    return f"{choices} ({variant.external})" if choices and variant.external else choices or variant.external


def _count(stock: int | None) -> str:
    return "?" if stock is None else str(stock)


def _change(kind: ChangeKind, code: str, **values: object) -> Change:
    return Change(kind, Reason.of(code, **values))
