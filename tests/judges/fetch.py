"""Fetches the npm packages of judges.json, for their data files only.

python tests/judges/fetch.py .judges

Installing them would bring the hundreds of packages they run on. Nothing of theirs is run here, so each is fetched
as one archive, compared with its recorded hash and unpacked as far as `keep` says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

JUDGES = Path(__file__).with_name("judges.json")


class Altered(Exception):
    """What was fetched is not what was recorded."""


def fetch(into: Path) -> None:
    """Make `into` hold exactly the judges of judges.json, one folder each; Altered if one has another hash."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not on the path; `make judges` brings one")
    shutil.rmtree(into, ignore_errors=True)
    for name, judge in json.loads(JUDGES.read_text()).items():
        with tempfile.TemporaryDirectory() as folder:
            package = f"{name}@{judge['version']}"
            subprocess.run(
                [npm, "pack", package, "--silent", "--pack-destination", folder], check=True, stdout=subprocess.DEVNULL
            )
            (archive,) = Path(folder).iterdir()
            check(archive, judge["integrity"])
            unpack(archive, into / name, judge["keep"])


def check(archive: Path, integrity: str) -> None:
    """Return when the archive has the recorded hash (npm's form: sha512-<base64>); else Altered."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        raise Altered(f"{archive.name}: recorded {integrity}, fetched {found}")


def unpack(archive: Path, into: Path, keep: list[str]) -> None:
    """Write the archive's regular files that match one of `keep`, which is relative to the package's own root."""
    with tarfile.open(archive) as tar:
        for member in tar:
            _, _, path = member.name.partition("/")  # npm packs everything under one folder, mostly `package/`
            if not member.isfile() or not any(fnmatch(path, pattern) for pattern in keep):
                continue
            target = (into / path).resolve()
            if not target.is_relative_to(into.resolve()):
                raise Altered(f"{archive.name}: {member.name} leads outside the package")
            target.parent.mkdir(parents=True, exist_ok=True)
            content: Any = tar.extractfile(member)
            target.write_bytes(content.read())


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
