"""What to ask of Shopify: our requests as its input objects, decided before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daifa.errors import Rejected
from daifa.models.money import Money
from daifa.models.shipment import ShippedLine
from daifa.ports import ListingRequest, ListingVariant
from daifa.storefronts import shopify_models as shape
from daifa.storefronts.shopify_orders import gid, money

# Fulfilment orders that can be shipped, and those that wait for something in the shop.
SHIPPABLE = frozenset({"OPEN", "IN_PROGRESS"})
WAITING = frozenset({"ON_HOLD", "SCHEDULED"})
FAILED_MOVES = frozenset({"FAILURE", "ERROR"})

# A variant's option names and values, in the product's order: what tells variants of one product apart.
Chosen = tuple[tuple[str, str], ...]

# A product without options still has one, under this name, in Shopify's model.
PLAIN_OPTION = "Title"
PLAIN: Chosen = ((PLAIN_OPTION, "Default Title"),)


def wanted_variants(request: ListingRequest) -> tuple[dict[str, list[str]], list[tuple[ListingVariant, Chosen]]]:
    """Each option with its values in the order they appear, and each variant with what it chooses of them."""
    names = request.options or (PLAIN_OPTION,)
    options: dict[str, list[str]] = {name: [] for name in names}
    wanted: list[tuple[ListingVariant, Chosen]] = []
    for variant in request.variants:
        chosen = tuple((n, " ".join(variant.options.get(n, "").split())) for n in names) if request.options else PLAIN
        if not all(value for _, value in chosen) or any(chosen == other for _, other in wanted):
            raise Rejected("shopify.same_variant", variant=variant.variant)
        wanted.append((variant, chosen))
        for name, value in chosen:
            if value not in options[name]:
                options[name].append(value)
    if not wanted:
        raise Rejected("shopify.no_variant", product=request.product)
    return options, wanted


def product_input(
    request: ListingRequest,
    options: Mapping[str, Sequence[str]],
    wanted: Sequence[tuple[ListingVariant, Chosen]],
    known: Mapping[Chosen, str],
) -> dict[str, Any]:
    """The whole product for productSet; `known` holds the ids of variants that the shop has already."""
    return {
        "title": request.title,
        "descriptionHtml": request.description,
        "status": "ACTIVE",
        "files": [{"originalSource": url, "contentType": "IMAGE"} for url in _images(request)],
        "productOptions": [
            {"name": name, "position": at, "values": [{"name": value} for value in values]}
            for at, (name, values) in enumerate(options.items(), 1)
        ],
        "variants": [
            {
                **({"id": known[chosen]} if chosen in known else {}),
                "optionValues": [{"optionName": name, "name": value} for name, value in chosen],
                "price": str(variant.price.rounded().amount),
                "sku": variant.sku,
                **({"file": {"originalSource": variant.image, "contentType": "IMAGE"}} if variant.image else {}),
                # Nobody here holds stock: what can't be bought any more is taken off the listing instead.
                "inventoryItem": {"tracked": False, "requiresShipping": True},
            }
            for variant, chosen in wanted
        ],
    }


def _images(request: ListingRequest) -> list[str]:
    # A variant's picture must be among the product's, so say Shopify's rules for productSet.
    return list(dict.fromkeys([*request.images, *(v.image for v in request.variants if v.image)]))


def pieces(orders: Sequence[shape.FulfilmentOrder], lines: tuple[ShippedLine, ...]) -> list[dict[str, Any]]:
    """Which pieces of which fulfilment orders are shipped: all from one location, as Shopify demands of one call."""
    wanted: dict[str, int] = {}
    for line in lines:
        name = line_gid(line.order_line)
        wanted[name] = wanted.get(name, 0) + line.quantity
    places: dict[str, list[shape.FulfilmentOrder]] = {}
    for order in orders:
        if order.status in SHIPPABLE:
            location = order.assigned_location.location
            places.setdefault(location.id if location else "", []).append(order)
    for there in places.values():
        taken, missing = _take(there, wanted)
        if taken and not missing:
            return taken
    if any(order.line_items.page_info.has_next_page for order in orders):
        raise Rejected("shopify.too_many_lines")
    if any(order.status in WAITING for order in orders):
        raise Rejected("shopify.on_hold")
    raise Rejected("shopify.nothing_to_ship")


def _take(orders: Sequence[shape.FulfilmentOrder], wanted: Mapping[str, int]) -> tuple[list[dict[str, Any]], bool]:
    missing = dict(wanted)
    taken: list[dict[str, Any]] = []
    for order in orders:
        items = []
        for line in order.line_items.nodes:
            count = min(line.remaining_quantity, missing.get(line.line_item.id, 0))
            if count > 0:
                items.append({"id": line.id, "quantity": count})
                missing[line.line_item.id] -= count
        if items:
            taken.append({"fulfillmentOrderId": order.id, "fulfillmentOrderLineItems": items})
    return taken, any(missing.values())


def line_gid(line: str) -> str:
    """The global id of an order line; Rejected if that can't be one of Shopify's."""
    try:
        return gid("LineItem", line)
    except ValueError:
        raise Rejected("shopify.no_line", line=line[:40]) from None


def refund_lines(lines: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """The pieces that a refund is for; returned goods never come to us, so nothing goes back on a shelf."""
    return [
        {"lineItemId": line_gid(line), "quantity": quantity, "restockType": "NO_RESTOCK"} for line, quantity in lines
    ]


def moves(order_id: str, state: shape.Refundable, amount: Money) -> list[dict[str, Any]]:
    """The payments to pay back to, in Shopify's own order, none beyond what it still holds."""
    # Where the customer paid in another currency than the shop's, Shopify wants the refund in that one.
    for currency in (state.presentment_currency_code, state.currency_code):
        if amount.currency != currency:
            raise Rejected("shopify.other_currency", currency=currency)
    left = amount.rounded()
    if left <= Money.zero(left.currency):
        raise Rejected("shopify.no_amount")
    found: list[dict[str, Any]] = []
    for payment in state.suggested_refund.suggested_transactions if state.suggested_refund else ():
        if not (payment.gateway and payment.parent_transaction and payment.maximum_refundable_set):
            continue
        part = min(left, money(payment.maximum_refundable_set))
        if part > Money.zero(left.currency):
            found.append(
                {
                    "orderId": order_id,
                    "parentId": payment.parent_transaction.id,
                    "gateway": payment.gateway,
                    "kind": "REFUND",
                    "amount": str(part.amount),
                }
            )
            left = left - part
    if left > Money.zero(left.currency):
        raise Rejected("shopify.over_refund", amount=str(amount), short=str(left))
    return found
