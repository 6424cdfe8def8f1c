"""A recording posted becomes a meeting of its own, and says how far it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.media_files import Sound, sides, tone, write
from tests.support.tone_transcriber import ToneTranscriber
from tests.support.until import until
from wingman.app import open_service
from wingman.app.http import application
from wingman.config.settings import Settings
from wingman.meeting.providers import ProviderFactory


@asynccontextmanager
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(ProviderFactory, "transcriber", lambda *_: ToneTranscriber())
    async with open_service(Settings(), keep=False) as service:
        transport = httpx.ASGITransport(app=application(service))
        headers = {"Authorization": f"Bearer {service.token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
            yield http


async def finished(http: httpx.AsyncClient, meeting: str) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        status: dict[str, Any] = (await http.get(f"/api/recordings/{meeting}")).json()
        return status if status["state"] in ("done", "failed") else None

    return await until(over, every=0.05)


def call(path: Path) -> bytes:
    wave = sides(tone(10, [(1, "alpha")], 16_000), tone(10, [(4, "delta")], 16_000))
    return write(path, (wave, Sound("pcm_s16le", 16_000, "stereo"))).read_bytes()


async def test_a_recording_becomes_a_meeting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with api(monkeypatch) as http:
        wish = {"name": "Anruf.wav", "channels": "left=mic,right=tab", "title": "Ada"}
        answer = await http.post("/api/recordings", params=wish, content=call(tmp_path / "a.wav"))
        assert answer.status_code == 202, answer.text
        status = await finished(http, answer.json()["meeting"])
        assert (status["state"], status["title"], status["seconds"]) == (
            "done",
            "Anruf.wav",
            pytest.approx(10, abs=0.1),
        )
        events = (await http.get(f"/api/meetings/{status['meeting']}/events")).json()["events"]
    said = {e["media"]["channel"]: e["data"]["text"] for e in events if e["type"] == "utterance.created"}
    assert said == {"mic": "Alpha.", "tab": "Delta."}
    assert [e["data"]["title"] for e in events if e["type"] == "meeting.started"] == ["Ada"]


async def test_a_recording_is_looked_into(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with api(monkeypatch) as http:
        body = call(tmp_path / "a.wav")
        found = (await http.post("/api/recordings/inspect", params={"name": "x.wav"}, content=body)).json()
        assert (found["name"], found["duration"], found["taken"]) == ("x.wav", pytest.approx(10, abs=0.1), 1)
        assert found["tracks"][0]["sides"] == 2
        assert found["sides"]["left"] > 0


@pytest.mark.parametrize(
    ("query", "body", "field"),
    [
        ({"chanels": "tab"}, b"x", "chanels"),
        ({"channels": "up=tab"}, b"x", "channels"),
        ({"track": "0"}, b"x", "track"),
        ({}, b"", "body"),
        ({"name": "notes.txt"}, b"these are notes\n" * 50, "file"),
    ],
)
async def test_a_mistake_is_named(
    monkeypatch: pytest.MonkeyPatch, query: dict[str, str], body: bytes, field: str
) -> None:
    async with api(monkeypatch) as http:
        answer = await http.post("/api/recordings", params=query, content=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["field"] == field
        if field == "file":
            assert answer.json()["error"]["detail"].startswith("notes.txt is not a media file")
        assert (await http.get("/api/recordings/nope")).status_code == 404


async def test_a_silent_one_is_no_success(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = write(tmp_path / "a.wav", (tone(2, [], 16_000), Sound("pcm_s16le", 16_000))).read_bytes()
    async with api(monkeypatch) as http:
        started = (await http.post("/api/recordings", content=body)).json()
        status = await finished(http, started["meeting"])
        assert status["state"] == "failed"
        assert "is silent from beginning to end" in status["detail"]
