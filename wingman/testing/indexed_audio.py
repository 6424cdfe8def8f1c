"""Audio that knows where it belongs: every sample tells its own index, so loss, doubling and shifts are exact.

Speech is words of 300 ms with 100 ms between them, in phrases with a pause after each. Within a word even
samples are positive and carry the number of their 20 ms frame, odd ones are negative and carry their place in
it; outside words there is digital silence.
A recogniser that decodes this says `w7` when it received the whole of word 7, and `w7[a:b]` when it got only
the samples `a` to `b` of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wingman.testing.scenario import TimedWord

FRAME = 320
"""20 ms at 16 kHz."""
LEVEL = 4096
"""Added to every value so that a word is loud enough for any voice detector."""
FRAMES = 28_672
"""Frame numbers fit into 16 bits together with `LEVEL`: 9.5 minutes, then they repeat."""


@dataclass(frozen=True, slots=True)
class IndexedSpeech:
    """The pattern of words and pauses. All lengths in 20 ms frames."""

    word: int = 15
    between: int = 5
    phrase: int = 4
    """Words per phrase."""
    pause: int = 60

    @property
    def period(self) -> int:
        """Samples from the beginning of one phrase to the next."""
        return (self.phrase * (self.word + self.between) + self.pause) * FRAME

    def bounds(self, number: int) -> tuple[int, int]:
        """First sample of word `number` (from 0), and the one after its last."""
        phrase, place = divmod(number, self.phrase)
        start = phrase * self.period + place * (self.word + self.between) * FRAME
        return start, start + self.word * FRAME

    def number_at(self, sample: int) -> int | None:
        """The word that `sample` belongs to; None in a pause."""
        phrase, rest = divmod(sample, self.period)
        place, offset = divmod(rest, (self.word + self.between) * FRAME)
        if place >= self.phrase or offset >= self.word * FRAME:
            return None
        return phrase * self.phrase + place

    def words(self, start: int, end: int) -> list[TimedWord]:
        """The words that lie wholly within `[start, end)`, as a perfect transcript has them."""
        found, number = [], start // self.period * self.phrase
        while (bounds := self.bounds(number))[1] <= end:
            if bounds[0] >= start:
                found.append(TimedWord(f"w{number}", *bounds))
            number += 1
        return found

    def pcm(self, start: int, count: int) -> bytes:
        """`count` samples of the recording from `start` on, s16le."""
        return _pcm(self, start, count)


@lru_cache(maxsize=4096)
def _pcm(speech: IndexedSpeech, start: int, count: int) -> bytes:
    """Trials beside each other play the same frames."""
    index = np.arange(start, start + count, dtype=np.int64)
    rest = index % speech.period
    place, offset = np.divmod(rest, (speech.word + speech.between) * FRAME)
    voiced = (place < speech.phrase) & (offset < speech.word * FRAME)
    value = np.where(index % 2 == 0, index // FRAME % FRAMES + LEVEL, -(index % FRAME + LEVEL))
    return bytes(np.where(voiced, value, 0).astype("<i2").tobytes())


@dataclass(frozen=True, slots=True)
class Stretch:
    """Voiced samples that follow each other in the recording."""

    at: int
    """Where in what was received the first of them is."""
    first: int
    """Its absolute index."""
    count: int


def stretches(values: NDArray[np.int64]) -> list[Stretch]:
    """Every voiced stretch of indexed audio, cut where the index jumps; an even number of samples each."""
    return [s for start, end in _voiced(values) for s in _unbroken(values[start:end], start)]


@dataclass(slots=True)
class _Heard:
    """A run of one word's samples as they arrived without a break."""

    number: int
    first: int
    """Absolute index of the first sample heard."""
    at: int
    """Where in the received stream that sample was."""
    count: int


class IndexedSource:
    """Decodes what it is fed and says it as words; a `Source` for the emulated recogniser."""

    def __init__(self, speech: IndexedSpeech = IndexedSpeech()) -> None:
        self._speech = speech
        self._heard = 0
        self._rest = b""
        self._runs: list[_Heard] = []
        self._onsets: list[int] = []

    def feed(self, pcm: bytes) -> None:
        """Take sound."""
        data = self._rest + pcm
        values = np.frombuffer(data, dtype="<i2").astype(np.int64)
        if len(values) and values[-1] and (len(values) == 1 or not values[-2]):
            values = values[:-1]  # one sample alone tells its frame or its place, not both
        self._rest = data[len(values) * 2 :]
        for start, end in _voiced(values):
            self._decode(values[start:end], self._heard + start)
        self._heard += len(values)

    def words(self, after: int, upto: int) -> Sequence[TimedWord]:
        """Words that end after `after` and up to `upto`, in samples."""
        return [self._said(run) for run in self._runs if after < run.at + run.count <= upto and self._over(run)]

    def running(self, at: int) -> TimedWord | None:
        """The word being said at `at`; None in silence."""
        for run in reversed(self._runs):
            if run.at < at < run.at + self._remaining(run):
                word = self._said(run)
                return TimedWord(word.text, run.at, run.at + self._remaining(run))
        return None

    def onsets(self) -> Sequence[int]:
        """Where speech began, in samples."""
        fresh, self._onsets = self._onsets, []
        return fresh

    def _remaining(self, run: _Heard) -> int:
        """Samples of the word from the first one heard to its proper end, or what was heard if it broke off."""
        if self._over(run):
            return run.count
        return self._speech.bounds(run.number)[1] - run.first

    def _over(self, run: _Heard) -> bool:
        """True when no more of this run can come: the word is complete, or something else followed."""
        return run.first + run.count == self._speech.bounds(run.number)[1] or run.at + run.count < self._heard

    def _said(self, run: _Heard) -> TimedWord:
        start, end = self._speech.bounds(run.number)
        whole = (run.first, run.first + run.count) == (start, end)
        text = (
            f"w{run.number}" if whole else f"w{run.number}[{run.first - start}:{run.first - start + run.count}]"
        )
        return TimedWord(text, run.at, run.at + run.count)

    def _decode(self, values: NDArray[np.int64], at: int) -> None:
        """One voiced stretch: cut it where the absolute index jumps."""
        if len(values) == 1:
            if self._runs:  # else it is the last of a word whose others nobody heard, and tells no place
                last = self._runs[-1]
                self._take(last.first + last.count, at, 1)
            return
        for stretch in _unbroken(values, at):
            self._take(stretch.first, stretch.at, stretch.count)

    def _take(self, first: int, at: int, count: int) -> None:
        run = self._runs[-1] if self._runs else None
        if run is not None and (run.at + run.count, run.first + run.count) == (at, first):
            run.count += count
            return
        number = self._speech.number_at(first)
        if number is None:
            raise ValueError(f"sample {first} lies in a pause: this is not indexed audio")
        if run is None or at - run.at - run.count >= FRAME * self._speech.between * 2:
            self._onsets.append(at)
        self._runs.append(_Heard(number, first, at, count))


def _voiced(values: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Bounds of the stretches that are not silent."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (values != 0).view(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _unbroken(values: NDArray[np.int64], at: int) -> list[Stretch]:
    """One voiced stretch that was received at `at`, cut where the absolute index jumps."""
    absolute = _absolute(values)
    breaks = (np.flatnonzero(np.diff(absolute) != 1) + 1).tolist()
    return [
        Stretch(at + first, int(absolute[first]), stop - first)
        for first, stop in zip([0, *breaks], [*breaks, len(values)], strict=True)
    ]


def _absolute(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Absolute index of every sample of a stretch of at least two.

    An even sample knows its frame and an odd one its place; each takes the rest from its neighbour. A frame
    begins with an even sample, so an odd one and the even one before it always share a frame.
    """
    even = values > 0
    amount = np.abs(values) - LEVEL
    before, after = np.roll(amount, 1), np.roll(amount, -1)
    before[0], after[-1] = after[0], before[-1]
    first, last = np.zeros(len(values), bool), np.zeros(len(values), bool)
    first[0] = last[-1] = True
    # odd: its frame is what the even sample before says; the very first must ask the one after it
    frame = np.where(first & (amount == FRAME - 1), before - 1, before)
    of_odd = frame * FRAME + amount
    # even: its place is one before the odd sample after it; the very last must ask the one before it
    place = np.where(last, (before + 1) % FRAME, after - 1)
    of_even = amount * FRAME + place
    return np.where(even, of_even, of_odd)
