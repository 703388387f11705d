"""What stands on the wire between us and a supplier who speaks docs/supplier-webhooks.md: messages, strictly read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from daifa.clock import iso
from daifa.models.money import Money
from daifa.models.order import Recipient
from daifa.models.purchase import LineAnswer, LineState
from daifa.models.shipment import ShippedLine
from daifa.ports import PurchaseRequest, SupplierNews, SupplierOrder, SupplierParcel


class Told(BaseModel):
    """Something the supplier said: a field that we don't know is fine, one of the wrong kind is not."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


def _decimal(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", value):
        raise ValueError("an amount is decimal text")
    return Decimal(value)


def _moment(value: object) -> object:
    # Only text: a number would be read as seconds of an epoch.
    if not isinstance(value, str):
        raise ValueError("a time is text")
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def _moment_if_told(value: object) -> object:
    # Not every sender writes it, and none is turned away for how it is written.
    try:
        moment = _moment(value)
    except ValueError:
        return None
    return moment if isinstance(moment, datetime) and moment.tzinfo else None


# Numbers and references travel in headers and addresses.
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Pieces = Annotated[int, Field(ge=1, le=10_000)]
State = Literal["open", "paid", "shipped", "done", "cancelled"]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,64}$")]
SupplierAmount = Annotated[Decimal, BeforeValidator(_decimal)]


class ToldMoney(Told):
    """An amount as text and its currency."""

    amount: SupplierAmount
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

    @property
    def money(self) -> Money:
        """As we count it."""
        return Money(amount=self.amount, currency=self.currency)


class ToldLine(Told):
    """Pieces of one line of ours."""

    line: Line
    quantity: Pieces


class ToldParcel(Told):
    """A parcel that was handed over; no lines are all lines."""

    carrier: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,40}$")] = ""
    tracking_number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{6,32}$")]
    lines: list[ToldLine] = []

    @property
    def parcel(self) -> SupplierParcel:
        """As the port names it."""
        lines = tuple(ShippedLine(order_line=line.line, quantity=line.quantity) for line in self.lines)
        return SupplierParcel(self.carrier, self.tracking_number, lines)


class Placed(Told):
    """The answer to `purchase_order.placed`."""

    number: Id
    reference: Id
    total: ToldMoney
    state: State = "open"


class Held(Placed):
    """An order as the supplier holds it."""

    state: State
    paid: bool = False
    created_at: Moment | None = None
    shipments: list[ToldParcel] = []

    @property
    def order(self) -> SupplierOrder:
        """As the port names it."""
        return SupplierOrder(
            self.reference, self.state, self.total.money, self.paid, self.number, created_at=self.created_at
        )


class Page(Told):
    """Some of the orders, and the query of the page after it (empty: this was the last)."""

    orders: list[Held]
    next: Annotated[str, Field(max_length=500)] = ""


class ToldPrice(Told):
    """What one line would cost a piece."""

    line: Line
    unit_cost: ToldMoney
    stock: Annotated[int, Field(ge=0)] | None = None


class Quoted(Told):
    """The answer to `purchase_order.quote_requested`."""

    number: Id
    lines: list[ToldPrice]
    shipping: ToldMoney
    total: ToldMoney
    problems: list[Literal["out_of_stock", "price_changed", "address", "other"]] = []


class Ack(Told):
    """What the supplier says of one line."""

    line: Line
    state: Literal["accepted", "backordered", "rejected", "changed"]
    reason: Literal["", "out_of_stock", "price_changed", "address", "other"] = ""
    promised: Moment | None = None
    quantity: Pieces | None = None
    unit_cost: ToldMoney | None = None

    def answer(self, said_at: datetime | None) -> LineAnswer:
        """As the purchase keeps it."""
        return LineAnswer(
            line=self.line,
            state=LineState(self.state.upper()),
            # A refusal without a reason is refused by the rule, so that a forgotten one is the catch-all.
            reason=self.reason or "other" if self.state == "rejected" else "",
            promised=self.promised,
            quantity=self.quantity,
            unit_cost=self.unit_cost.money if self.unit_cost else None,
            said_at=said_at,
        )


class Acknowledged(Told):
    """`purchase_order.acknowledged`."""

    number: Id
    reference: Reference = ""
    lines: Annotated[list[Ack], Field(min_length=1, max_length=500)]


class Shipped(Told):
    """`purchase_order.shipped`."""

    number: Id
    reference: Reference = ""
    shipments: Annotated[list[ToldParcel], Field(min_length=1, max_length=100)]


class Hint(Told):
    """`purchase_order.changed` and `purchase_order.cancelled`: look."""

    number: Id
    reference: Reference = ""


class Push(Told):
    """The envelope of everything that comes in; `timestamp` is when it happened, not when it was pushed."""

    type: Annotated[str, Field(max_length=100)]
    timestamp: Annotated[AwareDatetime | None, BeforeValidator(_moment_if_told)] = None
    data: dict[str, Any]


def news(push: Push) -> tuple[SupplierNews, ...]:
    """What a push says of a purchase; empty for an event that does not concern us; ValueError if it can't be read."""
    match push.type:
        case "purchase_order.acknowledged":
            ack = Acknowledged.model_validate(push.data)
            answers = tuple(one.answer(push.timestamp) for one in ack.lines)
            return (SupplierNews(ack.number, ack.reference, answers=answers),)
        case "purchase_order.shipped":
            sent = Shipped.model_validate(push.data)
            return (SupplierNews(sent.number, sent.reference, parcels=tuple(one.parcel for one in sent.shipments)),)
        case "purchase_order.changed" | "purchase_order.cancelled":
            hint = Hint.model_validate(push.data)
            return (SupplierNews(hint.number, hint.reference),)
        case _:
            return ()


def order_body(event: str, request: PurchaseRequest) -> dict[str, Any]:
    """The whole purchase under its event."""
    lines = [
        {
            "line": line.line,
            "offer": line.offer,
            "variant": line.variant,
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
            "unit_cost": amount(line.unit_cost),
        }
        for line in request.lines
    ]
    data = {
        "number": request.number,
        "same_number_same_order": True,
        "lines": lines,
        "shipping": amount(request.shipping),
        "total": amount(request.total),
        "recipient": recipient_body(request.recipient),
        "merchant": request.merchant,
        "ship_by": iso(request.ship_by) if request.ship_by else None,
    }
    return {"type": event, "data": data}


def recipient_body(to: Recipient) -> Mapping[str, str]:
    """Only what a parcel needs."""
    names = ("name", "phone", "country", "province", "city", "district", "address1", "address2", "postcode")
    return {name: str(getattr(to, name)) for name in names}


def amount(money: Money) -> Mapping[str, str]:
    """Decimal text in the currency's own places, finer only where the amount is."""
    exact = money.rounded().amount if money == money.rounded() else money.amount
    return {"amount": f"{exact:f}", "currency": money.currency}
