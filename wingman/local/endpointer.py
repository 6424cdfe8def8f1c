"""Where speech begins, pauses and ends, decided from a stream of voice probabilities. Pure.

One decision per 32 ms frame (the detector's size). Speech begins with the frames just before the detector
fired, so that the first consonant is kept. It ends after a silence that gets shorter the longer somebody has
spoken, and is cut at its quietest place when it would get too long for one decode.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime, samples_of_ms

FRAME = 512
"""Samples per decision: the window of the Silero detector at 16 kHz."""
FRAME_BYTES = FRAME * BYTES_PER_SAMPLE
LOOK_BACK = 2 * SAMPLE_RATE // FRAME
"""Frames among which the quietest is chosen for a cut."""


class Onset(msgspec.Struct, frozen=True, tag=True):
    """Somebody began to speak."""

    at: SampleTime
    """Where the utterance's audio begins."""
    voice_at: SampleTime
    """Where the detector fired; the frames before it are kept because it fires late."""


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Silence has lasted long enough to expect an end; what follows may still be speech."""

    at: SampleTime
    """Where the voice stopped."""
    upto: SampleTime
    """Where the audio heard so far ends."""


class Resume(msgspec.Struct, frozen=True, tag=True):
    """The pause was only a pause."""

    at: SampleTime


class Offset(msgspec.Struct, frozen=True, tag=True):
    """Somebody stopped."""

    at: SampleTime
    """Where the voice stopped, or where it was cut."""
    upto: SampleTime
    """Where the utterance's audio ends."""
    voiced: int
    """Samples the detector took for a voice."""
    capped: bool = False
    """It was cut for its length; the speaker may still be talking."""


Mark: TypeAlias = Onset | Pause | Resume | Offset


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """Lengths in samples."""

    end_silence: int = samples_of_ms(416)
    """Silence that ends an utterance of ordinary length."""
    longest: int = 15 * SAMPLE_RATE
    """No utterance gets longer; the cut is looked for from four fifths of it."""
    hurried_silence: int = samples_of_ms(250)
    """Silence that ends a long one."""
    patient_upto: int = 6 * SAMPLE_RATE
    hurried_from: int = 8 * SAMPLE_RATE
    pause: int = samples_of_ms(192)
    """Silence after which the end is expected."""
    onset: float = 0.5
    """Voice probability that begins speech."""
    release: float = 0.35
    """Voice probability below which a frame counts as silence."""
    pre_roll: int = 10 * FRAME

    def silence_after(self, length: int) -> int:
        """The silence that ends an utterance which is `length` samples long."""
        late = (length - self.patient_upto) / (self.hurried_from - self.patient_upto)
        shorter = min(self.hurried_silence, self.end_silence)
        return round(self.end_silence + (shorter - self.end_silence) * min(1.0, max(0.0, late)))


class Endpointer:
    """Feed it frames in order; it says where utterances are. One per channel."""

    def __init__(self, rules: EndpointRules) -> None:
        self._rules = rules
        self._heard: SampleTime | None = None  # where audio without a break began
        self._begin: SampleTime | None = None
        self._quiet = 0
        self._paused = False
        self._voiced = 0
        self._recent: deque[tuple[SampleTime, float, bool]] = deque(maxlen=LOOK_BACK)

    @property
    def open_since(self) -> SampleTime | None:
        """Where the running utterance began; None between utterances."""
        return self._begin

    def frame(self, at: SampleTime, voice: float, energy: float) -> list[Mark]:
        """One frame that begins at `at`: its voice probability (0 to 1) and its mean square."""
        end = at + FRAME
        if self._heard is None:
            self._heard = at
        if self._begin is None:
            return self._open(at) if voice > self._rules.onset else []
        silent = voice < self._rules.release
        self._quiet = self._quiet + FRAME if silent else 0
        self._voiced += 0 if silent else FRAME
        self._recent.append((at, energy, not silent))
        if self._quiet >= self._rules.silence_after(end - self._begin):
            return [self._close(end - self._quiet, end)]
        marks: list[Mark] = []
        if not silent and self._paused:
            self._paused = False
            marks.append(Resume(at))
        elif self._quiet >= self._rules.pause and not self._paused:
            self._paused = True
            marks.append(Pause(end - self._quiet, end))
        if end - self._begin >= self._rules.longest * 4 // 5:
            marks += self._cut_at_quietest()
        return marks

    def cut(self, at: SampleTime) -> list[Mark]:
        """The audio stops at `at` (a gap, the end, or somebody wants the words now)."""
        marks: list[Mark] = [] if self._begin is None else [self._close(at - self._quiet, at)]
        self._heard = None  # what comes next may be from somewhere else
        return marks

    def _open(self, at: SampleTime) -> list[Mark]:
        earliest = self._heard if self._heard is not None else at
        self._begin = max(earliest, at + FRAME - self._rules.pre_roll)
        self._quiet, self._voiced, self._paused = 0, FRAME, False
        self._recent.clear()
        return [Onset(self._begin, max(at, self._begin))]

    def _close(self, at: SampleTime, upto: SampleTime) -> Offset:
        begin, self._begin = self._begin or 0, None
        self._heard = upto  # what was said before belongs to the utterance that just ended
        return Offset(max(at, begin), max(upto, begin), self._voiced)

    def _cut_at_quietest(self) -> list[Mark]:
        """End the utterance at the quietest frame of the last seconds; the rest begins the next one."""
        inside = [row for row in self._recent if row[0] > (self._begin or 0)]
        where, _, _ = min(inside or self._recent, key=lambda row: row[1])
        rest = sum(FRAME for at, _, voiced in self._recent if voiced and at >= where)
        offset = Offset(where, where, self._voiced - rest, capped=True)
        self._begin, self._voiced, self._paused = where, rest, False
        self._recent = deque((row for row in self._recent if row[0] >= where), maxlen=LOOK_BACK)
        return [offset, Onset(where, where)]
