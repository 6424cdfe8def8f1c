"""One stream kept in time with the other channels of its peer. Pure.

How late its packets come by their own clock, what its sender reports say of it, and by how much its timeline
has yet to be moved: at once where it stood still, else where nobody speaks.
"""

from __future__ import annotations

from wingman.audio.rtp_clock import DRIFT_S, STEP, SharedClock, StreamClock
from wingman.audio.timeline import Placed, Timeline
from wingman.core.media import GapCause
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime, samples_of_ms

TOGETHER_S = 0.1
"""First packets this near to each other mean tracks that began together; sender reports know better soon."""

MAX_DUE = samples_of_ms(4)
"""So much is corrected inside speech, once a report; the rest waits for a pause. A sender that is short of time
reports tens of milliseconds that it takes back later, and silence in a word costs the word."""

CUT = samples_of_ms(20)
"""More than this is taken out in pauses only, and never all of a pause."""

PAUSE_KEPT = samples_of_ms(100)
"""What is left of a pause that time is taken out of."""

QUIET = 500
"""Samples below this (-36 dBFS) are a pause."""

RTP_RATE = 48_000
"""Ticks per second; Opus always counts at 48 kHz."""

_WRAP = 1 << 32
_HALF = _WRAP // 2


class PeerTimeline:
    """What the channels of one peer share, so that their sample indices agree: a zero and a clock."""

    __slots__ = ("_arrival", "_position", "clock")

    def __init__(self, position: SampleTime) -> None:
        self._position = position
        self._arrival: float | None = None
        self.clock = SharedClock()

    @property
    def begun(self) -> bool:
        """One of the channels has defined the zero."""
        return self._arrival is not None

    def index_at(self, arrival: float, position: SampleTime = 0) -> SampleTime:
        """The index that audio arriving at `arrival` begins with; the first caller defines the zero.

        `position` is where its channel is by itself: at wall distance from an earlier source.
        """
        if self._arrival is None:
            self._arrival = arrival
            self._position = max(self._position, position)
        elapsed = arrival - self._arrival
        return self._position + (round(elapsed * SAMPLE_RATE) if elapsed > TOGETHER_S else 0)

    def lag(self, arrival: float, index: SampleTime) -> int:
        """By how many samples `index`, which came at `arrival`, is behind the time since the zero."""
        began = arrival if self._arrival is None else self._arrival
        return self._position + round((arrival - began) * SAMPLE_RATE) - index


class StreamSync:
    """One stream on the clock that its peer's channels share."""

    __slots__ = (
        "_clock",
        "_late",
        "_least_late",
        "_quiet",
        "_stamp",
        "_stepped",
        "_waited",
        "debt",
        "due",
        "last_arrival",
        "peer",
    )

    def __init__(self, peer: PeerTimeline) -> None:
        self.peer = peer
        self._clock = StreamClock()
        self.due = 0
        """Samples by which the timeline has to move."""
        self.debt = 0
        """Samples to be taken out in pauses."""
        self.last_arrival: float | None = None
        """When the newest packet came, in seconds; None before the first."""
        self._quiet = 0  # length of the present pause
        self._waited = 0.0  # longest pause between two arrivals since the last step, in seconds
        self._stepped = False  # something was corrected inside speech since the last report
        self._stamp: int | None = None  # RTP timestamp of the packet that came last
        self._late = 0.0  # seconds by which it came later than the earliest ones, on their own clock
        self._least_late: float | None = None  # the least of that since the last report

    def arrived(self, timestamp: int, now: float) -> None:
        """A packet with this RTP timestamp came at `now`, in any order."""
        if self.last_arrival is not None and self._stamp is not None:
            pause = now - self.last_arrival
            if pause > self._waited:
                self._waited = pause
            ticks = (timestamp - self._stamp + _HALF) % _WRAP - _HALF
            late = self._late + pause - ticks / RTP_RATE
            self._late = late if late > 0.0 else 0.0
            if self._least_late is None or self._late < self._least_late:
                self._least_late = self._late
        self._stamp = timestamp
        self.last_arrival = now

    def restart(self) -> None:
        """Another stream follows, with a clock of its own."""
        self._clock = StreamClock()
        self._stamp, self._late, self._least_late = None, 0.0, None
        self.due = self.debt = 0

    def report(self, ntp: int, timestamp: int, timeline: Timeline | None) -> tuple[Placed, ...]:
        """A sender report: RTP `timestamp` was at `ntp` (64-bit NTP time). What fills `timeline` up."""
        self._clock.report(ntp, timestamp)
        index = timeline.at(timestamp) if timeline is not None else None
        if timeline is None or index is None:
            return ()
        late = self._late if self._least_late is None else self._least_late
        stood = round(min(self._waited, late) * SAMPLE_RATE)
        lag = None if self.last_arrival is None else self.peer.lag(self.last_arrival, index)
        correction = self.peer.clock.correction(self._clock, timestamp, index, stood, lag)
        self.due = correction if -CUT <= correction <= STEP else 0
        self.debt = -correction if correction < -CUT else 0
        self._stepped = False
        self._least_late = None
        self._late = max(0.0, self._late - DRIFT_S)
        if correction <= STEP:
            return ()
        self._moved(correction)
        return timeline.advance(timeline.position + correction, GapCause.REANCHOR)

    def correct(self, timeline: Timeline, pcm: bytes) -> None:
        """Move the timeline where it is due, in a pause if one comes soon: a cut in a word costs the word."""
        quiet = _is_quiet(pcm)
        if self.due and (quiet or (abs(self.due) >= MAX_DUE and not self._stepped)):
            step = self.due if quiet else max(-MAX_DUE, min(MAX_DUE, self.due))
            timeline.shift(step)
            if step > MAX_DUE:
                self._moved(step)
            self.due -= step
            self._stepped = True
        length = len(pcm) // BYTES_PER_SAMPLE
        self._quiet = self._quiet + length if quiet else 0
        if self.debt and self._quiet > PAUSE_KEPT:
            cut = min(self.debt, length)
            timeline.shift(-cut)
            self._clock.moved(-cut)
            self.debt -= cut

    def _moved(self, later: int) -> None:
        """Something was filled in: what came late by so much is in its place."""
        self._clock.moved(later)
        self._waited = 0.0
        self._late = max(0.0, self._late - later / SAMPLE_RATE)


def _is_quiet(pcm: bytes) -> bool:
    samples = memoryview(pcm).cast("h")
    return max(samples, default=0) < QUIET and min(samples, default=0) > -QUIET
