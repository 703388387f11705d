"""The DynamoDB client that the simulation hands to the repositories: boto3's methods over tables in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from tests.simulation import expressions
from tests.simulation.paths import cut, named
from tests.simulation.table import (
    MOST_ACTIONS,
    NO_TABLE,
    PAGE_BYTES,
    TOKEN_SECONDS,
    TOO_LARGE_UPDATE,
    TRANSACTION_BYTES,
    Index,
    Item,
    Place,
    Table,
    refused,
)
from tests.simulation.updates import applied, touched
from tests.simulation.values import Invalid, Kept, Value, given, kept, valid

FAILED = "The conditional request failed"
# Of one action of a transaction: what would be written where, or why it can't be.
Decided = tuple[Table, Place, Kept | None]


class DynamoDb:
    """The client: every method takes and answers what boto3's does, and refuses with the same codes."""

    def __init__(self, *tables: Table, now: Callable[[], float] = lambda: 0.0) -> None:
        self.tables = {table.name: table for table in tables}
        self._now = now
        self._tokens: dict[str, tuple[float, Any]] = {}

    # --- reading ---

    def get_item(
        self,
        *,
        TableName: str,
        Key: Mapping[str, Any],
        ConsistentRead: bool = False,
        ProjectionExpression: str | None = None,
        ExpressionAttributeNames: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The item with this key, or an answer without one."""
        table = self._table(TableName, "GetItem")
        try:
            item = table.at(table.place(Key))
            if ProjectionExpression is None and not ExpressionAttributeNames:
                return {"Item": given(item)} if item is not None else {}
            asked = expressions.projection(ProjectionExpression)
            names, _ = _defined((asked,), ExpressionAttributeNames, None)
        except Invalid as error:
            _invalid(error, "GetItem")
        if item is None:
            return {}
        return {"Item": given(cut(item, [named(path, names) for path in asked.paths]))}

    def query(
        self,
        *,
        TableName: str,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Mapping[str, Any],
        ExpressionAttributeNames: Mapping[str, str] | None = None,
        IndexName: str = "",
        FilterExpression: str | None = None,
        ProjectionExpression: str | None = None,
        ScanIndexForward: bool = True,
        Limit: int = 0,
        ConsistentRead: bool = False,
        ExclusiveStartKey: Mapping[str, Any] | None = None,
        Select: str = "",
    ) -> dict[str, Any]:
        """One page of what a partition of the table or of an index holds."""
        table = self._table(TableName, "Query")
        try:
            index = _index_of(table, IndexName, ConsistentRead)
            asked = expressions.key_condition(KeyConditionExpression)
            wanted = (
                expressions.condition(FilterExpression, "FilterExpression") if FilterExpression is not None else None
            )
            shown = expressions.projection(ProjectionExpression) if ProjectionExpression is not None else None
            used = tuple(each for each in (asked, wanted, shown) if each is not None)
            names, values = _defined(used, ExpressionAttributeNames, ExpressionAttributeValues)
            keys = index.keys if index else table.keys
            first, fits = _within(asked, keys, names, values)
            found = table.indexed(index, first) if index else table.partition(first)
            if not ScanIndexForward:
                found.reverse()
            if ExclusiveStartKey is not None:
                found = _after(found, table, index, ExclusiveStartKey, ScanIndexForward)
        except Invalid as error:
            _invalid(error, "Query")
        items: list[Item] = []
        seen = weight = 0
        last: tuple[Place, Kept] | None = None
        for sort, place, item in found:
            if fits is not None and not fits(sort):
                continue
            weight += item.size
            if seen and weight > PAGE_BYTES:
                break
            seen, last = seen + 1, (place, item)
            if wanted is None or wanted.holds(item, names, values):
                if shown is not None:
                    items.append(given(cut(item, [named(path, names) for path in shown.paths])))
                elif index is not None and index.shows is not None:
                    items.append(given({name: item[name] for name in item if name in index.shows}))
                else:
                    items.append(given(item))
            if seen == Limit:
                break
        else:
            last = None
        answer: dict[str, Any] = {"Count": len(items), "ScannedCount": seen}
        if Select != "COUNT":
            answer["Items"] = items
        if last is not None:
            answer["LastEvaluatedKey"] = given(
                {name: last[1][name] for name in dict.fromkeys((*table.keys, *(index.keys if index else ())))}
            )
        return answer

    # --- writing ---

    def put_item(self, *, TableName: str, Item: Mapping[str, Any], **how: Any) -> dict[str, Any]:
        """Keep the item in place of the one with its key, if the condition holds."""
        return self._one("PutItem", TableName, how, Item=Item)

    def update_item(self, *, TableName: str, Key: Mapping[str, Any], **how: Any) -> dict[str, Any]:
        """Change the item with this key, or make it, if the condition holds."""
        return self._one("UpdateItem", TableName, how, Key=Key)

    def delete_item(self, *, TableName: str, Key: Mapping[str, Any], **how: Any) -> dict[str, Any]:
        """Take the item with this key away, if the condition holds."""
        return self._one("DeleteItem", TableName, how, Key=Key)

    def _one(self, operation: str, name: str, how: dict[str, Any], **what: Any) -> dict[str, Any]:
        table = self._table(name, operation)
        wanted = how.pop("ReturnValues", "NONE")
        try:
            if operation != "UpdateItem" and wanted not in ("NONE", "ALL_OLD"):
                raise Invalid("ReturnValues can only be ALL_OLD or NONE")
            act = _Act(operation, table, **what, **how)
            if not act.allowed():
                more = {"Item": given(act.old)} if act.shows_old and act.old is not None else {}
                refused(operation, "ConditionalCheckFailedException", FAILED, **more)
            new = act.outcome()
        except Invalid as error:
            _invalid(error, operation)
        table.write(act.place, new)
        return _returned(wanted, act, new) if wanted != "NONE" else {}

    def transact_write_items(self, *, TransactItems: list[Any], ClientRequestToken: str = "") -> dict[str, Any]:
        """All of these writes or none of them."""
        operation = "TransactWriteItems"
        said = repr(TransactItems)
        now = self._now()
        if ClientRequestToken in self._tokens:
            since, before = self._tokens[ClientRequestToken]
            if now - since < TOKEN_SECONDS:
                if before != said:
                    why = "The request was retried with the same token but other parameters"
                    refused(operation, "IdempotentParameterMismatchException", why)
                return {}
        acts = self._acts(TransactItems)
        reasons: list[dict[str, Any]] = []
        decided: list[Decided] = []
        for act in acts:
            reason: dict[str, Any] = {"Code": "None"}
            try:
                if not act.allowed():
                    reason = {"Code": "ConditionalCheckFailed", "Message": FAILED}
                    if act.shows_old and act.old is not None:
                        reason["Item"] = given(act.old)
                elif act.kind != "ConditionCheck":
                    decided.append((act.table, act.place, act.outcome()))
            except Invalid as error:
                reason = {"Code": "ValidationError", "Message": str(error)}
            reasons.append(reason)
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            why = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            refused(operation, "TransactionCanceledException", why, Message=why, CancellationReasons=reasons)
        for table, place, item in decided:
            table.write(place, item)
        if ClientRequestToken:
            self._tokens[ClientRequestToken] = (now, said)
        return {}

    def _acts(self, actions: list[Any]) -> list[_Act]:
        operation = "TransactWriteItems"
        if not 1 <= len(actions) <= MOST_ACTIONS:
            why = f"Member must have length between 1 and {MOST_ACTIONS}"
            refused(operation, "ValidationException", f"1 validation error detected: transactItems: {why}")
        acts = []
        try:
            for action in actions:
                ((kind, request),) = action.items()
                how = dict(request)
                acts.append(_Act(kind, self._table(how.pop("TableName"), operation), **how))
            if len({(act.table.name, act.place) for act in acts}) < len(acts):
                raise Invalid("Transaction request cannot include multiple operations on one item")
            if sum(act.item.size for act in acts if act.item is not None) > TRANSACTION_BYTES:
                raise Invalid("Transaction payload is too large")
        except Invalid as error:
            _invalid(error, operation)
        return acts

    def _table(self, name: str, operation: str) -> Table:
        table = self.tables.get(name)
        if table is None:
            refused(operation, "ResourceNotFoundException", NO_TABLE)
        return table


class _Act:
    """One write, alone or in a transaction: checked against everything but what the table holds."""

    def __init__(
        self,
        kind: str,
        table: Table,
        *,
        Item: Mapping[str, Any] | None = None,
        Key: Mapping[str, Any] | None = None,
        ConditionExpression: str | None = None,
        UpdateExpression: str | None = None,
        ExpressionAttributeNames: Mapping[str, str] | None = None,
        ExpressionAttributeValues: Mapping[str, Any] | None = None,
        ReturnValuesOnConditionCheckFailure: str = "NONE",
    ) -> None:
        self.kind = kind
        self.table = table
        self.shows_old = ReturnValuesOnConditionCheckFailure == "ALL_OLD"
        self.condition = expressions.condition(ConditionExpression) if ConditionExpression is not None else None
        self.update = expressions.update(UpdateExpression) if UpdateExpression is not None else None
        self.names: Mapping[str, str] = {}
        self.values: dict[str, Value] = {}
        if self.condition or self.update or ExpressionAttributeNames or ExpressionAttributeValues:
            used = tuple(each for each in (self.condition, self.update) if each is not None)
            self.names, self.values = _defined(used, ExpressionAttributeNames, ExpressionAttributeValues)
        self.item: Kept | None = None
        self.key = Key
        if Item is not None:
            self.place, self.item = table.checked(Item)
        else:
            self.place = table.place(Key or {})
        self.paths: list[Any] = []
        if self.update is not None:
            self.paths = touched(self.update.changes, self.names)
            for path in self.paths:
                if path[0] in table.keys:
                    raise Invalid(
                        "One or more parameter values were invalid: Cannot update attribute "
                        f"{path[0]}. This attribute is part of the key"
                    )
        self.old = table.at(self.place)

    def allowed(self) -> bool:
        """Whether the condition holds for the item as it is."""
        return self.condition is None or self.condition.holds(self.old or {}, self.names, self.values)

    def outcome(self) -> Kept | None:
        """The item as it is to be; None when nothing is to be there."""
        if self.item is not None or self.kind in ("DeleteItem", "Delete"):
            return self.item
        old = self.old if self.old is not None else kept(self.key or {})
        changes = self.update.changes if self.update is not None else ()
        _, made = self.table.checked(applied(changes, old, self.names, self.values), TOO_LARGE_UPDATE)
        return made


def _invalid(error: Invalid, operation: str) -> NoReturn:
    refused(operation, "ValidationException", str(error))


def _defined(
    used: tuple[expressions.Used, ...], names: Mapping[str, str] | None, values: Mapping[str, Any] | None
) -> tuple[Mapping[str, str], dict[str, Value]]:
    """Names and values of a request, if they are exactly those that its expressions speak of."""
    names, values = names or {}, values or {}
    for what, kind, there, spoken in (
        ("ExpressionAttributeNames", "name", names, [each.names for each in used]),
        ("ExpressionAttributeValues", "value", values, [each.values for each in used]),
    ):
        wanted = spoken[0].union(*spoken[1:]) if spoken else frozenset()
        if there.keys() == wanted:
            continue
        if not spoken:
            raise Invalid(f"{what} can only be specified when using expressions")
        if missing := sorted(wanted - there.keys()):
            place = "used in the document path" if kind == "name" else "used in expression"
            raise Invalid(f"An expression attribute {kind} {place} is not defined; attribute {kind}: {missing[0]}")
        spare = ", ".join(sorted(there.keys() - wanted))
        raise Invalid(f"Value provided in {what} unused in expressions: keys: {{{spare}}}")
    return names, {name: valid(value) for name, value in values.items()}


def _index_of(table: Table, name: str, consistent: bool) -> Index | None:
    if not name:
        return None
    if name not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {name}")
    if consistent:
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    return table.indexes[name]


def _within(
    asked: expressions.KeyCondition, keys: tuple[str, ...], names: Mapping[str, str], values: Mapping[str, Value]
) -> tuple[str, Callable[[str], bool] | None]:
    """The partition that a query asks for, and which sort keys of it."""
    terms = {names.get(term.name, term.name): term for term in asked.terms}
    if len(terms) < len(asked.terms):
        raise Invalid("KeyConditionExpressions must only contain one condition per key")
    first = terms.pop(keys[0], None)
    if first is None or len(terms) > 1 or (terms and (len(keys) < 2 or keys[1] not in terms)):
        missed = next((key for key in keys if key not in terms and (first is None or key != keys[0])), keys[0])
        raise Invalid(f"Query condition missed key schema element: {missed}")
    if first.operator != "=":
        raise Invalid("Query key condition not supported")
    for term in (first, *terms.values()):
        for name in term.values:
            text = values[name].get("S")
            if text is None:
                raise Invalid("One or more parameter values were invalid: Condition parameter type does not match")
            if not text and term is first:
                raise Invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    f"an empty string value. Key: {keys[0]}"
                )
    partition: str = values[first.values[0]]["S"]
    if not terms:
        return partition, None
    term = terms[keys[1]]
    return partition, _sorts(term.operator, *(values[name]["S"] for name in term.values))


def _sorts(operator: str, one: str, other: str = "") -> Callable[[str], bool]:
    if operator == "begins_with":
        return lambda sort: sort.startswith(one)
    if operator == "BETWEEN":
        if one > other:
            raise Invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
        return lambda sort: one <= sort <= other
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda sort: sort == one,
        "<": lambda sort: sort < one,
        "<=": lambda sort: sort <= one,
        ">": lambda sort: sort > one,
        ">=": lambda sort: sort >= one,
    }
    return tests[operator]


def _after(
    found: list[tuple[str, Place, Kept]],
    table: Table,
    index: Index | None,
    start: Mapping[str, Any],
    forward: bool,
) -> list[tuple[str, Place, Kept]]:
    """What comes behind the item that the last page ended with, whether that item is still there or not."""
    keys = dict.fromkeys((*table.keys, *(index.keys if index else ())))
    if start.keys() != keys.keys():
        raise Invalid("The provided starting key is invalid")
    place = table.place({name: start[name] for name in table.keys})
    sort = "" if index and len(index.keys) == 1 else start[(index.keys if index else table.keys)[1]]["S"]
    if forward:
        return [each for each in found if (each[0], each[1]) > (sort, place)]
    return [each for each in found if (each[0], each[1]) < (sort, place)]


def _returned(wanted: str, act: _Act, new: Kept | None) -> dict[str, Any]:
    if wanted == "ALL_OLD":
        return {"Attributes": given(act.old)} if act.old is not None else {}
    source = act.old if wanted == "UPDATED_OLD" else new
    if source is None:
        return {}
    if wanted == "ALL_NEW":
        return {"Attributes": given(source)}
    shown = given(cut(source, act.paths))
    return {"Attributes": shown} if shown else {}
