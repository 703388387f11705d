"""The local emulator's table answers as DynamoDB's documentation says, but where a case says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.stack import Stack
from tests.simulation.case import Case, answers
from tests.simulation.conformance import CASES
from tests.unit.aws import table_properties

pytestmark = pytest.mark.integration


@pytest.fixture
def table(stack: Stack) -> Iterator[str]:
    """An empty table like the template's Orders table, which is gone after the test."""
    client, name = stack.client("dynamodb"), "conformance"
    client.create_table(TableName=name, **table_properties("orders"))
    yield name
    client.delete_table(TableName=name)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_emulator_answers_alike(case: Case, stack: Stack, table: str) -> None:
    assert answers(stack.client("dynamodb"), table, case, "ministack") == case.expected("ministack")
