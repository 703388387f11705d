"""The fetch function: what it keeps, what it says, and what it leaves for another try."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import pytest
from PIL import Image

from benchmarks.pictures import packed
from collect import fetch_door
from collect.fetch_app import FetchApp, allowed
from collect.picture import image_hash
from daifa.clock import SystemClock
from daifa.models.collected import CollectedProduct
from tests.unit.collect.pictures import product
from tests.unit.collect.test_fetch import Answer, send, serving

LAMP = b"""<title>Lamp</title><h1>Lamp</h1><script type="application/ld+json">
{"@type": "Product", "name": "Lamp", "offers":
{"price": "12.50", "priceCurrency": "EUR"}}</script>"""


class Context:
    """A call with so many milliseconds left."""

    def __init__(self, left: int = 60_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


class Kept:
    """What the function put and sent, and in stories of pictures what the server was asked for."""

    def __init__(self, url: str) -> None:
        self.files: dict[str, bytes] = {}
        self.sent: list[dict[str, Any]] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.app = FetchApp(
            put=lambda key, body, kind: self.files.__setitem__(key, body),
            send=lambda body: self.sent.append(json.loads(body)),
            clock=SystemClock(),
            allow=allowed(url.removeprefix("http://")),
        )


def run(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, *, tries: int = 1, left: int = 60_000, **job: Any
) -> tuple[dict[str, Any], Kept]:
    """Give the function one message about a page of a server that answers so (its robots.txt is absent)."""

    def behind_robots(handler: Any) -> None:
        if handler.path == "/robots.txt":
            send(handler, 404, b"")
        else:
            answer(handler)

    with serving(behind_robots) as (url, _):
        kept = Kept(url)
        monkeypatch.setattr(fetch_door, "fetch_app", lambda: kept.app)
        body = {"job": "J1", "shop": "demo", "url": f"{url}/lamp", "product": None, "etag": None, **job}
        record = {"messageId": "m1", "body": json.dumps(body), "attributes": {"ApproximateReceiveCount": str(tries)}}
        return fetch_door.on_message({"Records": [record]}, Context(left)), kept


def test_a_page_is_kept_under_its_hash_and_its_product_is_sent_on(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, kept = run(lambda h: send(h, body=LAMP, ETag='"a"'), monkeypatch)
    assert answer == {"batchItemFailures": []}
    key = f"pages/{hashlib.sha256(LAMP).hexdigest()}.gz"
    assert list(kept.files) == [key]
    assert gzip.decompress(kept.files[key]) == LAMP
    [told] = kept.sent
    assert (told["job"], told["shop"], told["outcome"], told["snapshot"], told["etag"]) == (
        "J1",
        "demo",
        "collected",
        key,
        '"a"',
    )
    product = CollectedProduct.model_validate(told["product"])
    assert (product.title, str(product.price), product.currency) == ("Lamp", "12.50", "EUR")
    assert told["error"] is None
    assert told["fetched_at"].endswith("Z")


def test_the_same_page_twice_is_the_same_object(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (run(lambda h: send(h, body=LAMP), monkeypatch)[1].files for _ in range(2))
    assert first == second


def test_a_product_too_large_for_a_message_waits_in_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = [{"sku": f"S-{n}", "name": "x" * 100, "price": "1.00", "priceCurrency": "EUR"} for n in range(1500)]
    markup = json.dumps({"@type": "Product", "name": "Lamp", "offers": offers})
    page = f'<h1>Lamp</h1><script type="application/ld+json">{markup}</script>'
    _, kept = run(lambda h: send(h, body=page.encode()), monkeypatch)
    [told] = kept.sent
    assert told["product"] is None
    assert told["product_key"].startswith("collected/")
    product = CollectedProduct.model_validate_json(kept.files[told["product_key"]])
    assert len(product.variants) == 1500


def test_an_unchanged_page_is_reported_without_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    _, kept = run(
        lambda h: send(h, 304 if h.headers.get("If-None-Match") == '"a"' else 200, b""), monkeypatch, etag='"a"'
    )
    assert [told["outcome"] for told in kept.sent] == ["unchanged"]
    assert kept.files == {}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda h: send(h, 404, b""), "collect.gone"),
        (lambda h: send(h, 403, b""), "collect.forbidden"),
        (lambda h: send(h, Content_Type="image/png"), "collect.wrong_type"),
        (lambda h: send(h, body=b"<title>Log in</title><input type=password>"), "collect.login_wall"),
        (lambda h: send(h, body=b"<title>Robot Check</title>"), "collect.captcha"),
        (lambda h: send(h, 302, b"", Location="http://169.254.169.254/"), "collect.private_address"),
    ],
    ids=["gone", "forbidden", "a picture", "login", "captcha", "redirect inward"],
)
def test_a_page_that_will_not_get_better_fails_the_job_at_once_and_says_why(
    answer: Answer, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, kept = run(answer, monkeypatch)
    assert result == {"batchItemFailures": []}
    assert [(told["outcome"], told["error"]["code"]) for told in kept.sent] == [("failed", code)]


def test_a_busy_site_is_tried_again_and_on_the_last_try_the_job_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    result, kept = run(lambda h: send(h, 503, b""), monkeypatch)
    assert result == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert kept.sent == []
    result, kept = run(lambda h: send(h, 503, b""), monkeypatch, tries=fetch_door.LAST_TRY)
    assert result == {"batchItemFailures": []}
    assert kept.sent[0]["error"] == {"code": "collect.busy", "values": {"host": "127.0.0.1", "status": 503}}


def test_a_job_that_would_not_end_in_time_is_left_for_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    result, kept = run(lambda h: send(h, body=LAMP), monkeypatch, left=5_000)
    assert result == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert (kept.sent, kept.files) == ([], {})


# --- pictures -------------------------------------------------------------------------------------------------------

MUG = packed(product("mug"), quality=85)


def look(answer: Answer, monkeypatch: pytest.MonkeyPatch, tries: int = 1) -> tuple[dict[str, Any], Kept]:
    """Give the function one message about an offer's picture."""
    with serving(answer) as (url, seen):
        kept = Kept(url)
        kept.seen = seen
        monkeypatch.setattr(fetch_door, "fetch_app", lambda: kept.app)
        body = json.dumps({"picture": f"{url}/mug.jpg", "offer": "O1"})
        attributes = {"ApproximateReceiveCount": str(tries)}
        records = [{"messageId": "m1", "body": body, "attributes": attributes}]
        return fetch_door.on_message({"Records": records}, Context()), kept


def a_picture(body: bytes = MUG, kind: str = "image/jpeg", robots: bytes = b"") -> Answer:
    """A server with this picture and this robots.txt."""

    def answer(handler: Any) -> None:
        if handler.path == "/robots.txt":
            send(handler, body=robots, Content_Type="text/plain")
        else:
            send(handler, body=body, Content_Type=kind)

    return answer


def test_a_picture_is_looked_at_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, kept = look(a_picture(), monkeypatch)
    assert answer == {"batchItemFailures": []}
    [told] = kept.sent
    assert (told["pictured"], told["hash"], told["error"]) == ("O1", image_hash(MUG), None)
    assert told["picture"].endswith("/mug.jpg")
    assert kept.files == {}
    accepted = {path: headers["Accept"] for path, headers in kept.seen}
    assert accepted["/mug.jpg"].startswith("image/")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (a_picture(b"<svg/>", "image/svg+xml"), "collect.wrong_type"),
        (a_picture(b"<h1>Sign in</h1>", "text/html"), "collect.wrong_type"),
        (a_picture(b"<svg/>", "image/png"), "picture.unreadable"),
        (a_picture(MUG[:900]), "picture.unreadable"),
        (a_picture(packed(Image.new("RGB", (1, 1)), "GIF"), "image/gif"), "picture.too_small"),
        (a_picture(b"\x89PNG" * 2_500_000, "image/png"), "collect.too_big"),
        (a_picture(robots=b"User-agent: *\nDisallow: /"), "collect.robots"),
        (lambda h: send(h, 404, b""), "collect.gone"),
        (lambda h: send(h, 302, b"", Location="http://169.254.169.254/mug.jpg"), "collect.private_address"),
    ],
    ids=["a drawing", "a page", "no picture", "half of one", "a beacon", "too long", "robots", "gone", "inward"],
)
def test_a_picture_that_tells_nothing_is_reported_at_once(
    answer: Answer, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, kept = look(answer, monkeypatch)
    assert result == {"batchItemFailures": []}
    assert [(told["hash"], told["error"]["code"]) for told in kept.sent] == [("", code)]


def test_a_busy_sites_picture_is_asked_for_again_and_given_up_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    result, kept = look(lambda h: send(h, 503, b""), monkeypatch)
    assert (result, kept.sent) == ({"batchItemFailures": [{"itemIdentifier": "m1"}]}, [])
    result, kept = look(lambda h: send(h, 503, b""), monkeypatch, tries=fetch_door.LAST_TRY)
    assert result == {"batchItemFailures": []}
    assert kept.sent[0]["error"]["code"] == "collect.busy"
