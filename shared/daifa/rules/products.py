"""What a shop makes of an offer: a product with prices, and what still keeps it from being listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from daifa.models.catalog import Offer, OfferVariant, Pricing, Product, Shop, Source, Variant
from daifa.models.collected import CollectedProduct
from daifa.models.derive import derived
from daifa.models.facts import Fact, Reason, added
from daifa.models.ids import OfferId, ProductId, ShopId, VariantId
from daifa.models.keeping import Action
from daifa.models.money import Money
from daifa.models.states import ListingState, OfferState
from daifa.rules.buffers import stock_buffer
from daifa.rules.lifecycle import LISTING
from daifa.rules.pricing import Landed, NoPrice, priced, quote

GONE = (OfferState.OUT_OF_STOCK, OfferState.UNAVAILABLE)
OFF_SALE = (ListingState.OUT_OF_STOCK, ListingState.ARCHIVED)


def off_sale(product: Product) -> bool:
    """Whether the shop must show nothing of it."""
    return product.state in OFF_SALE or product.withdrawn


def product_id(shop: ShopId, offer: OfferId) -> ProductId:
    """The one product that this shop makes of this offer."""
    return ProductId(derived("product", shop, offer))


def product_of(
    collected: CollectedProduct, offer: Offer, shop: Shop, old: Product | None, renamed: Mapping[str, str]
) -> Product:
    """The shop's product as the page tells it now, without prices; what the merchant and the shop decided is kept.

    `renamed` names the supplier's variants that go by another name since the last look, new name to old.
    """
    product = product_id(shop.id, offer.id)
    skus = [variant.sku for variant in offer.variants]
    distinct = len(set(skus)) == len(skus) and all(skus)
    kept = _kept(offer, old)
    variants = tuple(
        _variant(product, offer, variant, distinct, kept.get(renamed.get(variant.external, variant.external)))
        for variant in offer.variants
    )
    named = tuple(option.name for option in collected.options)
    options = named or tuple(dict.fromkeys(name for variant in offer.variants for name in variant.options))
    seen: dict[str, Any] = {
        "title": offer.title,
        "description": collected.description or "",
        "images": collected.images,
        "options": options,
        "variants": variants,
        "field_sources": collected.sources,
        "url": offer.url,
        "collected_at": offer.collected_at,
    }
    if old is not None:
        return old.model_copy(update=seen)
    fact = Fact.of(offer.collected_at, "product.collected", title=offer.title)
    return Product(id=product, shop=shop.id, facts=(fact,), **seen)


def _kept(offer: Offer, old: Product | None) -> dict[str, Variant]:
    """Our variants by the supplier's name for each; what waits for a person knows the newest names."""
    waiting = old.waiting.told.variants if old and old.waiting and old.waiting.told else ()
    return {
        source.external_variant: variant
        for variant in (*(old.variants if old else ()), *waiting)
        for source in variant.sources
        if source.offer == offer.id
    }


def _variant(product: ProductId, offer: Offer, variant: OfferVariant, distinct: bool, kept: Variant | None) -> Variant:
    source = Source(supplier=offer.supplier, offer=offer.id, external_variant=variant.external)
    if kept is None:
        name = VariantId(derived("variant", product, variant.external))
        sku = variant.sku if distinct else name
        return Variant(id=name, options=variant.options, sku=sku, image=variant.image, sources=(source,))
    # A SKU that orders already speak of stays, even if the supplier renames its own; so do its other sources.
    sources = tuple(source if one.offer == offer.id else one for one in kept.sources)
    return Variant(id=kept.id, options=variant.options, sku=kept.sku, image=variant.image, sources=sources)


def with_prices(
    product: Product, offers: Mapping[OfferId, Offer], shipping: Mapping[OfferId, Money], shop: Shop
) -> Product:
    """The product with each variant priced from its first source, and with what keeps it from being listed."""
    pricing = pricing_of(product, shop)
    variants = tuple(
        _priced(variant, offers, shipping, pricing, shop.currency, product.least_price) for variant in product.variants
    )
    made = product.model_copy(update={"variants": variants})
    return made.model_copy(update={"problems": problems(made, offers, pricing)})


def pricing_of(product: Product, shop: Shop) -> Pricing:
    """The shop's rules with this product's own markup."""
    return shop.pricing if product.markup is None else shop.pricing.model_copy(update={"markup": product.markup})


def _priced(
    variant: Variant,
    offers: Mapping[OfferId, Offer],
    shipping: Mapping[OfferId, Money],
    pricing: Pricing,
    currency: str,
    least: Money | None,
) -> Variant:
    found = sold_as(variant, offers)
    if found is None:
        unpriced = (Reason.of("price.no_source", variant=shown(variant)),)
        return variant.model_copy(update={"cost": None, "price": None, "margin": None, "why": unpriced})
    offer, sold = found
    told = quote(offer, sold, shipping[offer.id], pricing, currency, least)
    if isinstance(told, NoPrice):
        return variant.model_copy(update={"cost": None, "price": None, "margin": None, "why": (told.why,)})
    why = told.why
    if sold.stock and not _promised(offer, sold):
        why = (*why, Reason.of("listing.kept_back", variant=shown(variant), stock=sold.stock))
    return variant.model_copy(update={"cost": told.landed, "price": told.price, "margin": told.margin, "why": why})


def _promised(offer: Offer, sold: OfferVariant) -> bool:
    """Whether there is more of it than an ordinary day takes; what a supplier does not count may be promised."""
    return sold.stock is None or sold.stock > stock_buffer(offer.history.get(sold.external, ()))


def sold_as(variant: Variant, offers: Mapping[OfferId, Offer]) -> tuple[Offer, OfferVariant] | None:
    """The first source that we hold and that still sells this variant, or None."""
    for source in variant.sources:
        offer = offers.get(source.offer)
        for sold in offer.variants if offer else ():
            if offer and sold.external == source.external_variant:
                return offer, sold
    return None


def buyable(product: Product, offers: Mapping[OfferId, Offer]) -> tuple[Variant, ...]:
    """The variants that some source has more of than a day takes, in the product's order; an unconfirmed offer counts
    as it last was.

    None while a change that takes the product off sale waits for a person.
    """
    if product.waiting and product.waiting.action is Action.OUT_OF_STOCK:
        return ()
    found = []
    for variant in product.variants:
        sold = sold_as(variant, offers)
        if sold and sold[0].state not in GONE and _promised(*sold):
            found.append(variant)
    return tuple(found)


def problems(product: Product, offers: Mapping[OfferId, Offer], pricing: Pricing) -> tuple[Reason, ...]:
    """Everything that a person must put right before the shop may show this product; empty if it is ready."""
    told: list[Reason] = []
    if not product.title.strip():
        told.append(Reason.of("listing.no_title"))
    if not product.images:
        told.append(Reason.of("listing.no_image"))
    if not product.variants:
        told.append(Reason.of("listing.no_variants"))
    elif not buyable(product, offers):
        told.append(Reason.of("listing.out_of_stock"))
    chosen: set[tuple[str, ...]] = set()
    for variant in product.variants:
        if set(variant.options) != set(product.options) or not all(variant.options.values()):
            told.append(Reason.of("listing.options_differ", variant=shown(variant), options=", ".join(product.options)))
        choice = tuple(variant.options.get(name, "") for name in product.options)
        if choice in chosen:
            told.append(Reason.of("listing.same_options", variant=shown(variant)))
        chosen.add(choice)
        told += _price_problems(variant, pricing, product.least_price)
    return tuple(reason for place, reason in enumerate(told) if reason not in told[:place])


def _price_problems(variant: Variant, pricing: Pricing, least: Money | None) -> list[Reason]:
    if variant.price is None or variant.cost is None:
        return list(variant.why) or [Reason.of("listing.no_price", variant=shown(variant))]
    told = priced(Landed(variant.cost, ()), pricing)
    if isinstance(told, NoPrice):
        return [told.why]
    if variant.price < told.floor:
        return [Reason.of("listing.below_floor", variant=shown(variant), price=variant.price, floor=told.floor)]
    if least is not None and variant.price < least:
        return [Reason.of("listing.below_least", variant=shown(variant), price=variant.price, least=least)]
    return []


def followed(product: Product, old: Product | None, offers: Mapping[OfferId, Offer], now: datetime) -> Product:
    """The product moved as its offers demand, a fact for each change; due if the shop was last told something else."""
    facts = list(product.facts)
    state = product.state
    has_any = bool(buyable(product, offers))
    if state is ListingState.ACTIVE and not has_any:
        state = LISTING.check(state, ListingState.OUT_OF_STOCK)
        facts.append(Fact.of(now, "product.out_of_stock"))
    elif state is ListingState.OUT_OF_STOCK and has_any:
        state = LISTING.check(state, ListingState.ACTIVE)
        facts.append(Fact.of(now, "product.back_in_stock"))
    before = {variant.id: variant.price for variant in old.variants} if old else {}
    for variant in product.variants:
        then = before.get(variant.id)
        if then and variant.price and then != variant.price:
            facts.append(Fact.of(now, "product.repriced", variant=shown(variant), old=then, new=variant.price))
    if state in OFF_SALE or product.withdrawn:
        news = bool(product.store_product and product.listed)
    else:
        # Which of the supplier's variants each of ours is goes into the shop's mappings.
        bought = {variant.id: variant.sources for variant in product.variants}
        elsewhere = any(bought.get(v.id, v.sources) != v.sources for v in old.variants) if old else False
        shows = elsewhere or listing_name(product, offers) != product.listed
        news = state is ListingState.ACTIVE and not product.problems and shows
    due = now if news else product.work_due
    return product.model_copy(update={"state": state, "facts": added(tuple(facts)), "work_due": due})


def listing_name(product: Product, offers: Mapping[OfferId, Offer]) -> str:
    """A name for exactly what the shop should show now: words, pictures, and every buyable variant with its price."""
    parts = [product.title, product.description, *product.images, "", *product.options]
    for variant in buyable(product, offers):
        parts += ["", variant.id, variant.sku, variant.image, str(variant.price), *map(str, variant.options.items())]
    return derived("listing", *parts)


def shown(variant: Variant) -> str:
    """How people name a variant: its choices, else its SKU."""
    return " / ".join(variant.options.values()) or variant.sku
