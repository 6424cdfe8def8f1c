"""Room for one picture: the newest, not too often, none while nothing may leave."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.emotion.faces.pictures import Picture, PictureSlot


def picture(at: int) -> Picture:
    return Picture(at, b"jpeg")


def test_a_newer_one_takes_the_olders_place() -> None:
    slot = PictureSlot(100)
    assert slot.offer(picture(0))
    assert slot.offer(picture(10))
    assert slot.held_at == 10
    assert slot.take() == picture(10)
    assert slot.take() is None
    assert slot.dropped == 1


def test_too_soon_is_not_taken() -> None:
    slot = PictureSlot(100)
    slot.offer(picture(0))
    slot.take()
    assert not slot.offer(picture(99))
    assert slot.offer(picture(100))


def test_a_pause_lets_go_of_what_was_not_sent() -> None:
    slot = PictureSlot(1)
    slot.offer(picture(0))
    slot.pause()
    assert slot.take() is None
    assert not slot.offer(picture(50))
    slot.resume()
    assert slot.offer(picture(60))


@given(st.lists(st.sampled_from(["offer", "take", "pause", "resume"]), max_size=60))
def test_every_picture_is_measured_dropped_or_held(story: list[str]) -> None:
    slot, offered, taken = PictureSlot(3), 0, 0
    for at, what in enumerate(story):
        if what == "offer":
            slot.offer(picture(at))
            offered += 1
        elif what == "take":
            taken += slot.take() is not None
        else:
            getattr(slot, what)()
    assert offered == taken + slot.dropped + (slot.held_at is not None)
