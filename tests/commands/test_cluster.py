"""`wingman cluster` over a running node."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import yaml

from tests.support.cluster import services, tree
from tests.support.nats import Servers, servers
from wingman.app import open_service
from wingman.commands.cli import main
from wingman.config.settings import build
from wingman.core.events import MeetingEnded
from wingman.meeting.api import MeetingSpec

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def wingman(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """`wingman cluster …` over these servers: its exit status, and all it printed."""

    async def run(running: Servers, *arguments: str) -> tuple[int, str]:
        config = tmp_path / f"{running.all[0].port}.yaml"
        config.write_text(yaml.safe_dump(tree(running, tmp_path, "visitor")))
        capsys.readouterr()
        status = await asyncio.to_thread(main, ["cluster", *arguments, "--config", str(config)])
        out, err = capsys.readouterr()
        return status, out + err

    return run


async def test_status_verify_and_drain(one_server: Servers, tmp_path: Path, wingman: Command) -> None:
    async with services(one_server, tmp_path, 1) as (service,):
        meeting = await service.manager.create(MeetingSpec(title="Renewal"))
        await service.log.flush()
        status, told = await wingman(one_server, "status", "--json")
        assert status == 0
        shown = json.loads(told)
        assert [(row["id"], row["answers"]) for row in shown["nodes"]] == [(service.node, True)]
        assert shown["meetings"] == {meeting.id: service.node}
        assert {row["stream"]: row["count"] for row in shown["streams"]}["WM_KEYS"] == 1
        status, told = await wingman(one_server, "status")
        assert "1 meetings without an end, 0 of them" in told
        assert "kept ONCE" in told
        status, told = await wingman(one_server, "verify")
        assert (status, "all whole" in told) == (0, True)
        status, told = await wingman(one_server, "drain", "nobody")
        assert (status, "no node 'nobody' answers" in told) == (2, True)
        status, told = await wingman(one_server, "drain", service.node)
        assert (status, service.manager.all_live()) == (0, ())
        events = await service.log.read(meeting.id)
        assert not [event for event in events if isinstance(event.data, MeetingEnded)]


def test_without_a_cluster_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", "status"]) == 2
    assert "cluster.url" in capsys.readouterr().err


def test_without_the_extra_it_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "wingman.commands.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "wingman.cluster.jetstream", None)
    for action in ("status", "verify", "drain", "backup", "restore"):
        assert main(["cluster", action]) == 2
        assert "wingman-sidecar[cluster]" in capsys.readouterr().err


def test_drain_needs_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "node.yaml"
    config.write_text(yaml.safe_dump({"cluster": {"url": "nats://127.0.0.1:1", "key": "x" * 20}}))
    assert main(["cluster", "drain", "--config", str(config)]) == 2
    assert "name the node" in capsys.readouterr().err


async def test_a_copy_is_brought_back_into_empty_servers(
    one_server: Servers, tmp_path: Path, wingman: Command
) -> None:
    """While a meeting runs; then it is an orphan that any node goes on with, and a deleted one stays so."""
    copy = tmp_path / "copy"
    async with services(one_server, tmp_path, 1) as (service,):
        meeting = await service.manager.create(MeetingSpec(title="Renewal with marmalade"))
        gone = await service.manager.create(MeetingSpec(title="Another"))
        for number in range(200):
            meeting.note(f"marmalade {number}")
        await gone.end("stopped")
        assert service.cluster is not None
        assert await service.cluster.log.delete(gone.id)
        await service.log.flush()
        status, told = await wingman(one_server, "backup", str(copy))
        assert (status, "5 streams" in told) == (0, True), told
        before = await service.log.read(meeting.id, 0, 1000)
        meeting.note("and since then")
        await service.log.flush()
        _, refused = await wingman(one_server, "restore", str(copy))
        assert "hold other records in WM_" in refused
    assert {path.stat().st_mode & 0o777 for path in copy.rglob("*.*")} == {0o600}
    assert not [path for path in copy.rglob("*.*") if b"marmalade" in path.read_bytes()]
    with servers(1) as fresh:
        for look in ("status", "verify"):  # it makes nothing that would be in the way
            status, told = await wingman(fresh, look)
            assert (status, "hold nothing of Wingman" in told) == (2, True), told
        for _ in range(2):  # one that was cut off is begun again
            status, told = await wingman(fresh, "restore", str(copy))
            assert (status, "wingman cluster verify" in told) == (0, True), told
        status, told = await wingman(fresh, "verify")
        assert (status, "all whole" in told) == (0, True), told
        async with open_service(build(tree(fresh, tmp_path, "later"))) as later:
            assert list(await later.log.read(meeting.id, 0, 1000))[: len(before)] == list(before)
            assert later.cluster is not None
            assert [row.id for row in await later.cluster.log.meetings()] == [meeting.id]
            adopted = await later.manager.adopt(meeting.id)
            adopted.note("it goes on")


@pytest.mark.parametrize("action", ["backup", "restore"])
def test_a_copy_needs_a_folder(action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "node.yaml"
    config.write_text(yaml.safe_dump({"cluster": {"url": "nats://127.0.0.1:1", "key": "x" * 20}}))
    assert main(["cluster", action, "--config", str(config)]) == 2
    assert "name the folder" in capsys.readouterr().err
