"""The simulation's table answers what DynamoDB's documentation says, and moto agrees but where a case says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.simulation.case import Case, answers
from tests.simulation.conformance import CASES
from tests.simulation.dynamodb import DynamoDb
from tests.simulation.table import Table
from tests.unit.aws import table_properties


def on_fake() -> DynamoDb:
    """An empty table of the simulation."""
    return DynamoDb(Table.of("orders", table_properties("orders")))


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty table of moto's."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(TableName="orders", **table_properties("orders"))
        yield client


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_fake_answers_as_documented(case: Case) -> None:
    assert answers(on_fake(), "orders", case, "fake") == case.expected("fake")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_moto_answers_alike(case: Case, moto: Any) -> None:
    assert answers(moto, "orders", case, "moto") == case.expected("moto")
