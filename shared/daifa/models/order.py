"""The customer's order and the person it goes to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Fact
from daifa.models.ids import OrderKey, RecipientId, ShopId, StoreOrderId
from daifa.models.money import Money
from daifa.models.states import OrderState

# No shop sells more of one line to one household; a larger number is a fault or an attack (catalogue F17).
Quantity = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class Recipient(Model):
    """Who receives the parcel and how to reach them; lives in the vault only.

    Either a plain address or the sales channel's own `token` for one (OAID, order_mask_sn …); country is two letters
    (ISO 3166-1).
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    country: str = Field(default="CN", pattern=r"^[A-Z]{2}$")
    province: str = ""
    city: str = ""
    district: str = ""
    address1: str = ""
    address2: str = ""
    postcode: str = ""
    token: str = ""
    locale: str = "zh-CN"


class OrderLine(Model):
    """One line of a customer's order; `price` is per piece, `fulfillable` what the shop still lets us ship."""

    id: str
    store_variant: str
    sku: str = ""
    title: str
    quantity: Quantity
    price: Money
    fulfillable: Annotated[int, Field(strict=True, ge=0, le=10_000)]


class StoreOrder(Model):
    """An order as the shop tells it, before anything is decided; `updated_at` is the shop's own clock."""

    shop: ShopId
    order: StoreOrderId
    number: str
    placed_at: UtcTime
    updated_at: UtcTime
    paid: bool
    cancelled: bool = False
    test: bool = False
    lines: tuple[OrderLine, ...]
    total: Money
    shipping: Money
    refunded: Money
    recipient: Recipient


class Order(Model):
    """The customer's order as we hold it, without a word of personal data."""

    shop: ShopId
    order: StoreOrderId
    number: str
    placed_at: UtcTime
    updated_at: UtcTime
    state: OrderState
    paid: bool
    test: bool = False
    lines: tuple[OrderLine, ...]
    total: Money
    shipping: Money
    refunded: Money
    recipient: RecipientId
    locale: str = "zh-CN"
    routed: bool = False
    work_due: UtcTime | None = None
    ver: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order's name everywhere in Daifa."""
        return OrderKey(self.shop, self.order)

    def line(self, line_id: str) -> OrderLine:
        """The line with this id; KeyError if the order has none."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)
