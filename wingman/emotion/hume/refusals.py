"""Which frame Hume refused, when it does not say so. Pure.

`rate_limited` carries no number. What the session says is in the order in which it read, so everything it said
before the refusal narrows down which frames can be meant.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from wingman.core.time import SampleTime, Span


class RefusalWindow:
    """The frames that a refusal may mean: those the server has not spoken about yet.

    It reads frames in order and says what it has to say about them in order. So a message about session sample
    n, heard before a refusal, proves that every frame up to n had been read by then.
    """

    def __init__(self, window: int) -> None:
        """A refusal is expected within `window` samples of audio after its frame."""
        self.since = 0
        """Session sample with which the first of them begins."""
        self._window = window
        self._frames: deque[Span] = deque()
        self._known_from = 0  # session sample from which times are exact again; meaningful after refusals
        self._given_up = 0  # frames that a refusal was about, of which nobody knows which it meant
        self._refusals = 0  # how many of them were refused

    @property
    def single(self) -> bool:
        """Only one frame can be meant."""
        return len(self._frames) == 1

    @property
    def start(self) -> SampleTime:
        """Media time with which the first of them begins."""
        return self._frames[0].start

    @property
    def length(self) -> int:
        """How long each of them is. Raises `LookupError` when they differ, or when there are too few."""
        lengths = {span.length for span in self._frames}
        if len(lengths) != 1 or self._refusals >= len(self._frames):
            raise LookupError("nobody can say by how much the server's clock stands still")
        return lengths.pop()

    def sent(self, frame: Span, accepted: int) -> None:
        """A frame went out; `accepted` is the session's sample number at its end if it is accepted."""
        self._frames.append(frame)
        if accepted - self.since > self._window:
            self.accepted(self._known_from if self._refusals else self.since + self._frames[0].length)

    def accepted(self, upto: int) -> None:
        """The server has accepted session samples up to `upto`: it spoke about them."""
        if self._refusals:
            if upto < self._known_from:
                return
            for _ in range(self._given_up):
                self._frames.popleft()
            self.since, self._given_up, self._refusals = self._known_from, 0, 0
        while self._frames and self.since + self._frames[0].length <= upto:
            self.since += self._frames.popleft().length

    def refused(self) -> list[Span]:
        """One of them was refused: the media time that has to be given up for it, as far as it was not yet."""
        fresh = list(self._frames)[self._given_up :]
        self._refusals += 1
        self._given_up = len(self._frames)
        self._known_from = self.since + (self._given_up - self._refusals) * self._frames[0].length
        return _merged(fresh)

    def clear(self, since: int) -> None:
        """There is no frame in doubt; the next begins with session sample `since`."""
        self._frames.clear()
        self.since, self._given_up, self._refusals = since, 0, 0


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same with neighbours joined."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].end == span.start:
            merged[-1] = merged[-1].hull(span)
        else:
            merged.append(span)
    return merged
