"""Words into turns: one channel's transcript, split by speaker and cut where speech ends.

A turn closes when the transcriber hears its end, when the words that follow lie behind a pause, or when
media time has passed without any. A half sentence that was cut at a short pause is *held* for its
continuation. What closes depends on this channel's transcript and its time alone, never on emotions.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wingman.config.correlate import CorrelateSettings
from wingman.core.speech import Final, Interim, Word
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.correlate.sentences import Sentences

NEVER: SampleTime = 2**62
"""Later than any media time."""

STUCK = samples(20.0)
"""Signs of speech keep a turn open no longer than this when the words never settle."""

DENSEST = 100
"""Characters a second; nobody speaks so fast, but a recogniser that stammers writes so."""

LEAST_S = 10.0
"""Of an utterance, in counting how many characters it may have."""

REMEMBERED_FINALS = 32
"""How many settled windows are remembered to recognise one that is sent again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Closed words of one speaker, in order; never empty."""

    channel: Channel
    speaker: str
    words: tuple[Word, ...]
    start: SampleTime
    end: SampleTime

    @classmethod
    def of(cls, channel: Channel, speaker: str, words: Sequence[Word]) -> Turn:
        """A turn of these words."""
        return cls(channel, speaker, tuple(words), words[0].start, max([word.end for word in words]))


@dataclass(frozen=True, slots=True)
class Partial:
    """What a channel is saying right now. Replaces the one before; empty text clears it."""

    channel: Channel
    speaker: str
    text: str
    span: Span
    firm: int = 0
    """Characters at its beginning that will hardly change."""


class _Tail(NamedTuple):
    """What the last speaker of an interim says in it."""

    words: tuple[Word, ...]
    """The whole interim."""
    text: str = ""
    start: SampleTime = 0
    end: SampleTime = 0

    def of(self, words: tuple[Word, ...]) -> _Tail:
        """That of the next interim; it mostly says the very same words again, and some more."""
        label, known = words[-1].speaker, len(self.words)
        fresh = words[known:]
        goes_on = 0 < known <= len(words) and all(map(operator.is_, self.words, words))
        if goes_on and {label} == {word.speaker for word in (self.words[-1], *fresh)}:
            text = " ".join([self.text, *[word.text for word in fresh]])
            return _Tail(words, text, self.start, words[-1].end)
        own = [word for word in words if word.speaker == label]
        return _Tail(words, " ".join([word.text for word in own]), own[0].start, own[-1].end)


class _Draft:
    """The open turn of one speaker."""

    __slots__ = ("_shown", "_text", "end", "held", "label", "size", "start", "words")

    def __init__(self, label: str | None, word: Word) -> None:
        self.label = label
        self.words = [word]
        self.start = word.start
        self.end = word.end
        self.size = len(word.text)
        self.held = False
        """The transcriber heard an end, but the sentence is only half: its continuation may follow."""
        self._text = word.text
        self._shown = 1

    @property
    def text(self) -> str:
        """The words so far; joined when asked for, which is less often than words come."""
        if self._shown < len(self.words):
            self._text = " ".join([self._text, *[word.text for word in self.words[self._shown :]]])
            self._shown = len(self.words)
        return self._text

    def add(self, word: Word) -> None:
        self.words.append(word)
        self.size += len(word.text) + 1
        if word.end > self.end:
            self.end = word.end
        self.held = False


class Assembler:
    """Assembles the turns of one channel. Every method returns the turns it closed, oldest first."""

    def __init__(self, channel: Channel, settings: CorrelateSettings) -> None:
        self._channel = channel
        self._name = channel.value
        self._pause = samples(settings.pause_s)
        self._merge = samples(settings.merge_pause_s)
        self._lag = samples(settings.lag_s)
        self._longest = samples(settings.max_utterance_s)
        self._largest = DENSEST * max(LEAST_S, settings.max_utterance_s)
        self._drafts: dict[str | None, _Draft] = {}
        self._interim: tuple[Word, ...] = ()
        self._tail = _Tail(())
        self._firm: tuple[Word, ...] = ()  # of `_interim`
        self._speaking_since: SampleTime | None = None
        self._settled: SampleTime = 0
        self._reported: SampleTime = 0
        self._interim_end: SampleTime = 0
        self._recent: deque[Final] = deque(maxlen=REMEMBERED_FINALS)
        self._sentences = Sentences()
        self.replayed_words = 0
        self.transcribed = False
        """A transcriber has said that it is at work on the channel: where it has not come to, it will."""

    @property
    def heard(self) -> SampleTime:
        """Words before this are known, if only as an interim."""
        return max(self._settled, self._reported, self._interim_end)

    @property
    def speaking(self) -> bool:
        """True while there are signs of speech whose words are not settled."""
        return bool(self._interim) or self._speaking_since is not None

    @property
    def open_since(self) -> SampleTime | None:
        """Where speech begins that was not told yet; None while there is none."""
        starts = [draft.start for draft in self._drafts.values()]
        if self._interim:
            starts.append(self._interim[0].start)
        if self._speaking_since is not None:
            starts.append(self._speaking_since)
        return min(starts, default=None)

    @property
    def interim_words(self) -> tuple[Word, ...]:
        """Words that are not settled yet."""
        return self._interim

    @property
    def due(self) -> SampleTime:
        """When silence may next close a turn."""
        if not self._drafts:
            return NEVER
        return self._lag + min([draft.end + self._patience(draft) for draft in self._drafts.values()])

    def final(self, final: Final) -> list[Turn]:
        """Take settled words; returns the turns they end."""
        unseen = self._unseen(final)
        if unseen is None:
            return []
        closed: list[Turn] = []
        for word in unseen:
            self._take(word, closed)
        self._settled = max(self._settled, final.span.end)
        self._interim = self._firm = ()
        if final.endpoint:
            self._speaking_since = None
            self._end_of_speech(closed)
        self._close_stale(self._settled, closed)
        return _in_order(closed)

    def interim(self, interim: Interim) -> None:
        """Take words that may still change."""
        if interim.span.end > self._settled:
            self._interim = interim.words
            self._firm = interim.words[: interim.firm]
            self._interim_end = interim.span.end

    def speech_started(self, at: SampleTime) -> None:
        """Somebody began to speak at `at`."""
        self._speaking_since = at

    def speech_ended(self, at: SampleTime) -> list[Turn]:
        """Nobody speaks since `at`; returns the turns that ends."""
        closed: list[Turn] = []
        if self._speaking_since is not None and self._speaking_since <= at:
            self._speaking_since = None
        # A late report about an earlier pause must not cut the words spoken since.
        if all(draft.end <= at + self._lag for draft in self._drafts.values()):
            self._end_of_speech(closed)
        return _in_order(closed)

    def reported(self, upto: SampleTime) -> list[Turn]:
        """The transcriber has nothing more to say about anything before `upto`."""
        closed: list[Turn] = []
        self._reported = max(self._reported, upto)
        self._close_stale(upto, closed)
        return _in_order(closed)

    def advance(self, now: SampleTime) -> list[Turn]:
        """Media time is at `now`: what has been quiet for too long is over."""
        closed: list[Turn] = []
        for draft in list(self._drafts.values()):
            quiet = now - draft.end - self._lag
            if quiet >= self._patience(draft) and (quiet > STUCK or not self._goes_on(draft)):
                self._close(draft, closed)
        return _in_order(closed)

    def flush(self) -> list[Turn]:
        """Somebody cannot wait: settled words are told as they stand, half sentences too."""
        closed: list[Turn] = []
        for draft in list(self._drafts.values()):
            self._close(draft, closed)
        return _in_order(closed)

    def close(self) -> list[Turn]:
        """No more words will come."""
        self._interim = self._firm = ()
        self._speaking_since = None
        return self.flush()

    def partial(self) -> Partial:
        """The unsettled text of whoever spoke last."""
        interim = self._interim
        if not interim and not self._drafts:
            return Partial(self._channel, self._speaker(None), "", Span(self._settled, self._settled))
        if interim:
            label = interim[-1].speaker
            self._tail = self._tail.of(interim)
            _, text, start, end = self._tail
        else:
            last = max(self._drafts.values(), key=lambda draft: draft.end)
            label, text, start, end = last.label, "", last.start, last.end
        firm = " ".join([word.text for word in self._firm if word.speaker == label])
        if (draft := self._drafts.get(label)) is not None:
            text, firm = f"{draft.text} {text}".rstrip(), f"{draft.text} {firm}".rstrip()
            start = draft.start
        return Partial(self._channel, self._speaker(label), text, Span(start, max(start, end)), len(firm))

    # --- inside ---------------------------------------------------------------------------

    def _unseen(self, final: Final) -> Sequence[Word] | None:
        """The words that were not settled before, for a provider may send a window again; None: all were.

        A window sent again says nothing new, so its endpoint must not cut the words spoken since.
        """
        if final.span.start >= self._settled and final.span.length:
            self._recent.append(final)
            return final.words
        again = final in self._recent
        if not again:
            self._recent.append(final)
            if final.span.start >= self._settled:
                return final.words
        unseen = () if again else [w for w in final.words if w.start + w.end >= 2 * self._settled]
        self.replayed_words += len(final.words) - len(unseen)
        return unseen if unseen or (not again and final.span.end >= self._settled) else None

    def _take(self, word: Word, closed: list[Turn]) -> None:
        if not self._sentences.punctuated:
            self._sentences.learn(word.text)
        draft = self._drafts.get(word.speaker)
        if draft is not None and word.start - draft.end > (self._merge if draft.held else self._pause):
            self._close(draft, closed)
            draft = None
        if draft is None:
            self._drafts[word.speaker] = draft = _Draft(word.speaker, word)
        else:
            draft.add(word)
        length = draft.end - draft.start
        if draft.size > self._largest or (
            length > self._longest and (self._sentences.ends(word.text) or 2 * length > 3 * self._longest)
        ):
            self._close(draft, closed)

    def _end_of_speech(self, closed: list[Turn]) -> None:
        for draft in list(self._drafts.values()):
            if self._merge and not self._sentences.complete(draft.words[-1].text):
                draft.held = True
            else:
                self._close(draft, closed)

    def _close_stale(self, upto: SampleTime, closed: list[Turn]) -> None:
        for draft in list(self._drafts.values()):
            if upto - draft.end > self._patience(draft):
                self._close(draft, closed)

    def _patience(self, draft: _Draft) -> int:
        return self._merge if draft.held else self._pause

    def _goes_on(self, draft: _Draft) -> bool:
        """Signs that the speaker of `draft` is talking on, though the words are not settled yet."""
        latest = draft.end + self._patience(draft)
        # interims often carry no labels yet
        if any(word.start <= latest and word.speaker in (draft.label, None) for word in self._interim):
            return True
        since = self._speaking_since
        return since is not None and since <= latest

    def _close(self, draft: _Draft, closed: list[Turn]) -> None:
        del self._drafts[draft.label]
        turn = Turn(self._channel, self._speaker(draft.label), tuple(draft.words), draft.start, draft.end)
        closed.append(turn)

    def _speaker(self, label: str | None) -> str:
        return self._name if label is None else f"{self._name}:{label}"


def _in_order(turns: list[Turn]) -> list[Turn]:
    if len(turns) > 1:
        turns.sort(key=lambda turn: (turn.start, turn.end, turn.speaker))
    return turns
