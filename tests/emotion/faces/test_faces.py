"""Which pictures are measured, and which face is which."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from wingman.emotion.faces.pictures import Picture, PictureSlot
from wingman.emotion.faces.tracking import FORGET_AFTER, Box, FaceTracker, box_of

EVERY = 32_000


def test_the_newest_picture_is_the_one_that_is_measured() -> None:
    slot = PictureSlot(EVERY)
    assert slot.offer(Picture(0, b"a"))
    assert slot.offer(Picture(1600, b"b"))
    taken = slot.take()
    assert taken is not None
    assert taken.data == b"b"
    assert slot.take() is None
    assert not slot.offer(Picture(1600 + EVERY - 1, b"c"))
    assert slot.offer(Picture(1600 + EVERY, b"d"))
    assert slot.dropped == 2


def test_a_pause_lets_go_of_what_waited() -> None:
    slot = PictureSlot(EVERY)
    slot.offer(Picture(0, b"a"))
    slot.pause()
    assert slot.take() is None
    assert not slot.offer(Picture(EVERY, b"b"))
    slot.resume()
    assert slot.offer(Picture(2 * EVERY, b"c"))


@given(st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from(["offer", "take", "pause", "resume"]))))
def test_no_two_pictures_are_taken_within_the_interval(steps: list[tuple[int, str]]) -> None:
    slot, now, taken, paused = PictureSlot(EVERY), 0, [], False
    for step, act in steps:
        now += step
        match act:
            case "offer":
                assert not (slot.offer(Picture(now, b"x")) and paused)
            case "take":
                if (picture := slot.take()) is not None:
                    assert not paused
                    taken.append(picture.at)
            case "pause":
                slot.pause()
                paused = True
            case _:
                slot.resume()
                paused = False
    assert all(later - earlier >= EVERY for earlier, later in itertools.pairwise(taken))


def test_faces_keep_their_numbers_while_they_move_a_little() -> None:
    tracker = FaceTracker()
    assert tracker.tell_apart([Box(0, 0, 100, 100), Box(300, 0, 100, 100)]) == [1, 2]
    assert tracker.tell_apart([Box(310, 5, 100, 100), Box(10, 0, 100, 100)]) == [2, 1]
    assert tracker.tell_apart([Box(600, 0, 100, 100)]) == [3], "somewhere else is somebody else"
    assert tracker.tell_apart([Box(300, 0, 100, 100)]) == [2], "who looked away is still who they were"


def test_who_was_gone_for_long_is_somebody_new() -> None:
    tracker = FaceTracker()
    tracker.tell_apart([Box(0, 0, 10, 10)])
    for _ in range(FORGET_AFTER + 1):
        tracker.tell_apart([])
    assert tracker.tell_apart([Box(0, 0, 10, 10)]) == [2]


boxes = st.builds(Box, *[st.floats(0, 500, allow_nan=False)] * 4)


@given(st.lists(st.lists(boxes, max_size=8), max_size=8))
def test_no_picture_holds_the_same_face_twice(pictures: list[list[Box]]) -> None:
    tracker = FaceTracker()
    for picture in pictures:
        numbers = tracker.tell_apart(picture)
        assert len(set(numbers)) == len(numbers) == len(picture)
        assert all(numbers)


def test_a_box_that_makes_no_sense_is_an_empty_one() -> None:
    for raw in ({}, {"bbox": None}, {"bbox": {"x": "left"}}, {"bbox": [1, 2, 3, 4]}):
        assert box_of(raw).area == 0
    assert box_of({"bbox": {"x": 1, "y": 2, "w": 3, "h": 4}}) == Box(1, 2, 3, 4)
