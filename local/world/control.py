"""The control API under /_control: what a story or a benchmark in another process asks of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.world.journal import as_json
from local.world.wire import Party, Reply, Request, json_reply

if TYPE_CHECKING:
    from local.world.world import World

# Shorter names for whom a verb speaks of.
ALIASES = {"parcel": "kuaidi100", "1688": "gateway1688", "robot": "wecom", "site": "pages"}


class Control(Party):
    """GET /_control/{catalogue,endpoints,credentials,received,sent,faults}, POST /_control/{party}/{verb}."""

    name = "control"
    prefix = "/_control"

    def __init__(self, world: World) -> None:
        super().__init__(world)

    def answer(self, request: Request) -> Reply:
        """JSON in, JSON out; 400 with `error` when it makes no sense, 404 when there is no such thing."""
        try:
            values = request.json() if request.body else dict(request.query)
            if not isinstance(values, dict):
                raise ValueError("the body must be a JSON object")
            first, *rest = request.path.strip("/").split("/")
            result = self._party(first, rest[0], values) if rest else self._world(first, request.method, values)
        except LookupError as error:
            return json_reply({"error": f"not found: {error}"}, 404)
        except (TypeError, ValueError) as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply(result)

    def _world(self, name: str, method: str, values: dict[str, Any]) -> Any:
        world = self.world
        if name in ("", "catalogue", "endpoints", "credentials"):
            known = {"catalogue": world.catalogue, "endpoints": world.endpoints, "credentials": world.credentials}
            return known[name] if name else {"url": world.url, "endpoints": world.endpoints, "verbs": self._verbs()}
        if name in ("received", "sent"):
            since = int(values.pop("since", 0))
            entries = world.received(since=since, **values) if name == "received" else world.sent(since=since, **values)
            return [as_json(entry) for entry in entries]
        if name == "faults":
            if method == "POST":
                world.faults.add(**values)
            elif method == "DELETE":
                world.faults.clear()
            return world.faults.open()
        if name == "advance" and method == "POST":
            world.advance(**values)
            return {"now": world.now().isoformat()}
        if name == "reset" and method == "POST":
            world.reset()
            return {"now": world.now().isoformat()}
        raise LookupError(name)

    def _party(self, name: str, verb: str, values: dict[str, Any]) -> Any:
        party = self.world.parties[ALIASES.get(name, name)]
        if verb == "state":
            return party.state
        if verb not in party.verbs():
            raise LookupError(f"{name} has no verb {verb}; it has {party.verbs()}")
        return getattr(party, verb)(**values)

    def _verbs(self) -> dict[str, list[str]]:
        return {name: party.verbs() for name, party in self.world.parties.items()}
