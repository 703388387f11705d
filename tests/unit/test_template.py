"""What template.yaml promises: exact rights, no open door but the five, no queue without a way out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import template as templates
from tests.unit.reach import reached

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE = templates.read(ROOT / "template.yaml")
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]

# Reachable without signing in; each checks a signature of its own.
PUBLIC = {
    "POST /webhooks/{shop}": "OrderWebhook",
    "GET /s/{token}": "SupplierLink",
    "POST /s/{token}": "SupplierLink",
    "POST /suppliers/{supplier}": "SupplierPush",
    "POST /carriers/{carrier}/{token}": "CarrierCallback",
    "GET /o/{token}": "CustomerPage",
    "POST /o/{token}": "CustomerPage",
}
MONEY = ("InboxQueue", "ForwardQueue")


def of(kind: str) -> dict[str, Any]:
    return {name: item["Properties"] for name, item in RESOURCES.items() if item["Type"] == kind}


FUNCTIONS = of("AWS::Serverless::Function")
TABLES = of("AWS::DynamoDB::Table")
WORKING_QUEUES = {name: queue for name, queue in of("AWS::SQS::Queue").items() if not name.endswith("Dlq")}


def statements(function: str) -> Iterator[dict[str, Any]]:
    role = RESOURCES[f"{function}Role"]["Properties"]
    for policy in role.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else list(action)


def resources(statement: dict[str, Any]) -> list[Any]:
    resource = statement["Resource"]
    return list(resource) if isinstance(resource, list) else [resource]


def granted(function: str) -> set[tuple[str, str]]:
    """Every (action, resource) of a function's role, resources in short: `OrdersTable.Arn`, `shop/*`."""
    return {
        (action, _short(resource))
        for statement in statements(function)
        for action in actions(statement)
        for resource in resources(statement)
    }


def _short(resource: Any) -> str:
    if "Fn::GetAtt" in resource:
        return ".".join(resource["Fn::GetAtt"])
    if "Ref" in resource:
        return str(resource["Ref"])
    return str(resource["Fn::Sub"]).split("secret:${SecretsPrefix}/")[-1]


def environment(function: str) -> dict[str, Any]:
    return dict(FUNCTIONS[function].get("Environment", {}).get("Variables", {}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_role_of_its_own(name: str) -> None:
    assert FUNCTIONS[name]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    assert "Policies" not in FUNCTIONS[name]


def test_mail_is_sent_by_the_two_that_write_letters_and_only_from_our_address() -> None:
    (mail,) = RESOURCES["SendMail"]["Properties"]["PolicyDocument"]["Statement"]
    assert actions(mail) == ["ses:SendEmail", "ses:SendRawEmail"]
    assert mail["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
    senders = {name for name in FUNCTIONS if len(RESOURCES[f"{name}Role"]["Properties"]["ManagedPolicyArns"]) > 1}
    assert senders == {name for name in FUNCTIONS if "MAIL_FROM" in environment(name)}
    assert senders == {"ForwardMessage", "NotifyMessage"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_role_grants_a_star(name: str) -> None:
    role = RESOURCES[f"{name}Role"]["Properties"]
    assert role["ManagedPolicyArns"][0] == {"Ref": "WriteLogs"}
    for action, resource in granted(name):
        assert "*" not in action
        assert resource.removesuffix("/index/*").removesuffix("/*").replace("*", "") != ""
        assert not resource.startswith("*")


def test_what_sam_adds_is_exact_too() -> None:
    code = {"functions": "s3://bucket/functions.zip", "shared": "s3://bucket/shared.zip"}
    expanded = templates.expand(TEMPLATE, code)["Resources"]
    roles = {name: item["Properties"] for name, item in expanded.items() if item["Type"] == "AWS::IAM::Role"}
    added = roles.keys() - RESOURCES.keys()
    assert len(added) == 10  # one for each schedule
    for name in added:
        assert not roles[name].get("ManagedPolicyArns")
        (policy,) = roles[name]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert actions(statement) == ["lambda:InvokeFunction"]
        assert statement["Resource"]["Fn::GetAtt"][0] in FUNCTIONS


def test_only_resource_policies_name_everybody_and_only_to_refuse() -> None:
    for item in RESOURCES.values():
        document = item.get("Properties", {}).get("PolicyDocument") or item.get("Properties", {}).get("KeyPolicy")
        for statement in document["Statement"] if document else []:
            starred = any(action.endswith("*") for action in actions(statement)) or "*" in resources(statement)
            if starred:
                # The exception is the key's own policy, in which "*" means this key.
                assert statement["Effect"] == "Deny" or statement["Sid"] == "AccountKeepsControl"


def test_no_address_names_a_partition_region_or_account() -> None:
    assert not re.findall(r"arn:aws[:-]|[a-z]{2}-[a-z]+-\d:|\b\d{12}\b", TEXT)


@pytest.mark.parametrize("route", of("AWS::ApiGatewayV2::Route").values(), ids=lambda route: route["RouteKey"])
def test_every_route_asks_for_sign_in_but_the_signed_links(route: dict[str, Any]) -> None:
    integration = route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
    function = RESOURCES[integration]["Properties"]["IntegrationUri"]["Fn::GetAtt"][0]
    if route["RouteKey"] in PUBLIC:
        assert (route["AuthorizationType"], function) == ("NONE", PUBLIC[route["RouteKey"]])
    else:
        assert route["AuthorizationType"] == "JWT"
        assert route["AuthorizerId"] == {"Ref": "SignedIn"}
        assert " /api/" in route["RouteKey"]
        assert function not in PUBLIC.values()


def test_the_api_may_call_every_function_it_leads_to() -> None:
    led_to = {item["IntegrationUri"]["Fn::GetAtt"][0] for item in of("AWS::ApiGatewayV2::Integration").values()}
    allowed = {item["FunctionName"]["Ref"] for item in of("AWS::Lambda::Permission").values()}
    assert led_to == allowed == {name for name in FUNCTIONS if FUNCTIONS[name]["Handler"].endswith("on_http")}


@pytest.mark.parametrize("name", WORKING_QUEUES)
def test_a_failed_message_is_tried_five_times_and_then_kept_longer(name: str) -> None:
    queue, dead = WORKING_QUEUES[name], RESOURCES[f"{name}Dlq"]["Properties"]
    to_dead = {"Fn::GetAtt": [f"{name}Dlq", "Arn"]}
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": to_dead, "maxReceiveCount": 5}
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    assert queue["SqsManagedSseEnabled"]
    assert dead["SqsManagedSseEnabled"]
    tls_only = RESOURCES["QueuesTlsOnly"]["Properties"]["Queues"]
    assert {"Ref": name} in tls_only
    assert {"Ref": f"{name}Dlq"} in tls_only


@pytest.mark.parametrize("name", WORKING_QUEUES)
def test_each_queue_wakes_one_function_that_reports_failures_one_by_one(name: str) -> None:
    readers = [
        (function, event["Properties"])
        for function, properties in FUNCTIONS.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS" and event["Properties"]["Queue"] == {"Fn::GetAtt": [name, "Arn"]}
    ]
    ((function, source),) = readers
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"]["MaximumConcurrency"] >= 2
    # Six times: a message in flight must not come back while a batch before it is still retried.
    assert WORKING_QUEUES[name]["VisibilityTimeout"] >= 6 * FUNCTIONS[function]["Timeout"]
    assert ("sqs:ReceiveMessage", f"{name}.Arn") in granted(function)
    if name in MONEY:
        assert source["BatchSize"] == 1


@pytest.mark.parametrize("name", WORKING_QUEUES)
def test_an_alarm_watches_the_age_and_the_failures_of_each_queue(name: str) -> None:
    watched = {
        (alarm["MetricName"], str(alarm["Dimensions"][0]["Value"].get("Fn::GetAtt", [""])[0]))
        for alarm in of("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
    }
    assert ("ApproximateAgeOfOldestMessage", name) in watched
    assert ("ApproximateNumberOfMessagesVisible", f"{name}Dlq") in watched


@pytest.mark.parametrize("name", TABLES)
def test_tables_outlive_the_stack_and_can_be_wound_back(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == RESOURCES[name]["UpdateReplacePolicy"] == "Retain"
    assert TABLES[name]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert TABLES[name]["SSESpecification"]["SSEEnabled"]
    assert TABLES[name]["DeletionProtectionEnabled"]


def test_recipients_have_their_own_key_and_expire() -> None:
    vault = TABLES["VaultTable"]
    assert vault["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["VaultKey", "Arn"]}
    assert vault["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    for name in FUNCTIONS:
        reads = any(resource == "VaultTable.Arn" for _, resource in granted(name))
        assert reads == (("kms:Decrypt", "VaultKey.Arn") in granted(name))


def test_nobody_may_delete_a_row() -> None:
    assert not [name for name in FUNCTIONS for action, _ in granted(name) if "Delete" in action and "sqs" not in action]


def test_the_webhook_may_read_shop_secrets_and_queue_and_nothing_else() -> None:
    assert granted("OrderWebhook") == {
        ("sqs:SendMessage", "InboxQueue.Arn"),
        ("secretsmanager:GetSecretValue", "shop/*"),
    }
    assert FUNCTIONS["OrderWebhook"]["Timeout"] <= 5


def test_the_fetcher_has_no_table_and_no_secret() -> None:
    assert granted("CollectFetch") == {
        ("sqs:ReceiveMessage", "FetchQueue.Arn"),
        ("sqs:DeleteMessage", "FetchQueue.Arn"),
        ("sqs:GetQueueAttributes", "FetchQueue.Arn"),
        ("sqs:SendMessage", "CatalogueQueue.Arn"),
        ("s3:PutObject", "${SnapshotBucket.Arn}/*"),
    }
    assert FUNCTIONS["CollectFetch"]["Events"]["Fetch"]["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 2}


# What the code asks for, in the words of tests/unit/reach.py -> what the role has to say.
ASKS = {
    "orders.read": {("dynamodb:GetItem", "OrdersTable.Arn"), ("dynamodb:Query", "OrdersTable.Arn")},
    "orders.Index": {("dynamodb:Query", "${OrdersTable.Arn}/index/*")},
    "orders.PutItem": {("dynamodb:PutItem", "OrdersTable.Arn")},
    "orders.UpdateItem": {("dynamodb:UpdateItem", "OrdersTable.Arn")},
    "catalog.read": {("dynamodb:GetItem", "CatalogTable.Arn"), ("dynamodb:Query", "CatalogTable.Arn")},
    "catalog.Index": {("dynamodb:Query", "${CatalogTable.Arn}/index/*")},
    "catalog.PutItem": {("dynamodb:PutItem", "CatalogTable.Arn")},
    "catalog.UpdateItem": {("dynamodb:UpdateItem", "CatalogTable.Arn")},
    "vault.read": {("dynamodb:GetItem", "VaultTable.Arn"), ("kms:Decrypt", "VaultKey.Arn")},
    "vault.PutItem": {("dynamodb:PutItem", "VaultTable.Arn"), ("kms:Decrypt", "VaultKey.Arn")},
    "media.get": {("s3:GetObject", "${MediaBucket.Arn}/*")},
    "media.put": {("s3:PutObject", "${MediaBucket.Arn}/*")},
    "snapshots.get": {("s3:GetObject", "${SnapshotBucket.Arn}/*")},
    "snapshots.put": {("s3:PutObject", "${SnapshotBucket.Arn}/found/*")},
    "secret.links": {("secretsmanager:GetSecretValue", "LinksSecret.Id")},
    "secret.shop": {("secretsmanager:GetSecretValue", "shop/*")},
    "secret.supplier": {("secretsmanager:GetSecretValue", "supplier/*")},
    "secret.carrier": {("secretsmanager:GetSecretValue", "carrier/*")},
    "secret.channel": {("secretsmanager:GetSecretValue", "channel/*")},
    "public_url": set(),
    **{f"queue.{name.removesuffix('Queue').upper()}": {("sqs:SendMessage", f"{name}.Arn")} for name in WORKING_QUEUES},
}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("OrderWebhook", "CollectFetch")])
def test_a_role_grants_exactly_what_the_code_behind_the_door_asks_for(name: str) -> None:
    """The two that are left out are made of other parts; what they may do is written out below."""
    asked = reached(FUNCTIONS[name]["Handler"])
    wanted: set[tuple[str, str]] = set().union(*(ASKS[need] for need in asked))
    given = {(action, resource) for action, resource in granted(name) if not action.startswith(RECEIVES)}
    assert given == wanted
    assert ("PUBLIC_URL" in environment(name)) == bool(asked & {"secret.links", "public_url"})


RECEIVES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_the_names_of_what_it_may_use_and_of_no_more(name: str) -> None:
    told = {
        str(value.get("Ref"))
        for key, value in environment(name).items()
        if key.endswith(("_TABLE", "_QUEUE", "_BUCKET"))
    }
    may_use = {
        match[1]
        for action, resource in granted(name)
        if not action.startswith(("kms:", "secretsmanager:", *RECEIVES))
        and (match := re.match(r"(?:\$\{)?(\w+)\.Arn", resource))
    }
    assert told == may_use
    assert ("SECRETS_PREFIX" in environment(name)) == any(act.startswith("secretsmanager") for act, _ in granted(name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_exists(name: str) -> None:
    module, function = FUNCTIONS[name]["Handler"].rsplit(".", 1)
    source = ROOT / "functions" / f"{module.replace('.', '/')}.py"
    module_body = ast.parse(source.read_text(encoding="utf-8")).body
    names = {node.name for node in module_body if isinstance(node, ast.FunctionDef)}
    assert function in names


def test_two_stacks_can_live_in_one_account() -> None:
    named = [
        event["Properties"]["Name"]["Fn::Sub"]
        for properties in FUNCTIONS.values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]
    assert len(named) == len(set(named)) == 10
    assert all(name.startswith("${AWS::StackName}-") for name in named)


def test_every_parameter_explains_itself_in_both_languages_and_may_be_left_out() -> None:
    assert len(TEMPLATE["Parameters"]) <= 10
    for parameter in TEMPLATE["Parameters"].values():
        assert "Default" in parameter
        assert re.search("[\u4e00-\u9fff]", parameter["Description"])
        assert re.search("[a-z]{3}", parameter["Description"])
    grouped = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert {name for group in grouped for name in group["Parameters"]} == TEMPLATE["Parameters"].keys()


def test_access_logs_hold_ids_and_no_path_or_address() -> None:
    written = RESOURCES["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in written
    for private in ("sourceIp", "context.path", "userAgent", "authorizer.claims", "querystring"):
        assert private not in written


def test_the_page_may_run_nothing_but_its_own_files() -> None:
    headers = templates.page_headers(TEMPLATE, sign_in="https://sign.in")
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self' https://sign.in",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-cache"


def test_buckets_are_closed() -> None:
    for name, bucket in of("AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]
        document = RESOURCES[f"{name}Policy"]["Properties"]["PolicyDocument"]
        assert [statement["Effect"] for statement in document["Statement"] if statement["Sid"] == "TlsOnly"] == ["Deny"]
