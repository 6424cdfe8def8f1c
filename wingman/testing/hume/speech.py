"""How Hume's realtime API turns audio into utterances and measurements: the rules, without a socket.

The server finds speech by itself. During speech it measures every `timer_ms` of it; when speech ends it
measures once more unless the window before ended less than a second ago. A window is the last ten seconds
of the utterance, or all of it. Times are milliseconds of accepted audio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from wingman.core.json import JsonObject
from wingman.testing.voice_activity import Offset, Onset

SAMPLES_PER_MS = 16
WINDOW_MS = 10_000
RECENT_MS = 1_000
"""A measurement that ended less than this before the end of speech makes the last one superfluous."""
ATTRIBUTE_FLOOR = 0.725


class Detector(Protocol):
    """Finds voices; `wingman.testing.voice_activity.VoiceDetector` is one."""

    def feed(self, pcm: bytes) -> Sequence[Onset | Offset]: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """The scores of one window: name → probability, unsorted and uncut."""

    expressions: dict[str, float]
    attributes: dict[str, float]


Judge = Callable[[int, int], Heard]
"""Scores for the session's samples `[start, end)`."""
Message = JsonObject


GRID = 1600
"""Samples between the moments at which a running utterance may be measured."""


class Measurer:
    """One session's speech. Feed it accepted audio; it answers with messages in the order they are sent."""

    def __init__(self, detector: Detector, judge: Judge, timer_ms: int = 3000) -> None:
        self.timer_ms = timer_ms
        self.utterances = 0
        self.measurements = 0
        self._detector = detector
        self._judge = judge
        self._accepted = 0
        self._begin: int | None = None  # of the open utterance, in ms
        self._measured = 0  # end of its last window, in ms

    @property
    def accepted(self) -> int:
        """Samples fed."""
        return self._accepted

    @property
    def accepted_ms(self) -> int:
        return self._accepted // SAMPLES_PER_MS

    def feed(self, pcm: bytes) -> list[Message]:
        """Accepted audio: what the server says about it."""
        said: list[Message] = []
        while pcm:
            room = 2 * (GRID - self._accepted % GRID)
            said += self._take(pcm[:room])
            pcm = pcm[room:]
        return said

    def _take(self, pcm: bytes) -> list[Message]:
        """Audio up to the next point of the grid: however it is cut, the same is said."""
        self._accepted += len(pcm) // 2
        said: list[Message] = []
        for change in self._detector.feed(pcm):
            at = change.at // SAMPLES_PER_MS
            if isinstance(change, Onset):
                said.append(self._start(at))
            else:
                said += self._intervals(at)
                said += self._end(at)
        return said if self._accepted % GRID else said + self._intervals(self.accepted_ms)

    def finish(self) -> list[Message]:
        """The client asked for the end: an open utterance ends here."""
        return self._intervals(self.accepted_ms) + self._end(self.accepted_ms)

    def _start(self, at: int) -> Message:
        self._begin = self._measured = at
        self.utterances += 1
        return {"type": "utterance.start", "utterance_id": self.utterances - 1, "audio_start_ms": at}

    def _intervals(self, upto: int) -> list[Message]:
        said: list[Message] = []
        if self._begin is None:
            return said
        while self._measured + self.timer_ms <= upto:
            said.append(self._measure(self._measured + self.timer_ms, "interval"))
        return said

    def _end(self, at: int) -> list[Message]:
        if self._begin is None:
            return []
        said: list[Message] = []
        first = self._measured == self._begin
        if first or at - self._measured >= RECENT_MS:
            said.append(self._measure(at, "speech_ended"))
        begin, self._begin = self._begin, None
        said.append(
            {
                "type": "utterance.end",
                "utterance_id": self.utterances - 1,
                "audio_start_ms": begin,
                "audio_end_ms": at,
            }
        )
        return said

    def _measure(self, end: int, trigger: str) -> Message:
        begin = max(self._begin or 0, end - WINDOW_MS)
        self._measured = end
        heard = self._judge(begin * SAMPLES_PER_MS, end * SAMPLES_PER_MS)
        self.measurements += 1
        return {
            "type": "measurement.result",
            "measurement_id": self.measurements - 1,
            "utterance_id": self.utterances - 1,
            "audio_start_ms": begin,
            "audio_end_ms": end,
            "trigger": trigger,
            "expressions": ranked(heard.expressions, 0.0),
            "voice_attributes": ranked(heard.attributes, ATTRIBUTE_FLOOR),
        }


def ranked(scores: dict[str, float], floor: float) -> list[JsonObject]:
    """Names and probabilities as the API lists them: clamped, four decimals, best first, cut off."""
    kept = ((name, min(1.0, max(0.0, value))) for name, value in scores.items() if value >= floor)
    return [
        {"name": name, "probability": round(value, 4)}
        for name, value in sorted(kept, key=lambda item: (-item[1], item[0]))
    ]
