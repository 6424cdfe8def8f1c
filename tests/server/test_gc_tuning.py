"""What is frozen when meetings begin is given back when enough have ended."""

from __future__ import annotations

import gc
import platform
import weakref
from collections.abc import Iterator

import pytest

from wingman.core.events import Envelope, MeetingEnded, MeetingStarted
from wingman.core.time import Channel
from wingman.server.gc_tuning import FEWEST_ENDED, MIDDLE, OLD, YOUNG, Heap, keep_large_things_apart, thresholds

BEGAN = Envelope(
    1, 1, "meeting.started", "m", 0.0, MeetingStarted("", tuple(Channel), "sales", "", "", "", "off")
)
ENDED = Envelope(1, 2, "meeting.ended", "m", 1.0, MeetingEnded("stopped", 1.0))


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Ring:
    """Something that only the collector can find once nobody holds it."""

    def __init__(self) -> None:
        self.itself = self


async def test_what_an_ended_meeting_leaves_is_found_however_soon_the_next_begins() -> None:
    heap, traces = Heap(), []
    heap.hear([BEGAN])
    for _ in range(FEWEST_ENDED + 5):
        ring = Ring()
        traces.append(weakref.ref(ring))
        heap.hear([BEGAN])
        del ring
        heap.hear([ENDED])
    heap.collect()
    assert [trace() for trace in traces] == [None] * len(traces)
    assert gc.get_freeze_count(), "the one that runs is out of sight again"


def test_an_incremental_collector_keeps_its_own_pace() -> None:
    assert thresholds((700, 10, 10)) == (YOUNG, MIDDLE, OLD)
    assert thresholds((2000, 10, 0)) == (YOUNG,)


def test_large_things_are_kept_apart_where_the_libc_would_mix_them() -> None:
    assert keep_large_things_apart() == (platform.libc_ver()[0] == "glibc")


async def test_while_nothing_has_ended_what_begins_is_out_of_sight() -> None:
    heap = Heap()
    heap.hear([BEGAN, BEGAN])
    assert gc.get_freeze_count()


async def test_few_remains_are_no_reason_to_disturb_a_meeting() -> None:
    heap = Heap()
    heap.hear([BEGAN, BEGAN, ENDED])
    frozen = gc.get_freeze_count()
    heap.collect()
    assert gc.get_freeze_count() == frozen


async def test_one_that_never_began_here_is_no_reason_to_fail() -> None:
    heap = Heap()
    heap.hear([ENDED])
    heap.collect()
    assert gc.get_freeze_count() == 0


def test_a_look_at_what_is_new_is_short_however_much_of_it_stays() -> None:
    looked = list[int]()

    def look(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looked.append(sum(len(gc.get_objects(one)) for one in range(info["generation"] + 1)))

    Heap()
    gc.callbacks.append(look)
    try:
        kept = [Ring() for _ in range(20_000)]
    finally:
        gc.callbacks.remove(look)
    assert len(looked) > 9
    assert max(looked) < len(kept) / 3, "each millisecond is one in which nobody's sound moves"
