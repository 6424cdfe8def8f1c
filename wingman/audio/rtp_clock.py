"""When a sample was captured: RTP timestamps on the sender's wall clock, and channels on one another's. Pure.

An RTP clock counts audio that was sent. It runs at the sound card's idea of 48 kHz and stands still while a
track is replaced, so after an hour two channels can be a quarter of a second apart. Sender reports tie RTP time
to the sender's wall clock, which all tracks of one peer share; single reports are off by up to 40 ms on a busy
machine, the line through several by less than one.

Source: RFC 3550 section 6.4.1 (sender reports: NTP and RTP time of one instant) and 5.1 (timestamps); RFC 7587
section 4.1 (Opus counts 48 kHz whatever it carries).
"""

from __future__ import annotations

from collections import deque
from itertools import combinations
from statistics import median

from wingman.core.time import SAMPLE_RATE, SampleTime, samples_of_ms

REPORTS = 15
"""Reports the line is drawn through (75 s from a browser): up to seven of them may be wild."""

SLOPED = 5
"""Reports from which the line may slope; fewer say nothing about drift."""

FINE = samples_of_ms(0.75)
"""A disagreement worth mending once there are `SETTLED` reports and it stands out from their noise."""

SETTLED = 3

STEP = samples_of_ms(400)
"""More than this is no drift: behind the clock, a track stood still; ahead of it, the clock was set."""

CONFIRMED = 2
"""Reports that must agree on a step: a starved sender can be late with one."""

SUDDEN = samples_of_ms(100)
"""Being behind the clock by more than this wants an explanation."""

CERTAIN = 15
"""Reports that must agree where the arrivals do not explain it: a sender whose reports are late and its packets
are not, or that falls behind bit by bit, is starved, and will catch up."""

SET = 2 * SAMPLE_RATE
"""Behind its sender's clock by so much more than behind ours (2 s): nothing stood still, the clock was set."""

DRIFT_S = 0.001
"""Clocks that drift apart are no delay: 200 ppm of the 5 s between two reports."""

REMEMBERED = 60
"""Reports for which a step is remembered, so that it can be taken back."""

_WRAP = 1 << 32
_NTP_UNIT = 1 << 32


class StreamClock:
    """One stream's RTP time on its sender's wall clock."""

    def __init__(self, rate: int = 48_000) -> None:
        self._rate = rate
        self._last: int | None = None
        self._unwrapped = 0
        self._offsets: deque[tuple[float, float]] = deque(maxlen=REPORTS)  # RTP seconds, wall minus them
        self.unexplained = 0
        """Reports in a row that were behind for no reason."""
        self.agreed = False
        """It has agreed with the line of its peer's channels, and its sender's clock was not set since."""
        self.apart = 0
        """Samples by which it stays behind that line: its sound comes as much later than another channel's."""
        self._stepped = 0
        self._since_step = 0

    @property
    def stepped(self) -> int:
        """Samples by which this stream was moved later of late because it seemed to have stood still."""
        return self._stepped if self._since_step < REMEMBERED else 0

    def moved(self, samples: int) -> None:
        """The stream was moved later, or (below 0) some of that was taken back."""
        self._stepped = max(0, self.stepped + samples)
        self._since_step = 0

    @property
    def reports(self) -> int:
        """Reports the line is drawn through."""
        return len(self._offsets)

    @property
    def noise(self) -> float:
        """Seconds by which reports scatter around the line (their median deviation)."""
        now, slope = self._offsets[-1][0], self._slope()
        middle = self._offset(now, slope)
        return median(abs(offset + slope * (now - at) - middle) for at, offset in self._offsets)

    def report(self, ntp: int, timestamp: int) -> None:
        """A sender report: RTP `timestamp` was at `ntp` (64-bit NTP time)."""
        at = self._seconds(timestamp)
        self._since_step += 1
        since = at - self._offsets[-1][0] if self._offsets else 1.0
        if -1.0 < since <= 0.0:
            return  # nothing was sent since the last one
        if since <= -1.0:
            self._begin_anew()  # the sender started anew
        offset = ntp / _NTP_UNIT - at
        if self._offsets and abs(offset - self._offsets[-1][1]) > STEP / SAMPLE_RATE:
            self._begin_anew()  # a pause or a clock that was set: older reports are about another line
        self._offsets.append((at, offset))

    def _begin_anew(self) -> None:
        self._offsets.clear()
        self.agreed = False

    def wall(self, timestamp: int) -> float:
        """Seconds since 1900 on the sender's clock at which `timestamp` was captured. Needs a report."""
        at = self._seconds(timestamp)
        return at + self._offset(at, self._slope())

    def _offset(self, now: float, slope: float) -> float:
        return median(offset + slope * (now - at) for at, offset in self._offsets)

    def _slope(self) -> float:
        """Drift in seconds per second: the median over all pairs of reports (Theil and Sen)."""
        if len(self._offsets) < SLOPED:
            return 0.0
        pairs = combinations(self._offsets, 2)
        slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs if b[0] > a[0]]
        return median(slopes) if slopes else 0.0

    def _seconds(self, timestamp: int) -> float:
        if self._last is None:
            self._last, self._unwrapped = timestamp, timestamp
        step = (timestamp - self._last + _WRAP // 2) % _WRAP - _WRAP // 2
        self._unwrapped += step
        self._last = timestamp % _WRAP
        return self._unwrapped / self._rate


class SharedClock:
    """One line between the sender's wall clock and the sample index, for all channels of a peer."""

    def __init__(self) -> None:
        self._wall: float | None = None
        self._index: SampleTime = 0
        self._drawn: StreamClock | None = None  # whose report the line goes through
        self._lag = 0  # least lag of reports that agreed with the line, of late

    def correction(
        self,
        clock: StreamClock,
        timestamp: int,
        index: SampleTime,
        stood: int | None = None,
        lag: int | None = None,
    ) -> int:
        """By how many samples later (or, below 0, earlier) `timestamp`, now at `index`, ought to be placed.

        The first stream that asks draws the line. `stood`: how long it stood still by its arrivals, in samples:
        a pause, and all that came since the last report as much later than before; `lag`: by how many samples
        `index` is behind the time that passed on our own clock; None when nobody knows. It counts against the
        least of late while the line was right: a sender may begin with sound it had kept, or its clock run fast
        for hours. A stream that was moved later and then turns out to be on time after all (its sender was
        late, and caught up) is moved back. One that stays seconds behind another whose sound was kept no longer
        than its own stays so.
        """
        wall = clock.wall(timestamp)
        if self._wall is None:
            return self._draw(clock, wall, index, lag)
        wanted = self._index + round((wall - self._wall) * SAMPLE_RATE) - index
        arrived = None if lag is None else lag - self._lag  # how much later than while all agreed
        if arrived is not None and min(0, arrived) - SET <= wanted <= max(0, arrived) + SET and clock.apart:
            clock.apart, clock.agreed = 0, False  # sound it had kept has come by now
        wanted -= clock.apart
        if wanted < -STEP:  # it was late and has caught up, or its clock was set
            if clock.reports < CONFIRMED:
                return 0
            return wanted if -wanted <= clock.stepped + STEP else self._leave(clock, wall, index, lag, wanted)
        if arrived is not None and wanted > max(0, arrived) + SET and clock.reports >= CONFIRMED:
            return self._leave(clock, wall, index, lag, wanted)
        if abs(wanted) <= SUDDEN:
            clock.agreed = True
            if lag is not None and not clock.apart:
                self._lag = min(lag, self._lag + round(DRIFT_S * SAMPLE_RATE))
        if wanted > SUDDEN and not _believed(clock, wanted, stood):
            return 0
        if wanted > STEP:
            return wanted
        limit = max(FINE, round(clock.noise / 2 * SAMPLE_RATE))  # a median scatters less than one
        return wanted if clock.reports >= SETTLED and abs(wanted) > limit else 0

    def _leave(self, clock: StreamClock, wall: float, index: SampleTime, lag: int | None, wanted: int) -> int:
        """A stream is not where the line is. Its clock was set, and the line goes after it; or another one has
        moved the line, and it is apart from that one.
        """
        if clock.agreed and self._drawn is not clock:
            clock.apart += wanted
            return 0
        return self._draw(clock, wall, index, lag)

    def _draw(self, clock: StreamClock, wall: float, index: SampleTime, lag: int | None) -> int:
        """The line goes through here from now on."""
        self._wall, self._index, self._drawn = wall, index + clock.apart, clock
        self._lag = self._lag if lag is None else lag
        clock.agreed = True
        return 0


def _believed(clock: StreamClock, wanted: int, stood: int | None) -> bool:
    """Whether a stream that is `wanted` samples behind stood still: its arrivals say so, or time."""
    if stood is None or 2 * stood >= wanted:
        clock.unexplained = 0
        return clock.reports >= CONFIRMED
    clock.unexplained += 1
    return clock.unexplained >= CERTAIN
