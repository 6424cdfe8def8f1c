"""Sender reports keep the channels on one clock, however the sound cards drift."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rtp_reports import EPOCH, LOUD, NTP, PCM, CountingSink
from wingman.audio.rtp_clock import REPORTS, SharedClock, StreamClock
from wingman.audio.stream_sync import MAX_DUE, PeerTimeline
from wingman.core.time import SAMPLE_RATE, Channel, samples_of_ms
from wingman.transports.inbound_track import InboundTrack


class Track:
    """A virtual sender: its sound card's clock is off by `ppm`, its reports by a few milliseconds."""

    def __init__(self, conductor: PeerTimeline, ppm: float, seed: int, origin: int) -> None:
        self.sink = CountingSink()
        self.inbound = InboundTrack(Channel.TAB, self.sink, conductor, 5)
        self._rate = 48_000 * (1 + ppm * 1e-6)
        self._random = random.Random(seed)
        self._origin = origin
        self._sent = 0

    @property
    def written(self) -> int:
        return self.sink.position

    def until(self, wall: float) -> None:
        """Send every packet that is full by `wall` (seconds since the call began)."""
        while (self._sent + 1) * 960 / self._rate <= wall:
            self.inbound.pcm((self._origin + self._sent * 960) % NTP, PCM, 1000.0 + wall)
            self._sent += 1

    def report(self, wall: float, noise: float = 0.001, set_by: float = 0.0) -> None:
        late = abs(self._random.gauss(0, noise))
        if noise and self._random.random() < 0.05:
            late += 0.04  # a busy machine
        timestamp = (self._origin + round(wall * self._rate)) % NTP
        self.inbound.report(round((EPOCH + wall + late + set_by) * NTP), timestamp)

    def index_of(self, wall: float) -> float:
        """Where this channel's timeline has what was captured at `wall`, in samples."""
        timeline = self.inbound._timeline
        assert timeline is not None
        index = timeline.at((self._origin + round(wall * self._rate)) % NTP)
        assert index is not None
        return index


@pytest.mark.parametrize("leap", [5.0, 3600.0, -5.0, 20 * 365 * 86_400.0])
@pytest.mark.parametrize("back_after", [10, 1000])
async def test_a_sender_whose_clock_is_set_makes_no_hole(leap: float, back_after: int) -> None:
    """A time server sets it forward by an hour, a laptop wakes: the sound goes on all the same."""
    conductor = PeerTimeline(0)
    tracks = Track(conductor, 40.0, 1, 5), Track(conductor, -40.0, 2, (1 << 32) - 9)
    for second in range(5, 300, 5):
        set_by = leap if 50 <= second < 50 + back_after else 0.0
        for track in tracks:
            track.until(second)
            track.report(second, noise=0.0, set_by=set_by)
    assert all(abs(track.written / SAMPLE_RATE - 295) < 0.1 for track in tracks)
    assert abs(tracks[0].index_of(295) - tracks[1].index_of(295)) < samples_of_ms(40)


async def test_ninety_minutes_at_fifty_ppm_stay_on_the_clock_and_together() -> None:
    conductor = PeerTimeline(0)
    tab = Track(conductor, 50.0, 1, (1 << 32) - 48_000)
    mic = Track(conductor, -50.0, 2, 77)
    worst_drift = worst_apart = 0.0
    for second in range(5, 90 * 60 + 1, 5):
        for track in (tab, mic):
            track.until(second)
            track.report(second)
        if second > 30:
            drift = max(abs(t.index_of(second) / SAMPLE_RATE - second) for t in (tab, mic))
            apart = abs(tab.index_of(second) - mic.index_of(second)) / SAMPLE_RATE
            worst_drift, worst_apart = max(worst_drift, drift), max(worst_apart, apart)
    assert worst_drift <= 0.1
    assert worst_apart <= 0.005
    assert tab.written == pytest.approx(90 * 60 * SAMPLE_RATE, abs=0.1 * SAMPLE_RATE)


async def test_audio_that_stood_still_is_put_where_the_clock_says() -> None:
    conductor = PeerTimeline(0)
    track = Track(conductor, 0.0, 1, 0)
    for second in (1, 2, 3, 4):
        track.until(second)
        track.report(second, noise=0.0)
    before = track.written
    # a replaced track: three seconds pass, RTP time does not
    for number in range(200, 300):
        track.inbound.pcm(number * 960, PCM, 1007.0 + (number - 200) / 50)
    track.inbound.report(round((EPOCH + 4 + 3 + 1) * NTP), 250 * 960)
    assert track.written - before == 2 * SAMPLE_RATE  # one report alone may be a starved sender
    track.inbound.report(round((EPOCH + 4 + 3 + 2) * NTP), 300 * 960)
    track.inbound.pcm(300 * 960, PCM, 1009.0)
    assert track.written - before == pytest.approx(5 * SAMPLE_RATE, abs=400)


@pytest.mark.parametrize(("kept", "fast"), [(0.0, 0.0), (5.0, 0.0), (0.0, 0.12)])
@pytest.mark.parametrize("other_too", [False, True])
async def test_tracks_stand_still_however_far_ahead_of_our_clock_they_are(
    kept: float, fast: float, other_too: bool
) -> None:
    """Seconds of sound were kept before the call and come at once, or the sender's clock runs fast: by a little
    for hours, or by much for half a minute. Then a track is replaced; just before that packets came late.
    """
    peer = PeerTimeline(0)
    both = [InboundTrack(channel, CountingSink(), peer, 5) for channel in Channel]
    for number in range(45 * 50):
        captured = number / 50
        arrival = 1000.0 + max(0.0, captured - kept) * (1 - fast) + (3.0 if 20 <= captured < 25 else 0.0)
        for track, still in zip(both, (250, 250 * other_too), strict=True):
            if still and 25 <= captured < 30:
                continue
            stamp = (number - (still if captured >= 30 else 0)) * 960
            track.pcm(stamp, PCM, arrival)
            if number % 50 == 0:
                track.report(round((EPOCH + captured) * NTP), stamp)
    ends = [track._timeline.position for track in both if track._timeline]
    assert abs(ends[0] - ends[1]) < samples_of_ms(40)
    assert abs(ends[1] - 45 * SAMPLE_RATE) < samples_of_ms(40)


@pytest.mark.parametrize("kept", [3.0, 20.0])
@pytest.mark.parametrize("first", [0, 1])
async def test_one_channel_that_stays_seconds_behind_the_other_takes_neither_off_the_clock(
    kept: float, first: int
) -> None:
    """What one sends was captured seconds ago, for good. Sound cards drift, and a track stands still."""
    peer = PeerTimeline(0)
    both = [InboundTrack(channel, CountingSink(), peer, 5) for channel in Channel]
    late = (kept, 0.0) if first == 0 else (0.0, kept)
    for number in range(240 * 50):
        for n, track in enumerate(both):
            now = number / 50 * (1 + (2e-4, -2e-4)[n])
            if n and 100 <= now < 105:
                continue
            stamp = (number - (250 if n and now >= 105 else 0)) * 960
            track.pcm(stamp, PCM, 1000.0 + now)
            if number % 50 == 0:
                track.report(round((EPOCH + now - late[n]) * NTP), stamp)
    for track, took in zip(both, (240.048, 239.952), strict=True):
        assert track._timeline is not None
        assert abs(track._timeline.position - took * SAMPLE_RATE) < samples_of_ms(10)


@pytest.mark.parametrize("late", [0.3, 0.6, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("every", [1, 5])
@pytest.mark.parametrize("lasts", [5, 12])
async def test_a_late_sender_that_caught_up_leaves_no_shift(late: float, every: int, lasts: int) -> None:
    """Captured every 20 ms; for a while sent late; then on time again. Speech with pauses, none of it cut."""
    sink, sent = CountingSink(), 0
    inbound = InboundTrack(Channel.TAB, sink, PeerTimeline(0), 5)
    for number in range(60 * 50):
        captured = number / 50
        behind = late if 20 <= captured < 20 + lasts else 0.0
        spoken = number % 100 < 60  # 1.2 s of speech, 0.8 s of pause
        before = sink.position
        inbound.pcm(number * 960, LOUD if spoken else PCM, 1000.0 + captured + behind)
        assert sink.position > before or not spoken, "speech was cut"
        sent += 320
        if number % (50 * every) == 0:
            inbound.report(round((EPOCH + captured + behind) * NTP), number * 960)
    assert abs(sink.position - sent) <= 0.02 * SAMPLE_RATE


async def test_a_sender_that_falls_behind_bit_by_bit_is_waited_for() -> None:
    """No pause in the arrivals: it is starved, so its audio stays where it was captured."""
    sink = CountingSink()
    inbound = InboundTrack(Channel.TAB, sink, PeerTimeline(0), 5)
    for number in range(30 * 50):
        captured = number / 50
        behind = 0.8 * min(1.0, max(0.0, captured - 10) / 4) if captured < 18 else 0.0
        inbound.pcm(number * 960, LOUD, 1000.0 + captured + behind)
        if number % 50 == 0:
            inbound.report(round((EPOCH + captured + behind) * NTP), number * 960)
    assert sink.position == 30 * SAMPLE_RATE


@pytest.mark.parametrize(("every", "at_first"), [(1, 0.08), (5, 0.0)])
@pytest.mark.parametrize("stalls", [0.0, 0.13, 0.6])
@pytest.mark.parametrize("lag", [(0.05, 0.12), (0.12, 0.12), (0.0, 0.35)])
async def test_reports_that_are_late_put_no_silence_into_a_word(
    every: int, at_first: float, stalls: float, lag: tuple[float, float]
) -> None:
    """A sender short of time: packets come in bursts, reports have the last packet's stamp and a later time."""
    luck = random.Random(5)
    sink, stalled_until, worst = CountingSink(), 0.0, 0
    inbound = InboundTrack(Channel.TAB, sink, PeerTimeline(0), 5)
    for number in range(40 * 50):
        captured = number / 50
        if stalls and luck.random() < 0.02:
            stalled_until = captured + luck.uniform(0.05, stalls)
        before = sink.position
        inbound.pcm(number * 960, LOUD, 1000.0 + max(captured, stalled_until))
        worst = max(worst, sink.position - before - 320)
        if number % (50 * every) == 49:
            late = luck.uniform(*lag) if number > 50 else at_first
            inbound.report(round((EPOCH + captured + late) * NTP), number * 960)
    assert worst <= MAX_DUE


def test_a_single_wild_report_moves_nothing() -> None:
    clock, shared = StreamClock(), SharedClock()
    for second in range(REPORTS):
        clock.report((EPOCH + second) * NTP, second * 48_000)
        assert shared.correction(clock, second * 48_000, second * SAMPLE_RATE) == 0
    clock.report(round((EPOCH + REPORTS + 0.043) * NTP), REPORTS * 48_000)
    assert shared.correction(clock, REPORTS * 48_000, REPORTS * SAMPLE_RATE) == 0


async def test_a_starved_sender_with_late_reports_costs_no_audio() -> None:
    track = Track(PeerTimeline(0), 0.0, 3, 0)
    for second in range(1, 60):
        track.until(second)
        track.report(second, noise=0.03)
    assert track.written == pytest.approx(59 * SAMPLE_RATE, abs=0.05 * SAMPLE_RATE)


def test_repeated_reports_say_nothing_new() -> None:
    clock, shared = StreamClock(), SharedClock()
    for _ in range(20):
        clock.report(EPOCH * NTP, 48_000)
        assert shared.correction(clock, 48_000, SAMPLE_RATE) == 0
    assert clock.reports == 1


def test_a_sender_that_starts_anew_is_listened_to() -> None:
    clock = StreamClock()
    for second in range(5):
        clock.report((EPOCH + second) * NTP, (100 + second) * 48_000)
    for second in range(6, 9):
        clock.report((EPOCH + second) * NTP, second * 48_000)
    assert clock.reports == 3
    assert clock.wall(8 * 48_000) == EPOCH + 8


@given(st.lists(st.tuples(st.integers(1, (1 << 64) - 1), st.integers(0, (1 << 32) - 1)), max_size=40))
def test_whatever_is_reported_no_correction_fails(reports: list[tuple[int, int]]) -> None:
    clock, shared = StreamClock(), SharedClock()
    for ntp, timestamp in reports:
        clock.report(ntp, timestamp)
        shared.correction(clock, timestamp, 0)
        assert clock.noise >= 0


async def test_a_sender_without_a_clock_is_left_alone() -> None:
    track = Track(PeerTimeline(0), 0.0, 1, 0)
    for second in range(1, 20):
        track.until(second)
        track.inbound.report(0, 0)
    assert track.written == 19 * SAMPLE_RATE


def test_a_clock_that_was_set_back_starts_a_new_line() -> None:
    clock, shared = StreamClock(), SharedClock()
    clock.report(EPOCH * NTP, 0)
    assert shared.correction(clock, 0, 0) == 0
    for second in range(1, 5):
        clock.report((EPOCH - 3600 + second) * NTP, second * 48_000)
        assert shared.correction(clock, second * 48_000, second * SAMPLE_RATE) == 0
