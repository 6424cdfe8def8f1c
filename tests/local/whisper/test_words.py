"""Words get times inside their utterance, in order, with or without an alignment."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE
from wingman.local.whisper.words import TimedWord, clamped, spread, timed

WORDS = st.lists(st.tuples(st.sampled_from(["", "so", "well,", "naïve", "🙂"]), st.integers(0, 4)), max_size=8)
STEPS = st.lists(st.integers(0, 400), max_size=30).map(sorted)


def test_a_word_runs_until_the_next_one_begins() -> None:
    words = timed(
        [("Hello", 1), ("there.", 2)], [(0, 10), (0, 12), (1, 40), (2, 55), (3, 80)], [0.5, 1, 0.5], 3.0
    )
    hello, there = words
    assert (hello.text, hello.confidence) == ("Hello", 0.5)
    assert (there.text, there.confidence) == ("there.", 0.75)
    assert hello.start / SAMPLE_RATE == pytest.approx(0.2, abs=0.1)
    assert hello.start < hello.end == there.start < there.end
    assert there.start - hello.start == round(30 * 0.02 * SAMPLE_RATE)
    assert there.end - there.start == round(40 * 0.02 * SAMPLE_RATE)


def test_a_word_without_an_alignment_stands_at_the_end() -> None:
    (word,) = timed([("lost", 1)], [], [], 2.0)
    assert word.start == 2 * SAMPLE_RATE
    assert word.end > word.start
    assert word.confidence == 0.0


@given(WORDS, STEPS, st.floats(0, 8))
def test_no_word_overlaps_the_next(words: list[tuple[str, int]], steps: list[int], seconds: float) -> None:
    found = timed(words, list(enumerate(steps)), [0.5] * len(steps), seconds)
    assert [word.text for word in found] == [text for text, _ in words if text]
    assert all(word.start <= word.end for word in found)
    assert all(word.end <= after.start for word, after in pairwise(found))
    assert all(0 <= word.confidence <= 1 for word in found)


@given(WORDS, st.floats(0.1, 30))
def test_spread_words_fill_the_utterance(words: list[tuple[str, int]], seconds: float) -> None:
    found = spread(words, seconds)
    assert [word.text for word in found] == [text for text, _ in words if text]
    if found:
        assert (found[0].start, found[-1].end) == (0, round(seconds * SAMPLE_RATE))
        assert all(word.end == after.start for word, after in pairwise(found))


def test_longer_words_take_longer() -> None:
    short, long = spread([("a", 1), ("", 1), ("concerning", 3)], 1.3)
    assert long.end - long.start > 3 * (short.end - short.start)


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (10, 20, (100, 100)),
        (50, 150, (100, 150)),
        (120, 180, (120, 180)),
        (180, 400, (180, 200)),
        (300, 400, (200, 200)),
    ],
)
def test_words_stay_between_the_voice_and_the_end(start: int, end: int, kept: tuple[int, int]) -> None:
    assert clamped([TimedWord("so", start, end, 0.5)], 100, 200) == [TimedWord("so", *kept, 0.5)]
