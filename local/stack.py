"""An AWS of one's own: ministack as a child process on loopback, its state kept in one folder."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

REGION = "us-east-1"
ACCOUNT = "000000000000"
HOME = Path(__file__).resolve().parent.parent / ".local"

# ministack hands its whole environment to every Lambda it runs, so it gets this and no more: no credentials, no
# proxies, no PYTHONPATH that would let a function import what its layer does not hold.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_READY_WITHIN = 60.0  # seconds; 0.3-4 s measured, the rest is for a loaded machine
_STOP_WITHIN = 30.0  # seconds to write the state down; then it is killed and the state counts as lost


class StackError(RuntimeError):
    """The local AWS can't be started or stopped; the text says what to do."""


class Stack:
    """One ministack process and its state folder; at most one process uses a folder at a time.

    IAM is enforced: each function can do only what its role in template.yaml allows, as in AWS. `auth=False` lets
    everybody do everything. `environment` is what the functions see besides what the template gives them.

    What its Lambda is like, for those who measure: each function is a process of this very Python (whatever Runtime
    says), one more for each request at the same time, 75 MB and 0.5 s each; memory size and architecture mean nothing;
    a function that prints nothing answers 50 ms late, because the emulator waits that long for a first log line.
    """

    def __init__(self, *, auth: bool = True, environment: Mapping[str, str] | None = None) -> None:
        self.auth = auth
        self.environment = dict(environment or {})
        self.port = 0
        self.state_dir = HOME
        self._process: subprocess.Popen[bytes] | None = None
        self._attached = False
        self._lock: IO[str] | None = None
        self._clients: dict[str, Any] = {}

    @property
    def endpoint(self) -> str:
        """The address every AWS client uses, e.g. `http://127.0.0.1:4566`."""
        if self._process is None and not self._attached:
            raise StackError("the stack is not running")
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Where ministack and the functions' own output are written."""
        return self.state_dir / "ministack.log"

    def start(
        self,
        port: int | None = None,
        state_dir: Path | str | None = None,
        *,
        after_crash: Literal["refuse", "resume", "wipe"] = "refuse",
    ) -> Stack:
        """Start, or resume what `state_dir` (default `.local/`) holds; returns when requests are answered.

        Without a port the folder's last one is used if it is free, else any free one. State is written only by
        `stop()`: after a crash the folder holds the state of the last clean stop, so `refuse` raises and says so,
        `resume` goes on from that older state, `wipe` begins anew.
        """
        if self._process is not None:
            raise StackError("the stack is already running")
        self.state_dir = Path(state_dir) if state_dir else HOME
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self._lock = self._lock_folder()
        try:
            self._heal(after_crash)
            self.port = port or self._last_port() or free_port()
            if not _is_free(self.port):
                raise StackError(f"port {self.port} is taken; choose another one")
            self._process = self._spawn(self._lock)
            self._marker.write_text(json.dumps({"pid": self._process.pid, "port": self.port}))
            self._wait_until_ready(self._process)
            atexit.register(self.stop)  # a script that ends early must not leave it behind
        except BaseException:
            self._abandon()
            raise
        return self

    @classmethod
    def attach(cls, state_dir: Path | str | None = None) -> Stack:
        """A stack that another process of this machine runs; StackError if none does. Stopping it here does nothing."""
        found = cls()
        found.state_dir = Path(state_dir) if state_dir else HOME
        try:
            found.port = int(json.loads(found._marker.read_text())["port"])
        except (OSError, ValueError, KeyError) as error:
            raise StackError("nothing is running here; start it with: make run") from error
        if _is_free(found.port):
            raise StackError("nothing is running here any more; start it with: make run")
        found._attached = True
        return found

    def stop(self) -> None:
        """Write the state down and end the process; a second call does nothing."""
        process = self._process
        if process is None:
            return
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        process.send_signal(signal.SIGTERM)  # the only signal after which ministack saves
        try:
            process.wait(_STOP_WITHIN)
            clean = True
        except subprocess.TimeoutExpired:
            clean = False
        _end_group(process)  # the functions' workers; ministack does not wait for busy ones
        if clean and self._saved():
            self._marker.unlink(missing_ok=True)
        self._release()
        shutil.rmtree(self.state_dir / "tmp", ignore_errors=True)
        if not clean:
            raise StackError(f"ministack did not stop within {_STOP_WITHIN:.0f} s; its state is lost, see {self.log}")

    def client(self, service: str) -> Any:
        """A boto3 client of this stack (one per service, kept)."""
        if service not in self._clients:
            from botocore.config import Config

            made = aws_session().client(service, endpoint_url=self.endpoint, config=Config(proxies={}))
            self._clients[service] = made
        return self._clients[service]

    def __enter__(self) -> Stack:
        return self if self._process is not None else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _marker(self) -> Path:
        return self.state_dir / "running.json"

    def _lock_folder(self) -> IO[str]:
        """Hold the folder. The child inherits the lock: it lasts as long as either of the two lives."""
        lock = (self.state_dir / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StackError(f"{self.state_dir} is in use{self._by_whom()}; stop it or use another folder") from None
        return lock

    def _by_whom(self) -> str:
        try:
            seen = json.loads(self._marker.read_text())
        except (OSError, ValueError):
            return ""
        return f" by process {seen['pid']} on port {seen['port']}"

    def _heal(self, after_crash: str) -> None:
        if not self._marker.exists():
            return
        if after_crash == "refuse":
            raise StackError(
                f"the last run in {self.state_dir} was not stopped cleanly: what happened since the stop before it is"
                ' lost. Go on from that older state with start(after_crash="resume"), or begin anew with "wipe".'
            )
        self._marker.unlink()
        if after_crash == "wipe":
            for entry in self.state_dir.iterdir():
                if entry.name != "lock":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def _last_port(self) -> int | None:
        try:
            port = int((self.state_dir / "port").read_text())
        except (OSError, ValueError):
            return None
        return port if _is_free(port) else None

    def _spawn(self, lock: IO[str]) -> subprocess.Popen[bytes]:
        tmp = self.state_dir / "tmp"
        shutil.rmtree(tmp, ignore_errors=True)
        tmp.mkdir()
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {
            "HOME": str(tmp),  # no ~/.aws for ministack or a function to find
            "TMPDIR": str(tmp),
            "PYTHONNOUSERSITE": "1",
            "BIND_HOST": "127.0.0.1",  # its default is every interface
            "IOT_MTLS_ENABLED": "0",  # these two listen on every interface whatever BIND_HOST says
            "SFTP_ENABLED": "0",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": str((self.state_dir / "state").resolve()),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str((self.state_dir / "s3").resolve()),
            "LOG_LEVEL": "INFO",
            "AUTH": "true" if self.auth else "false",
            **self.environment,
        }
        (self.state_dir / "state").mkdir(exist_ok=True)
        (self.state_dir / "port").write_text(str(self.port))
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=environment,
                cwd=tmp,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone; we then stop it in order
                pass_fds=(lock.fileno(),),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        until = time.monotonic() + _READY_WITHIN
        while time.monotonic() < until:
            if process.poll() is not None:
                raise StackError(f"ministack ended at once (exit {process.returncode}): {self._last_words()}")
            try:
                with direct.open(f"{self.endpoint}/_ministack/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise StackError(f"ministack did not answer within {_READY_WITHIN:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return " | ".join(lines) or "it said nothing"

    def _saved(self) -> bool:
        return any((self.state_dir / "state").glob("*.json"))

    def _abandon(self) -> None:
        """Undo a start that failed; a process that never answered has nothing to save."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            _end_group(self._process)
            self._marker.unlink(missing_ok=True)
        self._release()

    def _release(self) -> None:
        self._process = None
        atexit.unregister(self.stop)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def aws_session() -> Any:
    """A boto3 session of the emulator's root, whatever profile and configuration the developer works with.

    Nothing is forbidden to it there, and it opens nothing anywhere else.
    """
    import boto3.session  # here, so that start and stop need no boto3
    import botocore.session

    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    core = botocore.session.Session(nothing)
    return boto3.session.Session("test", "test", region_name=REGION, botocore_session=core)


def fresh_dir() -> Path:
    """A state folder for one test run, under the system's own temporary folder."""
    return Path(tempfile.mkdtemp(prefix="daifa-stack-"))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what the process left behind in its own process group, which nobody else is in."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
