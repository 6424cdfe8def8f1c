"""Which frame a refusal without a number may mean."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import Span
from wingman.emotion.hume.refusals import RefusalWindow

FRAME = 1600


def window(frames: int, size: int = 100 * FRAME) -> RefusalWindow:
    doubt = RefusalWindow(size)
    for n in range(frames):
        doubt.sent(Span(n * FRAME, (n + 1) * FRAME), (n + 1) * FRAME)
    return doubt


def test_one_frame_is_known() -> None:
    doubt = window(1)
    assert doubt.single
    assert doubt.refused() == [Span(0, FRAME)]


def test_of_several_all_are_given_up_once() -> None:
    doubt = window(3)
    assert not doubt.single
    assert doubt.refused() == [Span(0, 3 * FRAME)]
    assert doubt.refused() == [], "they are given up already"


def test_what_the_server_spoke_about_is_not_meant() -> None:
    doubt = window(5)
    doubt.accepted(2 * FRAME)
    assert doubt.start == 2 * FRAME
    assert doubt.refused() == [Span(2 * FRAME, 5 * FRAME)]


def test_an_old_frame_is_not_meant_any_more() -> None:
    doubt = window(10, size=4 * FRAME)
    assert doubt.start >= 5 * FRAME


def test_frames_of_different_length_leave_the_clock_unknown() -> None:
    doubt = window(2)
    doubt.sent(Span(2 * FRAME, 2 * FRAME + 10), 2 * FRAME + 10)
    with pytest.raises(LookupError):
        _ = doubt.length


@given(st.lists(st.sampled_from(["send", "refuse", "accept"]), max_size=60))
def test_nothing_is_given_up_twice(story: list[str]) -> None:
    doubt, sent, given = RefusalWindow(20 * FRAME), 0, []
    for what in story:
        if what == "send":
            doubt.sent(Span(sent * FRAME, (sent + 1) * FRAME), (sent + 1) * FRAME)
            sent += 1
        elif what == "accept":
            doubt.accepted(sent * FRAME)
        elif sent and doubt._frames:
            given += doubt.refused()
    for one, other in itertools.pairwise(given):
        assert one.end <= other.start
