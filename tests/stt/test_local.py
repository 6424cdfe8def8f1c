"""What one channel of a local transcriber tells of its decode process."""

from __future__ import annotations

import asyncio

import pytest

from tests.support import whisper as model
from tests.support.local import running, tape_of, transcriber, turn_pcm
from tests.support.until import until
from wingman.audio.tape import Tape
from wingman.config.stt import WhisperSettings
from wingman.core.errors import Health, Missed, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import Engine, Pressure
from wingman.local.utterances import Traits
from wingman.stt import whisper
from wingman.stt.base import TranscriberInfo
from wingman.stt.local import LocalEngine, LocalTranscriber, _Stream


def states(events: list[TranscriberEvent]) -> list[tuple[Health, str]]:
    return [(e.health, e.detail) for e in events if isinstance(e, ProviderState)]


def test_words_that_come_late_are_told_without_a_cause_and_taken_back() -> None:
    told: list[tuple[Health, str]] = []
    engine = LocalEngine(TranscriberInfo("whisper", remote=False), Engine("whisper"), Traits())

    async def play() -> None:
        stream = _Stream(engine, Channel.TAB, 0, lambda _: None, lambda h, d: told.append((h, d)))
        stream.decodes.on_pressure(Pressure(True, 6.4, 7))
        stream.decodes.on_pressure(Pressure(False, 0.3, 7))
        stream.decodes.on_pressure(Pressure(True, 90.0, 1))

    asyncio.run(play())
    assert told == [
        (Health.DEGRADED, "words come 6 s late: recognising 7 channels is behind"),
        (Health.UP, ""),
        (Health.DEGRADED, "words come 90 s late: recognising one channel is behind"),
    ]


async def test_a_recogniser_nobody_knows_takes_its_branch_down_in_words() -> None:
    events: list[TranscriberEvent] = []
    tape = tape_of(turn_pcm())
    tape.close()
    async with running() as local:
        engine = LocalEngine(TranscriberInfo("vosk", remote=False), Engine("vosk"), Traits())
        unknown = LocalTranscriber(local.get(), local.decoder(), engine)
        await unknown.run(Channel.TAB, tape.cursor(), events.append)
    health, detail = states(events)[-1]
    assert health is Health.DOWN
    assert "vosk" in detail


async def test_what_the_tape_could_not_keep_is_told() -> None:
    events: list[TranscriberEvent] = []
    tape, pcm = Tape(2), turn_pcm()
    for first in range(0, len(pcm), 6400):  # more than it holds, before anybody reads
        tape.write(PcmBlock(tape.end, pcm[first : first + 6400]))
    tape.close()
    lost = tape.start
    async with running() as local:
        await transcriber(local).run(Channel.TAB, tape.cursor(0), events.append)
    missed = [e for e in events if isinstance(e, Missed)]
    assert [(m.span, m.cause) for m in missed] == [(Span(0, lost), GapCause.OVERRUN)]
    assert any(isinstance(e, Final) and e.words and e.span.start >= lost for e in events)


@pytest.mark.slow
async def test_half_an_hour_leaves_memory_as_it_was() -> None:
    """Thirty minutes of talk, as fast as they decode: the decode process does not grow."""
    chosen = WhisperSettings(model_dir=str(model.folder()), language="en")
    tape, turn = Tape(60), turn_pcm(pause=1.0)
    seen: list[int] = []
    finals = 0

    def emit(event: TranscriberEvent) -> None:
        nonlocal finals
        if isinstance(event, Final) and event.words:
            finals += 1
            pid = DecoderSettings().pid
            with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
                seen.append(int(statm.read().split()[1]) * 4)

    async with running() as local, asyncio.TaskGroup() as tasks:
        cursor = tape.cursor()
        hearing = whisper.build(local.get(), local.decoder(), chosen)
        tasks.create_task(hearing.run(Channel.TAB, cursor, emit))
        while tape.end < 30 * 60 * SAMPLE_RATE:
            await until(lambda: cursor.lag <= 20 * SAMPLE_RATE)
            tape.write(PcmBlock(tape.end, turn))
        tape.close()
    assert finals > 200
    early, late = max(seen[20:60]), max(seen[-40:])
    assert late < early + 20_000, f"{early} KB grew to {late} KB"
