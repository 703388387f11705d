"""One job for many products of a shop: what it would do, how far it is, and how to take it back."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from daifa.models.base import Model, UtcTime
from daifa.models.catalog import Pricing
from daifa.models.facts import Reason
from daifa.models.ids import BulkId, JobId, ProductId, ShopId, SupplierId, VariantId
from daifa.models.money import Money
from daifa.models.states import BulkState, ItemState


class BulkKind(StrEnum):
    """What is done to each product."""

    LIST = "list"
    UNLIST = "unlist"
    PRICE = "price"
    IMPORT = "import"


class Source(Model):
    """Where a catalogue is found: an address on a supplier's site, `words` that `supplier` is asked for, or, with
    neither, that supplier's price list.
    """

    address: str = ""
    words: Annotated[str, Field(max_length=100)] = ""
    supplier: SupplierId = SupplierId("")


class PriceChange(Model):
    """What one variant costs in the shop, before and after; `variant` by its id, `shown` as people name it."""

    variant: VariantId
    shown: str
    old: Money | None = None
    new: Money | None = None
    margin: Decimal | None = None


class BulkItem(Model):
    """One product of the job: what would become of it, and what did.

    `name` is the product, or where it is to be collected from; `markup` is the product's own of before; `held` names
    what was read of it already (a key of the snapshot bucket and a place in that file); `job` collects it, and
    `product` came of that.
    """

    name: str
    title: str = ""
    state: ItemState = ItemState.WAITING
    changes: tuple[PriceChange, ...] = ()
    markup: Decimal | None = None
    held: str = ""
    job: JobId | None = None
    product: ProductId | None = None
    why: tuple[Reason, ...] = ()


class BulkPart(Model):
    """As many products as are worked on in one go."""

    bulk: BulkId
    number: int
    items: tuple[BulkItem, ...]
    ver: int = 1


class Bulk(Model):
    """One job for many products.

    `markup` is what these products are to be priced with, `pricing` what the whole shop is, and `before` what it was;
    `products` are the chosen ones, none: every product of the shop. `source` is where a catalogue is imported from,
    `more` what is still to be read of it. `cursor` is the last product (of an import: the last thing that a page
    lists) that has its place in a part, None once all have. Of `parts` parts the one numbered `part` is worked on;
    `counts` tells how many products are in which state.
    """

    id: BulkId
    shop: ShopId
    kind: BulkKind
    state: BulkState = BulkState.PREPARING
    products: tuple[ProductId, ...] = ()
    markup: Decimal | None = None
    pricing: Pricing | None = None
    before: Pricing | None = None
    source: Source | None = None
    more: tuple[str, ...] = ()
    cursor: str | None = ""
    parts: int = 0
    part: int = 0
    counts: dict[ItemState, int] = {}
    by: str
    created_at: UtcTime
    changed_at: UtcTime
    error: Reason | None = None
    work_due: UtcTime | None = None
    ver: int = 1

    @property
    def price_list(self) -> SupplierId | None:
        """Whose price list is imported, if one is: a source that names nothing but the supplier."""
        told = self.source
        return told.supplier if told and told.supplier and not told.address and not told.words else None

    @property
    def total(self) -> int:
        """How many products there are in it."""
        return sum(self.counts.values())
