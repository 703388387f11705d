"""A shop that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLSchema, execute, parse, validate
from graphql.execution.values import get_variable_values

from daifa.http import Answer, Http
from daifa.ports import Wire
from daifa.storefronts.shopify import Shopify


@dataclass(frozen=True)
class Asked:
    """One call that the adapter made."""

    url: str
    headers: Mapping[str, str]
    document: str
    variables: dict[str, Any]


class StillClock:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


class Answers(Http):
    """Gives the answers in turn: an object is data, an Answer is taken as it is, an exception is raised.

    With a `schema`, every question must be one that Shopify understands and every object one that it could answer.
    """

    schema: GraphQLSchema | None = None

    def __init__(self, *answers: dict[str, Any] | Answer | Exception) -> None:
        super().__init__(StillClock())
        self.answers = list(answers)
        self.asked: list[Asked] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float = 15.0,
    ) -> Answer:
        asked = json.loads(body or b"")
        self.asked.append(Asked(url, headers or {}, asked["query"], asked["variables"]))
        answer = self.answers.pop(0)
        if self.schema:
            judge(self.schema, asked["query"], asked["variables"], answer if isinstance(answer, dict) else None)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else reply({"data": answer})


def judge(
    schema: GraphQLSchema, document: str, variables: Mapping[str, Any], answer: Mapping[str, Any] | None = None
) -> None:
    """AssertionError unless the schema allows this question and, if there is one, this answer to it."""
    tree = parse(document)
    assert validate(schema, tree) == []
    operation = next(node for node in tree.definitions if node.kind == "operation_definition")
    coerced = get_variable_values(schema, operation.variable_definitions, dict(variables))
    assert isinstance(coerced, dict), coerced
    if answer is not None:
        given = execute(schema, tree, root_value=answer, variable_values=dict(variables))
        assert given.errors is None, given.errors
        assert given.data == answer, "the answer says more or less than was asked"


def reply(body: Any, status: int = 200, **headers: str) -> Answer:
    """An HTTP answer with a JSON body; header names with underscores for dashes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def shopify(*answers: dict[str, Any] | Answer | Exception, **options: str) -> Shopify:
    """An adapter for a shop that gives these answers in turn."""
    return adapter(Answers(*answers), **options)


def adapter(http: Http, endpoint: str = "", **options: str) -> Shopify:
    """An adapter over the given hands."""
    wire = Wire("daifa-world", endpoint, {"access_token": "shpat_invented"}, http, StillClock(), options=options)
    return Shopify(wire)


# --- answers in the shape of Shopify's schema -------------------------------------------------------------------


def bag(amount: str, currency: str = "CNY") -> dict[str, Any]:
    """A MoneyBag, as far as we ask for it."""
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def page(nodes: list[Any], after: str | None = None) -> dict[str, Any]:
    """A connection; with `after` there is a next page."""
    return {"pageInfo": {"hasNextPage": after is not None, "endCursor": after}, "nodes": nodes}


def a_line(line: int = 11, **changes: Any) -> dict[str, Any]:
    """A LineItem."""
    return {
        "id": f"gid://shopify/LineItem/{line}",
        "sku": "JJ-30718",
        "name": "竹纤维洗碗巾",
        "quantity": 5,
        "currentQuantity": 5,
        "unfulfilledQuantity": 5,
        "requiresShipping": True,
        "variant": {"id": "gid://shopify/ProductVariant/21"},
        "discountedUnitPriceAfterAllDiscountsSet": bag("29.9"),
    } | changes


def an_order(*lines: dict[str, Any], after: str | None = None, **changes: Any) -> dict[str, Any]:
    """An Order."""
    return {
        "id": "gid://shopify/Order/820982911946154508",
        "name": "#1001",
        "createdAt": "2026-11-23T08:00:00Z",
        "updatedAt": "2026-11-23T08:00:05Z",
        "cancelledAt": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "email": "zhang.ceshi@customer.example",
        "phone": None,
        "customerLocale": "zh-CN",
        "totalPriceSet": bag("157.5"),
        "totalShippingPriceSet": bag("8.0"),
        "totalRefundedSet": bag("0.0"),
        "shippingAddress": {
            "name": "测试 张",
            "firstName": "测试",
            "lastName": "张",
            "phone": "13800000000",
            "countryCodeV2": "CN",
            "province": "浙江省",
            "city": "杭州市",
            "address1": "西湖区 虚构路 18 号",
            "address2": "3 幢 502",
            "zip": "310000",
        },
        "lineItems": page(list(lines) or [a_line()], after),
    } | changes


def a_product(*variants: tuple[int, Mapping[str, str]], product: int = 31, after: str | None = None) -> dict[str, Any]:
    """The answer to PRODUCT with these variants: number and options."""
    nodes = [
        {
            "id": f"gid://shopify/ProductVariant/{number}",
            "selectedOptions": [{"name": name, "value": value} for name, value in options.items()],
        }
        for number, options in variants
    ]
    return {"productByIdentifier": {"id": f"gid://shopify/Product/{product}", "variants": page(nodes, after)}}


def a_set(product: int | None = 31, *errors: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to PRODUCT_SET."""
    made = {"id": f"gid://shopify/Product/{product}"} if product else None
    return {"productSet": {"product": made, "userErrors": list(errors)}}


def shown(*channels: int) -> tuple[dict[str, Any], ...]:
    """The answers to CHANNELS and, if there are any, PUBLISH."""
    asked = {"publications": {"nodes": [{"id": f"gid://shopify/Publication/{number}"} for number in channels]}}
    return (asked, {"publishablePublish": {"userErrors": []}}) if channels else (asked,)


def shipped(number: str = "ZT900", status: str = "SUCCESS", fulfilment: int = 41) -> dict[str, Any]:
    """A Fulfillment."""
    return {"id": f"gid://shopify/Fulfillment/{fulfilment}", "status": status, "trackingInfo": [{"number": number}]}


def open_order(
    number: int, *lines: tuple[int, int], status: str = "OPEN", location: int = 61, more: bool = False
) -> dict[str, Any]:
    """A FulfillmentOrder with lines as (order line, pieces left)."""
    nodes = [
        {
            "id": f"gid://shopify/FulfillmentOrderLineItem/{number}{line}",
            "remainingQuantity": left,
            "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
        }
        for line, left in lines
    ]
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": status,
        "assignedLocation": {"location": {"id": f"gid://shopify/Location/{location}"}},
        "lineItems": {"pageInfo": {"hasNextPage": more}, "nodes": nodes},
    }


def fulfillable(
    *orders: dict[str, Any], known: tuple[dict[str, Any], ...] = (), after: str | None = None
) -> dict[str, Any]:
    """The answer to FULFILLABLE."""
    return {"order": {"fulfillments": list(known), "fulfillmentOrders": page(list(orders), after)}}


def fulfilled(one: dict[str, Any] | None, *errors: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to FULFILMENT_CREATE."""
    return {"fulfillmentCreate": {"fulfillment": one, "userErrors": list(errors)}}


def paid_back(amount: str = "29.9", note: str = "case C1", status: str = "SUCCESS", refund: int = 71) -> dict[str, Any]:
    """A Refund."""
    return {
        "id": f"gid://shopify/Refund/{refund}",
        "note": note,
        "totalRefundedSet": bag(amount),
        "transactions": {"nodes": [{"status": status}]},
    }


def refundable(
    *payments: tuple[int, str], known: tuple[dict[str, Any], ...] = (), currency: str = "CNY", paid_in: str = "CNY"
) -> dict[str, Any]:
    """The answer to REFUNDABLE with payments as (transaction, most that can go back)."""
    return {
        "order": {
            "currencyCode": currency,
            "presentmentCurrencyCode": paid_in,
            "refunds": list(known),
            "suggestedRefund": {
                "suggestedTransactions": [
                    {
                        "gateway": "bogus",
                        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{number}"},
                        "maximumRefundableSet": bag(most, currency),
                    }
                    for number, most in payments
                ]
            },
        }
    }


def refunded(one: dict[str, Any] | None, *errors: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to REFUND_CREATE."""
    return {"refundCreate": {"refund": one, "userErrors": list(errors)}}
