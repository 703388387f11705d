"""Price many products anew: by another markup of their own, or by other rules of the whole shop."""

from __future__ import annotations

from collect.bulk_kind import Kind
from collect.price import priced
from collect.shelf import wake_if_due
from daifa.app import App
from daifa.models.bulk import Bulk, BulkItem, PriceChange
from daifa.models.catalog import Product, Shop
from daifa.models.facts import Fact, Reason, added
from daifa.models.ids import ProductId
from daifa.models.states import ItemState
from daifa.rules.bulk import moved
from daifa.rules.products import shown
from daifa.rules.waiting import on_the_shelf


class Price(Kind):
    """Priced anew, and only to what the person saw: what moved since is skipped."""

    def look(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Waiting with every price that would change, or why none would."""
        old = app.catalog.product(shop.id, ProductId(item.name))
        item = item.model_copy(update={"title": old.title, "markup": old.markup})
        if old.waiting is not None:
            return moved(item, ItemState.SKIPPED, Reason.of("bulk.waits"))
        made = _priced(old, _rules(shop, bulk), bulk, app)
        changes = _changes(old, made)
        if not changes and made.markup == old.markup:
            return moved(item, ItemState.SKIPPED, Reason.of("bulk.price_stays"))
        if on_the_shelf(old) and made.problems:
            return moved(item, ItemState.SKIPPED, *made.problems)
        return item.model_copy(update={"changes": changes})

    def do(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """The prices that the person saw."""
        old = app.catalog.product(shop.id, ProductId(item.name))
        made = _priced(old, shop, bulk, app)
        now_asked = {variant.id: variant.price for variant in made.variants}
        if any(now_asked.get(change.variant) != change.new for change in item.changes) or old.waiting is not None:
            return moved(item, ItemState.SKIPPED, Reason.of("bulk.price_moved"))
        _save(made, old, bulk, app)
        return moved(item, ItemState.DONE)

    def undo(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Priced by the rules of before, at what it costs now."""
        old = app.catalog.product(shop.id, ProductId(item.name))
        made = priced(old.model_copy(update={"markup": item.markup}), old, shop, app)
        _save(made, old, bulk, app)
        return moved(item, ItemState.UNDONE)


def _rules(shop: Shop, bulk: Bulk) -> Shop:
    return shop.model_copy(update={"pricing": bulk.pricing}) if bulk.pricing else shop


def _priced(old: Product, shop: Shop, bulk: Bulk, app: App) -> Product:
    wanted = old.model_copy(update={"markup": bulk.markup}) if bulk.markup is not None else old
    return priced(wanted, old, shop, app)


def _changes(old: Product, made: Product) -> tuple[PriceChange, ...]:
    before = {variant.id: variant.price for variant in old.variants}
    return tuple(
        PriceChange(
            variant=variant.id,
            shown=shown(variant),
            old=before.get(variant.id),
            new=variant.price,
            margin=variant.margin,
        )
        for variant in made.variants
        if variant.price != before.get(variant.id)
    )


def _save(made: Product, old: Product, bulk: Bulk, app: App) -> None:
    if made == old:
        return
    fact = Fact.of(app.clock.now(), "product.bulk_priced", bulk.by, bulk=bulk.id)
    kept = app.catalog.save(made.model_copy(update={"facts": added(made.facts, fact)}), old)
    wake_if_due(kept, old, app)
