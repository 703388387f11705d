"""A judge is believed only when it is the very package that was recorded."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from tests.judges.fetch import Altered, check, unpack
from tests.judges.schema import admin_schema, faults, webhook_sample, webhook_schema


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An npm package with a data file, a program and a file that wants to leave the package."""
    made = tmp_path / "package.tgz"
    with tarfile.open(made, "w:gz") as tar:
        for name in ("package/data/a.json", "package/run.js", "package/data/../../b.json"):
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"{}"))
    return made


def test_the_recorded_archive_passes_and_any_other_is_refused(archive: Path) -> None:
    recorded = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    check(archive, recorded)
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(Altered, match=r"package\.tgz"):
        check(archive, recorded)


def test_only_what_is_kept_is_unpacked(archive: Path, tmp_path: Path) -> None:
    unpack(archive, tmp_path / "out", ["data/a.json"])
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["a.json"]


def test_nothing_is_written_outside(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(Altered, match="outside"):
        unpack(archive, tmp_path / "out", ["data/*"])
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize(
    ("document", "variables", "said"),
    [
        ("query { shop { name } }", {}, None),
        ("query { shop { nam } }", {}, "Cannot query field 'nam'"),
        ("query q($id: ID!) { order(id: $id) { name } }", {"id": "gid://shopify/Order/1"}, None),
        ("query q($id: ID!) { order(id: $id) { name } }", {}, "was not provided"),
        ("query q($n: Int!) { orders(first: $n) { nodes { id } } }", {"n": "5"}, "Int cannot represent"),
    ],
)
def test_the_schema_finds_what_shopify_would_refuse(document: str, variables: dict[str, object], said: str) -> None:
    found = [fault.message for fault in faults(admin_schema("2026-07"), document, variables)]
    assert found == [] if said is None else any(said in message for message in found)


def test_a_documented_webhook_and_its_schema_are_there() -> None:
    sample, schema = webhook_sample("2026-07", "orders/create"), webhook_schema("2026-07", "orders/create")
    assert {"id", "line_items", "shipping_address"} <= sample.keys() & schema["properties"].keys()


def test_a_version_that_was_not_fetched_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match="make judges"):
        admin_schema("1999-01")
