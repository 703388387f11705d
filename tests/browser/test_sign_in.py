"""Signing in: authorization code with PKCE, and every way in which the answer may be wrong."""

from __future__ import annotations

import re

import pytest

from tests.browser.site import SIGN_IN, Site

pytestmark = pytest.mark.browser


def test_signs_in_with_pkce_and_leaves_no_trace(site: Site) -> None:
    """S256, a long verifier, a state of its own; afterwards neither address, history nor storage holds a secret."""
    page = site.open("#/orders")

    asked, redeemed = site.hosted.asked, site.hosted.redeemed[0]

    assert {name: asked[name] for name in ("response_type", "client_id", "scope", "code_challenge_method")} == {
        "response_type": "code",
        "client_id": "page",
        "scope": "openid",
        "code_challenge_method": "S256",
    }
    assert re.fullmatch(r"[\w-]{43,128}", redeemed["code_verifier"])
    assert re.fullmatch(r"[\w-]{32,}", asked["state"])
    assert page.url == f"{site.origin}/admin/#/orders"
    assert page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])").count("token") == 0
    assert page.evaluate("sessionStorage.length") == 0
    assert set(site.tokens) == {"Bearer token-1"}


def test_asks_differently_each_time(site: Site) -> None:
    """State and challenge are never used twice."""
    site.open()
    first = dict(site.hosted.asked)
    site.page.reload()
    site.page.wait_for_selector("nav")

    assert first["state"] != site.hosted.asked["state"]
    assert first["code_challenge"] != site.hosted.asked["code_challenge"]


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        ({"state": "somebody-elses"}, "不是从本页开始的"),
        ({"state": None}, "不是从本页开始的"),
        ({"iss": "https://other.example"}, "别的登录服务"),
        ({"code": None, "error": "access_denied", "error_description": "not today"}, "not today"),
    ],
)
def test_drops_an_answer_that_is_not_to_its_question(site: Site, tampered: dict[str, str | None], told: str) -> None:
    """Nothing is redeemed, nothing is asked of the API, the page says so, and signing in again works."""
    site.hosted.tampered = tampered
    site.page.goto(f"{site.origin}/admin/")

    site.page.wait_for_selector("main.door button")

    assert told in site.page.inner_text("main")
    assert (site.hosted.redeemed, site.calls) == ([], [])
    assert "code=" not in site.page.url

    site.hosted.tampered = {}
    site.page.click("main.door button")
    site.page.wait_for_selector("nav")


def test_a_code_from_a_link_is_not_redeemed(site: Site) -> None:
    """Somebody else's code in an address (login CSRF) finds no question that it would answer."""
    site.page.goto(f"{site.origin}/admin/?code=theirs&state=theirs")
    site.page.wait_for_selector("main.door button")

    assert site.hosted.redeemed == []


def test_an_answer_works_once(site: Site) -> None:
    """The same address opened again, as from the history, is refused."""
    site.open()
    state = site.hosted.asked["state"]
    site.page.goto(f"{site.origin}/admin/?code=code-1&state={state}")
    site.page.wait_for_selector("main.door button")

    assert len(site.hosted.redeemed) == 1


def test_renews_a_token_before_it_ends(site: Site) -> None:
    """A token with less than a minute to live is exchanged first, once for all requests that want it."""
    site.hosted.seconds = 30
    site.open()

    grants = [form["grant_type"] for form in site.hosted.redeemed]

    assert grants[:2] == ["authorization_code", "refresh_token"]
    assert "Bearer token-1" not in site.tokens


def test_says_when_the_sign_in_has_ended(site: Site) -> None:
    """A 401 that a new token does not cure is told in place, with a way to sign in again."""
    site.open()
    site.instead["/api/orders"] = (401, {"detail": "Unauthorized"})
    site.go("#/orders")

    assert "登录已过期" in site.page.inner_text("main .problem")
    assert site.hosted.redeemed[-1]["grant_type"] == "refresh_token"

    del site.instead["/api/orders"]
    site.page.click("main .problem button")
    site.page.wait_for_selector("table.orders")


def test_signs_out_at_the_issuer_too(site: Site) -> None:
    """The issuer's session ends, and the page then waits to be asked instead of signing in by itself."""
    site.open()
    site.page.click("text=退出")
    site.page.wait_for_url(f"{SIGN_IN}/logout?*")

    assert f"client_id=page&logout_uri={site.origin}/admin/" in site.page.url.replace("%3A", ":").replace("%2F", "/")

    site.page.goto(f"{site.origin}/admin/")

    assert site.page.wait_for_selector("main.door button")
    assert "已退出" in site.page.inner_text("main")
