"""What lies on the shelf: a product with every offer it can be bought from, and the message that lists it."""

from __future__ import annotations

from collect.tasks import Publish
from daifa.app import App
from daifa.errors import Conflict
from daifa.messages import Room
from daifa.models.catalog import Offer, Product
from daifa.models.ids import OfferId, ProductId, ShopId


def seen(product: ProductId, shop: ShopId, ver: int, app: App) -> Product:
    """The product if it still is what the person saw; Conflict naming its state and version otherwise."""
    row = app.catalog.product(shop, product)
    if row.ver != ver:
        raise Conflict("product.moved", state=row.state.value, ver=row.ver)
    return row


def sources(product: Product, app: App, *held: Offer) -> dict[OfferId, Offer]:
    """Every offer that this product can be bought from; `held` are offers that are newer than their rows."""
    offers = {offer.id: offer for offer in held}
    for source in (source for variant in product.variants for source in variant.sources):
        if source.offer not in offers and (offer := app.catalog.find_offer(source.offer)):
            offers[offer.id] = offer
    return offers


def wake(product: Product, app: App, delay: int = 0) -> None:
    """Ask for a due product to be told to its shop, after at most 900 seconds."""
    app.queues.send(Room.CATALOGUE, Publish(publish=product.id, shop=product.shop).model_dump_json(), delay)


def wake_if_due(product: Product, old: Product | None, app: App) -> None:
    """Ask for a product that just became due, or due at another time, to be told to its shop."""
    if product.work_due and (old is None or product.work_due != old.work_due):
        wake(product, app)
