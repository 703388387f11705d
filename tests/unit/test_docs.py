"""What the pages for people say, held against the code they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from daifa.models.ids import ShopId
from daifa.settings import Settings
from local.world import catalogue
from tests.unit.aws import CountedIds, FixedClock, tables
from tests.unit.test_house import ROOT, files

PAGES = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
TEMPLATE = (ROOT / "template.yaml").read_text("utf-8")
DEPLOY = (ROOT / "docs/deploy.md").read_text("utf-8")
FLOW = (ROOT / "docs/flow.md").read_text("utf-8")
DATA = (ROOT / "docs/data.md").read_text("utf-8")

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")

# Where a path may start: the pages leave out what everybody knows.
STARTS = (ROOT, ROOT / "functions", ROOT / "shared/daifa", ROOT / "docs")
FILE = re.compile(r"[\w.<>*{},/-]+(?:\.(?:py|md|yaml|toml|txt|js|png|in)|\.\*\.json|/)")
# Where a bare name may be: `handler.py` is in every room.
NAMED = (ROOT / "functions", ROOT / "shared", ROOT / "local", ROOT / "docs")
# Made by `make`, so that no clone has them.
MADE = (".venv", ".judges")

# Lines: about a page and a half.
LONGEST_README = 90


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return FENCED.sub("", text)


def code(text: str) -> str:
    """All that stands as code in a page, a line for each piece."""
    return "\n".join([*FENCED.findall(text), *INLINE.findall(prose(text))])


def paths(text: str) -> Iterator[str]:
    """Every path that a page names: links, and code that looks like a file or a folder of ours."""
    top = {path.name for path in ROOT.iterdir()}
    yield from (link.partition("#")[0] for link in LINK.findall(text) if "://" not in link)
    for piece in INLINE.findall(prose(text)):
        word = re.split(r"[\s:]", piece)[0]
        inside = "/" in word and word.partition("/")[0] in top
        if (FILE.fullmatch(word) or inside) and not word.startswith(("/", "{")):
            yield word


def there(path: str) -> bool:
    """Whether the repository has such a file; `<family>` and `*` stand for any name."""
    if path.startswith(MADE):
        return True
    pattern = re.sub(r"<\w+>|\{[^}]*\}|…", "*", path).rstrip("/")
    if "/" not in pattern:
        return bool(next(ROOT.glob(pattern), None) or any(next(start.rglob(pattern), None) for start in NAMED))
    return any(next(start.glob(pattern), None) for start in STARTS)


def ours() -> list[Path]:
    """Every file of the repository."""
    return list(files())


def commands(text: str) -> set[str]:
    """Every `make` and `sam` command of a page, without its arguments."""
    return set(re.findall(r"\b(?:make(?: [a-z]+)?(?: [A-Z]+=)?|sam [a-z]+)", code(text)))


def parameters() -> set[str]:
    """The parameters of the template."""
    block = TEMPLATE.split("\nParameters:\n")[1].split("\nConditions:\n")[0]
    return set(re.findall(r"^  (\w+):$", block, re.MULTILINE))


def routes() -> dict[str, str]:
    """Route to the function that answers it, from the template."""
    return dict(re.findall(r'RouteKey: "([^"]+)", Target: !Sub "integrations/\$\{(\w+)Integration\}"', TEMPLATE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    found = list(paths(page.read_text("utf-8")))
    assert [path for path in found if not there(path)] == []


def test_the_scanner_finds_paths() -> None:
    found = set(paths(FLOW)) | set(paths((ROOT / "README.md").read_text("utf-8")))
    assert {"order_ingest/receive.py", "rules/tracking.py", "lifecycles.md", "docs/images/queue.png"} <= found
    assert {"functions/", "template.yaml", "LICENSE"} <= found


@pytest.mark.parametrize(
    "path", ["order_ingest/nowhere.py", "nowhere.md", "shared/daifa/<family>/nowhere.py", "nowhere/"]
)
def test_a_path_that_is_nowhere_is_missed(path: str) -> None:
    assert not there(path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = code(page.read_text("utf-8"))
    assert set(re.findall(r"\bmake ([a-z]+)", text)) <= targets
    for target, variable in re.findall(r"\bmake ([a-z]+) ([A-Z]+)=", text):
        recipe = re.search(rf"^{target}:.*\n(?:\t.*\n)*", makefile, re.MULTILINE)
        assert recipe, target
        assert f"$({variable})" in recipe[0] or f"$(if $({variable})" in recipe[0], f"make {target} knows no {variable}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_page_runs_exists(page: Path) -> None:
    for module in re.findall(r"python -m ([\w.]+)", page.read_text("utf-8")):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_bracket_closes_in_the_width_it_opened_in(page: Path) -> None:
    waiting: list[str] = []
    text = prose(page.read_text("utf-8"))
    for place, letter in enumerate(text):
        if letter in "(（":
            waiting.append(letter)
        elif letter in ")）":
            assert waiting, text[max(0, place - 40) : place + 1]
            assert waiting.pop() + letter in ("()", "（）"), text[max(0, place - 40) : place + 1]
    assert waiting == []


def test_both_readmes_are_short_and_name_the_same_things() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert max(english.count("\n"), chinese.count("\n")) <= LONGEST_README
    assert commands(english) == commands(chinese)
    assert {"make run", "make test", "make run ONCE=", "make collect URL=", "sam deploy"} <= commands(english)
    # Each shows its own picture and leads to the other one.
    own = {"docs/images/queue.png", "docs/images/queue.zh-CN.png", "README.md", "README.zh-CN.md"}
    assert set(LINK.findall(english)) - own == set(LINK.findall(chinese)) - own
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} <= set(LINK.findall(english))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/deploy.md"])
def test_every_variable_that_a_page_names_is_read(name: str) -> None:
    read = {
        variable
        for path in ours()
        if path.suffix == ".py" and not path.is_relative_to(ROOT / "tests/unit")
        for variable in re.findall(r"(?:env|environ)(?:\.get)?[\[(]\s*[\"']([A-Z_]+)[\"']", path.read_text("utf-8"))
    }
    assert {"RECIPIENT_DAYS", "FETCH_ALLOW", "DAIFA_PORT"} <= read
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", prose((ROOT / name).read_text("utf-8"))))
    assert sorted(named - read) == []


def test_every_parameter_is_explained() -> None:
    table = DEPLOY.split("## What a merchant sets up")[0]
    named = set(re.findall(r"`([A-Z]\w+)`", table))
    outputs = set(re.findall(r"^  (\w+):", TEMPLATE.split("\nOutputs:\n")[1], re.MULTILINE))
    assert parameters() <= named
    assert named <= parameters() | outputs


def test_every_secret_is_one_that_a_function_may_read_and_every_field_is_read() -> None:
    secrets = set(re.findall(r"`\{prefix\}/([a-z]+)", DEPLOY))
    assert secrets == {"shop", "supplier", "carrier", "links"}
    assert all(f"${{SecretsPrefix}}/{secret}" in TEMPLATE for secret in secrets)
    source = "".join(
        path.read_text("utf-8")
        for path in ours()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("shared", "functions")
    )
    fields: set[str] = set()
    for row in re.findall(r"^\|.*\{prefix\}/.*\|(.*)\|$", DEPLOY, re.MULTILINE):
        fields |= set(re.findall(r"`([a-z_]+)`", row))
    assert [field for field in fields if not re.search(rf"(?:\[|get\()[\"']{field}[\"']", source)] == []
    # What the other side asks for is what a merchant is told to fill in.
    assert fields >= {*catalogue.ALIBABA, *catalogue.KUAIDI100, "webhook_secrets", "platform", "robot_key", "open_id"}


def test_the_figures_of_the_deployment_are_those_of_the_template() -> None:
    alarms = TEMPLATE.count("Type: AWS::CloudWatch::Alarm")
    assert f"the {alarms} alarms" in DEPLOY
    assert f"forgotten after {Settings.from_environment({}).recipient_days} days" in DEPLOY
    kept = [int(days) for days in re.findall(r"ExpirationInDays: (\d+)", TEMPLATE)]
    assert kept == [90, 3 * 365]
    assert "kept 90 days, photos of cases three years" in " ".join(DEPLOY.split())


def test_the_row_that_the_page_writes_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    (sample,) = re.findall(r"^```python\n(.*?)^```$", DEPLOY, re.MULTILINE | re.DOTALL)
    with tables(FixedClock(), CountedIds(), monkeypatch) as app:
        exec(sample.replace("CATALOG_TABLE", app.catalog.table), {})
        assert app.catalog.shop(ShopId("xiaolin")).platform == "shopify"


def test_every_route_is_told_with_the_function_that_answers_it() -> None:
    told = {
        route: function
        for cells, function in re.findall(r"^\| (`[A-Z]+ /.*?`) \| `(\w+)` \|", FLOW, re.MULTILINE)
        for route in INLINE.findall(cells)
    }
    assert told == routes()


def test_every_function_that_the_walk_names_is_deployed() -> None:
    deployed = set(re.findall(r"^  (\w+):\n    Type: AWS::Serverless::Function$", TEMPLATE, re.MULTILINE))
    named = {name for row in re.findall(r"^\| \d+ \| (.*?) \|", FLOW, re.MULTILINE) for name in INLINE.findall(row)}
    assert {"OrderWebhook", "TrackingSchedule"} <= named <= deployed


def test_the_walk_tells_how_often_each_room_sweeps() -> None:
    every = {
        name: int(count) * (60 if unit == "hour" else 1)
        for name, count, unit in re.findall(
            r"\$\{AWS::StackName\}-(\w+)-(?:sweep|poll)\"\n\s+ScheduleExpression: rate\((\d+) (minute|hour)", TEMPLATE
        )
    }
    told = re.search(r"forward every (\d+) minutes, notify (\d+), tracking (\d+), aftersales (\d+)", FLOW)
    assert told
    assert [every[room] for room in ("forward", "notify", "tracking", "aftersales")] == [int(n) for n in told.groups()]
    assert f"Every {every['collect']} minutes `CollectSchedule`" in " ".join(FLOW.split())


def test_every_key_and_every_board_is_told_and_no_other() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "shared/daifa/tables").glob("*.py")))
    keys = set(re.findall(r"f\"([A-Z]+)#", source))
    assert {"ORDER", "PO", "TRACK", "RECIPIENT", "SPEND"} <= keys
    assert set(re.findall(r"([A-Z]+)#", DATA)) == keys
    boards = {f"{{shop}}#{name}" for name in re.findall(r"\.shop\}#([a-z]+)\"", source)} | {"shops", "suppliers"}
    told = set(re.findall(r"`(\{shop\}#[a-z]+)`", DATA)) | set(re.findall(r"board `([a-z]+)` by", DATA))
    assert told == boards


@pytest.mark.parametrize("index", ["work", "lookup", "board"])
def test_every_index_is_told(index: str) -> None:
    assert f"IndexName: {index}\n" in TEMPLATE
    assert re.search(rf"^\| `{index}`", DATA, re.MULTILINE)
