"""Price a product: from what its offers cost now, by the shop's rules and the product's own markup."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from collect.shelf import seen, sources, wake_if_due
from daifa.app import App
from daifa.errors import Conflict, Rejected
from daifa.models.catalog import Offer, Product, Shop
from daifa.models.facts import Fact, added
from daifa.models.ids import ProductId, ShopId, VariantId
from daifa.models.money import Money
from daifa.rules.products import followed, with_prices
from daifa.rules.waiting import agreed, on_the_shelf


def price(
    product: ProductId,
    shop: ShopId,
    ver: int,
    markup: Decimal | None,
    least: Decimal | None,
    by: str,
    app: App,
    prices: Mapping[VariantId, Decimal] | None = None,
) -> Product:
    """The product priced anew, as `previewed` shows it; Conflict unless `ver` is what it is now.

    What customers know is priced only to the `prices` that the person saw: Rejected without them, Conflict if they are
    others by now. A listed product whose prices changed is due in the shop at once.
    """
    old = seen(product, shop, ver, app)
    made = previewed(product, shop, ver, markup, least, by, app)
    if prices is None and on_the_shelf(old):
        raise Rejected("product.price_unseen")
    if prices is not None and prices != {one.id: one.price.amount for one in made.variants if one.price}:
        raise Conflict("product.price_moved")
    kept = app.catalog.save(made, old)
    wake_if_due(kept, old, app)
    return kept


def previewed(
    product: ProductId, shop: ShopId, ver: int, markup: Decimal | None, least: Decimal | None, by: str, app: App
) -> Product:
    """The product as pricing it would make it, with this markup (0: the shop's), and at least at this price (0: at
    any), from now on if one is given; Conflict unless `ver` is what it is now.

    Whoever prices a product agrees to what waits for a person.
    """
    selling, old = app.catalog.shop(shop), seen(product, shop, ver, app)
    wanted = agreed(old, by, app.clock.now())
    own = markup or None
    if markup is not None and own != old.markup:
        fact = Fact.of(app.clock.now(), "product.markup_set", by, markup=own or "–")
        wanted = wanted.model_copy(update={"markup": own, "facts": added(wanted.facts, fact)})
    lowest = Money(amount=least, currency=selling.currency).rounded() if least else None
    if least is not None and lowest != old.least_price:
        fact = Fact.of(app.clock.now(), "product.least_set", by, least=lowest or "–")
        wanted = wanted.model_copy(update={"least_price": lowest, "facts": added(wanted.facts, fact)})
    return priced(wanted, old, selling, app)


def priced(product: Product, old: Product | None, shop: Shop, app: App, *held: Offer) -> Product:
    """The product with prices and problems of now; `held` are offers that are newer than their rows."""
    offers = sources(product, app, *held)
    shipping = {offer.id: app.catalog.supplier(offer.supplier).shipping for offer in offers.values()}
    return followed(with_prices(product, offers, shipping, shop), old, offers, app.clock.now())
