"""Which Chromium the browser tests drive: one that is installed already, or else Playwright's own.

python -m tests.chromium    # fetches Playwright's when the machine has none
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_INSTALLED = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def chromium() -> Path | None:
    """The browser to start (`DAIFA_CHROMIUM`, else one found on this machine); None means Playwright's own."""
    named = os.environ.get("DAIFA_CHROMIUM")
    if named:
        if not shutil.which(named):
            raise FileNotFoundError(f"DAIFA_CHROMIUM names {named}, which is not a program")
        return Path(named)
    return next((Path(found) for name in _INSTALLED if (found := shutil.which(name))), None)


if __name__ == "__main__":
    if chromium() is None:
        # Does nothing when it was fetched before.
        sys.exit(subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode)
