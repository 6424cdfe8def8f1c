"""One channel's transcript across connections: no word lost, none doubled, none at a wrong time. Pure.

Finals close windows that follow each other without a seam. `settled` is the media time up to which all is
final; a new connection replays from there, and whatever it says about earlier audio is dropped. A window that
does not join the one before is held: the final between them may still come. If it does not, that audio is sent
once more, and told as missed when it is passed over again.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from wingman.core.errors import Branch, Missed, Progress
from wingman.core.media import SOUNDLESS, Gap, GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent, Word
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, Span, samples, samples_of_ms
from wingman.link.offsets import Offsets
from wingman.stt.deepgram.bounds import bounded, possible
from wingman.stt.deepgram.wire import Heard, Results

SEAM = samples_of_ms(60)
"""Windows that meet within this much are contiguous: the service rounds, and no word is that short."""
HELD = 4
"""Finals kept while one before them is awaited (delivery out of order)."""
PATIENCE = samples_of_ms(2500)
"""A missing final counts as lost when this much audio is answered for beyond the beginning of a later one."""
SHOWN_PATIENCE = samples_of_ms(12_000)
"""The same where only interims of a later window came: a final can still be on its way behind that window's."""
REMEMBERED = 128
"""Words remembered to know one that is said again."""
SAME = samples_of_ms(1000)
"""The same word within this much of where it was said is the same word, moved."""


class _SoFar(NamedTuple):
    """An interim, and what was worked out of it: the next one says it again and adds to it."""

    start: int
    """Where its window begins, in samples of the connection."""
    window: tuple[float, float]
    """Where it begins and ends, in seconds."""
    heard: tuple[Heard, ...]
    words: tuple[Word, ...]
    places: tuple[tuple[int, int, int], ...]
    """Where the window of each begins, and where it begins and ends itself."""


_NOTHING_YET = _SoFar(-1, (-1.0, -1.0), (), (), ())


class Stitcher:
    """Feed it the messages of one connection after the other; it answers with events in `SampleTime`."""

    def __init__(
        self, channel: Channel, origin: SampleTime, utterance_end_ms: int = 1000, generation: int = 0
    ) -> None:
        """`utterance_end_ms`: the gap after which the service tells the end of an utterance; 0: never.

        `generation`: connections of this channel before, so that no two speakers get one label.
        """
        self._channel = channel
        self._ending = samples_of_ms(utterance_end_ms)
        self._open_since: SampleTime | None = None
        self._settled = origin
        self._generation = generation
        self._offsets = Offsets(origin)
        self._position = 0
        self._answered = 0
        self._moved_on = 0
        self._held: list[Results] = []
        self._said: deque[Heard] = deque(maxlen=REMEMBERED)
        self._shown: tuple[tuple[int, int, int], ...] = ()
        """Words of interims that no final has settled: where their window begins, where they begin and end."""
        self._last = _NOTHING_YET
        self._doubt = False
        self._leaves_out = False
        self._inherited = False
        self._retried: SampleTime | None = None

    @property
    def settled(self) -> SampleTime:
        """Everything before this is final, or was reported as missed."""
        return self._settled

    @property
    def generation(self) -> int:
        """Connections so far."""
        return self._generation

    @property
    def position(self) -> int:
        """`settled` in samples of the present connection."""
        return self._position

    @property
    def unsettled(self) -> int:
        """Samples sent on this connection whose words are not final yet."""
        return max(0, self._offsets.accepted - self._position)

    @property
    def answered(self) -> int:
        """Samples of this connection the service has said anything about."""
        return self._answered

    @property
    def asked_again(self) -> bool:
        """What is unsettled now has been sent once more already, because of a hole in the answers."""
        return self._retried == self._settled

    @property
    def passed_over(self) -> Span | None:
        """Media time whose final was lost on the way, so it has to be sent again; None when all is well."""
        if self.asked_again or self._retried == self._offsets.start_at(self._position):
            return None
        beyond = samples(self._held[0].start) if self._held else self._moved_on
        if (not self._held and beyond <= self._position + SEAM) or not self._overdue(beyond):
            return None
        for _, end in self._swallowed(self._held[0]) if self._held else ():
            beyond = max(beyond, end)
        return Span(self._settled, max(self._settled, self._offsets.end_at(beyond)))

    def _overdue(self, beyond: int) -> bool:
        """Whether the final of what lies before sample `beyond` ought to have come by now."""
        patience = PATIENCE if self._held else SHOWN_PATIENCE
        return len(self._held) > HELD or self._answered - beyond >= patience

    def connected(self, offsets: Offsets) -> None:
        """A new connection begins: its time starts at zero and its speaker labels mean somebody else."""
        self._generation += 1
        self._inherited = self._open_since is not None and self._ending > 0
        self._offsets = offsets
        self._position = self._answered = self._moved_on = 0
        self._held.clear()
        self._said.clear()
        self._shown = ()
        self._last = _NOTHING_YET
        self._doubt = False

    def ask_again(self) -> None:
        """What is unsettled is about to be sent again; what is passed over once more counts as missed."""
        self._retried = self._settled

    def gap(self, gap: Gap) -> list[TranscriberEvent]:
        """The tape has nothing here and the offsets have jumped; what was pending before it stays pending."""
        return [*self._missed(gap), *self._advance()]

    def skip(self, gap: Gap) -> list[TranscriberEvent]:
        """The tape has nothing where the next connection was to begin."""
        self._settled = max(self._settled, gap.span.end)
        return [*self._missed(gap), Progress(Branch.TRANSCRIBE, self._channel, self._settled)]

    def drain(self) -> list[TranscriberEvent]:
        """Nothing more will come on this connection: give out what was held, and tell the holes before it."""
        events: list[TranscriberEvent] = []
        while self._held:
            events += self._final(self._held.pop(0))
        return events

    def finish(self, end: SampleTime, heard: bool) -> list[TranscriberEvent]:
        """Nothing more will come: settles everything before `end`, as missed unless it was `heard`."""
        if end <= self._settled:
            return []
        rest = Span(self._settled, end)
        self._settled = end
        said: TranscriberEvent = Missed(Branch.TRANSCRIBE, self._channel, rest, GapCause.OUTAGE)
        if heard:
            said = Final(self._channel, rest, ())
        return [said, Progress(Branch.TRANSCRIBE, self._channel, end)]

    def unreadable(self) -> None:
        """Something could not be decoded: it may have been a final, so a hole before the next one is a loss."""
        self._doubt = True

    def speech_started(self, timestamp: float) -> list[TranscriberEvent]:
        """A voice began at `timestamp` seconds of the stream."""
        if not possible(timestamp, self._offsets.accepted):
            return []
        at = self._offsets.start_at(samples(timestamp))
        return [SpeechStarted(self._channel, at)] if at >= self._settled else []

    def utterance_end(self, last_word_end: float) -> list[TranscriberEvent]:
        """No word since `last_word_end` seconds of the stream; -1 means it was said before."""
        if last_word_end < 0 or not possible(last_word_end, self._offsets.accepted):
            return []
        self._open_since = None
        return [SpeechEnded(self._channel, self._offsets.end_at(samples(last_word_end)))]

    def results(self, message: Results) -> list[TranscriberEvent]:
        """What one `Results` message changes. One that is about audio that was never sent changes nothing."""
        said_again = self._said_again(message)
        believed = bounded(message, self._offsets.accepted, self._position, said_again)
        if believed is None:
            self._doubt = self._doubt or message.is_final
            return []
        start, end = samples(believed.start), samples(believed.end)
        self._answered = max(self._answered, end)
        self._moved_on = max(self._moved_on, start)
        events: list[TranscriberEvent] = []
        if not believed.is_final:
            if end > self._position:
                events += self._interim(believed, start, end, said_again)
        elif end > self._position:
            self._held.append(believed)
            self._held.sort(key=lambda final: final.start)
        else:
            events += self._belated(believed)
        while self._held and self._joins(self._held[0]):
            events += self._final(self._held.pop(0))
        if self._inherited:
            events += self._inherited_end(believed)
        return events

    def _said_again(self, message: Results) -> int:
        """How many of its words the last interim of its window had said already, each at the same place.

        Those are not worked out again, nor looked at: what an interim costs is what is new in it.
        """
        last = self._last
        start_s, end_s = last.window
        if message.start != start_s or message.end < end_s:
            return 0
        count = len(last.heard)
        return count if message.words[:count] == last.heard else 0

    def _inherited_end(self, message: Results) -> list[TranscriberEvent]:
        """An utterance whose words were final before the reconnect: this connection will never say it ended."""
        if self._open_since is None:
            return []
        next_word = samples(message.words[0].start) if message.words else self._answered
        if self._offsets.end_at(next_word) - self._open_since >= self._ending:
            self._inherited, ended, self._open_since = False, self._open_since, None
            return [SpeechEnded(self._channel, ended)]
        self._inherited = not message.words
        return []

    def _joins(self, final: Results) -> bool:
        start = samples(final.start)
        swallowed = self._swallowed(final)
        if (start <= self._position + SEAM and not swallowed) or (self.asked_again and self._overdue(start)):
            return True
        words_in_hole = swallowed or any(self._position <= at < start for _, at, _ in self._shown)
        return self._leaves_out and not (self._doubt or words_in_hole)

    def _swallowed(self, final: Results) -> list[tuple[int, int]]:
        """Words this window would pass over: shown in an earlier one that overlaps it, and not in this one."""
        start, end = samples(final.start), samples(final.end)
        if not self._shown:
            return []
        return [
            (at, until)
            for window, at, until in self._shown
            if 2 * self._position <= at + until
            and at < end
            and (start - window > SEAM or at + until < 2 * start)
            and not any(samples(word.start) < until and at < samples(word.end) for word in final.words)
        ]

    def _belated(self, final: Results) -> list[TranscriberEvent]:
        """A window before `position`: a repetition, an endpoint, or what a window too long had swallowed."""
        words = self._words(final)
        if not words and not final.speech_final:
            return []
        start = words[0].start if words else self._settled
        span = Span(start, max(start, words[-1].end if words else start))
        return [Final(self._channel, span, words, final.speech_final)]

    def _final(self, final: Results) -> list[TranscriberEvent]:
        start, end = samples(final.start), samples(final.end)
        events: list[TranscriberEvent] = []
        swallowed = self._swallowed(final)
        span_start = self._settled
        if start > self._position + SEAM:
            span_start = max(self._settled, self._offsets.start_at(start))
            hole = Span(self._settled, max(self._settled, self._offsets.end_at(start)))
            events += self._missed(Gap(hole, GapCause.PROVIDER))
            self._leaves_out = True
        for at, until in swallowed:
            first = max(span_start, self._offsets.start_at(at))
            events += self._missed(Gap(Span(first, max(first, self._offsets.end_at(until))), GapCause.PROVIDER))
        words = self._words(final)
        span = Span(span_start, max(span_start, self._offsets.end_at(end)))
        events.append(Final(self._channel, span, words, final.speech_final))
        if words:
            self._open_since = max(word.end for word in words)
        self._position = max(self._position, end)
        # what was shown beyond the end of its window is for the next one to settle
        self._shown = tuple(
            (max(window, end) if abs(window - start) <= SEAM else window, at, until)
            for window, at, until in self._shown
            if at >= end or window > start + SEAM
        )
        self._doubt = False
        return events + self._advance()

    def _interim(self, message: Results, start: int, end: int, said_again: int) -> list[TranscriberEvent]:
        """`start`, `end`: its window, in samples of the connection; `said_again`: see `_said_again`."""
        known = len(self._last.places) if self._last.start == start else 0
        words = self._so_far(message, start, said_again)
        if known and self._shown[-known:] == self._last.places[:known]:
            self._shown = (*self._shown, *self._last.places[known:])[-REMEMBERED:]
        else:  # what was shown earlier, in another window, and is not settled since
            before = [shown for shown in self._shown if shown[1] < start or shown[0] < start - SEAM]
            self._shown = (*before, *self._last.places)[-REMEMBERED:]
        first = max(self._settled, self._offsets.start_at(max(start, self._position)))
        return [Interim(self._channel, Span(first, max(first, self._offsets.end_at(end))), words)]

    def _words(self, message: Results) -> tuple[Word, ...]:
        """A final's words on our clock, without those that were final before; they are remembered."""
        words, heard = self._so_far(message, samples(message.start), self._said_again(message)), message.words
        self._last = _NOTHING_YET
        whole = len(words) == len(heard)
        self._said.extend(heard if whole else [one for one in heard if one.text and not self._known(one)])
        return words

    def _so_far(self, message: Results, start: int, said_again: int) -> tuple[Word, ...]:
        """The words of a window. It says again what its last interim said: only the rest is worked out."""
        last, heard = self._last, message.words
        if len(last.words) < said_again:  # what was known then may be no more
            said_again = 0
        if not said_again:
            last = _NOTHING_YET
        fresh = heard[said_again:]
        words = (*last.words, *[self._word(one) for one in fresh if one.text and not self._known(one)])
        places = (*last.places, *[(start, samples(one.start), samples(one.end)) for one in fresh])
        self._last = _SoFar(start, (message.start, message.end), heard, words, places)
        return words

    def _known(self, heard: Heard) -> bool:
        """Whether this word of this connection was final before."""
        if (heard.start + heard.end) * SAMPLE_RATE > 2 * self._position + 2:  # whatever rounding makes of it
            return False
        span, text = _span(heard), heard.text
        if span.start + span.end >= 2 * self._position:
            return False
        if span.start < 0:
            return True  # before this connection began
        return any(
            2 * span.overlap(at := _span(said)) >= min(span.length, at.length)
            or (text == said.text and abs(span.start - at.start) <= SAME)
            for said in self._said
        )

    def _word(self, heard: Heard) -> Word:
        start = self._offsets.start_at(samples(heard.start))
        end = self._offsets.end_at(samples(heard.end))
        speaker = None if heard.speaker is None else f"{self._generation}.{heard.speaker}"
        return Word(heard.text, start, max(start, end), heard.sureness, speaker)

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


def _span(heard: Heard) -> Span:
    start = samples(heard.start)
    return Span(start, max(start, samples(heard.end)))
