"""A recording joined with a batch job."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support import recordings
from tests.support.cli import refused, wingman
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.hume_v0.server import HumeV0Emulator


async def test_analyze_joins_a_batch_job_with_the_words(tmp_path: Path) -> None:
    path, _ = recordings.turn(tmp_path / "turn.wav", "Can you tell me")
    async with HumeV0Emulator() as gateway, DeepgramEmulator() as deepgram:
        environ = {
            "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram.url,
            "WINGMAN_TRANSCRIBE__DEEPGRAM__REST_URL": deepgram.rest_url,
            "DEEPGRAM_API_KEY": "local-key",
            "WINGMAN_EMOTION__HUME_V0__URL": gateway.url,
            "WINGMAN_EMOTION__HUME_V0__HTTP_URL": gateway.http_url,
            "WINGMAN_EMOTION__HUME_V0__API_KEY": "local-key",
        }
        hiring = {**environ, "WINGMAN_SUGGEST__PLAYBOOK": "hiring"}
        for words, env in ((("analyze",), environ), (("analyze", "--consent"), hiring)):
            held = await asyncio.to_thread(wingman, *words, str(path), environ=env)
            assert held.returncode == 2
        assert gateway.jobs.jobs == {}  # nothing leaves before it is decided
        done = await asyncio.to_thread(wingman, "analyze", "--consent", str(path), environ=environ)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "Speaker 1" in line]
    assert "[tone: " in line
    assert "unknown" not in line
    refused(wingman("analyze", str(path)), "emotion.hume_v0.url")
