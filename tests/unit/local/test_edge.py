"""The edge answers as CloudFront with an HTTP API behind it would."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from local.deploy import Deployment
from local.edge import Edge
from local.identity import create_user, token_for
from local.stack import Stack, StackError, free_port

EMAIL, PASSWORD = "mei@example.com", "a-long-passw0rd"


@pytest.fixture(scope="module")
def edge(tiny_deployment: Deployment, tiny_project: Path) -> Iterator[Edge]:
    with Edge(tiny_deployment, admin=tiny_project / "admin") as running:
        yield running


@pytest.fixture(scope="module")
def token(tiny_stack: Stack, tiny_deployment: Deployment) -> str:
    create_user(tiny_stack, tiny_deployment, EMAIL, PASSWORD, ["shop:demo"])
    return token_for(tiny_deployment, EMAIL, PASSWORD)


def raw(edge: Edge, method: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """As sent: requests would tidy the path up."""
    connection = http.client.HTTPConnection(edge.url.removeprefix("http://"), timeout=20)
    connection.request(method, path, headers=headers or {})
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


@pytest.mark.parametrize("path", ["/", "/admin"])
def test_short_names_lead_to_the_page(edge: Edge, path: str) -> None:
    response = requests.get(edge.url + path, allow_redirects=False, timeout=5)
    assert (response.status_code, response.headers["location"]) == (302, "/admin/")


def test_the_page_comes_with_every_security_header_of_the_template(edge: Edge) -> None:
    response = requests.get(f"{edge.url}/admin/", timeout=5)
    assert response.ok
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "代发" in response.text
    assert edge.page_headers.items() <= dict(response.headers.lower_items()).items()
    assert "trusted-types 'none'" in response.headers["content-security-policy"]
    assert edge.deployment.endpoint in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-cache"


def test_a_page_seen_before_is_not_sent_again(edge: Edge) -> None:
    first = requests.get(f"{edge.url}/admin/app.js", timeout=5)
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    again = requests.get(f"{edge.url}/admin/app.js", headers={"if-none-match": first.headers["etag"]}, timeout=5)
    assert (again.status_code, again.content) == (304, b"")


def test_big_files_are_compressed_for_those_who_can_read_it(edge: Edge, tiny_project: Path) -> None:
    whole = (tiny_project / "admin" / "index.html").read_bytes()
    packed = raw(edge, "GET", "/admin/index.html", {"accept-encoding": "gzip"})
    plain = raw(edge, "GET", "/admin/index.html")
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(whole) // 3
    assert plain.body == whole  # type: ignore[attr-defined]
    head = raw(edge, "HEAD", "/admin/index.html")
    assert (int(head.headers["content-length"]), head.body) == (len(whole), b"")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["/admin/../template.yaml", "/admin/%2e%2e/template.yaml", "/admin/none.js", "/admin/.env"]
)
def test_nothing_beside_the_page_is_served(edge: Edge, tiny_project: Path, path: str) -> None:
    (tiny_project / "admin" / ".env").write_text("no")
    assert raw(edge, "GET", path).status == 404


def test_the_page_is_told_where_to_sign_in(edge: Edge, tiny_deployment: Deployment) -> None:
    config = requests.get(f"{edge.url}/admin/config.json", timeout=5).json()
    assert config == {
        "issuer": tiny_deployment.issuer,
        "authorize": f"{tiny_deployment.endpoint}/oauth2/authorize",
        "token": f"{tiny_deployment.endpoint}/oauth2/token",
        "logout": f"{tiny_deployment.endpoint}/logout",
        "clientId": tiny_deployment.client_id,
        "redirect": f"{edge.url}/admin/",
        "languages": ["zh-CN", "en"],
    }


def test_a_browser_may_ask_the_sign_in_for_tokens_from_our_origin(edge: Edge) -> None:
    answer = requests.post(edge.deployment.token_url, data={"grant_type": "authorization_code"}, timeout=5)
    assert answer.headers["access-control-allow-origin"] in ("*", edge.url)


def test_only_the_signed_in_reach_the_api(edge: Edge, token: str) -> None:
    url = f"{edge.url}/api/orders"
    assert requests.get(url, timeout=20).status_code == 401
    assert requests.get(url, headers={"authorization": f"Bearer {token[:-6]}AAAAAA"}, timeout=20).status_code == 401
    answer = requests.get(url, headers={"authorization": f"Bearer {token}"}, timeout=20)
    assert answer.status_code == 200
    claims = answer.json()["event"]["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["cognito:groups"] == "[shop:demo]"
    assert claims["client_id"] == edge.deployment.client_id


def test_a_wrong_password_gets_no_token(tiny_deployment: Deployment, token: str) -> None:
    with pytest.raises(StackError, match="could not sign in"):
        token_for(tiny_deployment, EMAIL, "another-passw0rd")


def test_groups_given_later_replace_those_given_before(
    tiny_stack: Stack, tiny_deployment: Deployment, token: str
) -> None:
    create_user(tiny_stack, tiny_deployment, "lan@example.com", PASSWORD, ["shop:a", "shop:b"])
    create_user(tiny_stack, tiny_deployment, "lan@example.com", PASSWORD, ["shop:b", "shop:c"])
    payload = token_for(tiny_deployment, "lan@example.com", PASSWORD).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert sorted(claims["cognito:groups"]) == ["shop:b", "shop:c"]


def test_what_is_asked_reaches_the_function_as_it_was_sent(edge: Edge) -> None:
    body = bytes(range(256)) * 40
    answer = requests.post(
        f"{edge.url}/webhooks/a%20b?x=1&x=2&y=%E4%BB%A3",
        data=body,
        headers={"content-type": "application/octet-stream", "x-signature": "s", "accept-language": "en"},
        timeout=20,
    )
    event = answer.json()["event"]
    assert event["routeKey"] == "POST /webhooks/{shop}"
    assert event["pathParameters"] == {"shop": "a b"}
    assert event["queryStringParameters"] == {"x": "1,2", "y": "代"}
    assert event["rawQueryString"] == "x=1&x=2&y=%E4%BB%A3"
    assert event["headers"]["x-signature"] == "s"
    assert event["headers"]["accept-language"] == "en"
    assert event["headers"]["host"].startswith(edge.deployment.api_id)
    assert hashlib.sha256(base64.b64decode(event["body"])).digest() == hashlib.sha256(body).digest()


def test_what_the_function_answers_comes_back_whole(edge: Edge) -> None:
    answer = raw(edge, "GET", "/s/abc")
    assert answer.headers["x-own"] == "1"
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_an_exception_stays_inside(edge: Edge) -> None:
    answer = requests.get(f"{edge.url}/s/raise", timeout=20)
    assert (answer.status_code, answer.text) == (500, '{"message":"Internal Server Error"}')


def test_more_than_the_api_takes_is_refused(edge: Edge) -> None:
    answer = raw(edge, "POST", "/webhooks/x", {"content-length": str(10 * 1024 * 1024 + 1)})
    assert answer.status == 413


def test_a_silent_api_is_a_problem_in_json(tiny_deployment: Deployment, tiny_project: Path) -> None:
    nobody = replace(tiny_deployment, endpoint=f"http://127.0.0.1:{free_port()}")
    with Edge(nobody, port=0, admin=tiny_project / "admin") as edge:
        answer = requests.get(f"{edge.url}/api/me", timeout=5)
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "edge.unreachable"


def test_one_connection_serves_many_requests(edge: Edge) -> None:
    connection = http.client.HTTPConnection(edge.url.removeprefix("http://"), timeout=5)
    connection.connect()
    used = connection.sock
    for path in ("/admin/", "/admin/app.js", "/none", "/admin/none"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert connection.sock is used
    connection.close()
