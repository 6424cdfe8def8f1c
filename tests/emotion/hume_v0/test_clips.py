"""Cutting a timeline into clips: no voice is lost, none is sent twice, no clip is too long."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.media import PcmBlock
from wingman.emotion.hume_v0.clips import Clip, ClipCutter, Cut

BLOCK = 1600
CUT = Cut(longest=48_000, pause=6400)


def block(at: int, voiced: bool, length: int = BLOCK) -> PcmBlock:
    return PcmBlock(at, np.full(length, 4000 if voiced else 0, "<i2").tobytes())


def clips_of(plan: list[tuple[bool, int]]) -> tuple[list[Clip], ClipCutter, int]:
    """Blocks of `(voiced, samples of hole before it)` through a cutter."""
    cutter, at = ClipCutter(CUT), 0
    found: list[Clip] = []
    for voiced, hole in plan:
        at += hole
        found += cutter.feed(block(at, voiced))
        at += BLOCK
    return found + cutter.flush(), cutter, at


def test_a_pause_ends_a_clip() -> None:
    found, _, _ = clips_of([(False, 0)] * 10 + [(True, 0)] * 5 + [(False, 0)] * 10)
    (clip,) = found
    assert (clip.span.start, clip.span.end) == (10 * BLOCK - CUT.lead, 15 * BLOCK + CUT.pause)
    assert clip.id == f"clip-{10 * BLOCK - CUT.lead}"


def test_silence_is_no_clip_and_is_settled() -> None:
    found, cutter, end = clips_of([(False, 0)] * 100)
    assert (found, cutter.settled) == ([], end)


def test_a_hole_ends_a_clip() -> None:
    found, _, _ = clips_of([(True, 0), (True, 0), (True, 9000), (True, 0)])
    assert [(clip.span.start, clip.span.end) for clip in found] == [(0, 3200), (12_200, 15_400)]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0, 0, 0, 1, 5000])), max_size=120))
def test_every_voiced_sample_is_in_exactly_one_clip(plan: list[tuple[bool, int]]) -> None:
    found, cutter, end = clips_of(plan)
    at, voiced = 0, []
    for is_voiced, hole in plan:
        at += hole
        if is_voiced:
            voiced.append((at, at + BLOCK))
        at += BLOCK
    for start, stop in voiced:
        assert sum(clip.span.start <= start and stop <= clip.span.end for clip in found) == 1
    assert all(clip.span.length <= CUT.longest for clip in found)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))
    assert cutter.settled == (end if plan else 0)
