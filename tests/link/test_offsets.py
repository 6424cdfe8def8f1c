"""Provider time and media time stay in step across gaps, refusals and forgetting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Span
from wingman.link.offsets import Offsets

BLOCKS = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5000)), min_size=1, max_size=20)
"""(gap before, samples) of each block."""


def build(blocks: list[tuple[int, int]], origin: int = 0) -> tuple[Offsets, list[int]]:
    """The map, and the media time of every accepted sample."""
    offsets, at = Offsets(origin), origin
    truth: list[int] = []
    for gap, count in blocks:
        at += gap
        offsets.sent(at, count)
        truth += range(at, at + count)
        at += count
    return offsets, truth


@given(BLOCKS, st.integers(0, 100_000), st.data())
def test_every_sample_is_where_it_was(blocks: list[tuple[int, int]], origin: int, data: st.DataObject) -> None:
    offsets, truth = build(blocks, origin)
    assert offsets.accepted == len(truth)
    position = data.draw(st.integers(0, len(truth) - 1))
    assert offsets.start_at(position) == truth[position]
    assert offsets.end_at(position + 1) == truth[position] + 1


@given(BLOCKS, st.data())
def test_forgetting_the_past_keeps_the_present(blocks: list[tuple[int, int]], data: st.DataObject) -> None:
    offsets, truth = build(blocks)
    seam = data.draw(st.integers(0, len(truth) - 1))
    offsets.forget(seam)
    position = data.draw(st.integers(seam, len(truth) - 1))
    assert offsets.start_at(position) == truth[position]


@given(BLOCKS, st.data())
def test_what_was_refused_was_never_sent(blocks: list[tuple[int, int]], data: st.DataObject) -> None:
    offsets, truth = build(blocks)
    refused = data.draw(st.integers(1, len(truth)))
    offsets.retract(refused)
    assert offsets.accepted == len(truth) - refused
    start = truth[len(truth) - refused]
    offsets.sent(start, 10)
    assert offsets.start_at(offsets.accepted - 10) == start


@given(BLOCKS, BLOCKS, st.data())
def test_where_a_refusal_leaves_doubt_no_time_is_claimed(
    blocks: list[tuple[int, int]], later: list[tuple[int, int]], data: st.DataObject
) -> None:
    offsets, truth = build(blocks)
    since = data.draw(st.integers(0, len(truth) - 1))
    refused = data.draw(st.integers(1, len(truth) - since))
    at, known = truth[-1] + 1, truth[:since]
    offsets.refused(since, refused)
    assert offsets.accepted == len(truth) - refused
    assert offsets.reached == at
    unknown = offsets.accepted - since
    after: list[int] = []
    for gap, count in later:
        at += gap
        offsets.sent(at, count)
        after += range(at, at + count)
        at += count
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, offsets.accepted)] * 2)))
    claimed = (
        [n for span in offsets.pieces(first, last) for n in range(span.start, span.end)] if first < last else []
    )
    assert (
        claimed == known[first:last] + after[max(0, first - since - unknown) : max(0, last - since - unknown)]
    )
    assert offsets.start_at(since) == after[0]
    if known and unknown:
        assert offsets.end_at(since + unknown) == known[-1] + 1


def test_a_window_across_a_gap_spans_it() -> None:
    offsets = Offsets()
    offsets.sent(0, 16_000)
    offsets.sent(48_000, 16_000)
    assert offsets.span(0.5, 1.5) == Span(8_000, 56_000)
    assert offsets.span(0.5, 1.0) == Span(8_000, 16_000), "it ends before the gap"
    assert offsets.span(1.0, 1.5) == Span(48_000, 56_000), "it begins after the gap"


def test_a_jump_without_audio_moves_what_is_reached() -> None:
    offsets = Offsets(100)
    offsets.sent(100, 50)
    offsets.jump(1_000)
    assert offsets.reached == 1_000
    assert offsets.end_at(50) == 150
