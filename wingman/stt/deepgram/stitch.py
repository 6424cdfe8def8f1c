"""One channel's transcript across connections: no word lost, none doubled, none at a wrong time. Pure.

Finals close windows that follow each other without a seam. `settled` is the media time up to which all is
final; a new connection replays from there, and whatever it says about earlier audio is dropped.
"""

from __future__ import annotations

from wingman.core.errors import Branch, Missed, Progress
from wingman.core.media import Gap, GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent, Word
from wingman.core.time import Channel, SampleTime, Span, samples, samples_of_ms
from wingman.link.offsets import Offsets
from wingman.stt.deepgram.wire import Heard, Results

SEAM = samples_of_ms(20)
"""Windows that meet within this much are contiguous: the service's floats carry 32-bit noise."""
HELD = 4
"""Finals kept while one before them is awaited (delivery out of order)."""
PATIENCE = samples_of_ms(2500)
"""A missing final counts as lost when this much later audio has been answered for."""
SOUNDLESS = frozenset({GapCause.PAUSED, GapCause.REANCHOR, GapCause.RECONNECT})
"""Gaps in which nothing was recorded, so there is nothing that could be missed."""


class Stitcher:
    """Feed it the messages of one connection after the other; it answers with events in `SampleTime`."""

    def __init__(self, channel: Channel, origin: SampleTime, utterance_end_ms: int = 1000) -> None:
        """`utterance_end_ms`: the gap after which the service tells the end of an utterance; 0: never."""
        self._channel = channel
        self._ending = samples_of_ms(utterance_end_ms)
        self._open_since: SampleTime | None = None
        self._settled = origin
        self._generation = 0
        self._offsets = Offsets(origin)
        self._position = 0
        self._held: list[Results] = []
        self._interim_words: tuple[Word, ...] = ()
        self._showing = False
        self._doubt = False
        self._inherited = False
        self._retried: SampleTime | None = None

    @property
    def settled(self) -> SampleTime:
        """Everything before this is final, or was reported as missed."""
        return self._settled

    @property
    def position(self) -> int:
        """The same in samples of the present connection."""
        return self._position

    @property
    def unsettled(self) -> int:
        """Samples sent on this connection whose words are not final yet."""
        return max(0, self._offsets.accepted - self._position)

    @property
    def passed_over(self) -> Span | None:
        """Media time whose final was lost on the way, so it has to be sent again; None when all is well."""
        if not self._held or self._offsets.start_at(self._position) == self._retried:
            return None
        late = len(self._held) > HELD or self._answered - samples(self._held[0].end) >= PATIENCE
        return Span(self._settled, self._offsets.end_at(samples(self._held[0].start))) if late else None

    def connected(self, offsets: Offsets) -> None:
        """A new connection begins: its time starts at zero and its speaker labels mean somebody else."""
        self._generation += 1
        self._inherited = self._open_since is not None and self._ending > 0
        self._offsets = offsets
        self._position = self._answered = 0
        self._held.clear()
        self._interim_words = ()
        self._doubt = False

    def give_up_on(self, hole: Span) -> None:
        """`hole` is about to be sent again; if it is passed over once more it counts as missed."""
        self._retried = hole.start

    def gap(self, gap: Gap) -> list[TranscriberEvent]:
        """The tape has nothing here and the offsets have jumped; what was pending before it stays pending."""
        return [*self._missed(gap), *self._advance()]

    def skip(self, gap: Gap) -> list[TranscriberEvent]:
        """The tape has nothing where the next connection was to begin."""
        self._settled = max(self._settled, gap.span.end)
        return [*self._missed(gap), Progress(Branch.TRANSCRIBE, self._channel, self._settled)]

    def finish(self, end: SampleTime, heard: bool) -> list[TranscriberEvent]:
        """Nothing more will come: settles everything before `end`, as missed unless it was `heard`."""
        if end <= self._settled:
            return []
        rest = Gap(Span(self._settled, end), GapCause.OUTAGE)
        self._settled = end
        return [*([] if heard else self._missed(rest)), Progress(Branch.TRANSCRIBE, self._channel, end)]

    def unreadable(self) -> None:
        """Something could not be decoded: it may have been a final, so a hole before the next one is a loss."""
        self._doubt = True

    def speech_started(self, timestamp: float) -> list[TranscriberEvent]:
        """A voice began at `timestamp` seconds of the stream."""
        at = self._offsets.start_at(samples(timestamp))
        return [SpeechStarted(self._channel, at)] if at >= self._settled else []

    def utterance_end(self, last_word_end: float) -> list[TranscriberEvent]:
        """No word since `last_word_end` seconds of the stream; -1 means it was said before."""
        if last_word_end < 0:
            return []
        self._open_since = None
        return [SpeechEnded(self._channel, self._offsets.end_at(samples(last_word_end)))]

    def results(self, message: Results) -> list[TranscriberEvent]:
        """What one `Results` message changes."""
        self._answered = max(self._answered, samples(message.end))
        events: list[TranscriberEvent] = []
        if not message.is_final:
            events += self._interim(message)
        elif samples(message.end) > self._position or message.speech_final:
            self._held.append(message)
            self._held.sort(key=lambda final: final.start)
        while self._held and self._joins(self._held[0]):
            events += self._final(self._held.pop(0))
        return events + self._inherited_end(message)

    def _inherited_end(self, message: Results) -> list[TranscriberEvent]:
        """An utterance whose words were final before the reconnect: this connection will never say it ended."""
        if not self._inherited or self._open_since is None:
            return []
        next_word = samples(message.words[0].start) if message.words else self._answered
        if self._offsets.end_at(next_word) - self._open_since >= self._ending:
            self._inherited, ended, self._open_since = False, self._open_since, None
            return [SpeechEnded(self._channel, ended)]
        self._inherited = not message.words
        return []

    def _joins(self, final: Results) -> bool:
        start = samples(final.start)
        if start <= self._position + SEAM:
            return True
        if self._retried == self._settled:
            return True
        heard = any(word.start < self._offsets.end_at(start) for word in self._interim_words)
        return not (self._doubt or heard)

    def _final(self, final: Results) -> list[TranscriberEvent]:
        start, end = samples(final.start), samples(final.end)
        events: list[TranscriberEvent] = []
        if start > self._position + SEAM and self._retried == self._settled:
            hole = Span(self._settled, max(self._settled, self._offsets.end_at(start)))
            events += self._missed(Gap(hole, GapCause.PROVIDER))
        words = self._words(final)
        span_start = max(self._offsets.start_at(max(start, self._position)), self._settled)
        span = Span(span_start, max(span_start, self._offsets.end_at(end)))
        if end > self._position or (final.speech_final and not words):
            events.append(Final(self._channel, span, words, final.speech_final))
        if words:
            self._open_since = max(word.end for word in words)
        self._position = max(self._position, end)
        self._interim_words = tuple(word for word in self._interim_words if word.end > span.end)
        self._showing = False
        self._doubt = False
        return events + self._advance()

    def _interim(self, message: Results) -> list[TranscriberEvent]:
        if samples(message.end) <= self._position:
            return []
        words = self._words(message)
        self._interim_words = words
        if not words and not self._showing:
            return []
        self._showing = bool(words)
        start = max(self._settled, self._offsets.start_at(max(samples(message.start), self._position)))
        return [
            Interim(self._channel, Span(start, max(start, self._offsets.end_at(samples(message.end)))), words)
        ]

    def _words(self, message: Results) -> tuple[Word, ...]:
        """The message's words on our clock, without those that were final before."""
        return tuple(
            self._word(heard)
            for heard in message.words
            if samples((heard.start + heard.end) / 2) >= self._position and heard.text
        )

    def _word(self, heard: Heard) -> Word:
        span = self._offsets.span(heard.start, heard.end)
        speaker = None if heard.speaker is None else f"{self._generation}.{heard.speaker}"
        return Word(heard.text, span.start, span.end, heard.confidence, speaker)

    def _missed(self, gap: Gap) -> list[TranscriberEvent]:
        if gap.cause in SOUNDLESS or not gap.span.length:
            return []
        return [Missed(Branch.TRANSCRIBE, self._channel, gap.span, gap.cause)]

    def _advance(self) -> list[TranscriberEvent]:
        settled = self._offsets.start_at(min(self._position, self._offsets.accepted))
        if settled <= self._settled:
            return []
        self._settled = settled
        self._offsets.forget(self._position)
        return [Progress(Branch.TRANSCRIBE, self._channel, settled)]
