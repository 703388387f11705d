"""The house's law, read from the source: who imports whom, who touches the outside, how both languages agree."""

from __future__ import annotations

import ast
import json
import os
import re
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ROOMS = ("collect", "order_ingest", "forward", "tracking", "aftersales", "notify")
ADAPTERS = ("daifa.storefronts", "daifa.suppliers", "daifa.carriers", "daifa.channels")
OUTSIDE = ("local", "tests", "benchmarks")

# What each part of shared/daifa may see of the others; a part that is not here is checked as PLAIN.
SEES: dict[str, tuple[str, ...]] = {
    "daifa.models": (),
    "daifa.errors": (),
    "daifa.rules": ("daifa.models", "daifa.errors"),
    "daifa.tables": ("daifa.models", "daifa.errors", "daifa.aws", "daifa.clock", "daifa.messages"),
    # The one procedure that every room shares: it stands where rooms stand, on the application.
    "daifa.sweep": ("daifa",),
    **dict.fromkeys(
        ADAPTERS,
        # clock for `iso` and `parse_iso`; texts because a supplier's order sheet is read by a person.
        ("daifa.models", "daifa.ports", "daifa.errors", "daifa.signing", "daifa.http", "daifa.clock", "daifa.texts"),
    ),
}
# Small modules that everything else stands on: they see each other, never what stands on them.
NOT_FOR_PLAIN = ("daifa.app", "daifa.rules", "daifa.tables", *ADAPTERS)

# Where the AWS SDK is spoken.
AWS = {
    "daifa.app": "the composition root",
    "daifa.front_door": "the webhook's own composition root, which starts without the rest",
    "daifa.aws": "what of AWS's answers is our own Busy",
    "daifa.queue": "SQS",
    "daifa.tables": "DynamoDB",
    "daifa.channels.ses": "SES",
    "collect.fetch_app": "the fetching door's own composition root, which has no table and no secret",
    "order_ingest.receive": "tells a queue that did not take the event from every other trouble",
}
# Where time and randomness come from.
AMBIENT_HOMES = ("daifa.clock", "daifa.ids")
AMBIENT = re.compile(
    r"time\.(time|time_ns)|datetime\.(datetime\.(now|utcnow|today)|date\.today)|os\.urandom|uuid\.uuid[14]"
    r"|(random|secrets)(\..*)?"
)

# Lines; a test file is longer because it is mostly a table.
LONGEST, LONGEST_TEST = 400, 500
LONGER: dict[str, str] = {}

# Paths of one machine and addresses of package registries; written so that this file does not find itself.
MACHINE = re.compile(
    r"(?<![\w.:/$}-])/(?:root|home|Users|work|opt)/[\w.]|/tm[p]/\w"
    r"|pyp[i]\.org|pythonhoste[d]|npmj[s]\.|npmmirro[r]|tsinghu[a]"
    r"|--(?:extra-)?index-ur[l]|--find-link[s][ =]|\"resolve[d]\""
)
SKIPPED = {
    *(
        ".git",
        ".venv",
        ".venv-sam",
        ".venv-peers",
        ".local",
        ".judges",
        ".aws-sam",
        ".hypothesis",
        "__pycache__",
        "node_modules",
    ),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", "test-results"),
}


@dataclass(frozen=True)
class Source:
    """One module of ours: its name as it is imported, and its text."""

    name: str
    text: str
    package: bool = False

    def imports(self) -> Iterator[str]:
        """Every module this one imports; a name taken from one is written behind it: `daifa.rules.guards.check`."""
        for node in ast.walk(ast.parse(self.text)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def used(self) -> Iterator[str]:
        """Every dotted name that starts at an import, in full: `datetime.now` is `datetime.datetime.now`."""
        tree = ast.parse(self.text)
        names: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        names[alias.asname] = alias.name
                    else:
                        names[alias.name.partition(".")[0]] = alias.name.partition(".")[0]
            elif isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name: f"{self._absolute(node)}.{alias.name}" for alias in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                first, _, rest = ast.unparse(node).partition(".")
                if first in names:
                    yield f"{names[first]}.{rest}" if rest else names[first]

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        up = node.level - 1 if self.package else node.level
        return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def within(name: str, parts: Iterable[str]) -> str | None:
    """The part that a module is or lies in, else None: `daifa.rules.guards` lies in `daifa.rules`."""
    return next((part for part in parts if name == part or name.startswith(f"{part}.")), None)


def broken(source: Source) -> Iterator[str]:
    """One sentence for each import or use that the law forbids to this module."""
    room = within(source.name, ROOMS)
    part = ".".join(source.name.split(".")[:2]) if within(source.name, ["daifa"]) else None
    for name in sorted(set(source.imports())):
        if within(name, OUTSIDE) and not within(source.name, OUTSIDE):
            yield f"{source.name} imports {name}: nothing that is deployed knows the local run or the tests"
        other = within(name, ROOMS)
        if other and other != room and not within(source.name, OUTSIDE):
            yield f"{source.name} imports {name}: rooms wake each other by messages"
        if part and within(name, ["daifa"]):
            yield from _arrow(source.name, part, name)
        adapter = within(name, ADAPTERS)
        if room and adapter and name.count(".") > 2:
            yield f"{source.name} imports {name}: a room asks the family {adapter} by name, never one vendor's file"
        if within(name, ["boto3", "botocore"]) and not within(source.name, [*AWS, *OUTSIDE]):
            yield f"{source.name} imports {name}: AWS is reached through {', '.join(AWS)}"
    if not within(source.name, [*AMBIENT_HOMES, *OUTSIDE]):
        for name in sorted(set(source.used())):
            if AMBIENT.fullmatch(name):
                yield f"{source.name} uses {name}: time and randomness are handed in"


def _arrow(source: str, part: str, name: str) -> Iterator[str]:
    if part in ("daifa.app", "daifa") or within(name, [part]):
        return
    if part in SEES:
        if not within(name, SEES[part]):
            yield f"{source} imports {name}: {part} sees only {', '.join(SEES[part]) or 'itself'}"
    elif within(name, NOT_FOR_PLAIN):
        yield f"{source} imports {name}, which stands on it"


def sources(*folders: str) -> list[Source]:
    """Every Python module under some folders of the repository, by the name it is imported by."""
    found = []
    for folder in folders:
        # shared/ and functions/ are roots on the path; the others are packages themselves.
        root = ROOT / folder if folder in ("shared", "functions") else ROOT
        for path in sorted((ROOT / folder).rglob("*.py")):
            package = path.name == "__init__.py"
            named = path.parent if package else path.with_suffix("")
            found.append(Source(".".join(named.relative_to(root).parts), path.read_text("utf-8"), package))
    return found


def files() -> Iterator[Path]:
    """Every file of ours, without what tools leave behind."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - SKIPPED)
        yield from (Path(folder, name) for name in sorted(names))


DEPLOYED = sources("shared", "functions")


def test_the_scanner_finds_the_house() -> None:
    names = {source.name for source in DEPLOYED}
    assert {"daifa.app", "daifa.models.money", "order_ingest.webhook", "daifa"} <= names
    assert all(any(within(name, [room]) for name in names) for room in ROOMS)


def test_imports_point_one_way() -> None:
    assert [sentence for source in DEPLOYED for sentence in broken(source)] == []


def test_strangers_pictures_are_opened_in_one_place_which_only_the_fetcher_reaches() -> None:
    opening = {source.name for source in DEPLOYED if any(within(name, ["PIL"]) for name in source.imports())}
    reaching = {source.name for source in DEPLOYED if any(within(name, opening) for name in source.imports())}
    assert (opening, reaching) == ({"collect.picture"}, {"collect.fetch_door"})


def test_the_local_run_needs_no_test() -> None:
    assert [
        (source.name, name)
        for source in sources("local")
        for name in source.imports()
        if within(name, ["tests", "benchmarks"])
    ] == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("daifa.models.money", "from daifa.rules import guards", "sees only itself"),
        ("daifa.rules.guards", "from daifa import tables", "sees only daifa.models, daifa.errors"),
        ("daifa.rules.guards", "from ..tables.orders import Story", "sees only daifa.models, daifa.errors"),
        ("daifa.tables.orders", "import daifa.rules.lifecycle", "sees only"),
        ("daifa.suppliers.alibaba", "from daifa.storefronts import STOREFRONTS", "sees only"),
        ("daifa.suppliers.alibaba", "def f():\n    from daifa.tables.orders import Story", "sees only"),
        ("daifa.signing", "from daifa.app import App", "stands on it"),
        ("daifa.web", "import forward.place", "rooms wake each other"),
        ("forward.place", "from tracking.follow import follow", "rooms wake each other"),
        ("forward.place", "from daifa.suppliers.alibaba import Alibaba", "never one vendor's file"),
        ("forward.place", "from local.stack import Stack", "nothing that is deployed"),
        ("forward.place", "import boto3", "AWS is reached through"),
        ("daifa.http", "from botocore.session import Session", "AWS is reached through"),
        ("forward.place", "from datetime import datetime as d\nd.now()", "uses datetime.datetime.now"),
        ("forward.place", "import time\nt = time.time", "uses time.time"),
        ("forward.place", "from uuid import uuid4\nuuid4()", "uses uuid.uuid4"),
        ("daifa.app", "import secrets\nsecrets.token_hex()", "uses secrets.token_hex"),
        ("daifa.app", "from random import choice\nchoice([1])", "uses random.choice"),
    ],
)
def test_a_forbidden_line_is_found(name: str, text: str, said: str) -> None:
    assert any(said in sentence for sentence in broken(Source(name, text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("daifa.rules.guards", "from daifa.models.money import Money\nfrom daifa.rules import routing"),
        ("daifa.app", "import boto3\nfrom daifa.tables.orders import Orders\nfrom daifa.suppliers import SUPPLIERS"),
        ("daifa.tables.orders", "import boto3"),
        ("forward.place", "from forward.check import check\nfrom daifa.app import App\nfrom daifa.rules import guards"),
        ("order_ingest.webhook", "from daifa.storefronts import WEBHOOKS"),
        ("forward.place", "from datetime import datetime\ndatetime.fromisoformat('2026-11-23')"),
        ("daifa.clock", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
    ],
)
def test_a_lawful_line_is_left_alone(name: str, text: str) -> None:
    assert list(broken(Source(name, text))) == []


def test_no_file_grows_beyond_what_one_reads_in_one_go() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files()
        if path.suffix in (".py", ".js")
        and (lines := path.read_text("utf-8").count("\n"))
        > (LONGEST_TEST if path.is_relative_to(ROOT / "tests") else LONGEST)
    }
    assert long.keys() == LONGER.keys(), f"too long: {long}"


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    said = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files()
        for number, line in enumerate(path.read_text("utf-8", errors="ignore").splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert said == []


@pytest.mark.parametrize(
    "line",
    [
        "x = '/roo" + "t/.cache'",
        "--index-ur" + "l https://example.com",
        "cd /hom" + "e/me",
        "https://pyp" + "i.org/simple",
    ],
)
def test_a_machine_path_or_registry_is_found(line: str) -> None:
    assert MACHINE.search(line)


def test_every_pinned_package_is_pinned_by_version_and_hash() -> None:
    for path in [ROOT / "shared/requirements.txt", *(ROOT / "requirements").glob("*.txt")]:
        for pin in re.split(r"\n(?=\S)", path.read_text("utf-8")):
            if not pin.startswith("#"):
                assert re.match(r"[\w.-]+==\S+", pin), pin
                assert "--hash=sha256:" in pin, pin


def test_the_layer_is_the_same_here_as_in_aws() -> None:
    def pins(path: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / path).read_text("utf-8"), re.MULTILINE))

    assert pins("shared/requirements.txt") <= pins("requirements/dev.txt")


def test_the_layer_holds_every_package_that_is_imported() -> None:
    """The local stack's functions see this whole environment, so a package missing in the layer shows only here."""
    pinned = (ROOT / "shared/requirements.txt").read_text("utf-8")
    layer = {named.lower().replace("_", "-") for named in re.findall(r"^([\w.-]+)==", pinned, re.MULTILINE)}
    distributions = packages_distributions()
    missing = {
        (source.name, package)
        for source in DEPLOYED
        for package in {name.partition(".")[0] for name in source.imports()}
        if package not in sys.stdlib_module_names
        and package not in ("daifa", "boto3", "botocore", *ROOMS)  # Lambda's runtime brings boto3
        and not {named.lower().replace("_", "-") for named in distributions.get(package, ())} & layer
    }
    assert sorted(missing) == []


def language_files() -> dict[str, tuple[Path, Path]]:
    """Area to its file in both languages, of the functions and of the admin page."""
    texts = ROOT / "shared/daifa/texts"
    areas = {path.name.removesuffix("zh-CN.json").removesuffix(".") for path in texts.glob("*zh-CN.json")}
    areas |= {path.name.removesuffix("en.json").removesuffix(".") for path in texts.glob("*en.json")}
    pairs = {
        area or "main": (
            texts / f"{area}{'.' if area else ''}zh-CN.json",
            texts / f"{area}{'.' if area else ''}en.json",
        )
        for area in sorted(areas)
    }
    return pairs | {"admin": (ROOT / "admin/lang/zh-CN.json", ROOT / "admin/lang/en.json")}


def read(path: Path) -> dict[str, str]:
    """One language file; a key that stands in it twice is refused."""

    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        keys = [key for key, _ in pairs]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{path.name} has twice: {sorted(twice)}"
        return dict(pairs)

    found: dict[str, str] = json.loads(path.read_text("utf-8"), object_pairs_hook=once)
    return found


def blanks(sentence: str) -> set[str]:
    """The names of a sentence's {placeholders}."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("area", language_files())
def test_both_languages_say_the_same_things(area: str) -> None:
    chinese, english = (read(path) for path in language_files()[area])
    assert chinese.keys() ^ english.keys() == set()
    assert [key for key in english if blanks(chinese[key]) != blanks(english[key])] == []
    assert [key for key in english if not chinese[key].strip() or not english[key].strip()] == []


def test_no_sentence_is_written_in_two_areas() -> None:
    seen: dict[str, str] = {}
    for area, (_, english) in language_files().items():
        if area != "admin":
            for key in read(english):
                assert key not in seen, f"{key} is in {seen[key]} and {area}"
                seen[key] = area


def test_every_sentence_asked_for_exists() -> None:
    known = {key for area, (_, english) in language_files().items() if area != "admin" for key in read(english)}
    asked = {
        (source.name, node.args[1].value)
        for source in DEPLOYED
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "t"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }
    assert sorted((name, key) for name, key in asked if key not in known) == []
