"""One thing that DynamoDB is asked, what it must answer, and how an engine that answers otherwise is named."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass(frozen=True)
class Refusal:
    """A ClientError: its code, for a transaction each action's reason, and the items that were shown with it."""

    code: str
    reasons: tuple[str, ...] = ()
    items: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Step:
    """One operation and what must come back: an answer, or a Refusal."""

    operation: str
    request: Mapping[str, Any]
    answer: Any


@dataclass(frozen=True)
class Deviation:
    """The first step at which an engine answers otherwise, what it answers, and how that is not as documented."""

    step: int
    answer: Any
    why: str


@dataclass(frozen=True)
class Case:
    """A sentence that must be true of a table, and the steps that show it, on an empty table."""

    says: str
    steps: tuple[Step, ...]
    deviations: Mapping[str, Deviation] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.says

    def expected(self, engine: str) -> tuple[Any, ...]:
        """What an engine answers, step by step; after a deviation its table is another, so the rest is not asked."""
        answers = tuple(step.answer for step in self.steps)
        deviation = self.deviations.get(engine)
        return answers if deviation is None else (*answers[: deviation.step], deviation.answer)


def asked(client: Any, table: str, step: Step) -> Any:
    """What an engine answers to a step, without what no case speaks of; one that breaks answers its error's name."""
    try:
        reply = getattr(client, step.operation)(**on(table, step.operation, step.request))
    except ClientError as error:
        return _refusal(error.response)
    except Exception as error:
        return Refusal(type(error).__name__)
    for unspoken in ("ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics", "ScannedCount"):
        reply.pop(unspoken, None)
    if "Items" in reply:
        reply.pop("Count")
    return reply


def answers(client: Any, table: str, case: Case, engine: str) -> tuple[Any, ...]:
    """What an engine answers to the steps of a case, as far as they are asked of it."""
    steps = case.steps[: len(case.expected(engine))]
    return tuple(asked(client, table, step) for step in steps)


def on(table: str, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """A request of one's own to one table."""
    made: dict[str, Any] = copy.deepcopy(dict(request))
    if operation != "transact_write_items":
        return {"TableName": table, **made}
    for action in made["TransactItems"]:
        for one in action.values():
            one.setdefault("TableName", table)
    return made


def _refusal(response: Any) -> Refusal:
    reasons = response.get("CancellationReasons", [])
    items = [reason["Item"] for reason in reasons if reason.get("Item")]
    if response.get("Item"):
        items.append(response["Item"])
    return Refusal(response["Error"]["Code"], tuple(reason.get("Code", "None") for reason in reasons), tuple(items))


# --- shorthands in which the cases are written ---

KEY = {"pk": {"S": "p"}, "sk": {"S": "a"}}
INVALID = Refusal("ValidationException")
FAILED = Refusal("ConditionalCheckFailedException")


def key(sk: str = "a", pk: str = "p") -> dict[str, Any]:
    """A key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def item(sk: str = "a", pk: str = "p", **attributes: Any) -> dict[str, Any]:
    """An item; text and whole numbers become what they are on the wire."""
    return key(sk, pk) | {name: wire(value) for name, value in attributes.items()}


def wire(value: Any) -> Any:
    """A text or a whole number as DynamoDB writes it; everything else is that already."""
    if isinstance(value, str):
        return {"S": value}
    return {"N": str(value)} if isinstance(value, int) else value


def put(made: Mapping[str, Any], answer: Any = None, **how: Any) -> Step:
    """A put_item."""
    return Step("put_item", {"Item": made, **how}, answer or {})


def get(answer: Any, sk: str = "a", pk: str = "p", **how: Any) -> Step:
    """A get_item that must find exactly this item (None: none)."""
    reply = answer if isinstance(answer, Refusal) else {} if answer is None else {"Item": answer}
    return Step("get_item", {"Key": key(sk, pk), "ConsistentRead": True, **how}, reply)


def update(answer: Any = None, **how: Any) -> Step:
    """An update_item of the item `p`, `a`."""
    return Step("update_item", {"Key": KEY, **how}, answer or {})


def query(answer: Any, **how: Any) -> Step:
    """A query; a list is what it must find."""
    return Step("query", how, {"Items": answer} if isinstance(answer, list) else answer)


def transact(*actions: Any, answer: Any = None, **how: Any) -> Step:
    """A transact_write_items."""
    return Step("transact_write_items", {"TransactItems": list(actions), **how}, answer or {})


def cancelled(*reasons: str, items: tuple[Any, ...] = ()) -> Refusal:
    """A cancelled transaction."""
    return Refusal("TransactionCanceledException", reasons, items)


def values(**named: Any) -> dict[str, Any]:
    """Expression values: `values(v=1)` is `{":v": {"N": "1"}}`."""
    return {f":{name.removeprefix('_')}": wire(value) for name, value in named.items()}
