"""The emotion window: bounded, ordered, and blind to when the transcript comes."""

from __future__ import annotations

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionSpan, Scale, Score
from wingman.core.time import Channel, Span, samples
from wingman.correlate.measurements import END_TOLERANCE, Measurements


def felt(start: float, end: float, value: float = 0.5) -> EmotionSpan:
    span = Span(samples(start), samples(end))
    return EmotionSpan(Channel.TAB, span, (Score("joy", value),), "hume", Scale.PROBABILITY)


def test_what_comes_after_the_frontier_has_passed_does_not_count() -> None:
    measurements = Measurements(CorrelateSettings())
    first, second, third = felt(0, 3), felt(0, 6), felt(0, 7)
    for one in (first, second, third):
        measurements.add(one)
    # an utterance that ended at 5 s was complete with the second window
    assert measurements.over(Span(samples(2), samples(5))) == [first, second]
    assert measurements.over(Span(samples(3.5), samples(6.9))) == [second, third]


def test_a_window_that_ends_a_whole_grace_later_does_not_count() -> None:
    measurements = Measurements(CorrelateSettings(grace_s=2.0))
    measurements.add(felt(0, 9))
    assert measurements.over(Span(samples(1), samples(6.9))) == []
    assert measurements.over(Span(samples(1), samples(7))) != []


def test_the_same_measurement_twice_is_kept_once() -> None:
    measurements = Measurements(CorrelateSettings())
    assert measurements.add(felt(0, 3))
    assert not measurements.add(felt(0, 3))
    assert measurements.add(felt(0, 3, value=0.6))
    assert len(measurements) == 2


def test_the_frontier_only_moves_on() -> None:
    measurements = Measurements(CorrelateSettings())
    measurements.add(felt(0, 3))
    assert measurements.frontier == samples(3) + END_TOLERANCE
    measurements.progress(samples(10))
    measurements.missed(Span(0, samples(2)))
    assert (measurements.frontier, measurements.watermark) == (samples(10), samples(10))


def test_the_window_is_bounded_by_seconds_and_by_number() -> None:
    by_seconds = Measurements(CorrelateSettings(window_s=10.0))
    by_number = Measurements(CorrelateSettings(window_events=5))
    for n in range(8 * 3600):
        by_seconds.add(felt(n, n + 1))
        by_number.add(felt(n, n + 1))
        assert len(by_seconds) <= 65
        assert len(by_number) <= 5
    assert by_seconds.over(Span(samples(8 * 3600 - 5), samples(8 * 3600)))
