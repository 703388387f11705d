"""Products told in schema.org's words, whatever carries them: JSON-LD, microdata and RDFa all end here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from collect.extraction import amounts, values
from collect.extraction.found import Found
from collect.extraction.page import Page
from daifa.models.collected import Availability, CollectedOption, CollectedVariant

PRODUCT = frozenset(("Product", "ProductGroup", "ProductModel", "IndividualProduct", "SomeProducts", "Vehicle", "Car",
                     "Book", "IProduct"))  # fmt: skip
OFFER = frozenset(("Offer", "AggregateOffer", "OfferForPurchase"))
STRUCK = ("ListPrice", "StrikethroughPrice", "SRP", "MSRP")
VARIES = ("color", "size", "material", "pattern", "width", "height", "flavor", "scent")
DEEPEST = 12
MOST = 5000
_KEY = re.compile(r"[?&]variant=([\w-]{1,40})")


def kinds(node: dict[str, Any]) -> set[str]:
    """The node's types without their vocabulary: `http://schema.org/Product` is `Product`."""
    told = node.get("@type")
    names = told if isinstance(told, list) else [told]
    return {
        name.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].rsplit("#", 1)[-1]
        for name in names
        if isinstance(name, str)
    }


def nodes(data: object) -> Iterator[dict[str, Any]]:
    """Every object in a JSON-LD value, outer before inner, the depth and number bounded."""
    stack: list[tuple[object, int]] = [(data, 0)]
    seen = 0
    while stack and seen < MOST:
        current, depth = stack.pop()
        seen += 1
        if isinstance(current, dict):
            yield current
            inner: list[object] = list(current.values())
        elif isinstance(current, list):
            inner = current
        else:
            continue
        if depth < DEEPEST:
            stack.extend((each, depth + 1) for each in reversed(inner) if isinstance(each, (dict, list)))


def products(data: object) -> list[dict[str, Any]]:
    """The products of a value; variants and related products inside another product are not counted."""
    found: list[dict[str, Any]] = []
    inner: set[int] = set()
    for node in nodes(data):
        if id(node) not in inner and kinds(node) & PRODUCT:
            found.append(node)
            inner.update(id(each) for each in nodes(node))
    return found


def read(product: dict[str, Any], page: Page, source: str) -> Found:
    """One schema.org product as far as it is told; prices stay None unless they are plainly of this product."""
    found = Found(source)
    found.title = values.text(first(product.get("name")), 400)
    found.description = _text(first(product.get("description")))
    found.images = _images(product.get("image"), page.base)
    found.sku = values.code(first(product.get("sku"))) or values.code(first(product.get("productID")))
    found.mpn = values.code(first(product.get("mpn")))
    found.gtin = _gtin(product)
    found.brand = brand(_name(product.get("brand")) or _name(product.get("manufacturer")))
    found.category_path = _category(product.get("category"))
    found.weight_grams = _weight(product.get("weight"))
    found.attributes = _attributes(product)
    offers = [offer for offer in _many(product.get("offers")) if isinstance(offer, dict)]
    if offers:
        _offers(found, offers, page)
    variants = [each for each in _many(product.get("hasVariant")) if isinstance(each, dict)]
    if variants:
        _group(found, product, variants, page)
    return found


def brand(told: str | None) -> str | None:
    """A brand's name without the label some themes put into it (`Ver mais artigos da Marca: X`)."""
    return (
        re.sub(r"(?i)^.{0,40}\b(?:brand|marca|marke|marque|merk|značka|бренд)\s*:\s*", "", told).strip() or None
        if told
        else None
    )


def _offers(found: Found, offers: list[dict[str, Any]], page: Page) -> None:
    inner = [each for offer in offers for each in _many(offer.get("offers")) if isinstance(each, dict)]
    told = [offer for offer in offers if "AggregateOffer" not in kinds(offer)] + inner
    fresh = [offer for offer in told if not _second_hand(offer)]
    if fresh and len(fresh) < len(told):
        # Used and opened ones are sold beside the product, not as it.
        told, offers = fresh, [offer for offer in offers if "AggregateOffer" not in kinds(offer) and offer in fresh]
    for offer in (*told, *offers):
        found.currency = found.currency or _currency(offer)
    prices = [price for price in (_price(offer, found.currency, page.country) for offer in told) if price]
    for offer in offers:
        low = amounts.amount(first(offer.get("lowPrice")), found.currency, page.country)
        high = amounts.amount(first(offer.get("highPrice")), found.currency, page.country)
        prices.extend(price for price in (low, high) if price)
        if "AggregateOffer" in kinds(offer) and not low and not prices:
            alone = amounts.amount(first(offer.get("price")), found.currency, page.country)
            prices.extend([alone] if alone else [])
        found.list_price = found.list_price or _struck(offer, found.currency, page.country)
    if prices:
        found.price, found.price_high = min(prices), max(prices)
        if len(told) == 1 and _price(told[0], found.currency, page.country):
            found.price = found.price_high = _price(told[0], found.currency, page.country)
    else:
        found.priceless = True
    states = [values.availability(first(offer.get("availability"))) for offer in (*told, *offers)]
    found.availability = best_availability([state for state in states if state])
    named = [offer for offer in told if values.text(first(offer.get("name"))) and values.code(first(offer.get("sku")))]
    if len(named) > 1 and len(named) == len(told):
        found.variants = [_offer_variant(offer, found.currency, page) for offer in named]
        found.options = options_of(found.variants)
        return  # what an offer says beyond its price is its variant's, not the product's
    for offer in (*told, *offers):
        found.sku = found.sku or values.code(first(offer.get("sku")))
        found.gtin = found.gtin or _gtin(offer)
        found.mpn = found.mpn or values.code(first(offer.get("mpn")))
        level = first(offer.get("inventoryLevel"))
        if found.stock is None and level is not None:
            found.stock = values.count(level.get("value") if isinstance(level, dict) else level)


def _second_hand(offer: dict[str, Any]) -> bool:
    condition = str(first(offer.get("itemCondition")) or "")
    return any(word in condition for word in ("Used", "Refurbished", "Damaged"))


def _offer_variant(offer: dict[str, Any], currency: str | None, page: Page) -> CollectedVariant:
    return CollectedVariant(
        options={"name": values.text(first(offer.get("name"))) or ""},
        price=_price(offer, currency, page.country),
        availability=values.availability(first(offer.get("availability"))),
        sku=values.code(first(offer.get("sku"))),
        gtin=_gtin(offer),
        image=next(iter(_images(offer.get("image"), page.base)), None),
    )


def _group(found: Found, product: dict[str, Any], variants: list[dict[str, Any]], page: Page) -> None:
    each = [read(variant, page, found.source) for variant in variants[:500]]
    found.currency = found.currency or next((one.currency for one in each if one.currency), None)
    prices = [one.price for one in each if one.price]
    if prices and found.price is None:
        found.price, found.price_high, found.priceless = min(prices), max(prices), False
    found.availability = found.availability or best_availability([one.availability for one in each if one.availability])
    varies = [values.text(name) or "" for name in _many(product.get("variesBy")) if isinstance(name, str)]
    names = [name.rstrip("/").rsplit("/", 1)[-1] for name in varies] or list(VARIES)
    group = found.title or ""
    for variant, one in zip(variants, each, strict=False):
        options = {name: told for name in names if (told := _name(variant.get(name)))} or one.attributes
        if not options and one.title:
            options = {"name": one.title.removeprefix(group).strip(" -/,|") or one.title}
        found.variants.append(CollectedVariant(
            options=options, key=_variant_key(variant), price=one.price, list_price=one.list_price,
            availability=one.availability, stock=one.stock, sku=one.sku, gtin=one.gtin,
            image=one.images[0] if one.images else None, weight_grams=one.weight_grams,
        ))  # fmt: skip
    found.sku = found.sku or values.code(first(product.get("productGroupID")))
    found.options = options_of(found.variants)
    found.images = found.images or [one.images[0] for one in each if one.images][:20]


def _variant_key(variant: dict[str, Any]) -> str | None:
    """The shop's own name of a variant, where its address has it: `/products/kettle?variant=4412`."""
    offer = first(variant.get("offers"))
    told = (first(each.get(name)) for each in (variant, offer) if isinstance(each, dict) for name in ("url", "@id"))
    return next((key[1] for each in told if isinstance(each, str) and (key := _KEY.search(each))), None)


def options_of(variants: list[CollectedVariant]) -> list[CollectedOption]:
    """The options that variants differ in, values in order of appearance."""
    told: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.options.items():
            told.setdefault(name, {})[value] = None
    return [CollectedOption(name=name, values=tuple(each)) for name, each in told.items()]


def best_availability(states: list[Availability]) -> Availability | None:
    """Of several variants' states the one that speaks for the product: one that can be bought makes it so."""
    order = (Availability.IN_STOCK, Availability.PRE_ORDER, Availability.BACK_ORDER, Availability.OUT_OF_STOCK,
             Availability.DISCONTINUED)  # fmt: skip
    return min(states, key=order.index) if states else None


def _price(offer: dict[str, Any], currency: str | None, country: str) -> Decimal | None:
    direct = amounts.amount(first(offer.get("price")), currency, country)
    if direct:
        return direct
    for rule in _many(offer.get("priceSpecification")):
        if isinstance(rule, dict) and not _is_struck(rule) and "UnitPriceSpecification" not in kinds(rule) - {""}:
            told = amounts.amount(first(rule.get("price")), currency, country)
            if told:
                return told
    for rule in _many(offer.get("priceSpecification")):
        if isinstance(rule, dict) and not _is_struck(rule) and not rule.get("referenceQuantity"):
            told = amounts.amount(first(rule.get("price")), currency, country)
            if told:
                return told
    return None


def _struck(offer: dict[str, Any], currency: str | None, country: str) -> Decimal | None:
    for rule in _many(offer.get("priceSpecification")):
        if isinstance(rule, dict) and _is_struck(rule):
            return amounts.amount(first(rule.get("price")), currency, country)
    return None


def _is_struck(rule: dict[str, Any]) -> bool:
    return any(struck in str(rule.get("priceType", "")) for struck in STRUCK)


def _currency(offer: dict[str, Any]) -> str | None:
    told = amounts.code_of(first(offer.get("priceCurrency")))
    for rule in _many(offer.get("priceSpecification")):
        if told is None and isinstance(rule, dict):
            told = amounts.code_of(first(rule.get("priceCurrency")))
    return told


def _gtin(node: dict[str, Any]) -> str | None:
    for name in ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "ean", "isbn"):
        told = values.gtin(first(node.get(name)))
        if told:
            return told
    return None


def _name(value: object) -> str | None:
    value = first(value)
    if isinstance(value, dict):
        value = first(value.get("name")) or first(value.get("brand"))
    return values.word(value) if isinstance(value, str) else None


def _text(value: object) -> str | None:
    return value[:100_000] if isinstance(value, str) and value.strip() else None


def _category(value: object) -> list[str]:
    told = _name(value) or ""
    parts = [part.strip() for part in told.replace("›", ">").replace(" / ", ">").split(">")]
    return [part for part in parts if part and not part.startswith("http")]


def _weight(value: object) -> Decimal | None:
    value = first(value)
    if isinstance(value, dict):
        return values.grams(first(value.get("value")), first(value.get("unitCode")) or first(value.get("unitText")))
    return values.grams(value)


def _attributes(product: dict[str, Any]) -> dict[str, str]:
    told: dict[str, str] = {}
    for each in _many(product.get("additionalProperty"))[:200]:
        if isinstance(each, dict):
            name, value = values.word(first(each.get("name"))), values.word(first(each.get("value")), 300)
            if name and value:
                told.setdefault(name, value)
    for name in (*VARIES, "model"):
        value = _name(product.get(name))
        if value:
            told.setdefault(name, value)
    return told


def _images(value: object, base: str) -> list[str]:
    found: dict[str, None] = {}
    for each in _many(value)[:60]:
        told: object = each
        if isinstance(each, dict):
            told = (
                first(each.get("contentUrl"))
                or first(each.get("url"))
                or first(each.get("@id"))
                or first(each.get("image"))
            )
        if isinstance(told, str) and "," in told and told.count("http") > 1:
            told = told.split(",")[0]
        address = values.image(told, base)
        if address:
            found[address] = None
    return list(found)


def first(value: object) -> Any:
    """The first of a list, the text of a JSON-LD `@value` object, else the value itself."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and "@value" in value:
        return value["@value"]
    return value


def _many(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
