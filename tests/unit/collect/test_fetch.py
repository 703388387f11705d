"""Fetching from real servers on the loopback that lie, drip, explode and send us in circles (F53-F55, F60)."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collect.fetch import Fetched, Limits, Refused, Robots, fetch
from collect.guard import NotAllowed, Unreachable
from daifa.clock import SystemClock

Answer = Callable[[BaseHTTPRequestHandler], None]
PAGE = b"<h1>Lamp</h1>"
SOON = Limits(seconds=5.0)


@contextmanager
def serving(
    answer: Answer, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """A server on a free port that answers GETs so; gives its address and the requests it gets."""
    seen: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, dict(self.headers.items())))
            try:
                answer(self)
            except OSError:
                self.close_connection = True  # the client hung up, as it should

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a refused handshake is what some tests want
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, status: int = 200, body: bytes = PAGE, **headers: str) -> None:
    """One whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def get(url: str, path: str = "/", *, allow: str = "", limits: Limits = SOON, **more: object) -> Fetched:
    """Fetch from the local server, which alone is exempt from the guard."""
    exempt = frozenset({url.removeprefix("http://"), *allow.split()})
    return fetch(url + path, SystemClock(), allow=exempt, limits=limits, **more)  # type: ignore[arg-type]


def test_a_page_comes_with_its_type_its_etag_and_its_final_address() -> None:
    with serving(lambda h: send(h, ETag='"a1"', Last_Modified="Mon, 01 Jun 2026 00:00:00 GMT")) as (url, seen):
        page = get(url, "/lamp?x=1")
    assert page == Fetched(200, f"{url}/lamp?x=1", PAGE, "text/html", '"a1"', "Mon, 01 Jun 2026 00:00:00 GMT")
    path, headers = seen[0]
    assert path == "/lamp?x=1"
    assert headers["Host"] == url.removeprefix("http://")
    assert headers["Accept-Encoding"] == "gzip"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(send) as (url, _):
        assert get(url).body == PAGE


def test_a_page_that_did_not_change_is_told_by_304_without_a_body() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 304 if handler.headers.get("If-None-Match") == '"a1"' else 200, b"")

    with serving(answer) as (url, _):
        page = get(url, etag='"a1"')
    assert (page.status, page.body) == (304, b"")


def test_an_etag_that_would_break_the_request_is_not_sent() -> None:
    with serving(send) as (url, seen):
        get(url, etag='"a1"\r\nX-Evil: 1')
    assert "If-None-Match" not in seen[0][1]
    assert "X-Evil" not in seen[0][1]


def test_gzip_is_unpacked() -> None:
    with serving(lambda h: send(h, body=gzip.compress(PAGE), Content_Encoding="gzip")) as (url, _):
        assert get(url).body == PAGE


def test_redirects_are_followed_and_resolved_against_where_they_stand() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/a/old":
            send(handler, 302, b"", Location="new?x=1")
        else:
            send(handler)

    with serving(answer) as (url, seen):
        page = get(url, "/a/old")
    assert page.url == f"{url}/a/new?x=1"
    assert [path for path, _ in seen] == ["/a/old", "/a/new?x=1"]


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/latest/meta-data/", "collect.private_address"),
        ("http://localhost/", "collect.private_address"),
        ("http://[::1]/", "collect.private_address"),
        ("http://127.0.0.1:9001/2018-06-01/runtime", "collect.bad_port"),
        ("file:///etc/passwd", "collect.bad_scheme"),
        ("gopher://127.0.0.1/_x", "collect.bad_scheme"),
        ("http://me:secret@example.com/", "collect.credentials_in_address"),
        ("//127.0.0.1/x", "collect.private_address"),
        ("http://[::1", "collect.bad_address"),
    ],
)
def test_where_a_redirect_leads_is_checked_like_the_first_address(location: str, code: str) -> None:
    with serving(lambda h: send(h, 302, b"", Location=location)) as (url, seen), pytest.raises(NotAllowed) as refused:
        get(url)
    assert refused.value.code == code
    assert len(seen) == 1


def test_a_circle_of_redirects_ends_after_three() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 302, b"", Location=f"/{int(handler.path[1:] or 0) + 1}")

    with serving(answer) as (url, seen), pytest.raises(Refused) as refused:
        get(url, "/0")
    assert refused.value.code == "collect.too_many_redirects"
    assert len(seen) == 4


def test_a_gzip_bomb_is_stopped_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000, 9)
    with serving(lambda h: send(h, body=bomb, Content_Encoding="gzip")) as (url, _), pytest.raises(Refused) as refused:
        get(url)
    assert refused.value.code == "collect.too_big"
    assert len(bomb) < 40_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "compress"])
def test_a_packing_we_did_not_ask_for_is_refused(encoding: str) -> None:
    with serving(lambda h: send(h, Content_Encoding=encoding)) as (url, _), pytest.raises(Refused) as refused:
        get(url)
    assert refused.value.code == "collect.wrong_encoding"


def test_a_broken_gzip_is_refused() -> None:
    with (
        serving(lambda h: send(h, body=b"not gzip at all", Content_Encoding="gzip")) as (url, _),
        pytest.raises(Refused),
    ):
        get(url)


def test_a_body_that_announces_too_much_is_not_read() -> None:
    with (
        serving(lambda h: send(h, body=b"x", Content_Length="10000000000")) as (url, _),
        pytest.raises(Refused) as refused,
    ):
        get(url)
    assert refused.value.code == "collect.too_big"


def test_a_body_without_end_is_cut_at_the_cap() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    with serving(answer) as (url, _), pytest.raises(Refused) as refused:
        get(url)
    assert refused.value.code == "collect.too_big"


@pytest.mark.parametrize("part", ["status", "headers", "body"])
def test_whatever_part_drips_the_deadline_ends_it(part: str) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.1 200 OK\r\n" + (b"Content-Type: text/html\r\n\r\n" if part == "body" else b"")
        handler.wfile.write(head if part != "status" else b"H")
        while True:
            handler.wfile.write(b"<p>" if part == "body" else b"X-A: b\r\n" if part == "headers" else b"T")
            time.sleep(0.05)

    start = time.monotonic()
    with serving(answer) as (url, _), pytest.raises(Unreachable) as failed:
        get(url, limits=Limits(seconds=0.6))
    assert failed.value.code == "collect.too_slow" or part == "headers"
    assert time.monotonic() - start < 3.0


def test_nobody_listening_is_worth_another_try() -> None:
    with serving(send) as (url, _):
        pass
    with pytest.raises(Unreachable) as failed:
        get(url)
    assert failed.value.code == "collect.unreachable"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, Refused, "collect.gone"), (410, Refused, "collect.gone"), (403, Refused, "collect.forbidden"),
        (401, Refused, "collect.forbidden"), (451, Refused, "collect.forbidden"), (429, Unreachable, "collect.busy"),
        (430, Unreachable, "collect.busy"), (500, Unreachable, "collect.busy"), (503, Unreachable, "collect.busy"),
        (400, Refused, "collect.bad_answer"), (204, Refused, "collect.bad_answer"),
    ],
)  # fmt: skip
def test_each_status_says_whether_trying_again_helps(status: int, kind: type[Exception], code: str) -> None:
    with serving(lambda h: send(h, status, b"")) as (url, _), pytest.raises(kind) as failed:
        get(url)
    assert failed.value.code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "image/svg+xml-not", "application/pdf", "image/png", "video/mp4"]
)
def test_what_is_not_a_page_or_a_feed_is_refused(kind: str) -> None:
    with serving(lambda h: send(h, Content_Type=kind)) as (url, _), pytest.raises(Refused) as refused:
        get(url)
    assert refused.value.code == "collect.wrong_type"


@pytest.mark.parametrize(
    "kind", ["text/html; charset=gbk", "TEXT/HTML", "application/json", "application/ld+json", "application/xhtml+xml"]
)
def test_pages_and_feeds_are_taken(kind: str) -> None:
    with serving(lambda h: send(h, Content_Type=kind)) as (url, _):
        assert get(url).content_type == kind


@pytest.mark.parametrize(
    ("robots", "path", "welcome"),
    [
        ("User-agent: *\nDisallow: /private/\n", "/private/lamp", False),
        ("User-agent: *\nDisallow: /private/\n", "/lamp", True),
        ("User-agent: DaifaCollector\nDisallow: /\n", "/lamp", False),
        ("User-agent: OtherBot\nDisallow: /\n", "/lamp", True),
        ("", "/lamp", True),
        ("\x00\xff not a robots file", "/lamp", True),
    ],
)
def test_robots_txt_is_honoured_and_its_refusal_is_clear(robots: str, path: str, welcome: bool) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, body=robots.encode("latin-1") if handler.path == "/robots.txt" else PAGE)

    with serving(answer) as (url, seen):
        if welcome:
            assert get(url, path, robots=Robots()).body == PAGE
        else:
            with pytest.raises(Refused) as refused:
                get(url, path, robots=Robots())
            assert refused.value.code == "collect.robots"
            assert [seen_path for seen_path, _ in seen] == ["/robots.txt"]


def test_robots_txt_is_read_once_per_site_and_its_absence_welcomes() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 404 if handler.path == "/robots.txt" else 200)

    robots = Robots()
    with serving(answer) as (url, seen):
        get(url, "/a", robots=robots)
        get(url, "/b", robots=robots)
    assert [path for path, _ in seen] == ["/robots.txt", "/a", "/b"]


def test_a_site_whose_robots_txt_fails_is_asked_again_later() -> None:
    with serving(lambda h: send(h, 503)) as (url, seen), pytest.raises(Unreachable):
        get(url, "/a", robots=Robots())
    assert [path for path, _ in seen] == ["/robots.txt"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for shop.example that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "shop.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "code"),
    [
        ("shop.example", True, None),
        ("other.example", True, "collect.bad_certificate"),
        ("shop.example", False, "collect.bad_certificate"),
    ],
)
def test_a_certificate_must_prove_the_name_though_the_connection_goes_to_an_address(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, code: str | None
) -> None:
    named: list[str | None] = []
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    served.sni_callback = lambda sock, name, context: named.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate) if trusted else None)
    monkeypatch.setattr("collect.fetch._tls", lambda: trusting)
    with serving(send, served) as (url, seen):
        port = int(url.rsplit(":", 1)[1])
        allow = frozenset({f"{host}:{port}"})

        def go() -> Fetched:
            return fetch(f"https://{host}:{port}/x", SystemClock(), allow=allow, resolve=lambda *_: ["127.0.0.1"])

        if code is None:
            assert go().body == PAGE
            assert seen[0][1]["Host"] == f"{host}:{port}"
        else:
            with pytest.raises(Refused) as refused:
                go()
            assert refused.value.code == code
            assert seen == []
    assert named == [host]


def test_a_secure_page_may_not_send_us_to_an_insecure_one(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("collect.fetch._tls", lambda: trusting)
    with serving(lambda h: send(h, 302, b"", Location="http://shop.example/x"), served) as (url, _):
        port = int(url.rsplit(":", 1)[1])
        with pytest.raises(NotAllowed) as refused:
            fetch(
                f"https://shop.example:{port}/", SystemClock(),
                allow=frozenset({f"shop.example:{port}"}), resolve=lambda *_: ["127.0.0.1"],
            )  # fmt: skip
    assert refused.value.code == "collect.downgrade"


def test_the_connection_goes_to_the_checked_address_and_names_the_host() -> None:
    with serving(send) as (url, seen):
        port = int(url.rsplit(":", 1)[1])
        page = fetch(
            f"http://shop.example:{port}/x", SystemClock(),
            allow=frozenset({f"shop.example:{port}"}), resolve=lambda host, port: ["127.0.0.1"],
        )  # fmt: skip
    assert page.url == f"http://shop.example:{port}/x"
    assert seen[0][1]["Host"] == f"shop.example:{port}"


def test_a_robots_txt_that_leads_nowhere_is_no_robots_txt() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/robots.txt":
            send(handler, 302, Location="http://[")
        else:
            send(handler)

    with serving(answer) as (url, _):
        assert get(url, "/lamp", robots=Robots()).body == PAGE
