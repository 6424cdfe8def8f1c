"""Words and windows of a transcriber."""

from __future__ import annotations

import pytest

from wingman.core.speech import Final, Interim, Word
from wingman.core.time import Channel, Span


def test_a_word_covers_its_time() -> None:
    assert Word("hello", 10, 30).span == Span(10, 30)
    assert Word("hello", 10, 30).confidence == 1.0


def test_a_word_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        _ = Word("hello", 30, 10).span


def test_a_window_promises_nothing_it_was_not_told() -> None:
    assert Interim(Channel.TAB, Span(0, 1), ()).firm == 0
    assert Final(Channel.TAB, Span(0, 1), ()).endpoint is False
