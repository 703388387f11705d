"""Shopify's published schema, which judges what we ask and what our tests answer."""

from __future__ import annotations

import pytest
from graphql import GraphQLSchema

from daifa.storefronts.shopify_queries import VERSION
from tests.judges.schema import admin_schema
from tests.unit.storefronts.answers import Answers


@pytest.fixture(scope="session")
def admin() -> GraphQLSchema:
    """The Admin API's schema in the version that we speak."""
    return admin_schema(VERSION)


@pytest.fixture
def judged(admin: GraphQLSchema, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question and canned answer of this test is checked against the schema."""
    monkeypatch.setattr(Answers, "schema", admin)
