"""Put many products on sale in their shop, or take them off."""

from __future__ import annotations

from collect.bulk_kind import Kind
from collect.publish import wanted, withdrawn
from collect.shelf import sources
from daifa.app import App
from daifa.models.bulk import Bulk, BulkItem
from daifa.models.catalog import Product, Shop
from daifa.models.facts import Reason
from daifa.models.ids import ProductId
from daifa.models.states import ItemState, ListingState
from daifa.rules.bulk import moved
from daifa.rules.products import pricing_of, problems


class List(Kind):
    """On sale: a product that is not ready is skipped, with everything a person must put right."""

    def look(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Waiting, or why it can't be listed."""
        product = app.catalog.product(shop.id, ProductId(item.name))
        item = item.model_copy(update={"title": product.title})
        if _on_sale(product):
            return moved(item, ItemState.SKIPPED, Reason.of("bulk.on_sale_already"))
        if product.state is ListingState.ARCHIVED:
            return moved(item, ItemState.SKIPPED, Reason.of("bulk.archived"))
        found = problems(product, sources(product, app), pricing_of(product, shop))
        return moved(item, ItemState.SKIPPED, *found) if found else item

    def do(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Asked for once; done when the shop has it."""
        product = app.catalog.product(shop.id, ProductId(item.name))
        if item.state is ItemState.WAITING:
            product = wanted(product, shop, bulk.by, app)
        return _on(item, ItemState.DONE, product)

    def undo(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Off sale again."""
        return _off(item, ItemState.UNDONE, bulk, app)


class Unlist(Kind):
    """Off sale, until they are listed again."""

    def look(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Waiting, or skipped because customers can't see it anyway."""
        product = app.catalog.product(shop.id, ProductId(item.name))
        item = item.model_copy(update={"title": product.title})
        seen = product.state in (ListingState.ACTIVE, ListingState.OUT_OF_STOCK) and not product.withdrawn
        return item if seen else moved(item, ItemState.SKIPPED, Reason.of("bulk.off_sale_already"))

    def do(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Asked for once; done when the shop shows nothing of it."""
        return _off(item, ItemState.DONE, bulk, app)

    def undo(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """On sale again, if it still may be."""
        product = app.catalog.product(shop.id, ProductId(item.name))
        if product.withdrawn:
            product = wanted(product, shop, bulk.by, app)
            if product.problems:
                return moved(item, ItemState.FAILED, *product.problems)
        return _on(item, ItemState.UNDONE, product)


def _on(item: BulkItem, done: ItemState, product: Product) -> BulkItem:
    if product.work_due is not None:
        return _asked(item)
    return moved(item, done) if _on_sale(product) else moved(item, ItemState.FAILED, *product.problems)


def _off(item: BulkItem, done: ItemState, bulk: Bulk, app: App) -> BulkItem:
    product = withdrawn(app.catalog.product(bulk.shop, ProductId(item.name)), bulk.by, app)
    return moved(item, done) if product.work_due is None else _asked(item)


def _asked(item: BulkItem) -> BulkItem:
    return item if item.state is ItemState.STARTED else moved(item, ItemState.STARTED)


def _on_sale(product: Product) -> bool:
    return product.state is ListingState.ACTIVE and not product.withdrawn
