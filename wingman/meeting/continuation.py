"""How a meeting goes on that another process ran: the same time, what is missing told, what was open closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wingman.core.errors import Branch
from wingman.core.events import Media, MeetingMoved, Publish, SuggestionExpired, TranscriptGap
from wingman.core.media import GapCause
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, Span, samples, seconds
from wingman.events.claims import Taken
from wingman.meeting.resumption import Resumption

MOVED = "moved"
"""Why a meeting ends on a node that another one has taken it over from."""
HANDED_OVER = "handed_over"
"""Why a meeting ends on a node that lets go of it for others to go on."""
WORTH_TELLING = samples(0.04)
"""A transcriber may answer for this much less than the last sample."""


@dataclass(frozen=True, slots=True)
class Continued:
    """What is known of the meeting so far."""

    state: Resumption
    taken: Taken


class Continuation:
    """Begins the channels of one continued meeting, each where it would be by now."""

    def __init__(self, continued: Continued, publish: Publish, wall: Callable[[], float]) -> None:
        self._state = continued.state
        self._taken = continued.taken
        self._publish = publish
        self._wall = wall
        self._known = {
            channel: max(self._taken.positions.get(channel, 0), samples(self._state.reached.get(channel, 0.0)))
            for channel in Channel
        }
        self.length = seconds(max(self._known.values()))
        """Seconds of its longest channel when it was taken over."""

    @property
    def state(self) -> Resumption:
        """What the log says of it."""
        return self._state

    def announce(self) -> None:
        """Tell that the meeting has moved; a card that was being written will not be any more."""
        self._publish(MeetingMoved(self._taken.epoch, self._taken.reason), None)
        for card in self._state.open_cards:
            self._publish(SuggestionExpired(card, MOVED), None)

    def begin(self, channel: Channel) -> SampleTime:
        """Where the channel's time goes on; what was not settled until there is told as a gap."""
        reached = self._known.pop(channel, 0)
        if not reached:
            return 0
        away = max(0.0, self._wall() - self._taken.at) if self._taken.at else 0.0
        start = reached + round(away * SAMPLE_RATE)
        self._tell(channel, reached if self._state.paused else start)
        return start

    def close(self) -> None:
        """The meeting is over: tell what is missing of channels that nobody fed again."""
        for channel, reached in self._known.items():
            self._tell(channel, reached)
        self._known = dict.fromkeys(Channel, 0)

    def _tell(self, channel: Channel, upto: SampleTime) -> None:
        missing = Span(min(upto, samples(self._state.settled.get(channel, 0.0))), upto)
        if missing.length > WORTH_TELLING:
            gap = TranscriptGap(channel, Branch.TRANSCRIBE, GapCause.INTERRUPTED)
            self._publish(gap, Media.of(channel, missing))
