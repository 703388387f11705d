"""Signed links: whoever holds one may see and do exactly what it names, until it expires."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import TypeAdapter, ValidationError

from daifa.errors import Rejected
from daifa.models.base import Model


class LinkKind(StrEnum):
    """Which page a link opens; a link for one page is worthless at another."""

    SUPPLIER = "s"
    CUSTOMER = "o"
    CARRIER = "c"


class Link(Model):
    """What a link names: an order of a shop and one thing in it; `expires` in epoch seconds."""

    shop: str
    order: str
    thing: str
    expires: int


class LinkExpired(Rejected):
    """The link was good once."""

    status = 410


class LinkAltered(Rejected):
    """Nobody here made this link."""

    status = 404


_LINK = TypeAdapter(tuple[str, str, str, int])


class Links:
    """Makes and reads signed links; the first key signs, all keys are accepted, so keys can be rotated."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        if not keys or min(len(key) for key in keys) < 16:
            raise ValueError("link keys need 16 characters or more")
        # itsdangerous signs with the last key of its list.
        self._keys = list(reversed(keys))
        self._public_url = public_url

    def _serializer(self, kind: LinkKind) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys, salt=f"daifa-{kind.value}", signer_kwargs={"digest_method": _sha256})

    def token(self, kind: LinkKind, shop: str, order: str, thing: str, expires: datetime) -> str:
        """A URL-safe token without personal data."""
        signed = self._serializer(kind).dumps([shop, order, thing, int(expires.timestamp())])
        return signed if isinstance(signed, str) else signed.decode()

    def url(self, kind: LinkKind, shop: str, order: str, thing: str, now: datetime, days: int) -> str:
        """The address of the page that this token opens for so many days.

        The expiry is rounded up to a whole day, so that a repeated message carries the very same link.
        """
        expires = datetime.fromtimestamp(
            (int((now + timedelta(days=days)).timestamp()) // 86400 + 1) * 86400, now.tzinfo
        )
        return f"{self._public_url}/{kind.value}/{self.token(kind, shop, order, thing, expires)}"

    def read(self, kind: LinkKind, token: str, now: datetime) -> Link:
        """What the token names; LinkAltered if we did not sign it for this page, LinkExpired if its time is over."""
        try:
            shop, order, thing, expires = _LINK.validate_python(self._serializer(kind).loads(token))
        except (BadSignature, ValidationError, ValueError) as error:
            raise LinkAltered("link.altered") from error
        if now.timestamp() >= expires:
            raise LinkExpired("link.expired")
        return Link(shop=shop, order=order, thing=thing, expires=expires)


def _sha256(data: bytes = b"") -> hashlib._Hash:
    return hashlib.sha256(data)
