"""`wingman cluster` over a running node."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import yaml

from tests.support.cluster import services, tree
from tests.support.nats import Servers
from wingman.commands.cli import main
from wingman.core.events import MeetingEnded
from wingman.meeting.api import MeetingSpec


async def test_status_verify_and_drain(
    one_server: Servers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "node.yaml"
    config.write_text(yaml.safe_dump(tree(one_server, tmp_path, "visitor")))

    async def wingman(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        status = await asyncio.to_thread(main, ["cluster", *arguments, "--config", str(config)])
        out, err = capsys.readouterr()
        return status, out + err

    async with services(one_server, tmp_path, 1) as (service,):
        meeting = await service.manager.create(MeetingSpec(title="Renewal"))
        await service.log.flush()
        status, told = await wingman("status", "--json")
        assert status == 0
        shown = json.loads(told)
        assert [(row["id"], row["answers"]) for row in shown["nodes"]] == [(service.node, True)]
        assert shown["meetings"] == {meeting.id: service.node}
        assert {row["stream"]: row["count"] for row in shown["streams"]}["WM_KEYS"] == 1
        status, told = await wingman("status")
        assert "1 meetings without an end, 0 of them" in told
        assert "kept ONCE" in told
        status, told = await wingman("verify")
        assert (status, "all whole" in told) == (0, True)
        status, told = await wingman("drain", "nobody")
        assert (status, "no node 'nobody' answers" in told) == (2, True)
        status, told = await wingman("drain", service.node)
        assert (status, service.manager.all_live()) == (0, ())
        events = await service.log.read(meeting.id)
        assert not [event for event in events if isinstance(event.data, MeetingEnded)]


def test_without_a_cluster_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", "status"]) == 2
    assert "cluster.url" in capsys.readouterr().err


def test_drain_needs_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "node.yaml"
    config.write_text(yaml.safe_dump({"cluster": {"url": "nats://127.0.0.1:1", "key": "x" * 20}}))
    assert main(["cluster", "drain", "--config", str(config)]) == 2
    assert "name the node" in capsys.readouterr().err
