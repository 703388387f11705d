"""Which sentences the source asks for, read from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import daifa.errors
from daifa import suppliers
from daifa.channels import CHANNELS
from daifa.models.aftersales import CaseReason, Payer
from daifa.models.collected import Blocked
from daifa.models.keeping import Action
from daifa.models.purchase import REFUSALS, LineState
from daifa.models.states import CaseState, ClaimState, OrderState, PoState, ShipmentState
from daifa.models.words import Party
from daifa.signing import LinkAltered, LinkExpired
from daifa.suppliers import order_sheet
from daifa.tables.orders import CLAIM_WAITS
from daifa.texts import texts
from forward import supplier_acts
from forward.supplier_answers import CHOICES

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [path for part in ("functions", "shared/daifa") for path in sorted((ROOT / part).rglob("*.py"))]
ENGLISH = texts("en")
DOTTED = re.compile(r"[a-z]+(\.[a-z_0-9]+)+")

# Looks like a sentence's name and is none: the shop's own name of a field, the pieces of an address.
NO_SENTENCES = {"order.id"}


def low(states: Sequence[StrEnum] | type[StrEnum]) -> list[str]:
    """The values of an enum as the names of sentences write them."""
    return [state.value.lower() for state in states]


def companies() -> set[str]:
    """Every company that a supplier's adapter names or a supplier may choose, by its code; "auto" for none."""
    adapters = [import_module(f"daifa.suppliers.{found.name}") for found in iter_modules(suppliers.__path__)]
    named = {code for adapter in adapters for code in getattr(adapter, "COMPANIES", {}).values()}
    return named | {company or "auto" for company in supplier_acts.CARRIERS}


# A name that is put together when the program runs: its shape in the source, and everything that may stand in it.
FAMILIES: Mapping[str, Sequence[str]] = {
    "match.other_{}": (
        "accessory",
        "brand",
        "code",
        "colour",
        "count",
        "gtin",
        "kind",
        "material",
        "measure",
        "mpn",
        "number",
    ),
    "shipment.state.{}": low(ShipmentState),
    "shipment.{}": low(ShipmentState),
    "carrier.{}": sorted(companies()),
    "case.reason.{}": low(CaseReason),
    "page.case_state.{}": low(CaseState),
    "page.order_state.{}": low(OrderState),
    "payer.{}": low(Payer),
    "party.{}": low(Party),
    "channel.name.{}": sorted(CHANNELS),
    "collect.{}": [blocked.value for blocked in Blocked],
    "link.claim.{}": [state for state in low(ClaimState) if state != "draft"],
    "link.state.{}": low(PoState),
    "link.refused.{}": REFUSALS,
    "link.answer.{}": [choice or "none" for choice in CHOICES],
    "link.line.{}": low(LineState),
    "claim.{}.short": low(sorted(CLAIM_WAITS)),
    "purchase.{}": low([PoState.SHIPPED, PoState.PARTIALLY_SHIPPED]),
    "claim.{}": low([ClaimState.ACCEPTED, ClaimState.PARTIALLY_ACCEPTED, ClaimState.REJECTED]),
    "order.{}": low([OrderState.PENDING, OrderState.CONFIRMED, OrderState.CANCELLED]),
    "supplier.webhook.{}": REFUSALS,
    "item.offer_{}": low([action for action in Action if action is not Action.UPDATE]),
    "listing.waits_{}": low([Action.HOLD, Action.OUT_OF_STOCK]),
    "supplier.sheet.{}": [column.name for column in order_sheet.COLUMNS],
    "supplier.mail.sheet_{}": ["xlsx", "csv", "instead"],
    "supplier.sheet.help_{}": ["what", "same_number", "fill", "no_price", "link"],
}

# Calls that take a sentence's name and the values that stand in it.
ERRORS = {name for name, kind in vars(daifa.errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
TAKERS = {"Fact.of", "Reason.of", "Refused", "t", LinkAltered.__name__, LinkExpired.__name__} | ERRORS


@dataclass(frozen=True)
class Asked:
    """One call that names a sentence: where, which, and the values it gives (None where the source does not say)."""

    where: str
    code: str
    gives: frozenset[str] | None


def named(node: ast.expr) -> list[str]:
    """The names that an expression may stand for: one, a family's, or those of both branches of an if."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and DOTTED.fullmatch(node.value) else []
    if isinstance(node, ast.IfExp):
        return named(node.body) + named(node.orelse)
    if isinstance(node, ast.JoinedStr):
        shape = shape_of(node)
        return [shape.replace("{}", one) for one in FAMILIES.get(shape, [])]
    return []


def shape_of(node: ast.JoinedStr) -> str:
    """An f-string with {} wherever a value stands."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of ours as a syntax tree."""
    return tuple((str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))) for path in SOURCES)


@cache
def shapes() -> dict[str, str]:
    """Every f-string that makes a sentence's name, with where."""
    known = {name.partition(".")[0] for name in ENGLISH}
    found = {}
    for where, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                shape = shape_of(node)
                if re.fullmatch(r"[a-z]+\.[a-z_0-9.{}]*\{\}[a-z_.]*", shape) and shape.partition(".")[0] in known:
                    found[shape] = where
    return found


@cache
def words() -> dict[str, str]:
    """Every literal that looks like the name of a sentence of ours, with where."""
    known = {name.partition(".")[0] for name in ENGLISH}
    found = {}
    for where, tree in trees():
        pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
                name = node.value
                if DOTTED.fullmatch(name) and name.partition(".")[0] in known and name not in NO_SENTENCES:
                    found[name] = where
    return found


@cache
def asked() -> tuple[Asked, ...]:
    """Every call that names a sentence and gives it values."""
    return tuple(
        Asked(f"{where}:{node.lineno}", code, _gives(node))
        for where, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in TAKERS
        for argument in node.args
        for code in named(argument)
    )


def _gives(call: ast.Call) -> frozenset[str] | None:
    """The names of the values; None if some are only known when the program runs."""
    names: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        names.add(keyword.arg)
    if ast.unparse(call.func) == "Refused" and len(call.args) > 2:
        values = call.args[2]
        if not isinstance(values, ast.Dict):
            return None
        names |= {str(key.value) for key in values.keys if isinstance(key, ast.Constant)}
    return frozenset(names)
