"""Fixtures of the contract kits: one world for a family of adapters, as new for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.world.world import World


@pytest.fixture(scope="session")
def whole_world() -> Iterator[World]:
    """The other side of every wire, on loopback."""
    with World() as world:
        yield world


@pytest.fixture
def world(whole_world: World) -> World:
    """The world on its first day."""
    whole_world.reset()
    return whole_world


@pytest.fixture(autouse=True)
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK signs with; nothing reaches AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
