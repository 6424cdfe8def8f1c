"""Blocks know where they are and how long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.media import GAP_WORDS, Gap, GapCause, PcmBlock, gap_words
from wingman.core.time import Span


@given(st.integers(0, 10**9), st.integers(0, 2000))
def test_a_block_covers_its_samples(start: int, count: int) -> None:
    block = PcmBlock(start, bytes(2 * count))
    assert (block.length, block.end) == (count, start + count)
    assert block.span == Span(start, start + count)


def test_people_read_words_and_no_names_of_causes() -> None:
    assert set(GAP_WORDS) == set(GapCause)
    assert (gap_words("reanchor"), gap_words("of_tomorrow")) == ("the sound jumped", "of tomorrow")


def test_causes_have_stable_names() -> None:
    known = {"reanchor", "reconnect", "paused", "overrun", "outage", "live_edge", "provider", "unaccounted"}
    assert known <= {str(cause) for cause in GapCause}
    assert Gap(Span(0, 5), GapCause.PAUSED).span.length == 5
