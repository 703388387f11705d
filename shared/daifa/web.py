"""The shape of every signed-in HTTP door: who calls, in which language, and failures as RFC 9457 problem details."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from pydantic import BaseModel, ValidationError

from daifa.errors import DaifaError, Forbidden, Rejected, TooLarge
from daifa.models.ids import ShopId
from daifa.models.money import Money
from daifa.telemetry import log
from daifa.texts import language, t

# The largest JSON a person's page sends is a pasted list of links.
BODY_CAP = 256 * 1024

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True)
class Caller:
    """A signed-in person: the subject of the token, the shops it names (`shop:<id>` groups), their language."""

    subject: str
    shops: tuple[ShopId, ...]
    locale: str

    def may(self, shop: str) -> ShopId:
        """The shop, if this person may work in it; Forbidden otherwise, whether or not it exists."""
        if shop not in self.shops:
            raise Forbidden("auth.other_shop")
        return ShopId(shop)

    @property
    def by(self) -> str:
        """How facts name this person."""
        return f"merchant:{self.subject}"


def resolver() -> APIGatewayHttpResolver:
    """A router whose failures are problem details in the caller's language."""
    router = APIGatewayHttpResolver(enable_validation=False)

    @router.exception_handler(DaifaError)  # type: ignore[untyped-decorator]
    def _told(error: DaifaError) -> Response[str]:
        return problem(error, caller_locale(router))

    @router.not_found
    def _nothing(_: Exception) -> Response[str]:
        return problem(DaifaError("http.no_route"), caller_locale(router), 404)

    return router


def caller(router: APIGatewayHttpResolver) -> Caller:
    """Who calls, from the claims the authorizer has verified."""
    authorizer = router.current_event.raw_event["requestContext"].get("authorizer", {})
    claims = authorizer.get("jwt", {}).get("claims", {})
    if not claims.get("sub"):
        raise Forbidden("auth.nobody")
    # API Gateway hands list claims over as the text "[a b]"; other issuers and emulators as a list.
    groups = claims.get("cognito:groups", claims.get("groups", ""))
    names = groups if isinstance(groups, list) else str(groups).strip("[]").replace(",", " ").split()
    shops = tuple(ShopId(name.removeprefix("shop:")) for name in names if name.startswith("shop:"))
    return Caller(str(claims["sub"]), shops, caller_locale(router))


def caller_locale(router: APIGatewayHttpResolver) -> str:
    """The caller's language, from Accept-Language."""
    headers = router.current_event.raw_event.get("headers") or {}
    return language({k.lower(): v for k, v in headers.items()}.get("accept-language"))


def parsed(router: APIGatewayHttpResolver, model: type[B], most: int = BODY_CAP) -> B:
    """The request body as this model; Rejected naming the first wrong field, TooLarge over `most` characters."""
    body = router.current_event.decoded_body or "{}"
    if len(body) > most:
        raise TooLarge("http.too_large", limit=most)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Rejected("http.bad_field", field=".".join(str(part) for part in first["loc"]) or "body") from error


def answer(payload: object, status: int = 200) -> Response[str]:
    """A JSON answer that nobody may keep."""
    return Response(
        status, "application/json", json.dumps(payload, ensure_ascii=False, default=str), {"Cache-Control": "no-store"}
    )


def problem(error: DaifaError, locale: str, status: int | None = None) -> Response[str]:
    """The failure as problem details: `code` and `values` for programs, `detail` for people."""
    status = status or error.status
    if status >= 500:
        log.warning("request failed", extra={"code": error.code})
    values = {name: str(value) for name, value in error.values.items()}
    body = {
        "type": f"urn:daifa:{error.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": t(locale, error.code, **values),
        "code": error.code,
        "values": values,
    }
    headers = {"Cache-Control": "no-store", "Content-Language": locale}
    return Response(status, "application/problem+json", json.dumps(body, ensure_ascii=False), headers)


def shown(model: BaseModel, locale: str) -> Any:
    """A model as JSON for the page: every code with values also carries its `text`, every money its `text`."""
    return _with_texts(model.model_dump(mode="json"), locale)


def _with_texts(value: Any, locale: str) -> Any:
    if isinstance(value, list):
        return [_with_texts(item, locale) for item in value]
    if not isinstance(value, dict):
        return value
    told = {name: _with_texts(item, locale) for name, item in value.items()}
    if "code" in value and "values" in value:
        told["text"] = t(locale, value["code"], **value["values"])
    if value.keys() == {"amount", "currency"}:
        told["text"] = str(Money.of(value["amount"], value["currency"]))
    return told
