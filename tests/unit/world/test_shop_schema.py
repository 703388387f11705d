"""The world's shop against Shopify's own word: the published schema judges what we accept and what we answer."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    execute,
    is_enum_type,
    parse,
)  # fmt: skip

from local.world import World
from local.world.shop import SCHEMA
from tests.judges.schema import FETCHED, admin_schema, faults
from tests.unit.world.conftest import PRODUCT_SET, Shopkeeper, product_input
from tests.unit.world.test_shop import FULFIL, ORDER, REFUND, TestRefunds, seen, waiting

pytestmark = pytest.mark.skipif(not FETCHED.exists(), reason="the judges are not fetched: make judges")
VERSION = "2026-10"

PRODUCT = """
query Product($id: ID!) {
  product(id: $id) {
    id title handle status tags descriptionHtml createdAt hasOnlyDefaultVariant totalInventory onlineStoreUrl
    options { name position values optionValues { id name hasVariants } }
    media(first: 3) { nodes { __typename alt mediaContentType status ... on MediaImage { image { url } } } }
    variantsCount { count precision } priceRangeV2 { minVariantPrice { amount currencyCode } }
    metafield(namespace: "daifa", key: "product") { type value }
    variants(first: 10, reverse: true) {
      edges { cursor node {
        id sku price compareAtPrice position title displayName taxable availableForSale inventoryPolicy
        selectedOptions { name value optionValue { id } }
        inventoryItem { id tracked unitCost { amount } inventoryLevels(first: 2) { nodes {
          location { id name } quantities(names: ["available"]) { name quantity } } } }
      } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
WHOLE_ORDER = """
query Whole($id: ID!) {
  order(id: $id) {
    id legacyResourceId number cancelReason confirmed customerLocale tags test note fullyPaid refundable
    paymentGatewayNames
    currencyCode presentmentCurrencyCode customAttributes { key value }
    customer { id displayName email locale } billingAddress { formatted(withName: true) }
    shippingAddress { name firstName lastName phone countryCodeV2 province provinceCode city address1 address2 zip }
    subtotalPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
    netPaymentSet { presentmentMoney { amount } }
    totalShippingPriceSet { shopMoney { amount } } totalOutstandingSet { shopMoney { amount } }
    fulfillmentOrders(first: 3) { nodes { id requestStatus
      assignedLocation { name countryCode location { id } } order { id } } }
    fulfillments { name displayStatus totalQuantity
      fulfillmentLineItems(first: 5) { nodes { quantity lineItem { name } } } }
    refunds { id note createdAt refundLineItems(first: 5) { nodes { quantity restockType restocked lineItem { id } } }
      transactions(first: 5) { nodes { kind status parentTransaction { id } } } }
    suggestedRefund(suggestFullRefund: true) {
      amountSet { shopMoney { amount } } maximumRefundableSet { shopMoney { amount } }
      refundLineItems { quantity restockType lineItem { id } }
      suggestedTransactions { kind gateway amountSet { shopMoney { amount } } parentTransaction { id kind } }
    }
    lineItems(first: 5) { edges { node {
      name title vendor variantTitle currentQuantity refundableQuantity product { id }
      originalUnitPriceSet { shopMoney { amount } } discountedTotalSet { shopMoney { amount } }
    } } }
  }
}
"""


@pytest.fixture(scope="module")
def real() -> GraphQLSchema:
    """Shopify's schema of the version that the world speaks."""
    return admin_schema(VERSION)


def judged(real: GraphQLSchema, shop: Shopkeeper, document: str, variables: dict[str, Any]) -> Any:
    """Ask the world; the document must be valid in Shopify's schema, and the answer must be one that it could give."""
    assert faults(real, document, variables) == []
    data = shop.ask(document, variables)["data"]
    # No document here uses an alias, so that the answer itself can be the root value.
    replayed = execute(real, parse(document), root_value=data, variable_values=variables)
    assert replayed.errors is None
    assert replayed.data == data
    return data


def test_a_product_is_what_shopify_could_have_answered(real: GraphQLSchema, shop: Shopkeeper) -> None:
    given = product_input("Lamp", ("White", "Black"), "99.00")
    given["files"] = [{"originalSource": "https://img.example/1.png", "alt": "front", "contentType": "IMAGE"}]
    given["metafields"] = [{"namespace": "daifa", "key": "product", "type": "single_line_text_field", "value": "p1"}]
    made = judged(real, shop, PRODUCT_SET, {"input": given})["productSet"]["product"]

    product = judged(real, shop, PRODUCT, {"id": made["id"]})["product"]
    assert product["metafield"]["value"] == "p1"
    assert [e["node"]["sku"] for e in product["variants"]["edges"]] == ["LAMP-BLACK", "LAMP-WHITE"]


def test_an_order_and_all_that_is_done_with_it_is_what_shopify_could_have_answered(
    real: GraphQLSchema, world: World, shop: Shopkeeper
) -> None:
    white, black = shop.list_product()
    order = seen(shop, world.shop.place_order([[white, 2], [black, 1]], shipping="8.00", note="请尽快发货"))
    fulfil = {"f": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": waiting(order)["id"]}],
                    "trackingInfo": {"company": "ZTO", "number": "73100000000001"}}}  # fmt: skip
    judged(real, shop, FULFIL, fulfil)
    line = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 1, "restockType": "NO_RESTOCK"}
    judged(real, shop, REFUND, {"i": TestRefunds().asked(order, "99.00", refundLineItems=[line]), "k": "case-1"})

    judged(real, shop, ORDER, {"id": order["id"]})
    whole = judged(real, shop, WHOLE_ORDER, {"id": order["id"]})["order"]
    assert whole["refunds"][0]["refundLineItems"]["nodes"][0]["quantity"] == 1
    assert whole["suggestedRefund"]["maximumRefundableSet"]["shopMoney"]["amount"] == "206.00"


@pytest.mark.parametrize("version", ["2026-01", "2026-04", "2026-07", "2026-10"])
def test_the_documents_of_these_tests_are_valid_in_every_version_that_is_served(version: str) -> None:
    schema = admin_schema(version)

    for document in (PRODUCT, WHOLE_ORDER, ORDER):
        assert faults(schema, document, {"id": "gid://shopify/Order/1"}) == []


def test_every_name_and_type_of_the_worlds_schema_is_shopifys_own(real: GraphQLSchema) -> None:
    wrong = []
    for name, ours in SCHEMA.type_map.items():
        theirs: Any = real.type_map.get(name)
        if name.startswith("__"):
            continue
        if theirs is None:
            wrong.append(f"no type {name}")
        elif is_enum_type(ours):
            wrong += [f"no value {name}.{v}" for v in set(ours.values) - set(theirs.values)]
        elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
            wrong += [
                w
                for field, one in ours.fields.items()
                for w in differs(f"{name}.{field}", one, theirs.fields.get(field))
            ]
        elif isinstance(ours, GraphQLInputObjectType):
            wrong += [
                w for field, one in ours.fields.items() for w in same(f"{name}.{field}", one, theirs.fields.get(field))
            ]
            wrong += [
                f"{name} lacks {f}" for f, t in theirs.fields.items() if str(t.type)[-1] == "!" and f not in ours.fields
            ]

    assert wrong == []


def differs(at: str, ours: Any, theirs: Any) -> list[str]:
    """What is wrong with one of our fields and its arguments."""
    wrong = same(at, ours, theirs)
    if theirs is None:
        return wrong
    for name, argument in ours.args.items():
        wrong += same(f"{at}({name})", argument, theirs.args.get(name))
    return wrong + [f"{at} lacks {n}" for n, t in theirs.args.items() if str(t.type)[-1] == "!" and n not in ours.args]


def same(at: str, ours: Any, theirs: Any) -> list[str]:
    """Nothing, if both have one type and one default."""
    if theirs is None:
        return [f"no {at}"]
    defaults = [getattr(x, "default_value", None) for x in (ours, theirs)]
    if str(ours.type) != str(theirs.type) or defaults[0] != defaults[1]:
        return [f"{at}: {ours.type} = {defaults[0]}, Shopify has {theirs.type} = {defaults[1]}"]
    return []
