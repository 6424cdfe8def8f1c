"""Who is who on one channel: the voices of an utterance, matched with those heard before. Pure.

A voice is a vector; two vectors of one person point the same way. Voices of one utterance were told apart
already, so no two of them become one person. What is too short to be sure about founds nobody new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from wingman.core.speaker_segments import SpeakerSegment
from wingman.core.time import SampleTime, Span, samples_of_ms
from wingman.local.decoder.wire import Voices

Vector: TypeAlias = npt.NDArray[np.float32]

ENOUGH = samples_of_ms(1200)
"""Speech from which a voice can be told; shorter ones are compared and change nothing."""
MOST_WEIGHT = samples_of_ms(60_000)
"""A person's vector goes on following the voice (another microphone, a cold) after a minute, too."""


@dataclass(slots=True)
class _Person:
    vector: Vector
    weight: int


@dataclass(slots=True)
class SpeakerBook:
    """One channel's people, in the order they were first heard: labels are `0`, `1`, …"""

    alike: float = 0.5
    """Cosine of two vectors from which they are one person's."""
    most: int = 8
    """No more people than this; further voices stay without a label."""
    _people: list[_Person] = field(default_factory=list)

    def segments(self, voices: Voices, begin: SampleTime) -> list[SpeakerSegment]:
        """The segments of an utterance that begins at `begin`, each with the label of its person."""
        labels = self._labels(voices)
        return [
            SpeakerSegment(Span(begin + start, begin + max(start, end)), labels[voice])
            for start, end, voice in voices.segments
        ]

    def _labels(self, voices: Voices) -> list[str | None]:
        vectors = [_vector(raw) for raw in voices.vectors]
        spoken = [0] * len(vectors)
        for start, end, voice in voices.segments:
            spoken[voice] += max(0, end - start)
        people = self._matched(vectors)
        for voice, vector in enumerate(vectors):
            if vector is None or spoken[voice] < ENOUGH:
                continue
            person = people.get(voice)
            if person is not None:
                self._learn(self._people[person], vector, spoken[voice])
            elif len(self._people) < self.most:
                people[voice] = len(self._people)
                self._people.append(_Person(vector, spoken[voice]))
        return [str(people[voice]) if voice in people else None for voice in range(len(vectors))]

    def _matched(self, vectors: Sequence[Vector | None]) -> dict[int, int]:
        """Person by voice: the most alike pair first, each of both at most once."""
        pairs = [
            (float(vector @ person.vector), voice, number)
            for (voice, vector), (number, person) in product(enumerate(vectors), enumerate(self._people))
            if vector is not None and vector.shape == person.vector.shape
        ]
        found: dict[int, int] = {}
        for alike, voice, number in sorted(pairs, reverse=True):
            if alike >= self.alike and voice not in found and number not in found.values():
                found[voice] = number
        return found

    def _learn(self, person: _Person, vector: Vector, spoken: int) -> None:
        person.weight = min(MOST_WEIGHT, person.weight + spoken)
        share = spoken / person.weight
        person.vector = _unit(person.vector * (1 - share) + vector * share)


def _vector(raw: bytes) -> Vector | None:
    """A voice of unit length; None for one that says nothing."""
    vector = np.frombuffer(raw[: len(raw) // 4 * 4], np.float32)
    length = float(np.linalg.norm(vector)) if vector.size else 0.0
    return _unit(vector) if np.isfinite(length) and length > 0 else None


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
