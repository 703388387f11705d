"""The real template with the real functions stands on the local AWS as it would in the cloud."""

from __future__ import annotations

import json
import time

import pytest
import requests

from local.compare import check
from local.deploy import Deployment, deploy
from local.identity import create_user, token_for
from local.running import Running, parameters
from local.stack import Stack
from tests.unit.test_template import FUNCTIONS, PUBLIC, of

pytestmark = pytest.mark.integration

EMAIL, PASSWORD = "mei@example.com", "a-long-passw0rd"
SIGNED_IN = [route["RouteKey"] for route in of("AWS::ApiGatewayV2::Route").values() if route["RouteKey"] not in PUBLIC]


@pytest.fixture(scope="module")
def token(stack: Stack, deployment: Deployment) -> str:
    create_user(stack, deployment, EMAIL, PASSWORD, ["shop:nowhere"])
    return token_for(deployment, EMAIL, PASSWORD)


def test_everything_the_template_says_is_there(stack: Stack, deployment: Deployment) -> None:
    check(stack, deployment)


def test_deploying_again_changes_nothing(run: Running, stack: Stack, deployment: Deployment) -> None:
    started = time.monotonic()
    assert deploy(stack, public_url=deployment.public_url, parameters=parameters(run.world)) == deployment
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("route", SIGNED_IN)
def test_nobody_gets_in_without_signing_in(edge_url: str, route: str) -> None:
    method, path = route.split(" ")
    answer = requests.request(method, edge_url + path.replace("{", "").replace("}", ""), timeout=20)
    assert answer.status_code == 401


@pytest.mark.parametrize("route", PUBLIC)
def test_a_forged_link_or_webhook_is_turned_away(edge_url: str, route: str) -> None:
    method, path = route.split(" ")
    path = path.replace("{shop}", "nowhere").replace("{token}", "forged").replace("{carrier}", "kuaidi100")
    answer = requests.request(method, edge_url + path, data=b"{}" if method == "POST" else None, timeout=20)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


def test_whoever_signed_in_is_told_who_they_are(edge_url: str, token: str) -> None:
    answer = requests.get(f"{edge_url}/api/me", headers={"authorization": f"Bearer {token}"}, timeout=20)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_starts(stack: Stack, deployment: Deployment, name: str) -> None:
    """An empty event may be refused in words of ours, but the module is found and what it imports is there."""
    result = stack.client("lambda").invoke(FunctionName=deployment.functions[name], Payload=_event(name))
    said = json.loads(result["Payload"].read() or b"null")
    if "FunctionError" in result:
        assert "init failed" not in said["errorMessage"]
        assert "AccessDenied" not in said["errorMessage"]


def _event(name: str) -> bytes:
    handler = FUNCTIONS[name]["Handler"]
    if handler.endswith("on_message"):
        return b'{"Records": []}'
    if handler.endswith("on_schedule"):
        return b'{"job": "sweep"}'
    context = {"http": {"method": "GET", "path": "/", "sourceIp": "127.0.0.1"}, "requestId": "r", "stage": "$default"}
    event = {"version": "2.0", "routeKey": "GET /", "rawPath": "/", "headers": {}, "requestContext": context}
    return json.dumps(event).encode()


def test_a_link_key_is_there_from_birth(stack: Stack, deployment: Deployment) -> None:
    secret = stack.client("secretsmanager").get_secret_value(SecretId=f"{deployment.secrets_prefix}/links")
    assert len(json.loads(secret["SecretString"])["generated"]) >= 32
