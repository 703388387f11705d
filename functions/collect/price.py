"""Price a product: from what its offers cost now, by the shop's rules and the product's own markup."""

from __future__ import annotations

from decimal import Decimal

from collect.shelf import seen, sources, wake_if_due
from daifa.app import App
from daifa.models.catalog import Offer, Product, Shop
from daifa.models.facts import Fact, added
from daifa.models.ids import ProductId, ShopId
from daifa.models.money import Money
from daifa.rules.products import followed, with_prices
from daifa.rules.waiting import agreed


def price(
    product: ProductId, shop: ShopId, ver: int, markup: Decimal | None, least: Decimal | None, by: str, app: App
) -> Product:
    """The product priced anew, with this markup, and at least at this price (0: at any), from now on if one is given;
    Conflict unless `ver` is what it is now.

    Whoever prices a product agrees to what waits for a person. A listed product whose prices changed is due in the
    shop at once.
    """
    selling, old = app.catalog.shop(shop), seen(product, shop, ver, app)
    wanted = agreed(old, by, app.clock.now())
    if markup is not None and markup != old.markup:
        fact = Fact.of(app.clock.now(), "product.markup_set", by, markup=markup)
        wanted = wanted.model_copy(update={"markup": markup, "facts": added(wanted.facts, fact)})
    lowest = Money(amount=least, currency=selling.currency).rounded() if least else None
    if least is not None and lowest != old.least_price:
        fact = Fact.of(app.clock.now(), "product.least_set", by, least=lowest or "–")
        wanted = wanted.model_copy(update={"least_price": lowest, "facts": added(wanted.facts, fact)})
    made = app.catalog.save(priced(wanted, old, selling, app), old)
    wake_if_due(made, old, app)
    return made


def priced(product: Product, old: Product | None, shop: Shop, app: App, *held: Offer) -> Product:
    """The product with prices and problems of now; `held` are offers that are newer than their rows."""
    offers = sources(product, app, *held)
    shipping = {offer.id: app.catalog.supplier(offer.supplier).shipping for offer in offers.values()}
    return followed(with_prices(product, offers, shipping, shop), old, offers, app.clock.now())
