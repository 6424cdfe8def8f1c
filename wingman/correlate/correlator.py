"""The correlator: transcripts and emotions in, utterances with their dominant emotion out.

Pure and synchronous. Time is an argument: `advance` says how far a channel's media time has come. An utterance
leaves at once (`revision` 0, its emotion pending unless already known) and once more at most, when its
reading is settled: by the meter having got past its end, or by the grace running out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionEvent, EmotionInfo, EmotionSpan, VocalBurst
from wingman.core.errors import Branch, Missed, Progress, ProviderState
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TimedEvent
from wingman.core.time import Channel, SampleTime
from wingman.core.utterance import EmotionShift, LoneSound, ReadingStatus, Utterance
from wingman.correlate.echo_wait import EchoWait
from wingman.correlate.emotion_shift import ShiftDetector
from wingman.correlate.readings import MEASURED, Fate, Readings
from wingman.correlate.turns import NEVER, Assembler, Partial, Turn

Output: TypeAlias = Partial | Utterance | EmotionShift | LoneSound
"""What the correlator says; the meeting publishes it."""

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
    unchecked_turns: int
    """Microphone turns told before the tab's words beside them were known: an echo among them stands."""
    pending: int
    """Now: utterances whose reading is not settled, and microphone turns that wait for the tab's words."""
    spans_held: int
    """Now, too."""

    @property
    def counted(self) -> dict[str, int]:
        """What only grows, by name."""
        return {name: count for name, count in asdict(self).items() if name not in ("pending", "spans_held")}


@dataclass(slots=True)
class _Counts:
    utterances: int = 0
    revised: int = 0
    known: int = 0
    words: int = 0
    shifts: int = 0


class _ChannelState:
    """One channel: its transcript, its readings, and what it has shown."""

    __slots__ = ("assembler", "channel", "due", "fates", "now", "readings", "shown", "starts")

    def __init__(self, channel: Channel, settings: CorrelateSettings) -> None:
        self.channel = channel
        self.assembler = Assembler(channel, settings)
        self.readings = Readings(settings)
        self.shown = (channel.value, "")
        """Speaker and text of the last partial."""
        self.starts: deque[SampleTime] = deque(maxlen=REMEMBERED_STARTS)
        self.now: SampleTime = 0
        self.due: SampleTime = 0
        """Before this, time alone changes nothing; 0: to be worked out."""
        self.fates = dict.fromkeys(Fate, 0)

    def identify(self, start: SampleTime) -> str:
        """A stable id; a number follows only where two speakers begin at the very same sample."""
        twins = self.starts.count(start)
        self.starts.append(start)
        name = f"{self.channel.value}-{start:09d}"
        return f"{name}-{twins + 1}" if twins else name


class Correlator:
    """Joins what was said with how it was said, per channel and speaker."""

    def __init__(self, settings: CorrelateSettings) -> None:
        self._shifts = ShiftDetector(settings.shift, settings.min_coverage)
        self._tab = _ChannelState(Channel.TAB, settings)
        self._mic = _ChannelState(Channel.MIC, settings)
        self._states = {Channel.TAB: self._tab, Channel.MIC: self._mic}
        self._handlers: dict[type[Any], Callable[[Any], list[Output]]] = {
            Interim: self._interim,
            Final: self._final,
            SpeechStarted: self._speech_started,
            SpeechEnded: self._speech_ended,
            EmotionSpan: self._emotion,
            VocalBurst: self._burst,
            Progress: self._progress,
            Missed: self._missed,
            ProviderState: self._provider_state,
        }
        self._echo = EchoWait(settings.echo, self._tab.assembler)
        self._finished = False
        self._counts = _Counts()

    def expect_emotion(
        self, channel: Channel, info: EmotionInfo | None, branch: Branch = Branch.EMOTION
    ) -> None:
        """Say which meter of `branch` runs on `channel`; None: none, so that readings are `OFF` from here on.

        May be called in mid-meeting. Another meter, or none, begins with nothing measured. Switching off
        also lets go of the readings still pending: their revision leaves with the next `advance`.
        """
        state = self._states[channel]
        state.readings.expect(info, branch)
        state.due = 0

    def feed(self, event: TimedEvent | EmotionEvent) -> list[Output]:
        """Take one event of a transcriber or a meter."""
        if event.channel is None:
            self._tab.due = self._mic.due = 0
        else:
            self._states[event.channel].due = 0
        return self._handlers[type(event)](event)

    def advance(self, channel: Channel, now: SampleTime) -> list[Output]:
        """Media time has reached `now` on `channel`: what has waited long enough is settled."""
        state = self._states[channel]
        if now > state.now:
            state.now = now
        if not state.due:
            waiting = self._echo.mic_due if state is self._mic else self._echo.tab_due
            state.due = min(state.assembler.due, state.readings.due, waiting)
            if (alone := state.readings.sounds.due) is not None:
                state.due = min(state.due, alone)
        if now < state.due:
            return []
        state.due = 0
        return self._moved(state, state.assembler.advance(state.now))

    def flush(self, channel: Channel) -> list[Output]:
        """Tell the words settled so far on `channel` now, half a sentence or not (the user asked for help)."""
        state = self._states[channel]
        return self._moved(state, state.assembler.flush(), refresh=True)

    def finish(self) -> list[Output]:
        """The meeting is over: everything open is closed, every pending reading settled."""
        out: list[Output] = []
        self._finished = True
        for state in self._states.values():
            state.readings.finish()
            out += self._moved(state, state.assembler.close(), refresh=True)
            out += self._alone(state)
        return out

    def open_since(self, channel: Channel) -> SampleTime | None:
        """Where speech begins on a channel that was not told yet; None while there is none."""
        state = self._states[channel]
        waiting = [self._echo.since] if state is self._mic and self._echo else []
        if (since := state.assembler.open_since) is not None:
            waiting.append(since)
        return min(waiting, default=None)

    def statistics(self) -> CorrelatorStatistics:
        """What was joined, dropped and late so far."""
        count, states = self._counts, self._states.values()
        return CorrelatorStatistics(
            utterances=count.utterances,
            revised=count.revised,
            known=count.known,
            words=count.words,
            shifts=count.shifts,
            late_spans=sum(state.fates[Fate.LATE] for state in states),
            replayed_spans=sum(state.fates[Fate.REPLAYED] for state in states),
            unexpected_spans=sum(state.fates[Fate.UNEXPECTED] for state in states),
            replayed_words=sum(state.assembler.replayed_words for state in states),
            echo_words=self._echo.echo_words,
            unchecked_turns=self._echo.unchecked,
            pending=sum(state.readings.pending for state in states) + len(self._echo),
            spans_held=sum(state.readings.held for state in states),
        )

    # --- what the transcriber says --------------------------------------------------------

    def _interim(self, event: Interim) -> list[Output]:
        state = self._states[event.channel]
        if state is self._mic and self._echo.filter.enabled:
            event = self._echo.own_interim(event)
        state.assembler.interim(event)
        out = self._partial(state)
        for turn in self._compared():
            out += self._tell(self._mic, turn)
        return out

    def _final(self, event: Final) -> list[Output]:
        state = self._states[event.channel]
        if state is self._tab and self._echo.filter.enabled:
            self._echo.filter.hear(event.words)
        return self._moved(state, state.assembler.final(event), refresh=True)

    def _speech_started(self, event: SpeechStarted) -> list[Output]:
        self._states[event.channel].assembler.speech_started(event.at)
        return []

    def _speech_ended(self, event: SpeechEnded) -> list[Output]:
        state = self._states[event.channel]
        return self._moved(state, state.assembler.speech_ended(event.at))

    # --- what the meter says --------------------------------------------------------------

    def _emotion(self, event: EmotionSpan) -> list[Output]:
        state = self._states[event.channel]
        state.fates[state.readings.measured(event)] += 1
        return self._settle(state)

    def _burst(self, event: VocalBurst) -> list[Output]:
        self._states[event.channel].readings.sounds.hear(event)
        return []

    # --- what both say --------------------------------------------------------------------

    def _progress(self, event: Progress) -> list[Output]:
        state = self._states[event.channel]
        if event.branch is Branch.TRANSCRIBE:
            return self._moved(state, state.assembler.reported(event.upto))
        if event.branch in MEASURED:
            state.readings.progress(event.upto, event.branch)
        return self._settle(state)

    def _missed(self, event: Missed) -> list[Output]:
        state = self._states[event.channel]
        if event.branch is Branch.TRANSCRIBE:
            return self._moved(state, state.assembler.reported(event.span.end))
        if event.branch in MEASURED:
            state.readings.missed(event.span, event.branch)
        return self._settle(state)

    def _provider_state(self, event: ProviderState) -> list[Output]:
        out: list[Output] = []
        for state in self._states.values():
            if event.channel not in (None, state.channel):
                continue
            if event.branch in MEASURED:
                state.readings.set_over(event.health.over, event.branch)
                out += self._settle(state)
            elif event.branch is Branch.TRANSCRIBE:
                state.assembler.transcribed = not event.health.over
                if event.health.over:
                    out += self._moved(state, state.assembler.close(), refresh=True)
        return out

    # --- what comes out -------------------------------------------------------------------

    def _moved(self, state: _ChannelState, turns: list[Turn], *, refresh: bool = False) -> list[Output]:
        """Turns were closed, or time passed: settle what is due, tell the turns, refresh the partial."""
        out = self._settle(state)
        told = [(state, turn) for turn in turns]
        if state is self._mic and self._echo.filter.enabled:
            self._echo.add(turns, self._tab.now)
            self._tab.due = 0
            told = []
        told += [(self._mic, turn) for turn in self._compared()]
        if len(told) > 1:  # what has waited for the tab may have been said before what it waited for
            told.sort(key=lambda one: one[1].start)
        for whose, turn in told:
            out += self._tell(whose, turn)
        out += self._alone(state)
        if turns or refresh:
            out += self._partial(state)
        return out

    def _tell(self, state: _ChannelState, turn: Turn) -> list[Output]:
        state.due = 0
        self._counts.utterances += 1
        self._counts.words += len(turn.words)
        return self._with_shifts([state.readings.tell(turn, state.identify(turn.start), state.now)])

    def _settle(self, state: _ChannelState) -> list[Output]:
        if not state.readings.pending:
            return []
        settled = state.readings.settle(state.now)
        self._counts.revised += len(settled)
        return self._with_shifts(settled)

    def _alone(self, state: _ChannelState) -> list[Output]:
        """The bursts that no utterance is going to claim."""
        sounds = state.readings.sounds
        if not len(sounds):
            return []
        now = NEVER if self._finished else state.now
        alone = sounds.alone(now, None if self._finished else state.assembler.open_since)
        return [LoneSound(state.channel, sound, sounds.beside(sound)) for sound in alone]

    def _with_shifts(self, utterances: Iterable[Utterance]) -> list[Output]:
        """The utterances, each followed by the shift it tipped."""
        out: list[Output] = []
        for utterance in utterances:
            out.append(utterance)
            self._counts.known += utterance.emotion.status is ReadingStatus.KNOWN
            shift = self._shifts.take(utterance)
            if shift is not None:
                self._counts.shifts += 1
                out.append(shift)
        return out

    def _partial(self, state: _ChannelState) -> list[Output]:
        partial = state.assembler.partial()
        shown = (partial.speaker, partial.text)
        if shown == state.shown:
            return []
        state.shown = shown
        return [partial]

    def _compared(self) -> list[Turn]:
        """The microphone's turns that have waited for the tab, and can be told."""
        if not self._echo:
            return []
        return self._echo.take(self._mic.now, self._tab.now, finished=self._finished)
