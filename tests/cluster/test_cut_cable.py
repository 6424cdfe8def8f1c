"""A node in a network of its own, whose way to the servers is cut on the wire. Run with `-m slow`, as root."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cluster import tree
from tests.support.http import http_client
from tests.support.nats import Server, Servers
from tests.support.node_processes import CHECKOUT, HEADERS, begin, feed_until_moved
from tests.support.until import until
from wingman.cluster.nats_server import die_with_parent, free_port, program

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(os.geteuid() != 0 or shutil.which("ip") is None, reason="needs root and iproute2"),
]
LETS_GO_S = 40.0


@dataclass(frozen=True)
class Network:
    """A namespace with two ways out: one for clients, and one to the servers that can be cut."""

    name: str
    clients: str
    servers: str
    """This machine's address on the way to the servers."""

    def cut(self) -> None:
        self._link("down")

    def mend(self) -> None:
        self._link("up")

    def _link(self, state: str) -> None:
        _ip("link", "set", f"{self.name}s", state)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture
def apart() -> Iterator[Network]:
    name = f"wm{os.getpid() % 10_000}"
    try:
        _ip("netns", "add", name)
    except subprocess.CalledProcessError:
        pytest.skip("network namespaces cannot be made here")
    try:
        _ip("-n", name, "link", "set", "lo", "up")
        for way, net in (("c", 11), ("s", 12)):
            _ip("link", "add", f"{name}{way}", "type", "veth", "peer", "name", f"in{way}", "netns", name)
            _ip("addr", "add", f"10.231.{net}.1/30", "dev", f"{name}{way}")
            _ip("link", "set", f"{name}{way}", "up")
            _ip("-n", name, "addr", "add", f"10.231.{net}.2/30", "dev", f"in{way}")
            _ip("-n", name, "link", "set", f"in{way}", "up")
        yield Network(name, "10.231.11.2", "10.231.12.1")
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[Servers]:
    """One that both networks reach."""
    port, store = free_port(), folder / "server"
    command = [
        program(),
        "-a",
        "0.0.0.0",
        "-p",
        str(port),
        "-js",
        "-sd",
        str(store),
        "--log",
        str(folder / "log"),
    ]
    process = subprocess.Popen(command, preexec_fn=die_with_parent)
    try:
        yield Servers([Server(store, port, process)])
    finally:
        process.kill()
        process.wait()


async def test_a_node_that_is_cut_off_on_the_wire_lets_go_and_comes_back(
    apart: Network, tmp_path: Path
) -> None:
    with _server(tmp_path) as running:
        settings = tree(running, tmp_path, "cut")
        settings["cluster"]["url"] = f"nats://{apart.servers}:{running.all[0].port}"
        settings["server"] |= {"host": "0.0.0.0", "plain_links": True, "allowed_hosts": [apart.clients]}
        config = tmp_path / "cut.yaml"
        config.write_text(yaml.safe_dump(settings))
        process = await asyncio.create_subprocess_exec(
            "ip", "netns", "exec", apart.name,
            sys.executable, "-m", "wingman", "serve", "--config", str(config), "--port", "8710",
            stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        whole = None
        try:
            assert process.stdout is not None
            await asyncio.wait_for(process.stdout.readline(), 60)
            whole = await begin(running, tmp_path, "whole")
            async with http_client(f"http://{apart.clients}:8710", headers=HEADERS, timeout=LETS_GO_S) as http:
                await _cut_and_mended(apart, http, whole)
        finally:
            for one in (process, whole.process if whole else None):
                if one is not None and one.returncode is None:
                    one.kill()
                    await one.wait()


async def answers(http: Any, path: str, status: int) -> bool:
    return bool((await http.get(path)).status_code == status)


async def _cut_and_mended(apart: Network, http: Any, whole: Any) -> None:
    meeting = (await http.post("/api/meetings", json={"title": "x"})).json()["id"]
    assert (await http.post(f"/api/meetings/{meeting}/notes", json={"text": "stored"})).status_code < 300
    await asyncio.sleep(1)
    apart.cut()
    assert (await http.post(f"/api/meetings/{meeting}/notes", json={"text": "in memory"})).status_code < 300
    for path in ("/readyz", f"/api/meetings/{meeting}"):
        await until(partial(answers, http, path, 503), every=0.2, within=LETS_GO_S)
    refused = await http.get(f"/api/meetings/{meeting}")
    assert refused.headers["retry-after"]
    assert "cut off" in refused.text
    seen: list[dict[str, Any]] = []
    async with whole.socket(f"/api/meetings/{meeting}/ws?after=0") as overlay:
        await feed_until_moved(whole, meeting, overlay, seen)
    apart.mend()
    for path in ("/readyz", f"/api/meetings/{meeting}"):
        await until(partial(answers, http, path, 200), every=0.2, within=LETS_GO_S)
    told = (await http.get(f"/api/meetings/{meeting}/events")).json()["events"]
    assert [event["data"]["text"] for event in told if event["type"] == "note.added"] == ["stored"]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
