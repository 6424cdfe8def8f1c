"""Chunks are as set while somebody speaks, and small while a pause may be ending a phrase."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from wingman.core.time import samples_of_ms
from wingman.stt.deepgram.chunk_size import MARGIN, SLACK, SMALL, ChunkSize

USUAL, ENDING = samples_of_ms(100), samples_of_ms(300)
VOICE = (4000 * np.sin(np.arange(USUAL) * 2 * np.pi * 220 / 16_000)).astype("<i2").tobytes()


def silence(samples: int) -> bytes:
    return bytes(2 * samples)


def test_a_pause_makes_them_small_until_it_must_have_ended_the_phrase() -> None:
    size = ChunkSize(USUAL, ENDING)
    assert not size.sent(VOICE)
    assert size.sent(silence(size.samples))
    heard = USUAL
    while size.samples == SMALL:
        heard += SMALL
        size.sent(silence(SMALL))
    assert heard == ENDING + MARGIN
    assert not size.sent(silence(USUAL))
    assert size.samples == USUAL


def test_speech_that_goes_on_gets_its_large_chunks_back() -> None:
    size = ChunkSize(USUAL, ENDING)
    size.sent(VOICE)
    size.sent(silence(USUAL))
    assert size.sent(VOICE[: 2 * SMALL])
    assert size.samples == USUAL


def test_silence_that_follows_nothing_changes_nothing() -> None:
    size = ChunkSize(USUAL, ENDING)
    assert not any(size.sent(silence(USUAL)) for _ in range(20))


@given(st.sampled_from([0, ENDING]), st.integers(1, USUAL), st.lists(st.booleans(), max_size=30))
def test_no_size_is_larger_than_the_one_set(ending: int, usual: int, voiced: list[bool]) -> None:
    size = ChunkSize(usual, ending)
    for voice in voiced:
        before = size.samples
        pcm = VOICE[: 2 * before] if voice else silence(before)
        assert size.sent(pcm) == (size.samples != before)
        assert size.samples in (usual, min(usual, SMALL))
        if not ending or usual <= SMALL:
            assert size.samples == usual


@given(
    st.sampled_from([USUAL, SMALL]),
    st.integers(0, USUAL),
    st.sampled_from([samples_of_ms(10), SMALL, samples_of_ms(60)]),
)
def test_chunks_end_with_packets_wherever_the_first_one_begins(usual: int, cut: int, packet: int) -> None:
    """However much is missing of the first packets, soon nothing of a packet waits for the next one."""
    assume(cut % packet != SLACK + 1)  # just half a packet of 20 ms: neither of its ends is nearer
    size, waiting, sent = ChunkSize(usual, 0), packet - cut, 0
    for number in range(60):
        while waiting >= size.least:
            taken = waiting if waiting <= size.most else size.samples
            assert 0 < taken <= usual + SLACK
            waiting, sent = waiting - taken, number + 1
        if sent == number + 1 and number > 30 and usual % packet == 0:
            assert waiting == 0
        waiting += packet


def test_the_smallest_chunks_are_not_made_smaller_by_half() -> None:
    size = ChunkSize(2, 0)
    assert (size.least, size.most) == (2, 2)
