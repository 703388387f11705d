"""A WeCom group robot: takes messages for known keys, with the documented limits, and keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from local.world import catalogue
from local.world.wire import Party, Reply, Request, json_reply, verb

# developer.work.weixin.qq.com: text at most 2048 bytes, markdown 4096, 20 messages a minute per robot.
LIMITS = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
PER_MINUTE = 20


class WeCom(Party):
    """POST /cgi-bin/webhook/send?key=…; errors come as errcode in a 200 answer, as the real one does."""

    name = "wecom"
    prefix = "/wecom"
    kinds = frozenset({"throttled"})

    def seed(self) -> dict[str, Any]:
        """Two robots in two groups, no message yet."""
        return {"robots": {key: group for group, key in catalogue.ROBOTS.items()}, "inbox": []}

    def operation(self, request: Request) -> str:
        """`send` for the one documented path."""
        return "send" if request.path == "/cgi-bin/webhook/send" else request.path

    def answer(self, request: Request) -> Reply:
        """Keep the message of a known robot, or say in errcode what is wrong."""
        if request.operation != "send":
            return json_reply({"errcode": 40013, "errmsg": "invalid path"}, 404)
        if request.method != "POST":
            return _error(43002, "require POST method")
        key = request.query.get("key", "")
        if key not in self.state["robots"]:
            return _error(93000, "invalid webhook url, hint: world")
        recent = [m for m in self.state["inbox"] if m["key"] == key and self._age(m["at"]) < 60]
        if request.told == "throttled" or len(recent) >= PER_MINUTE:
            return _error(45009, "api freq out of limit")
        try:
            message = request.json()
        except ValueError:
            return _error(47001, "data format error")
        kind = message.get("msgtype") if isinstance(message, dict) else None
        if kind not in LIMITS:
            return _error(40008, "invalid message type")
        part = message.get(kind)
        content = part.get("content") if isinstance(part, dict) else None
        if not isinstance(content, str) or not content:
            return _error(44004, "empty content")
        if len(content.encode()) > LIMITS[kind]:
            return _error(40058, f"{kind}.content exceed max length {LIMITS[kind]}. invalid Request Parameter")
        self.state["inbox"].append(
            {"at": self.world.now().isoformat(), "key": key, "group": self.state["robots"][key], "kind": kind,
             "content": content, "mentioned": part.get("mentioned_list", [])}
        )  # fmt: skip
        return json_reply({"errcode": 0, "errmsg": "ok"})

    @verb
    def messages(self, group: str = "") -> list[dict[str, Any]]:
        """The messages that arrived, oldest first, of one group or of all."""
        return [m for m in self.state["inbox"] if group in ("", m["group"])]

    @verb
    def add_robot(self, group: str, key: str) -> dict[str, str]:
        """Accept messages for one more robot."""
        self.state["robots"][key] = group
        return {"group": group, "key": key}

    def _age(self, at: str) -> float:
        return (self.world.now() - datetime.fromisoformat(at)).total_seconds()


def _error(code: int, message: str) -> Reply:
    return json_reply({"errcode": code, "errmsg": message})
