"""The whole system on this machine: the other side, the emulator, the deployment, the edge, a signed-in merchant."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from daifa.tables.catalog import Catalog
from daifa.tables.orders import Orders
from daifa.tables.vault import Vault
from local import compare
from local.deploy import Deployment, deploy
from local.edge import Edge
from local.identity import create_user, token_for
from local.seed import LOGIN, PASSWORD, SHOP, seed
from local.stack import HOME, Stack
from local.world import World

# Where people and the shops' webhooks arrive; the world stands beside it, at the same place each time, because the
# addresses of its pages are kept with what was collected from them.
PORT = int(os.environ.get("DAIFA_PORT", "8080"))


class Refusal(AssertionError):
    """The admin API said no; the text is its own."""


@dataclass(frozen=True)
class Running:
    """Everything that runs, and the hands to touch it with."""

    world: World
    stack: Stack
    deployment: Deployment
    edge: Edge
    token: str

    @property
    def orders(self) -> Orders:
        """The Orders table, to check what is true."""
        return Orders(self.stack.client("dynamodb"), self.deployment.tables["OrdersTable"])

    @property
    def catalog(self) -> Catalog:
        """The Catalog table, to check what is true."""
        return Catalog(self.stack.client("dynamodb"), self.deployment.tables["CatalogTable"])

    @property
    def vault(self) -> Vault:
        """The Vault table, to check what is true."""
        return Vault(self.stack.client("dynamodb"), self.deployment.tables["VaultTable"])

    def api(self, method: str, path: str, payload: dict[str, Any] | None = None, language: str = "zh-CN") -> Any:
        """What the admin page would get; Refusal with the problem's own words on any failure."""
        answer = http().request(
            method,
            self.edge.url + path,
            json=payload,
            headers={"Authorization": f"Bearer {self.token}", "Accept-Language": language},
            timeout=40,
        )
        if answer.status_code >= 400:
            raise Refusal(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def invoke(self, function: str, event: dict[str, Any]) -> None:
        """Run a scheduled function now, as its schedule would."""
        reply = self.stack.client("lambda").invoke(
            FunctionName=self.deployment.functions[function], Payload=json.dumps(event).encode()
        )
        if "FunctionError" in reply:
            raise AssertionError(f"{function} failed: {reply['Payload'].read()[:500]!r}")


def http() -> requests.Session:
    """A session that no proxy stands between."""
    session = requests.Session()
    session.trust_env = False
    return session


def parameters(world: World) -> dict[str, str]:
    """The template's parameters that follow from where the other side stands."""
    return {"FetchAllow": world.url.removeprefix("http://"), "MailFrom": world.credentials["mail_from"]}


@contextmanager
def running(
    home: Path = HOME,
    port: int = PORT,
    *,
    keep_world: bool = True,
    after_crash: Any = "resume",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Bring everything up, seeded and compared with the template; take it down in order at the end.

    `environment` is what the functions see besides what the template and the world give them.
    """
    state = home / "world.json" if keep_world else None
    with World(state_file=state).start(port=port + 1 if keep_world else 0) as world:
        # Letters go to the world, which keeps them whole; the emulator's own mail service drops attachments.
        mail = {"AWS_ENDPOINT_URL_SESV2": world.endpoints["mail"]}
        stack = Stack(environment=mail | dict(environment or {})).start(state_dir=home, after_crash=after_crash)
        try:
            deployment = deploy(stack, public_url=f"http://127.0.0.1:{port}", parameters=parameters(world))
            compare.check(stack, deployment)
            seed(stack, deployment, world)
            create_user(stack, deployment, LOGIN, PASSWORD, [f"shop:{SHOP}"])
            with Edge(deployment) as edge:
                world.shop.register(f"{edge.url}/webhooks/{SHOP}")
                yield Running(world, stack, deployment, edge, token_for(deployment, LOGIN, PASSWORD))
        finally:
            stack.stop()
