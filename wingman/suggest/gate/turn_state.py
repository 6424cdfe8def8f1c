"""Who has the floor: who speaks, what was said last, and which question is still open. Pure.

All times are `SampleTime`.
"""

from __future__ import annotations

from collections import deque

from wingman.core.time import Channel, SampleTime, samples
from wingman.core.utterance import Utterance

SAME_TURN = samples(1.5)
"""A speaker who goes on within this time is still saying the same thing."""
REMEMBERED = 6


class TurnState:
    """The last few utterances and the voices of this moment."""

    def __init__(self) -> None:
        self.now: SampleTime = 0
        """The latest media time heard of."""
        self.question: Utterance | None = None
        """A question nobody has answered yet."""
        self._speaking_since: dict[Channel, SampleTime] = {}
        self._quiet_since: SampleTime = 0
        self._recent: deque[Utterance] = deque(maxlen=REMEMBERED)

    def reach(self, at: SampleTime) -> None:
        """Media time is at least this; it never goes back."""
        self.now = max(self.now, at)

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking on `channel`."""
        self.reach(at)
        if active:
            self._speaking_since.setdefault(channel, at)
        elif self._speaking_since.pop(channel, None) is not None:
            self._quiet_since = max(self._quiet_since, at)

    def talking(self, channel: Channel) -> SampleTime:
        """For how long the voice of `channel` has been speaking; 0 when it is not."""
        since = self._speaking_since.get(channel)
        return 0 if since is None else self.now - since

    def silence(self, since: SampleTime) -> SampleTime:
        """How long nobody has said anything, counted from `since` at the earliest."""
        if self._speaking_since:
            return 0
        return self.now - max(since, self._quiet_since)

    def before(self, utterance: Utterance) -> Utterance | None:
        """What the same speaker said without a pause just before: a breath cut one sentence in two."""
        for other in reversed(self._recent):
            if other.speaker == utterance.speaker:
                return other if utterance.start - other.end <= SAME_TURN else None
        return None

    def heard(self, utterance: Utterance, *, question: bool) -> None:
        """Remember an utterance; words that are no question are taken as the answer to an open one."""
        self._recent.append(utterance)
        self._quiet_since = max(self._quiet_since, utterance.end)
        if question:
            self.question = utterance
        elif self.question is not None and utterance.start >= self.question.end:
            self.question = None

    def find(self, utterance: str) -> Utterance | None:
        """One of the last utterances by its id."""
        return next((other for other in self._recent if other.id == utterance), None)

    def said_by_user(self, since: SampleTime) -> SampleTime:
        """How much the user has said since then."""
        return sum(
            utterance.span.length
            for utterance in self._recent
            if utterance.channel is Channel.MIC and utterance.start >= since
        )
