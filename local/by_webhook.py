"""The story's last step: a supplier who built docs/supplier-webhooks.md."""

from __future__ import annotations

from dataclasses import replace

from daifa.models.purchase import PurchaseOrder
from daifa.models.states import PoState
from local.play import Play


def by_webhook(play: Play) -> None:
    """A second order goes to a supplier who built webhooks: signed out, signed back, followed like any other."""
    world = play.run.world
    there, told = world.webhook_supplier, world.catalogue
    there.rules(callback=f"{play.run.edge.url}/suppliers/pottery")
    lines = [[play.variants[f"{one['product']}/{one['variant']}"], one["quantity"]] for one in told["second_lines"]]
    placed = world.shop.place_order(lines, customer=told["customer"] | {"email": "li.ceshi@customer.example"})
    second = replace(play, order=str(placed["id"]))

    def reached(state: PoState) -> PurchaseOrder | None:
        po = second.po("pottery")
        return po if po.state is state else None

    bought = play.until(lambda: reached(PoState.SUBMITTED), "the planter to be bought by webhook")
    kept = [one["reference"] for one in there.placed() if one["number"] == bought.number]
    play.check(kept == [bought.supplier_order], "exactly one order there, and its reference on our row")
    there.acknowledge(bought.number)
    play.until(lambda: reached(PoState.ACKNOWLEDGED), "the supplier's yes by webhook")
    number = f"7532{second.order[-9:]}"
    there.ship(bought.number, number)
    play.until(lambda: reached(PoState.SHIPPED), "the parcel by webhook")
    play.until(lambda: second.parcel("pottery").store_fulfilment or None, "the shop to know that parcel, too")
    play.say(f"PO {bought.number[:6]}… bought by webhook as {bought.supplier_order}; the yes and {number} were pushed")
