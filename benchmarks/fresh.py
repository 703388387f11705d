"""A fresh interpreter that sees what a function sees: the layer and the functions, no profile, no proxy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def run(code: str, environment: Mapping[str, str] | None = None) -> Any:
    """What a piece of Python prints as its last line of JSON, run in a process of its own; its errors are raised."""
    seen = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": f"{ROOT / 'shared'}{os.pathsep}{ROOT / 'functions'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **(environment or {}),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=seen, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])
