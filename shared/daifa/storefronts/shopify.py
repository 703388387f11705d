"""Shopify as a storefront, over its Admin GraphQL API (https://shopify.dev/docs/api/admin-graphql) and its webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from daifa.errors import NotFound, Rejected, Retry
from daifa.http import NoAnswer
from daifa.models.ids import ShopId
from daifa.models.money import Money
from daifa.models.order import StoreOrder
from daifa.models.shipment import ShippedLine
from daifa.ports import (
    Done,
    Ignored,
    Listed,
    ListingRequest,
    NeverSent,
    OrderHint,
    OrderSeen,
    Outcome,
    Refused,
    StoreEvent,
    StoreFulfilment,
    StoreRefund,
    Unclear,
    Wire,
)
from daifa.storefronts import shopify_models as shape
from daifa.storefronts import shopify_queries as ask
from daifa.storefronts.shopify_orders import from_graph, from_rest, gid, money, parse, place
from daifa.storefronts.shopify_requests import Chosen, moves, pieces, product_input, refund_lines, wanted_variants
from daifa.storefronts.shopify_wire import Admin

# How many orders come at once, with how many of their lines; and how many lines of one order.
ORDERS_PAGE, ORDERS_LINES = 5, 20
LINES_PAGE = 100

# What Shopify says of a fulfilment that holds, and of a payment that moved nothing.
STANDING = frozenset({"SUCCESS", "OPEN", "PENDING"})
FAILED_MOVES = frozenset({"FAILURE", "ERROR"})

T = TypeVar("T", bound=shape.Graph)
R = TypeVar("R")


class Shopify:
    """One Shopify shop.

    An order and its lines are named by numeric text, everything else (products, variants, fulfilments, refunds) by
    Shopify's global ids. How `wire` is read stands at `Admin`.
    """

    def __init__(self, wire: Wire) -> None:
        self._shop = ShopId(wire.id)
        self._locale = wire.locale
        self._admin = Admin(wire)

    # What the shop tells

    def read_event(self, topic: str, body: bytes) -> StoreEvent:
        """What a verified webhook body says; Rejected if it cannot be an event of this topic."""
        read = _EVENTS.get(topic)
        if read is None:
            return Ignored(f"topic {topic[:60]}")
        try:
            return read(self, parse(body))
        except ValueError as error:
            raise Rejected("shopify.bad_event", topic=topic, **place(error)) from None

    def _seen(self, body: Any) -> StoreEvent:
        order = shape.RestOrder.model_validate(body)
        if not order.tells_refunds:
            return OrderHint(str(order.id))
        return OrderSeen(from_rest(self._shop, order, self._locale))

    def _edited(self, body: Any) -> StoreEvent:
        return OrderHint(str(shape.RestEdited.model_validate(body).order_edit.order_id))

    def _refunded(self, body: Any) -> StoreEvent:
        return OrderHint(str(shape.RestRefunded.model_validate(body).order_id))

    # What the shop is asked

    def order(self, order: str) -> StoreOrder:
        """The order as it stands in the shop now; NotFound if there is none."""
        wanted = _order_id(order)
        found = _found(self._admin.read(ask.ORDER, {"id": wanted, "lines": LINES_PAGE}), shape.GraphOrder)
        if found.id != wanted:
            raise Retry("shopify.garbled", field="order.id", why="another order")
        return self._whole(found)

    def orders_since(self, moment: datetime) -> Iterator[StoreOrder]:
        """Every order changed since then, oldest change first; one that changes meanwhile may come twice."""
        since = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        after: str | None = None
        while True:
            data = self._admin.read(
                ask.ORDERS,
                {"query": f"updated_at:>='{since}'", "page": ORDERS_PAGE, "after": after, "lines": ORDERS_LINES},
            )
            page = _shaped(shape.Orders, data.get("orders"))
            for order in page.nodes:
                yield self._whole(order)
            after = _next(page.page_info, after)
            if after is None:
                return

    def _whole(self, order: shape.GraphOrder) -> StoreOrder:
        rest: list[shape.GraphLine] = []
        after = _next(order.line_items.page_info, None)
        while after is not None:
            data = self._admin.read(ask.ORDER_LINES, {"id": order.id, "lines": LINES_PAGE, "after": after})
            page = _shaped(shape.GraphLines, (data.get("order") or {}).get("lineItems"))
            rest += page.nodes
            after = _next(page.page_info, after)
        return _made(lambda: from_graph(self._shop, order, rest, self._locale))

    def fulfilments(self, order: str) -> tuple[StoreFulfilment, ...]:
        """What the shop already knows to be shipped of this order; cancelled and failed ones are left out."""
        data = self._admin.read(ask.FULFILMENTS, {"id": _order_id(order)})
        return tuple(_standing(_found(data, shape.Fulfilled).fulfillments))

    def refunds(self, order: str) -> tuple[StoreRefund, ...]:
        """What the shop already paid back of this order, or is paying; failed ones are left out."""
        data = self._admin.read(ask.REFUNDS, {"id": _order_id(order)})
        refunds = _found(data, shape.Refunded).refunds
        return tuple(_made(lambda: [_paid_back(refund) for refund in refunds if not _failed(refund)]))

    # What the shop is told

    def publish(self, request: ListingRequest) -> Listed:
        """Create or replace the product so that the shop shows exactly this; safe to repeat.

        A product that the shop does not have yet is named by a handle made of our own id, so a repeated call finds the
        one that a lost answer created; variants that exist keep their ids, because orders speak of them. A first
        listing goes to all sales channels, as in Shopify's own admin; later ones leave the merchant's choice alone.
        """
        options, wanted = wanted_variants(request)
        handle = f"daifa-{request.product}".lower()
        there = self._product({"id": request.store_product} if request.store_product else {"handle": handle})
        if there is None and request.store_product:
            raise NotFound("shopify.product_gone", product=request.store_product)
        identifier = {"id": there[0]} if there else {"handle": handle}
        known = there[1] if there else {}
        product = product_input(request, options, wanted, known)
        if not there:
            product["handle"] = handle
        answer = self._admin.repeat(ask.PRODUCT_SET, {"identifier": identifier, "input": product}, "productSet")
        made = self._product({"id": _shaped(shape.Ref, answer.get("product")).id})
        if made is None or any(chosen not in made[1] for _, chosen in wanted):
            raise Retry("shopify.garbled", field="variants", why="missing")
        if not request.store_product:
            self._show(made[0])
        return Listed(made[0], {variant.variant: made[1][chosen] for variant, chosen in wanted})

    def unlist(self, store_product: str) -> None:
        """Make the product a draft, which no customer sees: its variants, pictures and address stay for the next time.

        NotFound if the shop has no such product.
        """
        there = self._product({"id": store_product})
        if there is None:
            raise NotFound("shopify.product_gone", product=store_product)
        # What productSet is not told of stays as it is.
        asked = {"identifier": {"id": there[0]}, "input": {"status": "DRAFT"}}
        self._admin.repeat(ask.PRODUCT_SET, asked, "productSet")

    def _show(self, product: str) -> None:
        channels = _shaped(shape.Channels, self._admin.read(ask.CHANNELS, {}).get("publications")).nodes
        if channels:
            to = [{"publicationId": channel.id} for channel in channels]
            self._admin.repeat(ask.PUBLISH, {"id": product, "to": to}, "publishablePublish")

    def _product(self, identifier: Mapping[str, str]) -> tuple[str, dict[Chosen, str]] | None:
        variants: dict[Chosen, str] = {}
        after: str | None = None
        while True:
            data = self._admin.read(ask.PRODUCT, {"identifier": identifier, "after": after})
            if data.get("productByIdentifier") is None:
                return None
            product = _shaped(shape.ShopProduct, data["productByIdentifier"])
            for variant in product.variants.nodes:
                variants[tuple((o.name, o.value) for o in variant.selected_options)] = variant.id
            after = _next(product.variants.page_info, after)
            if after is None:
                return product.id, variants

    def fulfil(self, order: str, lines: tuple[ShippedLine, ...], company: str, number: str, url: str) -> Outcome:
        """Tell the shop that these pieces travel under this tracking number; a number it knows already is done."""
        return _outcome(lambda: self._fulfil(order, lines, company, number, url))

    def _fulfil(self, order: str, lines: tuple[ShippedLine, ...], company: str, number: str, url: str) -> Outcome:
        state, orders = self._fulfillable(_order_id(order))
        for known in _standing(state.fulfillments):
            if number in known.numbers:
                return Done(known.id)
        tracking = {"company": company, "number": number, **({"url": url} if url else {})}
        answer = self._admin.act(
            ask.FULFILMENT_CREATE,
            {
                "fulfillment": {
                    "lineItemsByFulfillmentOrder": pieces(orders, lines),
                    # The customer hears of it from us, in the order's own conversation.
                    "notifyCustomer": False,
                    "trackingInfo": tracking,
                }
            },
            "fulfillmentCreate",
        )
        made = _proof(shape.Fulfilment, answer.get("fulfillment"))
        if made.status not in STANDING:
            return Refused(made.status, "shopify.fulfilment_failed", {"status": made.status})
        return Done(made.id)

    def _fulfillable(self, order_id: str) -> tuple[shape.Fulfillable, list[shape.FulfilmentOrder]]:
        orders: list[shape.FulfilmentOrder] = []
        after: str | None = None
        while True:
            state = _found(self._admin.read(ask.FULFILLABLE, {"id": order_id, "after": after}), shape.Fulfillable)
            orders += state.fulfillment_orders.nodes
            after = _next(state.fulfillment_orders.page_info, after)
            if after is None:
                return state, orders

    def refund(self, order: str, lines: tuple[tuple[str, int], ...], amount: Money, note: str, key: str) -> Outcome:
        """Pay this much (in the shop's currency) back to the customer; the same `key` or `note` never pays twice.

        Shopify forgets a key after 24 hours, so a refund with the same note counts as this one for ever.
        """
        return _outcome(lambda: self._refund(order, lines, amount, note, key))

    def _refund(self, order: str, lines: tuple[tuple[str, int], ...], amount: Money, note: str, key: str) -> Outcome:
        order_id = _order_id(order)
        items = refund_lines(lines)
        state = _found(self._admin.read(ask.REFUNDABLE, {"id": order_id, "lines": items}), shape.Refundable)
        for earlier in state.refunds:
            if note and earlier.note == note and not _failed(earlier):
                return _paid(earlier)
        transactions = _made(lambda: moves(order_id, state, amount))
        answer = self._admin.act(
            ask.REFUND_CREATE,
            {
                "input": {
                    "orderId": order_id,
                    "note": note,
                    "notify": False,
                    "refundLineItems": items,
                    "transactions": transactions,
                },
                "key": key,
            },
            "refundCreate",
        )
        made = _proof(shape.PaidBack, answer.get("refund"))
        if _failed(made):
            return Refused("TRANSACTION_FAILED", "shopify.payment_failed")
        return _paid(made)


_EVENTS: Mapping[str, Callable[[Shopify, Any], StoreEvent]] = {
    "orders/create": Shopify._seen,
    "orders/paid": Shopify._seen,
    "orders/updated": Shopify._seen,
    "orders/cancelled": Shopify._seen,
    "orders/edited": Shopify._edited,
    "refunds/create": Shopify._refunded,
}


def _found(data: Mapping[str, Any], kind: type[T]) -> T:
    if data.get("order") is None:
        raise NotFound("shopify.no_order")
    return _shaped(kind, data["order"])


def _order_id(order: str) -> str:
    try:
        return gid("Order", order)
    except ValueError:
        raise NotFound("shopify.no_order") from None


def _shaped(kind: type[T], value: Any) -> T:
    return _made(lambda: kind.model_validate(value))


def _made(make: Callable[[], R]) -> R:
    try:
        return make()
    except ValueError as error:
        raise Retry("shopify.garbled", **place(error)) from None


def _proof(kind: type[T], value: Any) -> T:
    """What a mutation says it made; NoAnswer if that can't be read, since it may be made all the same."""
    try:
        return kind.model_validate(value)
    except ValueError:
        raise NoAnswer("shopify.no_answer", why="unreadable payload") from None


def _next(page: shape.PageInfo, current: str | None) -> str | None:
    """The cursor of the next page, or None at the end; Retry if the list would go round in circles."""
    if not page.has_next_page:
        return None
    if not page.end_cursor or page.end_cursor == current:
        raise Retry("shopify.garbled", field="pageInfo", why="no way on")
    return page.end_cursor


def _outcome(act: Callable[[], Outcome]) -> Outcome:
    """What happened, for a call whose caller must know: our errors already say which of the four it was."""
    try:
        return act()
    except Retry as error:
        return NeverSent(str(error))
    except Rejected as error:
        values = {name: str(value) for name, value in error.values.items()}
        return Refused(values.get("problem", error.code), error.code, values)
    except NoAnswer as error:
        return Unclear(str(error))


def _standing(fulfilments: Sequence[shape.Fulfilment]) -> Iterator[StoreFulfilment]:
    for one in fulfilments:
        if one.status in STANDING:
            yield StoreFulfilment(one.id, tuple(info.number for info in one.tracking_info if info.number))


def _paid_back(refund: shape.PaidBack) -> StoreRefund:
    return StoreRefund(refund.id, money(refund.total_refunded_set), refund.note or "")


def _failed(refund: shape.PaidBack) -> bool:
    states = {move.status for move in refund.transactions.nodes}
    return bool(states) and states <= FAILED_MOVES


def _paid(refund: shape.PaidBack) -> Outcome:
    """A refund that the shop holds, as an answer; Unclear if only some of its payments went through."""
    if any(move.status in FAILED_MOVES for move in refund.transactions.nodes):
        return Unclear("some of the payments failed")
    try:
        return Done(refund.id, _paid_back(refund).amount, paid=True)
    except ValueError:
        return Unclear("the refund's amount can't be read")
