"""Hume's v0 contract as emotion source: voice (prosody and bursts) and settled text.

The vendor switched its own v0 service off in June 2026; gateways and recordings keep its wire shape. A
clip is a whole WAV file of at most five seconds; its reply names it, so its times are exact. There is no
limit on the pace, so nothing is lost in an outage the tape can bridge: the unanswered clip is sent again
and the backlog follows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial

import structlog

from wingman.audio.tape import Cursor
from wingman.config.emotion import HumeV0Settings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, VocalBurst
from wingman.core.errors import Branch, Missed, Progress, ProviderFault
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, Word
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, Span, samples, samples_of_ms
from wingman.emotion.base import Emit
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.clips import Clip, ClipCutter, Cut
from wingman.emotion.hume_v0.connection import PROVIDER, RotatingConnection, serve
from wingman.emotion.hume_v0.notices import SameErrors
from wingman.emotion.hume_v0.tokens import GatewayAccess
from wingman.link.supervisor import Identity, Outcome, Supervisor

log = structlog.get_logger(__name__)

BLOCK = samples_of_ms(100)
MAX_TRIES = 3
"""A clip on which the gateway fails this often is given up, so that one bad clip cannot stop a meeting."""
SPOILT = frozenset({"unreadable", "1003", "1007", "1008", "1009"})
"""Ends of a connection that the clip may have brought about: an unreadable answer, a message not taken."""
MAX_PENDING = 64
"""Settled texts that may wait for an answer."""


def info_of(settings: HumeV0Settings) -> EmotionInfo:
    """How v0 scores are to be read, for voice and text alike."""
    return EmotionInfo(
        PROVIDER,
        remote=True,
        scale=Scale.INTENSITY,
        floor=settings.floor,
        moderate=settings.moderate,
        strong=settings.strong,
        bands=wire.BANDS,
    )


class HumeV0Analyzer:
    """A `VoiceAnalyzer` on the prosody and burst models. `access` may be shared by all meters of a process."""

    def __init__(self, settings: HumeV0Settings, access: GatewayAccess | None = None) -> None:
        self._settings = settings
        self._access = access or GatewayAccess(settings)

    @property
    def info(self) -> EmotionInfo:
        return info_of(self._settings)

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """Measure `audio` until it is exhausted; see `VoiceAnalyzer.run`."""
        supervisor = Supervisor(Identity(Branch.EMOTION, PROVIDER, channel), emit, self._settings.retry)
        run = _VoiceRun(self._settings, self._access, channel, audio, emit)
        if not await supervisor.run(lambda: run.connection(supervisor)):
            run.give_up()


class _VoiceRun:
    """The state of one `HumeV0Analyzer.run`: clips wait here across connections."""

    def __init__(
        self, settings: HumeV0Settings, access: GatewayAccess, channel: Channel, audio: Cursor, emit: Emit
    ) -> None:
        self._settings = settings
        self._access = access
        self._channel = channel
        self._audio = audio
        self._origin = audio.position
        self._emit = emit
        self._clips: deque[Clip] = deque()
        self._tries = 0
        self._errors = SameErrors()
        self._upto: SampleTime = 0
        self._cutter = ClipCutter(
            Cut(
                samples_of_ms(min(settings.clip_ms, int(wire.MAX_CLIP_S * 1000))),
                samples_of_ms(settings.pause_ms),
                gate_dbfs=settings.gate_dbfs,
            )
        )

    async def connection(self, supervisor: Supervisor) -> Outcome:
        """One connection to the gateway, until audio ends or rests, or something breaks."""
        more: bool | None = bool(self._clips)
        while not more or (self._audio.paused and not self._clips):
            if not (more := await self._more(None)):
                return Outcome.DONE
        held = supervisor.waiting
        async with RotatingConnection(self._settings, self._access, self._errors, held) as rotating:
            supervisor.opened()
            while True:
                while self._clips and not rotating.wanted:
                    await self._measure(rotating, self._clips[0])
                    supervisor.useful()
                if rotating.wanted:
                    return Outcome.SHARED
                more = await self._more(self._settings.idle_close_s, rotating)
                if more is None:
                    return Outcome.AGAIN
                if not more:
                    return Outcome.DONE
                if self._audio.paused:
                    if rotating.idle_s >= self._settings.idle_close_s:
                        return Outcome.AGAIN  # not even silence leaves during a pause
                elif rotating.idle_s >= self._settings.keepalive_s:
                    await (await rotating.ready()).keep_alive()

    def give_up(self) -> None:
        """Nothing more will be measured: what was recorded and not answered for is missed."""
        begin = self._clips[0].start if self._clips else max(self._origin, self._cutter.settled)
        end = self._audio.position + self._audio.lag
        if end > begin:
            self._emit(Missed(Branch.EMOTION, self._channel, Span(begin, end), GapCause.OUTAGE))

    async def _more(self, idle_s: float | None, rotating: RotatingConnection | None = None) -> bool | None:
        """Read one block. True: go on. False: all was read and cut. None: no audio came for `idle_s`."""
        since = asyncio.get_running_loop().time()
        # a sender that says nothing while nobody speaks must not keep a connection from others
        look_s = idle_s if rotating is None or idle_s is None else min(idle_s, rotating.look_s)
        while True:
            try:
                async with asyncio.timeout(look_s):
                    item = await self._audio.read(BLOCK)
                break
            except TimeoutError:
                if rotating is not None and rotating.wanted:
                    return True
                if asyncio.get_running_loop().time() >= since + (idle_s or 0.0):
                    self._clips += self._cutter.flush()
                    return None if not self._clips else True
        if item is None:
            self._clips += self._cutter.flush()
            if not self._clips:
                self._advance(self._cutter.settled)
            return bool(self._clips)
        if isinstance(item, PcmBlock):
            self._clips += self._cutter.feed(item)
        else:
            self._clips += self._cutter.flush()
            self._emit(Missed(Branch.EMOTION, self._channel, item.span, item.cause))
        if not self._clips and self._cutter.settled >= self._upto + SAMPLE_RATE:
            self._advance(self._cutter.settled)
        return True

    async def _measure(self, rotating: RotatingConnection, clip: Clip) -> None:
        """Ask about the oldest clip. It stays the oldest until it is answered or given up."""
        connection = await rotating.ready()
        await self._audio.resumed()
        try:
            reply, lead = await connection.measure(clip.pcm, clip.id)
        except ProviderFault as fault:
            self._tries += _spoilt(fault.code)
            if self._tries >= MAX_TRIES:
                self._give_up(clip)
            raise
        if reply.failure is not None:
            self._give_up(clip)
            return
        for event in heard(reply, clip, self._channel, lead, self._settings.floor):
            self._emit(event)
        self._settle(clip)

    def _give_up(self, clip: Clip) -> None:
        self._emit(Missed(Branch.EMOTION, self._channel, clip.span, GapCause.PROVIDER))
        self._settle(clip)

    def _settle(self, clip: Clip) -> None:
        self._clips.popleft()
        self._tries = 0
        self._advance(clip.span.end)

    def _advance(self, upto: SampleTime) -> None:
        if upto > self._upto:
            self._upto = upto
            self._emit(Progress(Branch.EMOTION, self._channel, upto))


def _spoilt(code: str) -> bool:
    parts = code.split()
    return not SPOILT.isdisjoint(parts) or any(part.startswith("I") for part in parts)


def heard(
    reply: wire.Reply, clip: Clip, channel: Channel, lead: int = 0, least: float = 0.0
) -> list[EmotionSpan | VocalBurst]:
    """A reply about a clip as events of media time, bursts first: a span may settle the utterance they are in.

    Its times count from `lead` samples before the clip. They are clamped to the clip, and what lies wholly
    before it is left out: an earlier reply has said it. A burst is an event of its own (from the score
    `least` on): it covers no speech, so it must not count as a measurement of any.
    """
    found: list[EmotionSpan | VocalBurst] = []
    for where, item in _placed(reply, "burst", clip, lead):
        best = wire.burst_kind(item.scores, item.descriptions)
        if best is not None and best.value >= least:
            found.append(VocalBurst(channel, where, best.label, best.value, PROVIDER))
    for where, item in _placed(reply, "prosody", clip, lead):
        found.append(EmotionSpan(channel, where, item.scores, PROVIDER, Scale.INTENSITY))
    return found


def _placed(reply: wire.Reply, model: str, clip: Clip, lead: int) -> list[tuple[Span, wire.Prediction]]:
    """One model's predictions with the media time each covers within the clip."""
    found = []
    for item in reply.predictions.get(model, ()):
        begin = min(max(0, samples(item.begin) - lead), clip.span.length)
        end = min(samples(item.end) - lead, clip.span.length)
        if end > 0:
            found.append((Span(clip.start + begin, clip.start + max(begin, end)), item))
    return found


class HumeV0TextAnalyzer:
    """A `TextAnalyzer` on the language model: settled words, no voice."""

    def __init__(
        self, settings: HumeV0Settings, access: GatewayAccess | None = None, branch: Branch = Branch.EMOTION
    ) -> None:
        """`branch` says whether the words are all that is measured, or stand beside a voice (`LANGUAGE`)."""
        self._settings = settings
        self._access = access or GatewayAccess(settings)
        self._branch = branch
        self._errors = SameErrors()
        self._pending: deque[Final] = deque()
        self._dropped: deque[Span] = deque(maxlen=MAX_PENDING)
        self._changed = asyncio.Event()
        self._held = False
        self._closed = False
        self._number = 0

    @property
    def info(self) -> EmotionInfo:
        return info_of(self._settings)

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) nothing leaves, not even what waited before."""
        self._held = held
        self._changed.set()

    def hear(self, final: Final) -> None:
        """Queue a settled window; when too many wait, the oldest is dropped and reported as `Missed`."""
        if not final.words:
            return
        if len(self._pending) >= MAX_PENDING:
            self._dropped.append(self._pending.popleft().span)
        self._pending.append(final)
        self._changed.set()

    def close(self) -> None:
        """No more text will come."""
        self._closed = True
        self._changed.set()

    async def run(self, channel: Channel, emit: Emit) -> None:
        """Answer what is heard until `close`; see `TextAnalyzer.run`."""
        supervisor = Supervisor(Identity(self._branch, PROVIDER, channel), emit, self._settings.retry)
        if not await supervisor.run(lambda: self._connection(channel, emit, supervisor)):
            for final in self._pending:
                emit(Missed(self._branch, channel, final.span, GapCause.OUTAGE))
            self._pending.clear()

    async def _connection(self, channel: Channel, emit: Emit, supervisor: Supervisor) -> Outcome:
        rotating = RotatingConnection(self._settings, self._access, self._errors, supervisor.waiting)
        return await serve(rotating, supervisor, self._wait, partial(self._score, channel=channel, emit=emit))

    async def _wait(self, idle_s: float | None) -> bool | None:
        """True: a text waits. False: closed and all answered. None: nothing came for `idle_s`."""
        try:
            async with asyncio.timeout(idle_s):
                while (self._held or not self._pending) and not self._closed:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return bool(self._pending)

    async def _score(self, rotating: RotatingConnection, channel: Channel, emit: Emit) -> bool:
        """Ask about the oldest text; it stays the oldest until it is answered or refused (False: not yet)."""
        while self._dropped:
            emit(Missed(self._branch, channel, self._dropped.popleft(), GapCause.OVERRUN))
        final = self._pending[0]
        found: list[EmotionSpan] = []
        for words in portions(final.words):
            connection = await rotating.ready()
            if self._held:  # the meeting was paused while we waited: it stays the oldest
                return False
            self._number += 1
            script = " ".join(word.text for word in words)
            reply = await connection.ask(wire.text(script, f"text-{self._number}", self._settings.granularity))
            if reply.failure is not None:
                span = Span(words[0].start, words[-1].end)
                emit(Missed(self._branch, channel, span, GapCause.PROVIDER))
            else:
                found += text_spans(reply, words, channel, self._branch)
        if self._pending and self._pending[0] is final:
            self._pending.popleft()
        for span_ in found:
            emit(span_)
        emit(Progress(self._branch, channel, final.span.end))
        return True


def portions(words: tuple[Word, ...], limit: int = wire.MAX_TEXT) -> list[tuple[Word, ...]]:
    """Words in runs whose text, joined by blanks, stays within `limit` characters."""
    runs: list[list[Word]] = [[]]
    length = 0
    for word in words:
        if runs[-1] and length + len(word.text) > limit:
            runs.append([])
            length = 0
        runs[-1].append(word)
        length += len(word.text) + 1
    return [tuple(run) for run in runs if run]


def text_spans(
    reply: wire.Reply, words: tuple[Word, ...], channel: Channel, branch: Branch = Branch.EMOTION
) -> list[EmotionSpan]:
    """Predictions over characters as spans of media time: from the first word touched to the last."""
    found = []
    for item in reply.predictions.get("language", ()):
        touched = _touched(words, item)
        if touched:
            span = Span(touched[0].start, max(touched[0].start, touched[-1].end))
            speaker = touched[0].speaker
            scale = Scale.INTENSITY
            found.append(EmotionSpan(channel, span, item.scores, PROVIDER, scale, speaker, branch=branch))
    return found


def _touched(words: tuple[Word, ...], item: wire.Prediction) -> list[Word]:
    if item.end <= item.begin:  # a gateway that names no position means the whole text
        return list(words)
    touched, at = [], 0
    for word in words:
        if at < item.end and item.begin < at + len(word.text):
            touched.append(word)
        at += len(word.text) + 1
    return touched
