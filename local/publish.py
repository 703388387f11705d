"""`make publish STACK=daifa`: put the admin page and its config into the bucket of a stack deployed to AWS."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from local.edge import content_type

PAGE = Path(__file__).resolve().parent.parent / "admin"

# File names never change, so browsers and CloudFront ask whether a file has changed; the answer is mostly no.
CACHE = "no-cache"


def config(outputs: Mapping[str, str]) -> dict[str, Any]:
    """What the page reads as config.json, from the stack's outputs; the same shape as on the local stack."""
    sign_in = outputs["SignInUrl"].rstrip("/")
    return {
        "issuer": outputs["Issuer"],
        "authorize": f"{sign_in}/oauth2/authorize",
        "token": f"{sign_in}/oauth2/token",
        "logout": f"{sign_in}/logout",
        "clientId": outputs["ClientId"],
        "redirect": f"{outputs['PublicUrl']}/admin/",
        "languages": ["zh-CN", "en"],
    }


def publish(outputs: Mapping[str, str], s3: Any, page: Path = PAGE) -> list[str]:
    """Upload every file of the page, then its config, so that no half page is configured; the keys written."""
    written = []
    for path in sorted(file for file in page.rglob("*") if file.is_file() and file.name != "config.json"):
        key = f"admin/{path.relative_to(page).as_posix()}"
        _put(s3, outputs["AdminBucket"], key, path.read_bytes())
        written.append(key)
    _put(s3, outputs["AdminBucket"], "admin/config.json", json.dumps(config(outputs)).encode())
    return [*written, "admin/config.json"]


def _put(s3: Any, bucket: str, key: str, body: bytes) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type(key), CacheControl=CACHE)


def main() -> None:
    """`python -m local.publish STACK`."""
    options = argparse.ArgumentParser(prog="python -m local.publish", description=__doc__)
    options.add_argument("stack")
    stack = boto3.client("cloudformation").describe_stacks(StackName=options.parse_args().stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    written = publish(outputs, boto3.client("s3"))
    print(f"{len(written)} files; the page is at {outputs['AdminUrl']}")


if __name__ == "__main__":
    main()
