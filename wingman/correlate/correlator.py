"""The correlator: transcripts and emotions in, utterances with their dominant emotion out.

Pure and synchronous. Time is an argument: `advance` says how far a channel's media time has come. An utterance
leaves at once (`revision` 0, its emotion pending unless already known) and once more at most, when its
reading is settled: by the meter having got past its end, or by the grace running out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from wingman.correlate.assembly import Assembler, Partial, Turn
from wingman.correlate.echo import EchoFilter
from wingman.correlate.join import of_speaker, read
from wingman.correlate.measurements import Measurements
from wingman.correlate.settings import CorrelateSettings
from wingman.correlate.shift import ShiftDetector
from wingman.emotion.base import EmotionInfo
from wingman.model.emotion import EmotionEvent, EmotionSpan
from wingman.model.faults import Branch, Health, Missed, Progress, ProviderState
from wingman.model.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent, Word
from wingman.model.time import Channel, SampleTime, Span, samples
from wingman.model.utterance import (
    EMOTION_OFF,
    EMOTION_PENDING,
    EmotionReading,
    EmotionShift,
    ReadingStatus,
    Utterance,
)

Output: TypeAlias = Partial | Utterance | EmotionShift
"""What the correlator says; the meeting publishes it."""

OVER = frozenset({Health.DOWN, Health.OFF, Health.ENDED})
"""States after which a branch says nothing more."""

REMEMBERED_STARTS = 64
"""How many utterance starts are remembered to keep ids apart."""


@dataclass(frozen=True, slots=True)
class CorrelatorStatistics:
    """Counts since the meeting began, and the present size of what is held."""

    utterances: int
    revised: int
    known: int
    words: int
    shifts: int
    late_spans: int
    """Measurements that came after the readings they belong to were settled."""
    replayed_spans: int
    unexpected_spans: int
    """Measurements of a channel that no meter was expected on; none of them was used."""
    replayed_words: int
    echo_words: int
    pending: int
    spans_held: int


class _Lane:
    """One channel: its transcript, its meter's stream, and what still waits between them."""

    __slots__ = (
        "assembler",
        "channel",
        "info",
        "measurements",
        "meter_over",
        "now",
        "partial",
        "pending",
        "settled_by_grace",
        "starts",
        "waiting",
    )

    def __init__(self, channel: Channel, settings: CorrelateSettings) -> None:
        self.channel = channel
        self.assembler = Assembler(channel, settings)
        self.measurements = Measurements(settings)
        self.info: EmotionInfo | None = None
        self.meter_over = False
        self.now: SampleTime = 0
        self.pending: deque[Utterance] = deque()
        self.partial = Partial(channel, channel.value, "", self.assembler.partial().span)
        self.settled_by_grace: SampleTime = 0
        self.starts: deque[SampleTime] = deque(maxlen=REMEMBERED_STARTS)
        self.waiting: deque[Turn] = deque()
        """Microphone turns that wait for the tab's words, to tell an echo."""

    def identify(self, start: SampleTime) -> str:
        """A stable id; a number follows only where two speakers begin at the very same sample."""
        twins = self.starts.count(start)
        self.starts.append(start)
        name = f"{self.channel.value}-{start:09d}"
        return f"{name}-{twins + 1}" if twins else name


class Correlator:
    """Joins what was said with how it was said, per channel and speaker."""

    def __init__(self, settings: CorrelateSettings) -> None:
        self._settings = settings
        self._grace = samples(settings.grace_s)
        self._echo = EchoFilter(settings.echo)
        self._echo_wait = samples(settings.echo.wait_s)
        self._shifts = ShiftDetector(settings.shift)
        self._lanes = {channel: _Lane(channel, settings) for channel in Channel}
        self._handlers: dict[type[Any], Callable[[Any], list[Output]]] = {
            Interim: self._interim,
            Final: self._final,
            SpeechStarted: self._speech_started,
            SpeechEnded: self._speech_ended,
            EmotionSpan: self._emotion,
            Progress: self._progress,
            Missed: self._missed,
            ProviderState: self._provider_state,
        }
        self._finished = False
        self._counts = dict.fromkeys(
            ("utterances", "revised", "known", "words", "shifts", "late", "replayed", "unexpected", "echo"), 0
        )

    def expect_emotion(self, channel: Channel, info: EmotionInfo | None) -> None:
        """Say which meter runs on `channel`; None: none, so that readings are `OFF` from here on.

        May be called in mid-meeting. Another meter, or none, begins with nothing measured. Switching off
        also lets go of the readings still pending: their revision leaves with the next `advance`.
        """
        lane = self._lanes[channel]
        if info is None or (lane.info is not None and lane.info.name != info.name):
            lane.measurements.clear()
        lane.info = info
        lane.meter_over = False

    def feed(self, event: TranscriberEvent | EmotionEvent) -> list[Output]:
        """Take one event of a transcriber or a meter."""
        return self._handlers[type(event)](event)

    def advance(self, channel: Channel, now: SampleTime) -> list[Output]:
        """Media time has reached `now` on `channel`: what has waited long enough is settled."""
        lane = self._lanes[channel]
        if now <= lane.now and not lane.pending:
            return []
        lane.now = max(lane.now, now)
        if lane.assembler.idle and not lane.pending and not lane.waiting:
            return []
        return self._moved(lane, lane.assembler.advance(lane.now))

    def finish(self) -> list[Output]:
        """The meeting is over: everything open is closed, every pending reading settled."""
        out: list[Output] = []
        self._finished = True
        for lane in self._lanes.values():
            lane.meter_over = True
            out += self._moved(lane, lane.assembler.close())
        return out

    def statistics(self) -> CorrelatorStatistics:
        count, lanes = self._counts, self._lanes.values()
        return CorrelatorStatistics(
            utterances=count["utterances"],
            revised=count["revised"],
            known=count["known"],
            words=count["words"],
            shifts=count["shifts"],
            late_spans=count["late"],
            replayed_spans=count["replayed"],
            unexpected_spans=count["unexpected"],
            replayed_words=sum(lane.assembler.replayed_words for lane in lanes),
            echo_words=count["echo"],
            pending=sum(len(lane.pending) + len(lane.waiting) for lane in lanes),
            spans_held=sum(len(lane.measurements) for lane in lanes),
        )

    # --- what the transcriber says --------------------------------------------------------

    def _interim(self, event: Interim) -> list[Output]:
        lane = self._lanes[event.channel]
        if event.channel is Channel.MIC and event.words and self._may_echo(event.span):
            own = self._echo.own(event.words, self._tab_interim, learn=False)
            event = replace(event, words=tuple(own))
        lane.assembler.interim(event)
        return self._partial(lane) + self._compared(lane)

    def _final(self, event: Final) -> list[Output]:
        lane = self._lanes[event.channel]
        if event.channel is Channel.TAB and self._echo.enabled:
            self._echo.hear(event.words)
        return self._moved(lane, lane.assembler.final(event))

    def _speech_started(self, event: SpeechStarted) -> list[Output]:
        self._lanes[event.channel].assembler.speech_started(event.at)
        return []

    def _speech_ended(self, event: SpeechEnded) -> list[Output]:
        lane = self._lanes[event.channel]
        return self._moved(lane, lane.assembler.speech_ended(event.at))

    # --- what the meter says --------------------------------------------------------------

    def _emotion(self, event: EmotionSpan) -> list[Output]:
        lane = self._lanes[event.channel]
        if lane.info is None:
            self._counts["unexpected"] += 1
            return []
        measurements = lane.measurements
        before = measurements.frontier
        if not measurements.add(event):
            self._counts["replayed"] += 1
            return []
        span = event.span
        if span.end <= measurements.watermark or (span.start < lane.settled_by_grace > before):
            self._counts["late"] += 1
        return self._settle(lane)

    # --- what both say --------------------------------------------------------------------

    def _progress(self, event: Progress) -> list[Output]:
        lane = self._lanes[event.channel]
        if event.branch is Branch.TRANSCRIBE:
            return self._moved(lane, lane.assembler.reported(event.upto))
        if event.branch is Branch.EMOTION:
            lane.measurements.progress(event.upto)
            return self._settle(lane)
        return []

    def _missed(self, event: Missed) -> list[Output]:
        lane = self._lanes[event.channel]
        if event.branch is Branch.TRANSCRIBE:
            return self._moved(lane, lane.assembler.reported(event.span.end))
        if event.branch is Branch.EMOTION:
            lane.measurements.missed(event.span)
            return self._settle(lane)
        return []

    def _provider_state(self, event: ProviderState) -> list[Output]:
        out: list[Output] = []
        for lane in self._lanes.values():
            if event.channel not in (None, lane.channel):
                continue
            if event.branch is Branch.EMOTION:
                lane.meter_over = event.health in OVER
                out += self._settle(lane)
            elif event.branch is Branch.TRANSCRIBE and event.health in OVER:
                out += self._moved(lane, lane.assembler.close())
        return out

    def _moved(self, lane: _Lane, turns: list[Turn]) -> list[Output]:
        """Turns were closed (or time passed): tell them, settle what is due, refresh the partial."""
        out = self._settle(lane) if lane.pending else []
        if lane.channel is Channel.MIC and self._echo.enabled:
            lane.waiting.extend(turns)
            out += self._compare(lane)
        else:
            for turn in turns:
                out += self._tell(lane, turn)
        return out + self._partial(lane) + self._compared(lane)

    # --- echo -----------------------------------------------------------------------------

    @property
    def _tab_interim(self) -> tuple[Word, ...]:
        return self._lanes[Channel.TAB].assembler.interim_words

    def _may_echo(self, span: Span) -> bool:
        return self._echo.enabled and (bool(self._tab_interim) or self._echo.near(span.start, span.end))

    def _compared(self, lane: _Lane) -> list[Output]:
        """The tab has moved: microphone turns may have waited for just that."""
        mic = self._lanes[Channel.MIC]
        return self._compare(mic) if lane.channel is Channel.TAB and mic.waiting else []

    def _compare(self, mic: _Lane) -> list[Output]:
        """Tell the microphone's turns, less the echo, as soon as the tab's words beside them are known."""
        out: list[Output] = []
        tab = self._lanes[Channel.TAB].assembler
        while mic.waiting:
            turn = mic.waiting[0]
            behind = tab.speaking and tab.heard < turn.end
            if behind and mic.now < turn.end + self._echo_wait and not self._finished:
                break
            mic.waiting.popleft()
            own = self._echo.own(turn.words, tab.interim_words)
            self._counts["echo"] += len(turn.words) - len(own)
            if own:
                out += self._tell(mic, replace(turn, words=tuple(own)))
        return out

    # --- utterances and their readings ----------------------------------------------------

    def _tell(self, lane: _Lane, turn: Turn) -> list[Output]:
        words = turn.words
        utterance = Utterance(
            id=lane.identify(turn.start),
            channel=turn.channel,
            speaker=turn.speaker,
            start=turn.start,
            end=turn.end,
            text=" ".join([word.text for word in words]),
            words=words,
            confidence=sum([word.confidence for word in words]) / len(words),
            emotion=EMOTION_PENDING,
        )
        self._counts["utterances"] += 1
        self._counts["words"] += len(words)
        reading = self._reading(lane, utterance)
        if reading is None:
            lane.pending.append(utterance)
            return [utterance]
        return self._known(replace(utterance, emotion=reading))

    def _settle(self, lane: _Lane) -> list[Output]:
        """Revise the pending utterances whose reading no longer depends on what may come."""
        out: list[Output] = []
        if not lane.pending:
            return out
        still: deque[Utterance] = deque()
        for utterance in lane.pending:
            reading = self._reading(lane, utterance)
            if reading is None:
                still.append(utterance)
                continue
            self._counts["revised"] += 1
            out += self._known(replace(utterance, emotion=reading, revision=1))
        lane.pending = still
        return out

    def _reading(self, lane: _Lane, utterance: Utterance) -> EmotionReading | None:
        """The settled reading, or None while more may come."""
        if lane.info is None:
            return EMOTION_OFF
        span, measurements = utterance.span, lane.measurements
        if measurements.frontier < span.end and not lane.meter_over:
            if lane.now < span.end + self._grace:
                return None
            lane.settled_by_grace = max(lane.settled_by_grace, span.end)
        measured = of_speaker(measurements.over(span), utterance.speaker)
        return read(span, measured, lane.info, self._settings.min_coverage)

    def _known(self, utterance: Utterance) -> list[Output]:
        if utterance.emotion.status is not ReadingStatus.KNOWN:
            return [utterance]
        self._counts["known"] += 1
        shift = self._shifts.take(utterance)
        if shift is None:
            return [utterance]
        self._counts["shifts"] += 1
        return [utterance, shift]

    def _partial(self, lane: _Lane) -> list[Output]:
        partial = lane.assembler.partial()
        if partial.text == lane.partial.text and partial.speaker == lane.partial.speaker:
            return []
        lane.partial = partial
        return [partial]
