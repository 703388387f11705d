"""The Catalog table: whom we sell for, whom we buy from, under which agreement, and what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from daifa.clock import iso
from daifa.messages import Room
from daifa.models.bulk import Bulk, BulkPart
from daifa.models.catalog import (
    SHEET,
    Agreement,
    CollectJob,
    Mapping,
    Offer,
    Product,
    Scorecard,
    Shop,
    Supplier,
)
from daifa.models.ids import BulkId, JobId, OfferId, ProductId, ShopId, SupplierId
from daifa.models.keeping import LookCursor, Pace
from daifa.models.match import Match
from daifa.models.states import AgreementState, ItemState, ListingState
from daifa.tables.store import Add, Codec, Key, Store

# There is one.
CURSOR = Key("CURSOR", "LOOKS")

CODECS = (
    Codec("shop", Shop, lambda row: Key(f"SHOP#{row.id}", "SHOP"), board=lambda row: ("shops", row.id)),
    Codec(
        "supplier",
        Supplier,
        lambda row: Key(f"SUPPLIER#{row.id}", "SUPPLIER"),
        board=lambda row: ("suppliers", row.id),
        summary=lambda row: {
            "id": row.id,
            "name": row.name,
            "adapter": row.adapter,
            "currency": row.currency,
            "paused": str(row.paused),
            "trouble": row.trouble.code if row.trouble.open_until else "",
            "open_until": iso(row.trouble.open_until) if row.trouble.open_until else "",
            "ver": row.ver,
            "sites": "\n".join(row.sites),
        },
    ),
    Codec("agreement", Agreement, lambda row: Key(f"SUPPLIER#{row.supplier}", f"AGREEMENT#{row.version:06d}")),
    Codec(
        "offer",
        Offer,
        lambda row: Key(f"OFFER#{row.id}", "OFFER"),
        room=Room.CATALOGUE,
        turn=lambda row: None if row.in_sheet else (f"look#{row.pace}", row.pace.turn(row.id)),
    ),
    Codec("cursor", LookCursor, lambda _: CURSOR),
    Codec(
        "product",
        Product,
        lambda row: Key(f"PRODUCT#{row.shop}#{row.id}", "PRODUCT"),
        room=Room.CATALOGUE,
        board=lambda row: (f"{row.shop}#products", iso(row.collected_at)),
        summary=lambda row: {
            "product": row.id,
            "title": row.title,
            "state": row.state.value,
            "image": row.images[0] if row.images else "",
            "variants": len(row.variants),
            "cost": str(row.variants[0].cost or "") if row.variants else "",
            "price": str(row.variants[0].price or "") if row.variants else "",
            "margin": str(row.variants[0].margin or "") if row.variants else "",
            "problems": len(row.problems),
            "collected_at": iso(row.collected_at),
            "sheet": row.url if row.url.startswith(SHEET) else "",
        },
    ),
    Codec("mapping", Mapping, lambda row: Key(f"SHOP#{row.shop}", f"VARIANT#{row.store_variant}")),
    Codec(
        "job",
        CollectJob,
        lambda row: Key(f"JOB#{row.id}", "JOB"),
        room=Room.CATALOGUE,
        board=lambda row: (f"{row.shop}#jobs", iso(row.created_at)),
    ),
    Codec(
        "bulk",
        Bulk,
        lambda row: Key(f"BULK#{row.id}", "BULK"),
        room=Room.CATALOGUE,
        board=lambda row: (f"{row.shop}#bulk", iso(row.created_at)),
        summary=lambda row: {
            "bulk": row.id,
            "kind": row.kind.value,
            "state": row.state.value,
            "total": row.total,
            "left": sum(row.counts.get(state, 0) for state in (ItemState.WAITING, ItemState.STARTED)),
            "failed": row.counts.get(ItemState.FAILED, 0),
            "created_at": iso(row.created_at),
        },
    ),
    Codec("match", Match, lambda row: Key(f"PRODUCT#{row.shop}#{row.product}", f"MATCH#{row.offer}")),
    Codec("bulk_part", BulkPart, lambda row: Key(f"BULK#{row.bulk}", f"PART#{row.number:04d}")),
)


class Catalog(Store):
    """Shops, suppliers, agreements, offers, products, mappings, jobs for one address or many products, scorecards."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(client, table, CODECS)

    def shop(self, shop: ShopId) -> Shop:
        """One shop; NotFound if the merchant has no such shop."""
        return self.get(Shop, Key(f"SHOP#{shop}", "SHOP"))

    def supplier(self, supplier: SupplierId) -> Supplier:
        """One supplier; NotFound if there is none of that name."""
        return self.get(Supplier, Key(f"SUPPLIER#{supplier}", "SUPPLIER"))

    def suppliers(self, limit: int = 200) -> list[dict[str, Any]]:
        """Summaries of all suppliers."""
        return [summary for _, summary in self.board("suppliers", limit, ascending=True)]

    def shops(self, limit: int = 200) -> list[ShopId]:
        """The ids of all shops."""
        return [ShopId(key.pk.removeprefix("SHOP#")) for key, _ in self.board("shops", limit, ascending=True)]

    def agreements(self, supplier: SupplierId) -> tuple[Agreement, ...]:
        """All versions agreed or proposed with a supplier, oldest first."""
        rows = self.partition(f"SUPPLIER#{supplier}", "AGREEMENT#")
        return tuple(row for row in rows if isinstance(row, Agreement))

    def agreement(self, supplier: SupplierId, version: int) -> Agreement:
        """One version; NotFound if there is none."""
        return self.get(Agreement, Key(f"SUPPLIER#{supplier}", f"AGREEMENT#{version:06d}"))

    def active_agreement(self, supplier: SupplierId, now: datetime) -> Agreement | None:
        """The version that new purchase orders are placed under, or None."""
        for agreement in reversed(self.agreements(supplier)):
            ended = agreement.valid_to is not None and agreement.valid_to <= now
            if agreement.state is AgreementState.ACTIVE and agreement.valid_from <= now and not ended:
                return agreement
        return None

    def offer(self, offer: OfferId) -> Offer:
        """One supplier offer."""
        return self.get(Offer, Key(f"OFFER#{offer}", "OFFER"))

    def find_offer(self, offer: OfferId) -> Offer | None:
        """One supplier offer, or None."""
        return self.find(Offer, Key(f"OFFER#{offer}", "OFFER"))

    def turn(self, pace: Pace, window: int) -> list[Key]:
        """Offers of this pace whose turn is in this window of the clock."""
        return list(self.turns(f"look#{pace}", window % pace.turns))

    def cursor(self) -> LookCursor | None:
        """Up to where offers had their turn, or None if none ever had."""
        return self.find(LookCursor, CURSOR)

    def product(self, shop: ShopId, product: ProductId) -> Product:
        """One product of a shop."""
        return self.get(Product, Key(f"PRODUCT#{shop}#{product}", "PRODUCT"))

    def find_product(self, shop: ShopId, product: ProductId) -> Product | None:
        """One product of a shop, or None."""
        return self.find(Product, Key(f"PRODUCT#{shop}#{product}", "PRODUCT"))

    def products(self, shop: ShopId, limit: int, after: str = "") -> list[dict[str, Any]]:
        """Summaries of a shop's products, newest first."""
        return [summary for _, summary in self.board(f"{shop}#products", limit, after)]

    def mapping(self, shop: ShopId, store_variant: str) -> Mapping | None:
        """What a shop's variant is and where it can be bought, or None if nobody mapped it."""
        return self.find(Mapping, Key(f"SHOP#{shop}", f"VARIANT#{store_variant}"))

    def job(self, job: JobId) -> CollectJob:
        """One collection job."""
        return self.get(CollectJob, Key(f"JOB#{job}", "JOB"))

    def product_ids(self, shop: ShopId) -> list[ProductId]:
        """The ids of all products of a shop; for finding, never for deciding."""
        return list(self.titles(shop))

    def titles(self, shop: ShopId) -> dict[ProductId, str]:
        """The titles of all products of a shop; for finding, never for deciding."""
        start = f"PRODUCT#{shop}#"
        rows = self.boarded(f"{shop}#products")
        return {ProductId(key.pk.removeprefix(start)): str(summary.get("title", "")) for key, summary in rows}

    def in_sheets(self, shop: ShopId) -> dict[ProductId, tuple[str, str]]:
        """Address and title of what a shop has from price lists and has not archived; for finding, never for
        deciding.
        """
        start = f"PRODUCT#{shop}#"
        return {
            ProductId(key.pk.removeprefix(start)): (str(summary["sheet"]), str(summary.get("title", "")))
            for key, summary in self.boarded(f"{shop}#products")
            if summary.get("sheet") and summary.get("state") != ListingState.ARCHIVED
        }

    def match(self, shop: ShopId, product: ProductId, offer: OfferId) -> Match:
        """What was proposed of an offer to a product."""
        return self.get(Match, Key(f"PRODUCT#{shop}#{product}", f"MATCH#{offer}"))

    def find_match(self, shop: ShopId, product: ProductId, offer: OfferId) -> Match | None:
        """What was proposed of an offer to a product, or None if nothing was."""
        return self.find(Match, Key(f"PRODUCT#{shop}#{product}", f"MATCH#{offer}"))

    def matches(self, shop: ShopId, product: ProductId) -> list[Match]:
        """All that was ever proposed to a product, the likeliest first."""
        rows = self.partition(f"PRODUCT#{shop}#{product}", "MATCH#")
        return sorted((row for row in rows if isinstance(row, Match)), key=lambda row: -row.score)

    def bulk(self, bulk: BulkId) -> Bulk:
        """One job for many products."""
        return self.get(Bulk, Key(f"BULK#{bulk}", "BULK"))

    def bulk_part(self, bulk: BulkId, number: int) -> BulkPart:
        """One part of it."""
        return self.get(BulkPart, Key(f"BULK#{bulk}", f"PART#{number:04d}"))

    def bulks(self, shop: ShopId, limit: int, after: str = "") -> list[dict[str, Any]]:
        """Summaries of a shop's jobs for many products, newest first."""
        return [summary for _, summary in self.board(f"{shop}#bulk", limit, after)]

    def scorecard(self, supplier: SupplierId, month: str) -> Scorecard:
        """What a supplier did in a month (`2026-11`)."""
        return Scorecard(supplier=supplier, month=month, counts=self.counters(score_key(supplier, month)))

    def scored(self, supplier: SupplierId, month: str, **counts: int) -> Add:
        """Raise counters of a supplier's month, to go into any table's transaction."""
        return Add(score_key(supplier, month), counts, table=self.table)


def score_key(supplier: SupplierId, month: str) -> Key:
    """Where a supplier's month is counted."""
    return Key(f"SUPPLIER#{supplier}", f"SCORE#{month}")
