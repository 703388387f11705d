"""From the supplier's word that goods left to parcels we follow."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from daifa.models.derive import derived
from daifa.models.facts import Fact
from daifa.models.ids import ShipmentId
from daifa.models.purchase import LineState, PurchaseOrder
from daifa.models.shipment import Shipment, ShippedLine
from daifa.models.states import PoState
from daifa.rules.lifecycle import PURCHASE

SHIPPABLE = {PoState.SUBMITTED, PoState.ACKNOWLEDGED, PoState.PARTIALLY_SHIPPED}


def clean_number(number: str) -> str:
    """A tracking number as carriers print it: no spaces, dashes or words around it, capitals, no full-width digits."""
    plain = unicodedata.normalize("NFKC", number)
    return "".join(ch for ch in plain if ch.isascii() and ch.isalnum()).upper()


def shipment_id(po: PurchaseOrder, number: str) -> ShipmentId:
    """The same parcel of the same purchase is always the same row."""
    return ShipmentId(derived(po.shop, po.order, po.number, clean_number(number)))


def shipped(
    po: PurchaseOrder,
    parcels: Sequence[tuple[str, str, tuple[ShippedLine, ...]]],
    known: frozenset[ShipmentId],
    by: str,
    now: datetime,
) -> tuple[PurchaseOrder, tuple[Shipment, ...]]:
    """The purchase after these parcels (carrier, number, lines; no lines means everything not yet shipped) and the
    new parcels.

    Parcels in `known` change nothing, so hearing the same news twice is hearing it once.
    """
    made: list[Shipment] = []
    lines = {line.order_line: line for line in po.lines}
    for carrier, number, told in parcels:
        identity = shipment_id(po, number)
        if identity in known or any(shipment.id == identity for shipment in made):
            continue
        if po.state not in SHIPPABLE:
            break
        contents = told or tuple(
            ShippedLine(order_line=line.order_line, quantity=line.quantity)
            for line in lines.values()
            if line.state not in (LineState.SHIPPED, LineState.REJECTED)
        )
        for content in contents:
            if content.order_line in lines:
                lines[content.order_line] = lines[content.order_line].model_copy(update={"state": LineState.SHIPPED})
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
        open_lines = [x for x in lines.values() if x.state not in (LineState.SHIPPED, LineState.REJECTED)]
        target = PoState.PARTIALLY_SHIPPED if open_lines else PoState.SHIPPED
        if po.state is not target:
            po = po.model_copy(update={"state": PURCHASE.check(po.state, target)})
    if made:
        facts = (*po.facts, Fact.of(now, f"purchase.{po.state.value.lower()}", by, parcels=len(made)))
        po = po.model_copy(update={"lines": tuple(lines.values()), "facts": facts, "holds": (), "work_due": None})
    return po, tuple(made)
