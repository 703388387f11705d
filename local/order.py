"""`make order FILE=…`: sign a Shopify orders/create body, post it to the running stack, follow it to its purchases."""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from pathlib import Path

from daifa.models.ids import OrderKey, StoreOrderId
from daifa.tables.orders import Orders, Story
from daifa.texts import t
from local.deploy import Deployment, describe
from local.running import http
from local.seed import SHOP
from local.stack import Stack, StackError

# A cold start of each function on the way, on a busy machine.
PATIENCE = 60.0


def post(body: bytes, stack: Stack, deployment: Deployment) -> int:
    """Send the body as the shop would, signed with the shop's own secret; the status that came back."""
    name = f"{deployment.secrets_prefix}/shop/{SHOP}"
    secret = json.loads(stack.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    signature = hmac.new(secret["webhook_secrets"][0].encode(), body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
        "X-Shopify-Shop-Domain": "local.myshopify.com",
        "X-Shopify-Webhook-Id": hashlib.sha256(body).hexdigest()[:32],
    }
    url = f"{deployment.public_url}/webhooks/{SHOP}"
    return http().post(url, data=body, headers=headers, timeout=40).status_code


def follow(key: OrderKey, orders: Orders) -> Story | None:
    """The order once it is routed, or as far as it came; None if it never appeared."""
    end = time.monotonic() + PATIENCE
    story = None
    while time.monotonic() < end:
        if orders.find_order(key):
            story = orders.story(key)
            if story.order.routed or story.order.work_due is None:
                return story
        time.sleep(0.3)
    return story


def main() -> None:
    """`python -m local.order FILE`."""
    options = argparse.ArgumentParser(prog="python -m local.order", description=__doc__)
    options.add_argument("file", type=Path)
    here = "zh-CN" if os.environ.get("LANG", "").startswith("zh") else "en"
    options.add_argument("--language", default=here, choices=("zh-CN", "en"))
    asked = options.parse_args()
    body = asked.file.read_bytes()
    try:
        order = str(json.loads(body)["id"])
    except (ValueError, KeyError, TypeError):
        sys.exit(f"{asked.file} is not the body of a Shopify orders/create webhook")
    try:
        stack = Stack.attach()
        deployment = describe(stack)
    except StackError as error:
        sys.exit(str(error))
    status = post(body, stack, deployment)
    print(f"posted {len(body)} bytes: {status}")
    if status != 202:
        sys.exit(1)
    key = OrderKey(SHOP, StoreOrderId(order))
    story = follow(key, Orders(stack.client("dynamodb"), deployment.tables["OrdersTable"]))
    if story is None:
        sys.exit(f"order {order} did not arrive within {PATIENCE:.0f} s; see {stack.log}")
    print(f"order {story.order.number}: {story.order.state}, {story.order.total}, {len(story.order.lines)} lines")
    for po in story.purchases:
        print(f"PO {po.number} at {po.supplier}: {po.state}, {po.total}")
        for text in dict.fromkeys(t(asked.language, r.code, **r.values) for r in (*po.why, *po.holds)):
            print(f"   {text}")


if __name__ == "__main__":
    main()
