"""What strangers, suppliers' pages and hasty people send us: each gets a clear answer, and nothing is lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from daifa.models.catalog import Supplier
from daifa.models.ids import OrderKey, StoreOrderId, SupplierId
from daifa.models.money import Money
from daifa.models.states import OfferState, PoState
from daifa.rules.offers import offer_id
from daifa.signing import LinkKind, Links
from daifa.tables.store import Key
from local.identity import create_user, token_for
from local.play import Play
from local.running import Running, http
from local.seed import SHOP
from local.world.shop_order_views import rest_order
from tests.integration import steps

pytestmark = pytest.mark.integration

Buy = Callable[..., Play]

CAP = 256 * 1024

# Where each bad page of the world is, and what the job that was sent there says in the end.
BAD_PAGES = {
    "bad/404": "collect.gone",
    "bad/403": "collect.forbidden",
    "bad/500": "collect.busy",
    "bad/inward": "collect.private_address",
    "bad/loop/0": "collect.too_many_redirects",
    "bad/huge": "collect.too_big",
    "bad/bytes": "collect.wrong_type",
    "bad/captcha": "collect.captcha",
    "bad/login": "collect.login_wall",
    "bad/empty": "collect.empty_shell",
    "bad/article": "collect.no_product",
    "harbor/private/enamel-mug": "collect.robots",
}


# Pages


@pytest.fixture(scope="module")
def jobs(run: Running) -> dict[str, str]:
    """A finished job for each bad page, sent off together; the tries of the one worth repeating come a second apart."""
    host = run.world.url.removeprefix("http://")
    run.catalog.create(
        Supplier(
            id=SupplierId("bad"),
            name="坏页测试商行",
            adapter="email",
            currency="CNY",
            email="nobody@bad.example",
            sites=(f"{host}/shops/bad",),
            shipping=Money.of("5.00", "CNY"),
        )
    )
    with steps.hurried(run, "FetchQueue"):
        sent = {page: collect(run, f"{run.world.url}/shops/{page}") for page in BAD_PAGES}
        for job in sent.values():
            over(run, job)
    return sent


def collect(run: Running, url: str) -> str:
    """The job that collects this address."""
    return str(run.api("POST", "/api/collect", {"shop": SHOP, "url": url})["job"])


def over(run: Running, job: str) -> Any:
    """The job once it is not waiting any more."""

    def seen() -> Any:
        row = run.api("GET", f"/api/collect/{job}?shop={SHOP}", language="en")["job"]
        return row if row["state"] != "QUEUED" else None

    return Play(run, "en").until(seen, f"the end of job {job}")


@pytest.mark.parametrize("page", BAD_PAGES)
def test_a_page_that_cannot_be_collected_says_why_in_the_readers_language(
    run: Running, jobs: dict[str, str], page: str
) -> None:
    job = over(run, jobs[page])
    assert (job["state"], job["error"]["code"], job["product"]) == ("FAILED", BAD_PAGES[page], None)
    chinese = run.api("GET", f"/api/collect/{jobs[page]}?shop={SHOP}", language="zh-CN")["job"]["error"]["text"]
    assert chinese != job["error"]["text"]
    assert job["error"]["code"] not in (chinese, job["error"]["text"])
    assert any("一" <= sign <= "鿿" for sign in chinese)


def test_a_page_that_robots_may_not_see_was_never_asked_for(run: Running, jobs: dict[str, str]) -> None:
    assert over(run, jobs["harbor/private/enamel-mug"])["state"] == "FAILED"
    assert [seen.path for seen in run.world.received("pages", "harbor") if "private" in seen.path] == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://shop-of-nobody.example/p/1", "collect.no_supplier"),
        ("http://169.254.169.254/latest/meta-data/", "collect.no_supplier"),
        ("file:///etc/passwd", "collect.bad_address"),
        ("http://user:secret@harbor.example/p", "collect.bad_address"),
        ("", "collect.bad_address"),
    ],
)
def test_an_address_that_is_nobodys_page_is_refused_at_once(run: Running, url: str, code: str) -> None:
    reply = steps.answer(Play(run, "en"), "POST", "/api/collect", {"shop": SHOP, "url": url})
    problem(reply, 400, code)


def test_the_last_good_offer_stays_when_its_page_goes_and_is_confirmed_when_it_comes_back(run: Running) -> None:
    url = f"{run.world.url}/shops/harbor/products/camp-lantern"
    offer = offer_id(SupplierId("harbor"), url)
    assert over(run, collect(run, url))["state"] == "COLLECTED"
    good = run.catalog.find_offer(offer)
    assert good is not None
    assert good.state is OfferState.AVAILABLE

    run.world.pages.change("camp-lantern", path="/products/gone")
    try:
        job = over(run, collect(run, url))
        kept = run.catalog.find_offer(offer)
    finally:
        run.world.pages.change("camp-lantern", path="/products/camp-lantern")
    assert (job["state"], job["error"]["code"]) == ("FAILED", "collect.gone")
    assert kept is not None
    assert (kept.state, kept.variants, kept.title) == (OfferState.STALE, good.variants, good.title)
    assert steps.facts(kept)[-1] == "offer.not_confirmed"

    assert over(run, collect(run, url))["state"] == "COLLECTED"
    back = run.catalog.find_offer(offer)
    assert back is not None
    assert (back.state, back.variants) == (OfferState.AVAILABLE, good.variants)


# Webhooks


def webhook(run: Running, body: bytes, secret: str | None = None, shop: str = SHOP) -> requests.Response:
    """Post a body as the shop would; signed with the shop's own secret, another one, or (empty) not at all."""
    key = run.world.credentials["shop"]["webhook_secrets"][0] if secret is None else secret
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": hashlib.sha256(body).hexdigest()[:32],
        "X-Shopify-Shop-Domain": run.world.credentials["shop"]["domain"],
    }
    if key:
        digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
        headers["X-Shopify-Hmac-Sha256"] = base64.b64encode(digest).decode()
    return http().post(f"{run.edge.url}/webhooks/{shop}", data=body, headers=headers, timeout=40)


def untold(play: Play) -> dict[str, Any]:
    """The body of an order's webhook that the shop has not sent."""
    body: dict[str, Any] = rest_order(play.run.world.shop.order(play.order))
    return body


@pytest.mark.parametrize("secret", ["someone else's", ""])
def test_a_webhook_without_the_right_signature_is_refused_and_leaves_no_trace(
    run: Running, buy: Buy, secret: str
) -> None:
    canary = f"鸟测试{len(secret)}"
    play = buy((steps.LAMP, 1), tell=False, customer={"name": canary, "email": "canary@forged.example"})
    body = json.dumps(untold(play), ensure_ascii=False).encode()
    assert canary.encode() in body
    reply = webhook(run, body, secret)
    stranger = webhook(run, body, secret, shop="nobodys-shop")
    assert reply.status_code == stranger.status_code == 401
    assert reply.json() == stranger.json()
    play.until(lambda: steps.depth(run, "InboxQueue") == 0, "the inbox to be empty")
    assert run.orders.find_order(play.key) is None
    text = steps.logs(run)
    assert "webhook refused" in text
    for word in (canary, json.dumps(canary)[1:-1], "canary@forged.example", "forged.example"):
        assert word not in text


def test_a_body_over_the_cap_is_refused_and_the_same_order_within_it_is_taken(run: Running, buy: Buy) -> None:
    play = buy((steps.LAMP, 1), tell=False)
    body = json.dumps(untold(play), ensure_ascii=False).encode()
    full = body[:-1] + b" " * (CAP - len(body)) + b"}"
    reply = webhook(run, full + b" ")
    assert reply.status_code == 413
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "http.too_large"
    assert run.orders.find_order(play.key) is None
    assert (len(full), webhook(run, full).status_code) == (CAP, 202)
    steps.bought(play, "lamps")


# Orders


def test_a_line_without_a_source_waits_for_a_person_and_is_bought_once_it_is_mapped(
    run: Running, buy: Buy, day_before: Play
) -> None:
    dynamodb, table = run.stack.client("dynamodb"), run.deployment.tables["CatalogTable"]
    sold = f"gid://shopify/ProductVariant/{day_before.variants[steps.MUG]}"
    where = {"pk": {"S": f"SHOP#{SHOP}"}, "sk": {"S": f"VARIANT#{sold}"}}
    there = dynamodb.get_item(TableName=table, Key=where)["Item"]
    dynamodb.delete_item(TableName=table, Key=where)
    try:
        play = buy((steps.LAMP, 1), (steps.MUG, 2))
        held = steps.in_state(play, "unrouted", PoState.ON_HOLD)
        assert [reason.code for reason in held.holds] == ["hold.no_offer"]
        row = next(row for row in run.api("GET", f"/api/queue?shop={SHOP}")["rows"] if row["id"] == held.number)
        assert (row["verb"], row["reason"]["values"]["variant"]) == ("reroute", sold)
        steps.bought(play, "lamps")
        again = steps.decide(play, held, "reroute")
        assert again.status_code == 200
        assert play.po("unrouted") == held
    finally:
        dynamodb.put_item(TableName=table, Item=there)
    assert steps.decide(play, held, "reroute").status_code == 200
    mugs = steps.bought(play, "harbor")
    assert play.po("unrouted").state is PoState.CANCELLED
    bought = {line.order_line: line.quantity for po in (mugs, play.po("lamps")) for line in po.lines}
    assert bought == {line.id: line.quantity for line in play.rows().order.lines}
    sheets = play.mailbox.to("sales@harbor-outdoor.example", mugs.number)
    assert len(sheets) == 1


def test_a_stale_or_illegal_decision_is_refused_with_the_current_state(run: Running, buy: Buy) -> None:
    play = buy((steps.LAMP, 9))
    held = steps.in_state(play, "lamps", PoState.ON_HOLD)
    total = str(held.total.amount)
    for payload in ({"ver": held.ver + 1, "total": total}, {"total": "1.00"}, {"total": None}):
        problem(steps.decide(play, held, "approve", **payload), 409, "purchase.changed", state="ON_HOLD")
    assert play.po("lamps") == held
    assert steps.decide(play, held, "approve", total=total).status_code == 200
    problem(steps.decide(play, held, "approve", total=total), 409, "purchase.changed")
    steps.bought(play, "lamps")
    # Whoever still follows it up would make it a newer version than the one decided about here.
    steps.quiet(play)
    bought = play.po("lamps")
    problem(steps.decide(play, bought, "approve", total=total), 409, "state.illegal_move", state="SUBMITTED")
    assert len(steps.at_1688(play, bought)) == 1


# Links


@pytest.fixture(scope="module")
def cloths(run: Running, day_before: Play) -> Play:
    """An order at the supplier that has a page, whose customer has one too."""
    play = Play(run, "en", variants=day_before.variants)
    play.order = steps.place(play, [(steps.CLOTH, 5)])
    steps.bought(play, "yiwu")
    steps.quiet(play)
    return play


def links(play: Play) -> dict[LinkKind, str]:
    """The token of the supplier's page and that of the customer's, out of their letters."""
    by_kind = {}
    for letter in play.mailbox.letters():
        for link in letter.links:
            kind, _, token = link.removeprefix(play.run.edge.url + "/").partition("/")
            if kind in ("s", "o") and reads(play, LinkKind(kind), token):
                by_kind[LinkKind(kind)] = token
    return by_kind


def reads(play: Play, kind: LinkKind, token: str) -> bool:
    """Whether this token opens a page of this order."""
    return signer(play.run).read(kind, token, datetime.now(UTC)).order == play.order


def signer(run: Running) -> Links:
    """What signs links on this stack."""
    secret = run.stack.client("secretsmanager").get_secret_value(SecretId=f"{run.deployment.secrets_prefix}/links")
    fields = json.loads(secret["SecretString"])
    return Links([*fields["keys"], fields["generated"]], run.edge.url)


def broken(play: Play, kind: LinkKind) -> dict[str, tuple[str, int]]:
    """Paths that look like a link of this kind and are none, each with the status it deserves."""
    token = links(play)[kind]
    body, _, signature = token.rpartition(".")
    other = links(play)[LinkKind.CUSTOMER if kind is LinkKind.SUPPLIER else LinkKind.SUPPLIER]
    thing = signer(play.run).read(kind, token, datetime.now(UTC)).thing
    old = signer(play.run).token(kind, SHOP, play.order, thing, datetime.now(UTC) - timedelta(seconds=1))
    foreign = Links(["a key that nobody here has"], "").token(
        kind, SHOP, play.order, thing, datetime.now(UTC) + timedelta(days=1)
    )
    first = "B" if body[0] == "A" else "A"
    return {
        "altered body": (f"{first}{body[1:]}.{signature}", 404),
        "altered signature": (f"{body}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BB'}", 404),
        "cut": (token[: len(token) // 2], 404),
        "another page's": (other, 404),
        "another key's": (foreign, 404),
        "expired": (old, 410),
    }


@pytest.mark.parametrize("kind", [LinkKind.SUPPLIER, LinkKind.CUSTOMER])
def test_a_broken_link_gets_a_clear_page_and_changes_nothing(cloths: Play, kind: LinkKind) -> None:
    before = cloths.rows()
    form = {"act": "accept"} if kind is LinkKind.SUPPLIER else {"act": "say", "once": "1", "text": "hello"}
    for name, (token, status) in broken(cloths, kind).items():
        path = f"{cloths.run.edge.url}/{kind.value}/{token}"
        for language, words in (("en", "Nothing was changed"), ("zh-CN", "链接")):
            headers = {"Accept-Language": language}
            for reply in (
                http().get(path, headers=headers, timeout=40),
                http().post(path, headers=headers, data=form, timeout=40),
            ):
                assert reply.status_code == status, (name, reply.text)
                assert reply.headers["content-type"].startswith("text/html")
                assert words in reply.text, (name, language)
                assert cloths.order not in reply.text
    assert cloths.rows() == before


def test_a_supplier_link_is_no_carriers_address(cloths: Play) -> None:
    before = cloths.rows()
    path = f"{cloths.run.edge.url}/carriers/kuaidi100/{links(cloths)[LinkKind.SUPPLIER]}"
    assert http().post(path, data={"param": "{}"}, timeout=40).status_code == 404
    assert cloths.rows() == before


def test_looking_at_a_good_link_changes_nothing_either(cloths: Play) -> None:
    before = cloths.rows()
    for kind, token in links(cloths).items():
        assert http().get(f"{cloths.run.edge.url}/{kind.value}/{token}", timeout=40).status_code == 200
    assert cloths.rows() == before


# People


def test_a_forged_token_is_nobodys(cloths: Play) -> None:
    head, claims, signature = cloths.run.token.split(".")
    nobody = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    forged = ["", "forged", f"{head}.{claims}.", f"{nobody}.{claims}.", f"{head}.{claims}.{signature[::-1]}"]
    for token in forged:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        reply = http().get(f"{cloths.run.edge.url}/api/queue?shop={SHOP}", headers=headers, timeout=40)
        assert reply.status_code == 401, token[:40]


def test_whoever_works_for_another_shop_sees_and_moves_nothing_of_this_one(cloths: Play) -> None:
    run = cloths.run
    create_user(run.stack, run.deployment, "other@daifa.example", "another-passw0rd", ["shop:other"])
    headers = {
        "Authorization": f"Bearer {token_for(run.deployment, 'other@daifa.example', 'another-passw0rd')}",
        "Accept-Language": "en",
    }
    po, before = cloths.po("yiwu"), cloths.rows()
    order = f"/api/orders/{SHOP}/{cloths.order}"
    for method, path, payload in (
        ("GET", f"/api/queue?shop={SHOP}", None),
        ("GET", f"/api/orders?shop={SHOP}", None),
        ("GET", order, None),
        ("GET", f"{order}/recipient", None),
        ("GET", f"/api/products?shop={SHOP}", None),
        ("GET", f"/api/cases?shop={SHOP}", None),
        ("POST", "/api/collect", {"shop": SHOP, "url": f"{run.world.url}/shops/harbor/products/enamel-mug"}),
        ("POST", f"{order}/purchase-orders/{po.number}/cancel", {"ver": po.ver}),
        ("POST", f"{order}/messages", {"to": "CUSTOMER", "text": "hello"}),
    ):
        reply = http().request(method, run.edge.url + path, json=payload, headers=headers, timeout=40)
        problem(reply, 403, "auth.other_shop")
    assert cloths.rows() == before


def test_what_is_not_there_is_not_found(cloths: Play) -> None:
    problem(steps.answer(cloths, "GET", f"/api/orders/{SHOP}/1"), 404, "row.missing")
    problem(steps.answer(cloths, "GET", f"/api/collect/none?shop={SHOP}"), 404, "row.missing")
    assert cloths.run.orders.find_order(OrderKey(SHOP, StoreOrderId("1"))) is None
    assert cloths.run.catalog.find(Supplier, Key("SUPPLIER#none", "SUPPLIER")) is None


def problem(reply: requests.Response, status: int, code: str, **values: str) -> None:
    """The answer is this RFC 9457 problem, in words and not in codes."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    told = reply.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:daifa:{code}")
    assert told["title"]
    assert told["detail"] != code
    assert values.items() <= told["values"].items()
