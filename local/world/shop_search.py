"""Shopify's search syntax, as far as an app needs it: `field:value`, comparisons on times, AND."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from graphql import GraphQLError

from local.world.shop_order_views import financial, fulfilment

TERM = re.compile(r"""(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))""")
SORTED_BY = {
    "CREATED_AT": "created", "PROCESSED_AT": "created", "UPDATED_AT": "updated", "ORDER_NUMBER": "number", "ID": "id",
    "TITLE": "title", "SKU": "sku", "POSITION": "position",
}  # fmt: skip

TIMES = {"created_at": "created", "processed_at": "created", "updated_at": "updated"}
SENT = {"UNFULFILLED": "unfulfilled", "PARTIALLY_FULFILLED": "partial", "FULFILLED": "shipped"}
FIELDS: dict[str, dict[str, Callable[[dict[str, Any]], Any]]] = {
    "orders": {
        "id": itemgetter("id"),
        "name": itemgetter("name"),
        "email": lambda r: r["customer"]["email"],
        "test": lambda r: str(r["test"]).lower(),
        "financial_status": lambda r: financial(r).lower(),
        "fulfillment_status": lambda r: SENT[fulfilment(r)],
        "status": lambda r: "cancelled" if r["cancelled"] else "open",
    },
    "products": {
        "id": itemgetter("id"),
        "handle": itemgetter("handle"),
        "title": itemgetter("title"),
        "vendor": itemgetter("vendor"),
        "status": lambda r: r["status"].lower(),
    },
    "variants": {
        "id": itemgetter("id"),
        "sku": itemgetter("sku"),
        "product_id": itemgetter("product"),
        "barcode": itemgetter("barcode"),
    },
}


def search(kind: str, state: dict[str, Any], query: str, sort_key: str) -> list[dict[str, Any]]:
    """The records of `orders`, `products` or `variants` that a query finds, in the order of a sort key."""
    rest = TERM.sub("", query).replace("AND", "").strip()
    if rest:
        raise GraphQLError(f"the world does not understand {rest!r} in a search", extensions={"code": "BAD_REQUEST"})
    terms = [(name, sign or "", one or two or three or "") for name, sign, one, two, three in TERM.findall(query)]
    unknown = {name for name, *_ in terms} - FIELDS[kind].keys() - set(TIMES)
    if unknown:
        raise GraphQLError(f"the world cannot search {kind} by {sorted(unknown)}", extensions={"code": "BAD_REQUEST"})
    found = [r for r in state[kind].values() if all(_fits(kind, r, *term) for term in terms)]
    return sorted(found, key=lambda r: r[SORTED_BY[sort_key]])


def _fits(kind: str, record: dict[str, Any], name: str, sign: str, value: str) -> bool:
    if name in TIMES:
        at = datetime.fromisoformat(record[TIMES[name]]).replace(microsecond=0)
        wanted = datetime.fromisoformat(value.replace("Z", "+00:00"))
        wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
        return {"": at == wanted, ">=": at >= wanted, "<=": at <= wanted, ">": at > wanted, "<": at < wanted}[sign]
    if (name, value) == ("status", "any"):
        return True
    return str(FIELDS[kind][name](record)).lstrip("#") == value.lstrip("#")
