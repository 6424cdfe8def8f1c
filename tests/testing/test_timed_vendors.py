"""Vendors with a clock: who called is known by the order of connections and by the brief in a prompt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.support.http import http_client
from tests.support.until import until
from wingman.core.json import JsonObject
from wingman.testing import timed_vendors
from wingman.testing.gemini.server import INSTANT
from wingman.testing.timed_vendors import CallNotes, TimedVendors

TURN = {"start": 0.2, "end": 0.6, "text": "Hello.", "words": [{"text": "Hello.", "start": 0.2, "end": 0.6}]}
LISTEN = "/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&endpointing=300&extra=channel:"
SECOND = bytes(32_000)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "call.json"
    path.write_text(json.dumps({"channels": {"tab": {"turns": [TURN]}, "mic": {}}}), encoding="utf-8")
    return path


async def call_up(settings: JsonObject, channels: list[str]) -> None:
    """A call's connections to the transcriber, one after the other, each with a second of sound."""
    there = settings["transcribe"]["deepgram"]
    for channel in channels:
        headers = {"Authorization": f"Token {there['api_key']}"}
        url = there["url"] + LISTEN + channel
        async with connect(url, additional_headers=headers, proxy=None) as socket:
            await socket.send(SECOND)
            await socket.send(json.dumps({"type": "CloseStream"}))
            async for _ in socket:
                pass


async def test_what_the_transcriber_heard_and_said_is_put_down_call_by_call(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed_vendors, "TRANSCRIPTION_S", 0.0)
    async with TimedVendors(script) as vendors:
        calls: list[CallNotes] = []
        for number in range(2):
            calls.append(vendors.expect(f"call {number}"))
            await call_up(vendors.settings(100), ["tab", "mic"])
    for call in calls:
        assert call.connections == 2
        ((end, said),) = call.finals("tab")
        assert end == pytest.approx(0.6)
        heard = call.arrived("tab", 0.9)
        assert heard is not None
        assert heard <= said
        assert call.finals("mic") == []
        assert call.arrived("tab", 1.1) is None
        assert call.arrived("another", 0.1) is None
    assert calls[0].finals("tab") < calls[1].finals("tab")


async def test_a_request_belongs_to_the_call_whose_brief_it_holds(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed_vendors, "LIVELIKE", INSTANT)
    async with TimedVendors(script) as vendors:
        one, other = vendors.expect("call 1"), vendors.expect("call 2")
        settings = vendors.settings(40)
        assert settings["transcribe"]["deepgram"]["chunk_ms"] == 40
        there = settings["suggest"]["gemini"]
        body = {"contents": [{"role": "user", "parts": [{"text": "About call 2: what does it cost?"}]}]}
        async with http_client(there["url"]) as http:
            asked = http.post(
                "/v1/models/gemini-3.5-flash-lite:generateContent",
                json=body,
                headers={"x-goog-api-key": there["api_key"]},
            )
            assert (await asked).status_code == 200
        await until(lambda: other.asks)
    assert one.asks == []
    (ask,) = other.asks
    assert ask.at <= ask.answered
