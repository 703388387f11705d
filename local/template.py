"""template.yaml as data: read with CloudFormation's short forms, transformed as SAM would, adjusted for ministack."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml  # type: ignore[import-untyped]

from local.stack import aws_session

Template = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One thing that is different on this machine, and why the emulator needs it."""

    resource: str
    what: str
    why: str


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with CloudFormation's tags."""


def _tagged(loader: Any, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)


def read(path: Path) -> Template:
    """The template with every short form spelled out (`!Ref X` becomes `{"Ref": "X"}`)."""
    loaded: Template = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return loaded


def expand(template: Template, code: Mapping[str, str]) -> Template:
    """The plain CloudFormation that AWS would make of it; `code` says at which S3 address each local folder is."""
    source = copy.deepcopy(template)
    for owner in (source.get("Globals", {}).get("Function", {}), *_properties(source)):
        for name in ("CodeUri", "ContentUri"):
            if name in owner:
                owner[name] = code[owner[name].rstrip("/")]

    # Here, because it takes a second to import and an unchanged deploy does without.
    from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
    from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    translator = Translator({}, Parser(), boto_session=aws_session())
    expanded: Template = translator.translate(source, parameter_values={})
    return expanded


def page_headers(template: Template, *, sign_in: str) -> dict[str, str]:
    """What CloudFront's ResponseHeadersPolicy adds to every file of the page, lower-case name to value.

    `sign_in` is the origin that stands for the hosted sign-in.
    """
    resources = template["Resources"].values()
    policy = next(r for r in resources if r["Type"] == "AWS::CloudFront::ResponseHeadersPolicy")
    config = policy["Properties"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    content = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0]
    content = content.replace("${SignIn}", sign_in)
    if "${" in content:
        raise ValueError(f"the page's Content-Security-Policy names something unknown here: {content}")
    transport = security["StrictTransportSecurity"]
    within = "; includeSubDomains" if transport.get("IncludeSubdomains") else ""
    headers = {
        "content-security-policy": content,
        "x-content-type-options": "nosniff",
        "x-frame-options": security["FrameOptions"]["FrameOption"],
        "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "strict-transport-security": f"max-age={transport['AccessControlMaxAgeSec']}{within}",
    }
    return headers | {item["Header"].lower(): item["Value"] for item in config["CustomHeadersConfig"]["Items"]}


def adjust(template: Template) -> list[Change]:
    """Change in place what ministack 1.5.33 can't do, and say what and why."""
    done: list[Change] = []
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] == "AWS::Cognito::UserPool":
            done += _no_second_factor(name, resource["Properties"])
        if resource["Type"] == "AWS::Serverless::Function":
            for event in resource["Properties"].get("Events", {}).values():
                if event["Type"] == "ScheduleV2":
                    done += _in_utc(name, event["Properties"])
        if resource["Type"] in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
            done += _plain_http(name, resource["Properties"]["PolicyDocument"])
            if not resource["Properties"]["PolicyDocument"]["Statement"]:
                del template["Resources"][name]
    return done


def _in_utc(name: str, schedule: dict[str, Any]) -> list[Change]:
    """The same moment of the day in UTC; for zones without summer time and `cron(M H * * ? *)` alone."""
    zone = schedule.pop("ScheduleExpressionTimezone", "UTC")
    if zone == "UTC":
        return []
    before = schedule["ScheduleExpression"]
    daily = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", before)
    if daily is None:
        raise ValueError(f"{name}: {before} in {zone} can't be put into UTC for the emulator")
    local = datetime(2026, 1, 1, int(daily[2]), int(daily[1]), tzinfo=ZoneInfo(zone))
    there = local.astimezone(UTC)
    schedule["ScheduleExpression"] = f"cron({there.minute} {there.hour} * * ? *)"
    what = f"{before} {zone} -> {schedule['ScheduleExpression']}"
    return [Change(name, what, "the emulator fires every schedule by UTC")]


def _no_second_factor(name: str, pool: dict[str, Any]) -> list[Change]:
    if pool.get("MfaConfiguration") != "ON":
        return []
    pool["MfaConfiguration"] = "OFF"
    pool.pop("EnabledMfas", None)
    return [Change(name, "MfaConfiguration ON -> OFF", "the emulator's sign-in page can't enrol an authenticator app")]


def _plain_http(name: str, policy: dict[str, Any]) -> list[Change]:
    kept = [statement for statement in policy["Statement"] if statement.get("Sid") != "TlsOnly"]
    if len(kept) == len(policy["Statement"]):
        return []
    policy["Statement"] = kept
    return [Change(name, "statement TlsOnly left out", "policies are enforced, and the emulator speaks plain HTTP")]


def _properties(template: Template) -> list[dict[str, Any]]:
    return [resource.get("Properties", {}) for resource in template["Resources"].values()]
