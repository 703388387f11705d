"""How the world wakes this room: signed-in people, the catalogue's queue, and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field

from collect import bulk, bulk_import, catalogue, match, publish, settings, start, sweep
from collect.curve import with_curves
from collect.price import previewed, price
from collect.shelf import sources
from collect.tasks import Advance, Again, FindMatches, Found, Pictured, Publish, Report, read
from daifa.app import app
from daifa.models.base import Model
from daifa.models.bulk import BulkKind, Source
from daifa.models.ids import BulkId, JobId, OfferId, ProductId, ShopId, SupplierId, VariantId
from daifa.queue import each_record
from daifa.rules.waiting import waits_for
from daifa.web import answer, caller, parsed, resolver, shown

PAGE = 50
# A sheet has at most 2 MB; as base64, with what stands around it.
SHEET_CAP = 2_900_000
router = resolver()


class Collect(Model):
    """An address to collect for a shop."""

    shop: str
    url: str


class Seen(Model):
    """A product as the person saw it."""

    shop: str
    ver: int


class Price(Seen):
    """A product to price, from now on with this markup (0: the shop's) and at least at this price (0: at any) if they
    are given: as a `preview`, or to the `prices` that the person saw, by variant.
    """

    markup: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    least: Annotated[Decimal, Field(ge=0, le=1_000_000_000)] | None = None
    preview: bool = False
    prices: dict[VariantId, Decimal] | None = None


class Begin(Model):
    """One job for many products: the chosen ones, none chosen means all of the shop's."""

    shop: str
    kind: BulkKind
    products: Annotated[tuple[ProductId, ...], Field(max_length=500)] = ()
    markup: Annotated[Decimal, Field(gt=0, le=100)] | None = None
    source: Source | None = None
    sheet: bytes | None = None


def on_http(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a signed-in person."""
    return router.resolve(event, context)


def on_message(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Take in what a look brought, ask a supplier, or tell a shop."""
    return each_record(event, context, _one)


def on_schedule(event: dict[str, Any], context: LambdaContext) -> None:
    """Wake whatever is due."""
    sweep.sweep(app())


def _one(record: SQSRecord) -> None:
    task = read(record.body)
    if isinstance(task, Publish):
        publish.publish(task, app())
    elif isinstance(task, Report):
        catalogue.take(task, app())
    elif isinstance(task, Again):
        sweep.again(task.again, app())
    elif isinstance(task, Advance):
        bulk.advance(task, app())
    elif isinstance(task, Found):
        bulk_import.take(task, app())
    elif isinstance(task, FindMatches):
        match.find(task, app())
    elif isinstance(task, Pictured):
        match.pictured(task, app())
    else:
        catalogue.ask_supplier(task, app())


def _shop(name: str = "") -> ShopId:
    return caller(router).may(name or router.current_event.query_string_parameters.get("shop", ""))


@router.post("/api/collect")
def _collect() -> Response[str]:
    asked = parsed(router, Collect)
    return answer({"job": start.start(asked.url, _shop(asked.shop), app()).id}, 202)


@router.get("/api/collect/<job>")
def _watch(job: str) -> Response[str]:
    row, product = start.watched(JobId(job), _shop(), app())
    locale = caller(router).locale
    return answer({"job": shown(row, locale), "product": shown(product, locale) if product else None})


@router.get("/api/products")
def _products() -> Response[str]:
    after = router.current_event.query_string_parameters.get("after", "")
    rows = app().catalog.products(_shop(), PAGE, after)
    return answer({"rows": rows, "next": rows[-1]["collected_at"] if len(rows) == PAGE else None})


@router.get("/api/products/<product>")
def _product(product: str) -> Response[str]:
    row, locale = app().catalog.product(_shop(), ProductId(product)), caller(router).locale
    now, held = app().clock.now(), sources(row, app()).values()
    offers = [with_curves(shown(offer, locale), offer, now, locale) for offer in held]
    told = row.model_copy(update={"problems": (*waits_for(row), *row.problems)})
    found = [shown(each, locale) for each in match.proposed(row.id, row.shop, app())]
    return answer({"product": shown(told, locale), "offers": offers, "matches": found})


@router.post("/api/products/<product>/price")
def _price(product: str) -> Response[str]:
    asked, who = parsed(router, Price), caller(router)
    wish = (ProductId(product), _shop(asked.shop), asked.ver, asked.markup, asked.least, who.by, app())
    made = previewed(*wish) if asked.preview else price(*wish, asked.prices)
    return answer({"product": shown(made, who.locale)})


@router.post("/api/products/<product>/list")
def _list(product: str) -> Response[str]:
    asked, who = parsed(router, Seen), caller(router)
    made = publish.ask(ProductId(product), _shop(asked.shop), asked.ver, who.by, who.locale, app())
    return answer({"product": shown(made, who.locale)}, 202)


@router.post("/api/products/<product>/unlist")
def _unlist(product: str) -> Response[str]:
    asked, who = parsed(router, Seen), caller(router)
    made = publish.withdraw(ProductId(product), _shop(asked.shop), asked.ver, who.by, app())
    return answer({"product": shown(made, who.locale)}, 202)


@router.post("/api/products/<product>/matches")
def _find(product: str) -> Response[str]:
    asked = parsed(router, Seen)
    match.ask(ProductId(product), _shop(asked.shop), app())
    return answer({}, 202)


@router.post("/api/products/<product>/matches/<offer>/<verb>")
def _same(product: str, offer: str, verb: str) -> Response[str]:
    asked, who = parsed(router, Seen), caller(router)
    made = match.decide(ProductId(product), OfferId(offer), verb, _shop(asked.shop), asked.ver, who.by, app())
    return answer({"match": shown(made, who.locale)})


@router.post("/api/bulk")
def _begin() -> Response[str]:
    asked, who = parsed(router, Begin, SHEET_CAP), caller(router)
    made = bulk.begin(_shop(asked.shop), who.by, app(), **asked.model_dump(exclude={"shop"}))
    return answer({"bulk": shown(made, who.locale)}, 202)


@router.get("/api/bulk")
def _bulks() -> Response[str]:
    after = router.current_event.query_string_parameters.get("after", "")
    rows = app().catalog.bulks(_shop(), PAGE, after)
    return answer({"rows": rows, "next": rows[-1]["created_at"] if len(rows) == PAGE else None})


@router.get("/api/bulk/<job>")
def _bulk(job: str) -> Response[str]:
    part, locale = router.current_event.query_string_parameters.get("part", "0"), caller(router).locale
    at = int(part) if part.isdecimal() else -1
    row, items = bulk.watched(BulkId(job), _shop(), at, app())
    told = [shown(item, locale) for item in items]
    return answer({"bulk": shown(row, locale), "items": told, "next": at + 1 if at + 1 < row.parts else None})


@router.post("/api/bulk/<job>/<verb>")
def _move(job: str, verb: str) -> Response[str]:
    asked, who = parsed(router, Seen), caller(router)
    made = bulk.move(verb, BulkId(job), _shop(asked.shop), asked.ver, who.by, app())
    return answer({"bulk": shown(made, who.locale)}, 202)


@router.get("/api/keeping/<supplier>")
def _keeping(supplier: str) -> Response[str]:
    _shop()
    return answer(settings.keeping(SupplierId(supplier), caller(router).locale, app()))


@router.post("/api/keeping/<supplier>")
def _keep(supplier: str) -> Response[str]:
    _shop()
    who = caller(router)
    wanted = parsed(router, settings.Keeping)
    return answer(settings.keep(SupplierId(supplier), wanted, who.by, who.locale, app()))


@router.get("/api/pricing/<shop>")
def _prices(shop: str) -> Response[str]:
    return answer(settings.prices(_shop(shop), caller(router).locale, app()))


@router.post("/api/pricing/<shop>")
def _reprice(shop: str) -> Response[str]:
    named, who = _shop(shop), caller(router)
    rules = settings.rules(named, parsed(router, settings.Prices), app())
    if rules == app().catalog.shop(named).pricing:
        return answer({"bulk": None})
    made = bulk.begin(named, who.by, app(), kind=BulkKind.PRICE, pricing=rules)
    return answer({"bulk": shown(made, who.locale)}, 202)
