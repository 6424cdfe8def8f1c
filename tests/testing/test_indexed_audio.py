"""Indexed audio tells its own place, whatever way it is cut, shifted or broken."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from wingman.testing.indexed_audio import FRAME, IndexedSource, IndexedSpeech

SPEECH = IndexedSpeech()
SECONDS_12 = 12 * 16_000


def hear(*stretches: tuple[int, int], pieces: list[int] | None = None) -> list[tuple[str, int, int]]:
    """What is said after hearing `[start, end)` stretches of the recording back to back."""
    source = IndexedSource(SPEECH)
    data = b"".join(SPEECH.pcm(start, end - start) for start, end in stretches)
    cuts = sorted({0, len(data), *(2 * cut for cut in pieces or [] if 2 * cut < len(data))})
    for first, last in pairwise(cuts):
        source.feed(data[first:last])
    source.feed(bytes(640))
    return [(word.text, word.start, word.end) for word in source.words(0, len(data))]


def test_the_whole_recording_is_said_as_it_was_spoken() -> None:
    expected = [(word.text, word.start, word.end) for word in SPEECH.words(0, SECONDS_12)]
    assert len(expected) > 12
    assert hear((0, SECONDS_12)) == expected


@given(st.lists(st.integers(1, SECONDS_12), max_size=30))
def test_cutting_the_stream_changes_nothing(pieces: list[int]) -> None:
    assert hear((0, SECONDS_12), pieces=pieces) == hear((0, SECONDS_12))


@given(st.integers(0, SECONDS_12 - 1))
@example(SPEECH.bounds(17)[1] - 1)
def test_a_stream_that_begins_anywhere_knows_where(start: int) -> None:
    said = hear((start, SECONDS_12))
    whole = [(text, first + start, last + start) for text, first, last in said if "[" not in text]
    assert whole == [(w.text, w.start, w.end) for w in SPEECH.words(start, SECONDS_12)]
    parts = [entry for entry in said if "[" in entry[0]]
    assert len(parts) <= 1
    number = SPEECH.number_at(start)
    if parts:
        assert number is not None
        assert parts[0][0].startswith(f"w{number}[{start - SPEECH.bounds(number)[0]}:")


def test_a_lost_stretch_inside_a_word_shows() -> None:
    start, end = SPEECH.bounds(1)
    said = hear((0, start + FRAME), (start + 3 * FRAME, SECONDS_12))
    texts = [text for text, _, _ in said]
    assert texts[:4] == ["w0", "w1[0:320]", "w1[960:4800]", "w2"]
    assert said[3][1] == SPEECH.bounds(2)[0] - 2 * FRAME  # everything after it is early by what was lost
    assert end == start + 4800


def test_a_doubled_stretch_shows() -> None:
    start, _ = SPEECH.bounds(1)
    texts = [text for text, _, _ in hear((0, start + FRAME), (start, SECONDS_12))]
    assert texts[:3] == ["w0", "w1[0:320]", "w1"]
