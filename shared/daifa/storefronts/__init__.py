"""The shops a merchant can sell in, by the platform's name; each entry is imported only when it is used."""

from __future__ import annotations

STOREFRONTS = {"shopify": "daifa.storefronts.shopify:Shopify"}

# How a platform's webhook head is read; `sign` and `verify` live in the same module, which imports nothing heavy.
WEBHOOKS = {"shopify": "daifa.storefronts.shopify_webhook:read"}
