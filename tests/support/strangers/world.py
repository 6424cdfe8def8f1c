"""One meeting in a world where things go wrong, and a judge who knows what was said in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.strangers.deepgram import Fault, Stranger, stranger
from tests.support.strangers.disk import DISKS, as_killed, writers_kept_out
from tests.support.strangers.spoken import RATE, Speaker, Spoken
from wingman.app import Service, open_service
from wingman.archive.bundle import Bundle
from wingman.archive.provider_events import decode as decode_heard
from wingman.archive.sample_coverage import unaccounted
from wingman.audio.source import ChannelSink
from wingman.config.settings import Settings, build
from wingman.core.errors import Branch
from wingman.core.events import Envelope, MeetingEnded, TranscriptGap, UtteranceCreated
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import Channel, samples
from wingman.events.provider_log import ProviderLog
from wingman.events.sqlite.rescue import NotStored
from wingman.meeting.api import MeetingSpec
from wingman.testing.virtual_time import TimelapseLoop

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
    meetings: int = 1
    """Judged together: each stop and each kill begins another."""

    @property
    def holds(self) -> bool:
        """Nothing untold, doubled or moved; nothing lost for no reason; nothing found at the end only."""
        exact = self.error_ms <= EXACT_MS or not self.times_are_true
        needless = self.told and not self.may_lose
        return exact and not (self.untold or self.doubled or self.unaccounted_s or needless)


class Home:
    """A service in a task of its own, so that it can be stopped, and killed."""

    def __init__(self, settings: Settings, *, keep: bool) -> None:
        self._settings = settings
        self._keep = keep
        self._leave = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> Service:
        """Start it. Raises what it raises."""
        ready: asyncio.Future[Service] = asyncio.get_running_loop().create_future()
        self._task = task = asyncio.create_task(self._live(ready))
        both: tuple[asyncio.Future[Any], ...] = (ready, task)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        return ready.result()

    async def stop(self) -> None:
        """SIGTERM: meetings end, and the log is closed. Raises `NotStored`."""
        assert self._task is not None
        self._leave.set()
        await asyncio.wait([self._task])
        self._task.result()

    async def kill(self) -> None:
        """Nobody waits for anything any more."""
        assert self._task is not None
        self._task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        self._task.cancel()  # it had begun to end its meetings
        await asyncio.wait([self._task])

    async def _live(self, ready: asyncio.Future[Service]) -> None:
        async with open_service(self._settings, keep=self._keep) as service:
            ready.set_result(service)
            await self._leave.wait()


@dataclass(slots=True)
class World:
    """Use `world()` to make one."""

    provider: Stranger
    speaker: Speaker
    url: str = ""
    """Of what is in the provider's place."""
    folder: Path | None = None
    """Where services keep their data, each start after a kill in a folder of its own; None: nothing is kept."""
    service: Any = None
    meeting: Any = None
    home: Any = None
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
    verdicts: list[Verdict] = field(default_factory=list)
    """On the meetings before this one: a service that is stopped or killed ends its meeting."""
    kills: int = 0
    disk: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    disk_kind: str = ""
    """What ails the disk."""
    unsafe_since: int | None = None
    """Since this sample the disk takes nothing; what is said then is told not to be durable."""

    # --- the provider and the people ----------------------------------------------------------

    def suffer(self, fault: Fault) -> None:
        """Let `fault` happen from now on."""
        arrange(self.provider, fault)
        self.times_are_true = self.times_are_true and fault.kind not in ("word_end", "word_start", "no_end")
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

    # --- the process and its disk -------------------------------------------------------------

    async def begin(self) -> None:
        """Start a service and a meeting in it."""
        settings = settings_for(self.url or self.provider.url, self.folder)
        self.home = Home(settings, keep=self.folder is not None)
        self.service = await self.home.open()
        self.meeting = await self.service.manager.create(MeetingSpec())
        loop = asyncio.get_running_loop()
        if isinstance(loop, TimelapseLoop) and self.folder is not None:
            log = self.service.log
            loop.stand_still_while(lambda: self.unsafe_since is None and log.behind)

    def freeze(self, seconds: float) -> None:
        """The whole machine sleeps for so long, the provider too."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TimelapseLoop)
        loop.freeze(seconds)
        self.absences += 1
        self.may_lose = self.may_lose or self.absences > 1

    def disk_fails(self, kind: str) -> None:
        """From now on the disk takes nothing: `locked`, `full` or `hung`."""
        if self.unsafe_since is None and self.folder is not None:
            self.unsafe_since, self.disk_kind = self.position, kind
            self.disk.enter_context(DISKS[kind](self.folder))

    def disk_recovers(self) -> None:
        self.disk.close()
        self.unsafe_since, self.disk_kind = None, ""

    async def kill(self) -> None:
        """kill -9, and a start on what the kernel kept."""
        loop = asyncio.get_running_loop()
        if self.unsafe_since is None:
            if isinstance(loop, TimelapseLoop):
                loop.stand_still_while(lambda: True)
            await asyncio.sleep(0.01)  # what had piled up while the machine slept comes in
            await self.service.log.flush()
        else:  # clients were told that this is held in memory only
            self.silent.append((self.unsafe_since - 2 * RATE, NEVER))
        assert self.folder is not None
        left = self.folder.with_name(f"killed-{self.kills}")
        self.kills += 1
        stored = self.unsafe_since is None
        with writers_kept_out(self.folder, quiet=self.disk_kind in ("locked", "hung")):
            if self.disk_kind == "full":
                self.disk_recovers()  # the copy has to fit
            as_killed(self.folder, left)
        meeting, said = self.meeting.id, self._said()
        self.disk_recovers()
        await self.home.kill()
        self.folder = left
        self.may_lose = True
        await self._begin_anew(meeting, said, ("interrupted",), stored=stored)

    async def restart(self) -> None:
        """SIGTERM, and a start in the same folder; a full disk stays full until then."""
        meeting, elsewhere = self.meeting.id, None
        try:
            await self.home.stop()
        except NotStored as told:
            elsewhere = Path(str(told).split("they are in ")[1].split(", one event a line")[0])
        said = self._said()
        self.disk_recovers()
        await self._begin_anew(meeting, said, ("shutdown",))
        assert elsewhere is None or not elsewhere.exists()  # it was read back

    async def _begin_anew(
        self,
        meeting: str,
        said: Sequence[Spoken],
        reasons: Sequence[str],
        *,
        stored: bool = True,
    ) -> None:
        """Start again and judge the meeting before; one that was never `stored` is not there, as was told."""
        self.mouth = None
        await self.begin()
        await self.service.log.flush()
        events = await self.service.log.read(meeting, 0, 100_000)
        if events or stored:
            await self._conclude(meeting, said, events, reasons)
        self.speaker.said.clear()
        self.silent.clear()
        self.paused_at = None
        await self.arrive()

    def _said(self) -> list[Spoken]:
        """What was said in this meeting for somebody to hear."""
        self.speaker.interrupt()
        if self.paused_at is not None:
            self.silent.append((self.paused_at, NEVER))
        return [word for word in self.speaker.said if not self._in_pause(word)]

    async def end(self) -> Verdict:
        """End the meeting and judge all there were."""
        self.disk_recovers()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self.meeting.end()
        took = loop.time() - began
        await self.service.log.flush()
        said = self._said()
        meeting = self.meeting.id
        await self._conclude(meeting, said, await self.service.log.read(meeting, 0, 100_000))
        return replace(together(self.verdicts), end_s=took)

    async def close(self) -> None:
        """Stop the service."""
        self.disk.close()
        await self.home.stop()

    async def _conclude(
        self,
        meeting: str,
        said: Sequence[Spoken],
        events: Sequence[Envelope],
        expected: Sequence[str] = ("stopped",),
    ) -> None:
        verdict = judge(said, events, self.provider.torn)
        if isinstance(self.service.log, ProviderLog):
            lines = b"".join(await self.service.log.heard(meeting))
            rest = unaccounted(Bundle(meeting, tuple(events), heard=decode_heard(lines)))
            lost = sum(span.length for spans in rest.values() for span in spans) / RATE
            verdict = replace(verdict, unaccounted_s=verdict.unaccounted_s + lost)
        reason = "stopped" if verdict.reason in expected else verdict.reason
        self.verdicts.append(
            replace(verdict, reason=reason, times_are_true=self.times_are_true, may_lose=self.may_lose)
        )

    def _in_pause(self, word: Spoken) -> bool:
        return any(word.start < end and start < word.end for start, end in self.silent)


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict on several meetings."""
    return Verdict(
        words=sum(v.words for v in verdicts),
        untold=tuple(text for v in verdicts for text in v.untold),
        doubled=tuple(text for v in verdicts for text in v.doubled),
        told=sum(v.told for v in verdicts),
        error_ms=max(v.error_ms for v in verdicts),
        reason=next((v.reason for v in verdicts if v.reason != "stopped"), "stopped"),
        unaccounted_s=sum(v.unaccounted_s for v in verdicts),
        times_are_true=all(v.times_are_true for v in verdicts),
        may_lose=any(v.may_lose for v in verdicts),
        meetings=len(verdicts),
    )


def judge(said: Sequence[Spoken], events: Sequence[Envelope], torn: Set[int] = frozenset()) -> Verdict:
    """Compare what was said with what the log of the meeting tells.

    `torn` words were cut by a window's end that was asked for: their times are those of a part, and both
    parts may be told.
    """
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
        doubled=tuple(
            text
            for text, count in heard.items()
            if count > 1 and text in by_text and by_text[text].number not in torn
        ),
        told=sum(in_gap(word) for word in lost),
        error_ms=error,
        reason=ended.reason,
        unaccounted_s=sum(
            e.media.end - e.media.start
            for e in events
            if isinstance(e.data, TranscriptGap) and e.data.cause is GapCause.UNACCOUNTED and e.media
        ),
    )


def settings_for(url: str, folder: Path | None = None) -> Settings:
    """The settings of production, with the stranger in Deepgram's place."""
    deepgram = {"api_key": "local-key", "url": url, "diarize": "off"}
    return build(
        {
            "transcribe": {"provider": "deepgram", "deepgram": deepgram},
            "emotion": {"provider": "off"},
            "server": {"plain_links": True},
            "suggest": {"provider": "cues", "meaning": "off"},
            "deliver": {"data_dir": str(folder) if folder else ""},
        }
    )


@asynccontextmanager
async def world(
    seed: int = 0, *faults: Fault, url: str = "", folder: Path | None = None
) -> AsyncIterator[World]:
    """A service, a provider (or what is at `url` instead) and a meeting that has begun.

    With a `folder` (which is made) the service keeps its events there, and can be killed and started again.
    """
    async with stranger() as provider:
        for fault in faults:
            arrange(provider, fault)
        made = World(provider, Speaker(seed), url, folder)
        await made.begin()
        try:
            yield made
        finally:
            await made.close()


UNREADABLE = frozenset(
    [
        *("only_interims", "longer", "drop", "garbage", "start", "mute", "not_a_number", "endless", "textless"),
        *("no_width", "odd_text", "negative", "too_short", "no_end"),
    ]
)
"""Twice in a row, and what is asked again is lost again."""
HANDSHAKES = ("refuse", "hang")
TROUBLES = ("close", "silent", "late", "deaf", "unasked", "backwards", "hasty")


def costs_words(fault: Fault) -> bool:
    """Whether a fault may cost words although everything is done right."""
    if fault.kind == "refuse":
        return fault.status in (400, 401, 402, 403, 404) or fault.count > 4 or fault.retry_after > 30
    if fault.kind in ("swap", "twice", "close", "late", "silent", "deaf", "hang"):
        return fault.seconds > 30 or fault.count > 12
    return fault.kind in UNREADABLE and fault.count > 1


def arrange(provider: Stranger, fault: Fault) -> None:
    """Let `fault` happen from now on."""
    if fault.kind in HANDSHAKES:
        provider.handshakes.extend([fault] * fault.count)
    elif fault.kind in TROUBLES:
        provider.troubles.append(fault)
    else:
        provider.lies.append(fault)
