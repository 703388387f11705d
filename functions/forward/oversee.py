"""What a person decides about a supplier as a whole, or about a gap between the books."""

from __future__ import annotations

from typing import Any

from daifa.app import App
from daifa.errors import Conflict, NotFound
from daifa.models.base import Model
from daifa.models.catalog import Supplier, Trouble
from daifa.models.facts import Fact, added
from daifa.models.ids import ShopId, SupplierId, WorkItemId
from daifa.models.work import WorkItem, WorkState
from daifa.rules import work

# What a person may say of a supplier as a whole, and the fact that it becomes.
VERBS = {"pause": "supplier.paused", "resume": "supplier.resumed"}


class Seen(Model):
    """The version that the person saw, and why."""

    ver: int
    reason: str = ""


def switch(verb: str, supplier_id: SupplierId, seen: Seen, by: str, app: App) -> Supplier:
    """The supplier paused (nothing is bought or paid there) or resumed (its failures are forgotten, too)."""
    supplier = app.catalog.supplier(supplier_id)
    if verb not in VERBS:
        raise NotFound("http.no_route")
    if supplier.ver != seen.ver:
        raise Conflict("row.moved")
    change: dict[str, Any] = {"paused": True} if verb == "pause" else {"paused": False, "trouble": Trouble()}
    why = {"reason": seen.reason[:500]} if seen.reason else {}
    fact = Fact.of(app.clock.now(), VERBS[verb], by, **why)
    facts = added(supplier.facts, fact)
    return app.catalog.save(supplier.model_copy(update=change | {"facts": facts}), supplier)


def settle_item(item_id: WorkItemId, shop: ShopId, seen: Seen, by: str, app: App) -> WorkItem:
    """The work item once a person has seen to it; NotFound if it is another shop's."""
    item = app.orders.item(item_id)
    if item.shop not in (shop, work.EVERY_SHOP):
        raise NotFound("row.missing", kind="item")
    if item.state is WorkState.DONE:
        return item
    if item.ver != seen.ver:
        raise Conflict("row.moved")
    return app.orders.save(work.settled(item, seen.reason[:500], by, app.clock.now()), item)
