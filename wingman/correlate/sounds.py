"""One channel's vocal bursts: which utterance each belongs to, and which belong to none. Pure.

A burst is told exactly once: with the utterance it lies in or beside, or on its own when no words come near it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from wingman.core.emotion import VocalBurst
from wingman.core.time import SampleTime, Span, samples, samples_of_ms
from wingman.core.utterance import Sound, Utterance
from wingman.core.vocal_sounds import word_for

BESIDE = samples_of_ms(1000)
"""A burst this close before or after an utterance is heard as part of it."""
SAME = samples_of_ms(300)
"""Two bursts of one kind that touch or lie this close are one."""
MOST_WAITING = 64
REMEMBERED = 8


class Sounds:
    """Bursts wait here for their utterance. Times are the channel's media time."""

    def __init__(self, wait_s: float) -> None:
        """`wait_s` is how long after its end a burst may wait for words while nobody is known to speak."""
        self._wait = samples(wait_s)
        self._waiting: deque[Sound] = deque()
        self._told: deque[tuple[Span, str]] = deque(maxlen=REMEMBERED)
        """Utterances that are settled: what comes for them now is told beside them."""
        self._last: Sound | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def due(self) -> SampleTime | None:
        """When the oldest that waits stands alone; None when none waits."""
        return self._waiting[0].end + self._wait if self._waiting else None

    def hear(self, burst: VocalBurst) -> None:
        """Keep a burst; one that was told before, or goes on from the one before, is not a second one."""
        span = burst.span
        sound = Sound(word_for(burst.label), burst.label, round(burst.score, 4), span.start, span.end)
        last = self._last
        if last is not None and last.label == sound.label and sound.start <= last.end + SAME:
            self._last = replace(last, end=max(last.end, sound.end))
            return
        self._last = sound
        self._waiting.append(sound)

    def claim(self, span: Span) -> tuple[Sound, ...]:
        """The bursts in or beside an utterance; they wait no longer."""
        if not self._waiting:
            return ()
        mine = tuple(s for s in self._waiting if s.start < span.end + BESIDE and s.end > span.start - BESIDE)
        if mine:
            self._waiting = deque(sound for sound in self._waiting if sound not in mine)
        return mine

    def settled(self, utterance: Utterance) -> None:
        """This utterance is told for the last time."""
        self._told.append((utterance.span, utterance.id))

    def alone(self, now: SampleTime, open_since: SampleTime | None) -> list[Sound]:
        """The bursts no utterance will claim: they waited long enough, or too many wait.

        `open_since` is where words begin that are not told yet: what lies beside those waits on.
        """
        alone: list[Sound] = []
        while self._waiting:
            sound = self._waiting[0]
            may_belong = open_since is not None and sound.end > open_since - BESIDE
            if (now < sound.end + self._wait or may_belong) and len(self._waiting) <= MOST_WAITING:
                break
            alone.append(self._waiting.popleft())
        return alone

    def beside(self, sound: Sound) -> str:
        """Id of the settled utterance a burst stands beside; empty for none."""
        span = Span(sound.start, max(sound.start, sound.end))
        for told, name in reversed(self._told):
            if span.start < told.end + BESIDE and span.end > told.start - BESIDE:
                return name
        return ""
