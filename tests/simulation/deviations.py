"""Where moto and the local emulator answer otherwise than DynamoDB documents, by the sentence of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulation.case import INVALID, Deviation, Refusal, item

DONE: dict[str, Any] = {}

DEVIATIONS: dict[str, Mapping[str, Deviation]] = {
    "a transaction with a known token is answered and not done again": {
        "moto": Deviation(2, {"Item": item(c0=10)}, "it ignores tokens and applies the same transaction twice")
    },
    "a known token with another request is refused": {
        "moto": Deviation(1, DONE, "it ignores tokens and applies the other transaction")
    },
    "an update of the wrong type cancels its transaction": {
        "moto": Deviation(1, INVALID, "it refuses the request instead of cancelling the transaction with reasons")
    },
    "an index that is not there is named": {
        "moto": Deviation(0, Refusal("ResourceNotFoundException"), "it calls a missing index a missing table")
    },
    "an index key is text": {"moto": Deviation(0, DONE, "it takes an index key of any type")},
    "an item holds at most 400 KB": {"moto": Deviation(0, INVALID, "it refuses from about 396 KB on")},
    "a set holds nothing twice": {"moto": Deviation(0, DONE, "it keeps the same member twice")},
    "numbers come back in one form": {
        "moto": Deviation(1, {"Item": item(n={"N": "007"})}, "it keeps a number as it was written")
    },
    "numbers have 38 digits": {"moto": Deviation(2, DONE, "it takes a number of any length")},
    "numbers are ordered as numbers": {
        "moto": Deviation(3, Refusal("TypeError"), "it breaks on comparing a number with text")
    },
    "what is missing has no size": {
        "moto": Deviation(1, Refusal("ValueError"), "it breaks on the size of an attribute that is not there")
    },
    "an update without an expression makes the item": {
        "moto": Deviation(0, Refusal("AttributeError"), "it breaks on an update without an expression")
    },
    "a value that is not defined": {"moto": Deviation(1, Refusal("KeyError"), "it breaks on an undefined value")},
    "a name that is not defined": {"moto": Deviation(1, Refusal("KeyError"), "it breaks on an undefined name")},
    "a value that is not used": {"moto": Deviation(1, DONE, "it takes values that no expression speaks of")},
    "an empty condition": {"moto": Deviation(1, DONE, "it takes an empty condition for none")},
    "half a condition": {"moto": Deviation(1, Refusal("ValueError"), "it breaks on a condition it can't read")},
    "a bracket left open": {"moto": Deviation(1, Refusal("ValueError"), "it breaks on a condition it can't read")},
    "two conditions side by side": {
        "moto": Deviation(1, Refusal("ValueError"), "it breaks on a condition it can't read")
    },
    "a number in the text": {
        "moto": Deviation(
            1, Refusal("ConditionalCheckFailedException"), "it takes a number in a condition for an attribute's name"
        )
    },
    "a value that is no number": {
        "moto": Deviation(1, Refusal("InvalidOperation"), "it breaks on a value that is no number")
    },
    "removing from a list closes it up": {
        "ministack": Deviation(
            2, {"Item": item(l={"L": [{"S": "y"}]})}, "it counts the second position in the list that the first left"
        )
    },
    "arithmetic with text is refused": {
        "ministack": Deviation(1, DONE, "it adds to text that reads as a number, and keeps the sum")
    },
    "a section stands once": {"ministack": Deviation(1, DONE, "it takes the same section twice")},
}
