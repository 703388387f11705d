"""What the shop does with products: productSet and its checks, publication, stock."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from local.world.shop_views import LOCATION, PUBLICATION, View, Views, gid, money, number_of, utc

if TYPE_CHECKING:
    from local.world.shop import Shop

MAX_VARIANTS, MAX_OPTIONS = 2048, 3


def error(code: str, message: str, *field: str) -> View:
    """One entry of userErrors."""
    return {"code": code, "field": list(field) or None, "message": message}


class Products:
    """Products, variants and stock in the shop's state."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    @property
    def _state(self) -> dict[str, Any]:
        return self._shop.state

    @property
    def _views(self) -> Views:
        return self._shop.views

    def set(self, input: dict[str, Any], identifier: dict[str, Any] | None, synchronous: bool) -> View:
        """productSet: create or replace; lists in the input replace the lists of the product, absent fields stay."""
        product, problem = self._find(input, identifier or {})
        problems = [problem] if problem else self._check(input, product)
        if problems:
            return {"product": None, "productSetOperation": None, "userErrors": problems}
        now = self._shop.now()
        if product is None:
            number = self._shop.next_id()
            product = {
                "id": number, "title": "", "handle": "", "description": "", "vendor": "Daifa World", "type": "",
                "status": "ACTIVE",
                "tags": [], "created": now, "updated": now, "published": None, "options": [], "variants": [],
                "media": [], "metafields": [],
            }  # fmt: skip
            self._state["products"][str(number)] = product
        names = {"title": "title", "descriptionHtml": "description", "vendor": "vendor", "productType": "type",
                 "status": "status",
                 "tags": "tags"}  # fmt: skip
        product.update({ours: input[theirs] for theirs, ours in names.items() if theirs in input}, updated=now)
        product["handle"] = (
            input.get("handle")
            or (identifier or {}).get("handle")
            or product["handle"]
            or _handle(product["title"], product["id"])
        )
        if "files" in input:
            product["media"] = [
                {"source": f.get("originalSource") or "", "alt": f.get("alt") or ""} for f in input["files"]
            ]
        if "metafields" in input:
            product["metafields"] = [_metafield(m) for m in input["metafields"]]
        if "variants" in input:
            product["options"] = [
                {"name": o["name"], "values": [v["name"] for v in o["values"]]} for o in input["productOptions"]
            ]
            self._replace_variants(product, input["variants"], now)
        elif not product["variants"]:
            product["options"] = [{"name": "Title", "values": ["Default Title"]}]
            self._replace_variants(product, [{"optionValues": [{"optionName": "Title", "name": "Default Title"}]}], now)
        view = self._views.product(product)
        if synchronous:
            return {"product": view, "productSetOperation": None, "userErrors": []}
        operation = gid("ProductSetOperation", self._shop.next_id())
        self._state["operations"][operation] = str(product["id"])
        return {"product": None, "userErrors": [], "productSetOperation": {
            "__typename": "ProductSetOperation", "id": operation, "status": "CREATED", "product": None,
            "userErrors": []}}  # fmt: skip

    def operation(self, id: str) -> View | None:
        """productOperation: an asynchronous productSet is complete by the time somebody looks."""
        product = self._state["products"].get(self._state["operations"].get(id, ""))
        if not product:
            return None
        return {"__typename": "ProductSetOperation", "id": id, "status": "COMPLETE",
                "product": self._views.product(product),
                "userErrors": []}  # fmt: skip

    def update(self, product: dict[str, Any] | None) -> View:
        """productUpdate: scalar fields of a product that exists."""
        found = self._state["products"].get(number_of((product or {}).get("id", ""), "Product"))
        if not found or product is None:
            return {"product": None, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}
        names = {"title": "title", "descriptionHtml": "description", "vendor": "vendor", "productType": "type",
                 "status": "status",
                 "tags": "tags", "handle": "handle"}  # fmt: skip
        found.update(
            {ours: product[theirs] for theirs, ours in names.items() if theirs in product}, updated=self._shop.now()
        )
        return {"product": self._views.product(found), "userErrors": []}

    def publish(self, id: str, publications: list[dict[str, Any]]) -> View:
        """publishablePublish: a product appears in the online store."""
        found = self._state["products"].get(number_of(id, "Product"))
        wrong = [p for p in publications if p.get("publicationId") != PUBLICATION]
        if not found or wrong:
            return {"publishable": None, "shop": self._views.shop(),
                    "userErrors": [{"field": ["id"] if not found else ["input"],
                                    "message": "does not exist"}]}  # fmt: skip
        found["published"] = self._shop.now()
        return {"publishable": self._views.product(found), "shop": self._views.shop(), "userErrors": []}

    def set_quantities(self, input: dict[str, Any]) -> View:
        """inventorySetQuantities: each row says what it changes from (null opts out); one stale row stops them all."""
        for row in input["quantities"]:
            if "changeFromQuantity" not in row:  # required from 2026-04, though the schema's type is nullable
                raise GraphQLError(
                    "The changeFromQuantity field is required for each quantity.", extensions={"code": "BAD_REQUEST"}
                )
        problems, rows = [], []
        if input["name"] not in ("available", "on_hand"):
            problems.append(error("INVALID_NAME", "The quantity name must be available or on_hand", "input", "name"))
        for n, row in enumerate(input["quantities"]):
            where = ("input", "quantities", str(n))
            item = number_of(row["inventoryItemId"], "InventoryItem")
            variant = next((v for v in self._state["variants"].values() if str(v["item"]) == item), None)
            if variant is None:
                problems.append(
                    error("INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.", *where)
                )
            elif row["locationId"] != LOCATION:
                problems.append(error("INVALID_LOCATION", "The specified location could not be found.", *where))
            elif row["quantity"] < 0:
                problems.append(error("INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.", *where))
            elif row["changeFromQuantity"] is not None and row["changeFromQuantity"] != variant["available"]:
                problems.append(
                    error("CHANGE_FROM_QUANTITY_STALE", "The changeFromQuantity argument no longer matches.", *where)
                )
            else:
                rows.append((variant, row["quantity"]))
        if problems:
            return {"inventoryAdjustmentGroup": None, "userErrors": problems}
        changes = []
        for variant, quantity in rows:
            delta, variant["available"] = quantity - variant["available"], quantity
            changes.append({"delta": delta, "name": input["name"], "quantityAfterChange": quantity,
                            "item": self._views.inventory_item(variant),
                            "location": self._views.location()})  # fmt: skip
        group = {
            "__typename": "InventoryAdjustmentGroup", "id": gid("InventoryAdjustmentGroup", self._shop.next_id()),
            "createdAt": utc(self._shop.now()), "reason": input["reason"],
            "referenceDocumentUri": input.get("referenceDocumentUri"),
            "changes": lambda info, inventoryItemIds=None, locationIds=None, quantityNames=None: changes,
        }  # fmt: skip
        return {"inventoryAdjustmentGroup": group, "userErrors": []}

    def _find(self, input: dict[str, Any], identifier: dict[str, Any]) -> tuple[dict[str, Any] | None, View | None]:
        if len(identifier) > 1 or "customId" in identifier:
            return None, error("INVALID_INPUT", "exactly one identifier, id or handle", "identifier")
        wanted = identifier.get("id") or input.get("id")
        if wanted:
            product = self._state["products"].get(number_of(wanted, "Product"))
            return product, None if product else error("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "identifier")
        handle = identifier.get("handle")
        by_handle = {p["handle"]: p for p in self._state["products"].values()}
        if handle:
            return by_handle.get(handle), None
        if input.get("handle") in by_handle:
            return None, error("HANDLE_NOT_UNIQUE", f"Handle '{input['handle']}' already in use", "input", "handle")
        return None, None

    def _check(self, input: dict[str, Any], product: dict[str, Any] | None) -> list[View]:
        if product is None and not (input.get("title") or "").strip():
            return [error("MISSING_FIELD_REQUIRED", "Title can't be blank", "input", "title")]
        options, variants = input.get("productOptions"), input.get("variants")
        if variants is None:
            return (
                []
                if options is None
                else [error("VARIANTS_INPUT_MISSING", "Variants input is required", "input", "variants")]
            )
        if options is None:
            return [
                error(
                    "PRODUCT_OPTIONS_INPUT_MISSING", "Product options input is required when updating variants", "input"
                )
            ]
        if len(options) > MAX_OPTIONS:
            return [error("OPTIONS_OVER_LIMIT", "Can only specify a maximum of 3 options", "input", "productOptions")]
        if len(variants) > MAX_VARIANTS:
            return [error("VARIANTS_OVER_LIMIT", "Too many variants", "input", "variants")]
        if len({o.get("name") for o in options}) < len(options):
            return [error("DUPLICATED_OPTION_NAME", "Option names must be unique", "input", "productOptions")]
        values = {o.get("name"): [v.get("name") for v in o.get("values") or []] for o in options}
        if any(not v for v in values.values()):
            return [error("OPTION_VALUES_MISSING", "Each option needs values", "input", "productOptions")]
        if any(len(set(v)) < len(v) for v in values.values()):
            return [error("DUPLICATED_OPTION_VALUE", "Option values must be unique", "input", "productOptions")]
        return self._check_variants(variants, values, product)

    def _check_variants(self, variants: list[dict[str, Any]], values: dict[Any, list[Any]],
                        product: dict[str, Any] | None) -> list[View]:  # fmt: skip
        problems, seen = [], set()
        for n, variant in enumerate(variants):
            where = ("input", "variants", str(n))
            chosen = {v.get("optionName"): v.get("name") for v in variant["optionValues"]}
            if set(chosen) - set(values):
                problems.append(error("OPTION_DOES_NOT_EXIST", "Option does not exist", *where, "optionValues"))
            elif set(chosen) != set(values):
                problems.append(error("INVALID_VARIANT", "Every option needs a value", *where, "optionValues"))
            elif any(value not in values[name] for name, value in chosen.items()):
                problems.append(
                    error("OPTION_VALUE_DOES_NOT_EXIST", "Option value does not exist", *where, "optionValues")
                )
            elif tuple(sorted(chosen.items())) in seen:
                problems.append(
                    error(
                        "INVALID_VARIANT",
                        "The variant already exists. Please change at least one option value.",
                        *where,
                    )
                )
            elif variant.get("id") and number_of(variant["id"], "ProductVariant") not in (product or {}).get(
                "variants", []
            ):
                problems.append(error("PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist", *where, "id"))
            elif not all(_is_money(variant.get(name)) for name in ("price", "compareAtPrice")):
                problems.append(
                    error("INVALID_VARIANT", "Price must be a number that is not negative", *where, "price")
                )
            elif any(q["locationId"] != LOCATION for q in variant.get("inventoryQuantities") or []):
                problems.append(error("INVALID_INPUT", "Location does not exist", *where, "inventoryQuantities"))
            seen.add(tuple(sorted(chosen.items())))
        return problems

    def _replace_variants(self, product: dict[str, Any], variants: list[dict[str, Any]], now: str) -> None:
        order = [o["name"] for o in product["options"]]
        known = {tuple(map(tuple, self._state["variants"][v]["options"])): v for v in product["variants"]}
        kept = []
        for position, given in enumerate(variants, 1):
            chosen = {v["optionName"]: v["name"] for v in given["optionValues"]}
            options = [[name, chosen[name]] for name in order]
            key = number_of(given.get("id") or "", "ProductVariant") or known.get(tuple(map(tuple, options)), "")
            if not key:
                number = self._shop.next_id()
                key = str(number)
                self._state["variants"][key] = {
                    "id": number, "product": str(product["id"]), "item": self._shop.next_id(), "sku": "",
                    "barcode": None,
                    "price": "0.00", "compare_at": None, "taxable": True, "policy": "DENY", "available": 0,
                    "tracked": False,
                    "requires_shipping": True, "cost": None, "grams": 0, "created": now, "metafields": [],
                }  # fmt: skip
            self._fill(self._state["variants"][key], given, options, position, now)
            kept.append(key)
        for gone in set(product["variants"]) - set(kept):
            del self._state["variants"][gone]
        product["variants"] = kept

    def _fill(
        self, variant: dict[str, Any], given: dict[str, Any], options: list[list[str]], position: int, now: str
    ) -> None:
        variant.update(options=options, position=position, updated=now)
        item = given.get("inventoryItem") or {}
        for theirs, ours in (
            ("barcode", "barcode"),
            ("taxable", "taxable"),
            ("inventoryPolicy", "policy"),
            ("sku", "sku"),
        ):
            if theirs in given:
                variant[ours] = given[theirs]
        for theirs, ours in (("price", "price"), ("compareAtPrice", "compare_at")):
            if theirs in given:
                variant[ours] = None if given[theirs] is None else money(str(given[theirs]))["shopMoney"]["amount"]
        for theirs, ours in (("sku", "sku"), ("tracked", "tracked"), ("requiresShipping", "requires_shipping")):
            if theirs in item:
                variant[ours] = item[theirs]
        if item.get("cost") is not None:
            variant["cost"] = str(item["cost"])
        weight = (item.get("measurement") or {}).get("weight")
        if weight:
            grams = {"GRAMS": 1, "KILOGRAMS": 1000, "OUNCES": 28.349523125, "POUNDS": 453.59237}[weight["unit"]]
            variant["grams"] = round(weight["value"] * grams)
        for quantity in given.get("inventoryQuantities") or []:
            variant["available"] = quantity["quantity"]
        if "metafields" in given:
            variant["metafields"] = [_metafield(m) for m in given["metafields"]]


def _handle(title: str, number: int) -> str:
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-") + f"-{number % 10_000}"


def _metafield(given: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": given.get("namespace") or "", "key": given.get("key") or "",
            "type": given.get("type") or "single_line_text_field", "value": given.get("value") or ""}  # fmt: skip


def _is_money(value: Any) -> bool:
    if value is None:
        return True
    try:
        return Decimal(str(value)) >= 0
    except InvalidOperation:
        return False
