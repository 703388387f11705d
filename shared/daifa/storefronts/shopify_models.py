"""Shopify's own shapes, webhook bodies and GraphQL answers, as strict as its documentation."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(max_length=5000)]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Pieces = Annotated[int, Field(ge=1, le=10_000)]
Count = Annotated[int, Field(ge=0, le=10_000)]


class Rest(BaseModel):
    """A part of a webhook body: types must match exactly, fields we do not need are skipped."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class Graph(Rest):
    """A part of a GraphQL answer, named in camel case there and in snake case here."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


# --- what webhooks carry ----------------------------------------------------------------------------------------


class RestMoney(Rest):
    """An amount as text with its currency."""

    amount: Amount
    currency_code: Code


class RestSet(Rest):
    """The same sum in the shop's and the customer's currency; we count in the shop's."""

    shop_money: RestMoney


class RestDiscount(Rest):
    """The share of a discount that falls on one line, over all its pieces."""

    amount: Amount
    amount_set: RestSet | None = None


class RestLine(Rest):
    """One line of an order."""

    id: Id
    variant_id: Id | None
    sku: Text | None = None
    title: Text
    name: Text | None = None
    quantity: Pieces
    fulfillable_quantity: Count
    requires_shipping: bool
    price: Amount
    price_set: RestSet | None = None
    discount_allocations: list[RestDiscount] = []


class RestAddress(Rest):
    """Where the parcel goes; any part may be missing."""

    name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    phone: Text | None = None
    country_code: Text | None = None
    province: Text | None = None
    city: Text | None = None
    address1: Text | None = None
    address2: Text | None = None
    zip: Text | None = None


class RestTransaction(Rest):
    """One movement of money of a refund."""

    kind: Text
    status: Text
    amount: Amount
    currency: Code | None = None


class RestRefund(Rest):
    """A refund inside an order."""

    transactions: list[RestTransaction] = []


class RestShipping(Rest):
    """One shipping charge."""

    price: Amount
    discounted_price: Amount | None = None


class RestOrder(Rest):
    """The body of orders/create, paid, updated and cancelled."""

    id: Id
    name: Text
    created_at: Text
    updated_at: Text
    cancelled_at: Text | None = None
    test: bool = False
    financial_status: Text | None
    currency: Code
    total_price: Amount
    total_price_set: RestSet | None = None
    total_shipping_price_set: RestSet | None = None
    shipping_lines: list[RestShipping] = []
    email: Text | None = None
    phone: Text | None = None
    customer_locale: Text | None = None
    shipping_address: RestAddress | None = None
    line_items: list[RestLine]
    refunds: list[RestRefund] = []

    @property
    def tells_refunds(self) -> bool:
        """Whether what was refunded can be added up from this body: a refund in the customer's own currency cannot."""
        return all(move.currency in (None, self.currency) for refund in self.refunds for move in refund.transactions)


class RestEdit(Rest):
    """What orders/edited says of an edit: only which order it changed."""

    order_id: Id


class RestEdited(Rest):
    """The body of orders/edited, which carries no order."""

    order_edit: RestEdit


class RestRefunded(Rest):
    """The body of refunds/create: `id` is the refund's, `order_id` the order's."""

    order_id: Id


# --- what GraphQL answers ---------------------------------------------------------------------------------------


class GraphMoney(Graph):
    """An amount as text with its currency."""

    amount: Amount
    currency_code: Code


class GraphBag(Graph):
    """A sum in the shop's currency."""

    shop_money: GraphMoney


class Ref(Graph):
    """Something named by its global id."""

    id: Text


class PageInfo(Graph):
    """Where a list goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class GraphLine(Graph):
    """One line of an order."""

    id: Text
    sku: Text | None
    name: Text
    quantity: Count
    current_quantity: Count
    unfulfilled_quantity: Count
    requires_shipping: bool
    variant: Ref | None
    discounted_unit_price_after_all_discounts_set: GraphBag


class GraphLines(Graph):
    """One page of an order's lines."""

    page_info: PageInfo
    nodes: list[GraphLine]


class GraphAddress(Graph):
    """Where the parcel goes; any part may be missing."""

    name: Text | None
    first_name: Text | None
    last_name: Text | None
    phone: Text | None
    country_code_v2: Annotated[Text | None, Field(alias="countryCodeV2")]
    province: Text | None
    city: Text | None
    address1: Text | None
    address2: Text | None
    zip: Text | None


class GraphOrder(Graph):
    """An order with its first page of lines."""

    id: Text
    name: Text
    created_at: Text
    updated_at: Text
    cancelled_at: Text | None
    test: bool
    display_financial_status: Text | None
    email: Text | None
    phone: Text | None
    customer_locale: Text | None
    total_price_set: GraphBag
    total_shipping_price_set: GraphBag
    total_refunded_set: GraphBag
    shipping_address: GraphAddress | None
    line_items: GraphLines


class Orders(Graph):
    """One page of orders."""

    page_info: PageInfo
    nodes: list[GraphOrder]


class Option(Graph):
    """One chosen option of a variant."""

    name: Text
    value: Text


class ShopVariant(Graph):
    """A variant as the shop holds it."""

    id: Text
    selected_options: list[Option]


class ShopVariants(Graph):
    """One page of a product's variants."""

    page_info: PageInfo
    nodes: list[ShopVariant]


class ShopProduct(Graph):
    """A product as the shop holds it."""

    id: Text
    variants: ShopVariants


class Channels(Graph):
    """The publications of a shop's sales channels."""

    nodes: list[Ref]


class Tracking(Graph):
    """A tracking number of a fulfilment."""

    number: Text | None


class Fulfilment(Graph):
    """A fulfilment as the shop holds it."""

    id: Text
    status: Text
    tracking_info: list[Tracking]


class OpenLine(Graph):
    """What is left to ship of one line within a fulfilment order."""

    id: Text
    remaining_quantity: Count
    line_item: Ref


class OpenLines(Graph):
    """The first lines of a fulfilment order."""

    page_info: PageInfo
    nodes: list[OpenLine]


class Assigned(Graph):
    """The place a fulfilment order ships from."""

    location: Ref | None


class FulfilmentOrder(Graph):
    """What one location still has to ship."""

    id: Text
    status: Text
    assigned_location: Assigned
    line_items: OpenLines


class FulfilmentOrders(Graph):
    """One page of an order's fulfilment orders."""

    page_info: PageInfo
    nodes: list[FulfilmentOrder]


class Fulfillable(Graph):
    """What was shipped and what is left of an order."""

    fulfillments: list[Fulfilment]
    fulfillment_orders: FulfilmentOrders


class Fulfilled(Graph):
    """The fulfilments of an order."""

    fulfillments: list[Fulfilment]


class Move(Graph):
    """The state of one movement of money."""

    status: Text


class Moves(Graph):
    """The movements of money of a refund."""

    nodes: list[Move]


class PaidBack(Graph):
    """A refund as the shop holds it."""

    id: Text
    note: Text | None
    total_refunded_set: GraphBag
    transactions: Moves


class Payment(Graph):
    """A payment that money can go back to."""

    gateway: Text | None
    parent_transaction: Ref | None
    maximum_refundable_set: GraphBag | None


class Suggested(Graph):
    """Which payments Shopify would pay a refund back to."""

    suggested_transactions: list[Payment]


class Refundable(Graph):
    """What was paid back and what can be."""

    currency_code: Code
    presentment_currency_code: Code
    refunds: list[PaidBack]
    suggested_refund: Suggested | None


class Refunded(Graph):
    """The refunds of an order."""

    refunds: list[PaidBack]


class UserError(Graph):
    """Why Shopify would not do it."""

    field: list[str] | None = None
    message: Text
    code: Text | None = None
