"""A page of a copper lamp, made of the parts that a story is about."""

from __future__ import annotations

from collect.extract import extract
from daifa.models.collected import CollectedProduct

URL = "https://shop.example.com/p/lamp"


def page(body: str, head: str = "", url: str = URL, title: str = "Copper Lamp | Shop") -> CollectedProduct:
    """The product of a page made of these parts."""
    html = f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return extract(html.encode(), url, "text/html; charset=utf-8")


def lamp(behind: str, before: str = "") -> CollectedProduct:
    """The product of a page that shows this behind its heading."""
    return page(f"{before}<h1>Copper Lamp</h1>{behind}<p>A lamp for the table.</p>")
