"""The comparison is silent on a whole deployment and names whatever is taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from local.compare import Different, check
from local.deploy import Deployment, deploy
from local.stack import Stack


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, tiny_project: Path) -> tuple[Stack, Deployment]:
    """A deployment of its own, taken apart piece by piece by the tests below."""
    stack = Stack().start(state_dir=tmp_path_factory.mktemp("broken"))
    return stack, deploy(stack, root=tiny_project)


@pytest.fixture(scope="module", autouse=True)
def _stopped(broken: tuple[Stack, Deployment]) -> object:
    yield
    broken[0].stop()


def test_a_whole_deployment_is_what_the_template_says(tiny_stack: Stack, tiny_deployment: Deployment) -> None:
    check(tiny_stack, tiny_deployment)


def drop_route(stack: Stack, deployment: Deployment) -> str:
    api = stack.client("apigatewayv2")
    routes = api.get_routes(ApiId=deployment.api_id, MaxResults="100")["Items"]
    route = next(route for route in routes if route["RouteKey"] == "GET /api/me")
    api.delete_route(ApiId=deployment.api_id, RouteId=route["RouteId"])
    return "route GET /api/me is missing"


def open_route(stack: Stack, deployment: Deployment) -> str:
    api = stack.client("apigatewayv2")
    routes = api.get_routes(ApiId=deployment.api_id, MaxResults="100")["Items"]
    route = next(route for route in routes if route["RouteKey"] == "GET /api/orders")
    api.update_route(ApiId=deployment.api_id, RouteId=route["RouteId"], AuthorizationType="NONE")
    return "route GET /api/orders: authorization is 'NONE'"


def add_route(stack: Stack, deployment: Deployment) -> str:
    stack.client("apigatewayv2").create_route(ApiId=deployment.api_id, RouteKey="GET /backdoor")
    return "route GET /backdoor is not in the template"


def believe_another_issuer(stack: Stack, deployment: Deployment) -> str:
    api = stack.client("apigatewayv2")
    (authorizer,) = api.get_authorizers(ApiId=deployment.api_id)["Items"]
    jwt = {"Issuer": "https://other.example", "Audience": [deployment.client_id]}
    api.update_authorizer(ApiId=deployment.api_id, AuthorizerId=authorizer["AuthorizerId"], JwtConfiguration=jwt)
    return "authorizer SignedIn: issuer is 'https://other.example'"


def drop_function(stack: Stack, deployment: Deployment) -> str:
    stack.client("lambda").delete_function(FunctionName=deployment.functions["NotifySchedule"])
    return "function NotifySchedule is missing"


def drop_event_source(stack: Stack, deployment: Deployment) -> str:
    _, source = _event_source(stack, deployment, "InboxQueue")
    stack.client("lambda").delete_event_source_mapping(UUID=source)
    return "event source InboxQueue -> OrderMessage is missing"


def widen_batch(stack: Stack, deployment: Deployment) -> str:
    _, source = _event_source(stack, deployment, "ForwardQueue")
    stack.client("lambda").update_event_source_mapping(UUID=source, BatchSize=10)
    return "event source ForwardQueue -> ForwardMessage: BatchSize is 10"


def drop_schedule(stack: Stack, deployment: Deployment) -> str:
    stack.client("scheduler").delete_schedule(Name=f"{deployment.name}-forward-sweep")
    return "schedule daifa-forward-sweep is missing"


def drop_index(stack: Stack, deployment: Deployment) -> str:
    change = [{"Delete": {"IndexName": "work"}}]
    stack.client("dynamodb").update_table(
        TableName=deployment.tables["OrdersTable"], GlobalSecondaryIndexUpdates=change
    )
    return "index OrdersTable.work is missing"


def drop_expiry(stack: Stack, deployment: Deployment) -> str:
    stack.client("dynamodb").update_time_to_live(
        TableName=deployment.tables["VaultTable"],
        TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"},
    )
    return "table VaultTable: expiry is None"


def drop_redrive(stack: Stack, deployment: Deployment) -> str:
    stack.client("sqs").set_queue_attributes(
        QueueUrl=deployment.queues["NotifyQueue"], Attributes={"RedrivePolicy": ""}
    )
    return "queue NotifyQueue: failed messages do not go to NotifyQueueDlq"


def drop_queue(stack: Stack, deployment: Deployment) -> str:
    stack.client("sqs").delete_queue(QueueUrl=deployment.queues["CatalogueQueueDlq"])
    return "queue CatalogueQueueDlq is missing"


def _event_source(stack: Stack, deployment: Deployment, queue: str) -> tuple[str, str]:
    name = deployment.queues[queue].rsplit("/", 1)[1]
    sources = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return name, next(source["UUID"] for source in sources if source["EventSourceArn"].endswith(f":{name}"))


@pytest.mark.parametrize(
    "damage",
    [
        drop_route,
        open_route,
        add_route,
        believe_another_issuer,
        drop_event_source,
        widen_batch,
        drop_schedule,
        drop_index,
        drop_expiry,
        drop_redrive,
        drop_queue,
        drop_function,
    ],
)
def test_damage_is_named(broken: tuple[Stack, Deployment], damage: Callable[[Stack, Deployment], str]) -> None:
    sentence = damage(*broken)
    with pytest.raises(Different) as caught:
        check(*broken)
    assert [each for each in caught.value.differences if each.startswith(sentence)], caught.value
