"""Everybody's mail: suppliers who buy and sell by e-mail, customers who keep the link to their order."""

from __future__ import annotations

import email
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulation.engine import World

NUMBER = re.compile(r"D[0-9A-HJKMNP-TV-Z]{20}")
SUPPLIER_LINK = re.compile(r"/s/([\w.=-]+)")
CUSTOMER_LINK = re.compile(r"/o/([\w.=-]+)")
PHONE = re.compile(r"1390013\d{4}")
LINE = re.compile(r"^(货\d+) .*× (\d+)，", re.MULTILINE)
NAME = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE)


@dataclass
class MailOrder:
    """A purchase as a supplier by e-mail understands it; the same number is the same order."""

    supplier: str
    number: str
    token: str
    phone: str
    lines: list[tuple[str, int]]
    state: str = "open"
    streets: str = ""
    parcels: list[str] = field(default_factory=list)


class Mailbox:
    """All mail that ever arrived; `opened` hears of every new order by mail."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.orders: dict[str, MailOrder] = {}
        self.opened: Callable[[MailOrder], None] = lambda _order: None
        self._links: dict[str, bytes] = {}
        self._seen: Counter[bytes] = Counter()

    def arrive(self, to: str, raw: bytes) -> None:
        """A mail is in somebody's inbox."""
        self._world.hit("mail: arrived")
        if to.endswith("@customer.example"):
            self._links[to] = raw
            self._once(raw)
            return
        if b"filename" not in raw:
            self._once(raw)
            return
        text = _text(raw)
        number = NUMBER.search(text)
        token = SUPPLIER_LINK.search(text)
        phone = PHONE.search(text)
        if not (number and token and phone):
            self._world.wrong("a purchase can be read", f"mail to {to.partition('@')[0]}")
            return
        if number[0] in self.orders:
            self._world.hit("mail: the same purchase again")
            return
        lines = [(title, int(quantity)) for title, quantity in LINE.findall(text)]
        order = MailOrder(to.partition("@")[0], number[0], token[1], phone[0], lines, streets=text)
        self.orders[order.number] = order
        self.opened(order)

    def link(self, address: str) -> str:
        """The customer's token, from the last mail; empty if none ever arrived."""
        raw = self._links.get(address)
        found = CUSTOMER_LINK.search(_text(raw)) if raw else None
        return found[1] if found else ""

    def _once(self, raw: bytes) -> None:
        name = NAME.search(raw)
        if name is None:
            return
        self._seen[name[1]] += 1
        if self._seen[name[1]] > 1:
            self._world.wrong("a notice is mailed once", name[1].decode("ascii", "replace"))


def _text(raw: bytes) -> str:
    for part in email.message_from_bytes(raw).walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode() if isinstance(payload, bytes) else ""
    return ""
