"""List a product in its shop: asked for by a person or by a change, done by the storefront, safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from collect.shelf import seen, sources, wake
from collect.tasks import Publish
from daifa.app import App
from daifa.errors import Conflict, DaifaError, NotFound, Rejected, Retry
from daifa.http import NoAnswer
from daifa.models.catalog import Mapping as Mapped
from daifa.models.catalog import Offer, Product, Shop
from daifa.models.facts import Fact, Reason, added
from daifa.models.ids import OfferId, ProductId, ShopId
from daifa.models.states import ListingState
from daifa.ports import Listed, ListingRequest, ListingVariant
from daifa.rules.lifecycle import LISTING
from daifa.rules.products import buyable, listing_name, off_sale, pricing_of, problems
from daifa.telemetry import log
from daifa.texts import t

# A publish whose message was lost is found by the sweep after this long.
REPEAT = timedelta(minutes=15)
# A shop that can't answer is told again after 5, 10, 20 … minutes, at most 6 hours.
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
# Rows that somebody else moved meanwhile are read again this often before the queue has to repeat the message.
TRIES = 3


def ask(product: ProductId, shop: ShopId, ver: int, by: str, locale: str, app: App) -> Product:
    """The product, due in its shop; Conflict with every problem of it, in this language, unless it is ready."""
    selling, old = app.catalog.shop(shop), seen(product, shop, ver, app)
    made = wanted(old, selling, by, app)
    if made.problems:
        told = "; ".join(t(locale, problem.code, **problem.values) for problem in made.problems)
        raise Conflict("listing.not_ready", state=old.state.value, problems=told)
    return made


def wanted(old: Product, selling: Shop, by: str, app: App) -> Product:
    """The product, due in its shop; or with its problems, and not due, while it is not ready."""
    if old.state is not ListingState.ACTIVE:
        LISTING.check(old.state, ListingState.ACTIVE)
    found = problems(old, sources(old, app), pricing_of(old, selling))
    if found:
        return app.catalog.save(old.model_copy(update={"problems": found}), old) if found != old.problems else old
    now = app.clock.now()
    facts = added(old.facts, Fact.of(now, "product.listing_asked", by))
    asked = {"problems": (), "withdrawn": False, "work_due": now + REPEAT, "facts": facts}
    made = app.catalog.save(old.model_copy(update=asked), old)
    wake(made, app)
    return made


def withdraw(product: ProductId, shop: ShopId, ver: int, by: str, app: App) -> Product:
    """The product, to be taken out of its shop until a person lists it again; Conflict unless it was on sale."""
    return withdrawn(seen(product, shop, ver, app), by, app)


def withdrawn(old: Product, by: str, app: App) -> Product:
    """The product, due to be taken out of its shop; as it is if a person did that already."""
    if old.withdrawn:
        return old
    state = old.state if old.state is ListingState.ON_HOLD else LISTING.check(old.state, ListingState.ON_HOLD)
    now = app.clock.now()
    facts = added(old.facts, Fact.of(now, "product.withdrawn", by))
    taken_off = {"state": state, "withdrawn": True, "work_due": now + REPEAT, "facts": facts}
    made = app.catalog.save(old.model_copy(update=taken_off), old)
    wake(made, app)
    return made


def publish(task: Publish, app: App) -> None:
    """Make the shop show what the product is now; a product that is not due was told already and is left alone."""
    product = app.catalog.product(task.shop, task.publish)
    if product.work_due is None:
        return
    shop = app.catalog.shop(task.shop)
    if off_sale(product):
        if product.store_product:
            _unlist(product, shop, app)
        else:
            _unlisted(product, app)
        return
    offers = sources(product, app)
    found = problems(product, offers, pricing_of(product, shop))
    if found:
        app.catalog.save(product.model_copy(update={"problems": found, "work_due": None}), product)
        return
    try:
        listed = app.storefront(shop).publish(request(product, offers))
    except (Retry, NoAnswer) as error:
        _later(product, error, app)
    except Rejected as error:
        _refused(product, error, app)
    else:
        _map(product, listed, app)
        _written(product, listed, listing_name(product, offers), app)


def _unlist(product: Product, shop: Shop, app: App) -> None:
    """Make the shop show nothing of it; what the shop has deleted is not shown either."""
    try:
        app.storefront(shop).unlist(product.store_product)
    except (Retry, NoAnswer) as error:
        _later(product, error, app)
    except NotFound:
        _unlisted(product, app)
    except Rejected as error:
        _refused(product, error, app)
    else:
        _unlisted(product, app)


def _unlisted(product: Product, app: App) -> None:
    """The product as taken out of the shop; due again if it is back."""
    now = app.clock.now()

    def after(product: Product) -> dict[str, Any]:
        fact = Fact.of(now, "product.unlisted", store_product=product.store_product)
        due = None if off_sale(product) else now
        kept = tuple(problem for problem in product.problems if problem.code != "listing.shop_busy")
        return {"listed": "", "problems": kept, "work_due": due, "facts": added(product.facts, fact)}

    _on_top(product, after, app)


def request(product: Product, offers: Mapping[OfferId, Offer]) -> ListingRequest:
    """What the shop should show: every variant that some source has, with its price."""
    return ListingRequest(
        product=product.id,
        store_product=product.store_product,
        title=product.title,
        description=product.description,
        options=product.options,
        images=product.images,
        variants=tuple(
            ListingVariant(variant.id, variant.sku, variant.options, variant.price, variant.image)
            for variant in buyable(product, offers)
            if variant.price is not None
        ),
    )


def _map(product: Product, listed: Listed, app: App) -> None:
    """Keep what each of the shop's variants is, before an order can speak of it."""
    for variant in product.variants:
        store_variant = listed.variants.get(variant.id)
        if store_variant is None:
            continue
        row = Mapped(
            shop=product.shop,
            store_variant=store_variant,
            product=product.id,
            variant=variant.id,
            sources=variant.sources,
        )
        old = app.catalog.mapping(product.shop, store_variant)
        if old is None:
            app.catalog.create(row)
        elif old != row.model_copy(update={"ver": old.ver}):
            app.catalog.save(row, old)


def _written(product: Product, listed: Listed, name: str, app: App) -> None:
    """The product as listed; due again if what was written meanwhile changed what to show."""
    now = app.clock.now()

    def after(product: Product) -> dict[str, Any]:
        state = product.state
        facts = product.facts
        # A product that went out of stock meanwhile comes back with its stock, not with this answer.
        if state in (ListingState.DRAFT, ListingState.ON_HOLD) and not product.withdrawn:
            state = LISTING.check(state, ListingState.ACTIVE)
        if product.listed != name:
            fact = Fact.of(now, "product.listed", store_product=listed.store_product, variants=len(listed.variants))
            facts = added(facts, fact)
        current = not off_sale(product) and listing_name(product, sources(product, app)) == name
        return {
            "state": state,
            "store_product": listed.store_product,
            "listed": name,
            "facts": facts,
            "problems": (),
            "work_due": None if current else now,
        }

    _on_top(product, after, app)


def _on_top(product: Product, after: Callable[[Product], dict[str, Any]], app: App) -> None:
    """Write what the shop's answer makes of the product, on top of whatever was written meanwhile."""
    for _ in range(TRIES):
        following = product.model_copy(update=after(product))
        try:
            app.catalog.save(following, product)
        except Conflict:
            product = app.catalog.product(product.shop, product.id)
        else:
            return
    raise Retry("row.busy", of=app.catalog.table)


def _later(product: Product, error: DaifaError, app: App) -> None:
    """The shop can't answer: told again later, each time later."""
    tries = 1 + max((int(p.values["tries"]) for p in product.problems if p.code == "listing.shop_busy"), default=0)
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 10))
    problem = Reason.of("listing.shop_busy", **error.values | {"tries": tries, "reason": error.code})
    due = app.clock.now() + wait
    log.warning("shop can't answer", extra={"code": error.code, "product": product.id, "tries": tries})
    made = app.catalog.save(product.model_copy(update={"problems": (problem,), "work_due": due}), product)
    wake(made, app, int(wait.total_seconds()))


def _refused(product: Product, error: Rejected, app: App) -> None:
    """The shop says no and will say no again: a person has to change something."""
    problem = Reason.of(error.code, **error.values)
    # A product that was deleted in the shop is made anew when a person lists it again.
    gone = {"store_product": "", "listed": ""} if isinstance(error, NotFound) and product.store_product else {}
    state = product.state
    if gone and state is not ListingState.ON_HOLD:
        state = LISTING.check(state, ListingState.ON_HOLD)
    told = {**problem.values, "reason": error.code}
    fact = Fact(at=app.clock.now(), code="product.listing_refused", values=told)
    update = {"problems": (problem,), "work_due": None, "state": state, "facts": added(product.facts, fact)}
    app.catalog.save(product.model_copy(update=update | gone), product)
