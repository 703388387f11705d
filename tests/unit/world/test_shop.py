"""The shop: what it lets an app do, what it refuses, and what it remembers."""

from __future__ import annotations

from typing import Any

import pytest

from local.world import World
from tests.unit.world.conftest import PRODUCT_SET, Shopkeeper, product_input

ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    id name displayFinancialStatus displayFulfillmentStatus updatedAt
    totalPriceSet { shopMoney { amount currencyCode } }
    totalRefundedSet { shopMoney { amount } }
    lineItems(first: 10) { nodes { id sku quantity unfulfilledQuantity variant { id } } }
    fulfillmentOrders(first: 5) { nodes {
      id status lineItems(first: 10) { nodes { id remainingQuantity lineItem { id } } }
    } }
    fulfillments(first: 5) { id status trackingInfo(first: 5) { company number url } }
    transactions(first: 5) { id kind gateway }
  }
}
"""
FULFIL = """
mutation Fulfil($f: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $f) {
    fulfillment { id status trackingInfo(first: 2) { number } } userErrors { field message }
  }
}
"""
REFUND = """
mutation Refund($i: RefundInput!, $k: String!) {
  refundCreate(input: $i) @idempotent(key: $k) {
    refund { id note totalRefundedSet { shopMoney { amount } } } userErrors { field message }
  }
}
"""
SET_STOCK = """
mutation Stock($i: InventorySetQuantitiesInput!, $k: String!) {
  inventorySetQuantities(input: $i) @idempotent(key: $k) {
    inventoryAdjustmentGroup { changes { delta quantityAfterChange } } userErrors { code }
  }
}
"""


def bought(world: World, shop: Shopkeeper, *quantities: int, **more: Any) -> dict[str, Any]:
    """An order of so many of each variant of one product, as GraphQL shows it."""
    variants = shop.list_product()
    order = world.shop.place_order([[v, q] for v, q in zip(variants, quantities, strict=False)], **more)
    return seen(shop, order)


def seen(shop: Shopkeeper, order: dict[str, Any]) -> dict[str, Any]:
    """The order by its gid."""
    found = shop.ask(ORDER, {"id": order.get("admin_graphql_api_id") or order["id"]})["data"]["order"]
    assert found is not None
    return dict(found)


def waiting(order: dict[str, Any]) -> dict[str, Any]:
    """The first fulfilment order."""
    return dict(order["fulfillmentOrders"]["nodes"][0])


class TestProducts:
    def test_setting_again_by_id_keeps_the_variants_that_stay_and_deletes_those_left_out(
        self, shop: Shopkeeper
    ) -> None:
        first = shop.ask(PRODUCT_SET, {"input": product_input("Lamp", ("White", "Black"), "99.00")})["data"][
            "productSet"
        ]["product"]
        given = {"input": product_input("Lamp", ("White", "Red"), "88.5"), "identifier": {"id": first["id"]}}
        second = shop.ask(PRODUCT_SET, given)["data"]["productSet"]["product"]

        white, black = first["variants"]["nodes"]
        kept, red = second["variants"]["nodes"]
        assert second["id"] == first["id"]
        assert (kept["id"], kept["price"]) == (white["id"], "88.50")
        assert red["id"] not in (white["id"], black["id"])
        assert (
            shop.ask("query($id: ID!) { productVariant(id: $id) { id } }", {"id": black["id"]})["data"][
                "productVariant"
            ]
            is None
        )

    def test_absent_scalars_stay_untouched(self, shop: Shopkeeper) -> None:
        first = shop.ask(PRODUCT_SET, {"input": product_input("Lamp", ("White",), "9")})["data"]["productSet"][
            "product"
        ]
        second = shop.ask(PRODUCT_SET, {"input": {"vendor": "V"}, "identifier": {"id": first["id"]}})["data"][
            "productSet"
        ]["product"]

        assert second["title"] == "Lamp"
        assert len(second["variants"]["nodes"]) == 1

    def test_a_handle_creates_once_and_finds_the_same_product_again(self, shop: Shopkeeper) -> None:
        given = {"input": product_input("Lamp", ("White",), "9"), "identifier": {"handle": "daifa-lamp"}}
        first, second = (shop.ask(PRODUCT_SET, given)["data"]["productSet"]["product"] for _ in range(2))

        assert first["handle"] == "daifa-lamp"
        assert first["id"] == second["id"]
        assert first["variants"] == second["variants"]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"title": " "}, "MISSING_FIELD_REQUIRED"),
            ({"productOptions": None}, "PRODUCT_OPTIONS_INPUT_MISSING"),
            ({"productOptions": [{"name": "Size", "values": [{"name": "S"}]}]}, "OPTION_DOES_NOT_EXIST"),
            ({"productOptions": [{"name": "Colour", "values": []}]}, "OPTION_VALUES_MISSING"),
            ({"productOptions": [{"name": "Colour", "values": [{"name": "Red"}]}]}, "OPTION_VALUE_DOES_NOT_EXIST"),
            ({"variants": [{"optionValues": [{"optionName": "Colour", "name": "White"}]}] * 2}, "INVALID_VARIANT"),
            (
                {"variants": [{"optionValues": [{"optionName": "Colour", "name": "White"}], "price": "-1"}]},
                "INVALID_VARIANT",
            ),
        ],
    )
    def test_what_shopify_refuses_is_refused_with_its_code(
        self, shop: Shopkeeper, change: dict[str, Any], code: str
    ) -> None:
        given = {k: v for k, v in {**product_input("Lamp", ("White",), "9"), **change}.items() if v is not None}
        answer = shop.ask(PRODUCT_SET, {"input": given})["data"]["productSet"]

        assert answer["product"] is None
        assert [e["code"] for e in answer["userErrors"]] == [code]

    def test_pages_end_where_the_variants_end(self, shop: Shopkeeper) -> None:
        shop.list_product(colours=tuple("ABCDE"))
        asked = "nodes { sku } pageInfo { hasNextPage endCursor }"
        query = "query($a: String) { productVariants(first: 2, after: $a) { " + asked + " } }"
        pages, after = [], None
        for _ in range(3):
            page = shop.ask(query, {"a": after})["data"]["productVariants"]
            pages.append([n["sku"] for n in page["nodes"]])
            after = page["pageInfo"]["endCursor"]

        assert pages == [["LAMP-A", "LAMP-B"], ["LAMP-C", "LAMP-D"], ["LAMP-E"]]
        assert page["pageInfo"]["hasNextPage"] is False

    def test_a_page_needs_a_size(self, shop: Shopkeeper) -> None:
        assert "first or last" in shop.ask("{ products { nodes { id } } }")["errors"][0]["message"]

    def test_stock_is_set_only_from_the_quantity_that_is_there_and_only_with_a_key(
        self, world: World, shop: Shopkeeper
    ) -> None:
        variant = shop.list_product()[0]
        item = shop.ask("query($id: ID!) { productVariant(id: $id) { inventoryItem { id } } }", {"id": variant})
        place = shop.ask("{ locations(first: 1) { nodes { id } } }")["data"]["locations"]["nodes"][0]["id"]
        row = {
            "inventoryItemId": item["data"]["productVariant"]["inventoryItem"]["id"],
            "locationId": place,
            "quantity": 7,
        }

        def put(key: str, **more: Any) -> Any:
            rows = {"name": "available", "reason": "correction", "quantities": [{**row, **more}]}
            return shop.ask(SET_STOCK, {"i": rows, "k": key})

        assert "changeFromQuantity" in put("k1")["errors"][0]["message"]
        assert put("k2", changeFromQuantity=3)["data"]["inventorySetQuantities"]["userErrors"] == [
            {"code": "CHANGE_FROM_QUANTITY_STALE"}
        ]
        done = put("k3", changeFromQuantity=0)["data"]["inventorySetQuantities"]
        assert done["inventoryAdjustmentGroup"]["changes"] == [{"delta": 7, "quantityAfterChange": 7}]
        without = SET_STOCK.replace("@idempotent(key: $k)", "").replace(", $k: String!", "")
        rows = {"name": "available", "reason": "correction", "quantities": [{**row, "changeFromQuantity": None}]}
        assert "@idempotent" in shop.ask(without, {"i": rows})["errors"][0]["message"]


class TestFulfilment:
    def test_part_then_rest_closes_the_order_and_keeps_the_tracking(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 2, 1)
        fo = waiting(order)
        first = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fo["id"], "fulfillmentOrderLineItems": [
            {"id": fo["lineItems"]["nodes"][0]["id"], "quantity": 1}]}],
            "trackingInfo": {"company": "ZTO", "number": "73100000000001", "url": "https://t.example/1"}}  # fmt: skip
        answer = shop.ask(FULFIL, {"f": first})["data"]["fulfillmentCreate"]
        half = seen(shop, order)
        rest = shop.ask(FULFIL, {"f": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fo["id"]}]}})["data"][
            "fulfillmentCreate"
        ]
        whole = seen(shop, order)

        assert answer["userErrors"] == rest["userErrors"] == []
        assert half["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
        assert [n["unfulfilledQuantity"] for n in half["lineItems"]["nodes"]] == [1, 1]
        assert half["fulfillments"][0]["trackingInfo"] == [
            {"company": "ZTO", "number": "73100000000001", "url": "https://t.example/1"}
        ]
        assert whole["displayFulfillmentStatus"] == "FULFILLED"
        assert waiting(whole)["status"] == "CLOSED"

    def test_more_than_remains_is_refused_and_changes_nothing(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 2)
        fo = waiting(order)
        line = {"id": fo["lineItems"]["nodes"][0]["id"], "quantity": 2}
        twice = {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fo["id"], "fulfillmentOrderLineItems": [line, line]}]
        }
        answer = shop.ask(FULFIL, {"f": twice})["data"]["fulfillmentCreate"]

        assert answer["fulfillment"] is None
        assert answer["userErrors"][0]["message"] == "Invalid fulfillment order line item quantity requested."
        assert seen(shop, order)["fulfillments"] == []

    def test_a_closed_fulfilment_order_is_not_sent_twice(self, world: World, shop: Shopkeeper) -> None:
        fo = waiting(bought(world, shop, 1))
        given = {"f": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fo["id"]}]}}
        first, second = (shop.ask(FULFIL, given)["data"]["fulfillmentCreate"] for _ in range(2))

        assert first["userErrors"] == []
        assert "unfulfillable status= closed" in second["userErrors"][0]["message"]


class TestRefunds:
    def asked(self, order: dict[str, Any], amount: str, **more: Any) -> dict[str, Any]:
        sale = order["transactions"][0]
        move = {
            "orderId": order["id"],
            "parentId": sale["id"],
            "gateway": sale["gateway"],
            "kind": "REFUND",
            "amount": amount,
        }
        return {"orderId": order["id"], "note": "damaged", "transactions": [move], **more}

    def test_the_same_key_pays_back_once(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 2)
        given = {"i": self.asked(order, "30.00"), "k": "case-1"}
        first, second = (shop.ask(REFUND, given)["data"]["refundCreate"] for _ in range(2))
        after = seen(shop, order)

        assert first["refund"] == second["refund"]
        assert first["refund"]["totalRefundedSet"]["shopMoney"]["amount"] == "30.00"
        assert after["totalRefundedSet"]["shopMoney"]["amount"] == "30.00"
        assert after["displayFinancialStatus"] == "PARTIALLY_REFUNDED"

    def test_a_key_with_other_parameters_is_refused(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 2)
        shop.ask(REFUND, {"i": self.asked(order, "30.00"), "k": "case-1"})
        answer = shop.ask(REFUND, {"i": self.asked(order, "31.00"), "k": "case-1"})["data"]["refundCreate"]

        assert "idempotency key" in answer["userErrors"][0]["message"]

    def test_never_more_than_was_paid(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 2)
        shop.ask(REFUND, {"i": self.asked(order, "150.00"), "k": "case-1"})
        answer = shop.ask(REFUND, {"i": self.asked(order, "48.01"), "k": "case-2"})["data"]["refundCreate"]

        assert "greater than the refundable amount of 48.00" in answer["userErrors"][0]["message"]
        assert seen(shop, order)["totalRefundedSet"]["shopMoney"]["amount"] == "150.00"

    def test_without_the_directive_nothing_is_paid_back(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 1)
        document = REFUND.replace("@idempotent(key: $k)", "").replace(", $k: String!", "")
        answer = shop.ask(document, {"i": self.asked(order, "1.00")})

        assert "@idempotent" in answer["errors"][0]["message"]
        assert seen(shop, order)["totalRefundedSet"]["shopMoney"]["amount"] == "0.00"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"amount": "0"}, "greater than zero"),
            ({"amount": "1.005"}, "whole cents"),
            ({"gateway": "paypal"}, "Parent transaction is invalid"),
            ({"parentId": "gid://shopify/OrderTransaction/1"}, "Parent transaction is invalid"),
            ({"kind": "SALE"}, "kind must be REFUND"),
        ],
    )
    def test_a_wrong_transaction_is_refused(
        self, world: World, shop: Shopkeeper, change: dict[str, Any], words: str
    ) -> None:
        order = bought(world, shop, 1)
        given = self.asked(order, "1.00")
        given["transactions"][0].update(change)

        assert words in shop.ask(REFUND, {"i": given, "k": "k"})["data"]["refundCreate"]["userErrors"][0]["message"]

    def test_more_goods_than_were_bought_are_refused(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 1)
        line = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 2, "restockType": "NO_RESTOCK"}
        answer = shop.ask(REFUND, {"i": self.asked(order, "1.00", refundLineItems=[line]), "k": "k"})["data"][
            "refundCreate"
        ]

        assert "more items than were purchased" in answer["userErrors"][0]["message"]


class TestOrders:
    def test_orders_are_found_by_when_they_changed(self, world: World, shop: Shopkeeper) -> None:
        variant = shop.list_product()[0]
        old = world.shop.place_order([[variant, 1]])
        world.advance(hours=1)
        new = world.shop.place_order([[variant, 1]])
        world.advance(hours=1)
        world.shop.edit_order(old["id"], note="leave it at the door")
        asked = "orders(first: 10, query: $q, sortKey: UPDATED_AT) { nodes { legacyResourceId note } }"
        since = "query($q: String!) { " + asked + " }"
        found = shop.ask(since, {"q": f"updated_at:>='{new['updated_at']}'"})["data"]["orders"]["nodes"]

        assert [n["legacyResourceId"] for n in found] == [new["id"], old["id"]]
        assert found[1]["note"] == "leave it at the door"

    def test_a_search_it_does_not_understand_is_an_error_and_not_everything(self, shop: Shopkeeper) -> None:
        assert (
            "cannot search orders by ['colour']"
            in shop.ask('{ orders(first: 1, query: "colour:red") { nodes { id } } }')["errors"][0]["message"]
        )

    def test_a_custom_line_has_no_variant(self, world: World, shop: Shopkeeper) -> None:
        order = world.shop.place_order([{"title": "Gift wrap", "price": "5.00", "quantity": 1, "sku": ""}])

        assert order["line_items"][0]["variant_id"] is None
        assert seen(shop, order)["lineItems"]["nodes"][0]["variant"] is None

    def test_cancelling_pays_back_and_closes_what_waited(self, world: World, shop: Shopkeeper) -> None:
        order = bought(world, shop, 1)
        world.shop.cancel_order(order["id"])
        after = seen(shop, order)

        assert after["displayFinancialStatus"] == "REFUNDED"
        assert waiting(after)["status"] == "CANCELLED"

    def test_ids_are_larger_than_a_float_can_hold(self, world: World, shop: Shopkeeper) -> None:
        assert world.shop.place_order([[shop.list_product()[0], 1]])["id"] > 2**53
