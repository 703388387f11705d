"""What every kind of job for many products does to one of them; each act may be repeated, and says what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from daifa.app import App
from daifa.models.bulk import Bulk, BulkItem
from daifa.models.catalog import Shop


class Kind(ABC):
    """One kind of job."""

    @abstractmethod
    def look(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """What would become of it: waiting with its changes, or skipped with why."""

    @abstractmethod
    def do(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Do it, or see what became of it."""

    @abstractmethod
    def undo(self, item: BulkItem, bulk: Bulk, shop: Shop, app: App) -> BulkItem:
        """Take it back, or see what became of that."""

    def rest(self, items: Sequence[BulkItem], bulk: Bulk, app: App) -> int:
        """How many seconds the others have to be spared after this part."""
        return 0
