"""What one supplier page says about one product, and where on the page each word of it stood."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from daifa.models.base import Model
from daifa.models.money import Amount, Currency, Money


class Availability(StrEnum):
    """Whether it can be bought now, in schema.org's words."""

    IN_STOCK = "InStock"
    OUT_OF_STOCK = "OutOfStock"
    PRE_ORDER = "PreOrder"
    BACK_ORDER = "BackOrder"
    DISCONTINUED = "Discontinued"


class Blocked(StrEnum):
    """Why a page holds no product to collect."""

    CAPTCHA = "captcha"
    LOGIN_WALL = "login_wall"
    EMPTY_SHELL = "empty_shell"
    NO_PRODUCT = "no_product"
    MANY_PRODUCTS = "many_products"


class PriceRange(Model):
    """Cheapest and dearest way to buy one piece, both in the product's currency."""

    low: Amount
    high: Amount


class CollectedOption(Model):
    """One thing the buyer chooses, such as colour, with its values in the page's order."""

    name: str
    values: tuple[str, ...]


class CollectedTier(Model):
    """Wholesale price of one piece when at least `min_quantity` are bought."""

    min_quantity: int = Field(ge=1)
    price: Amount


class CollectedVariant(Model):
    """One choice of every option; a field that the page does not give for the variant is None.

    `key` is the supplier's own name of the variant (1688 specId, Shopify variant id), where the page has one.
    """

    options: dict[str, str] = Field(default_factory=dict)
    key: str | None = None
    price: Amount | None = None
    list_price: Amount | None = None
    availability: Availability | None = None
    stock: int | None = Field(default=None, ge=0)
    sku: str | None = None
    gtin: str | None = None
    image: str | None = None
    weight_grams: Decimal | None = None


class CollectedProduct(Model):
    """A product as its page tells it; what the page does not say is None or empty, never a guess.

    Amounts are in `currency` (some sources, such as Shopify's product JSON, name none: then it is None and the
    merchant's supplier settings decide). `price` is what one piece costs now, the lowest where it depends on the
    variant; `list_price` is the struck-out one. `description` is sanitised HTML, `images` are absolute https addresses,
    the main one first. `sources` maps each filled field to where it was read, such as `json_ld` or `page`.
    """

    url: str
    title: str | None = None
    description: str | None = None
    images: tuple[str, ...] = ()
    price: Amount | None = None
    price_range: PriceRange | None = None
    list_price: Amount | None = None
    currency: Currency | None = None
    availability: Availability | None = None
    stock: int | None = Field(default=None, ge=0)
    sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    category_path: tuple[str, ...] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    options: tuple[CollectedOption, ...] = ()
    variants: tuple[CollectedVariant, ...] = ()
    min_order_quantity: int | None = Field(default=None, ge=1)
    tiers: tuple[CollectedTier, ...] = ()
    ship_from: str | None = None
    weight_grams: Decimal | None = None
    sources: dict[str, str] = Field(default_factory=dict)
    blocked: Blocked | None = None

    @property
    def money(self) -> Money | None:
        """The price with its currency, when the page gives both."""
        if self.price is None or self.currency is None:
            return None
        return Money(amount=self.price, currency=self.currency)
