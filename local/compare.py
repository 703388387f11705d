"""Whether the local AWS really holds what template.yaml says: an emulator may skip a resource and report success."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from local import template as templates
from local.deploy import Deployment
from local.stack import Stack


class Different(AssertionError):
    """What exists is not what the template says; `differences` has one sentence for each."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("\n".join(["the deployment differs from template.yaml:", *differences]))
        self.differences = differences


def check(stack: Stack, deployment: Deployment) -> None:
    """Compare routes, sign-in, event sources, schedules, functions, tables and queues; Different if any differs."""
    differences = list(differing(stack, deployment))
    if differences:
        raise Different(differences)


def differing(stack: Stack, deployment: Deployment) -> Iterator[str]:
    """One sentence for each thing that is missing or different."""
    template = templates.read(deployment.template)
    templates.adjust(template)  # what is different here on purpose is no difference
    resources: dict[str, Any] = template["Resources"]
    for compare in (_routes, _sign_in, _functions, _event_sources, _schedules, _tables, _queues):
        yield from compare(stack, deployment, resources)


def _routes(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    api = stack.client("apigatewayv2")
    there = {route["RouteKey"]: route for route in api.get_routes(ApiId=deployment.api_id, MaxResults="500")["Items"]}
    targets = {
        item["IntegrationId"]: item["IntegrationUri"]
        for item in api.get_integrations(ApiId=deployment.api_id, MaxResults="500")["Items"]
    }
    declared: set[str] = set()
    for _, properties in _of(resources, "AWS::ApiGatewayV2::Route"):
        key = properties["RouteKey"]
        declared.add(key)
        route = there.get(key)
        if route is None:
            yield f"route {key} is missing"
            continue
        wanted = properties["AuthorizationType"]
        yield from _unequal(f"route {key}: authorization", wanted, route.get("AuthorizationType", "NONE"))
        if wanted == "JWT" and not route.get("AuthorizerId"):
            yield f"route {key}: has no authorizer"
        integration = properties["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
        function = resources[integration]["Properties"]["IntegrationUri"]["Fn::GetAtt"][0]
        target = targets.get(route.get("Target", "").removeprefix("integrations/"), "")
        if not _names(target, deployment.functions.get(function, "?")):
            yield f"route {key}: leads to {target or 'nothing'}, not to {function}"
    yield from (f"route {key} is not in the template" for key in there.keys() - declared)


def _sign_in(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    there = stack.client("apigatewayv2").get_authorizers(ApiId=deployment.api_id)["Items"]
    for name, properties in _of(resources, "AWS::ApiGatewayV2::Authorizer"):
        found = next((item for item in there if item["Name"] == properties["Name"]), None)
        if found is None:
            yield f"authorizer {name} is missing"
            continue
        yield from _unequal(f"authorizer {name}: type", properties["AuthorizerType"], found["AuthorizerType"])
        believes = found["JwtConfiguration"]
        yield from _unequal(f"authorizer {name}: issuer", deployment.issuer, believes["Issuer"])
        yield from _unequal(f"authorizer {name}: audience", [deployment.client_id], believes["Audience"])


def _functions(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    client = stack.client("lambda")
    for name, properties in _of(resources, "AWS::Serverless::Function"):
        try:
            found = client.get_function_configuration(FunctionName=deployment.functions[name])
        except (KeyError, client.exceptions.ResourceNotFoundException):
            yield f"function {name} is missing"
            continue
        for what in ("Handler", "Timeout"):
            yield from _unequal(f"function {name}: {what}", properties[what], found[what])
        declared = properties.get("Environment", {}).get("Variables", {}).keys()
        missing = declared - found.get("Environment", {}).get("Variables", {}).keys()
        yield from (f"function {name}: {variable} is not in its environment" for variable in sorted(missing))
        if not found.get("Layers"):
            yield f"function {name}: has no layer"


def _event_sources(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    there = stack.client("lambda").list_event_source_mappings(MaxItems=100)["EventSourceMappings"]
    for function, queue, wanted in _events(resources, "SQS"):
        name = deployment.queues[queue].rsplit("/", 1)[1]
        found = next(
            (
                source
                for source in there
                if _names(source["EventSourceArn"], name)
                and _names(source["FunctionArn"], deployment.functions.get(function, "?"))
            ),
            None,
        )
        label = f"event source {queue} -> {function}"
        if found is None:
            yield f"{label} is missing"
            continue
        yield from _unequal(f"{label}: BatchSize", wanted["BatchSize"], found["BatchSize"])
        yield from _unequal(f"{label}: answers", wanted["FunctionResponseTypes"], found.get("FunctionResponseTypes"))
        yield from _unequal(f"{label}: scaling", wanted["ScalingConfig"], found.get("ScalingConfig"))
        if found["State"] != "Enabled":
            yield f"{label}: is {found['State']}"


def _schedules(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    client = stack.client("scheduler")
    for function, _, wanted in _events(resources, "ScheduleV2"):
        name = wanted["Name"]["Fn::Sub"].replace("${AWS::StackName}", deployment.name)
        try:
            found = client.get_schedule(Name=name)
        except client.exceptions.ResourceNotFoundException:
            yield f"schedule {name} is missing"
            continue
        yield from _unequal(f"schedule {name}: expression", wanted["ScheduleExpression"], found["ScheduleExpression"])
        says = json.loads(found["Target"].get("Input", "null"))
        yield from _unequal(f"schedule {name}: input", json.loads(wanted["Input"]), says)
        if not _names(found["Target"]["Arn"], deployment.functions.get(function, "?")):
            yield f"schedule {name}: wakes {found['Target']['Arn']}, not {function}"
        if found["State"] != "ENABLED":
            yield f"schedule {name}: is {found['State']}"


def _tables(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    client = stack.client("dynamodb")
    for name, wanted in _of(resources, "AWS::DynamoDB::Table"):
        try:
            found = client.describe_table(TableName=deployment.tables[name])["Table"]
        except (KeyError, client.exceptions.ResourceNotFoundException):
            yield f"table {name} is missing"
            continue
        yield from _unequal(f"table {name}: key", wanted["KeySchema"], found["KeySchema"])
        there = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", [])}
        for index in wanted.get("GlobalSecondaryIndexes", []):
            label = f"index {name}.{index['IndexName']}"
            if index["IndexName"] not in there:
                yield f"{label} is missing"
                continue
            yield from _unequal(f"{label}: key", index["KeySchema"], there[index["IndexName"]]["KeySchema"])
            yield from _unequal(f"{label}: projection", index["Projection"], there[index["IndexName"]]["Projection"])
        expiry = client.describe_time_to_live(TableName=deployment.tables[name])["TimeToLiveDescription"]
        declared = wanted.get("TimeToLiveSpecification", {}).get("AttributeName")
        at = expiry.get("AttributeName") if expiry["TimeToLiveStatus"].startswith("ENABL") else None
        yield from _unequal(f"table {name}: expiry", declared, at)


def _queues(stack: Stack, deployment: Deployment, resources: dict[str, Any]) -> Iterator[str]:
    client = stack.client("sqs")
    for name, wanted in _of(resources, "AWS::SQS::Queue"):
        try:
            found = client.get_queue_attributes(QueueUrl=deployment.queues[name], AttributeNames=["All"])["Attributes"]
        except (KeyError, client.exceptions.QueueDoesNotExist):
            yield f"queue {name} is missing"
            continue
        for what in ("VisibilityTimeout", "MessageRetentionPeriod"):
            if what in wanted:
                yield from _unequal(f"queue {name}: {what}", str(wanted[what]), found.get(what))
        if "RedrivePolicy" not in wanted:
            continue
        redrive = json.loads(found.get("RedrivePolicy", "{}"))
        yield from _unequal(
            f"queue {name}: tries", wanted["RedrivePolicy"]["maxReceiveCount"], int(redrive.get("maxReceiveCount", 0))
        )
        dead = wanted["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        if not _names(redrive.get("deadLetterTargetArn", ""), deployment.queues[dead].rsplit("/", 1)[1]):
            yield f"queue {name}: failed messages do not go to {dead}"


def _of(resources: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, item.get("Properties", {})) for name, item in resources.items() if item["Type"] == kind)


def _events(resources: dict[str, Any], kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Function, the queue it reads (or the event's own name) and the event's properties."""
    for name, properties in _of(resources, "AWS::Serverless::Function"):
        for event, source in properties.get("Events", {}).items():
            if source["Type"] == kind:
                queue = source["Properties"].get("Queue", {}).get("Fn::GetAtt", [event])[0]
                yield name, queue, source["Properties"]


def _names(arn: str, name: str) -> bool:
    """Whether an ARN (or an integration's longer form of it) names this resource."""
    return name in arn.replace("/", ":").split(":")


def _unequal(label: str, wanted: object, found: object) -> Iterator[str]:
    if wanted != found:
        yield f"{label} is {found!r}, the template says {wanted!r}"
