"""The join's arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.time import Channel, Span
from wingman.core.utterance import ReadingStatus
from wingman.correlate.overlap import WeightedScores, of_speaker, read

INFO = EmotionInfo("hume", True, Scale.PROBABILITY, floor=0.2, moderate=0.4, strong=0.7)


def felt(
    start: int, end: int, source: str = "hume", speaker: str | None = None, **scores: float
) -> EmotionSpan:
    ranked = tuple(Score(label, value) for label, value in scores.items())
    return EmotionSpan(Channel.TAB, Span(start, end), ranked, source, Scale.PROBABILITY, speaker)


def test_scores_are_weighted_by_overlap() -> None:
    reading = read(Span(100, 500), [felt(0, 200, joy=0.8), felt(200, 600, joy=0.4, doubt=0.6)], INFO, 0.3)
    # 100 samples of the first, 300 of the second
    assert reading.top == (Score("joy", 0.5), Score("doubt", 0.45))
    assert (reading.label, reading.coverage) == ("joy", 1.0)


def test_ties_go_by_name() -> None:
    reading = read(Span(0, 100), [felt(0, 100, joy=0.5, doubt=0.5, awe=0.5, fear=0.5)], INFO, 0.3)
    assert [score.label for score in reading.top] == ["awe", "doubt", "fear"]


@pytest.mark.parametrize(("value", "word"), [(0.2, "weak"), (0.4, "moderate"), (0.7, "strong")])
def test_strength_is_read_on_the_meters_own_scale(value: float, word: str) -> None:
    assert read(Span(0, 100), [felt(0, 100, joy=value)], INFO, 0.3).strength == word


def test_measured_and_nothing_found_is_an_honest_unknown() -> None:
    reading = read(Span(0, 100), [felt(0, 100)], INFO, 0.3)
    assert (reading.status, reading.coverage, reading.source) == (ReadingStatus.UNKNOWN, 1.0, "hume")


@pytest.mark.parametrize(("covered", "status"), [(29, ReadingStatus.UNKNOWN), (30, ReadingStatus.KNOWN)])
def test_coverage_decides_whether_it_is_known(covered: int, status: ReadingStatus) -> None:
    assert read(Span(0, 100), [felt(0, covered, joy=0.9)], INFO, 0.3).status is status


def test_sources_are_never_mixed() -> None:
    measured = [felt(0, 40, "prosody", calm=0.9), felt(40, 100, "hume", joy=0.5)]
    reading = read(Span(0, 100), measured, INFO, 0.3)
    assert (reading.source, reading.label, reading.coverage) == ("hume", "joy", 0.6)


def test_spans_of_another_speaker_do_not_count() -> None:
    measured = [felt(0, 50, speaker="1", joy=0.9), felt(0, 60, speaker="tab:2", awe=0.9), felt(0, 70, fear=0.9)]
    assert of_speaker(measured, "tab:1") == [measured[0], measured[2]]
    assert of_speaker(measured, "tab:2") == [measured[1], measured[2]]


def test_an_utterance_without_length_is_unknown_not_an_error() -> None:
    assert read(Span(5, 5), [felt(0, 100, joy=0.9)], INFO, 0.3).status is ReadingStatus.UNKNOWN


@given(
    st.integers(0, 200),
    st.integers(1, 200),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 150), st.integers(0, 100)), max_size=8),
)
def test_the_tally_equals_a_count_instant_by_instant(
    start: int, length: int, windows: list[tuple[int, int, int]]
) -> None:
    span = Span(start, start + length)
    spans = sorted(
        (felt(at, at + size, joy=value / 100) for at, size, value in windows),
        key=lambda one: (one.span.end, one.span.start),
    )
    tally = WeightedScores(span)
    for one in spans:
        tally.add(one)
    first = [next((s for s in spans if s.span.start <= t < s.span.end), None) for t in range(start, span.end)]
    covered = [one.scores[0].value for one in first if one is not None]
    assert tally.coverage == len(covered) / length
    if covered:
        assert tally.best()[0].value == pytest.approx(sum(covered) / len(covered), abs=1e-4)


def test_a_provider_that_has_words_for_its_scores_lends_them() -> None:
    worded = replace(INFO, bands=((0.0, "weakly perceived"), (0.5, "strongly perceived")))
    assert read(Span(0, 100), [felt(0, 100, joy=0.9)], worded, 0.3).band == "strongly perceived"
    assert read(Span(0, 100), [felt(0, 100, joy=0.45)], worded, 0.3).band == "weakly perceived"
    assert read(Span(0, 100), [felt(0, 100, joy=0.9)], INFO, 0.3).band == ""
