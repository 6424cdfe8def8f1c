"""Three nodes as processes of their own: one is killed in the middle of a meeting, and it goes on."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.http import http_client
from tests.support.nats import Servers
from tests.support.node_processes import HEADERS, feed_until_moved, processes, until_agreed


@pytest.mark.parametrize("how", ["kill", "freeze", "stop"])
async def test_a_meeting_outlives_its_node(one_server: Servers, tmp_path: Path, how: str) -> None:
    async with (
        processes(one_server, tmp_path, 2) as (owner, other),
        http_client(owner.url, headers=HEADERS, timeout=10) as http,
    ):
        meeting = (await http.post("/api/meetings", json={"title": "Renewal"})).json()["id"]
        seen: list[dict[str, Any]] = []
        async with owner.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as pcm:
            for _ in range(25):
                await pcm.send(b"\x01\x00" * 640)
                await asyncio.sleep(0.02)
            for number in range(5):
                noted = await http.post(f"/api/meetings/{meeting}/notes", json={"text": f"note {number}"})
                assert noted.status_code < 300
            {"kill": owner.process.kill, "stop": owner.process.terminate}.get(
                how, lambda: owner.process.send_signal(19)
            )()
            failed = time.monotonic()
            async with other.socket(f"/api/meetings/{meeting}/ws?after=0") as overlay:
                moved = await feed_until_moved(other, meeting, overlay, seen)
            took = time.monotonic() - failed
        assert moved["data"]["reason"] == ("drained" if how == "stop" else "lost")
        assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
        notes = [event["data"]["text"] for event in seen if event["type"] == "note.added"]
        assert notes == [f"note {number}" for number in range(5)]
        assert not [event for event in seen if event["type"] == "meeting.ended"]
        sys.stdout.write(f"take-over after {how}: {took:.2f} s\n")
        if how == "freeze":
            owner.process.send_signal(18)
            await until_agreed(owner, other, meeting, within=20)
