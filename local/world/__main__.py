"""`python -m local.world [--port N] [--state FILE]`: the world by itself, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import threading

from local.world.world import World


def main() -> None:
    """Serve until SIGINT or SIGTERM, then write the state."""
    options = argparse.ArgumentParser(prog="python -m local.world", description=__doc__)
    options.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (0: any free one)")
    options.add_argument("--state", default=None, help="JSON file that keeps the world's state between runs")
    asked = options.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with World(asked.state).start(asked.port) as world:
        print(f"world {world.url}", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
