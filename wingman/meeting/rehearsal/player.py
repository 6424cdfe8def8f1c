"""A written conversation played through the real join and the real coach, in media time, as fast as it goes.

What a recogniser, a meter and a clock would tell is told at the moment they would tell it. With a model the
media clock stands still while it answers, so that slow answers change nothing but the time it takes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, takewhile

import msgspec

from wingman.config.correlate import CorrelateSettings
from wingman.config.suggest import SuggestSettings
from wingman.core import codec
from wingman.core.emotion import EmotionEvent, EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Progress
from wingman.core.events import (
    EmotionShifted,
    Envelope,
    Event,
    Media,
    MeetingEnded,
    MeetingStarted,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionSkipped,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.speech import Final, SpeechEnded, SpeechStarted, TimedEvent, Word
from wingman.core.time import Channel, Span, samples
from wingman.correlate.correlator import Correlator, Output
from wingman.llm.base import SuggestionModel
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity
from wingman.meeting.rehearsal.turns import ScriptedTurn
from wingman.suggest.card.composer import NoSnippets, Snippets
from wingman.suggest.coach import FIXED_FENCE, Coach, CoachParts
from wingman.suggest.gate.decisions import Reason
from wingman.suggest.gate.probe import Probes, load_probe
from wingman.suggest.knowledge.encoder import Encoder
from wingman.suggest.playbook.playbook import Playbook

WORDS_PER_SECOND = 2.7
BREATH_S = 0.4
"""Beside its words, every turn takes so long."""
PAUSE_S = 0.6
"""Between two speakers, unless the line says otherwise."""
SAME_SPEAKER_PAUSE_S = 1.6
"""Before a speaker's next line; long enough to be a turn of its own."""
ONSET_S = 0.1
"""From the first sound until a voice is noticed."""
ENDPOINT_S = 0.3
"""From the last word until the recogniser settles the turn."""
TONE_S = 0.5
"""From the last word until the tone is known."""
TICK_S = 0.25
PATIENCE_S = 30.0
"""For the meaning of one turn: nobody waits for it here."""
LINGER_S = 4.5
"""After the last turn, and longer while a card waits; a conversation that is over is not a silence."""
JOINED = "joined"
"""Why nothing is decided about a line: its words were heard as one turn with those of the line before."""
METER = EmotionInfo("rehearsal", remote=False, scale=Scale.INTENSITY, floor=0.2, moderate=0.4, strong=0.6)
TONE_SCORE = 0.7


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One event, and the line that caused it."""

    envelope: Envelope
    turn: int | None
    """Index of the input line, from 0; None for what no line caused."""

    def encode(self) -> bytes:
        """The envelope as one line of JSON, with `turn` in its data where there is one."""
        if self.turn is None:
            return codec.encode(self.envelope)
        tree = msgspec.to_builtins(self.envelope)
        tree["data"] = {**tree["data"], "turn": self.turn}
        return msgspec.json.encode(tree)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what a rehearsal is played with."""

    playbook: Playbook
    suggest: SuggestSettings = field(default_factory=SuggestSettings)
    correlate: CorrelateSettings = field(default_factory=CorrelateSettings)
    brief: str = ""
    knowledge: Snippets = field(default_factory=NoSnippets)
    model: SuggestionModel | None = None
    language: str = ""
    """BCP-47 tag of what is spoken; empty leaves it to what is heard."""
    encoder: Encoder | None = None
    probes: Probes = load_probe


async def rehearse(turns: Sequence[ScriptedTurn], cast: Cast, on_event: Callable[[Rehearsed], None]) -> None:
    """Play every meeting of `turns`, one after the other; `on_event` gets each event as it happens."""
    for number, (_, part) in enumerate(groupby(turns, key=lambda turn: turn.meeting), start=1):
        group = tuple(part)
        await _Meeting(group[0].meeting or f"rehearsal-{number}", group, cast, on_event).play()


class _Meeting:
    """One conversation while it is played."""

    def __init__(
        self, name: str, turns: Sequence[ScriptedTurn], cast: Cast, on_event: Callable[[Rehearsed], None]
    ) -> None:
        self._name = name
        self._turns = turns
        self._cast = cast
        self._feels = cast.playbook.voice_emotion == "allow" and any(turn.tone for turn in turns)
        self._on_event = on_event
        self._now = 0.0
        self._ticks = 0
        self._sequence = 0
        self._places: dict[Channel, list[tuple[int, int]]] = {channel: [] for channel in Channel}
        """Channel → (start in samples, line) of every turn so far."""
        self._line: int | None = None
        self._by_utterance: dict[str, int] = {}
        self._by_card: dict[str, int | None] = {}
        self._correlator = Correlator(cast.correlate)
        clock = (lambda: self._now) if cast.model is None else time.perf_counter
        parts = CoachParts(
            cast.knowledge,
            language=cast.language,
            fence=FIXED_FENCE,
            clock=clock,
            encoder=cast.encoder,
            patience_s=PATIENCE_S,
            probes=cast.probes,
        )
        self._coach = Coach(
            cast.suggest, cast.playbook, cast.model, self._publish, brief=cast.brief, parts=parts
        )

    async def play(self) -> None:
        self._begin()
        async with asyncio.TaskGroup() as group:
            coaching = group.create_task(self._coach.run())
            await self._coach.ready()
            for at, event in self._agenda():
                await self._run_until(at)
                self._feed(event)
                await self._settle()
            await self._run_until(self._now + LINGER_S)
            self._coach.conclude()
            while self._coach.waits:  # nobody hangs up on the last word: it has its card when its moment comes
                await self._run_until(self._now + TICK_S)
            coaching.cancel()
        self._publish(MeetingEnded("source_ended", round(self._now, 3)), None)

    def _begin(self) -> None:
        cast = self._cast
        if self._feels:
            for channel in Channel:
                self._correlator.expect_emotion(channel, METER)
        started = MeetingStarted(
            title=self._name,
            channels=tuple(Channel),
            playbook=cast.playbook.name,
            transcriber="rehearsal",
            emotion=METER.name if self._feels else "off",
            suggester=cast.model.name if cast.model else "cues",
            emotion_policy="counterpart" if self._feels else "off",
        )
        self._publish(started, None)

    # --- what is told, and when --------------------------------------------------------------

    def _agenda(self) -> Iterator[tuple[float, TimedEvent | EmotionEvent]]:
        """Everything that is heard, in the order in which it is told."""
        waiting: list[tuple[float, TimedEvent | EmotionEvent]] = []
        for turn, start, end, words in self._timed():
            channel = Channel.MIC if turn.user else Channel.TAB
            begun = start + ONSET_S
            yield from (late for late in waiting if late[0] <= begun)
            waiting = [late for late in waiting if late[0] > begun]
            self._places[channel].append((samples(start), turn.line))
            yield begun, SpeechStarted(channel, samples(begun))
            span = Span(samples(start), samples(end))
            told = end + ENDPOINT_S
            waiting.append((told, Final(channel, span, words, endpoint=True)))
            waiting.append((told, SpeechEnded(channel, span.end)))
            if self._feels:
                waiting += [(end + TONE_S, event) for event in _felt(turn, channel, span)]
            waiting.sort(key=lambda late: late[0])
        yield from waiting

    def _timed(self) -> Iterator[tuple[ScriptedTurn, float, float, tuple[Word, ...]]]:
        """The turns that are heard, with start and end in seconds, and their words."""
        now, before = 0.0, ""
        shared = len({turn.who for turn in self._turns if not turn.user}) > 1
        for turn in self._turns:
            usual = SAME_SPEAKER_PAUSE_S if turn.who == before else PAUSE_S
            start = now + (usual if turn.pause is None else turn.pause)
            spoken = turn.text.split()
            if not spoken:
                now = start
                self._emit(SuggestionSkipped(Reason.TOO_SHORT, None, "nothing is said"), None, turn.line)
                continue
            end = start + BREATH_S + len(spoken) / WORDS_PER_SECOND
            yield turn, start, end, _words(_label(turn, shared=shared), start, end, spoken)
            now, before = end, turn.who

    # --- telling it ----------------------------------------------------------------------------

    async def _run_until(self, at: float) -> None:
        """Let media time run up to `at`, with the looks at the clock a live meeting takes."""
        while (tick := (self._ticks + 1) * TICK_S) <= at:
            self._ticks += 1
            self._now = tick
            now, before = samples(tick), self._sequence
            for channel in Channel:
                if told := self._correlator.advance(channel, now):
                    self._tell(told)
                self._coach.advance(channel, now)
            if self._sequence > before or self._coach.asking:
                await self._settle()
        self._now = max(self._now, at)

    def _feed(self, event: TimedEvent | EmotionEvent) -> None:
        dispatch_speech_activity(event, self._coach)
        self._tell(self._correlator.feed(event))

    def _tell(self, outputs: list[Output]) -> None:
        dispatch(outputs, self._publish, self._coach)

    async def _settle(self) -> None:
        """Let the coach have its say, a model's answer included, before time goes on."""
        await self._coach.settle()

    # --- what comes out --------------------------------------------------------------------------

    def _publish(self, payload: Event, media: Media | None) -> None:
        turn = self._turn_of(payload, media)
        if isinstance(payload, (UtteranceCreated, UtteranceRevised)) and turn is not None:
            self._by_utterance[payload.id] = turn
        if isinstance(payload, SuggestionCreated):
            self._by_card[payload.id] = turn
        self._emit(payload, media, turn)
        if isinstance(payload, UtteranceCreated) and media is not None:
            for line in self._joined(media, turn):
                self._emit(SuggestionSkipped(JOINED, payload.id, f"heard as one with {turn}"), None, line)

    def _emit(self, payload: Event, media: Media | None, turn: int | None) -> None:
        self._sequence += 1
        if self._cast.model is None:
            payload = _untimed(payload)
        envelope = codec.envelope(self._sequence, self._name, round(self._now, 3), payload, media)
        self._on_event(Rehearsed(envelope, turn))

    def _turn_of(self, payload: Event, media: Media | None) -> int | None:
        """The line that caused an event: by its card, by its utterance, or by its place."""
        match payload:
            case MeetingStarted() | MeetingEnded():
                return None
            case UtteranceCreated() | UtteranceRevised() if media is not None:
                self._line = self._place(media)
                return self._line
            case SuggestionCreated() | SuggestionSkipped() | EmotionShifted():
                return self._by_utterance.get(payload.utterance or "", self._line)
            case _:
                pass
        card = getattr(payload, "id", None)
        if card in self._by_card:
            return self._by_card[card]
        return self._line if media is None else self._place(media)

    def _joined(self, media: Media, first: int | None) -> Iterator[int]:
        """The other lines of an utterance: half a sentence without a pause goes on in the next line."""
        begin, end = samples(media.start), samples(media.end)
        since = takewhile(lambda place: place[0] >= begin, reversed(self._places[media.channel]))
        yield from sorted(line for start, line in since if start < end and line != first)

    def _place(self, media: Media) -> int | None:
        """The line that was being said at a moment: the last that had begun half a word later."""
        within = samples(media.start + 0.5 / WORDS_PER_SECOND)
        begun = (line for start, line in reversed(self._places[media.channel]) if start <= within)
        return next(begun, self._line)


def _label(turn: ScriptedTurn, *, shared: bool) -> str | None:
    """The speaker's label, as a recogniser gives it where several share the channel."""
    return None if turn.user or not shared else turn.who[1:] or "1"


def _words(label: str | None, start: float, end: float, spoken: list[str]) -> tuple[Word, ...]:
    """The words spread evenly over the turn."""
    each = (end - start) / len(spoken)
    return tuple(
        Word(word, samples(start + each * at), samples(start + each * (at + 1)), 0.95, label)
        for at, word in enumerate(spoken)
    )


def _felt(turn: ScriptedTurn, channel: Channel, span: Span) -> Iterator[EmotionSpan | Progress]:
    """What a meter says of one turn: its tone when it has one, and that it has come so far."""
    scores = (Score(turn.tone.lower(), TONE_SCORE),) if turn.tone else ()
    yield EmotionSpan(channel, span, scores, METER.name, METER.scale)
    yield Progress(Branch.EMOTION, channel, span.end)


def _untimed(payload: Event) -> Event:
    """Without latencies: nothing was measured where the clock is the media's."""
    if isinstance(payload, SuggestionCreated):
        return replace(payload, latency_ms=None)
    if isinstance(payload, SuggestionCompleted):
        return replace(payload, first_token_ms=None, total_ms=None)
    return payload
