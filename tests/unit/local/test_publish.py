"""The admin page of a deployed stack is what stands in admin/, with a config that names that stack."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from local.publish import PAGE, publish

OUTPUTS = {
    "AdminBucket": "daifa-admin",
    "SignInUrl": "https://daifa.auth.eu-west-1.amazoncognito.com/",
    "Issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool",
    "ClientId": "client",
    "PublicUrl": "https://shop.example",
}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-1")
        client.create_bucket(Bucket="daifa-admin", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield client


def test_every_file_of_the_page_is_uploaded_with_its_type_and_asks_to_be_checked_again(s3) -> None:  # type: ignore[no-untyped-def]
    keys = publish(OUTPUTS, s3)

    files = {f"admin/{path.relative_to(PAGE).as_posix()}" for path in PAGE.rglob("*") if path.is_file()}
    assert set(keys) == files | {"admin/config.json"}
    script = s3.get_object(Bucket="daifa-admin", Key="admin/app.js")
    assert script["ContentType"] == "text/javascript; charset=utf-8"
    assert script["CacheControl"] == "no-cache"
    assert script["Body"].read() == (PAGE / "app.js").read_bytes()


def test_the_config_leads_to_the_stacks_own_sign_in_and_back(s3) -> None:  # type: ignore[no-untyped-def]
    publish(OUTPUTS, s3)

    told = json.loads(s3.get_object(Bucket="daifa-admin", Key="admin/config.json")["Body"].read())

    assert told["authorize"] == "https://daifa.auth.eu-west-1.amazoncognito.com/oauth2/authorize"
    assert told["redirect"] == "https://shop.example/admin/"
    assert told["clientId"] == "client"
