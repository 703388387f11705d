"""Speaking HTTP over real sockets with sides that drip, hang up and never end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from daifa.http import ANSWER_CAP, Http, NoAnswer, NotSent
from tests.unit.answering import RealClock

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# A side that drips says this much in all, far more slowly than the deadline allows.
DRIPS, PAUSE, SECONDS = 200, 0.05, 0.4


@contextmanager
def saying(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """A port whose every connection reads one request and is then handed to `say`."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line:
                try:
                    line.recv(65536)
                    say(line)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    ],
    ids=["status", "header", "headers", "body", "chunks", "body to the end"],
)
def test_whatever_part_drips_it_is_cut_long_before_its_end_and_no_answer(head: bytes, drop: bytes) -> None:
    told, cut = [], threading.Event()

    def drip(line: socket.socket) -> None:
        line.sendall(head)
        for _ in range(DRIPS):
            try:
                line.sendall(drop)
            except OSError:
                cut.set()
                return
            told.append(drop)
            threading.Event().wait(PAUSE)

    with saying(drip) as url, pytest.raises(NoAnswer):
        Http(RealClock()).request("GET", url, seconds=SECONDS)
    assert cut.wait(5)
    assert len(told) < DRIPS / 2


def test_a_body_without_end_is_cut_at_the_cap() -> None:
    def pour(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(4 * ANSWER_CAP // 65536):
            line.sendall(b"x" * 65536)

    with saying(pour) as url, pytest.raises(NoAnswer):
        Http(RealClock()).request("GET", url)


def test_a_whole_answer_is_read_and_the_next_one_after_it() -> None:
    http = Http(RealClock())
    with saying(lambda line: line.sendall(WHOLE)) as url:
        assert [http.request("POST", url, body=b"x").body for _ in range(2)] == [b"ok", b"ok"]


def test_what_cannot_be_connected_was_never_sent() -> None:
    for nowhere in ("http://127.0.0.1:9/", "https://127.0.0.1:9/", "http://nowhere.invalid/"):
        with pytest.raises(NotSent):
            Http(RealClock()).request("POST", nowhere, body=b"x", seconds=2)


def test_a_line_that_is_cut_after_the_request_may_have_been_acted_on() -> None:
    with saying(lambda line: None) as url, pytest.raises(NoAnswer):
        Http(RealClock()).request("POST", url, body=b"x")


def test_a_handshake_that_fails_or_drips_sent_nothing_of_the_request() -> None:
    def drip(line: socket.socket) -> None:
        line.sendall(b"\x16\x03\x03\x40\x00")
        for _ in range(DRIPS):
            line.sendall(b"a")
            threading.Event().wait(PAUSE)

    for say in (lambda line: line.sendall(b"no TLS here"), drip):
        with saying(say) as url, pytest.raises(NotSent):
            Http(RealClock()).request("POST", url.replace("http:", "https:"), body=b"x", seconds=SECONDS)
