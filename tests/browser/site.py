"""The page in Chromium: its files from local.edge with the template's headers, its API from the real doors on moto."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Route

from local.deploy import ROOT, Deployment
from local.edge import Edge
from local.template import read
from tests.unit import aws

SIGN_IN = "https://signin.example"
# What is drawn before the page is drawn anew is told from what is drawn then: what is typed into it would be lost.
OLD = "() => document.querySelectorAll('main > *').forEach((el) => el.setAttribute('data-old', ''))"
WATCH = """
addEventListener('securitypolicyviolation', (event) => {
    console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`);
});
"""


@cache
def doors() -> list[tuple[re.Pattern[str], Any]]:
    """Each signed-in route of template.yaml, as "METHOD /path", with the function that it leads to."""
    resources = read(ROOT / "template.yaml")["Resources"]
    found = []
    for route in resources.values():
        told = route["Properties"] if route["Type"] == "AWS::ApiGatewayV2::Route" else {}
        if told.get("AuthorizationType") != "JWT":
            continue
        integration = re.search(r"\$\{(\w+)\}", told["Target"]["Fn::Sub"])[1]  # type: ignore[index]
        handler = resources[integration.removesuffix("Integration")]["Properties"]["Handler"]
        module, function = handler.rsplit(".", 1)
        pattern = re.sub(r"\{\w+\}", "[^/]+", told["RouteKey"])
        found.append((re.compile(pattern), getattr(import_module(module), function)))
    return found


def edge() -> Edge:
    """The page's server on a free port; nothing but /admin/ is asked of it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    deployment = Deployment(
        name="daifa",
        endpoint=SIGN_IN,
        public_url=f"http://127.0.0.1:{port}",
        api_id="api",
        issuer=f"{SIGN_IN}/pool",
        client_id="page",
        user_pool="pool",
        secrets_prefix="daifa",
        tables={},
        queues={},
        functions={},
        buckets={},
        outputs={},
        template=ROOT / "template.yaml",
    )
    return Edge(deployment, port=port)


@dataclass
class Hosted:
    """The hosted sign-in: remembers each question, and gives tokens only for its code with the right verifier."""

    asked: dict[str, str] = field(default_factory=dict)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    # What comes back beside the code; None takes a parameter away.
    tampered: dict[str, str | None] = field(default_factory=dict)
    seconds: int = 3600
    given: int = 0

    def answer(self, route: Route, request: Request) -> None:
        """Play one request to the issuer."""
        parts = urlsplit(request.url)
        if parts.path == "/oauth2/authorize":
            self.asked = dict(parse_qsl(parts.query))
            back = {"code": "code-1", "state": self.asked["state"]} | self.tampered
            query = urlencode({name: value for name, value in back.items() if value is not None})
            route.fulfill(status=302, headers={"location": f"{self.asked['redirect_uri']}?{query}"})
        elif parts.path == "/oauth2/token":
            form = {name: values[0] for name, values in parse_qs(request.post_data or "").items()}
            self.redeemed.append(form)
            headers = {"access-control-allow-origin": "*", "content-type": "application/json"}
            right = form["grant_type"] == "refresh_token" or self._proved(form)
            self.given += right
            told = {"access_token": f"token-{self.given}", "token_type": "Bearer", "expires_in": self.seconds}
            body = told | {"refresh_token": "again"} if right else {"error": "invalid_grant"}
            route.fulfill(status=200 if right else 400, headers=headers, body=json.dumps(body))
        else:
            route.fulfill(status=200, content_type="text/html", body="<title>signed out</title>")

    def _proved(self, form: Mapping[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        return (
            form.get("code") == "code-1"
            and form.get("redirect_uri") == self.asked["redirect_uri"]
            and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.asked["code_challenge"]
        )


@dataclass
class Site:
    """One person's tab, what it asked of the API, and everything the browser complained about."""

    context: BrowserContext
    page: Page
    origin: str
    hosted: Hosted
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    # Addresses that answer something else than their door would: path -> (status, body), or None for no answer at all.
    instead: dict[str, tuple[int, Any] | None] = field(default_factory=dict)

    def start(self) -> Site:
        """Put the network under this site's control."""
        self.context.add_init_script(WATCH)
        self.context.route(f"{SIGN_IN}/**", self.hosted.answer)
        self.context.route(f"{self.origin}/api/**", self._api)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.clock.set_fixed_time(aws.START)
        return self

    def open(self, view: str = "", *, language: str | None = None) -> Page:
        """Go to a view through the sign-in and wait until its content is there."""
        self.page.goto(f"{self.origin}/admin/{view}")
        self.page.wait_for_selector("nav")
        self.ready()
        if language and self.page.input_value("#language") != language:
            self.page.evaluate(OLD)
            self.page.select_option("#language", language)
            self.drawn_anew()
        return self.page

    def go(self, view: str) -> Page:
        """Follow an address inside the page."""
        if self.page.evaluate("() => location.hash") != view:
            self.page.evaluate(OLD)
            self.page.evaluate("(hash) => { location.hash = hash; }", view)
        self.drawn_anew()
        return self.page

    def drawn_anew(self) -> None:
        """Wait until nothing is left of what was old, and the content is there."""
        self.page.wait_for_function("() => !document.querySelector('main > [data-old]')")
        self.ready()

    def ready(self) -> None:
        """Wait until nothing on the page is still being fetched."""
        self.page.wait_for_function(
            """() => document.querySelector('main h1, main .problem')
            && !document.querySelector('main .waiting, main [aria-busy=true]')"""
        )

    def posted(self, path: str) -> list[Any]:
        """The bodies that were sent to an address ending so."""
        return [body for method, where, body in self.calls if method == "POST" and where.endswith(path)]

    def _heard(self, kind: str, text: str) -> None:
        # Chromium writes every 4xx and 5xx to the console; the page's own handling of them is what tests look at.
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            self.complaints.append(f"{kind}: {text}")

    def _api(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        body = json.loads(request.post_data) if request.post_data else None
        self.calls.append((request.method, parts.path, body))
        self.tokens.append(request.headers.get("authorization", ""))
        if parts.path in self.instead:
            answer = self.instead[parts.path]
            if answer is None:
                route.abort()
                return
            status, told = answer
        else:
            status, told = self._asked(request, body)
        kind = "application/json" if status < 400 else "application/problem+json"
        route.fulfill(status=status, content_type=kind, body=json.dumps(told, default=str))

    def _asked(self, request: Request, body: Any) -> tuple[int, Any]:
        parts = urlsplit(request.url)
        asked = f"{request.method} {parts.path}"
        door = next((door for pattern, door in doors() if pattern.fullmatch(asked)), None)
        if door is None:
            self.complaints.append(f"{asked} is no route of template.yaml")
            return 404, {"message": "Not Found"}
        try:
            reply = aws.call(
                door,
                request.method,
                parts.path,
                body,
                query=dict(parse_qsl(parts.query)),
                locale=request.headers.get("accept-language", ""),
            )
        except Exception as error:  # API Gateway answers 500 for a function that raised; here the test shall know it
            self.complaints.append(f"{asked} raised {error!r}")
            return 500, {"message": "Internal Server Error"}
        return reply.status, reply.body
