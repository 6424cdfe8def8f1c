"""One meeting in a world where things go wrong, and a judge who knows what was said in it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.strangers.deepgram import Fault, Stranger, stranger
from tests.support.strangers.spoken import RATE, Speaker, Spoken
from wingman.app import Service, open_service
from wingman.audio.source import ChannelSink
from wingman.config.settings import Settings, build
from wingman.core.errors import Branch
from wingman.core.events import Envelope, MeetingEnded, TranscriptGap, UtteranceCreated
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import Channel, samples
from wingman.meeting.api import MeetingSpec

STEP_S = 0.1
NEVER = 1 << 60
EXACT_MS = 1.0
"""Rounding of the service's seconds."""


class Mouth:
    """An audio source that speaks in real (or jumping) time; `stalled` holds what it says back for a while."""

    def __init__(self, speaker: Speaker, channel: Channel = Channel.TAB) -> None:
        self._speaker = speaker
        self._channel = channel
        self.stalled_s = 0.0
        self.ending = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    @property
    def recorded(self) -> bool:
        return False

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        sink, loop = sinks[self._channel], asyncio.get_running_loop()
        sink.state("capturing")
        due = loop.time()
        while not self.ending:
            due += STEP_S
            await asyncio.sleep(max(0.0, due - loop.time()) + self.stalled_s)
            self.stalled_s = 0.0
            count = round(STEP_S * RATE)
            sink.write(PcmBlock(sink.position, self._speaker.pcm(sink.position, count)))
        sink.state("ended")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the words of one meeting."""

    words: int
    untold: tuple[str, ...]
    """Neither in the transcript nor in a gap."""
    doubled: tuple[str, ...]
    told: int
    """Not in the transcript, but in a gap."""
    error_ms: float
    """The worst time of an utterance's beginning or end."""
    reason: str
    """Of the meeting's end."""
    unaccounted_s: float
    """Seconds that the meeting itself found at its end, and nobody had told before."""
    end_s: float = 0.0
    """How long the end took."""
    times_are_true: bool = True
    may_lose: bool = False

    @property
    def holds(self) -> bool:
        """Nothing untold, doubled or moved; nothing lost for no reason; nothing found at the end only."""
        exact = self.error_ms <= EXACT_MS or not self.times_are_true
        needless = self.told and not self.may_lose
        return exact and not (self.untold or self.doubled or self.unaccounted_s or needless)


@dataclass(slots=True)
class World:
    """Use `world()` to make one."""

    service: Service
    provider: Stranger
    meeting: Any
    speaker: Speaker
    mouth: Mouth | None = None
    silent: list[tuple[int, int]] = field(default_factory=list)
    """Pauses, in samples of the channel: what was said there was for nobody."""
    paused_at: int | None = None
    times_are_true: bool = True
    """False once the provider was told to lie about when a word was said."""
    lies: int = 0
    """Faults in what the provider says, as against when and whether it does."""
    absences: int = 0
    """Faults that keep the provider away for a while."""
    may_lose: bool = False
    """True once something happened that may cost words: they have to be told then."""

    def suffer(self, fault: Fault) -> None:
        """Let `fault` happen from now on."""
        arrange(self.provider, fault)
        self.times_are_true = self.times_are_true and fault.kind not in ("word_end", "word_start")
        self.lies += fault.kind not in (*HANDSHAKES, *TROUBLES)
        self.absences += fault.kind in (*HANDSHAKES, "silent", "deaf", "late")
        # a second lie may hit what is said again; a second absence, the end
        self.may_lose = self.may_lose or costs_words(fault) or self.lies > 1 or self.absences > 1

    async def arrive(self) -> None:
        if self.mouth is None:
            self.mouth = Mouth(self.speaker)
            await self.meeting.attach(self.mouth)

    async def leave(self) -> None:
        if self.mouth is not None:
            await self.meeting.detach(self.mouth)
            self.mouth = None
            self.speaker.interrupt()

    def pause(self) -> None:
        if self.paused_at is None:
            self.paused_at = self.position
            self.meeting.pause()

    def resume(self) -> None:
        if self.paused_at is not None:
            self.silent.append((self.paused_at, self.position))
            self.paused_at = None
            self.meeting.resume()

    @property
    def position(self) -> int:
        return samples(self.meeting.now(Channel.TAB))

    async def end(self) -> Verdict:
        """End the meeting and judge."""
        if self.paused_at is not None:
            self.silent.append((self.paused_at, NEVER))
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self.meeting.end()
        took = loop.time() - began
        await self.service.log.flush()
        events = await self.service.log.read(self.meeting.id, 0, 100_000)
        said = [word for word in self.speaker.said if not self._in_pause(word)]
        verdict = judge(said, events, self.provider.torn)
        return replace(verdict, end_s=took, times_are_true=self.times_are_true, may_lose=self.may_lose)

    def _in_pause(self, word: Spoken) -> bool:
        return any(word.start < end and start < word.end for start, end in self.silent)


def judge(said: Sequence[Spoken], events: Sequence[Envelope], torn: Set[int] = frozenset()) -> Verdict:
    """Compare what was said with what the log of the meeting tells; the times of `torn` words say nothing."""
    lines = [(e.media, e.data.text.split()) for e in events if type(e.data) is UtteranceCreated and e.media]
    heard = Counter(text for _, texts in lines for text in texts)
    gaps = [
        (e.media.start * RATE, e.media.end * RATE)
        for e in events
        if isinstance(e.data, TranscriptGap) and e.data.branch is Branch.TRANSCRIBE and e.media
    ]

    def in_gap(word: Spoken) -> bool:
        return any(word.start < end and start < word.end for start, end in gaps)

    by_text = {word.text: word for word in said}
    error = 0.0
    for media, texts in lines:
        for text, at, edge in ((texts[0], media.start, "start"), (texts[-1], media.end, "end")):
            word = by_text.get(text)
            if word is not None and word.number not in torn and not in_gap(word):
                error = max(error, abs(at - getattr(word, edge) / RATE) * 1000)
    lost = [word for word in said if not heard[word.text]]
    (ended,) = [e.data for e in events if isinstance(e.data, MeetingEnded)]
    return Verdict(
        words=len(said),
        untold=tuple(word.text for word in lost if not in_gap(word)),
        doubled=tuple(text for text, count in heard.items() if count > 1 and text in by_text),
        told=sum(in_gap(word) for word in lost),
        error_ms=error,
        reason=ended.reason,
        unaccounted_s=sum(
            e.media.end - e.media.start
            for e in events
            if isinstance(e.data, TranscriptGap) and e.data.cause is GapCause.UNACCOUNTED and e.media
        ),
    )


def settings_for(url: str) -> Settings:
    """The settings of production, with the stranger in Deepgram's place."""
    deepgram = {"api_key": "local-key", "url": url, "diarize": "off"}
    return build(
        {
            "transcribe": {"provider": "deepgram", "deepgram": deepgram},
            "emotion": {"provider": "off"},
            "suggest": {"provider": "cues"},
        }
    )


@asynccontextmanager
async def world(seed: int = 0, *faults: Fault, url: str = "") -> AsyncIterator[World]:
    """A service, a provider (or what is at `url` instead) and a meeting that has begun."""
    async with stranger() as provider:
        for fault in faults:
            arrange(provider, fault)
        async with open_service(settings_for(url or provider.url), keep=False) as service:
            meeting = await service.manager.create(MeetingSpec())
            yield World(service, provider, meeting, Speaker(seed))


HANDSHAKES = ("refuse", "hang")
TROUBLES = ("close", "silent", "late", "deaf")


def costs_words(fault: Fault) -> bool:
    """Whether a fault may cost words although everything is done right."""
    if fault.kind == "refuse":
        return fault.status in (400, 401, 402, 403, 404) or fault.count > 4 or fault.retry_after > 30
    if fault.kind in ("swap", "twice", "close", "late", "silent", "deaf", "hang"):
        return fault.seconds > 30 or fault.count > 12
    return fault.kind in ("only_interims", "longer", "drop", "garbage", "start") and fault.count > 1


def arrange(provider: Stranger, fault: Fault) -> None:
    """Let `fault` happen from now on."""
    if fault.kind in HANDSHAKES:
        provider.handshakes.extend([fault] * fault.count)
    elif fault.kind in TROUBLES:
        provider.troubles.append(fault)
    else:
        provider.lies.append(fault)
