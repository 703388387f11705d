"""The real template on a local AWS, with functions of one line: what the machinery does, not what the rooms do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deploy import Deployment, deploy
from local.stack import Stack, free_port
from tests.unit.local.tiny import make_project


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder that nobody changes."""
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def tiny_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A local AWS for this directory's tests."""
    with Stack().start(state_dir=tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def tiny_deployment(tiny_stack: Stack, tiny_project: Path) -> Deployment:
    """The real template with tiny functions, deployed once."""
    return deploy(tiny_stack, root=tiny_project, public_url=f"http://127.0.0.1:{free_port()}")
