"""A recording is decoded in windows, several at once, and its words come out in order and on its clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.local import tape_of, turn_pcm
from wingman.audio.tape import Tape
from wingman.core.errors import FaultKind, Health, Missed, Progress, ProviderFault, ProviderState
from wingman.core.media import GapCause
from wingman.core.speech import Final, SpeechEnded
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.local.decoder.link import DecodeLink, DecodeStream
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import NOT_UNDERSTOOD, Decode, Decoded, Engine, Kind, Opened, Request
from wingman.local.utterances import Traits
from wingman.local.whisper import bulk as windows
from wingman.stt import bulk
from wingman.stt.base import TranscriberInfo
from wingman.stt.bulk import BulkTranscriber
from wingman.stt.local import LocalEngine

Row = tuple[str, int, int, float]
ENGINE = LocalEngine(TranscriberInfo("whisper", remote=False), Engine("whisper"), Traits())
TURN = turn_pcm()[: 2 * 22_400] + bytes(2 * 12_800)
"""One second of voice, and silence that ends it."""


class Decoder(DecodeLink):
    """A decode process that says the number of each window, when `ready` says that it may."""

    def __init__(self, ready: Callable[[list[Decode]], list[Decode]]) -> None:
        super().__init__(DecoderSettings())
        self.ready = ready
        self.open: list[Decode] = []
        self.answered: list[int] = []
        self.most = 0
        self.streams: list[DecodeStream] = []
        self.words: Callable[[Decode], tuple[Row, ...]] = lambda job: ((f"w{job.number}", 4_000, 6_000, 0.9),)

    @asynccontextmanager
    async def stream(self, stream: DecodeStream) -> AsyncIterator[None]:
        stream.number, stream._link = len(self.streams), self
        self.streams.append(stream)
        stream._take(Opened(stream.number))
        yield

    def write(self, message: Request) -> None:
        assert isinstance(message, Decode)
        self.open.append(message)
        self.most = max(self.most, len(self.open))
        asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        for job in self.ready(self.open):
            self.open.remove(job)
            self.answered.append(job.number)
            words = self.words(job)
            why = "" if words else NOT_UNDERSTOOD
            self.streams[job.stream]._take(
                Decoded(job.stream, job.number, Kind.FINAL, len(job.pcm) // 2, words, dropped=why)
            )


async def heard(decoder: Decoder, tape: Tape, streams: int = 2) -> list[Any]:
    events: list[Any] = []
    tape.close()
    await BulkTranscriber(decoder, ENGINE, streams).run(Channel.TAB, tape.cursor(0), events.append)
    return events


def states(events: list[Any]) -> list[Health]:
    return [event.health for event in events if isinstance(event, ProviderState)]


@pytest.fixture
def three_turns(monkeypatch: pytest.MonkeyPatch) -> Tape:
    """Turns that make a window each; two of them are found at once, the last one at the end."""
    monkeypatch.setattr(windows, "LONGEST_WINDOW", 1)
    monkeypatch.setattr(bulk, "BITE", 60 * SAMPLE_RATE)
    return tape_of(TURN * 3)


async def test_answers_in_any_order_come_out_in_the_order_of_the_recording(three_turns: Tape) -> None:
    decoder = Decoder(lambda waiting: waiting[::-1])
    events = await heard(decoder, three_turns)
    assert decoder.answered == [1, 0, 2]
    words = [word for event in events if isinstance(event, Final) for word in event.words]
    assert [word.text for word in words] == ["w0", "w1", "w2"]
    assert [word.start // (len(TURN) // 2) for word in words] == [0, 1, 2]
    assert [event.at for event in events if isinstance(event, SpeechEnded)] == [word.end for word in words]
    told = [event.upto for event in events if isinstance(event, Progress)]
    assert told == sorted(told)
    assert told[-1] == len(TURN) // 2 * 3
    assert states(events) == [Health.CONNECTING, Health.UP, Health.ENDED]


async def test_the_recording_waits_for_a_decoder_that_is_slow(
    three_turns: Tape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AHEAD", 1)
    decoder = Decoder(list)
    events = await heard(decoder, three_turns, streams=1)
    assert len([event for event in events if isinstance(event, Final)]) == 3
    assert decoder.most == 1
    assert not decoder.open


async def test_a_window_that_was_not_understood_is_told(three_turns: Tape) -> None:
    decoder = Decoder(list)
    decoder.words = lambda job: ()
    events = await heard(decoder, three_turns)
    missed = [event for event in events if isinstance(event, Missed)]
    assert [event.cause for event in missed] == [GapCause.UNCLEAR] * 3
    assert [event.span.start // (len(TURN) // 2) for event in missed] == [0, 1, 2]
    assert not [event for event in events if isinstance(event, Final)]


async def test_a_recording_without_a_voice_asks_nobody() -> None:
    decoder = Decoder(list)
    events = await heard(decoder, tape_of(bytes(2 * 3 * SAMPLE_RATE)))
    assert decoder.most == 0
    assert not [event for event in events if isinstance(event, Final)]
    assert [event.upto for event in events if isinstance(event, Progress)][-1] == 3 * SAMPLE_RATE
    assert states(events)[-1] is Health.ENDED


async def test_what_the_tape_could_not_keep_is_told_and_the_rest_is_heard() -> None:
    tape = Tape(1)
    tape.skip(SAMPLE_RATE, GapCause.OVERRUN)
    events = await heard(Decoder(list), tape)
    missed = [event for event in events if isinstance(event, Missed)]
    assert [(event.span, event.cause) for event in missed] == [(Span(0, SAMPLE_RATE), GapCause.OVERRUN)]
    assert states(events)[-1] is Health.ENDED


async def test_a_decoder_that_will_never_serve_takes_its_branch_down_in_words() -> None:
    def refuse(_: list[Decode]) -> list[Decode]:
        decoder.streams[0].fail(
            ProviderFault("the model is not here", kind=FaultKind.BAD_REQUEST, code="unable")
        )
        return []

    decoder = Decoder(refuse)
    events = await heard(decoder, tape_of(TURN))
    last = [event for event in events if isinstance(event, ProviderState)][-1]
    assert (last.health, last.detail) == (Health.DOWN, "the model is not here")
    assert not [event for event in events if isinstance(event, Final)]
