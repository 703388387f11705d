"""`make collect URL=…`: collect one product page, or a saved .html or .json file, by the collector's own code."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path

from collect.extract import extract
from collect.fetch import Robots, fetch
from collect.fetch_app import allowed
from daifa.clock import SystemClock
from daifa.errors import DaifaError
from daifa.models.collected import CollectedProduct
from daifa.texts import language, t

WIDEST = 100
_SAVED_FROM = re.compile(
    rb"saved from url=\(\d+\)(\S+)|<link[^>]{0,200}rel=[\"']?canonical[\"']?[^>]{0,200}href=[\"']([^\"']+)",
    re.IGNORECASE,
)


def main(arguments: list[str] | None = None) -> int:
    """Print the product, or why there is none: 0 if collected, 1 if not, 2 if the arguments make no sense."""
    parser = argparse.ArgumentParser(prog="make collect URL=…", description=__doc__)
    parser.add_argument("url", help="a product page's address, or a saved .html or .json file")
    parser.add_argument("--from", dest="origin", default="", help="the address a saved file came from")
    parser.add_argument("--json", action="store_true", help="print the whole product as JSON")
    asked = parser.parse_args(arguments)
    locale = language(os.environ.get("LANG", "").replace("_", "-").split(".")[0], default="en")
    try:
        product = _product(asked.url, asked.origin)
    except DaifaError as error:
        print(t(locale, error.code, **error.values), file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps(product.model_dump(mode="json"), ensure_ascii=False, indent=2))
    elif product.blocked is None:
        print("\n".join(table(product)))
    if product.blocked is not None:
        print(t(locale, f"collect.{product.blocked.value}"), file=sys.stderr)
        return 1
    return 0


def _product(place: str, origin: str) -> CollectedProduct:
    path = Path(place)
    if "://" not in place and path.is_file():
        body = path.read_bytes()
        told = _SAVED_FROM.search(body[:200_000])
        said = (told[1] or told[2]).decode("utf-8", "replace") if told else ""
        return extract(body, origin or said or path.resolve().as_uri())
    allow = allowed(os.environ.get("FETCH_ALLOW", ""))
    page = fetch(place, SystemClock(), allow=allow, robots=Robots())
    return extract(page.body, page.url, page.content_type)


def table(product: CollectedProduct) -> list[str]:
    """The filled fields as aligned lines: name, value, source; then one line per variant and per wholesale tier."""
    rows = [("field", "value", "from")]
    for name in CollectedProduct.model_fields:
        value = getattr(product, name)
        if name not in ("sources", "variants", "tiers", "blocked") and value not in (None, (), {}):
            rows.append((name, _shown(value), product.sources.get(name, "")))
    for tier in product.tiers:
        rows.append((f"tier from {tier.min_quantity}", str(tier.price), product.sources.get("tiers", "")))
    for at, variant in enumerate(product.variants, 1):
        told = {
            name: value for name, value in variant.model_dump().items() if value not in (None, {}) and name != "options"
        }
        chosen = ", ".join(variant.options.values())
        fields = ", ".join(f"{name} {_shown(value)}" for name, value in told.items() if name != "image")
        rows.append((f"variant {at}", f"{chosen}: {fields}" if chosen else fields, product.sources.get("variants", "")))
    widths = [max(_columns(row[at]) for row in rows) for at in (0, 1)]
    return ["  ".join((_pad(row[0], widths[0]), _pad(row[1], widths[1]), row[2])).rstrip() for row in rows]


def _shown(value: object) -> str:
    if hasattr(value, "low") and hasattr(value, "high"):
        return f"{value.low} - {value.high}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        text = ", ".join(f"{name}: {told}" for name, told in value.items())
    elif isinstance(value, tuple):
        text = ", ".join(
            f"{each.name}: {'/'.join(each.values)}" if hasattr(each, "values") else str(each) for each in value
        )
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _columns(text: str) -> int:
    """How many terminal columns the text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


if __name__ == "__main__":
    sys.exit(main())
