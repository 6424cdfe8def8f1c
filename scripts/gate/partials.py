"""Running words as a live recogniser tells them: late, piece by piece, sometimes wrong at first. Seeded.

What a person does is in it as well: they stop in the middle of a sentence and go on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wingman.core.speech import Final, Interim, SpeechEnded, TimedEvent, Word
from wingman.core.time import Channel, Span, samples

RATE = samples(1)
FRESH_S = 0.3
"""So long after it was said a running word may still turn out another."""
UTTERANCE_END_S = 1.0
"""Without a word; only then most services tell that somebody stopped."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """How a service hears."""

    endpoint_s: float
    """Silence that ends a turn."""
    every_s: tuple[float, float] = (0.1, 0.5)
    """Between two looks at the running words."""
    late_s: tuple[float, float] = (0.12, 0.35)
    """From the sound to the message."""
    revised: float = 0.2
    """Share of looks whose last word turns out another."""
    rewritten: float = 0.05
    """Share of turns that the final words change after all: a number in digits, a word misheard."""
    hesitates: float = 0.04
    """Share of words after which a person stops for a moment."""

    def heard(
        self, channel: Channel, start: float, words: Sequence[Word], rng: random.Random
    ) -> Iterator[tuple[float, TimedEvent]]:
        """(moment it is told, event), all of one turn that begins at `start` seconds."""
        piece: list[Word] = []
        for word in self._spoken(start, words, rng):
            if piece and word.start - piece[-1].end >= samples(self.endpoint_s):
                yield from self._piece(channel, piece, rng)
                piece = []
            piece.append(word)
        yield from self._piece(channel, piece, rng)
        yield piece[-1].end / RATE + UTTERANCE_END_S, SpeechEnded(channel, piece[-1].end)

    def _piece(
        self, channel: Channel, spoken: list[Word], rng: random.Random
    ) -> Iterator[tuple[float, TimedEvent]]:
        """What lies between two silences that are long enough to end a turn."""
        begin, end = spoken[0].start, spoken[-1].end
        settled = end / RATE + self.endpoint_s
        at = begin / RATE
        while (at := at + rng.uniform(*self.every_s)) < settled:
            known = [word for word in spoken if word.end <= samples(at)]
            if not known:
                continue
            if rng.random() < self.revised and known[-1].end > samples(at - FRESH_S):
                known[-1] = replace(known[-1], text=f"{known[-1].text[:2]}s")
            heard = Span(begin, max(known[-1].end, samples(at)))
            yield at + rng.uniform(*self.late_s), Interim(channel, heard, tuple(known))
        told = settled + rng.uniform(*self.late_s)
        if rng.random() < self.rewritten:
            changed = rng.randrange(len(spoken))
            spoken[changed] = replace(spoken[changed], text=f"{spoken[changed].text}x")
        yield told, Final(channel, Span(begin, end), tuple(spoken), endpoint=True)

    def _spoken(self, start: float, words: Sequence[Word], rng: random.Random) -> list[Word]:
        """Long words take longer than short ones, and between some of them nothing is said for a while."""
        found, at = [], start
        for word in words:
            begin, at = at, at + 0.12 + 0.055 * len(word.text)
            found.append(replace(word, start=samples(begin), end=samples(at)))
            at += rng.uniform(0.35, 1.0) if rng.random() < self.hesitates else 0.0
        return found
