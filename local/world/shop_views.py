"""How the shop's records look in GraphQL: dicts whose callable values are resolved only when they are asked for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from local.world import catalogue

View = dict[str, Any]
LOCATION = "gid://shopify/Location/75000000001"
PUBLICATION = "gid://shopify/Publication/165000000001"
SHOP_ID = "gid://shopify/Shop/60000000001"


def gid(kind: str, number: int | str) -> str:
    """gid://shopify/{kind}/{number}."""
    return f"gid://shopify/{kind}/{number}"


def number_of(value: str | int, kind: str = "") -> str:
    """The number in a gid of that kind, or a bare number as it is; "" when it is another kind."""
    text = str(value)
    if text.isdigit():
        return text
    start = f"gid://shopify/{kind}/"
    return text.removeprefix(start).partition("?")[0] if text.startswith(start) else ""


def utc(at: str | None) -> str | None:
    """2026-11-23T14:01:00Z from an ISO time in UTC."""
    return at[:19] + "Z" if at else None


def connection(items: Sequence[Any], view: Callable[[Any], View]) -> Callable[..., View]:
    """A field that pages through `items`: first/after, last/before, reverse; one of first and last must be given."""

    def page(info: Any, first: int | None = None, after: str | None = None, last: int | None = None,
             before: str | None = None, reverse: bool = False, **_: Any) -> View:  # fmt: skip
        if (first is None) == (last is None):
            raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
        if not 0 <= (first if first is not None else last or 0) <= 250:
            raise GraphQLError("first and last must be between 0 and 250", extensions={"code": "BAD_REQUEST"})
        ordered = list(reversed(items)) if reverse else list(items)
        start = _position(after) + 1 if after else 0
        end = _position(before) if before else len(ordered)
        if first is not None:
            end = min(end, start + first)
        else:
            start = max(start, end - (last or 0))
        nodes = [view(item) for item in ordered[start:end]]
        cursors = [_cursor(start + n) for n in range(len(nodes))]
        return {
            "nodes": nodes,
            "edges": [{"cursor": c, "node": n} for c, n in zip(cursors, nodes, strict=True)],
            "pageInfo": {"hasNextPage": end < len(ordered), "hasPreviousPage": start > 0,
                         "startCursor": cursors[0] if cursors else None, "endCursor": cursors[-1] if cursors else None},
        }  # fmt: skip

    return page


def _cursor(position: int) -> str:
    return base64.b64encode(f"world:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("world:"))
    except ValueError:
        raise GraphQLError("Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"}) from None


def on_sale(product: dict[str, Any]) -> bool:
    """Whether customers see the product: drafts and archived ones are on no sales channel, published or not."""
    return bool(product["published"]) and product["status"] == "ACTIVE"


def money(amount: Decimal | str, currency: str = catalogue.CURRENCY) -> View:
    """A MoneyBag in which shop and presentment are the same."""
    part = {"amount": str(Decimal(amount).quantize(Decimal("0.01"))), "currencyCode": currency}
    return {"shopMoney": part, "presentmentMoney": part}


class Views:
    """GraphQL faces of the records in the shop's state."""

    def __init__(self, state: dict[str, Any], url: str) -> None:
        self._state = state
        self._url = url

    def shop(self) -> View:
        """The shop itself."""
        return {
            "__typename": "Shop", "id": SHOP_ID, "name": "Daifa World", "email": "shop@daifa-world.example",
            "currencyCode": catalogue.CURRENCY, "enabledPresentmentCurrencies": [catalogue.CURRENCY],
            "ianaTimezone": "Asia/Shanghai", "myshopifyDomain": catalogue.SHOP_DOMAIN, "weightUnit": "GRAMS",
            "primaryDomain": {"id": gid("Domain", 1), "host": catalogue.SHOP_DOMAIN, "url": f"{self._url}/shop"},
        }  # fmt: skip

    def location(self) -> View:
        """The one location: the merchant's desk."""
        return {
            "__typename": "Location", "id": LOCATION, "legacyResourceId": number_of(LOCATION, "Location"),
            "name": "总部",
            "isActive": True, "isPrimary": True, "fulfillsOnlineOrders": True, "shipsInventory": True,
            "address": {"address1": "虚构路 1 号", "city": "杭州市", "country": "China", "countryCode": "CN",
                        "zip": "310000",
                        "formatted": ["虚构路 1 号", "杭州市", "China"]},
        }  # fmt: skip

    def publication(self) -> View:
        """The online store's publication."""
        return {"__typename": "Publication", "id": PUBLICATION, "name": "Online Store", "autoPublish": False}

    def product(self, p: dict[str, Any]) -> View:
        """A product with its variants."""
        variants = [self._state["variants"][v] for v in p["variants"]]
        prices = [Decimal(v["price"]) for v in variants] or [Decimal(0)]
        media = [self._media(p, n, m) for n, m in enumerate(p["media"], 1)]
        return {
            "__typename": "Product", "id": gid("Product", p["id"]), "legacyResourceId": p["id"], "title": p["title"],
            "handle": p["handle"], "descriptionHtml": p["description"], "vendor": p["vendor"], "productType": p["type"],
            "status": p["status"], "tags": p["tags"], "createdAt": utc(p["created"]), "updatedAt": utc(p["updated"]),
            "publishedAt": utc(p["published"]),
            "onlineStoreUrl": f"{self._url}/shop/products/{p['handle']}" if on_sale(p) else None,
            "publishedOnPublication": lambda info, publicationId: bool(p["published"]) and publicationId == PUBLICATION,
            "options": lambda info, first=None: [self._option(p, n, o) for n, o in enumerate(p["options"], 1)][:first],
            "hasOnlyDefaultVariant": [o["values"] for o in p["options"]] == [["Default Title"]],
            "totalInventory": sum(v["available"] for v in variants),
            "tracksInventory": any(v["tracked"] for v in variants),
            "variantsCount": {"count": len(variants), "precision": "EXACT"},
            "priceRangeV2": {"minVariantPrice": money(min(prices))["shopMoney"],
                             "maxVariantPrice": money(max(prices))["shopMoney"]},
            "media": connection(media, lambda m: m), "featuredMedia": media[0] if media else None,
            "metafield": lambda info, key, namespace="": self._metafield(p, key, namespace),
            "variants": connection(variants, self.variant),
        }  # fmt: skip

    def _option(self, p: dict[str, Any], position: int, option: dict[str, Any]) -> View:
        return {"id": gid("ProductOption", f"{p['id']}{position}"), "name": option["name"], "position": position,
                "values": option["values"],
                "optionValues": [self._option_value(p, option["name"], v) for v in option["values"]]}  # fmt: skip

    def _option_value(self, p: dict[str, Any], name: str, value: str) -> View:
        position = next(n for n, o in enumerate(p["options"]) if o["name"] == name)
        at = p["options"][position]["values"].index(value)
        return {"id": gid("ProductOptionValue", f"{p['id']}{position}{at}"), "name": value, "hasVariants": True}

    def _media(self, p: dict[str, Any], position: int, media: dict[str, Any]) -> View:
        image = {"id": gid("ImageSource", f"{p['id']}{position}"), "url": media["source"], "altText": media["alt"],
                 "width": None, "height": None}  # fmt: skip
        return {"__typename": "MediaImage", "id": gid("MediaImage", f"{p['id']}{position}"), "alt": media["alt"],
                "image": image,
                "mediaContentType": "IMAGE", "status": "READY", "preview": {"image": image}}  # fmt: skip

    def _metafield(self, owner: dict[str, Any], key: str, namespace: str) -> View | None:
        for n, m in enumerate(owner["metafields"], 1):
            if (m["namespace"], m["key"]) == (namespace, key):
                return {"__typename": "Metafield", "id": gid("Metafield", f"{owner['id']}{n}"), **m}
        return None

    def variant(self, v: dict[str, Any]) -> View:
        """A variant with its product and inventory item."""
        title = " / ".join(value for _, value in v["options"])
        product = self._state["products"][v["product"]]
        return {
            "__typename": "ProductVariant", "id": gid("ProductVariant", v["id"]), "legacyResourceId": v["id"],
            "title": title,
            "displayName": f"{product['title']} - {title}", "sku": v["sku"], "barcode": v["barcode"],
            "price": v["price"],
            "compareAtPrice": v["compare_at"], "position": v["position"], "taxable": v["taxable"],
            "inventoryPolicy": v["policy"], "inventoryQuantity": v["available"], "createdAt": utc(v["created"]),
            "availableForSale": v["available"] > 0 or v["policy"] == "CONTINUE" or not v["tracked"],
            "updatedAt": utc(v["updated"]), "product": lambda info: self.product(product),
            "selectedOptions": [{"name": n, "value": value, "optionValue": lambda info, n=n,
                                 value=value: self._option_value(
                product, n, value)} for n, value in v["options"]],
            "metafield": lambda info, key, namespace="": self._metafield(v, key, namespace),
            "inventoryItem": lambda info: self.inventory_item(v),
        }  # fmt: skip

    def inventory_item(self, v: dict[str, Any]) -> View:
        """The inventory item of a variant, with its level at the one location."""
        level = {
            "__typename": "InventoryLevel", "id": gid("InventoryLevel", f"{v['item']}?inventory_item_id={v['item']}"),
            "location": self.location(), "item": lambda info: self.inventory_item(v),
            "quantities": lambda info, names: [{"id": gid("InventoryQuantity", f"{v['item']}?name={n}"), "name": n,
                                                "quantity": v["available"] if n in ("available", "on_hand") else 0,
                                                "updatedAt": utc(v["updated"])} for n in names],
        }  # fmt: skip
        return {
            "__typename": "InventoryItem", "id": gid("InventoryItem", v["item"]), "legacyResourceId": v["item"],
            "sku": v["sku"],
            "tracked": v["tracked"], "requiresShipping": v["requires_shipping"],
            "unitCost": money(v["cost"])["shopMoney"] if v["cost"] else None, "variant": lambda info: self.variant(v),
            "inventoryLevel": lambda info, locationId: level if locationId == LOCATION else None,
            "inventoryLevels": connection([level], lambda found: found),
        }  # fmt: skip

    def subscription(self, s: dict[str, Any]) -> View:
        """A webhook subscription."""
        return {
            "__typename": "WebhookSubscription", "id": gid("WebhookSubscription", s["id"]), "topic": s["topic"],
            "uri": s["uri"],
            "callbackUrl": s["uri"], "format": "JSON", "includeFields": [], "createdAt": utc(s["created"]),
            "updatedAt": utc(s["created"]),
            "apiVersion": {"displayName": s["version"], "handle": s["version"], "supported": True},
        }  # fmt: skip
