"""Everyone's mailbox: reads the letters that were sent, from the world's mail service or from the emulator's SES."""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any

LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One letter as the addressee sees it; `headers` have lower-case names."""

    id: str
    at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: tuple[Attachment, ...]

    @property
    def links(self) -> list[str]:
        """Every http(s) address in the text, or in the HTML when there is no text, in order, each once."""
        return list(dict.fromkeys(link.rstrip(").,;，。）") for link in LINK.findall(self.text or self.html)))

    def attachment(self, suffix: str) -> Attachment:
        """The first attachment whose file name ends so; LookupError when there is none."""
        for part in self.attachments:
            if part.name.endswith(suffix):
                return part
        raise LookupError(f"letter {self.subject!r} has no {suffix} among {[p.name for p in self.attachments]}")


class Mailbox:
    """Letters by addressee, read from a world (`world_url`) or from ministack (`emulator_url`: no attachments)."""

    def __init__(self, world_url: str = "", emulator_url: str = "") -> None:
        if not (world_url or emulator_url):
            raise ValueError("a mailbox needs a world or an emulator to read from")
        self._world_url = world_url.rstrip("/")
        self._emulator_url = emulator_url.rstrip("/")

    def letters(self) -> list[Letter]:
        """Every letter, oldest first."""
        found: list[Letter] = []
        if self._world_url:
            found += [_kept(letter) for letter in _get(f"{self._world_url}/_control/mail/letters")]
        if self._emulator_url:
            accounts = _get(f"{self._emulator_url}/_ministack/ses/messages")["messages"]
            found += [_recorded(record) for records in accounts.values() for record in records]
        return sorted(found, key=lambda letter: letter.at)

    def to(self, address: str, subject: str = "") -> list[Letter]:
        """The letters to an address (any case) whose subject contains `subject`, oldest first."""
        wanted = address.lower()
        return [
            letter for letter in self.letters()
            if wanted in (parseaddr(a)[1].lower() for a in letter.to) and subject in letter.subject
        ]  # fmt: skip

    def last(self, address: str, subject: str = "") -> Letter:
        """The newest of them; LookupError when there is none."""
        found = self.to(address, subject)
        if not found:
            raise LookupError(f"no letter to {address} with {subject!r} in its subject")
        return found[-1]

    def wait(
        self, address: str, subject: str = "", timeout: float = 10.0, fits: Callable[[Letter], bool] = bool
    ) -> Letter:
        """The newest fitting letter, waiting up to `timeout` seconds for it; TimeoutError when it does not come."""
        end = time.monotonic() + timeout
        while True:
            found = [letter for letter in self.to(address, subject) if fits(letter)]
            if found:
                return found[-1]
            if time.monotonic() > end:
                raise TimeoutError(f"no letter to {address} with {subject!r} in its subject within {timeout:g} s")
            time.sleep(0.1)


def parse(raw: bytes, number: str, at: str, to: tuple[str, ...]) -> Letter:
    """A letter from its MIME bytes; `to` are the envelope's addressees."""
    message = message_from_bytes(raw, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy parses into EmailMessage")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    parts = tuple(
        Attachment(part.get_filename() or "", part.get_content_type(), _bytes(part))
        for part in message.iter_attachments()
    )
    return Letter(
        number, at, str(message["From"] or ""), to, str(message["Subject"] or ""),
        text.get_content() if text else "", html.get_content() if html else "",
        {name.lower(): str(value) for name, value in message.items()}, parts,
    )  # fmt: skip


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _kept(letter: dict[str, Any]) -> Letter:
    addressees = (*letter["to"], *letter["cc"], *letter["bcc"])
    return parse(base64.b64decode(letter["raw"]), letter["id"], letter["at"], addressees)


def _recorded(record: dict[str, Any]) -> Letter:
    return Letter(
        record["MessageId"], datetime.fromtimestamp(record["Timestamp"], UTC).isoformat(), record["Source"],
        (*record["To"], *record["CC"], *record["BCC"]), record["Subject"], record["BodyText"] or "",
        record["BodyHtml"] or "", {}, (),
    )  # fmt: skip


def _get(url: str) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return json.load(answer)
