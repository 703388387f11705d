"""Another supplier's offer that may be the same thing as a product of ours, and what a person said of it."""

from __future__ import annotations

from daifa.models.base import Model, UtcTime
from daifa.models.facts import Reason
from daifa.models.ids import OfferId, ProductId, ShopId, SupplierId, VariantId
from daifa.models.states import MatchState


class Match(Model):
    """One proposal: `variants` says which of the supplier's variants each of ours is; `words` and `title` are the
    offer's as they were compared.
    """

    shop: ShopId
    product: ProductId
    offer: OfferId
    supplier: SupplierId
    title: str
    words: str = ""
    score: float
    reasons: tuple[Reason, ...]
    variants: dict[VariantId, str]
    state: MatchState = MatchState.PROPOSED
    by: str = "system"
    found_at: UtcTime
    ver: int = 1
