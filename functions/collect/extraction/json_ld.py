"""Products in `<script type="application/ld+json">`."""

from __future__ import annotations

from typing import Any

from collect.extraction import lenient_json, schema_org, values
from collect.extraction.found import Found
from collect.extraction.page import Page

MOST_BLOCKS = 60
LIST = b'"ItemList"'


def find(page: Page) -> list[Found]:
    """Every product that the page's JSON-LD names, in the page's order, with the page's breadcrumb on each."""
    data = [lenient_json.loads(script.body) for script in page.scripts if "ld+json" in script.kind][:MOST_BLOCKS]
    by_id = {node["@id"]: node for node in schema_org.nodes(data) if isinstance(node.get("@id"), str) and len(node) > 2}
    products = schema_org.products(data)[:40]
    lists = (node for node in schema_org.nodes(data) if "ItemList" in schema_org.kinds(node)) if products else ()
    listed = {id(inner) for each in lists for inner in schema_org.nodes(each)}
    found = []
    for product in products:
        whole = {name: _follow(value, by_id) for name, value in product.items()}
        one = schema_org.read(whole, page, "json_ld")
        one.url = values.address(schema_org.first(whole.get("url")), page.base)
        one.listed = id(product) in listed
        found.append(one)
    crumbs = _crumbs(data)
    for one in found:
        # The last crumb is often the product itself.
        one.category_path = [crumb for crumb in crumbs if crumb != one.title] or one.category_path
    return found


def listed(page: Page) -> list[str]:
    """The names of what the page's JSON-LD lists, products or not."""
    data = [
        lenient_json.loads(script.body) for script in page.scripts if "ld+json" in script.kind and script.says(LIST)
    ]
    names = []
    for node in schema_org.nodes(data):
        rows = node.get("itemListElement") if "ItemList" in schema_org.kinds(node) else None
        for row in rows if isinstance(rows, list) else []:
            both = [each for each in (row, isinstance(row, dict) and row.get("item")) if isinstance(each, dict)]
            names += [told for each in both[:2] if (told := values.text(each.get("name"), 300))]
    return names


def _follow(value: Any, by_id: dict[str, Any]) -> Any:
    """A bare reference such as `{"@id": "#brand"}` replaced by what it points to."""
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and len(value) <= 2:
        return by_id.get(value["@id"], value)
    if isinstance(value, list):
        return [_follow(each, by_id) if isinstance(each, dict) else each for each in value]
    return value


def _crumbs(data: object) -> list[str]:
    for node in schema_org.nodes(data):
        if "BreadcrumbList" in schema_org.kinds(node):
            items = node.get("itemListElement")
            names = []
            for item in items if isinstance(items, list) else []:
                if isinstance(item, dict):
                    inner = item.get("item")
                    name = values.word(item.get("name") or (inner.get("name") if isinstance(inner, dict) else None))
                    names.extend([name] if name else [])
            return [
                name for name in names if name.casefold() not in ("home", "homepage", "首页", "accueil", "startseite")
            ]
    return []
