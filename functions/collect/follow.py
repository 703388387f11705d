"""Follow an offer: what its change makes of each shop's product, and the person who is asked where one must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from collect.price import priced
from collect.shelf import sources
from daifa.app import App
from daifa.models.catalog import Offer, Product, Shop, Supplier
from daifa.models.collected import CollectedProduct
from daifa.models.keeping import Action, ChangeKind
from daifa.rules import work
from daifa.rules.changes import Answer
from daifa.rules.offers import gone
from daifa.rules.products import followed, listing_name, product_id, product_of
from daifa.rules.waiting import answered, on_the_shelf


def follow(
    old: Product | None,
    collected: CollectedProduct,
    offer: Offer,
    shop: Shop,
    supplier: Supplier,
    called: Answer,
    renamed: Mapping[str, str],
    app: App,
) -> Product:
    """This shop's product after its offer changed: as the page tells it, or held as it is until a person agrees."""
    fresh = product_of(collected, offer, shop, old, renamed).model_copy(update={"waiting": None})
    made = priced(fresh, old, shop, app, offer)
    if old is None:
        return made
    offers = sources(made, app, offer)
    if old.waiting and listing_name(made, offers) == old.listed:
        # The supplier took the change back: nothing differs any more from what the shop shows.
        return made
    now = app.clock.now()
    product = answered(old, made, called, now)
    _ask(old, supplier, called, offer.collected_at, app)
    return product if product in (old, made) else followed(product, old, offers, now)


def follow_failure(
    offer: Offer, called: Answer, supplier: Supplier, shops: Sequence[Shop], at: datetime, app: App
) -> tuple[Offer, list[tuple[Product, Product]]]:
    """The offer that is gone or can't be read, and each product that this changes, new and old."""
    change = called.changes[0]
    if change.kind is ChangeKind.PRODUCT_GONE and called.action not in (Action.ASK, Action.HOLD):
        offer = gone(offer, change.reason, at)
    changed = []
    for shop in shops:
        old = app.catalog.find_product(shop.id, product_id(shop.id, offer.id))
        if old is None:
            continue
        # An offer that is gone can't be bought anyway; the product comes back with it.
        stops = called.action is not Action.OUT_OF_STOCK or change.kind is not ChangeKind.PRODUCT_GONE
        product = answered(old, None, called, at) if stops else old
        product = followed(product, old, sources(product, app, offer), at)
        _ask(old, supplier, called, at, app)
        if product != old:
            changed.append((product, old))
    return offer, changed


def _ask(product: Product, supplier: Supplier, called: Answer, at: datetime, app: App) -> None:
    """Ask a person to look, once for each look that brought something; before anything else is written, so that a
    repeated message asks again rather than never.
    """
    if called.action is not Action.UPDATE and on_the_shelf(product):
        app.orders.create(work.offer_changed(product, supplier, called, at))
