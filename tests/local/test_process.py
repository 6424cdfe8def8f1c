"""The worker process: real audio through real decoders, deaths survived, nothing left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from tests.support import sample
from tests.support.local import TURN, running, tape_of, transcriber, turn_pcm
from tests.support.until import until
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Health, Progress, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.emotion.prosody import ProsodyAnalyzer
from wingman.local.endpointer import Offset
from wingman.local.process import Order
from wingman.local.wire import HEADER, Command, Message, Reached, Ready, SpeechFound, decode, encode, pack


def test_messages_survive_the_wire() -> None:
    found = SpeechFound(3, Offset(10, 20, 5, capped=True))
    assert decode(encode(found)[4:]) == found
    assert decode(encode(Ready())[4:]) == Ready()
    assert HEADER.unpack(pack(Command.AUDIO, 7, 1 << 40, b"abc")[: HEADER.size]) == (3, 7, 1 << 40, 3)


async def test_words_come_out_with_their_times() -> None:
    events = list[TranscriberEvent]()
    pcm = turn_pcm()
    tape = tape_of(pcm[: len(pcm) // 4 * 2])
    async with running() as local, asyncio.TaskGroup() as tasks:
        tasks.create_task(transcriber(local).run(Channel.TAB, tape.cursor(), events.append))
        await until(lambda: any(isinstance(e, Interim) for e in events))
        tape.write(PcmBlock(tape.end, pcm[len(pcm) // 4 * 2 :]))
        tape.close()
    finals = [e for e in events if isinstance(e, Final)]
    heard = [w for f in finals for word in f.words for w in sample.plain_words(word.text)]
    assert sample.word_errors(sample.plain_words(TURN.text), heard) <= 2
    assert finals[0].words[0].start / SAMPLE_RATE == pytest.approx(0.4, abs=0.2)
    assert finals[-1].words[-1].end / SAMPLE_RATE == pytest.approx(0.4 + TURN.end - TURN.start, abs=0.2)
    assert any(isinstance(e, Interim) and e.words for e in events)
    assert isinstance(next(e for e in events if not isinstance(e, ProviderState)), SpeechStarted)
    assert any(isinstance(e, SpeechEnded) for e in events)
    assert [e.upto for e in events if isinstance(e, Progress)][-1] >= tape.end - 512
    assert [e.health for e in events if isinstance(e, ProviderState)] == [
        Health.CONNECTING,
        Health.UP,
        Health.ENDED,
    ]


async def test_a_killed_worker_loses_no_word() -> None:
    events = list[TranscriberEvent]()
    pcm = turn_pcm()
    half = len(pcm) // 4 * 2
    tape = tape_of(pcm[:half])
    async with running() as local, asyncio.TaskGroup() as tasks:
        run = tasks.create_task(transcriber(local).run(Channel.TAB, tape.cursor(), events.append))
        await until(lambda: any(isinstance(e, Interim) for e in events))
        assert local.get().pid is not None
        os.kill(local.get().pid or 0, signal.SIGKILL)
        tape.write(PcmBlock(tape.end, pcm[half:]))
        tape.close()
        await run
    heard = [w for e in events if isinstance(e, Final) for x in e.words for w in sample.plain_words(x.text)]
    assert sample.word_errors(sample.plain_words(TURN.text), heard) <= 2
    assert Health.RETRYING in [e.health for e in events if isinstance(e, ProviderState)]


async def test_a_worker_that_cannot_live_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    events = list[TranscriberEvent]()
    async with running() as local:
        await transcriber(local).run(Channel.TAB, tape_of().cursor(), events.append)
    down = events[-1]
    assert isinstance(down, ProviderState)
    assert down.health is Health.DOWN
    assert "keeps dying" in down.detail


async def test_a_worker_that_was_given_up_is_tried_again_when_somebody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = list[TranscriberEvent]()
    tape = tape_of(turn_pcm())
    tape.close()
    async with running() as local:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/bin/false")
            await transcriber(local).run(Channel.TAB, tape.cursor(), events.append)
        await transcriber(local).run(Channel.TAB, tape.cursor(), events.append)
    health = [e.health for e in events if isinstance(e, ProviderState)]
    assert Health.DOWN in health
    assert health[-1] is Health.ENDED
    assert any(isinstance(e, Final) for e in events)
    assert max(e.upto for e in events if isinstance(e, Progress)) == tape.end, "never beyond the sound"


async def test_a_pause_ends_the_utterance_and_moves_the_clock() -> None:
    events = list[TranscriberEvent]()
    pcm = turn_pcm(pause=0.0)
    tape = tape_of(pcm)
    tape.skip(60 * SAMPLE_RATE, GapCause.PAUSED)
    resumed = tape.end
    tape.write(PcmBlock(tape.end, pcm))
    tape.close()
    async with running() as local:
        await transcriber(local).run(Channel.TAB, tape.cursor(), events.append)
    finals = [e for e in events if isinstance(e, Final)]
    assert finals[0].span.end <= resumed
    assert finals[-1].span.start >= resumed


async def test_the_meter_reports_every_utterance() -> None:
    events = list[EmotionEvent]()
    tape = tape_of(*[turn_pcm()] * 6)
    tape.close()
    async with running() as local:
        await ProsodyAnalyzer(local.get()).run(Channel.TAB, tape.cursor(), events.append)
    spans = [e for e in events if isinstance(e, EmotionSpan)]
    assert len(spans) == 6
    assert [bool(s.scores) for s in spans] == [False] * 4 + [True] * 2
    assert spans[-1].scores[0].label == "neutral"


async def test_cancelling_leaves_no_process() -> None:
    seen: list[Message] = []
    async with running() as local, local.get().stream(Order(Command.OPEN_DETECTOR), seen.append) as stream:
        await stream.send(PcmBlock(0, turn_pcm()))
        await until(lambda: any(isinstance(m, SpeechFound | Reached) for m in seen))
    assert local.get().pid is None
