"""Secrets by name, read from Secrets Manager and kept for at most a minute."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from daifa.aws import answering
from daifa.errors import NotFound

# Short enough that a rotated secret is taken up before its predecessor is withdrawn.
KEEP_SECONDS = 60.0


class SecretStore:
    """Reads `{prefix}/{name}` as a JSON object; NotFound if there is no such secret, Busy if nobody can say."""

    def __init__(self, client: Any, prefix: str, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._prefix = prefix
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def get(self, name: str) -> Mapping[str, Any]:
        """The secret's fields, at most a minute old."""
        kept = self._kept.get(name)
        if kept and self._monotonic() - kept[0] < KEEP_SECONDS:
            return kept[1]
        try:
            with answering("secrets"):
                text = self._client.get_secret_value(SecretId=f"{self._prefix}/{name}")["SecretString"]
        except self._client.exceptions.ResourceNotFoundException as error:
            raise NotFound("secret.missing", name=name) from error
        fields: Mapping[str, Any] = json.loads(text)
        self._kept[name] = (self._monotonic(), fields)
        return fields
