"""New names for new things, handed in by the composition root."""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Protocol

from daifa.models.derive import ALPHABET


class Ids(Protocol):
    """Makes identifiers nobody can guess; a simulation hands in its own."""

    def new(self) -> str:
        """A fresh identifier of 16 characters."""


class RandomIds:
    """Identifiers from the operating system's randomness, 80 bits each."""

    def new(self) -> str:
        """A fresh identifier of 16 characters."""
        return b32encode(secrets.token_bytes(10)).decode().translate(ALPHABET)
