"""One channel's utterances between the voice detector and the decoder. Pure: no socket, no clock.

The detector says where speech begins, pauses and ends; this asks for decodes and turns their answers into
events:
a speculative final when a pause begins, looks at what is said so far, and finals in order. What is not answered
yet keeps its audio here, so that nothing is lost when the decode process dies.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from wingman.core.errors import Branch, Missed, Progress
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speaker_segments import labelled
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent, Word
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, SampleTime, Span, samples_of_ms
from wingman.local.decoder.wire import Decoded, Kind
from wingman.local.endpointer import Mark, Offset, Onset, Pause, Resume
from wingman.local.languages import LanguageChoice
from wingman.local.speaker_book import SpeakerBook

MOST_UNSETTLED = 4
"""Utterances that may wait for their final; the channel's audio waits on the tape meanwhile."""
LONGEST_LOOK = 15 * SAMPLE_RATE
"""A detector that is behind may not have found the utterance's end yet."""


@dataclass(frozen=True, slots=True)
class Traits:
    """How a recogniser wants to be asked."""

    interim_step: int = SAMPLE_RATE
    """Samples of new speech between two looks, and before the first."""
    speculates: bool = True
    """A final may be asked for before the end is certain; False where that costs more than it saves."""
    least_voice: int = samples_of_ms(300)
    """Samples of voice below which there is nothing to decode."""
    patience: float = 3.0
    """The next look comes no sooner than this many times the last one took."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A decode that is wanted now."""

    number: int
    kind: Kind
    pcm: bytes
    at: SampleTime
    lead: int
    language: str = ""
    fallback: str = "en"


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A final that nobody wants any more."""

    number: int


@dataclass(slots=True)
class _Utterance:
    number: int
    begin: SampleTime
    voice_at: SampleTime
    asked: Ask | None = None
    """The final that was asked for, speculative or not."""
    answer: Decoded | None = None
    end: Offset | None = None


@dataclass(slots=True)
class Outcome:
    """What follows from one input."""

    events: list[TranscriberEvent] = field(default_factory=list)
    requests: list[Ask | Withdraw] = field(default_factory=list)


class Utterances:
    """Feed it audio, marks and answers of one channel; it says what to ask and what to tell."""

    def __init__(
        self,
        channel: Channel,
        traits: Traits,
        start: SampleTime,
        language: LanguageChoice,
        people: SpeakerBook | None = None,
    ) -> None:
        self._channel = channel
        self._traits = traits
        self._language = language
        self._people = people or SpeakerBook()
        self._window = _Window(start)
        self._reached = self._settled = start
        self._heard = start  # what the detector has decided about, utterances that wait included
        self._open: _Utterance | None = None
        self._ended: OrderedDict[int, _Utterance] = OrderedDict()
        self._count = 0
        self._looked_at: SampleTime = start
        self._looking = False
        self._last_look_s = 0.0
        self._before: tuple[str, ...] = ()

    @property
    def full(self) -> bool:
        """Too much waits for its final: feed no more audio until something is answered."""
        return len(self._ended) >= MOST_UNSETTLED

    @property
    def idle(self) -> bool:
        """Nothing is open and nothing waits."""
        return self._open is None and not self._ended

    def again(self) -> tuple[SampleTime, Outcome]:
        """The detector starts anew: where it has to begin, so that nothing is lost and nothing doubled."""
        out = Outcome()
        running, self._open = self._open, None
        if running is not None and running.asked is not None:
            out.requests.append(Withdraw(running.number))
        start = self._heard if running is None else running.begin
        self._window.clear(start)
        return start, out

    def audio(self, block: PcmBlock) -> Outcome:
        """Audio that the detector hears as well."""
        self._window.append(block)
        return self.look()

    def look(self) -> Outcome:
        """Ask for a look at the running utterance when enough was said since the last one."""
        out = Outcome()
        running = self._open
        if running is None or running.asked is not None or self._looking:
            return out
        if running.begin < self._window.unbroken_since:
            return out  # a gap: the detector is about to end it
        new = self._window.end - max(self._looked_at, running.begin)
        patience = round(self._last_look_s * self._traits.patience * SAMPLE_RATE)
        if new >= max(self._traits.interim_step, patience):
            self._looking, self._looked_at = True, self._window.end
            upto = min(self._window.end, running.begin + LONGEST_LOOK)
            out.requests.append(self._ask(running, Kind.INTERIM, upto))
        return out

    def mark(self, mark: Mark) -> Outcome:
        """What the detector found."""
        out = Outcome()
        match mark:
            case Onset(at=at, voice_at=voice_at):
                self._open = _Utterance(self._count, at, voice_at)
                self._count += 1
                self._before = ()
                out.events.append(SpeechStarted(self._channel, at))
                out.requests += self.look().requests
            case Pause(upto=upto) if self._open is not None and self._traits.speculates:
                self._open.asked = self._ask(self._open, Kind.FINAL, upto)
                out.requests.append(self._open.asked)
            case Resume() if self._open is not None and self._open.asked is not None:
                self._open.asked = self._open.answer = None
                out.requests.append(Withdraw(self._open.number))
            case Offset() if self._open is not None:
                self._end(self._open, mark, out)
            case _:
                pass
        return out

    def reached(self, upto: SampleTime) -> Outcome:
        """The detector has decided about everything before `upto`."""
        self._reached = max(self._reached, upto)
        if self._open is None:
            self._heard = max(self._heard, upto)
        return self._settle(Outcome())

    def answered(self, answer: Decoded) -> Outcome:
        """A decode came back."""
        out = Outcome()
        if answer.kind is Kind.INTERIM:
            self._looking = False
            self._last_look_s = answer.decode_ms / 1000
            self._look(answer, out)
            return out
        utterance = self._find(answer.number)
        asked = utterance.asked if utterance else None
        if utterance is not None and asked is not None and answer.upto == len(asked.pcm) // BYTES_PER_SAMPLE:
            utterance.answer = answer
        return self._settle(out)

    def shed(self) -> None:
        """The look that was asked for will not come."""
        if self._looking:
            self._looking = False
            self._looked_at -= self._traits.interim_step

    def _find(self, number: int) -> _Utterance | None:
        if self._open is not None and self._open.number == number:
            return self._open
        return self._ended.get(number)

    def _ask(self, utterance: _Utterance, kind: Kind, upto: SampleTime) -> Ask:
        pcm = self._window.cut(utterance.begin, upto)
        lead = max(0, utterance.voice_at - utterance.begin)
        choice = self._language
        return Ask(utterance.number, kind, pcm, utterance.begin, lead, choice.current, choice.fallback)

    def _end(self, utterance: _Utterance, mark: Offset, out: Outcome) -> None:
        utterance.end = mark
        self._open = None
        self._heard = max(self._heard, mark.upto)
        self._ended[utterance.number] = utterance
        if mark.voiced < self._traits.least_voice:
            if utterance.asked is not None:
                out.requests.append(Withdraw(utterance.number))
            utterance.asked = None
            utterance.answer = Decoded(0, utterance.number, Kind.FINAL, 0, ())
        elif utterance.asked is None:
            utterance.asked = self._ask(utterance, Kind.FINAL, mark.upto)
            out.requests.append(utterance.asked)
        self._settle(out)

    def _look(self, answer: Decoded, out: Outcome) -> None:
        running = self._open
        if running is None or answer.number != running.number or not answer.words:
            return
        words = self._words(answer, running)
        texts = tuple(word.text for word in words)
        firm = _agreed(self._before, texts)
        self._before = texts
        span = Span(running.begin, max(running.begin + answer.upto, words[-1].end))
        out.events.append(Interim(self._channel, span, words, firm))

    def _settle(self, out: Outcome) -> Outcome:
        """Tell every final that is answered and has nothing unanswered before it."""
        while self._ended:
            number, first = next(iter(self._ended.items()))
            if first.answer is None or first.end is None:
                break
            del self._ended[number]
            self._tell(first, first.answer, first.end, out)
        oldest = next(iter(self._ended.values()), self._open)
        upto = self._reached if oldest is None else min(self._reached, oldest.begin)
        if upto > self._settled:
            self._settled = upto
            self._window.forget(upto)
            out.events.append(Progress(Branch.TRANSCRIBE, self._channel, upto))
        return out

    def _tell(self, utterance: _Utterance, answer: Decoded, mark: Offset, out: Outcome) -> None:
        voices = self._people.segments(answer.voices, utterance.begin)
        words = labelled(self._words(answer, utterance), voices)
        end = max([mark.at, *(w.end for w in words)])
        if answer.lost:  # before the final, in whose window it would count as heard
            span = Span(utterance.begin, end)
            out.events.append(Missed(Branch.TRANSCRIBE, self._channel, span, GapCause.UNCLEAR))
        endpoint = not mark.capped
        out.events.append(Final(self._channel, Span(utterance.begin, end), words, endpoint))
        if endpoint:
            out.events.append(SpeechEnded(self._channel, words[-1].end if words else end))
        self._language.heard(answer.languages, answer.upto)

    def _words(self, answer: Decoded, utterance: _Utterance) -> tuple[Word, ...]:
        begin = utterance.begin
        return tuple(Word(text, begin + start, begin + end, sure) for text, start, end, sure in answer.words)


class _Window:
    """The channel's latest audio, by sample; it may have gaps."""

    def __init__(self, start: SampleTime) -> None:
        self._blocks: deque[PcmBlock] = deque()
        self._end = self.unbroken_since = start

    @property
    def end(self) -> SampleTime:
        return self._end

    def append(self, block: PcmBlock) -> None:
        if block.start != self._end:
            self.unbroken_since = block.start
        self._blocks.append(block)
        self._end = block.end

    def cut(self, start: SampleTime, end: SampleTime) -> bytes:
        """Audio of a span; the detector fills its last frame up, so the end may lie beyond what there is."""
        parts = []
        for block in self._blocks:
            if block.end > start and block.start < end:
                first = max(0, start - block.start) * BYTES_PER_SAMPLE
                parts.append(block.pcm[first : (end - block.start) * BYTES_PER_SAMPLE])
        return b"".join(parts)

    def forget(self, before: SampleTime) -> None:
        while self._blocks and self._blocks[0].end <= before:
            self._blocks.popleft()

    def clear(self, start: SampleTime) -> None:
        self._blocks.clear()
        self._end = self.unbroken_since = start


def _agreed(before: tuple[str, ...], now: tuple[str, ...]) -> int:
    """Words at the beginning on which two looks in a row agree."""
    count = 0
    for a, b in zip(before, now, strict=False):
        if a != b:
            break
        count += 1
    return count
