"""Workers on one machine answer behind one port; one that is killed is begun again, its meeting goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.support import forked
from wingman.cluster import nats_server
from wingman.cluster.workers import loopback_cluster
from wingman.core.errors import InputError

TOKEN = "a token of the owner's own"


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str, forked.Started]]:
    """The root's address, a login code and the process that begins the workers."""
    environ = {
        **os.environ,
        "WINGMAN_DELIVER__DATA_DIR": str(folder),
        "WINGMAN_SERVER__TOKEN": TOKEN,
        "WINGMAN_TRANSCRIBE__PROVIDER": "off",
        "WINGMAN_EMOTION__PROVIDER": "off",
        "WINGMAN_SUGGEST__MEANING": "off",
    }
    process = forked.start(["serve", "--port", "0", "--workers", "2"], environ)
    try:
        root, _, code = process.stdout.readline().split()[-1].partition("/#login=")
        yield root, code, process
    finally:
        process.terminate()
        status = process.wait(timeout=60)
    assert status == 0


def children(pid: int) -> dict[int, str]:
    """Its child processes and their command lines."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found[int(child)] = command
    return found


def test_a_killed_worker_ends_neither_the_service_nor_its_meetings(tmp_path: Path) -> None:
    with served(tmp_path) as (root, code, process):
        with httpx.Client(base_url=root, timeout=30) as browser:
            _answers_behind_one_port(browser, code)
        assert_no_stranger_gets_in(tmp_path)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=root, headers=headers, timeout=10) as http:
            meeting = http.post("/api/meetings", json={"title": "Renewal"}).json()["id"]
            assert http.post(f"/api/meetings/{meeting}/notes", json={"text": "before"}).status_code < 300
        victims = [pid for pid, command in children(process.pid).items() if "--worker" in command]
        assert len(victims) == 2
        for victim in victims[:1]:
            os.kill(victim, signal.SIGKILL)
        _feed(root, meeting)
        with httpx.Client(base_url=root, headers=headers, timeout=10) as http:
            assert _answered(http, f"/api/meetings/{meeting}").json()["state"] == "live"
            assert _answered(http, f"/api/meetings/{meeting}/notes", {"text": "after"}).status_code < 300
            deadline = time.monotonic() + 60
            while sum("--worker" in command for command in children(process.pid).values()) < 2:
                assert time.monotonic() < deadline, "the worker was not started again"
                time.sleep(0.1)
    assert process.returncode == 0
    streams = b"".join(path.read_bytes() for path in (tmp_path / "nats").rglob("*") if path.is_file())
    assert b"Renewal" not in streams


def _answers_behind_one_port(http: httpx.Client, code: str) -> None:
    session = http.post("/api/session", json={"code": code}).json()["path"].rstrip("/")
    meetings = f"{session}/api/meetings"
    made = [http.post(meetings, json={"title": str(n)}).json()["id"] for n in range(4)]
    for meeting in made:  # each request finds the process that has the meeting, however it is written
        for name in (meeting, meeting.replace("m", "%6d", 1)):
            assert http.get(f"{meetings}/{name}").json()["state"] == "live"
        assert http.post(f"{meetings}/{meeting}/end").status_code == 200
    for _ in range(4):  # a code made by one process is redeemed by any
        pairing = http.post(f"{session}/api/pairing").json()
        origin = {"Origin": "chrome-extension://abcdefghijklmnop"}
        digits = {"code": pairing["code"]}
        token = http.post("/api/pairing/redeem", json=digits, headers=origin).json()["token"]
        assert http.get("/api/playbooks", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def _feed(root: str, meeting: str) -> None:
    """Bring the sound, as a client does: again and again until somebody takes it."""
    address = f"{root.replace('http', 'ws', 1)}/api/meetings/{meeting}/pcm?channel=tab&rate=16000"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with connect(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}, proxy=None) as pcm:
                for _ in range(10):
                    pcm.send(b"\x01\x00" * 640)
                    time.sleep(0.02)
                return
        except (WebSocketException, OSError):
            time.sleep(0.2)
    raise TimeoutError("nobody took the sound")


def _answered(http: httpx.Client, path: str, body: dict[str, str] | None = None) -> httpx.Response:
    """Ask again while the service says that the meeting moves, or a connection was a dead worker's."""
    for _ in range(600):
        try:
            answer = http.post(path, json=body) if body else http.get(path)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        if answer.status_code != 503:
            return answer
        time.sleep(0.1)
    raise TimeoutError(path)


def test_the_key_comes_from_the_service_and_is_not_its_secret() -> None:
    one, other = (loopback_cluster("nats://127.0.0.1:1", secret) for secret in (b"a" * 32, b"b" * 32))
    for name in ("WINGMAN_CLUSTER__KEY", "WINGMAN_CLUSTER__NKEY"):
        assert one[name] != other[name]
    assert (b"a" * 32).hex() not in json.dumps(one)


def assert_no_stranger_gets_in(folder: Path) -> None:
    """Whoever else runs programs on this machine can find the port."""
    port = re.search(r"listen: 127\.0\.0\.1:(\d+)", (folder / "nats" / "nats.conf").read_text())
    assert port is not None
    with socket.create_connection(("127.0.0.1", int(port[1])), timeout=10) as stranger:
        stranger.sendall(b'CONNECT {"verbose":false}\r\nSUB > 1\r\nPING\r\n')
        with stranger.makefile("rb") as answers:
            assert answers.readline().startswith(b"INFO ")
            assert answers.readline() == b"-ERR 'Authorization Violation'\r\n"


def test_without_the_server_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(InputError, match=r"wingman-sidecar\[cluster\]"):
        nats_server.program()
    monkeypatch.setitem(sys.modules, "nkeys", None)
    with pytest.raises(InputError, match=r"wingman-sidecar\[cluster\]"):
        loopback_cluster("nats://127.0.0.1:1", b"a" * 32)
