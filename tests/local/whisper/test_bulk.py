"""A recording in long windows, and its words back on the recording's clock."""

from __future__ import annotations

import itertools
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import sample
from wingman.core.media import PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.local.decoder.wire import Decoded, Kind
from wingman.local.speaker_book import SpeakerBook
from wingman.local.whisper.bulk import LONGEST_WINDOW, Packer, SpeechSegment, Window, finals


def packed(pcm: bytes, sizes: list[int], start: int = 0) -> tuple[list[Window], Packer]:
    packer, windows, at, turn = Packer(start), list[Window](), 0, 0
    while at < len(pcm) // BYTES_PER_SAMPLE:
        size = sizes[turn % len(sizes)]
        block = pcm[at * BYTES_PER_SAMPLE : (at + size) * BYTES_PER_SAMPLE]
        windows += packer.block(PcmBlock(start + at, block))
        at, turn = at + size, turn + 1
    return windows + packer.finish(), packer


def test_every_turn_is_in_one_window_and_no_window_is_too_long() -> None:
    pcm = sample.audio()[Channel.TAB].tobytes()
    windows, packer = packed(pcm, [SAMPLE_RATE])
    said = [one for window in windows for one in window]
    assert [one.begin for one in said] == sorted(one.begin for one in said)
    assert all(a.begin + a.length <= b.begin for a, b in itertools.pairwise(said))
    assert all(sum(one.length for one in window) <= LONGEST_WINDOW for window in windows)
    assert len(windows) >= 2
    turns = [t for t in sample.truth() if t.channel is Channel.TAB]
    for turn in turns:
        middle = round((turn.start + turn.end) / 2 * SAMPLE_RATE)
        assert sum(one.begin <= middle < one.begin + one.length for one in said) == 1
    for one in said:
        assert one.pcm == pcm[one.begin * BYTES_PER_SAMPLE : (one.begin + one.length) * BYTES_PER_SAMPLE]
    assert packer.done >= len(pcm) // BYTES_PER_SAMPLE - 10 * 512


@cache
def plainly_packed() -> list[Window]:
    return packed(beginning(), [512])[0]


def beginning() -> bytes:
    """Six seconds of the user's channel."""
    return sample.audio()[Channel.MIC].tobytes()[: 6 * SAMPLE_RATE * BYTES_PER_SAMPLE]


@settings(max_examples=8)
@given(st.lists(st.integers(200, 40_000), min_size=1, max_size=5))
def test_blocks_of_any_size_give_the_same_windows(sizes: list[int]) -> None:
    assert packed(beginning(), sizes)[0] == plainly_packed()


def test_a_gap_ends_an_utterance_and_moves_the_clock() -> None:
    pcm = sample.audio()[Channel.TAB].tobytes()[6 * 32_000 : 9 * 32_000]  # in mid-sentence at both ends
    packer = Packer()
    windows = packer.block(PcmBlock(0, pcm)) + packer.block(PcmBlock(500_000, pcm)) + packer.finish()
    (window,) = windows
    first, second = window[0], window[-1]
    assert first.begin + first.length <= len(pcm) // BYTES_PER_SAMPLE
    assert second.begin >= 500_000


@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 9_000)), max_size=20))
def test_words_stay_in_the_utterance_they_were_said_in(times: list[tuple[int, int]]) -> None:
    window = (SpeechSegment(1000, 20_000, bytes(44_000)), SpeechSegment(400_000, 440_000, bytes(90_000)))
    rows = tuple(("w", start, start + length, 0.9) for start, length in sorted(times))
    told = finals(Channel.TAB, window, Decoded(1, 0, Kind.FINAL, 67_000, rows), SpeakerBook())
    assert sum(len(final.words) for final in told) == len(rows)
    for final in told:
        for word in final.words:
            assert final.span.start <= word.start <= word.end <= final.span.end
