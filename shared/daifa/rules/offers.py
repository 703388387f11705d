"""What a supplier sells, as its page tells it now, and what changed since we last looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import quote, unquote, urlsplit

from daifa.errors import Rejected
from daifa.models.catalog import SHEET, Offer, OfferVariant, Supplier, Tier
from daifa.models.collected import Availability, CollectedProduct, CollectedVariant
from daifa.models.derive import derived
from daifa.models.facts import Fact, Reason, added
from daifa.models.ids import OfferId, SupplierId
from daifa.models.keeping import ChangeKind, Pace
from daifa.models.money import Money
from daifa.models.states import OfferState
from daifa.rules import cadence
from daifa.rules.changes import Change, lively
from daifa.rules.history import recorded

# Longer addresses are not product pages; browsers and proxies of the field stop at about this length.
LONGEST_URL = 2048
# As many pieces as a small merchant may sell in the hours between two looks at the page.
LOW_STOCK = 5
# How often an offer that can't be read is tried again.
LOOK_AGAIN = timedelta(hours=24)
# A look that failed for the first time is repeated sooner: most failures are over by then.
LOOK_SOON = timedelta(hours=1)
# Somebody who asks for what was written this recently learns nothing by another write.
FRESH = timedelta(hours=1)
# That an offer still is what it was is written down this long after the last time, even if nobody waits for it.
CONFIRMED = timedelta(days=7)
# So long before a price list ends a person hears of it: suppliers take some days to send another one.
REMIND = timedelta(days=3)
# A look that fails so often in a row is not an accident any more.
BELIEVED = 2
# The page, or the supplier itself, says that there is no such offer; 410 says so for good.
GONE = ("collect.gone", "supplier.no_offer")
GONE_FOR_GOOD = "410"
# So many attributes of a page are kept for comparing, each of at most so many signs.
KEPT_ATTRIBUTES, SHORT = 12, 60

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


def sheet_address(supplier: SupplierId, name: str) -> str:
    """The address that we give to what this supplier's price list calls `name`; nobody else's word makes one, because
    `checked_address` and `supplier_for` refuse it.
    """
    return f"{SHEET}{quote(supplier, safe='')}/{quote(name, safe='')}"


def sheet_name(address: str) -> str:
    """What the price list calls it, from the address that we gave it."""
    return unquote(address.rpartition("/")[2])


def sheet_ends(offer: Offer, supplier: Supplier) -> datetime:
    """Until when this supplier's price list, as of which we know this offer, is bought by."""
    return offer.collected_at + timedelta(days=supplier.sheet_days)


def sheet_reminder(offer: Offer, supplier: Supplier) -> datetime:
    """When a person is to hear that the list ends: three days before, or half of its time if it has less than six."""
    return sheet_ends(offer, supplier) - min(REMIND, timedelta(days=supplier.sheet_days) / 2)


def _tracks(name: str) -> bool:
    return name in TRACKING or name.startswith("utm_")


def supplier_for(url: str, sites: Mapping[SupplierId, Iterable[str]]) -> SupplierId:
    """The supplier whose site this address is on, the most exact site first; Rejected naming the host if nobody's is.

    A site is a host with an optional port and path (`shop.example`, `shop.example/store/anna`), and its subdomains.
    Nothing but http(s) is on a site.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise Rejected("collect.bad_address", url=url[:200])
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
    """The offer at `url`, or why nothing can be bought there; `external` is the supplier's name for it.

    A price list's numbers may be those of somebody's pages, so its offers are told apart by our address.
    """
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
        id=offer_id(supplier.id, url if url.startswith(SHEET) else external),
        supplier=supplier.id,
        external=external,
        url=url,
        title=collected.title or "",
        state=_state(collected, variants),
        variants=variants,
        tiers=tiers,
        minimum=minimum,
        collected_at=at,
        words=derived("words", collected.description or "", *(f"{k}={v}" for k, v in collected.attributes.items())),
        pictures=derived("pictures", *collected.images),
        picture=next((image for image in collected.images[:1] if len(image) <= LONGEST_URL), ""),
        gtin=collected.gtin or "",
        mpn=collected.mpn or "",
        brand=collected.brand or "",
        attributes=_attributes(collected),
    )


def _attributes(collected: CollectedProduct) -> dict[str, str]:
    """The first of what the page says of the thing in few words: enough to compare by, and the row stays small."""
    short = [(name, value) for name, value in collected.attributes.items() if len(name) + len(value) <= SHORT]
    return dict(short[:KEPT_ATTRIBUTES])


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
            gtin=row.gtin or "",
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


# --- what we hold ---------------------------------------------------------------------------------------------------


def renewed(old: Offer | None, seen: Offer, told: Sequence[Change], asked: bool = False) -> Offer | None:
    """The offer to write now, with a fact for each change; None if what we hold is newer, or the same and good enough.

    `told` is what changed between the two, `asked` says that a person waits for this look.
    """
    now = seen.collected_at
    if old is None:
        begun = cadence.begun(now)
        first = {"pulse": begun, "pace": cadence.pace(begun, None, now), "history": recorded({}, seen.variants, now)}
        return seen.model_copy(update={**first, "facts": (Fact.of(now, "offer.collected"),)})
    if now <= old.collected_at:
        return None
    same = not told and (old.words, old.pictures) == (seen.words, seen.pictures)
    if same:
        known = confirmed(old, now, asked)
        # A row that never named its first picture does from now on.
        return known and known.model_copy(update={"picture": seen.picture})
    pulse = cadence.beat(old.pulse, now) if lively(told) else old.pulse
    facts = tuple(Fact(at=now, code=change.reason.code, values=change.reason.values) for change in told)
    looked_at = {"image_hash": old.image_hash, "image_asked": old.image_asked} if old.picture == seen.picture else {}
    return seen.model_copy(
        update={
            "facts": added(old.facts, *facts),
            "pulse": pulse,
            "wanted_at": old.wanted_at,
            "pace": _pace(seen, cadence.pace(pulse, old.wanted_at, now)),
            "history": recorded(old.history, seen.variants, now),
            "ver": old.ver,
            **looked_at,
        }
    )


def confirmed(old: Offer, at: datetime, asked: bool = False) -> Offer | None:
    """The offer confirmed as of `at`, if it matters to somebody that it is; None while a write would change nothing.

    It matters if a look is owed or asked for, if it is long ago, or if the offer has come to another pace.
    """
    pace = _pace(old, cadence.pace(old.pulse, old.wanted_at, at))
    age = at - old.collected_at
    if at <= old.collected_at:
        return None
    owed = old.work_due is not None and not old.in_sheet
    if not owed and pace is old.pace and age < (FRESH if asked else CONFIRMED):
        return None
    return old.model_copy(update={"collected_at": at, "pace": pace, "work_due": None})


def _pace(offer: Offer, pace: Pace) -> Pace:
    """What nobody sells any more is looked at as rarely as can be."""
    return Pace.WEEK if offer.state is OfferState.UNAVAILABLE else pace


@dataclass(frozen=True)
class Failed:
    """What a failed look makes of the last good offer, and the change that a person should hear of, if any."""

    offer: Offer
    change: Change | None = None


def failed(offer: Offer, why: Reason, at: datetime) -> Failed:
    """The last good offer, marked as not confirmed; one that is gone, or can't be read a second time, is a change.

    The same failure twice, and one more failure after that, says nothing new.
    """
    if offer.failed_at is not None and at <= offer.failed_at:
        return Failed(offer)
    if offer.state is OfferState.UNAVAILABLE:
        # No look is owed to what is gone.
        return Failed(offer.model_copy(update={"work_due": None}))
    count = offer.failures + 1
    made = stale(offer, why, at).model_copy(update={"failures": count, "failed_at": at})
    gone = why.code in GONE
    if count == BELIEVED or gone and why.values.get("status") == GONE_FOR_GOOD:
        return Failed(made, Change(ChangeKind.PRODUCT_GONE if gone else ChangeKind.UNREADABLE, why))
    return Failed(made)


def gone(offer: Offer, why: Reason, at: datetime) -> Offer:
    """The offer that nobody sells any more; it is looked at now and then, because suppliers do come back."""
    fact = Fact(at=at, code="offer.gone", values=why.values | {"reason": why.code})
    update = {"state": OfferState.UNAVAILABLE, "pace": Pace.WEEK, "work_due": None}
    return offer.model_copy(update={**update, "facts": added(offer.facts, fact)})


def stale(offer: Offer, why: Reason, at: datetime) -> Offer:
    """The last good offer, marked as not confirmed by the latest look; a repeated failure says nothing new."""
    if offer.state is OfferState.STALE:
        return offer.model_copy(update={"work_due": at + LOOK_AGAIN})
    fact = Fact(at=at, code="offer.not_confirmed", values=why.values | {"reason": why.code})
    return offer.model_copy(
        update={
            "state": OfferState.STALE,
            "facts": added(offer.facts, fact),
            "work_due": at + LOOK_SOON,
        }
    )
