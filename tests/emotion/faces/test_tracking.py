"""A face keeps its number while it stays about where it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.emotion.faces.tracking import FORGET_AFTER, Box, FaceTracker, box_of

LEFT, RIGHT = Box(0, 0, 100, 100), Box(300, 0, 100, 100)
SIZES = st.floats(0, 1000)
BOXES = st.builds(Box, SIZES, SIZES, SIZES, SIZES)


@given(BOXES, BOXES)
def test_overlap_is_mutual_and_a_share(one: Box, other: Box) -> None:
    assert one.overlap(other) == pytest.approx(other.overlap(one))
    assert 0 <= one.overlap(other) <= 1.000001


def test_numbers_follow_the_faces_not_the_order() -> None:
    tracker = FaceTracker()
    assert tracker.tell_apart([LEFT, RIGHT]) == [1, 2]
    assert tracker.tell_apart([Box(305, 4, 100, 98), Box(3, 0, 100, 100)]) == [2, 1]


def test_a_new_face_has_a_new_number_and_one_that_was_away_is_remembered() -> None:
    tracker = FaceTracker()
    tracker.tell_apart([LEFT])
    for _ in range(FORGET_AFTER):
        assert tracker.tell_apart([RIGHT]) == [2]
    assert tracker.tell_apart([LEFT, RIGHT]) == [1, 2]


def test_one_that_was_away_too_long_is_somebody_new() -> None:
    tracker = FaceTracker()
    tracker.tell_apart([LEFT])
    for _ in range(FORGET_AFTER + 1):
        tracker.tell_apart([])
    assert tracker.tell_apart([LEFT]) == [2]


@given(st.lists(st.lists(BOXES, max_size=30), max_size=6))
def test_two_faces_never_share_a_number(pictures: list[list[Box]]) -> None:
    tracker = FaceTracker()
    for boxes in pictures:
        numbers = tracker.tell_apart(boxes)
        assert len(numbers) == len(set(numbers)) == len(boxes)


@pytest.mark.parametrize("raw", [None, [], {"x": "left"}, {"x": None}, {"x": [1]}])
def test_an_odd_box_is_an_empty_one(raw: Any) -> None:
    assert box_of({"bbox": raw}).area == 0
