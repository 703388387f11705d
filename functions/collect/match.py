"""Find other suppliers' offers of the same thing, and take a person's word for it: only then are they bought from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from collect.price import priced
from collect.shelf import wake_if_due
from collect.tasks import FindMatches, Picture, Pictured
from daifa.app import App
from daifa.errors import Conflict, NotFound
from daifa.messages import Room
from daifa.models.catalog import Offer, Product, Source, Variant
from daifa.models.facts import Fact, added
from daifa.models.ids import OfferId, ProductId, ShopId, SupplierId
from daifa.models.match import Match
from daifa.models.money import Money
from daifa.models.states import MatchState
from daifa.rules.lifecycle import MATCH
from daifa.rules.matching import likeliest, match, pictures_count, unseen
from daifa.rules.products import product_id
from daifa.tables.store import Write
from daifa.telemetry import count, log

# So many products with the likeliest titles are compared in full.
COMPARED = 20

# What a person may say of a proposal, and what follows.
VERBS = {"confirm": MatchState.CONFIRMED, "decline": MatchState.DECLINED}


class Beside(Match):
    """A proposal with the page of the other supplier's offer, and from how much to how much its variants cost there."""

    url: str
    costs: tuple[Money, ...]


def ask(product: ProductId, shop: ShopId, app: App) -> None:
    """Have this product compared with the others of its shop."""
    app.queues.send(Room.CATALOGUE, FindMatches(match=product, shop=shop).model_dump_json())


def again(offer: OfferId, app: App) -> None:
    """Have the products of this offer compared again, in every shop: what speaks for it has changed."""
    for shop in app.catalog.shops():
        product = app.catalog.find_product(shop, product_id(shop, offer))
        if product:
            ask(product.id, shop, app)


def find(task: FindMatches, app: App) -> None:
    """Propose what may be the same thing, to this product and to the other one; what was declined stays so.

    Where pictures would count that nobody has looked at, somebody is sent to; then all is compared again.
    """
    app.catalog.decided(lambda: _compare(task, app))


def pictured(task: Pictured, app: App) -> None:
    """Write down what an offer's picture looks like and compare its products again, unless it shows another by now.

    A picture that nobody could look at is no evidence, and nothing waits for it.
    """
    if task.error or not task.hash:
        log.info("picture not seen", extra={"code": task.error.code if task.error else "", "offer": task.pictured})
        count("PictureFailed")
        return
    app.catalog.decided(lambda: _seen(task, app))


def proposed(product: ProductId, shop: ShopId, app: App) -> list[Beside]:
    """What may be the same thing, with what a person has to see before saying so."""
    found = []
    for each in app.catalog.matches(shop, product):
        offer = app.catalog.find_offer(each.offer)
        prices = sorted({variant.price for variant in offer.variants}) if offer else []
        ends = dict.fromkeys((prices[0], prices[-1])) if prices else ()
        found.append(Beside(**dict(each), url=offer.url if offer else "", costs=tuple(ends)))
    return found


def decide(product: ProductId, offer: OfferId, verb: str, shop: ShopId, ver: int, by: str, app: App) -> Match:
    """The proposal after a person's word (`confirm`, `decline`); Conflict unless it is as the person saw it."""
    if verb not in VERBS:
        raise NotFound("http.no_route")
    old = app.catalog.match(shop, product, offer)
    if old.ver != ver:
        raise Conflict("match.moved", state=old.state.value, ver=old.ver)
    row = app.catalog.product(shop, product)
    made = old.model_copy(update={"state": MATCH.check(old.state, VERBS[verb]), "by": by})
    if made.state is MatchState.CONFIRMED:
        changed = _with(row, made, by, app)
    elif old.state is MatchState.CONFIRMED:
        changed = _without(row, made, by, app)
    else:
        return app.catalog.save(made, old)
    app.catalog.transact(Write(made, old), Write(changed, row))
    wake_if_due(changed, row, app)
    return app.catalog.match(shop, product, offer)


def _seen(task: Pictured, app: App) -> None:
    offer = app.catalog.find_offer(task.pictured)
    if offer is None or offer.picture != task.picture:
        return
    if offer.image_hash != task.hash:
        app.catalog.save(offer.model_copy(update={"image_hash": task.hash}), offer)
    # Also if the same message comes again: the first time may have ended right before this.
    again(offer.id, app)


def _compare(task: FindMatches, app: App) -> None:
    product = app.catalog.find_product(task.shop, task.match)
    offer = _own(product, app) if product else None
    if product is None or offer is None:
        return
    known = {each.offer for each in app.catalog.matches(product.shop, product.id)}
    wanted: dict[OfferId, Offer] = {}
    now = app.clock.now()
    for other in _candidates(product, app):
        theirs = _own(other, app)
        if theirs is None or theirs.supplier == offer.supplier:
            continue
        if match(offer, theirs).proposed or theirs.id in known:
            _propose(product, offer, theirs, app)
            _propose(other, theirs, offer, app)
        hidden = {each.id: each for each in (offer, theirs) if unseen(each, now)}
        if hidden and pictures_count(offer, theirs):
            wanted |= hidden
    _look(wanted.values(), app)


def _own(product: Product, app: App) -> Offer | None:
    """The offer that a product was collected as."""
    for variant in product.variants:
        for source in variant.sources[:1]:
            return app.catalog.find_offer(source.offer)
    return None


def _candidates(product: Product, app: App) -> Iterator[Product]:
    """The products of the shop whose titles are most like this one's."""
    titles = app.catalog.titles(product.shop)
    titles.pop(product.id, None)
    for name in likeliest(product.title, titles, COMPARED):
        found = app.catalog.find_product(product.shop, name)
        if found:
            yield found


def _look(offers: Iterable[Offer], app: App) -> None:
    """Have the pictures of these offers looked at, those of one supplier no faster than its site can bear."""
    asked: Counter[SupplierId] = Counter()
    for offer in offers:
        before = asked[offer.supplier]
        delay = before * 3600 // app.catalog.supplier(offer.supplier).looks_per_hour if before else 0
        app.queues.send(Room.FETCH, Picture(picture=offer.picture, offer=offer.id).model_dump_json(), delay)
        asked[offer.supplier] += 1
        try:
            app.catalog.save(offer.model_copy(update={"image_asked": app.clock.now()}), offer)
        except Conflict as error:
            # Whoever wants to know next asks once more, which costs a fetch and nothing else.
            log.info("asked for a picture unnoted", extra={"code": error.code, "offer": offer.id})


def _propose(product: Product, ours: Offer, theirs: Offer, app: App) -> None:
    """Propose the other offer, or say of a proposal how sure it is by now, even if nobody would propose it any more."""
    told = match(ours, theirs)
    if any(source.offer == theirs.id for each in product.variants for source in each.sources):
        return
    names = {each.sources[0].external_variant: each.id for each in product.variants if each.sources}
    row = Match(
        shop=product.shop,
        product=product.id,
        offer=theirs.id,
        supplier=theirs.supplier,
        title=theirs.title,
        words=theirs.words,
        score=told.score,
        reasons=told.reasons,
        variants={names[mine]: yours for mine, yours in told.variants.items() if mine in names},
        found_at=app.clock.now(),
    )
    if not row.variants:
        return
    old = app.catalog.find_match(product.shop, product.id, theirs.id)
    if old is None:
        if told.proposed:
            app.catalog.create(row)
        return
    # What a person declined comes back only as something else.
    back = told.proposed and old.state is MatchState.DECLINED and (old.title, old.words) != (row.title, row.words)
    news = old.model_copy(update={"found_at": row.found_at, "ver": row.ver}) != row
    if back or old.state is MatchState.PROPOSED and news:
        app.catalog.save(row.model_copy(update={"ver": old.ver}), old)


def _with(product: Product, told: Match, by: str, app: App) -> Product:
    """The product with the offer as a source of those variants it was matched for, behind those it has."""
    variants = tuple(
        variant.model_copy(
            update={
                "sources": (
                    *variant.sources,
                    Source(supplier=told.supplier, offer=told.offer, external_variant=told.variants[variant.id]),
                )
            }
        )
        if variant.id in told.variants
        else variant
        for variant in product.variants
    )
    return _changed(product, variants, "product.source_added", told, by, app)


def _without(product: Product, told: Match, by: str, app: App) -> Product:
    variants = tuple(
        variant.model_copy(update={"sources": tuple(each for each in variant.sources if each.offer != told.offer)})
        for variant in product.variants
    )
    return _changed(product, variants, "product.source_removed", told, by, app)


def _changed(product: Product, variants: tuple[Variant, ...], code: str, told: Match, by: str, app: App) -> Product:
    fact = Fact.of(app.clock.now(), code, by, supplier=told.supplier, title=told.title)
    facts = added(product.facts, fact)
    made = product.model_copy(update={"variants": variants, "facts": facts})
    return priced(made, product, app.catalog.shop(product.shop), app)
