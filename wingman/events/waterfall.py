"""What each utterance waited for, stage by stage, read from a meeting's events. Pure.

Wall times: an event's own, and media time on the wall by the moment at which a channel began to capture. Where
a recording was played faster than real time, words lie after what came of them; such stages have no length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wingman.config.emotion import EmotionSettings
from wingman.core.events import (
    CaptureState,
    Envelope,
    MeetingEnded,
    MeetingStarted,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSkipped,
    SuggestionSuperseded,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.time import Channel

MODEL = ("model.first_word", "model.answer")
"""Stages in which a model is waited for."""
REMEMBERED = 200
"""Utterances of one meeting that are still waited for; the oldest are told as they are."""
SETTLED_S = 60.0
"""So long after it was told nothing more comes of an utterance: what is held back has become stale."""
PROMPT_WAIT_S = EmotionSettings().prompt_wait_ms / 1000


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of the way. Times are Unix seconds."""

    name: str
    """`speech`, `transcribe`, `tone`, `decide`, `card.shown`, `model.first_word`, `first_word.shown` or
    `model.answer`; what was shown is known while it happens, and not to the log."""
    start: float
    end: float
    detail: str = ""
    """Why, or by whom: a reason code, a provider, how a card ended or why no answer came."""

    @property
    def ms(self) -> float:
        """Its length in milliseconds."""
        return 1000 * (self.end - self.start)


@dataclass(slots=True)
class UtteranceTrace:
    """Everything that came of one utterance."""

    meeting: str
    utterance: str
    channel: Channel
    stages: list[Stage] = field(default_factory=list)
    outcome: str = ""
    """The reason code of silence, or how the card ended; empty while that is open."""

    @property
    def start(self) -> float:
        """When the speaker began."""
        return min(stage.start for stage in self.stages)

    @property
    def end(self) -> float:
        """When the last of it was there."""
        return max(stage.end for stage in self.stages)

    @property
    def told(self) -> float:
        """When its words were there."""
        return self.stages[1].end

    def add(self, name: str, start: float, end: float, detail: str = "") -> None:
        """A further stage; one that would end before it began has no length."""
        self.stages.append(Stage(name, min(start, end), end, detail))


@dataclass(frozen=True, slots=True)
class _Card:
    """A card that has no end yet."""

    trace: UtteranceTrace
    deciding: Stage
    untoned: bool
    """Its utterance's tone was still to come: a prompt may wait for that."""

    @property
    def at(self) -> float:
        """When it was decided on."""
        return self.deciding.end

    def decided_at(self, at: float) -> _Card:
        """The same, where its end tells when it was decided on."""
        before = self.deciding
        moved = Stage(before.name, before.start + at - before.end, at, before.detail)
        self.trace.stages[self.trace.stages.index(before)] = moved
        return _Card(self.trace, moved, self.untoned)


class Waterfall:
    """Folds the events of any number of meetings, in order, into traces."""

    def __init__(self, prompt_wait_s: float = PROMPT_WAIT_S) -> None:
        """`prompt_wait_s`: how long a prompt waits for the tone of what it is about."""
        self._prompt_wait_s = prompt_wait_s
        self._untoned: set[tuple[str, str]] = set()
        self._began: dict[tuple[str, Channel], float] = {}
        self._open: dict[tuple[str, str], UtteranceTrace] = {}
        self._cards: dict[tuple[str, str], _Card] = {}
        self._first: dict[tuple[str, str], tuple[float, float | None]] = {}
        self._transcribers: dict[str, str] = {}
        self._suggesters: dict[str, str] = {}

    def add(self, envelope: Envelope, shown: float | None = None) -> list[UtteranceTrace]:
        """The traces that this event completes. `shown`: when it goes to overlays, where that is known."""
        data, meeting, at = envelope.data, envelope.meeting, envelope.at
        match data:
            case MeetingStarted():
                self._transcribers[meeting], self._suggesters[meeting] = data.transcriber, data.suggester
            case CaptureState(state="capturing") if envelope.media is not None:
                self._began.setdefault((meeting, data.channel), at - envelope.media.start)
            case UtteranceCreated():
                return self._said(envelope, data)
            case UtteranceRevised():
                self._toned(meeting, data, at)
            case SuggestionSkipped():
                return self._silent(meeting, data, at)
            case SuggestionCreated():
                self._carded(meeting, data, at, shown)
            case SuggestionDelta():
                self._first.setdefault((meeting, data.id), (at, shown))
            case SuggestionCompleted() | SuggestionSuperseded() | SuggestionExpired() | SuggestionFailed():
                return self._ended(meeting, data, at)
            case MeetingEnded():
                return self._over(meeting)
            case _:
                pass
        return []

    def _said(self, envelope: Envelope, data: UtteranceCreated) -> list[UtteranceTrace]:
        media, meeting = envelope.media, envelope.meeting
        if media is None:
            return []
        began = self._began.setdefault((meeting, media.channel), envelope.at - media.end)
        trace = UtteranceTrace(meeting, data.id, media.channel)
        trace.add("speech", began + media.start, began + media.end, data.speaker)
        trace.add("transcribe", began + media.end, envelope.at, self._transcribers.get(meeting, ""))
        self._open[meeting, data.id] = trace
        if not data.settled:
            self._untoned.add((meeting, data.id))
        return self._settled(meeting, envelope.at)

    def _settled(self, meeting: str, now: float) -> list[UtteranceTrace]:
        """Those of which nothing more comes, and the oldest of too many."""
        mine = [key for key in self._open if key[0] == meeting]
        shown = {card.trace.utterance for (of, _), card in self._cards.items() if of == meeting}
        over = [
            key
            for at, key in enumerate(mine)
            if at < len(mine) - REMEMBERED or (self._open[key].told < now - SETTLED_S and key[1] not in shown)
        ]
        self._untoned.difference_update(over)
        return [self._open.pop(key) for key in over]

    def _toned(self, meeting: str, data: UtteranceRevised, at: float) -> None:
        trace = self._open.get((meeting, data.id))
        self._untoned.discard((meeting, data.id))
        if trace is not None:
            trace.add("tone", trace.told, at, data.emotion.label or str(data.emotion.status))

    def _silent(self, meeting: str, data: SuggestionSkipped, at: float) -> list[UtteranceTrace]:
        trace = self._open.get((meeting, data.utterance or ""))
        if trace is None:
            return []
        trace.outcome = data.reason
        trace.add("decide", at, at, data.reason)
        return []  # a later revision, or a second look, may still come

    def _carded(self, meeting: str, data: SuggestionCreated, at: float, shown: float | None) -> None:
        trace = self._open.get((meeting, data.utterance or ""))
        if trace is None:
            return
        latency_s = (data.latency_ms or 0.0) / 1000
        # a card without a text of its own shows with the model's first word; it was decided on with the words
        decided = at if data.text or trace.outcome else min(at, trace.told + latency_s)
        trace.add("decide", decided - latency_s, decided, f"{data.kind} ({data.reason})")
        deciding = trace.stages[-1]
        if shown is not None:
            trace.add("card.shown", at, shown)
        untoned = (meeting, trace.utterance) in self._untoned
        self._cards[meeting, data.id] = _Card(trace, deciding, untoned)

    def _ended(
        self,
        meeting: str,
        data: SuggestionCompleted | SuggestionSuperseded | SuggestionExpired | SuggestionFailed,
        at: float,
    ) -> list[UtteranceTrace]:
        key = (meeting, data.id)
        first = self._first.pop(key, None)
        if key not in self._cards:
            return []
        card = self._cards.pop(key)
        trace = card.trace
        trace.outcome = data.TYPE.removeprefix("suggestion.")
        how = data.kind if isinstance(data, SuggestionFailed) else trace.outcome
        if first is not None and isinstance(data, SuggestionCompleted) and data.first_token_ms is not None:
            card = card.decided_at(first[0] - data.first_token_ms / 1000)
        asked = self._asked(card, at if first is None else first[0])
        if first is not None:
            came, shown = first
            trace.add("model.first_word", asked, came, self._suggesters.get(meeting, ""))
            if shown is not None:
                trace.add("first_word.shown", came, shown)
            trace.add("model.answer", came, at, how)
        elif isinstance(data, SuggestionFailed):
            trace.add("model.first_word", asked, at, self._suggesters.get(meeting, ""))
            trace.add("model.answer", at, at, how)
        self._open.pop((meeting, trace.utterance), None)
        return [trace]

    def _asked(self, card: _Card, latest: float) -> float:
        """When the model was asked about a card: once the tone was known, or in vain waited for.

        `latest` is when it answered: it may have been asked early, before its words were final.
        """
        tone = next((stage.end for stage in card.trace.stages if stage.name == "tone"), math.inf)
        waited = min(max(card.at, tone), card.at + self._prompt_wait_s)
        return waited if card.untoned and waited < latest else min(card.at, latest)

    def rest(self) -> list[UtteranceTrace]:
        """What is still open, told as it is."""
        left = list(self._open.values())
        self._open.clear()
        self._untoned.clear()
        return left

    def _over(self, meeting: str) -> list[UtteranceTrace]:
        self._began = {key: at for key, at in self._began.items() if key[0] != meeting}
        self._untoned = {key for key in self._untoned if key[0] != meeting}
        self._cards = {key: card for key, card in self._cards.items() if key[0] != meeting}
        self._first = {key: first for key, first in self._first.items() if key[0] != meeting}
        self._transcribers.pop(meeting, None)
        self._suggesters.pop(meeting, None)
        return [self._open.pop(key) for key in list(self._open) if key[0] == meeting]


def traces(events: Iterable[Envelope], prompt_wait_s: float = PROMPT_WAIT_S) -> Iterator[UtteranceTrace]:
    """The traces of a stored meeting, as they were completed; what was open at its end comes last."""
    waterfall = Waterfall(prompt_wait_s)
    for envelope in events:
        yield from waterfall.add(envelope)
    yield from waterfall.rest()
