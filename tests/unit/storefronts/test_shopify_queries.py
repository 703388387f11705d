"""Every document we send is one that Shopify's published schema understands, and says what the schema can't demand."""

from __future__ import annotations

import pytest
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, specified_rules, validate
from graphql.validation import NoDeprecatedCustomRule

from daifa.storefronts.shopify_queries import DOCUMENTS, REFUND_CREATE

# Mutations that fail at run time without @idempotent from 2026-04 on, though the schema takes them
# (https://shopify.dev/changelog/posts/making-idempotency-mandatory-for-inventory-adjustments-and-refund-mutations).
NEED_A_KEY = frozenset(
    {
        "refundCreate",
        "inventoryAdjustQuantities",
        "inventorySetQuantities",
        "inventoryActivate",
        "inventoryMoveQuantities",
        "inventorySetOnHandQuantities",
        "inventoryShipmentReceive",
    }
)


def operation(document: str) -> OperationDefinitionNode:
    return next(node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode))


def keyless(document: str) -> list[str]:
    """The fields of a document that Shopify would refuse for want of a key."""
    return [
        field.name.value
        for field in operation(document).selection_set.selections
        if field.name.value in NEED_A_KEY and "idempotent" not in {d.name.value for d in field.directives}
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid_and_uses_nothing_deprecated(name: str, admin: GraphQLSchema) -> None:
    assert validate(admin, parse(DOCUMENTS[name]), [*specified_rules, NoDeprecatedCustomRule]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_mutation_that_needs_a_key_carries_one(name: str) -> None:
    assert keyless(DOCUMENTS[name]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_sets_stock_which_needs_more_than_the_schema_says(name: str) -> None:
    # inventorySetQuantities fails without `changeFromQuantity`, which the schema calls optional. We hold no stock.
    assert "inventory" not in DOCUMENTS[name]


def test_a_refund_without_its_key_would_be_noticed() -> None:
    assert keyless(REFUND_CREATE.replace("@idempotent(key: $key)", "")) == ["refundCreate"]


def test_the_schema_knows_a_wrong_field_when_it_sees_one(admin: GraphQLSchema) -> None:
    errors = validate(admin, parse("query { order(id: 1) { colour } }"))
    assert errors
    assert all(isinstance(error, GraphQLError) for error in errors)
