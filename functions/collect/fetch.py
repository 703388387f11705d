"""Fetching one page from a stranger's server: a checked address, few redirects, few bytes, little time, no secrets."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from collect.guard import NotAllowed, Resolve, Target, Unreachable, check, system_resolve
from daifa.clock import Clock
from daifa.errors import Rejected

AGENT = "Mozilla/5.0 (compatible; DaifaCollector/1.0)"
ASKING = {
    "User-Agent": AGENT,
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.7",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
ROBOT_NAME = "DaifaCollector"
REDIRECTS = 3
SECONDS = 10.0
MOST_BYTES = 2_000_000
MOST_DECODED = 8_000_000
ROBOTS_BYTES = 500_000
ROBOTS_SECONDS = 3600.0
TYPES = re.compile(r"(?i)(?:text/(?:html|plain|xml)|application/(?:[\w.-]+\+)?(?:json|xml)|text/json)\s*(?:;|$)")
# Parts of a sitemap often come packed.
CATALOGUE_TYPES = re.compile(TYPES.pattern.replace(r"text/json", r"text/json|application/(?:x-)?gzip"))
# What we can open; a site that has a picture in several kinds sends one of these.
PICTURE_TYPES = re.compile(r"(?i)image/(?:jpe?g|png|webp|gif)\s*(?:;|$)")
PICTURE_ACCEPT = "image/webp,image/jpeg,image/png;q=0.9,image/gif;q=0.8"
MOVED = frozenset((301, 302, 303, 307, 308))


class Refused(Rejected):
    """The page may not or can't be collected as it is; trying again would not help."""


@dataclass(frozen=True)
class Fetched:
    """A fetched page: its final address, its decoded bytes, and what makes the next visit cheap.

    `status` is 200, or 304 with an empty body when the page is as it was at `etag` or `last_modified`.
    """

    status: int
    url: str
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True)
class Limits:
    """What one fetch may take: seconds in all, bytes on the wire and after decoding."""

    seconds: float = SECONDS
    wire: int = MOST_BYTES
    decoded: int = MOST_DECODED


# A page of a catalogue is longer than one of a product.
CATALOGUE = Limits(wire=6_000_000, decoded=12_000_000)
# A photograph as a camera leaves it; what shops show is a tenth of that.
PICTURE = Limits(wire=8_000_000, decoded=8_000_000)


class Robots:
    """What each site's robots.txt said, remembered for an hour."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, RobotFileParser]] = {}

    def known(self, site: str, now: float) -> RobotFileParser | None:
        """The rules of a site read less than an hour ago; `now` in monotonic seconds."""
        read_at, rules = self._known.get(site, (0.0, None))
        return rules if rules is not None and now - read_at < ROBOTS_SECONDS else None

    def keep(self, site: str, now: float, text: str) -> RobotFileParser:
        """The rules that a robots.txt states, remembered as of `now`."""
        rules = RobotFileParser()
        rules.parse(text.splitlines())
        self._known[site] = (now, rules)
        return rules


def fetch(
    url: str,
    clock: Clock,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    allow: frozenset[str] = frozenset(),
    resolve: Resolve = system_resolve,
    limits: Limits = Limits(),
    robots: Robots | None = None,
    types: re.Pattern[str] = TYPES,
    accept: str | None = None,
) -> Fetched:
    """The page at a URL that a person gave us, within the limits, or an error that says what to do.

    `types` are the content types taken and `accept` what the site is told of them, both a page's unless given.

    NotAllowed: the address or one it redirects to is not public http(s). Refused: the site answered something
    that can't be collected (robots, 4xx, too many redirects, too big, wrong type). Unreachable: nothing came; trying
    later may help.
    No proxy of the environment, no cookie and no credential is used. `robots` None skips robots.txt (tests only).
    """
    deadline = clock.monotonic() + limits.seconds
    asked = {"If-None-Match": etag, "If-Modified-Since": last_modified, "Accept": accept}
    headers = {name: value for name, value in asked.items() if value and re.fullmatch(r"[\x20-\x7e]{1,500}", value)}
    for _ in range(REDIRECTS + 1):
        target = check(url, resolve, allow)
        if robots is not None and not _welcome(target, clock, deadline, robots, resolve, allow):
            raise Refused("collect.robots", url=target.url)
        reply = _get(target, headers, clock, deadline, limits)
        if reply.status not in MOVED:
            return _judged(target, reply, types)
        location = reply.headers.get("location")
        if not location:
            raise Refused("collect.bad_answer", host=target.host, status=reply.status)
        try:
            url = urljoin(target.url, location.strip())
        except ValueError as error:
            raise NotAllowed("collect.bad_address", url=location[:200]) from error
        if target.scheme == "https" and url.lower().startswith("http:"):
            raise NotAllowed("collect.downgrade", host=target.host)
    raise Refused("collect.too_many_redirects", host=target.host)


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def _judged(target: Target, reply: _Reply, types: re.Pattern[str]) -> Fetched:
    """The reply as a page, or the error that its status or type means."""
    kind = reply.headers.get("content-type")
    if reply.status in (404, 410):
        raise Refused("collect.gone", url=target.url, status=reply.status)
    if reply.status in (401, 403, 407, 451):
        raise Refused("collect.forbidden", host=target.host, status=reply.status)
    if reply.status in (408, 425, 429, 430) or reply.status >= 500:
        raise Unreachable("collect.busy", host=target.host, status=reply.status)
    if reply.status not in (200, 203, 304):
        raise Refused("collect.bad_answer", host=target.host, status=reply.status)
    if reply.status != 304 and kind and not types.match(kind.strip()):
        raise Refused("collect.wrong_type", host=target.host, type=kind[:80])
    return Fetched(
        status=304 if reply.status == 304 else 200,
        url=target.url,
        body=reply.body,
        content_type=kind,
        etag=reply.headers.get("etag"),
        last_modified=reply.headers.get("last-modified"),
    )


class _PinnedHttp(http.client.HTTPConnection):
    """A connection to the address that was checked, while the Host header keeps the name."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target
        # http.client forgets its socket once the answer's head is read; the watchdog must still reach it.
        self.wire: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self.wire = socket.create_connection((self._target.ip, self._target.port), self.timeout)

    def hang_up(self) -> None:
        """Close everything, whoever holds it."""
        self.close()
        if self.wire is not None:
            self.wire.close()


class _PinnedHttps(_PinnedHttp):
    """The same over TLS: certificate and SNI are checked against the name, not the address."""

    def connect(self) -> None:
        super().connect()
        # Wrapping takes the plain socket over, so the handshake waits until the watchdog holds the new one.
        wrapped = _tls().wrap_socket(self.sock, server_hostname=self._target.host, do_handshake_on_connect=False)
        self.sock = self.wire = wrapped
        wrapped.do_handshake()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _get(target: Target, asked: Mapping[str, str], clock: Clock, deadline: float, limits: Limits) -> _Reply:
    """One GET; a watchdog closes the socket at the deadline, so no dripping head or body outlasts it."""
    left = deadline - clock.monotonic()
    if left <= 0:
        raise Unreachable("collect.too_slow", host=target.host)
    kind = _PinnedHttps if target.scheme == "https" else _PinnedHttp
    connection = kind(target, min(left, 5.0))
    overdue = threading.Event()
    watchdog = threading.Timer(left, _cut, (connection, overdue))
    watchdog.daemon = True
    watchdog.start()
    answer: http.client.HTTPResponse | None = None
    try:
        connection.connect()
        connection.sock.settimeout(left)
        connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": target.authority, **ASKING, **asked}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        body = _body(answer, told, target, limits) if answer.status in (200, 203) else b""
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        # A socket closed by the watchdog fails in whichever of these ways its reader was waiting.
        if overdue.is_set() or isinstance(error, TimeoutError):
            raise Unreachable("collect.too_slow", host=target.host) from error
        if isinstance(error, ssl.SSLCertVerificationError):
            raise Refused("collect.bad_certificate", host=target.host) from error
        raise Unreachable("collect.unreachable", host=target.host) from error
    finally:
        watchdog.cancel()
        if answer is not None:
            answer.close()
        connection.hang_up()
    if overdue.is_set():
        raise Unreachable("collect.too_slow", host=target.host)
    return _Reply(answer.status, told, body)


def _cut(connection: _PinnedHttp, overdue: threading.Event) -> None:
    overdue.set()
    if connection.wire is not None:
        # An error means it is closed already: nobody is waiting on it any more.
        with contextlib.suppress(OSError):
            connection.wire.shutdown(socket.SHUT_RDWR)


def _body(answer: http.client.HTTPResponse, told: Mapping[str, str], target: Target, limits: Limits) -> bytes:
    """The decoded body; caps hold before and after decoding, and only plain or once-gzipped bodies are read."""
    coding = told.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Refused("collect.wrong_encoding", host=target.host, encoding=coding[:40])
    length = told.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > limits.wire:
        raise Refused("collect.too_big", host=target.host, limit=limits.wire)
    inflate = zlib.decompressobj(wbits=31) if coding.endswith("gzip") else None
    body = bytearray()
    read = 0
    while chunk := answer.read1(64 * 1024):
        read += len(chunk)
        if read > limits.wire:
            raise Refused("collect.too_big", host=target.host, limit=limits.wire)
        if inflate is None:
            body += chunk
            continue
        try:
            body += inflate.decompress(chunk, limits.decoded - len(body) + 1)
        except zlib.error as error:
            raise Refused("collect.bad_answer", host=target.host, status=answer.status) from error
        if len(body) > limits.decoded:
            raise Refused("collect.too_big", host=target.host, limit=limits.decoded)
    return bytes(body)


def _welcome(
    target: Target, clock: Clock, deadline: float, robots: Robots, resolve: Resolve, allow: frozenset[str]
) -> bool:
    """Whether the site's robots.txt lets us ask for this page (RFC 9309: absent means yes, failing means ask later)."""
    site = f"{target.scheme}://{target.authority}"
    rules = robots.known(site, clock.monotonic())
    if rules is None:
        rules = robots.keep(site, clock.monotonic(), _robots_text(site, clock, deadline, resolve, allow))
    return rules.can_fetch(ROBOT_NAME, target.url)


def _robots_text(site: str, clock: Clock, deadline: float, resolve: Resolve, allow: frozenset[str]) -> str:
    url = f"{site}/robots.txt"
    for _ in range(REDIRECTS + 1):
        target = check(url, resolve, allow)
        try:
            reply = _get(target, {}, clock, deadline, Limits(wire=ROBOTS_BYTES, decoded=ROBOTS_BYTES))
        except Refused:
            return ""  # too big or strangely encoded: not a file for us to obey
        if reply.status in MOVED and reply.headers.get("location"):
            try:
                url = urljoin(target.url, reply.headers["location"].strip())
            except ValueError:
                return ""  # it leads nowhere: there is no such file
            continue
        if reply.status >= 500:
            raise Unreachable("collect.busy", host=target.host, status=reply.status)
        return reply.body.decode("utf-8", "replace") if reply.status == 200 else ""
    return ""
