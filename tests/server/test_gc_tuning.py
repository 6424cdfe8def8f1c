"""What is frozen when meetings begin is given back when enough have ended."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from wingman.core.events import Envelope, MeetingEnded, MeetingStarted
from wingman.core.time import Channel
from wingman.server.gc_tuning import FEWEST_ENDED, Heap

BEGAN = Envelope(
    1, 1, "meeting.started", "m", 0.0, MeetingStarted("", tuple(Channel), "sales", "", "", "", "off")
)
ENDED = Envelope(1, 2, "meeting.ended", "m", 1.0, MeetingEnded("stopped", 1.0))


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


class Ring:
    """Something that only the collector can find once nobody holds it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_meetings_are_made_of_is_out_of_sight_until_nobody_is_left() -> None:
    heap = Heap()
    ring = Ring()
    trace = weakref.ref(ring)
    heap.hear([BEGAN, BEGAN])
    assert gc.get_freeze_count()
    del ring
    gc.collect()
    assert trace() is not None
    heap.hear([ENDED])
    gc.collect()
    assert trace() is not None, "another meeting is still running"
    heap.hear([ENDED])
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert trace() is None


def test_a_service_that_is_never_empty_gives_back_all_the_same() -> None:
    heap = Heap()
    heap.hear([BEGAN])
    for _ in range(FEWEST_ENDED - 1):
        heap.hear([BEGAN, ENDED])
        assert gc.get_freeze_count()
    heap.hear([BEGAN, ENDED])
    assert gc.get_freeze_count() == 0


def test_one_that_never_began_here_is_no_reason_to_fail() -> None:
    Heap().hear([ENDED])
    assert gc.get_freeze_count() == 0
