"""Products in microdata (`itemprop`) and RDFa (`typeof`, `property`) attributes, read into JSON-LD's shape."""

from __future__ import annotations

from typing import Any

from selectolax.lexbor import LexborNode

from collect.extraction import schema_org, values
from collect.extraction.found import Found
from collect.extraction.page import Page

MOST_PRODUCTS = 12
MOST_PROPERTIES = 600
_ADDRESS = {
    "a": "href",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "area": "href",
}


def find(page: Page) -> list[Found]:
    """Every product the page's attributes tell of, outermost first, in the page's order."""
    found = []
    for kind, prop, scope in (("itemtype", "itemprop", "itemscope"), ("typeof", "property", "typeof")):
        selector = f"[{kind}*=Product], [{kind}*=Vehicle]" if kind == "itemtype" else f"[{kind}$=Product]"
        tops: list[LexborNode] = []
        for node in page.tree.css(selector)[:60]:
            if len(tops) < MOST_PRODUCTS and not _inside(node, tops):
                tops.append(node)
        for node in tops:
            item = _item(node, kind, prop, scope)
            if schema_org.kinds(item) & schema_org.PRODUCT:
                one = schema_org.read(item, page, "microdata" if kind == "itemtype" else "rdfa")
                one.url = values.address(schema_org.first(item.get("url")), page.base)
                found.append(one)
    if not found:
        found.extend(_loose(page))
    return found


def _loose(page: Page) -> list[Found]:
    """A price in an Offer scope outside of any product scope: the page is the product."""
    offers = page.tree.css("[itemtype*=Offer]")
    priced = [node for node in offers[:20] if node.css_first("[itemprop=price], [itemprop=lowPrice]")]
    if len(priced) != 1:
        return []
    return [
        schema_org.read(
            {"@type": "Product", "offers": _item(priced[0], "itemtype", "itemprop", "itemscope")}, page, "microdata"
        )
    ]


def _inside(node: LexborNode, tops: list[LexborNode]) -> bool:
    known = {top.mem_id for top in tops}
    parent, levels = node.parent, 40
    while parent is not None and levels:
        if parent.mem_id in known:
            return True
        parent, levels = parent.parent, levels - 1
    return False


def _item(scope_node: LexborNode, kind: str, prop: str, scope: str) -> dict[str, Any]:
    """One scope with the scopes inside it, as JSON-LD would write it."""
    top: dict[str, Any] = {"@type": (scope_node.attributes.get(kind) or "").split()}
    scopes = {scope_node.mem_id: top}
    for node in scope_node.css(f"[{prop}]")[:MOST_PROPERTIES]:
        attributes = node.attributes
        value: Any
        if scope in attributes and node.mem_id != scope_node.mem_id:
            value = {"@type": (attributes.get(kind) or "").split()}
            scopes[node.mem_id] = value
            if attributes.get("content"):
                value["name"] = attributes["content"]
        elif node.mem_id == scope_node.mem_id:
            continue
        else:
            value = _value(node)
        owner = _owner(node, scopes, scope_node, scope)
        if owner is None or value in (None, ""):
            continue
        for name in (attributes.get(prop) or "").split():
            owner.setdefault(name.rsplit(":", 1)[-1].rsplit("/", 1)[-1], []).append(value)
    return top


def _owner(node: LexborNode, scopes: dict[int, dict[str, Any]], top: LexborNode, scope: str) -> dict[str, Any] | None:
    """The nearest scope around the node; None if that scope is not part of this item (a review, a related product)."""
    parent, levels = node.parent, 60
    while parent is not None and levels:
        if parent.mem_id in scopes:
            return scopes[parent.mem_id]
        if scope in parent.attributes:
            return None
        parent, levels = parent.parent, levels - 1
    return None


def _value(node: LexborNode) -> str | None:
    attributes = node.attributes
    if attributes.get("content") is not None:
        return attributes["content"]
    tag = node.tag or ""
    if tag == "img":
        for name in ("data-zoom-image", "data-src", "data-lazy-src", "src"):
            if (attributes.get(name) or "").strip() and not (attributes.get(name) or "").startswith("data:"):
                return attributes[name]
        return None
    if tag in _ADDRESS:
        return attributes.get(_ADDRESS[tag]) or node.text(separator=" ", strip=True)
    if tag in ("data", "meter"):
        return attributes.get("value")
    if tag == "time" and attributes.get("datetime"):
        return attributes["datetime"]
    return node.text(separator=" ", strip=True)[:20_000]
