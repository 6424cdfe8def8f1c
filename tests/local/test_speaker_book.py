"""Voices of one utterance after the other: who is whom again, and who is new."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE, Span
from wingman.local.decoder.wire import Voices
from wingman.local.speaker_book import SpeakerBook

SIZE = 32
LONG = 3 * SAMPLE_RATE


def voice(who: int, seed: int = 0, noise: float = 0.03) -> bytes:
    """A person's vector, never twice the same."""
    vector = np.eye(SIZE)[who] + np.random.default_rng(seed).normal(0, noise, SIZE)
    return np.asarray(vector * 7, np.float32).tobytes()


def heard(*rows: tuple[int, int, bytes]) -> Voices:
    """Each row a voice with one stretch: start, end, vector."""
    segments = tuple((start, end, number) for number, (start, end, _) in enumerate(rows))
    return Voices(segments, tuple(vector for _, _, vector in rows))


def labels(book: SpeakerBook, voices: Voices) -> list[str | None]:
    return [segment.label for segment in book.segments(voices, 0)]


def test_people_keep_their_labels_in_the_order_they_came() -> None:
    book = SpeakerBook()
    assert labels(book, heard((0, LONG, voice(3)))) == ["0"]
    assert labels(book, heard((0, LONG, voice(9, 1)), (LONG, 2 * LONG, voice(3, 2)))) == ["1", "0"]
    assert labels(book, heard((0, LONG, voice(9, 3)))) == ["1"]


def test_voices_of_one_utterance_are_two_people_however_alike() -> None:
    book = SpeakerBook()
    labels(book, heard((0, LONG, voice(1))))
    assert sorted(map(str, labels(book, heard((0, LONG, voice(1, 5)), (LONG, 2 * LONG, voice(1, 6)))))) == [
        "0",
        "1",
    ]


def test_a_short_voice_founds_nobody_and_is_known_again() -> None:
    book, short = SpeakerBook(), SAMPLE_RATE // 2
    assert labels(book, heard((0, short, voice(1)))) == [None]
    assert labels(book, heard((0, LONG, voice(1)))) == ["0"]
    assert labels(book, heard((0, short, voice(1, 8)))) == ["0"]
    assert labels(book, heard((0, short, voice(2)))) == [None]


def test_there_are_no_more_people_than_allowed() -> None:
    book = SpeakerBook(most=2)
    found = [labels(book, heard((0, LONG, voice(who)))) for who in range(4)]
    assert found == [["0"], ["1"], [None], [None]]


@pytest.mark.parametrize("raw", [b"", b"\0" * 4 * SIZE, np.full(SIZE, np.nan, np.float32).tobytes(), b"abc"],
                         ids=["none", "zeros", "not numbers", "no floats"])  # fmt: skip
def test_a_vector_that_says_nothing_is_nobody(raw: bytes) -> None:
    book = SpeakerBook()
    assert labels(book, heard((0, LONG, raw))) == [None]
    labels(book, heard((0, LONG, voice(1))))
    assert labels(book, heard((0, LONG, raw))) == [None]


def test_segments_lie_where_the_utterance_does() -> None:
    (segment,) = SpeakerBook().segments(heard((100, LONG, voice(1))), 5000)
    assert segment.span == Span(5100, 5000 + LONG)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 999))
def test_a_label_means_one_person(order: list[int], seed: int) -> None:
    book = SpeakerBook()
    told = [(who, labels(book, heard((0, LONG, voice(who, seed + n))))[0]) for n, who in enumerate(order)]
    assert len(set(told)) == len(set(order)) == len({label for _, label in told})
