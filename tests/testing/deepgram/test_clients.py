"""A peer framework's Deepgram client, unmodified, in its own environment: it understands the emulator.

`scripts/conformance.d/deepgram.sh` builds the environment; without it these tests are skipped.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.indexed_audio import IndexedSource, IndexedSpeech

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-livekit/bin/python"
SECONDS = 8
SPEECH = IndexedSpeech()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="run scripts/conformance.d/deepgram.sh first"),
]


async def livekit(tmp_path: Path, *faults: Fault) -> list[tuple[str, float, float]]:
    """The words LiveKit's client reports for the indexed recording."""
    recording = tmp_path / "recording.pcm"
    recording.write_bytes(SPEECH.pcm(0, SECONDS * 16_000))
    script = ROOT / "scripts/conformance.d/livekit_deepgram_client.py"
    async with DeepgramEmulator(None, FaultScript(faults), hearing=lambda _: IndexedSource()) as emulator:
        url = f"http://127.0.0.1:{emulator.port}/v1/listen"
        client = await asyncio.create_subprocess_exec(
            PYTHON, script, url, recording, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await client.communicate()
    assert client.returncode == 0, err.decode()[-2000:]
    return [tuple(word) for word in json.loads(out.splitlines()[-1])]


async def test_livekit_hears_every_word_at_its_time(tmp_path: Path) -> None:
    expected = [(w.text, w.start / 16_000, w.end / 16_000) for w in SPEECH.words(0, SECONDS * 16_000)]
    heard = await livekit(tmp_path)
    assert [text for text, _, _ in heard] == [text for text, _, _ in expected]
    for said, spoken in zip(heard, expected, strict=True):
        assert said[1:] == pytest.approx(spoken[1:], abs=0.05)


async def test_livekit_survives_a_drop_in_its_own_way(tmp_path: Path) -> None:
    heard = await livekit(tmp_path, Fault(kind=Kind.DROP, at=1.75))
    assert heard, "it reconnects and goes on"
