"""The whole system once per session: the real template, the real functions, real HTTP to the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.deploy import Deployment
from local.play import Play
from local.running import Running, running
from local.stack import Stack, free_port
from local.story import collect, price_and_list
from tests.integration import steps


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that everything of this session is kept in."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def port() -> int:
    """A free port of ours whose neighbour, where the world will stand, is free too."""
    while True:
        port = free_port()
        if steps.is_free(port + 1):
            return port


@pytest.fixture(scope="session")
def day_before(home: Path, port: int) -> Play:
    """An order that was bought by a system that has been stopped since, in the same folder."""
    with running(home=home, port=port) as run:
        play = Play(run, "en")
        collect(play)
        price_and_list(play)
        play.order = steps.place(play, [(steps.CLOTH, 5)])
        steps.bought(play, "yiwu")
        steps.quiet(play)
        return play


@pytest.fixture(scope="session")
def run(home: Path, port: int, day_before: Play) -> Iterator[Running]:
    """The running system of all tests, on its second day."""
    with running(home=home, port=port) as run:
        yield run


@pytest.fixture(scope="session")
def stack(run: Running) -> Stack:
    """The local AWS; IAM is enforced as in AWS."""
    return run.stack


@pytest.fixture(scope="session")
def deployment(run: Running) -> Deployment:
    """What is deployed."""
    return run.deployment


@pytest.fixture(scope="session")
def edge_url(run: Running) -> str:
    """The origin that people see, CloudFront's part played."""
    return run.edge.url


@pytest.fixture
def buy(run: Running, day_before: Play) -> Callable[..., Play]:
    """A customer's order of (product/variant, quantity) lines; what is handed back follows that order."""

    def made(*lines: tuple[str, int], **how: object) -> Play:
        play = Play(run, "en", variants=day_before.variants)
        play.order = steps.place(play, lines, **how)
        return play

    return made


@pytest.fixture(autouse=True)
def behaving(request: pytest.FixtureRequest) -> Iterator[None]:
    """The other side behaves again after a test that told it not to."""
    yield
    if "run" in request.fixturenames:
        request.getfixturevalue("run").world.faults.clear()
