"""Where speech begins and ends, decided from a stream of voice probabilities. Pure.

One decision per 32 ms frame (the detector's size). Speech begins with the frames just before the
detector fired, so that the first consonant is kept, and ends after a fixed silence.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from wingman.core.time import BYTES_PER_SAMPLE, SampleTime

FRAME = 512
"""Samples per decision: the window of the Silero detector at 16 kHz."""
FRAME_BYTES = FRAME * BYTES_PER_SAMPLE


class Mark(StrEnum):
    BEGIN = "begin"
    AUDIO = "audio"
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame meant: audio that belongs to an utterance, or its end."""

    mark: Mark
    at: SampleTime
    """BEGIN: where the utterance's audio begins. AUDIO: where `pcm` begins. END: where speech ended."""
    pcm: bytes = b""
    capped: bool = False
    """On END: the utterance reached its longest length; the speaker may still be talking."""


@dataclass(frozen=True, slots=True)
class SegmentRules:
    end_silence: int
    """Samples of silence that end an utterance."""
    longest: int
    """Samples after which an utterance is cut."""
    onset: float = 0.5
    """Voice probability that begins speech."""
    release: float = 0.35
    """Voice probability below which a frame counts as silence."""
    pre_roll: int = 10
    """Frames kept from before the onset."""


class Segmenter:
    """Feed it frames in order; it says where utterances are. One per channel."""

    def __init__(self, rules: SegmentRules) -> None:
        self._rules = rules
        self._before: deque[bytes] = deque(maxlen=rules.pre_roll)
        self._begin: SampleTime | None = None
        self._quiet = 0

    @property
    def open_since(self) -> SampleTime | None:
        """Where the running utterance began; None between utterances."""
        return self._begin

    def frame(self, at: SampleTime, pcm: bytes, voice: float) -> list[Step]:
        """One frame that begins at `at`, with its voice probability (0 to 1)."""
        if self._begin is None:
            self._before.append(pcm)
            if voice <= self._rules.onset:
                return []
            audio = b"".join(self._before)
            self._before.clear()
            self._begin = at + FRAME - len(audio) // BYTES_PER_SAMPLE
            self._quiet = 0
            return [Step(Mark.BEGIN, self._begin), Step(Mark.AUDIO, self._begin, audio)]
        self._quiet = self._quiet + FRAME if voice < self._rules.release else 0
        steps = [Step(Mark.AUDIO, at, pcm)]
        end = at + FRAME
        if self._quiet >= self._rules.end_silence:
            steps.append(self._close(end - self._quiet))
        elif end - self._begin >= self._rules.longest:
            steps.append(self._close(end, capped=True))
        return steps

    def cut(self, at: SampleTime) -> list[Step]:
        """The audio stops at `at` (a gap, the end, or somebody wants the words now)."""
        self._before.clear()
        return [] if self._begin is None else [self._close(at - self._quiet)]

    def _close(self, at: SampleTime, *, capped: bool = False) -> Step:
        begin = self._begin or 0
        self._begin = None
        self._quiet = 0
        return Step(Mark.END, max(at, begin), capped=capped)
