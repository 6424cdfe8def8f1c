"""A key is tried with the real adapter: an answer, a refusal, or silence for too long."""

from __future__ import annotations

import asyncio

import pytest

from wingman.audio.tape import Cursor
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Branch, Health, ProviderState
from wingman.core.media import PcmBlock
from wingman.core.time import Channel
from wingman.meeting import provider_probe
from wingman.meeting.provider_probe import probe
from wingman.stt.base import Emit, TranscriberInfo
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing.deepgram.server import DeepgramEmulator


class Scripted:
    """A transcriber that says what it is told to, then waits; it remembers whether it was let go."""

    info = TranscriberInfo("scripted", remote=True)

    def __init__(self, *said: tuple[Health, str]) -> None:
        self._said = said
        self.heard = 0
        self.over = False

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        try:
            piece = await audio.read(1)
            self.heard = piece.length if isinstance(piece, PcmBlock) else 0
            for health, detail in self._said:
                emit(ProviderState(Branch.TRANSCRIBE, "scripted", health, channel, detail))
            await asyncio.Event().wait()
        finally:
            self.over = True

    def flush(self) -> None:
        raise AssertionError("nobody asks for that here")


@pytest.mark.parametrize(("key", "said"), [("local-key", ""), ("stolen", "key")])
async def test_a_real_adapter_tries_the_key(key: str, said: str) -> None:
    async with DeepgramEmulator() as emulator:
        found = await probe(DeepgramTranscriber(DeepgramSettings(url=emulator.url, api_key=Secret(key))))
        assert bool(found) == bool(said)
        assert said in found.lower()
        assert "stolen" not in found


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([(Health.CONNECTING, "wait"), (Health.UP, "fine"), (Health.DOWN, "gone")], ""),
        ([(Health.DOWN, "The account is empty."), (Health.UP, "")], "The account is empty."),
        ([(Health.CONNECTING, ""), (Health.RETRYING, "Nobody is there.")], "Nobody is there."),
    ],
)
async def test_the_first_answer_counts_and_the_adapter_is_let_go(
    told: list[tuple[Health, str]], said: str
) -> None:
    adapter = Scripted(*told)
    assert await probe(adapter) == said
    assert adapter.heard > 0, "some silence goes along"
    assert adapter.over


async def test_silence_for_too_long_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_probe, "TIMEOUT_S", 0.01)
    adapter = Scripted((Health.CONNECTING, ""))
    assert "check the network" in await probe(adapter)
    assert adapter.over
