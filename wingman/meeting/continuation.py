"""How a meeting goes on that another process ran: the same time, what is missing told, what was open closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
class Beginning:
    """Where a channel's time begins here."""

    position: SampleTime = 0
    ago_s: float | None = None
    """Seconds since the sample before that was heard elsewhere; None for a channel that nobody has heard."""


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
        self._known = {channel: reached for channel in Channel if (reached := self._reached(channel))}
        self.length = seconds(max(self._known.values(), default=0))
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

    def begin(self, channel: Channel) -> Beginning:
        """Where the channel's time goes on: behind what is settled. A client that has kept the sound since then
        sends it again; what is missing is told when its sound begins.
        """
        reached = self._known.get(channel, 0)
        if not reached:
            return Beginning()
        came = self._taken.positions.get(channel)
        away = max(0.0, self._wall() - came.at) if came is not None and came.at else 0.0
        settled = self._settled(channel, reached)
        if self._state.paused:  # what comes is not heard: nothing is sent again
            del self._known[channel]
            self._tell(channel, settled, reached)
            return Beginning(reached + round(away * SAMPLE_RATE), 0.0)
        return Beginning(settled, away + seconds(reached - settled))

    def close(self, reached: Mapping[Channel, SampleTime]) -> None:
        """The meeting is over: tell what is missing of channels that nobody fed again; `reached` is how far
        each of the others has come here.
        """
        for channel, known in self._known.items():
            self._tell(channel, max(self._settled(channel, known), reached.get(channel, 0)), known)
        self._known.clear()

    def _reached(self, channel: Channel) -> SampleTime:
        came = self._taken.positions.get(channel)
        return max(came.reached if came else 0, samples(self._state.reached.get(channel, 0.0)))

    def _settled(self, channel: Channel, reached: SampleTime) -> SampleTime:
        came = self._taken.positions.get(channel)
        told = samples(self._state.settled.get(channel, 0.0))
        return min(reached, max(told, came.settled if came else 0))

    def _tell(self, channel: Channel, start: SampleTime, upto: SampleTime) -> None:
        if upto - start > WORTH_TELLING:
            gap = TranscriptGap(channel, Branch.TRANSCRIBE, GapCause.INTERRUPTED)
            self._publish(gap, Media.of(channel, Span(start, upto)))
