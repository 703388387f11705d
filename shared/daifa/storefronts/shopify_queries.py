"""Every GraphQL document we send to Shopify's Admin API, valid against its published schema of VERSION."""

from __future__ import annotations

# Shopify releases four versions a year and keeps each for at least twelve months (https://shopify.dev/docs/api/usage/versioning).
VERSION = "2026-10"

# Page sizes below are chosen so that no query asks for more than about 600 objects: one query may cost 1 000 points.

# One page of lines; an order with more lines is read to its end by ORDER_LINES.
_LINE_FIELDS = """
fragment Lines on LineItemConnection {
  pageInfo { hasNextPage endCursor }
  nodes {
    id
    sku
    name
    quantity
    currentQuantity
    unfulfilledQuantity
    requiresShipping
    variant { id }
    discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount currencyCode } }
  }
}
"""

_ORDER_FIELDS = (
    """
fragment Whole on Order {
  id
  name
  createdAt
  updatedAt
  cancelledAt
  test
  displayFinancialStatus
  email
  phone
  customerLocale
  totalPriceSet { shopMoney { amount currencyCode } }
  totalShippingPriceSet { shopMoney { amount currencyCode } }
  totalRefundedSet { shopMoney { amount currencyCode } }
  shippingAddress { name firstName lastName phone countryCodeV2 province city address1 address2 zip }
  lineItems(first: $lines) { ...Lines }
}
"""
    + _LINE_FIELDS
)

ORDER = "query Order($id: ID!, $lines: Int!) { order(id: $id) { ...Whole } }" + _ORDER_FIELDS

ORDER_LINES = (
    """
query OrderLines($id: ID!, $lines: Int!, $after: String!) {
  order(id: $id) { lineItems(first: $lines, after: $after) { ...Lines } }
}
"""
    + _LINE_FIELDS
)

ORDERS = (
    """
query OrdersSince($query: String!, $page: Int!, $after: String, $lines: Int!) {
  orders(first: $page, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { ...Whole }
  }
}
"""
    + _ORDER_FIELDS
)

_VARIANT_FIELDS = """
fragment Variants on ProductVariantConnection {
  pageInfo { hasNextPage endCursor }
  nodes { id selectedOptions { name value } }
}
"""

PRODUCT = (
    """
query Product($identifier: ProductIdentifierInput!, $after: String) {
  productByIdentifier(identifier: $identifier) { id variants(first: 100, after: $after) { ...Variants } }
}
"""
    + _VARIANT_FIELDS
)

PRODUCT_SET = """
mutation ProductSet($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(synchronous: true, identifier: $identifier, input: $input) {
    product { id }
    userErrors { field message code }
  }
}
"""

# Only the sales channels: the catalogues of markets and of business customers have publications too.
CHANNELS = "query Channels { publications(first: 25, catalogType: APP) { nodes { id } } }"

PUBLISH = """
mutation Publish($id: ID!, $to: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $to) { userErrors { field message } }
}
"""

_FULFILMENT_FIELDS = """
fragment Shipped on Fulfillment { id status trackingInfo(first: 5) { number } }
"""

FULFILLABLE = (
    """
query Fulfillable($id: ID!, $after: String) {
  order(id: $id) {
    fulfillments(first: 50) { ...Shipped }
    fulfillmentOrders(first: 5, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        status
        assignedLocation { location { id } }
        lineItems(first: 50) { pageInfo { hasNextPage } nodes { id remainingQuantity lineItem { id } } }
      }
    }
  }
}
"""
    + _FULFILMENT_FIELDS
)

FULFILMENTS = "query Fulfilments($id: ID!) { order(id: $id) { fulfillments(first: 50) { ...Shipped } } }" + (
    _FULFILMENT_FIELDS
)

FULFILMENT_CREATE = (
    """
mutation Fulfil($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { ...Shipped }
    userErrors { field message }
  }
}
"""
    + _FULFILMENT_FIELDS
)

_REFUND_FIELDS = """
fragment PaidBack on Refund {
  id
  note
  totalRefundedSet { shopMoney { amount currencyCode } }
  transactions(first: 4) { nodes { status } }
}
"""

REFUNDABLE = (
    """
query Refundable($id: ID!, $lines: [RefundLineItemInput!]) {
  order(id: $id) {
    currencyCode
    presentmentCurrencyCode
    refunds(first: 50) { ...PaidBack }
    suggestedRefund(refundLineItems: $lines) {
      suggestedTransactions {
        gateway
        parentTransaction { id }
        maximumRefundableSet { shopMoney { amount currencyCode } }
      }
    }
  }
}
"""
    + _REFUND_FIELDS
)

REFUNDS = "query Refunds($id: ID!) { order(id: $id) { refunds(first: 50) { ...PaidBack } } }" + _REFUND_FIELDS

# From 2026-04 on the directive is mandatory at run time, though the schema does not say so.
REFUND_CREATE = (
    """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { ...PaidBack }
    userErrors { field message }
  }
}
"""
    + _REFUND_FIELDS
)

DOCUMENTS = {
    "ORDER": ORDER,
    "ORDER_LINES": ORDER_LINES,
    "ORDERS": ORDERS,
    "PRODUCT": PRODUCT,
    "PRODUCT_SET": PRODUCT_SET,
    "CHANNELS": CHANNELS,
    "PUBLISH": PUBLISH,
    "FULFILLABLE": FULFILLABLE,
    "FULFILMENTS": FULFILMENTS,
    "FULFILMENT_CREATE": FULFILMENT_CREATE,
    "REFUNDABLE": REFUNDABLE,
    "REFUNDS": REFUNDS,
    "REFUND_CREATE": REFUND_CREATE,
}
