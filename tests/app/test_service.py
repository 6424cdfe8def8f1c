"""Beside the meetings: a summary when one ends, and a signed call to whoever asked for it."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import recordings
from tests.support.until import until
from wingman.app import open_service
from wingman.app import service as running
from wingman.config.settings import build
from wingman.core.events import EgressRecorded, SummaryReady
from wingman.meeting.api import MeetingSpec
from wingman.server.auth import OWNER
from wingman.suggest import coach
from wingman.testing.gemini.server import GeminiEmulator
from wingman.testing.http_server import LoopbackHttp, Reply, Request
from wingman.transports.file import FileSource


async def one_meeting(tree: dict[str, Any], folder: Path, also: Callable[[], bool] = lambda: True) -> list[Any]:
    """A short spoken meeting; what was logged once it is summed up and `also` holds."""
    path, _ = recordings.turn(folder / "turn.wav", "I will send you")
    async with open_service(build(tree)) as service:
        meeting = await service.manager.create(MeetingSpec(), live=False)
        source = FileSource(path, realtime=False, channels=None, gate=meeting.room)
        await meeting.attach(source)
        await meeting.played(source)
        await meeting.end("source_ended")

        async def summed_up() -> bool:
            events = [e.data for e in await service.log.read(meeting.id)]
            return any(isinstance(e, SummaryReady) for e in events) and also()

        await until(summed_up, every=0.02)
        await asyncio.sleep(0.05)
        await service.log.flush()
        return [e.data for e in await service.log.read(meeting.id)]


def settings(folder: Path, **sections: Any) -> dict[str, Any]:
    return {"deliver": {"data_dir": str(folder / "data")}, "suggest": {"provider": "cues"}, **sections}


async def test_a_meeting_that_ends_is_summed_up(tmp_path: Path) -> None:
    events = await one_meeting(settings(tmp_path), tmp_path)
    (summary,) = [e for e in events if isinstance(e, SummaryReady)]
    assert summary.origin == "extractive"
    assert "proposal" in summary.text + " ".join(summary.actions)


async def test_a_models_summary_is_in_the_ledger(tmp_path: Path) -> None:
    async with GeminiEmulator() as gemini:
        model = {"provider": "gemini", "gemini": {"api_key": "local-key", "url": gemini.url}}
        events = await one_meeting(settings(tmp_path, suggest=model), tmp_path)
        sent = len(gemini.requests)
    assert any(isinstance(e, SummaryReady) for e in events)
    assert sent >= 1
    assert [e.to for e in events if isinstance(e, EgressRecorded)][-1] == "gemini"


async def test_a_receiver_is_told(tmp_path: Path) -> None:
    told: list[bytes] = []

    async def receive(request: Request, reply: Reply) -> None:
        told.append(request.body)
        await reply.whole(200, b"{}", "application/json")

    secret = "whsec_" + base64.b64encode(bytes(range(24))).decode()
    async with LoopbackHttp(receive) as http:
        hooks = {"crm": {"url": http.url + "/hook", "secret": secret, "events": ["meeting.ended"]}}
        await one_meeting(settings(tmp_path, report={"webhooks": hooks}), tmp_path, lambda: bool(told))
    assert b"meeting.ended" in told[0]


async def test_what_the_first_call_needs_is_loaded_beside_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WARM_AFTER_S", 0.0)
    done: list[str] = []
    monkeypatch.setattr(running, "import_module", done.append)
    monkeypatch.setattr(coach, "warm_up", lambda: done.append(threading.current_thread().name))
    async with open_service(build(settings(tmp_path))) as service:
        encoder = service.manager.providers.encoder
        if encoder is not None:
            monkeypatch.setattr(encoder, "encode_here", lambda texts: done.append("encoder"))
        warming = asyncio.create_task(service.warm_up())
        await asyncio.sleep(0.01)
        assert done == []  # nobody has come
        with service.access.connected(OWNER, lambda: None):
            await warming
    assert done[0] == "wingman.transports.aiortc_seam"
    assert done[1] != threading.current_thread().name
    assert done[2:] == (["encoder"] if encoder is not None else [])
