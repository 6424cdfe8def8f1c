from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.archive.bundle import Bundle
from wingman.archive.provider_events import Advanced
from wingman.core.codec import envelope
from wingman.core.events import CaptureState, Media, MeetingStarted
from wingman.core.time import SAMPLE_RATE, Channel, samples
from wingman.replay.record_clock import RecordClock, merged

TAB = Channel.TAB


def looked(*marks: tuple[float, float]) -> Bundle:
    """A record with looks at the clock at (media seconds, wall time)."""
    return Bundle("m-1", (), heard=tuple(Advanced(wall, TAB, samples(media)) for media, wall in marks))


def test_media_time_follows_the_looks_at_the_clock() -> None:
    clock = RecordClock(looked((1.0, 101.0), (2.0, 102.0), (9.0, 102.5)), TAB)
    assert [clock.wall(samples(at)) for at in (0.0, 1.0, 1.5, 2.0, 8.0, 9.0, 10.0)] == [
        *(100.0, 101.0, 102.0, 102.0, 102.5, 102.5, 103.5)
    ]
    assert clock.media(50.0) == 0
    assert clock.media(100.5) == samples(0.5)
    assert clock.media(102.2) == samples(2.0)
    assert clock.media(104.5) == samples(11.0)


def test_without_looks_it_counts_from_where_capture_began() -> None:
    started = envelope(1, "m-1", 90.0, MeetingStarted("", (TAB,), "", "", "", "", "off"))
    began = envelope(2, "m-1", 100.0, CaptureState(TAB, "capturing"), Media(TAB, 2.0, 2.0))
    assert RecordClock(Bundle("m-1", (started, began)), TAB).wall(0) == 98.0
    assert RecordClock(Bundle("m-1", (started,)), TAB).wall(SAMPLE_RATE) == 91.0
    assert RecordClock(Bundle("m-1", ()), TAB).wall(0) == 0.0


@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e6)), max_size=20),
    st.lists(st.floats(0, 1e4), max_size=9),
)
def test_it_never_runs_backwards(marks: list[tuple[float, float]], asked: list[float]) -> None:
    clock = RecordClock(looked(*marks), TAB)
    walls = [clock.wall(samples(at)) for at in sorted(asked)]
    assert walls == sorted(walls)
    media = [clock.media(at) for at in sorted(asked)]
    assert media == sorted(media)


def test_stretches_that_touch_become_one() -> None:
    assert merged([(5, 9), (0, 2), (2, 3), (7, 8), (4, 4)]) == ((0, 3), (5, 9))
