"""The shop's door: tokens, versions, documents and points, before anything is done."""

from __future__ import annotations

import pytest

from local.world import World
from tests.unit.world.conftest import Shopkeeper, call


class TestDoor:
    def test_a_wrong_token_is_401(self, shop: Shopkeeper) -> None:
        answer = shop.raw("{ shop { name } }", token="shpat_wrong")

        assert answer.status == 401
        assert "Invalid API key or access token" in answer.json()["errors"]

    def test_an_unknown_version_or_method_is_404(self, world: World, shop: Shopkeeper) -> None:
        assert shop.raw("{ shop { name } }", version="2026-11").status == 404
        assert call(f"{world.url}/shop/admin/api/2026-10/graphql.json").status == 404

    def test_the_version_asked_for_is_the_version_answered(self, shop: Shopkeeper) -> None:
        assert shop.raw("{ shop { name } }", version="2026-04").headers["x-shopify-api-version"] == "2026-04"

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("{ shop { name ", "Syntax Error"),
            ("{ shop { nickname } }", "Cannot query field 'nickname' on type 'Shop'"),
            ("query Q($id: ID!) { order(id: $id) { id } }", "Variable '$id' of required type 'ID!' was not provided"),
            (
                "{ orders(first: 5, sortKey: COLOUR) { nodes { id } } }",
                "Value 'COLOUR' does not exist in 'OrderSortKeys'",
            ),
            ("{ shop { name } } { shop { id } }", "This anonymous operation must be the only defined operation"),
        ],
    )
    def test_a_wrong_document_gets_errors_and_no_data(self, shop: Shopkeeper, query: str, words: str) -> None:
        answer = shop.ask(query)

        assert "data" not in answer
        assert any(words in e["message"] or "operation name" in e["message"] for e in answer["errors"])

    def test_only_the_fields_asked_for_come_back_under_their_aliases(self, shop: Shopkeeper) -> None:
        answer = shop.ask(
            "query($no: Boolean!) { s: shop { __typename money: currencyCode id @skip(if: $no) } }", {"no": True}
        )

        assert answer["data"] == {"s": {"__typename": "Shop", "money": "CNY"}}

    def test_fragments_are_followed_on_their_type(self, shop: Shopkeeper) -> None:
        variant = shop.list_product()[0]
        answer = shop.ask(
            "query($id: ID!) { node(id: $id) { __typename ...V ... on Order { name } } }"
            "fragment V on ProductVariant { sku price }",
            {"id": variant},
        )

        assert answer["data"]["node"] == {"__typename": "ProductVariant", "sku": "LAMP-WHITE", "price": "99.00"}

    def test_costs_are_counted_and_an_empty_bucket_throttles_until_it_refills(
        self, world: World, shop: Shopkeeper
    ) -> None:
        cost = shop.ask("{ shop { name } }")["extensions"]["cost"]
        world.shop.drain()
        throttled = shop.ask("{ orders(first: 50) { nodes { id lineItems(first: 50) { nodes { id } } } } }")
        world.advance(seconds=2)

        assert cost["throttleStatus"]["maximumAvailable"] == 20_000
        assert throttled["errors"][0]["extensions"] == {"code": "THROTTLED"}
        assert "data" not in throttled
        assert (
            throttled["extensions"]["cost"]["requestedQueryCost"]
            > throttled["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]
        )
        assert "data" in shop.ask("{ shop { name } }")
