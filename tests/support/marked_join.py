"""A marked meeting's voice through the v0 analyser and the join alone: fast enough for a matrix of hundreds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.support.marked_meeting import FRAME, Marked, MarkedMeeting
from tests.support.v0_gateway import RATE, Gateway
from wingman.audio.tape import Tape
from wingman.config.correlate import CorrelateSettings
from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent
from wingman.core.errors import Health, ProviderState
from wingman.core.media import PcmBlock
from wingman.core.speech import Final, Word
from wingman.core.time import Channel, Span, samples
from wingman.core.utterance import ReadingStatus, Utterance
from wingman.correlate.correlator import Correlator, Output
from wingman.emotion.hume_v0.analyzer import HumeV0Analyzer


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it."""

    meeting: MarkedMeeting
    utterances: tuple[Utterance, ...]
    """In their last revision, in order."""
    states: tuple[ProviderState, ...]

    @property
    def wrong(self) -> int:
        """Readings that say something else than the mark. An unknown one is not wrong."""
        return sum(
            told.emotion.status is ReadingStatus.KNOWN and told.emotion.label != part.emotion.lower()
            for part, told in zip(self.meeting.spoken, self.utterances, strict=True)
        )

    @property
    def known(self) -> int:
        """Readings that are known."""
        return sum(one.emotion.status is ReadingStatus.KNOWN for one in self.utterances)

    @property
    def alive(self) -> bool:
        """The branch ended with the audio and not before."""
        return self.states[-1].health is Health.ENDED


async def join(meeting: MarkedMeeting, gateway: Gateway, **changes: Any) -> Joined:
    """Play the tab's sound at the loop's pace; words settle as they end."""
    settings = HumeV0Settings(url=gateway.url, api_key=Secret("spec-key"))
    analyzer = HumeV0Analyzer(msgspec.structs.replace(settings, **changes))
    correlator = Correlator(CorrelateSettings())
    told: list[Utterance] = []
    states: list[ProviderState] = []
    correlator.expect_emotion(Channel.TAB, analyzer.info)

    def take(outputs: list[Output]) -> None:
        told.extend(one for one in outputs if isinstance(one, Utterance))

    def hear(event: EmotionEvent) -> None:
        if isinstance(event, ProviderState):
            states.append(event)
        take(correlator.feed(event))

    tape = Tape(60.0)
    async with asyncio.TaskGroup() as group:
        group.create_task(analyzer.run(Channel.TAB, tape.cursor(0), hear))
        waiting = list(meeting.spoken)
        audio = meeting.audio[Channel.TAB]
        for at in range(0, len(audio), FRAME):
            tape.write(PcmBlock(at, audio[at : at + FRAME].tobytes()))
            await asyncio.sleep(FRAME / RATE)
            if waiting and at / RATE >= waiting[0].end + 0.2:
                take(correlator.feed(final_of(waiting.pop(0))))
            take(correlator.advance(Channel.TAB, at))
        tape.close()
    take(correlator.finish())
    latest = {one.id: one for one in told}
    return Joined(meeting, tuple(sorted(latest.values(), key=lambda one: one.start)), tuple(states))


def final_of(part: Marked) -> Final:
    """A marked stretch as a transcriber would settle it."""
    span = Span(samples(part.start), samples(part.end))
    words = part.text.split()
    step = span.length // len(words)
    timed = tuple(Word(w, span.start + n * step, span.start + (n + 1) * step) for n, w in enumerate(words))
    return Final(Channel.TAB, span, timed, endpoint=True)
