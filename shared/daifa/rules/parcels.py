"""From the supplier's word that goods left to parcels we follow."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from daifa.errors import Rejected
from daifa.models.derive import derived
from daifa.models.facts import Fact
from daifa.models.ids import ShipmentId
from daifa.models.purchase import LineState, PoLine, PurchaseOrder
from daifa.models.shipment import Goods, Shipment, ShippedLine
from daifa.models.states import PoState
from daifa.rules.lifecycle import PURCHASE

# What is in a parcel: pieces of lines, () for what nobody can name, None for all that the supplier has ready.
Contents = tuple[ShippedLine, ...] | None

SHIPPABLE = {PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED}

# Holds that are over once everything is under way: they asked where the goods are.
ANSWERED = {"hold.cannot_ask", "hold.call_supplier", "hold.reroute_late", "hold.offer_refund", "hold.backordered"}


def clean_number(number: str) -> str:
    """A tracking number as carriers print it: no spaces, dashes or words around it, capitals, no full-width digits."""
    plain = unicodedata.normalize("NFKC", number)
    return "".join(ch for ch in plain if ch.isascii() and ch.isalnum()).upper()


def shipment_id(po: PurchaseOrder, number: str) -> ShipmentId:
    """The same parcel of the same purchase is always the same row."""
    return ShipmentId(derived(po.shop, po.order, po.number, clean_number(number)))


def left(line: PoLine) -> int:
    """How many pieces of this line still have to come: nothing of what was refused, else what is in no parcel yet."""
    if line.state is LineState.REJECTED:
        return 0
    return line.quantity - _sent(line)


def shipped(
    po: PurchaseOrder,
    parcels: Sequence[tuple[str, str, Contents]],
    known: frozenset[ShipmentId],
    by: str,
    now: datetime,
) -> tuple[PurchaseOrder, tuple[Shipment, ...]]:
    """The purchase after these parcels (carrier, number, contents) and the new parcels.

    Parcels in `known` change nothing, so hearing the same news twice is hearing it once. A line is SHIPPED when its
    parcels hold all its pieces. Rejected if a parcel names another purchase's line or more pieces than are left.
    """
    made: list[Shipment] = []
    lines = {line.order_line: line for line in po.lines}
    for carrier, number, told in parcels:
        identity = shipment_id(po, number)
        if identity in known or any(shipment.id == identity for shipment in made):
            continue
        if po.state not in SHIPPABLE and told != ():
            break
        contents = _ready(lines.values()) if told is None else _checked(told, lines)
        for content in contents:
            lines[content.order_line] = _packed(lines[content.order_line], content.quantity)
        made.append(
            Shipment(
                shop=po.shop,
                order=po.order,
                order_number=po.order_number,
                id=identity,
                po=po.number,
                carrier=carrier,
                number=clean_number(number),
                lines=contents,
                created_at=now,
                changed_at=now,
                work_due=now,
                facts=(Fact.of(now, "shipment.reported", by, number=clean_number(number), po=po.number),),
            )
        )
        target = PoState.PARTIALLY_SHIPPED if any(map(left, lines.values())) else PoState.SHIPPED
        if po.state is not target:
            po = po.model_copy(update={"state": PURCHASE.check(po.state, target)})
    if made:
        whole = po.state is PoState.SHIPPED
        refused = any(line.state is LineState.REJECTED for line in lines.values())
        po = po.model_copy(
            update={
                "lines": tuple(lines.values()),
                "facts": (*po.facts, Fact.of(now, f"purchase.{po.state.value.lower()}", by, parcels=len(made))),
                "holds": tuple(hold for hold in po.holds if not (whole and hold.code in ANSWERED)),
                # What is not under way is still waited for, and what was refused is still to be bought elsewhere.
                "work_due": None if whole and not refused else po.work_due,
            }
        )
    return po, tuple(made)


def contents(po: PurchaseOrder, goods: Sequence[Goods]) -> Contents:
    """Which pieces of the purchase these goods are, as far as they are in no parcel yet; None if some are not of it."""
    room = {line.order_line: left(line) for line in po.lines}
    pieces: dict[str, int] = {}
    for one in goods:
        same = [line for line in po.lines if line.external_offer == one.offer]
        # An offer without variants is known by its own number to us and by nothing to the supplier.
        lines = [line for line in same if line.external_variant == one.variant] or same * (len(same) == 1)
        if not lines:
            return None
        wanted = one.quantity
        for line in lines:
            taken = min(wanted, room[line.order_line])
            wanted -= taken
            room[line.order_line] -= taken
            if taken:
                pieces[line.order_line] = pieces.get(line.order_line, 0) + taken
    return tuple(ShippedLine(order_line=name, quantity=quantity) for name, quantity in pieces.items())


def _sent(line: PoLine) -> int:
    """Rows written before pieces were counted say only that the line is SHIPPED."""
    return max(line.shipped, line.quantity) if line.state is LineState.SHIPPED else line.shipped


def _ready(lines: Iterable[PoLine]) -> tuple[ShippedLine, ...]:
    """What a supplier who names nothing has sent: all that is left, but what was put off only if nothing else is."""
    there = [(line, min(left(line), _promised(line) - _sent(line))) for line in lines]
    open_lines = [(line, pieces) for line, pieces in there if pieces > 0]
    ready = [pair for pair in open_lines if pair[0].state is not LineState.BACKORDERED]
    return tuple(ShippedLine(order_line=line.order_line, quantity=pieces) for line, pieces in ready or open_lines)


def _promised(line: PoLine) -> int:
    """How many the supplier said it can send, if it said fewer than we ordered."""
    fewer = line.answer.quantity if line.state is LineState.CHANGED and line.answer else None
    return line.quantity if fewer is None else min(fewer, line.quantity)


def _checked(told: Sequence[ShippedLine], lines: Mapping[str, PoLine]) -> tuple[ShippedLine, ...]:
    pieces: dict[str, int] = {}
    for content in told:
        pieces[content.order_line] = pieces.get(content.order_line, 0) + content.quantity
    for name, quantity in pieces.items():
        if name not in lines:
            raise Rejected("link.other_line", line=name[:40])
        if not 0 < quantity <= left(lines[name]):
            raise Rejected("link.too_many", title=lines[name].title, quantity=quantity, left=left(lines[name]))
    return tuple(ShippedLine(order_line=name, quantity=quantity) for name, quantity in pieces.items())


def _packed(line: PoLine, pieces: int) -> PoLine:
    sent = _sent(line) + pieces
    return line.model_copy(
        update={"shipped": sent, "state": LineState.SHIPPED if sent >= line.quantity else line.state}
    )
