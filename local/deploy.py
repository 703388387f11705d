"""Deploys template.yaml, as it is, to the local AWS."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import json
import marshal
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import template as templates
from local.stack import Stack, StackError

ROOT = Path(__file__).resolve().parent.parent
CODE_BUCKET = "daifa-code"
_WITHIN = 120.0  # seconds; 1-4 s measured
_WHOLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@dataclass(frozen=True)
class Deployment:
    """What was deployed and how to reach it; names are the template's logical ids."""

    name: str
    endpoint: str
    public_url: str
    api_id: str
    issuer: str
    client_id: str
    user_pool: str
    secrets_prefix: str
    tables: Mapping[str, str]
    queues: Mapping[str, str]
    functions: Mapping[str, str]
    buckets: Mapping[str, str]
    outputs: Mapping[str, str]
    template: Path

    @property
    def api_url(self) -> str:
        """The API itself, without CloudFront before it.

        The path form, because names under `.localhost` resolve in no Python on Debian; `$default` has to be escaped.
        """
        return f"{self.endpoint}/_aws/execute-api/{self.api_id}/%24default"

    @property
    def authorize_url(self) -> str:
        """The hosted sign-in page; the emulator tells pools apart by the client that is named."""
        return f"{self.endpoint}/oauth2/authorize"

    @property
    def token_url(self) -> str:
        """Where the page changes its code into tokens."""
        return f"{self.endpoint}/oauth2/token"

    @property
    def logout_url(self) -> str:
        """Where signing out ends the hosted session."""
        return f"{self.endpoint}/logout"

    def changes(self) -> list[templates.Change]:
        """Where this machine differs from AWS, with the reasons; everything else is the template as it is."""
        return templates.adjust(templates.read(self.template))

    def admin_config(self) -> dict[str, Any]:
        """What the page reads as /admin/config.json; in AWS the release writes the same from the stack's outputs."""
        return {
            "issuer": self.issuer,
            "authorize": self.authorize_url,
            "token": self.token_url,
            "logout": self.logout_url,
            "clientId": self.client_id,
            "redirect": f"{self.public_url}/admin/",
            "languages": ["zh-CN", "en"],
        }


def deploy(
    stack: Stack,
    *,
    public_url: str = "http://127.0.0.1:8080",
    root: Path = ROOT,
    name: str = "daifa",
    parameters: Mapping[str, str] | None = None,
) -> Deployment:
    """Create or update the stack `name` from `root`'s template.yaml, functions/ and shared/; data stays.

    `public_url` is where local.edge will listen: links, the sign-in's way back and the page are made with it.
    An unchanged deploy changes nothing. Raises StackError with CloudFormation's own reasons.
    """
    values = {"PublicUrl": public_url, "MailFrom": "daifa@example.com", **(parameters or {})}
    code = {"functions": _zip(root / "functions", ""), "shared": _layer_zip(root)}
    keys = {folder: f"{folder}-{hashlib.sha256(content).hexdigest()[:20]}.zip" for folder, content in code.items()}
    template_path = root / "template.yaml"
    digest = _digest(template_path, keys, values)

    current = _describe(stack, name)
    whole = current is not None and current["status"] in _WHOLE
    if current is None or not whole or current["tags"].get("digest") != digest:
        _upload(stack, {keys[folder]: content for folder, content in code.items()})
        source = templates.read(template_path)
        templates.adjust(source)
        plain = templates.expand(source, {folder: f"s3://{CODE_BUCKET}/{key}" for folder, key in keys.items()})
        _apply(stack, name, plain, values, digest, current)
        _switch_on_expiry(stack, name, plain)
        _verify_sender(stack, values["MailFrom"])
    return describe(stack, name, template_path)


def describe(stack: Stack, name: str = "daifa", template_path: Path = ROOT / "template.yaml") -> Deployment:
    """What is deployed under this name now; StackError if nothing is."""
    current = _describe(stack, name)
    if current is None:
        raise StackError(f"there is no stack {name}; deploy it first")
    outputs = current["outputs"]
    found: dict[str, dict[str, str]] = {}
    pages = stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    for resource in (summary for page in pages for summary in page["StackResourceSummaries"]):
        found.setdefault(resource["ResourceType"], {})[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
    return Deployment(
        name=name,
        endpoint=stack.endpoint,
        public_url=outputs["PublicUrl"],
        api_id=outputs["ApiId"],
        issuer=outputs["Issuer"],
        client_id=outputs["ClientId"],
        user_pool=outputs.get("UserPoolId", ""),
        secrets_prefix=outputs["SecretsPrefix"],
        tables=found["AWS::DynamoDB::Table"],
        queues=found["AWS::SQS::Queue"],
        functions=found["AWS::Lambda::Function"],
        buckets=found["AWS::S3::Bucket"],
        outputs=outputs,
        template=template_path,
    )


def _digest(template_path: Path, keys: Mapping[str, str], values: Mapping[str, str]) -> str:
    """One name for everything that a deploy is made from, our own adjustments included."""
    adjustments = Path(templates.__file__).read_bytes()
    choices = json.dumps([keys, values], sort_keys=True).encode()
    return hashlib.sha256(b"\0".join([template_path.read_bytes(), adjustments, choices])).hexdigest()


def _apply(
    stack: Stack,
    name: str,
    plain: templates.Template,
    values: Mapping[str, str],
    digest: str,
    current: dict[str, Any] | None,
) -> None:
    cloudformation = stack.client("cloudformation")
    if current is not None and current["status"] in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"):
        cloudformation.delete_stack(StackName=name)  # nothing was ever in it
        _wait(stack, name, gone=True)
        current = None
    body = json.dumps(plain, ensure_ascii=False).encode()
    # By way of S3: CloudFormation takes no more than 51 200 bytes directly.
    stack.client("s3").put_object(Bucket=CODE_BUCKET, Key=f"{name}.json", Body=body)
    arguments = {
        "StackName": name,
        "TemplateURL": f"{stack.endpoint}/{CODE_BUCKET}/{name}.json",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Tags": [{"Key": "digest", "Value": digest}],
    }
    ask = cloudformation.create_stack if current is None else cloudformation.update_stack
    try:
        ask(**arguments)
    except cloudformation.exceptions.ClientError as error:
        raise StackError(f"stack {name} was refused: {error.response['Error']['Message']}") from error
    _wait(stack, name)


def _switch_on_expiry(stack: Stack, name: str, plain: templates.Template) -> None:
    """Do what the emulator's CloudFormation leaves out: it makes a table and forgets its TimeToLiveSpecification."""
    client = stack.client("dynamodb")
    for logical, resource in plain["Resources"].items():
        expiry = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] != "AWS::DynamoDB::Table" or not expiry:
            continue
        table = stack.client("cloudformation").describe_stack_resource(StackName=name, LogicalResourceId=logical)
        physical = table["StackResourceDetail"]["PhysicalResourceId"]
        if client.describe_time_to_live(TableName=physical)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
            client.update_time_to_live(TableName=physical, TimeToLiveSpecification=expiry)


def _verify_sender(stack: Stack, address: str) -> None:
    """As a person would in SES, by answering its letter."""
    mail = stack.client("sesv2")
    with contextlib.suppress(mail.exceptions.AlreadyExistsException):
        mail.create_email_identity(EmailIdentity=address)


def _wait(stack: Stack, name: str, *, gone: bool = False) -> None:
    until = time.monotonic() + _WITHIN
    while time.monotonic() < until:
        current = _describe(stack, name)
        if current is None:
            if gone:
                return
            raise StackError(f"stack {name} vanished while it was deployed")
        status = current["status"]
        if not gone and status in _WHOLE:
            return
        if not gone and not status.endswith(("IN_PROGRESS", "CLEANUP_IN_PROGRESS")):
            raise StackError(f"stack {name} is {status}: {_reasons(stack, name)}")
        time.sleep(0.1)
    raise StackError(f"stack {name} took more than {_WITHIN:.0f} s")


def _reasons(stack: Stack, name: str) -> str:
    events = stack.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    failed = [
        f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")
    ]
    # Of an update that was rolled back the emulator writes the reason into its log alone.
    return "; ".join(reversed(failed)) or f"the reason is in {stack.log}"


def _describe(stack: Stack, name: str) -> dict[str, Any] | None:
    cloudformation = stack.client("cloudformation")
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    if not stacks or stacks[0]["StackStatus"] == "DELETE_COMPLETE":
        return None
    return {
        "status": stacks[0]["StackStatus"],
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])},
        "tags": {tag["Key"]: tag["Value"] for tag in stacks[0].get("Tags", [])},
    }


def _upload(stack: Stack, files: Mapping[str, bytes]) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=CODE_BUCKET)  # again is no error in us-east-1
    for key, content in files.items():
        s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=content)


def _layer_zip(root: Path) -> bytes:
    """Our own part of the layer.

    The packages that `sam build` adds are found in the emulator's own environment, whose interpreter runs the
    functions: a package missing from shared/requirements.txt would not be missed here.
    """
    return _zip(root / "shared", "python/")


def _zip(folder: Path, prefix: str) -> bytes:
    """The folder as a zip that is the same for the same files, with bytecode beside the sources.

    The emulator unpacks it anew for each worker; without bytecode every cold start would compile all of it.
    """
    if not folder.is_dir():
        raise StackError(f"{folder} is missing: there is nothing to deploy")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            hidden = any(part == "__pycache__" or part.startswith(".") for part in relative.parts)
            if hidden or not path.is_file():
                continue
            content = path.read_bytes()
            archive.writestr(zipfile.ZipInfo(f"{prefix}{relative.as_posix()}"), content)
            if path.suffix == ".py":
                cached = Path(importlib.util.cache_from_source(str(relative)))
                archive.writestr(zipfile.ZipInfo(f"{prefix}{cached.as_posix()}"), _bytecode(content, relative))
    return buffer.getvalue()


def _bytecode(source: bytes, name: Path) -> bytes:
    """A .pyc that is believed without a look at its source's time stamp (PEP 552), which unpacking does not keep."""
    code = compile(source, name.as_posix(), "exec", dont_inherit=True)
    unchecked = (1).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + unchecked + importlib.util.source_hash(source) + marshal.dumps(code)
