"""What the code behind a door reaches of the outside: read from the sources, door by door, to hold roles against it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"

# What is written in the code -> what it asks of AWS. The tables' methods and what they call are in shared/daifa/tables.
_READS = {"orders", "catalog", "vault"}
_WRITES = ("create", "save", "transact", "put")
_COUNTERS = dict.fromkeys(("spent", "unspent", "refunded"), "orders.UpdateItem") | {"scored": "catalog.UpdateItem"}
_INDEXED = {"work", "due", "queue", "recent", "moving", "closed_cases", "by_tracking", "by_po"}
_INDEXED |= {"suppliers", "shops", "products"}
_SECRETS = {"links": "links", "storefront": "shop", "supplier": "supplier", "carrier": "carrier", "channel": "channel"}


def reached(door: str) -> set[str]:
    """All that the handler `room.file.function` can come to, e.g. `orders.read`, `queue.FORWARD`, `secret.shop`."""
    module, function = door.rsplit(".", 1)
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    waiting = [(module, function)]
    if function == "on_http" and "router" in _definitions(module):
        waiting += [(module, name) for name, node in _definitions(module).items() if _routed(node)]
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        node = _definitions(place[0]).get(place[1])
        if node is None:
            continue
        found |= set(_needs(node))
        waiting += _calls(place[0], node)
    return found


@cache
def _tree(module: str) -> ast.Module:
    path = FUNCTIONS / f"{module.replace('.', '/')}.py"
    return ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module(body=[], type_ignores=[])


@cache
def _definitions(module: str) -> dict[str, ast.AST]:
    named: dict[str, ast.AST] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named[node.name] = node
        elif isinstance(node, ast.Assign):
            named |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            named[node.target.id] = node
    return named


@cache
def _imports(module: str) -> dict[str, tuple[str, str]]:
    """Local name -> (module, name there); name is empty for a module that was imported whole."""
    named: dict[str, tuple[str, str]] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = (FUNCTIONS / node.module.replace(".", "/") / f"{alias.name}.py").exists()
                target = (f"{node.module}.{alias.name}", "") if whole else (node.module, alias.name)
                named[alias.asname or alias.name] = target
    return named


def _routed(node: ast.AST) -> bool:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(ast.unparse(decorator).startswith("router.") for decorator in decorators)


def _calls(module: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    """Every function, class or constant of ours that is named here."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield _imports(module).get(inner.id, (module, inner.id))
        elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            target, name = _imports(module).get(inner.value.id, ("", "?"))
            if not name:
                yield target, inner.attr


def _needs(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield from _asked(inner)
        elif isinstance(inner, ast.Attribute) and inner.attr == "links" and _is_app(inner.value):
            yield "secret.links"
        elif isinstance(inner, ast.Attribute) and inner.attr == "public_url":
            yield "public_url"


def _asked(call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Name):
        if function.id in _COUNTERS:
            yield _COUNTERS[function.id]
        elif function.id == "sweep" and len(call.args) > 1:
            # daifa.sweep: the room's own queue and the work index.
            yield f"queue.{ast.unparse(call.args[0]).removeprefix('Room.')}"
            yield "orders.Index"
        return
    if not isinstance(function, ast.Attribute):
        return
    if function.attr in _COUNTERS:
        yield _COUNTERS[function.attr]
    if _is_app(function.value) and function.attr in _SECRETS:
        yield f"secret.{_SECRETS[function.attr]}"
    owner = function.value
    if not (isinstance(owner, ast.Attribute) and _is_app(owner.value)):
        return
    if owner.attr == "queues":
        yield f"queue.{ast.unparse(call.args[0]).removeprefix('Room.')}"
    elif owner.attr == "secrets":
        yield f"secret.{ast.unparse(call.args[0]).strip(chr(34)).removeprefix('f').strip(chr(39)).split('/')[0]}"
    elif owner.attr in ("media", "snapshots"):
        yield f"{owner.attr}.{function.attr}"
    elif owner.attr in _READS:
        written = function.attr in _WRITES
        yield f"{owner.attr}.{'PutItem' if written else 'Index' if function.attr in _INDEXED else 'read'}"


def _is_app(node: ast.AST) -> bool:
    """`app`, `the` or `app()`: the names our code gives to the application."""
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Name) and node.id in ("app", "the")
