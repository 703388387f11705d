"""The four kinds of outside party as recording fakes: `app.others["supplier/lamps"] = SupplierSays(place=[Done("9")])`.

Each answer is a list: the next call takes the next one, and the last one stays for every call after it. An answer that
is an exception is raised; one that is a function is called with the arguments. `calls` remembers what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from daifa.models.ids import PoNumber
from daifa.models.money import Money
from daifa.models.order import StoreOrder
from daifa.models.shipment import ShippedLine, TrackReading
from daifa.models.words import Outgoing
from daifa.ports import (
    Capabilities,
    Done,
    Listed,
    ListingRequest,
    Outcome,
    PurchaseRequest,
    StoreEvent,
    StoreFulfilment,
    StoreRefund,
    SupplierOrder,
    SupplierParcel,
)

CAPABLE = Capabilities(
    lookup=True,
    pays_apart=False,
    cancels=False,
    late_bound=timedelta(seconds=60),
    max_number=32,
    ships_by_api=True,
)


class Recorder:
    """Answers as it was told to and remembers every call as (name, arguments)."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self._answers = {name: list(said) for name, said in answers.items()}

    def says(self, name: str, *answers: Any) -> None:
        """From now on these are the answers to this call."""
        self._answers[name] = list(answers)

    def asked(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of this name."""
        return [arguments for called, arguments in self.calls if called == name]

    def _answer(self, name: str, *arguments: Any) -> Any:
        self.calls.append((name, arguments))
        left = self._answers.get(name)
        if not left:
            raise AssertionError(f"nobody told the fake what to answer to {name}")
        said = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(said, BaseException):
            raise said
        return said(*arguments) if callable(said) else said


class ShopSays(Recorder):
    """A storefront."""

    def read_event(self, topic: str, body: bytes) -> StoreEvent:
        """The next `read_event`."""
        return self._answer("read_event", topic, body)  # type: ignore[no-any-return]

    def order(self, order: str) -> StoreOrder:
        """The next `order`."""
        return self._answer("order", order)  # type: ignore[no-any-return]

    def orders_since(self, moment: datetime) -> Iterator[StoreOrder]:
        """The next `orders_since`, a list."""
        yield from self._answer("orders_since", moment)

    def publish(self, request: ListingRequest) -> Listed:
        """The next `publish`."""
        return self._answer("publish", request)  # type: ignore[no-any-return]

    def unlist(self, store_product: str) -> None:
        """The next `unlist`."""
        self._answer("unlist", store_product)

    def fulfil(self, order: str, lines: tuple[ShippedLine, ...], company: str, number: str, url: str) -> Outcome:
        """The next `fulfil`."""
        return self._answer("fulfil", order, lines, company, number, url)  # type: ignore[no-any-return]

    def fulfilments(self, order: str) -> tuple[StoreFulfilment, ...]:
        """The next `fulfilments`."""
        return self._answer("fulfilments", order)  # type: ignore[no-any-return]

    def refund(self, order: str, lines: tuple[tuple[str, int], ...], amount: Money, note: str, key: str) -> Outcome:
        """The next `refund`."""
        return self._answer("refund", order, lines, amount, note, key)  # type: ignore[no-any-return]

    def refunds(self, order: str) -> tuple[StoreRefund, ...]:
        """The next `refunds`."""
        return self._answer("refunds", order)  # type: ignore[no-any-return]


class SupplierSays(Recorder):
    """A supplier that takes every order unless told otherwise; `can` changes its capabilities."""

    def __init__(self, can: Mapping[str, Any] | None = None, **answers: Sequence[Any]) -> None:
        defaults: dict[str, Sequence[Any]] = {
            "place": [Done("S-1")],
            "find": [None],
            "pay": [Done("P-1")],
            "parcels": [()],
        }
        super().__init__(**(defaults | answers))
        self.capabilities = replace(CAPABLE, **(can or {}))

    def place(self, request: PurchaseRequest) -> Outcome:
        """The next `place`."""
        return self._answer("place", request)  # type: ignore[no-any-return]

    def find(self, number: PoNumber) -> SupplierOrder | None:
        """The next `find`."""
        return self._answer("find", number)  # type: ignore[no-any-return]

    def pay(self, reference: str, amount: Money) -> Outcome:
        """The next `pay`."""
        return self._answer("pay", reference, amount)  # type: ignore[no-any-return]

    def parcels(self, reference: str) -> tuple[SupplierParcel, ...]:
        """The next `parcels`."""
        return self._answer("parcels", reference)  # type: ignore[no-any-return]


class CarrierSays(Recorder):
    """A tracking service that takes every subscription unless told otherwise."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        defaults: dict[str, Sequence[Any]] = {"subscribe": [None], "recognise": ["zhongtong"]}
        super().__init__(**(defaults | answers))

    def recognise(self, number: str) -> str:
        """The next `recognise`."""
        return self._answer("recognise", number)  # type: ignore[no-any-return]

    def subscribe(self, number: str, carrier: str, phone_tail: str, callback: str) -> None:
        """The next `subscribe`."""
        self._answer("subscribe", number, carrier, phone_tail, callback)

    def query(self, number: str, carrier: str, phone_tail: str) -> TrackReading:
        """The next `query`."""
        return self._answer("query", number, carrier, phone_tail)  # type: ignore[no-any-return]

    def read_push(self, form: Mapping[str, str]) -> TrackReading:
        """The next `read_push`."""
        return self._answer("read_push", form)  # type: ignore[no-any-return]

    def push_answer(self) -> bytes:
        """What the service wants to read."""
        return b'{"result":true,"returnCode":"200","message":"ok"}'

    def tracking_page(self, number: str, carrier: str) -> str:
        """An invented public page."""
        return f"https://carrier.example/{carrier}/{number}"


class ChannelSays(Recorder):
    """A channel that sends everything unless told otherwise."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        defaults: dict[str, Sequence[Any]] = {"send": [Done("M-1")]}
        super().__init__(**(defaults | answers))

    def send(self, message: Outgoing) -> Outcome:
        """The next `send`."""
        return self._answer("send", message)  # type: ignore[no-any-return]

    @property
    def sent(self) -> list[Outgoing]:
        """Every message given to this channel."""
        return [message for (message,) in self.asked("send")]
