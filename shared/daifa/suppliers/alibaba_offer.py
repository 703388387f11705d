"""An offer as 1688's product.search.queryProductDetail describes it, read into the words of a collected product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import nh3

from daifa.models.collected import (
    Availability,
    CollectedOption,
    CollectedProduct,
    CollectedTier,
    CollectedVariant,
    PriceRange,
)
from daifa.ports import OfferPage

SOURCE = "1688 gateway"
PAGE = "https://detail.1688.com/offer/{}.html"
TAGS = {"p", "br", "ul", "ol", "li", "b", "strong", "em", "h3", "h4", "table", "tr", "td", "th", "img"}


def read_found(page: Mapping[str, Any], asked: int) -> OfferPage:
    """A page of a search: the address and the Chinese title of each offer, each once."""
    rows = [_object(row) for row in page.get("data") or ()]
    numbered = {number: row for row in rows if (number := str(row.get("offerId") or "")).isdecimal()}
    offers = tuple((PAGE.format(number), str(row.get("subject") or "").strip()) for number, row in numbered.items())
    last = _whole(page.get("totalPage")) or 0
    return OfferPage(offers, more=bool(offers) and asked < last)


def read_offer(offer_id: str, product: Mapping[str, Any]) -> CollectedProduct:
    """The product with the source of each filled field; prices in yuan, what one piece costs when dropshipped.

    The key of a variant is its specId; an offer without variants has one, keyed by the offer's own number, as the order
    call of this adapter expects.
    """
    sale, shipping = _object(product.get("productSaleInfo")), _object(product.get("productShippingInfo"))
    published = product.get("status") == "published"
    rows = [_object(row) for row in product.get("productSkuInfos") or ()]
    variants = tuple(_variant(row, published) for row in rows)
    tiers = _tiers(sale)
    if not variants:
        dropshipped = _amount(_object(sale.get("fenxiaoSaleInfo")).get("onePiecePrice"))
        price = dropshipped or (tiers[0].price if tiers else None)
        stock = _whole(sale.get("amountOnSale"))
        variants = (
            CollectedVariant(key=offer_id, price=price, stock=stock, availability=_availability(stock, published)),
        )
    prices = [variant.price for variant in variants if variant.price is not None]
    stocks = [variant.stock for variant in variants if variant.stock is not None]
    stock = sum(stocks) if stocks else None
    weight = _amount(shipping.get("weight"))
    fields: dict[str, Any] = {
        "title": str(product.get("subject") or "").strip() or None,
        "description": _clean(str(product.get("description") or "")) or None,
        "images": tuple(filter(None, map(_image, _object(product.get("productImage")).get("images") or ()))),
        "price": min(prices, default=None),
        "price_range": PriceRange(low=min(prices), high=max(prices)) if prices else None,
        "currency": "CNY",
        "availability": _availability(stock, published),
        "stock": stock,
        "attributes": _attributes(product.get("productAttribute") or ()),
        "options": _options(rows),
        "variants": variants,
        "min_order_quantity": _whole(product.get("minOrderQuantity")) or None,
        "tiers": tiers,
        "ship_from": str(shipping.get("sendGoodsAddressText") or "") or None,
        "weight_grams": weight * 1000 if weight else None,
    }
    filled = {name: value for name, value in fields.items() if value not in (None, (), {})}
    return CollectedProduct(url=PAGE.format(offer_id), **filled, sources=dict.fromkeys(filled, SOURCE))


def _variant(row: Mapping[str, Any], published: bool) -> CollectedVariant:
    attributes = [_object(one) for one in row.get("skuAttributes") or ()]
    stock = _whole(row.get("amountOnSale"))
    options = {str(one.get("attributeName")): str(one.get("value")) for one in attributes if one.get("attributeName")}
    return CollectedVariant(
        options=options,
        key=str(row.get("specId") or "") or None,
        # One piece sent to a customer costs the 一件代发 price where there is one, else the SKU's own.
        price=_amount(_object(row.get("fenxiaoPriceInfo")).get("onePiecePrice")) or _amount(row.get("price")),
        availability=_availability(stock, published),
        stock=stock,
        sku=str(row.get("cargoNumber") or "") or None,
        image=next(filter(None, (_image(one.get("skuImageUrl")) for one in attributes)), None),
    )


def _options(rows: Iterable[Mapping[str, Any]]) -> tuple[CollectedOption, ...]:
    values: dict[str, dict[str, None]] = {}
    for row in rows:
        for one in map(_object, row.get("skuAttributes") or ()):
            if one.get("attributeName"):
                values.setdefault(str(one["attributeName"]), {})[str(one.get("value"))] = None
    return tuple(CollectedOption(name=name, values=tuple(known)) for name, known in values.items())


def _tiers(sale: Mapping[str, Any]) -> tuple[CollectedTier, ...]:
    found = []
    for row in map(_object, sale.get("priceRangeList") or ()):
        quantity, price = _whole(row.get("startQuantity")), _amount(row.get("price"))
        if quantity and price is not None:
            found.append(CollectedTier(min_quantity=quantity, price=price))
    return tuple(sorted(found, key=lambda tier: tier.min_quantity))


def _attributes(rows: Iterable[object]) -> dict[str, str]:
    """Attributes by name; 1688 repeats a name for each of its values."""
    found: dict[str, str] = {}
    for row in map(_object, rows):
        name, value = str(row.get("attributeName") or ""), str(row.get("value") or "")
        if name and value:
            found[name] = f"{found[name]}、{value}" if name in found else value
    return found


def _availability(stock: int | None, published: bool) -> Availability | None:
    if not published:
        return Availability.DISCONTINUED
    if stock is None:
        return None
    return Availability.IN_STOCK if stock else Availability.OUT_OF_STOCK


def _image(value: object) -> str | None:
    url = urlsplit(str(value or ""))
    return url._replace(scheme="https").geturl() if url.scheme in ("", "http", "https") and url.netloc else None


def _clean(html: str) -> str:
    return nh3.clean(
        html, tags=TAGS, attributes={"img": {"src", "alt"}}, url_schemes={"https"}, url_relative="deny", link_rel=None
    ).strip()


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _amount(value: object) -> Decimal | None:
    if value is None or isinstance(value, (bool, float)):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < 10**9 else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
