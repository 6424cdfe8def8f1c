"""The vendor's own clients, unmodified, are content with our emulators.

Each SDK has an environment of its own, built by `scripts/conformance.d/hume.sh`; without it the test is
skipped.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.testing.pictures import picture
from wingman.emotion.hume_v0.wire import wav
from wingman.testing.hume.server import HumeEmulator, HumeHabits
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.indexed_audio import IndexedSpeech

ROOT = Path(__file__).parents[3]
CLIENTS = ROOT / "scripts" / "conformance.d"


async def facts(environment: str, client: str, *arguments: str) -> Any:
    """What a client of another environment reports."""
    python = ROOT / environment / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{environment} is missing: run scripts/conformance.d/hume.sh")
    process = await asyncio.create_subprocess_exec(
        str(python), str(CLIENTS / client), *arguments, stdout=asyncio.subprocess.PIPE, stderr=sys.stderr
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(told)


@pytest.mark.slow
async def test_the_realtime_sdk() -> None:
    async with HumeEmulator(habits=HumeHabits(keys=frozenset({"local-key"}))) as hume:
        found = await facts(".venv-hume", "hume_realtime_client.py", hume.url, hume.http_url)
    heard = found["heard"]
    assert [message["class"] for message in heard] == [
        "AudioSessionCreated",
        "AudioSessionUpdated",
        "UtteranceStart",
        "AudioMeasurementResult",
        "AudioMeasurementResult",
        "UtteranceEnd",
        "AudioSessionClosed",
    ]
    received = {"audio_duration_ms": found["sent_ms"], "frames": found["sent_frames"]}
    assert heard[-1]["received"] == received
    measured = [message for message in heard if message["type"] == "measurement.result"]
    assert [(m["audio_start_ms"], m["audio_end_ms"], m["trigger"]) for m in measured] == [
        (500, 3500, "interval"),
        (500, 4700, "speech_ended"),
    ]
    assert found["upload"]["measurements"] == found["upload_raw"]["measurements"]
    for live, file in zip(measured, found["upload"]["measurements"], strict=True):
        assert {name: live[name] for name in file} == file, "upload and realtime measure alike"
    assert found["run"]["mode"] == "file"
    assert found["runs"] == 2
    assert found["refused"] == 401


@pytest.mark.slow
async def test_the_v0_sdk(tmp_path: Path) -> None:
    (tmp_path / "clip.wav").write_bytes(wav(IndexedSpeech().pcm(0, 48_000)))
    (tmp_path / "face.jpg").write_bytes(picture(320, 240))
    async with HumeV0Emulator() as gateway:
        found = await facts(".venv-hume-v0", "hume_v0_client.py", gateway.url, gateway.http_url, str(tmp_path))
    stream = found["stream"]
    assert len(stream["text"]["language"]["predictions"]) == 2
    assert len(stream["text"]["language"]["predictions"][0]["emotions"]) == 53
    assert stream["text"]["payload_id"] == "t1"
    assert len(stream["file"]["prosody"]["predictions"][0]["emotions"]) == 48
    assert len(stream["image"]["face"]["predictions"]) == 1
    assert len(stream["mesh"]["facemesh"]["predictions"]) == 1
    assert stream["job"]["job_details"]["job_id"] == stream["publish"]["job_details"]["job_id"]
    assert (stream["error"]["code"], stream["error"]["class"]) == ("E0200", "StreamErrorMessage")
    assert found["batch"] == {
        "states": ["QUEUED", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"],
        "jobs": 1,
        "emotions": 48,
        "artifacts": "PK",
    }
    assert found["refused"] == 401


@pytest.mark.slow
async def test_the_v0_sdk_of_the_specification(tmp_path: Path) -> None:
    (tmp_path / "clip.wav").write_bytes(wav(IndexedSpeech().pcm(0, 48_000)))
    (tmp_path / "face.jpg").write_bytes(picture(320, 240))
    async with HumeV0Emulator() as gateway:
        found = await facts(".venv-hume-v0-7", "hume_v0_old_client.py", gateway.url, str(tmp_path))
    assert [piece["text"] for piece in found["text"]["language"]["predictions"]] == [
        "Thank",
        "you.",
        "Why",
        "so?",
    ]
    assert len(found["text"]["language"]["predictions"][0]["emotions"]) == 53
    assert len(found["file"]["prosody"]["predictions"][0]["emotions"]) == 48
    assert len(found["image"]["face"]["predictions"]) == 1
    assert found["job"]["job_details"]["job_id"]
    assert (found["error"]["code"], found["error"]["error"] != "") == ("E0200", True)
