"""Who spoke when, and which words that makes whose. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wingman.core.speech import Word
from wingman.core.time import Span, samples_of_ms

NEAR = samples_of_ms(250)
"""Segment borders and word times are this rough: a word beside a segment may belong to it."""


@dataclass(frozen=True, slots=True)
class SpeakerSegment:
    """A stretch in which one voice speaks. Stretches of different voices may overlap."""

    span: Span
    label: str | None
    """As in `Word.speaker`; None: a voice, and nobody knows whose."""


def labelled(words: Sequence[Word], segments: Sequence[SpeakerSegment]) -> tuple[Word, ...]:
    """The words, each with the label of the segment that covers most of it, or of the nearest one beside it.

    A word far from every segment keeps the label it had.
    """
    return tuple(_labelled(word, segments) for word in words)


def _labelled(word: Word, segments: Sequence[SpeakerSegment]) -> Word:
    best = min(segments, key=lambda segment: _distance(word.span, segment.span), default=None)
    if best is None or _distance(word.span, best.span) > NEAR:
        return word
    return replace(word, speaker=best.label)


def _distance(word: Span, segment: Span) -> int:
    """Samples between them; negative by how much they overlap."""
    return max(word.start, segment.start) - min(word.end, segment.end)
