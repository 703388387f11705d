"""A deploy takes the real template whole, twice does nothing, and new code replaces old while data stays."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from local.deploy import Deployment, deploy
from local.stack import Stack, StackError
from tests.unit.local.tiny import make_project


def ask(deployment: Deployment, word: str, method: str = "GET") -> requests.Response:
    return requests.request(method, f"{deployment.api_url}/s/{word}", timeout=20)


def put_order(stack: Stack, deployment: Deployment) -> dict[str, Any]:
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    stack.client("dynamodb").put_item(TableName=deployment.tables["OrdersTable"], Item=key)
    return key


def test_the_same_deploy_again_changes_nothing_and_takes_no_time(
    tiny_stack: Stack, tiny_deployment: Deployment, tiny_project: Path
) -> None:
    function = tiny_deployment.functions["OrderWebhook"]
    before = tiny_stack.client("lambda").get_function_configuration(FunctionName=function)["RevisionId"]
    started = time.monotonic()
    again = deploy(tiny_stack, root=tiny_project, public_url=tiny_deployment.public_url)
    assert time.monotonic() - started < 3
    assert again == tiny_deployment
    assert tiny_stack.client("lambda").get_function_configuration(FunctionName=function)["RevisionId"] == before


def test_new_code_runs_after_the_next_deploy_and_data_and_addresses_stay(tmp_path: Path) -> None:
    with Stack().start(state_dir=tmp_path / "stack") as stack:
        first = deploy(stack, root=make_project(tmp_path / "project", "first"))
        key = put_order(stack, first)
        assert ask(first, "x").json()["word"] == "first"

        second = deploy(stack, root=make_project(tmp_path / "project", "second"))

        assert ask(second, "x").json()["word"] == "second"
        assert second == first
        assert stack.client("dynamodb").get_item(TableName=second.tables["OrdersTable"], Key=key)["Item"] == key

    with Stack().start(state_dir=tmp_path / "stack") as resumed:
        third = deploy(resumed, root=tmp_path / "project")
        assert third.api_id == first.api_id
        assert ask(third, "x").json()["word"] == "second"
        assert resumed.client("dynamodb").get_item(TableName=third.tables["OrdersTable"], Key=key)["Item"] == key


def test_a_failed_deploy_gives_the_reason_and_the_next_one_heals(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project")
    good = (root / "template.yaml").read_text(encoding="utf-8")
    (root / "template.yaml").write_text(good.replace("!GetAtt InboxQueueDlq.Arn", "!GetAtt InboxQueueDlq.Nothing"))
    with Stack().start(state_dir=tmp_path / "stack") as stack:
        with pytest.raises(StackError, match="Nothing"):
            deploy(stack, root=root)
        (root / "template.yaml").write_text(good)
        assert ask(deploy(stack, root=root), "x").ok

        broken = good.replace('RouteKey: "GET /api/me"', "RouteKey: !GetAtt Api.Nothing")
        (root / "template.yaml").write_text(broken)
        with pytest.raises(StackError, match="UPDATE_ROLLBACK_COMPLETE"):
            deploy(stack, root=root)
        assert "Nothing" in stack.log.read_text(encoding="utf-8")
        (root / "template.yaml").write_text(f"{good}# only words\n")
        assert ask(deploy(stack, root=root), "x").ok


def test_without_functions_there_is_nothing_to_deploy(tiny_stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="functions is missing"):
        deploy(tiny_stack, root=tmp_path)


def test_a_function_sees_its_own_settings_and_nothing_of_ours(
    tmp_path: Path, tiny_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "ours")
    monkeypatch.setenv("AWS_PROFILE", "ours")
    monkeypatch.setenv("SOME_TOKEN", "ours")
    monkeypatch.setenv("PYTHONPATH", "/ours")
    with Stack().start(state_dir=tmp_path) as stack:
        deployment = deploy(stack, root=tiny_project, public_url="http://127.0.0.1:9")
        environment = ask(deployment, "x").json()["environment"]
    assert "ours" not in json.dumps(environment)
    assert environment["PUBLIC_URL"] == "http://127.0.0.1:9"
    assert environment["ORDERS_TABLE"] == deployment.tables["OrdersTable"]
    assert environment["SECRETS_PREFIX"] == "daifa"
    assert "FETCH_ALLOW" not in environment


def test_a_function_can_do_only_what_its_role_allows(tiny_stack: Stack, tiny_deployment: Deployment) -> None:
    # SupplierLink may read orders, but no table called "any".
    answer = ask(tiny_deployment, "forbidden").json()
    assert "AccessDenied" in answer["errorMessage"]


def test_a_message_reaches_its_function_and_a_poisonous_one_comes_back_later(
    tiny_stack: Stack, tiny_deployment: Deployment
) -> None:
    sqs = tiny_stack.client("sqs")
    queue = tiny_deployment.queues["ForwardQueue"]
    for body in ("fine", "poison"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        if (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1"):
            break
        time.sleep(0.05)
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1")


def test_every_difference_from_aws_is_named_with_its_reason(tiny_deployment: Deployment) -> None:
    changes = {(change.resource, change.what.split()[0]) for change in tiny_deployment.changes()}
    assert changes == {
        ("UserPool", "MfaConfiguration"),
        ("NotifySchedule", "cron(0"),
        ("QueuesTlsOnly", "statement"),
        ("AdminBucketPolicy", "statement"),
        ("MediaBucketPolicy", "statement"),
        ("SnapshotBucketPolicy", "statement"),
    }
    assert all(change.why for change in tiny_deployment.changes())
