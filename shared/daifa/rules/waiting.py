"""What a change of an offer makes of the product that a shop lists: followed, held until a person agrees, or ended."""

from __future__ import annotations

from datetime import datetime

from daifa.models.catalog import Product, Told, Waiting
from daifa.models.facts import Fact, Reason, added
from daifa.models.keeping import Action
from daifa.models.states import ListingState
from daifa.rules.changes import Answer, stronger
from daifa.rules.lifecycle import LISTING

# As many changes as a person reads before agreeing.
SHOWN = 10


def on_the_shelf(product: Product) -> bool:
    """Whether customers know this product: a draft follows its page freely, what is archived is over."""
    return product.state not in (ListingState.DRAFT, ListingState.ARCHIVED)


def answered(old: Product, made: Product | None, answer: Answer, now: datetime) -> Product:
    """The product after its offer changed; `made` is what its page makes of it now, None if nobody could read that."""
    if old.state is ListingState.ARCHIVED:
        return old
    if not on_the_shelf(old):
        return made or old
    reasons = tuple(change.reason for change in answer.changes)
    if answer.action is Action.ARCHIVE:
        return _archived(made or old, reasons, now)
    stopped = answer.action is Action.OUT_OF_STOCK or answer.action is Action.HOLD and made is not None
    if not stopped and (old.waiting is None or old.waiting.told is None):
        return made.model_copy(update={"waiting": None}) if made else old
    return _waiting(old, made, answer.action if stopped else Action.HOLD, reasons if stopped else (), now)


def _waiting(old: Product, made: Product | None, action: Action, reasons: tuple[Reason, ...], now: datetime) -> Product:
    # That nobody could read the page is over once somebody has.
    before = None if made and old.waiting and old.waiting.told is None else old.waiting
    # What is off sale already stays so: coming back at a price of before is not "as it is".
    action = Action.OUT_OF_STOCK if old.state is ListingState.OUT_OF_STOCK else action
    told = told_of(made) if made else before.told if before else None
    waiting = Waiting(
        action=stronger(action, before.action) if before else action,
        reasons=((before.reasons if before else ()) + reasons)[-SHOWN:],
        since=before.since if before else now,
        told=told,
    )
    facts = tuple(Fact(at=now, code="product.waits", values=why.values | {"reason": why.code}) for why in reasons)
    return old.model_copy(update={"waiting": waiting, "facts": added(old.facts, *facts)})


def _archived(product: Product, reasons: tuple[Reason, ...], now: datetime) -> Product:
    state = LISTING.check(product.state, ListingState.ARCHIVED)
    values = reasons[0].values | {"reason": reasons[0].code} if reasons else {}
    fact = Fact(at=now, code="product.archived", values=values)
    facts = added(product.facts, fact)
    return product.model_copy(update={"state": state, "waiting": None, "facts": facts})


def agreed(product: Product, by: str, now: datetime) -> Product:
    """The product as its page tells it now, because a person agreed; unchanged if nothing waits."""
    if product.waiting is None:
        return product
    told = product.waiting.told
    fields = {name: getattr(told, name) for name in Told.model_fields} if told else {}
    fact = Fact.of(now, "product.change_agreed", by)
    return product.model_copy(update={**fields, "waiting": None, "facts": added(product.facts, fact)})


def told_of(product: Product) -> Told:
    """What the page tells, out of a product."""
    return Told(**{name: getattr(product, name) for name in Told.model_fields})


def waits_for(product: Product) -> tuple[Reason, ...]:
    """What a person has to agree to, each as a sentence that says how; empty if nothing waits."""
    if product.waiting is None:
        return ()
    code = f"listing.waits_{product.waiting.action.value}"
    return tuple(Reason(code=code, values=why.values | {"reason": why.code}) for why in product.waiting.reasons)
