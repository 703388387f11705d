"""What a supplier sells, as its page tells it now, and what changed since we last looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from daifa.errors import Rejected
from daifa.models.catalog import Offer, OfferVariant, Supplier, Tier
from daifa.models.collected import Availability, CollectedProduct, CollectedVariant
from daifa.models.derive import derived
from daifa.models.facts import Fact, Reason
from daifa.models.ids import OfferId, SupplierId
from daifa.models.money import Money
from daifa.models.states import OfferState

# Longer addresses are not product pages; browsers and proxies of the field stop at about this length.
LONGEST_URL = 2048
# As many pieces as a small merchant may sell in the hours between two looks at the page.
LOW_STOCK = 5
# How often an offer is looked at again without anybody asking.
LOOK_AGAIN = timedelta(hours=24)
# A look that failed for the first time is repeated sooner: most failures are over by then.
LOOK_SOON = timedelta(hours=1)
# An unchanged offer is written again only this long after the last time: the same news twice costs no write.
FRESH = timedelta(hours=1)
# A row keeps the newest facts; older pages are in the snapshot bucket.
KEPT_FACTS = 40

# Parameters that say how a visitor came, not what the page shows.
TRACKING = {"spm", "scm", "gclid", "fbclid", "msclkid", "srsltid", "_pos", "_sid", "_ss"}


def checked_address(url: str) -> str:
    """The address without its fragment and its tracking; Rejected unless it is a whole http(s) address."""
    text = url.strip()
    if not text or len(text) > LONGEST_URL or any(ord(sign) < 33 or ord(sign) == 127 for sign in text):
        raise Rejected("collect.bad_address", url=text[:200])
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Rejected("collect.bad_address", url=text[:200]) from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.password is not None:
        raise Rejected("collect.bad_address", url=text[:200])
    # Cut as it stands: decoding and encoding again would break the bytes of addresses that are not UTF-8.
    asked = "&".join(part for part in parts.query.split("&") if not _tracks(part.partition("=")[0]))
    default = {"http": 80, "https": 443}[parts.scheme]
    where = f"[{host}]" if ":" in host else host
    netloc = where if port in (None, default) else f"{where}:{port}"
    return parts._replace(netloc=netloc, path=parts.path or "/", query=asked, fragment="").geturl()


def _tracks(name: str) -> bool:
    return name in TRACKING or name.startswith("utm_")


def supplier_for(url: str, sites: Mapping[SupplierId, Iterable[str]]) -> SupplierId:
    """The supplier whose site this address is on, the most exact site first; Rejected naming the host if nobody's is.

    A site is a host with an optional port and path (`shop.example`, `shop.example/store/anna`), and its subdomains.
    """
    parts = urlsplit(url)
    best: tuple[int, SupplierId] | None = None
    for supplier, owned in sorted(sites.items()):
        for site in owned:
            host, slash, path = site.strip().lower().rstrip("/").partition("/")
            there = parts.netloc.lower()
            on_host = bool(host) and (there == host or there.endswith(f".{host}"))
            on_path = not slash or f"{parts.path.lower()}/".startswith(f"/{path}/")
            if on_host and on_path and (best is None or len(site) > best[0]):
                best = (len(site), supplier)
    if best is None:
        raise Rejected("collect.no_supplier", host=parts.netloc)
    return best[1]


def offer_id(supplier: SupplierId, external: str) -> OfferId:
    """The one name of what this supplier calls `external`."""
    return OfferId(derived("offer", supplier, external))


def offer_of(collected: CollectedProduct, supplier: Supplier, external: str, url: str, at: datetime) -> Offer | Reason:
    """The offer at `url`, or why nothing can be bought there; `external` is the supplier's name for it."""
    if collected.blocked is not None:
        return Reason.of(f"collect.{collected.blocked.value}")
    currency = collected.currency or supplier.currency
    tiers = tuple(
        Tier(quantity=tier.min_quantity, price=Money(amount=tier.price, currency=currency))
        for tier in sorted(collected.tiers, key=lambda tier: tier.min_quantity)
    )
    variants = _variants(collected, currency)
    if not variants:
        return Reason.of("offer.no_price")
    minimum = collected.min_order_quantity or (tiers[0].quantity if tiers else 1)
    # One list of wholesale prices can't be true of variants that cost different sums: the dearer would count too low.
    if len({variant.price for variant in variants}) > 1:
        tiers = ()
    return Offer(
        id=offer_id(supplier.id, external),
        supplier=supplier.id,
        external=external,
        url=url,
        title=collected.title or "",
        state=_state(collected, variants),
        variants=variants,
        tiers=tiers,
        minimum=minimum,
        collected_at=at,
        work_due=at + LOOK_AGAIN,
    )


def _state(collected: CollectedProduct, variants: tuple[OfferVariant, ...]) -> OfferState:
    if collected.availability is Availability.DISCONTINUED:
        return OfferState.UNAVAILABLE
    known = [variant.stock for variant in variants if variant.stock is not None]
    if len(known) < len(variants):
        return OfferState.AVAILABLE
    if not any(known):
        return OfferState.OUT_OF_STOCK
    return OfferState.LOW_STOCK if sum(known) <= LOW_STOCK else OfferState.AVAILABLE


def _variants(collected: CollectedProduct, currency: str) -> tuple[OfferVariant, ...]:
    rows = collected.variants or (CollectedVariant(),)
    names = _names(rows)
    alone = len(rows) == 1
    found: dict[str, OfferVariant] = {}
    for name, row in zip(names, rows, strict=True):
        price = row.price if row.price is not None else _fallback(collected)
        if price is None or name in found:
            continue
        stock = row.stock if row.stock is not None or not alone else collected.stock
        # What can only be ordered ahead can't be promised to a customer.
        if (row.availability or collected.availability) not in (None, Availability.IN_STOCK):
            stock = 0
        found[name] = OfferVariant(
            external=name,
            options=row.options,
            sku=row.sku or (collected.sku if alone else None) or "",
            price=Money(amount=price, currency=currency),
            stock=stock,
            image=row.image or "",
        )
    return tuple(found.values())


def _fallback(collected: CollectedProduct) -> Decimal | None:
    """The price of a variant whose own is not told: never less than it may turn out to cost."""
    if collected.price_range is not None:
        return collected.price_range.high
    if collected.price is not None:
        return collected.price
    return max((tier.price for tier in collected.tiers), default=None)


def _names(rows: tuple[CollectedVariant, ...]) -> list[str]:
    """What the supplier calls each variant: its key, else its SKU, else its choices, whichever tells them all apart."""
    keys, skus = [row.key or "" for row in rows], [row.sku or "" for row in rows]
    for names in (keys, skus if len(rows) > 1 else []):
        if len(set(names)) == len(rows) and all(names):
            return names
    return ["; ".join(f"{name}={value}" for name, value in sorted(row.options.items())) for row in rows]


# --- what changed -----------------------------------------------------------------------------------------------


def renewed(old: Offer | None, seen: Offer) -> Offer | None:
    """The offer to write now, with a fact for each change, or None if what we hold says the same or is newer."""
    if old is None:
        return seen.model_copy(update={"facts": (Fact.of(seen.collected_at, "offer.collected"),)})
    if seen.collected_at <= old.collected_at:
        return None
    told = changes(old, seen)
    if not told and seen.collected_at - old.collected_at < FRESH:
        return None
    facts = tuple(Fact(at=seen.collected_at, code=change.code, values=change.values) for change in told)
    return seen.model_copy(update={"facts": (*old.facts, *facts)[-KEPT_FACTS:], "ver": old.ver})


def changes(old: Offer, new: Offer) -> tuple[Reason, ...]:
    """What a buyer of the old offer should know about the new one, each change by its kind."""
    before = {variant.external: variant for variant in old.variants}
    after = {variant.external: variant for variant in new.variants}
    told: list[Reason] = []
    for name in before.keys() - after.keys():
        told.append(Reason.of("offer.variant_removed", variant=_shown(before[name])))
    for name in after.keys() - before.keys():
        told.append(Reason.of("offer.variant_added", variant=_shown(after[name]), price=after[name].price))
    told.sort(key=lambda reason: (reason.code, reason.values["variant"]))
    for name in (name for name in before if name in after):
        told += _variant_changes(before[name], after[name])
    if old.tiers != new.tiers:
        told.append(Reason.of("offer.tiers_changed"))
    if old.minimum != new.minimum:
        told.append(Reason.of("offer.minimum_changed", old=old.minimum, new=new.minimum))
    if old.title != new.title:
        told.append(Reason.of("offer.title_changed", old=old.title, new=new.title))
    if old.url != new.url:
        told.append(Reason.of("offer.moved", new=new.url))
    if old.state is not new.state:
        told.append(Reason.of("offer.state_changed", old=old.state.value, new=new.state.value))
    return tuple(told)


def _variant_changes(old: OfferVariant, new: OfferVariant) -> Iterable[Reason]:
    name = _shown(new)
    if old.price.currency != new.price.currency:
        yield Reason.of("offer.currency_changed", variant=name, old=old.price, new=new.price)
    elif old.price != new.price:
        code = "offer.price_up" if new.price > old.price else "offer.price_down"
        yield Reason.of(code, variant=name, old=old.price, new=new.price)
    if old.stock != 0 and new.stock == 0:
        yield Reason.of("offer.sold_out", variant=name)
    elif old.stock == 0 and new.stock != 0:
        yield Reason.of("offer.back_in_stock", variant=name)
    elif old.stock != new.stock:
        yield Reason.of("offer.stock_changed", variant=name, old=_count(old.stock), new=_count(new.stock))
    if (old.options, old.sku, old.image) != (new.options, new.sku, new.image):
        yield Reason.of("offer.variant_changed", variant=name)


def stale(offer: Offer, why: Reason, at: datetime) -> Offer:
    """The last good offer, marked as not confirmed by the latest look; a repeated failure says nothing new."""
    if offer.state is OfferState.STALE:
        return offer.model_copy(update={"work_due": at + LOOK_AGAIN})
    fact = Fact(at=at, code="offer.not_confirmed", values=why.values | {"reason": why.code})
    return offer.model_copy(
        update={
            "state": OfferState.STALE,
            "facts": (*offer.facts, fact)[-KEPT_FACTS:],
            "work_due": at + LOOK_SOON,
        }
    )


def _shown(variant: OfferVariant) -> str:
    return " / ".join(variant.options.values()) or variant.sku or variant.external


def _count(stock: int | None) -> str:
    return "?" if stock is None else str(stock)
