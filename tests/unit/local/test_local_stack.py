"""The local AWS starts, resumes, refuses and stops as it promises."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from local.stack import Stack, StackError


def put(stack: Stack, value: str) -> None:
    stack.client("ssm").put_parameter(Name="/seen", Value=value, Type="String", Overwrite=True)


def seen(stack: Stack) -> Any:
    return stack.client("ssm").get_parameter(Name="/seen")["Parameter"]["Value"]


def kill(stack: Stack) -> None:
    """As a power cut would."""
    assert stack._process is not None
    os.kill(stack._process.pid, signal.SIGKILL)
    stack._process.wait()
    stack._release()


def test_what_was_written_is_there_after_a_restart_on_the_same_port(tmp_path: Path) -> None:
    with Stack().start(state_dir=tmp_path) as stack:
        put(stack, "before")
        port = stack.port
    with Stack().start(state_dir=tmp_path) as again:
        assert again.port == port
        assert seen(again) == "before"


def test_a_folder_in_use_is_refused_and_its_user_named(tmp_path: Path) -> None:
    with Stack().start(state_dir=tmp_path) as stack:
        assert stack._process is not None
        with pytest.raises(StackError, match=f"in use by process {stack._process.pid} on port {stack.port}"):
            Stack().start(state_dir=tmp_path)


def test_after_a_crash_one_is_asked_before_going_on_from_the_older_state(tmp_path: Path) -> None:
    with Stack().start(state_dir=tmp_path) as stack:
        put(stack, "kept")
    crashed = Stack().start(state_dir=tmp_path)
    put(crashed, "lost")
    kill(crashed)

    with pytest.raises(StackError, match="not stopped cleanly"):
        Stack().start(state_dir=tmp_path)
    with Stack().start(state_dir=tmp_path, after_crash="resume") as resumed:
        assert seen(resumed) == "kept"


def test_after_a_crash_one_may_begin_anew(tmp_path: Path) -> None:
    crashed = Stack().start(state_dir=tmp_path)
    kill(crashed)
    with Stack().start(state_dir=tmp_path, after_crash="wipe") as anew:
        assert anew.client("ssm").describe_parameters()["Parameters"] == []


def test_a_taken_port_is_said_and_leaves_the_folder_free(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(StackError, match="is taken"):
            Stack().start(port=other.getsockname()[1], state_dir=tmp_path)
    with Stack().start(state_dir=tmp_path) as stack:
        assert stack.endpoint == f"http://127.0.0.1:{stack.port}"


def test_it_listens_on_loopback_alone_and_is_gone_after_stop(tmp_path: Path) -> None:
    stack = Stack().start(state_dir=tmp_path)
    process = stack._process
    assert process is not None
    sockets = [line.split() for line in Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1] for row in sockets if row[3] == "0A" and row[1].endswith(f":{stack.port:04X}")}
    assert listening == {f"0100007F:{stack.port:04X}"}
    stack.stop()
    stack.stop()
    assert process.poll() is not None
    with pytest.raises(StackError, match="not running"):
        _ = stack.endpoint


def test_another_process_finds_the_stack_that_runs_here(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="make run"):
        Stack.attach(tmp_path)

    with Stack().start(state_dir=tmp_path) as running:
        found = Stack.attach(tmp_path)

        assert found.endpoint == running.endpoint
        assert found.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
        found.stop()  # which is not its to stop
        assert running.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200

    with pytest.raises(StackError, match="make run"):
        Stack.attach(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="this machine does not list its sockets")
def test_nothing_listens_beyond_this_machine(tmp_path: Path) -> None:
    with Stack().start(state_dir=tmp_path) as running:
        process = json.loads((tmp_path / "running.json").read_text())["pid"]
        files = [os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
        mine = {name.removeprefix("socket:[").removesuffix("]") for name in files if name.startswith("socket:")}
        sockets = [line.split() for line in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
        heard = [socket[1] for socket in sockets if socket[3] == "0A" and socket[9] in mine]

        assert heard == [f"0100007F:{running.port:04X}"]
