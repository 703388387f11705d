"""Pages for people without an account: plain HTML that works without JavaScript in old web views."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from typing import Any

from daifa.errors import TooLarge
from daifa.texts import language, t

# Forms carry short answers; photos have a door and a cap of their own.
FORM_CAP = 64 * 1024

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Content-Type": "text/html; charset=utf-8",
}


class Html(str):
    """Markup that is safe to put into a page as it is."""


def mark(template: str, **values: object) -> Html:
    """Fill a template; every value that is not Html already is escaped."""
    return Html(template.format_map({k: v if isinstance(v, Html) else escape(str(v)) for k, v in values.items()}))


def joined(parts: list[Html]) -> Html:
    """Several pieces of markup as one."""
    return Html("".join(parts))


def page(locale: str, title: str, main: Html, status: int = 200) -> dict[str, Any]:
    """A whole page as an HTTP API answer."""
    body = mark(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="format-detection" content="telephone=no"><title>{title}</title>'
        '<link rel="stylesheet" href="/admin/public.css"></head><body><main>{main}</main></body></html>',
        lang=locale,
        title=title,
        main=main,
    )
    return {"statusCode": status, "headers": SECURITY, "body": str(body)}


def see_other(path: str) -> dict[str, Any]:
    """After a form was taken: look at the page again (so that a reload sends nothing twice)."""
    return {"statusCode": 303, "headers": {"Location": path, "Cache-Control": "no-store"}, "body": ""}


def trouble(locale: str, code: str, status: int, **values: object) -> dict[str, Any]:
    """A clear page that says what is wrong and what to do, in both languages' words."""
    return page(
        locale,
        t(locale, "page.trouble"),
        mark(
            "<h1>{title}</h1><p>{text}</p>",
            title=t(locale, "page.trouble"),
            text=t(locale, code, **values),
        ),
        status,
    )


def request_locale(event: Mapping[str, Any], default: str) -> str:
    """The reader's language: `?lang=`, else the browser's wish, else the default."""
    chosen = (event.get("queryStringParameters") or {}).get("lang")
    headers = {k.lower(): v for k, v in (event.get("headers") or {}).items()}
    return language(chosen or headers.get("accept-language"), default)


def method_of(event: Mapping[str, Any]) -> str:
    """GET or POST."""
    return str(event["requestContext"]["http"]["method"])


def body_of(event: Mapping[str, Any], cap: int = FORM_CAP) -> bytes:
    """The request's bytes; TooLarge over the cap."""
    raw = event.get("body") or ""
    if len(raw) > cap * 4 // 3 + 4:
        raise TooLarge("http.too_large", limit=cap)
    data = base64.b64decode(raw) if event.get("isBase64Encoded") else str(raw).encode()
    if len(data) > cap:
        raise TooLarge("http.too_large", limit=cap)
    return data
