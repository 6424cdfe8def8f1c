"""When a speaker's emotion leaves their own normal: a change point with hysteresis.

Each known reading is a point on the valence/arousal plane. A speaker's first readings make a baseline
that goes on adapting slowly; two-sided cumulative sums (Page, 1954) of the distance to it tell a lasting change
from a single outburst. After a shift the detector rests until the speaker has come back to normal.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field

from wingman.config.correlate import ShiftSettings
from wingman.core.affect import affect_of
from wingman.core.time import SampleTime, samples
from wingman.core.utterance import EmotionReading, EmotionShift, Family, ReadingStatus, Utterance

ALLOWANCE = 0.75
"""Deviation (in standard deviations) that counts as noise: half of the smallest shift worth telling."""

OUTLIER = 3.0
"""Deviations are clipped here, so that no single utterance makes a shift."""

LEAST_DEVIATION = 0.2
"""Floor of the standard deviation, in units of the plane: a monotone speaker is not oversensitive."""

MEMORY = 60
"""Readings over which the baseline forgets."""

BACK_TO_NORMAL = 0.5
"""The smoothed deviation below which a shifted speaker counts as back (the hysteresis)."""

LATELY = 5
"""Readings that say what a speaker has shifted to."""

SMOOTHING = 0.35
"""Weight of the newest reading in the smoothed deviation."""

MOST_SPEAKERS = 64
"""Speakers remembered; labels change with every reconnect, so the oldest are let go."""


@dataclass(slots=True)
class _Axis:
    """One coordinate's running baseline and the evidence against it."""

    mean: float = 0.0
    square: float = 0.0
    """Running variance."""
    up: float = 0.0
    down: float = 0.0
    smoothed: float = 0.0

    @property
    def evidence(self) -> float:
        return max(self.up, self.down)

    def learn(self, value: float, weight: float) -> None:
        step = value - self.mean
        self.mean += weight * step
        self.square = (1.0 - weight) * (self.square + weight * step * step)

    def weigh(self, value: float, most: float) -> None:
        """Add to the evidence, up to `most`."""
        deviation = (value - self.mean) / max(LEAST_DEVIATION, math.sqrt(self.square))
        deviation = max(-OUTLIER, min(OUTLIER, deviation))
        self.up = min(most, max(0.0, self.up + deviation - ALLOWANCE))
        self.down = min(most, max(0.0, self.down - deviation - ALLOWANCE))
        self.smoothed += SMOOTHING * (deviation - self.smoothed)

    def forget_evidence(self) -> None:
        self.up = self.down = 0.0


@dataclass(slots=True)
class _Speaker:
    """What is known of one speaker's normal."""

    source: str
    valence: _Axis = field(default_factory=_Axis)
    arousal: _Axis = field(default_factory=_Axis)
    readings: int = 0
    usual: Counter[Family] = field(default_factory=Counter)
    lately: deque[tuple[Family, tuple[float, float]]] = field(default_factory=lambda: deque(maxlen=LATELY))
    """The newest readings and their places."""
    shifted: bool = False
    told_at: SampleTime | None = None

    @property
    def evidence(self) -> float:
        return max(self.valence.evidence, self.arousal.evidence)

    @property
    def normal(self) -> bool:
        return abs(self.valence.smoothed) < BACK_TO_NORMAL and abs(self.arousal.smoothed) < BACK_TO_NORMAL

    def tends_to(self) -> Family:
        """The family of the newest readings that lie where the evidence points."""
        axis, at = max((self.valence, 0), (self.arousal, 1), key=lambda one: one[0].evidence)
        upward = axis.up >= axis.down
        there = [family for family, place in self.lately if (place[at] > axis.mean) is upward]
        return _most(Counter(there or [family for family, _ in self.lately]))

    def learn(self, place: tuple[float, float], family: Family) -> None:
        self.readings += 1
        # the normal of a shifted speaker is still the old one; it gives way slowly
        weight = 1.0 / (MEMORY if self.shifted else min(self.readings, MEMORY))
        self.valence.learn(place[0], weight)
        self.arousal.learn(place[1], weight)
        self.usual[family] += 1


class ShiftDetector:
    """Takes settled utterances in order, per speaker, and tells the shifts."""

    def __init__(self, settings: ShiftSettings, min_coverage: float = 0.3) -> None:
        self._coverage = min_coverage
        self._needed = settings.baseline_utterances
        self._threshold = settings.threshold
        self._interval = samples(settings.min_interval_s)
        self._speakers: OrderedDict[str, _Speaker] = OrderedDict()

    def take(self, utterance: Utterance) -> EmotionShift | None:
        """The shift that `utterance` tipped, if any. What was not measured says nothing."""
        reading = utterance.emotion
        if reading.status is ReadingStatus.KNOWN:
            place, family = _place(reading), reading.family
        elif reading.status is ReadingStatus.UNKNOWN and reading.coverage >= self._coverage:
            # measured, and nothing stood out: that is what neutral looks like to many a meter
            place, family = (0.0, 0.0), Family.NEUTRAL
        else:
            return None
        speaker = self._speaker(utterance.speaker, reading.source)
        if speaker.readings < self._needed:
            speaker.learn(place, family)
            return None
        most = 1.5 * self._threshold
        speaker.valence.weigh(place[0], most)
        speaker.arousal.weigh(place[1], most)
        speaker.lately.append((family, place))
        tipped = self._tipped(speaker, utterance)
        if speaker.shifted or not self._threshold / 2 <= speaker.evidence < self._threshold:
            # what may be the beginning of a shift must not become part of what is normal
            speaker.learn(place, family)
        return tipped

    def _tipped(self, speaker: _Speaker, utterance: Utterance) -> EmotionShift | None:
        if speaker.shifted:
            speaker.valence.forget_evidence()
            speaker.arousal.forget_evidence()
            speaker.shifted = not speaker.normal
            return None
        if speaker.evidence < self._threshold:
            return None
        before, after = _most(speaker.usual), speaker.tends_to()
        quiet = speaker.told_at is not None and utterance.end - speaker.told_at < self._interval
        if quiet or after in (before, Family.UNKNOWN):
            return None
        speaker.shifted = True
        speaker.told_at = utterance.end
        return EmotionShift(utterance.channel, utterance.speaker, utterance.end, before, after, utterance.id)

    def _speaker(self, name: str, source: str) -> _Speaker:
        speaker = self._speakers.get(name)
        if speaker is None or speaker.source != source:
            # another meter's scores are not comparable: its baseline begins anew
            speaker = self._speakers[name] = _Speaker(source)
        self._speakers.move_to_end(name)
        if len(self._speakers) > MOST_SPEAKERS:
            self._speakers.popitem(last=False)
        return speaker


def _place(reading: EmotionReading) -> tuple[float, float]:
    """Where a reading lies on the plane: its best labels, weighted by score."""
    total = valence = arousal = 0.0
    for score in reading.top:
        affect = affect_of(score.label)
        total += score.value
        valence += score.value * affect.valence
        arousal += score.value * affect.arousal
    return (valence / total, arousal / total) if total > 0 else (0.0, 0.0)


def _most(families: Counter[Family]) -> Family:
    return min(families, key=lambda family: (-families[family], family))
