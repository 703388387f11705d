"""People who may sign in on this machine, and their tokens, by way of the hosted sign-in page as a browser would."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from local.deploy import Deployment
from local.stack import Stack, StackError


def create_user(stack: Stack, deployment: Deployment, email: str, password: str, groups: Iterable[str] = ()) -> None:
    """Let a person sign in with this password: 12 characters or more, small letters and digits among them.

    Groups are permissions: `shop:<id>` lets its members work for that shop. A second call changes password and groups.
    """
    cognito = stack.client("cognito-idp")
    pool = {"UserPoolId": deployment.user_pool}
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            **pool,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
    cognito.admin_set_user_password(**pool, Username=email, Password=password, Permanent=True)
    wanted = set(groups)
    member = {group["GroupName"] for group in cognito.admin_list_groups_for_user(**pool, Username=email)["Groups"]}
    known = {group["GroupName"] for group in cognito.list_groups(**pool)["Groups"]}
    for group in wanted - known:
        cognito.create_group(**pool, GroupName=group)
    for group in wanted - member:
        cognito.admin_add_user_to_group(**pool, Username=email, GroupName=group)
    for group in member - wanted:
        cognito.admin_remove_user_from_group(**pool, Username=email, GroupName=group)


def token_for(deployment: Deployment, email: str, password: str) -> str:
    """An access token for `Authorization: Bearer ...`, good for an hour, got the page's own way: code with PKCE."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    redirect = deployment.admin_config()["redirect"]
    with requests.Session() as session:
        session.trust_env = False  # a proxy has no business between us and loopback
        form = session.get(
            deployment.authorize_url,
            params={
                "response_type": "code",
                "client_id": deployment.client_id,
                "redirect_uri": redirect,
                "scope": "openid",
                "state": secrets.token_urlsafe(8),
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
            timeout=15,
        )
        page = _Form(form.text)
        signed_in = session.post(
            urljoin(form.url, page.action),
            data=page.fields | {"username": email, "password": password},
            allow_redirects=False,
            timeout=15,
        )
        code = parse_qs(urlsplit(signed_in.headers.get("location", "")).query).get("code")
        if not code:
            raise StackError(f"{email} could not sign in: the page answered {signed_in.status_code} without a code")
        tokens = session.post(
            deployment.token_url,
            data={
                "grant_type": "authorization_code",
                "client_id": deployment.client_id,
                "redirect_uri": redirect,
                "code": code[0],
                "code_verifier": verifier,
            },
            timeout=15,
        )
        tokens.raise_for_status()
        return str(tokens.json()["access_token"])


class _Form(HTMLParser):
    """Where the first form of a page is sent and what it carries unseen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "form" and not self.action:
            self.action = named.get("action") or ""
        if tag == "input" and named.get("type") == "hidden" and named.get("name"):
            self.fields[str(named["name"])] = named.get("value") or ""
