"""The whole system once per session: the real template, the real functions, the page, one origin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.deploy import Deployment, deploy
from local.edge import Edge
from local.stack import Stack, free_port


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A local AWS of this session's own; IAM is enforced as in AWS."""
    with Stack().start(state_dir=tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def deployment(stack: Stack) -> Deployment:
    """What is deployed; the collector may reach servers on this machine, as the tests' world needs."""
    return deploy(stack, public_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture(scope="session")
def edge_url(deployment: Deployment) -> Iterator[str]:
    """The origin that people see, CloudFront's part played."""
    with Edge(deployment) as edge:
        yield edge.url
