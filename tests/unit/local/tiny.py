"""A project with the real template and functions of one line."""

from __future__ import annotations

from pathlib import Path

from local import template as templates
from local.deploy import ROOT

# Answers with what it was given; the path's last word asks for something particular.
TINY = """
import json, os
from daifa import WORD

def on_http(event, context):
    asked = event["rawPath"].rsplit("/", 1)[-1]
    if asked == "raise":
        raise RuntimeError("inner text")
    if asked == "forbidden":
        import boto3
        boto3.client("dynamodb").get_item(TableName="any", Key={"pk": {"S": "a"}, "sk": {"S": "a"}})
    said = {"word": WORD, "event": event, "environment": dict(os.environ)}
    return {"statusCode": 200, "headers": {"content-type": "application/json", "x-own": "1"},
            "cookies": ["a=1", "b=2"], "body": json.dumps(said)}

def on_message(event, context):
    for record in event["Records"]:
        if record["body"] == "poison":
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    return {"batchItemFailures": []}

def on_schedule(event, context):
    return event
"""


def make_project(root: Path, word: str = "first") -> Path:
    """A project folder with the real template, one tiny module for every handler and a page of two files."""
    (root / "shared" / "daifa").mkdir(parents=True, exist_ok=True)
    (root / "shared" / "daifa" / "__init__.py").write_text(f"WORD = {word!r}\n")
    (root / "template.yaml").write_text((ROOT / "template.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for resource in templates.read(ROOT / "template.yaml")["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            handler = resource["Properties"]["Handler"].rsplit(".", 1)[0]
            module = root / "functions" / f"{handler.replace('.', '/')}.py"
            module.parent.mkdir(parents=True, exist_ok=True)
            (module.parent / "__init__.py").touch()
            module.write_text(TINY)
    (root / "admin").mkdir(exist_ok=True)
    page = "<!doctype html><title>代发</title>" + "<p>page</p>" * 200
    (root / "admin" / "index.html").write_text(page, encoding="utf-8")
    (root / "admin" / "app.js").write_text("export const one = 1;\n")
    return root
