"""Numbers a service may say: none lies beyond the audio that was sent."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE
from wingman.stt.deepgram.bounds import SLACK_S, bounded, possible
from wingman.stt.deepgram.wire import Alternative, Alternatives, Heard, Results

SENT = 10 * SAMPLE_RATE
NUMBERS = st.floats(-50, 100) | st.sampled_from([math.nan, math.inf, -math.inf, 1e300])


def heard(start: float, end: float, *words: tuple[float, float]) -> Results:
    spoken = tuple(Heard(word="so", start=a, end=b) for a, b in words)
    return Results(
        start=start, duration=end - start, channel=Alternatives((Alternative(spoken),)), is_final=True
    )


@given(NUMBERS)
def test_only_moments_of_the_audio_are_possible(at: float) -> None:
    assert possible(at, SENT) is (math.isfinite(at) and 0 <= at <= 10 + SLACK_S)


def test_a_true_window_stays_as_it_is() -> None:
    message = heard(1.0, 3.0, (1.0, 1.5), (2.0, 2.5))
    assert bounded(message, SENT, SAMPLE_RATE) is message


@pytest.mark.parametrize(("start", "end"), [(8.0, 99.0), (-5.0, 2.0), (50.0, 51.0), (3.0, 1.0)])
def test_an_impossible_window_is_not_believed(start: float, end: float) -> None:
    assert bounded(heard(start, end, (start, end)), SENT, int(start * SAMPLE_RATE)) is None


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=6), st.floats(0, 9), st.floats(0, 5))
def test_what_comes_out_is_possible(words: list[tuple[float, float]], start: float, length: float) -> None:
    found = bounded(heard(start, start + length, *words), SENT, int(start * SAMPLE_RATE))
    if found is not None:
        assert len(found.words) == len(words), "no word is lost for its time"
        assert all(word.start <= word.end <= found.end + SLACK_S for word in found.words)
        assert found.end <= 10 + 1e-6
