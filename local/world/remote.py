"""A world that runs in another process, spoken to through its control API."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from local.world.mailbox import Mailbox


class Remote:
    """`Remote(url).do("shop", "place_order", lines=[…])`, `.get("catalogue")`, `.fault("shop", "*", "late")`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.mailbox = Mailbox(self.url)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, what: str, **query: Any) -> Any:
        """GET /_control/{what}; RuntimeError with the world's words when it refuses."""
        return self._call("GET", f"{what}?{urllib.parse.urlencode(query)}", None)

    def do(self, party: str, verb: str, **values: Any) -> Any:
        """POST /_control/{party}/{verb} with the values as JSON."""
        return self._call("POST", f"{party}/{verb}", values)

    def fault(self, party: str, operation: str, kind: str, times: int = 1, seconds: float | None = None) -> Any:
        """Order a party to misbehave."""
        order = {"party": party, "operation": operation, "kind": kind, "times": times, "seconds": seconds}
        return self._call("POST", "faults", order)

    def received(self, party: str = "", operation: str = "", since: int = 0) -> list[dict[str, Any]]:
        """What the world was sent, as JSON."""
        return list(self.get("received", party=party, operation=operation, since=since))

    def advance(self, **span: float) -> Any:
        """Move the world's clock, as in advance(minutes=31)."""
        return self._call("POST", "advance", span)

    def reset(self) -> Any:
        """The first day again."""
        return self._call("POST", "reset", {})

    def _call(self, method: str, path: str, values: Any) -> Any:
        body = None if values is None else json.dumps(values, ensure_ascii=False).encode()
        request = urllib.request.Request(
            f"{self.url}/_control/{path}", body, {"Content-Type": "application/json"}, method=method
        )
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error
