"""What one source says, before sources are weighed against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from daifa.models.collected import Availability, CollectedOption, CollectedTier, CollectedVariant


@dataclass
class Found:
    """The fields that one source gives, cleaned but not yet weighed; `source` is its name in `sources`."""

    source: str
    title: str | None = None
    description: str | None = None
    images: list[str] = field(default_factory=list)
    price: Decimal | None = None
    price_high: Decimal | None = None
    list_price: Decimal | None = None
    currency: str | None = None
    availability: Availability | None = None
    stock: int | None = None
    sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    category_path: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    options: list[CollectedOption] = field(default_factory=list)
    variants: list[CollectedVariant] = field(default_factory=list)
    min_order_quantity: int | None = None
    tiers: list[CollectedTier] = field(default_factory=list)
    ship_from: str | None = None
    weight_grams: Decimal | None = None
    # The product's own address, where a page tells of several products.
    url: str | None = None
    # It stands in a list of products, so only its name can make it the page's own.
    listed: bool = False
    # This source is about this page's product and knows that it has no price (sold out, on request).
    priceless: bool = False
