"""A WeCom (企业微信) group robot: plain text into one group chat."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from daifa.http import NoAnswer, NotSent
from daifa.models.words import Outgoing
from daifa.ports import Done, NeverSent, Outcome, Refused, Unclear, Wire

ENDPOINT = "https://qyapi.weixin.qq.com"
SECONDS = 8.0
# developer.work.weixin.qq.com, group robots: a text holds at most 2048 bytes; a robot takes 20 messages a minute.
MOST_BYTES = 2048

THROTTLED = 45009
BAD_KEY = 93000
# The message itself is wrong: bad type, empty, too long, not JSON.
BAD_MESSAGE = {40008, 40058, 44004, 47001}

# Control and invisible direction characters, which could make a text read as another.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# Whoever is called by these would be called by words that a stranger wrote.
_CALLS = re.compile(r"@(?=all\b|所有人)|(?<=<)@", re.IGNORECASE)


class WeCom:
    """One robot: its key is `message.to`, or `robot_key` of the secret when that is empty."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def send(self, message: Outgoing) -> Outcome:
        """One call, no retry: say this as plain text, which knows no markup; files and HTML stay behind.

        The robot gives messages no id of their own; Done carries ours.
        """
        key = message.to or str(self._wire.secret.get("robot_key", ""))
        content = fitting(harmless(message.text))
        if not re.fullmatch(r"[A-Za-z0-9-]{1,128}", key):
            return Refused("no_key", "channel.refused.address")
        if not content.strip():
            return Refused("empty", "channel.refused.empty")
        body = json.dumps({"msgtype": "text", "text": {"content": content}}, ensure_ascii=False).encode()
        base = (self._wire.endpoint or ENDPOINT).rstrip("/")
        url = f"{base}/cgi-bin/webhook/send?key={quote(key, safe='')}"
        try:
            answer = self._wire.http.request(
                "POST", url, headers={"Content-Type": "application/json; charset=utf-8"}, body=body, seconds=SECONDS
            )
        except NotSent as error:
            return NeverSent(str(error))
        except NoAnswer as error:
            return Unclear(str(error))
        try:
            payload = answer.json()
        except (ValueError, RecursionError):
            payload = None
        code = payload.get("errcode") if isinstance(payload, dict) else None
        if answer.status != 200 or isinstance(code, bool) or not isinstance(code, int):
            return Unclear(f"unreadable answer, status {answer.status}")
        if code == 0:
            return Done(message.reference)
        if code == THROTTLED:
            return NeverSent(f"errcode {code}")
        if code == BAD_KEY:
            return Refused(str(code), "channel.refused.address")
        if code in BAD_MESSAGE:
            return Refused(str(code), "channel.refused.message", {"code": str(code)})
        return Unclear(f"errcode {code}")


def harmless(text: str) -> str:
    """The text without characters nobody sees, and calling nobody (`@all`, `@所有人`, `<@id>`)."""
    return _CALLS.sub("＠", _INVISIBLE.sub("", text))


def fitting(text: str) -> str:
    """The text in at most 2048 bytes, cut between characters; a link in the last line survives the cut."""
    if len(text.encode()) <= MOST_BYTES:
        return text
    head, _, last = text.rpartition("\n")
    tail = f"…\n{last}" if re.match(r"https?://\S+$", last) and len(last.encode()) < MOST_BYTES // 2 else "…"
    kept = (head if tail != "…" else text).encode()[: MOST_BYTES - len(tail.encode())]
    return kept.decode("utf-8", "ignore") + tail
