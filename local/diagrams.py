"""`python -m local.diagrams [--check]`: docs/lifecycles.md, drawn from the tables of daifa.rules.lifecycle."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from daifa.rules import lifecycle

PAGE = Path(__file__).resolve().parent.parent / "docs" / "lifecycles.md"
SOURCE = Path(lifecycle.__file__)

HEAD = """# Lifecycles

Drawn from `shared/daifa/rules/lifecycle.py` by `python -m local.diagrams`; a test fails when they differ. Every move is
one conditional write, and any move that is not drawn here is refused with the current state (409).
"""


def page() -> str:
    """The whole page, one diagram and one table of words per machine."""
    words = _words()
    parts = [HEAD]
    for machine in lifecycle.ALL:
        parts.append(f"\n## {machine.name}\n\n```mermaid\nstateDiagram-v2\n")
        parts += [f"    {old.value} --> {new.value}\n" for old, new in machine.edges()]
        ends = [state.value for state in machine.moves if machine.terminal(state)]
        parts += [f"    {state} --> [*]\n" for state in ends]
        parts.append("```\n")
        told = [(state.value, words.get((machine.name, state.value), "")) for state in machine.moves]
        if any(text for _, text in told):
            parts.append("\n| state | means |\n| --- | --- |\n")
            parts += [f"| {state} | {text} |\n" for state, text in told if text]
    return "".join(parts)


def _words() -> dict[tuple[str, str], str]:
    """The comment behind each state in the source: its one definition."""
    found: dict[tuple[str, str], str] = {}
    tables = re.compile(r'Lifecycle\(\n    "(\w+)",\n    \{(.*?)\n    \},\n\)', re.DOTALL)
    for table in tables.finditer(SOURCE.read_text("utf-8")):
        state = ""
        for line in table[2].splitlines():
            if key := re.match(r"        _\w\.(\w+): ", line):
                state = key[1]
            if (comment := re.search(r"#\s+(.*)$", line)) and state:
                earlier = found.get((table[1], state), "")
                found[table[1], state] = f"{earlier} {comment[1]}".strip()
    return found


def main() -> None:
    """Write the page, or with --check fail if it is not what would be written."""
    options = argparse.ArgumentParser(prog="python -m local.diagrams", description=__doc__)
    options.add_argument("--check", action="store_true")
    if options.parse_args().check:
        if not PAGE.exists() or PAGE.read_text("utf-8") != page():
            sys.exit("docs/lifecycles.md is not current: run python -m local.diagrams")
    else:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
