"""Words with times, from the alignment of a decode. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wingman.core.time import SAMPLE_RATE, SampleTime

TOKEN_SECONDS = 0.02
"""One step of the encoder's output."""
EARLY_S = 0.07
"""Aligned starts come this much too early; fitted on synthetic voices, checked on aligned readings."""
LEAST_S = 0.04


@dataclass(frozen=True, slots=True)
class TimedWord:
    """`start` and `end` count samples from the utterance's first one."""

    text: str
    start: SampleTime
    end: SampleTime
    confidence: float


def timed(
    words: Sequence[tuple[str, int]],
    alignments: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
    seconds: float,
) -> list[TimedWord]:
    """Times from pairs of (token, step); `words` are texts with their number of tokens, in order."""
    begins = _first_steps(alignments)
    out: list[TimedWord] = []
    token = 0
    for text, count in words:
        last = token + count
        start = _at(begins, token, seconds)
        end = max(start + LEAST_S, min(seconds, _at(begins, last, seconds)))
        chances = probabilities[token:last]
        token = last
        if text:
            confidence = sum(chances) / len(chances) if chances else 0.0
            out.append(TimedWord(text, _samples(start), _samples(end), round(min(1.0, confidence), 3)))
    return _in_order(out)


def spread(words: Sequence[tuple[str, int]], seconds: float) -> list[TimedWord]:
    """Words without an alignment: over the utterance by their length."""
    texts = [text for text, _ in words if text]
    total = sum(len(text) + 1 for text in texts) or 1
    out: list[TimedWord] = []
    said = 0
    for text in texts:
        start, said = said, said + len(text) + 1
        out.append(TimedWord(text, _samples(seconds * start / total), _samples(seconds * said / total), 1.0))
    return out


def shifted(words: Sequence[TimedWord], samples: SampleTime) -> list[TimedWord]:
    """The same words, so many samples later; none begins before the first sample."""
    return [TimedWord(w.text, max(0, w.start + samples), max(0, w.end + samples), w.confidence) for w in words]


def clamped(words: Sequence[TimedWord], onset: SampleTime, end: SampleTime) -> list[TimedWord]:
    """No word begins before the voice was detected, and none ends after the utterance."""
    return [
        TimedWord(w.text, min(max(w.start, onset), end), min(max(w.end, onset), end), w.confidence)
        for w in words
    ]


def _first_steps(alignments: Sequence[tuple[int, int]]) -> dict[int, int]:
    begins: dict[int, int] = {}
    for token, step in alignments:
        begins.setdefault(token, step)
    return begins


def _at(begins: dict[int, int], token: int, seconds: float) -> float:
    step = begins.get(token)
    return seconds if step is None else min(seconds, step * TOKEN_SECONDS + EARLY_S)


def _in_order(words: list[TimedWord]) -> list[TimedWord]:
    """No word overlaps the next."""
    out = words[-1:]
    for word in reversed(words[:-1]):
        end = max(word.start, min(word.end, out[-1].start))
        out.append(TimedWord(word.text, word.start, end, word.confidence))
    return out[::-1]


def _samples(seconds: float) -> SampleTime:
    return round(seconds * SAMPLE_RATE)
