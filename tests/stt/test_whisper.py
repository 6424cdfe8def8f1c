"""Whisper with its real model: words, silence, a killed decoder, and what is said without it."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.support import sample
from tests.support import whisper as model
from tests.support.local import TURN, running, tape_of, turn_pcm
from tests.support.until import until
from wingman.config.settings import Settings
from wingman.config.stt import WhisperSettings
from wingman.core.errors import Health, InputError, Progress, ProviderState
from wingman.core.media import PcmBlock
from wingman.core.speech import Final, Interim, SpeechStarted, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.local.decoder.settings import DecoderSettings
from wingman.meeting.provider_builders import LocalWorker
from wingman.stt import whisper


def settings(**changes: object) -> WhisperSettings:
    return WhisperSettings(model_dir=str(model.folder()), language="en", **changes)  # type: ignore[arg-type]  # fields by name


async def heard(pcm: bytes, chosen: WhisperSettings) -> list[TranscriberEvent]:
    events: list[TranscriberEvent] = []
    tape = tape_of(pcm)
    tape.close()
    async with running() as local:
        transcriber = whisper.build(local.get(), local.decoder(), chosen)
        await transcriber.run(Channel.TAB, tape.cursor(), events.append)
    return events


def words(events: list[TranscriberEvent]) -> list[str]:
    return [w for e in events if isinstance(e, Final) for x in e.words for w in sample.plain_words(x.text)]


async def test_every_word_comes_out_with_its_time() -> None:
    events = await heard(turn_pcm(), settings())
    assert words(events) == sample.plain_words(TURN.text)
    finals = [e for e in events if isinstance(e, Final) and e.words]
    assert finals[0].words[0].start / SAMPLE_RATE == pytest.approx(0.4, abs=0.15)
    assert finals[-1].words[-1].end / SAMPLE_RATE == pytest.approx(0.4 + TURN.end - TURN.start, abs=0.3)
    assert finals[-1].words[-1].text.endswith("?")
    assert all(a.end <= b.start for f in finals for a, b in zip(f.words, f.words[1:], strict=False))
    assert [e.upto for e in events if isinstance(e, Progress)][-1] >= len(turn_pcm()) // 2 - 512


async def test_sounds_that_are_no_speech_give_no_words() -> None:
    rng, seconds = np.random.default_rng(7), np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * 440 * seconds) * 6000
    noise = rng.normal(0, 2000, len(seconds))
    clicks = np.where(rng.random(len(seconds)) < 0.0004, 20000, 0)
    for sound in (np.zeros(len(seconds)), tone, noise, np.cumsum(noise) / 40, clicks):
        pcm = np.clip(sound, -32768, 32767).astype(np.int16).tobytes()
        assert words(await heard(pcm, settings())) == []


async def test_a_killed_decoder_loses_no_word_and_doubles_none() -> None:
    chosen = settings(threads=2)  # a process of its own: the others are everybody's
    address = DecoderSettings(threads=2)
    everything = Settings()
    everything = replace_transcribe(everything, chosen)
    events: list[TranscriberEvent] = []
    pcm = turn_pcm()
    half = len(pcm) // 4 * 2
    tape = tape_of(pcm[:half])
    async with running(everything) as local, asyncio.TaskGroup() as tasks:
        transcriber = whisper.build(local.get(), local.decoder(), chosen)
        tasks.create_task(transcriber.run(Channel.TAB, tape.cursor(), events.append))
        await until(lambda: any(isinstance(e, SpeechStarted | Interim) for e in events))
        await until(lambda: address.pid is not None)
        os.kill(address.pid or 0, signal.SIGKILL)
        tape.write(PcmBlock(tape.end, pcm[half:]))
        tape.close()
    assert words(events) == sample.plain_words(TURN.text)
    told = [e.health for e in events if isinstance(e, ProviderState)]
    assert told[-1] is Health.ENDED
    assert Health.DOWN not in told


def replace_transcribe(everything: Settings, chosen: WhisperSettings) -> Settings:
    import msgspec

    section = msgspec.structs.replace(everything.transcribe, whisper=chosen)
    return msgspec.structs.replace(everything, transcribe=section)


async def test_a_folder_that_is_no_model_takes_its_branch_down_in_words(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"not a model")
    if not whisper.installed():
        pytest.skip("the whisper extra is not installed")
    events = await heard(turn_pcm(), WhisperSettings(model_dir=str(tmp_path)))
    down = events[-1]
    assert isinstance(down, ProviderState)
    assert (down.provider, down.health) == ("whisper", Health.DOWN)
    assert "wingman doctor" in down.detail


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    local = LocalWorker(Settings())
    with pytest.raises(InputError, match="wingman"):
        whisper.build(local.get(), local.decoder(), WhisperSettings())


@pytest.mark.parametrize(
    ("wanted", "model_name", "language", "among"),
    [
        ("auto", "base", "", {"en", "de", "zh"}),
        ("multi", "base", "", {"fr"}),
        ("de-CH", "base", "de", set()),
        ("fr", "tiny.en", "en", set()),
        ("en-GB, fr", "base", "", {"en", "fr"}),
    ],
)
def test_languages(wanted: str, model_name: str, language: str, among: set[str]) -> None:
    spoken, may_be = whisper._language(wanted, WhisperSettings(model=model_name))
    assert spoken == language
    assert among <= set(may_be)
    assert "la" not in may_be, "what noise is taken for is spoken by nobody"


async def test_a_recording_comes_out_in_bulk_with_its_times() -> None:
    chosen = settings()
    everything = replace_transcribe(Settings(), chosen)
    events: list[TranscriberEvent] = []
    other = next(t for t in sample.truth() if t.text.startswith("Who is going"))
    tape = tape_of(turn_pcm(), bytes(2 * SAMPLE_RATE), turn_pcm(turn=other))
    tape.close()
    async with running(everything) as local:
        transcriber = whisper.build_bulk(local.bulk_decoder(), chosen)
        await transcriber.run(Channel.TAB, tape.cursor(), events.append)
    assert sample.word_errors(sample.plain_words(f"{TURN.text} {other.text}"), words(events)) <= 1
    finals = [e for e in events if isinstance(e, Final)]
    again = (len(turn_pcm()) // 2 + SAMPLE_RATE) / SAMPLE_RATE + 0.4
    assert finals[0].span.start / SAMPLE_RATE == pytest.approx(0.4, abs=0.35)
    assert finals[-1].span.start / SAMPLE_RATE == pytest.approx(again, abs=0.35)
    assert [e.upto for e in events if isinstance(e, Progress)][-1] == tape.end
    assert [e.health for e in events if isinstance(e, ProviderState)][-1] is Health.ENDED
