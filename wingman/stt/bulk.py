"""Recordings with a local recogniser: long windows, as many at once as there are cores, as fast as they come.

It is a `Transcriber` like the live ones, so a recording goes through the same join and the same exports.
`Progress` says up to where its words are out: who goes on after a break starts there.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

from wingman.audio.tape import Cursor
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderFault, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import SpeechEnded
from wingman.core.threads import in_thread
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, Span
from wingman.local.decoder.link import DecodeLink, DecodeStream
from wingman.local.decoder.wire import Decode, Decoded, Kind
from wingman.local.languages import LanguageChoice
from wingman.local.whisper.bulk import Packer, Window, finals
from wingman.stt.base import Emit, TranscriberInfo
from wingman.stt.local import LocalEngine

BITE = 10 * SAMPLE_RATE
"""Samples that are looked through for speech at once."""
AHEAD = 2
"""Windows per stream that may wait for their words; the recording waits meanwhile."""


class BulkTranscriber:
    """One channel of a recording. `link` leads to a decode process that makes way for live meetings."""

    def __init__(self, link: DecodeLink, engine: LocalEngine, streams: int) -> None:
        self._link = link
        self._engine = engine
        self._streams = streams

    @property
    def info(self) -> TranscriberInfo:
        return self._engine.info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        def state(health: Health, detail: str = "") -> None:
            emit(ProviderState(Branch.TRANSCRIBE, self.info.name, health, channel, detail))

        state(Health.CONNECTING)
        run = _Run(self._engine, channel, audio.position, emit)
        streams = [run.stream() for _ in range(self._streams)]
        async with contextlib.AsyncExitStack() as stack:
            for stream in streams:
                await stack.enter_async_context(self._link.stream(stream))
            state(Health.UP)
            try:
                async with asyncio.TaskGroup() as tasks:
                    reading = tasks.create_task(run.read(audio, streams))
                    watching = [tasks.create_task(stream.never_served()) for stream in streams]
                    reading.add_done_callback(lambda _: [task.cancel() for task in watching])
            except* ProviderFault as faults:
                state(Health.DOWN, str(faults.exceptions[0]))
            else:
                state(Health.ENDED)

    def flush(self) -> None:
        """Nobody waits for a recording's next sentence."""


class _Run:
    """Windows out, words back in order."""

    def __init__(self, engine: LocalEngine, channel: Channel, start: SampleTime, emit: Emit) -> None:
        self._engine = engine
        self._channel = channel
        self._emit = emit
        self._packer = Packer(start)
        self._language = LanguageChoice(engine.language)
        self._people = engine.people()
        self._waiting: dict[int, Window] = {}
        self._answers: dict[int, Decoded] = {}
        self._count = 0
        self._told = start
        self._changed = asyncio.Event()

    def stream(self) -> DecodeStream:
        return DecodeStream(
            self._engine.on(self._channel),
            on_answer=self._answered,
            on_shed=lambda: None,
            on_pressure=lambda _: None,
            on_served=lambda _: None,
        )

    async def read(self, audio: Cursor, streams: list[DecodeStream]) -> None:
        """The whole recording, until its last word is out."""
        while (item := await audio.read(BITE)) is not None:
            if isinstance(item, PcmBlock):
                for window in await in_thread(partial(self._packer.block, item)):
                    await self._ask(window, streams)
            elif item.cause is GapCause.OVERRUN:
                self._emit(Missed(Branch.TRANSCRIBE, self._channel, item.span, item.cause))
            self._tell()
        for window in await in_thread(self._packer.finish):
            await self._ask(window, streams)
        await self._fewer_than(1)
        self._emit(Progress(Branch.TRANSCRIBE, self._channel, audio.position))

    async def _ask(self, window: Window, streams: list[DecodeStream]) -> None:
        await self._fewer_than(AHEAD * len(streams))
        number, self._count = self._count, self._count + 1
        self._waiting[number] = window
        pcm = b"".join(one.pcm for one in window)
        job = Decode(
            0,
            number,
            Kind.FINAL,
            0,
            pcm,
            language=self._language.current,
            fallback=self._language.fallback,
            among=self._engine.among,
            keyterms=self._engine.keyterms,
        )
        streams[number % len(streams)].ask(job)

    async def _fewer_than(self, count: int) -> None:
        while len(self._waiting) >= count:
            self._changed.clear()
            await self._changed.wait()

    def _answered(self, answer: Decoded) -> None:
        self._answers[answer.number] = answer
        while self._waiting and (number := next(iter(self._waiting))) in self._answers:
            window, heard = self._waiting.pop(number), self._answers.pop(number)
            self._language.heard(heard.languages, heard.upto)
            for one in window if heard.lost else ():
                span = Span(one.begin, one.end)
                self._emit(Missed(Branch.TRANSCRIBE, self._channel, span, GapCause.UNCLEAR))
            for final in finals(self._channel, window, heard, self._people):
                self._emit(final)
                self._emit(SpeechEnded(self._channel, final.words[-1].end))
        self._tell()
        self._changed.set()

    def _tell(self) -> None:
        """Up to where every word is out."""
        first = next(iter(self._waiting.values()), None)
        upto = self._packer.done if first is None else first[0].begin
        if upto > self._told:
            self._told = upto
            self._emit(Progress(Branch.TRANSCRIBE, self._channel, upto))
