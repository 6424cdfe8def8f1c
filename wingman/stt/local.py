"""One channel of a local transcriber: the detector in the meeting's worker, the decode in the machine's
process.

Neither waits for the other: the detector hears the next sentence while the last one is decoded.
`Utterances` says what to ask and what to tell; this carries it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from wingman.audio.tape import Cursor
from wingman.core.errors import Branch, Health, Missed, ProviderFault, ProviderState
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import Channel, SampleTime
from wingman.local.client import EmbeddedBranch
from wingman.local.decoder.link import DecodeLink, DecodeStream
from wingman.local.decoder.wire import Decode, Decoded, Engine, Pressure
from wingman.local.languages import LanguageChoice
from wingman.local.process import EmbeddedWorker, Order
from wingman.local.speaker_book import SpeakerBook
from wingman.local.utterances import Ask, Outcome, Traits, Utterances, Withdraw
from wingman.local.wire import Command, Done, Message, ProsodyMeasured, Reached, Ready, SpeechFound
from wingman.stt.base import Emit, TranscriberInfo


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Which recogniser, and how it wants to be asked."""

    info: TranscriberInfo
    engine: Engine
    traits: Traits
    language: str = "en"
    """ISO 639-1; empty: found out per channel."""
    among: tuple[str, ...] = ()
    """The languages it may be where that is found out."""
    keyterms: tuple[str, ...] = ()
    people: Callable[[], SpeakerBook] = SpeakerBook
    """Who a channel's voices are; used where the engine tells voices apart."""

    def on(self, channel: Channel) -> Engine:
        """The recogniser for a channel: the microphone is one person's."""
        if channel is Channel.TAB:
            return self.engine
        return msgspec.structs.replace(self.engine, segmentation="", embedding="")


class LocalTranscriber:
    """One channel's recogniser. `worker` and `link` belong to the meeting."""

    def __init__(self, worker: EmbeddedWorker, link: DecodeLink, engine: LocalEngine) -> None:
        self._link = link
        self._engine = engine
        self._branch = EmbeddedBranch(worker, Order(Command.OPEN_DETECTOR), Branch.TRANSCRIBE, engine.info.name)

    @property
    def info(self) -> TranscriberInfo:
        return self._engine.info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        def state(health: Health, detail: str = "") -> None:
            emit(ProviderState(Branch.TRANSCRIBE, self.info.name, health, channel, detail))

        stream = _Stream(self._engine, channel, audio.position, emit, state)
        async with self._link.stream(stream.decodes):
            try:
                async with asyncio.TaskGroup() as tasks:
                    hearing = tasks.create_task(self._branch.run(channel, audio, stream, emit))
                    watching = tasks.create_task(stream.decodes.never_served())
                    hearing.add_done_callback(lambda _: watching.cancel())
            except* ProviderFault as faults:
                state(Health.DOWN, str(faults.exceptions[0]))

    def flush(self) -> None:
        self._branch.flush()


class _Stream:
    """Carries between the detector, the decode process and the meeting. A `StreamOwner`."""

    def __init__(
        self,
        engine: LocalEngine,
        channel: Channel,
        start: SampleTime,
        emit: Emit,
        state: Callable[[Health, str], None],
    ) -> None:
        self._engine = engine
        self._channel = channel
        self._emit = emit
        self._state = state
        language = LanguageChoice(engine.language)
        self._utterances = Utterances(channel, engine.traits, start, language, engine.people())
        self._changed = asyncio.Event()
        self.decodes = DecodeStream(
            engine.on(channel),
            on_answer=self._answered,
            on_shed=self._utterances.shed,
            on_pressure=self._pressure,
            on_served=self._served,
        )
        self._restarting = False

    def restart(self) -> SampleTime:
        start, outcome = self._utterances.again()
        self._carry(outcome)
        return start

    async def audio(self, item: PcmBlock | Gap) -> None:
        while self._utterances.full:
            self._changed.clear()
            await self._changed.wait()
        if isinstance(item, PcmBlock):
            self._carry(self._utterances.audio(item))
        elif item.cause is GapCause.OVERRUN:  # a hole in the sound itself is told by who made it
            self._emit(Missed(Branch.TRANSCRIBE, self._channel, item.span, item.cause))

    def message(self, message: Message) -> None:
        match message:
            case SpeechFound(mark=mark):
                self._carry(self._utterances.mark(mark))
            case Reached(upto=upto):
                self._carry(self._utterances.reached(upto))
            case Ready() | ProsodyMeasured() | Done():
                pass

    async def settled(self) -> None:
        while not self._utterances.idle:
            self._changed.clear()
            await self._changed.wait()

    def _answered(self, answer: Decoded) -> None:
        self._carry(self._utterances.answered(answer))
        self._changed.set()

    def _served(self, there: bool) -> None:
        if not there:
            self._restarting = True
            self._state(Health.RETRYING, "the decode process stopped and is being restarted; nothing is lost")
            return
        if self._restarting:
            self._restarting = False
            self._state(Health.UP, "")
        self._carry(self._utterances.look())

    def _pressure(self, pressure: Pressure) -> None:
        if pressure.overloaded:
            channels = "one channel" if pressure.streams == 1 else f"{pressure.streams} channels"
            # why is not known here: too much at once, or a machine or a process that had stopped
            late = f"words come {pressure.oldest_s:.0f} s late: recognising {channels} is behind"
            self._state(Health.DEGRADED, late)
        else:
            self._state(Health.UP, "")

    def _carry(self, outcome: Outcome) -> None:
        for event in outcome.events:
            self._emit(event)
        for request in outcome.requests:
            match request:
                case Withdraw(number=number):
                    self.decodes.withdraw(number)
                case Ask():
                    self.decodes.ask(self._decode(request))

    def _decode(self, ask: Ask) -> Decode:
        return Decode(
            stream=0,
            number=ask.number,
            kind=ask.kind,
            offset=0,
            pcm=ask.pcm,
            at=ask.at,
            lead=ask.lead,
            language=ask.language,
            fallback=ask.fallback,
            among=self._engine.among,
            keyterms=self._engine.keyterms,
        )
