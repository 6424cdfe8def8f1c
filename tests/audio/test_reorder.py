"""The reorder-only buffer: nothing waits that need not, and nothing leaves twice or out of order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.audio.reorder import LONGEST_WAIT_S, MOST_HELD, REMEMBERED_S, ReorderBuffer


def _run(buffer: ReorderBuffer[int], numbers: list[int]) -> list[int]:
    return [out for number in numbers for out in buffer.push(number, number, 0.0)]


def test_packets_in_order_leave_at_once() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    for number in range(65_530, 65_546):
        assert buffer.push(number % 65_536, number, 0.0) == (number,)
    assert buffer.deadline is None
    assert buffer.lost == 0


def test_a_late_packet_within_the_wait_costs_nothing() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    assert _run(buffer, [1, 3, 4]) == [1]
    assert _run(buffer, [2]) == [2, 3, 4]
    assert (buffer.lost, buffer.late, buffer.deadline) == (0, 0, None)


def test_a_hole_is_given_up_after_depth_packets_and_leaves_no_delay() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=3)
    assert _run(buffer, [1, 3, 4]) == [1]
    assert _run(buffer, [5]) == [3, 4, 5]
    assert buffer.lost == 1
    assert _run(buffer, [6]) == [6]
    assert _run(buffer, [2]) == []
    assert buffer.late == 1


def test_a_hole_is_given_up_when_its_time_is_over() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=50, wait=0.1)
    buffer.push(1, 1, 10.0)
    buffer.push(3, 3, 10.02)
    assert buffer.deadline == 10.02 + 0.1
    assert buffer.expire(10.1) == ()
    assert buffer.expire(10.13) == (3,)
    assert buffer.deadline is None


def test_a_second_hole_has_its_own_time() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=50, wait=0.1)
    for number, now in ((1, 0.0), (3, 0.02), (5, 0.06)):
        buffer.push(number, number, now)
    assert buffer.expire(0.13) == (3,)
    assert buffer.deadline is not None
    assert buffer.expire(buffer.deadline) == (5,)


def test_a_sender_that_starts_anew_is_followed() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    assert _run(buffer, [1, 2, 40_000, 40_001]) == [1, 2, 40_000, 40_001]
    assert (buffer.late, buffer.lost) == (0, 0)


@each("jump", [-101, -125, -500, -1000, -2999, -3001, -20_000, 3002, 20_000, 32_768])
def test_two_in_a_row_make_a_new_sequence_however_far_it_is(jump: int) -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    old = list(range(30_000, 30_010))
    new = [(30_009 + jump + n) % 65_536 for n in range(10)]
    assert _run(buffer, [*old, *new]) == [*old, *new]
    assert (buffer.late, buffer.lost) == (0, 0)


def test_a_stray_packet_moves_nothing() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    assert _run(buffer, [1, 2, 50_000, 3, 4]) == [1, 2, 3, 4]


def test_what_is_a_little_late_is_no_new_sequence() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    assert _run(buffer, [*range(1000, 1200), 1100, 1101, 1200]) == [*range(1000, 1201)]
    assert buffer.late == 2


def test_duplicates_leave_once() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    assert _run(buffer, [1, 1, 3, 3, 2, 2]) == [1, 2, 3]
    assert buffer.late == 3


def test_flush_gives_what_is_held() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer()
    assert _run(buffer, [1, 3, 5]) == [1]
    assert buffer.flush() == (3, 5)
    assert buffer.lost == 2


def _every_seventh(late: float, apart: float = 0.02) -> ReorderBuffer[int]:
    """400 packets `apart` seconds, every seventh of them `late` by so much."""
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=5, wait=0.1)
    for now, number in sorted((n * apart + (late if n % 7 == 3 else 0.0), n) for n in range(400)):
        while (deadline := buffer.deadline) is not None and deadline <= now:
            buffer.expire(deadline)
        buffer.push(number, number, now)
    return buffer


@pytest.mark.parametrize("late", [0.12, 0.2, 0.3])
def test_what_comes_late_is_waited_for_from_then_on(late: float) -> None:
    buffer = _every_seventh(late)
    assert 0 < buffer.lost == buffer.late <= 4
    for now in (20.0, 20.0 + REMEMBERED_S):  # and for a while
        buffer.push(401 if now == 20.0 else 403, 0, now)
        assert buffer.deadline is not None
        assert (buffer.deadline - now > 0.1 + 1e-9) is (now == 20.0)
        buffer.expire(buffer.deadline)


def test_in_a_burst_the_newer_ones_are_counted_not_the_time() -> None:
    assert _every_seventh(0.008, apart=0.001).lost <= 2


def test_what_no_wait_could_have_kept_is_not_waited_for() -> None:
    for late in (LONGEST_WAIT_S + 0.05, 0.7):
        buffer = _every_seventh(late)
        assert buffer.lost > 40, late
        assert (buffer._wait, buffer._depth) == (0.1, 5), late
    buffer = ReorderBuffer()
    for number in (0, *range(2, MOST_HELD + 3), 1):  # soon, but behind more than are ever held
        buffer.push(number, number, 0.0)
    assert (buffer.lost, buffer._depth) == (1, 5)


def test_a_twin_of_a_number_that_was_lost_before_the_numbers_wrapped_tells_nothing() -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=1)
    for number in (1, *range(3, 65_536 + 3)):
        buffer.push(number % 65_536, number, number * 0.02)
    assert (buffer.lost, buffer.late) == (1, 0)
    buffer.push(2, 2, (65_536 + 3) * 0.02)
    assert buffer.late == 1
    assert (buffer._wait, buffer._depth) == (0.1, 1)


@given(st.lists(st.integers(0, 90), max_size=300), st.integers(1, 8), st.integers(0, 65_535))
def test_whatever_arrives_leaves_in_order_and_once(numbers: list[int], depth: int, origin: int) -> None:
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=depth)
    out = [o for n in numbers for o in buffer.push((origin + n) % 65_536, n, 0.0)]
    assert len(buffer._held) < buffer._depth <= max(depth, MOST_HELD) or depth == 1
    out += buffer.flush()
    assert out == sorted(set(out))
    assert set(out) <= set(numbers)
    assert len(out) + buffer.late == len(numbers)


@given(st.integers(10, 200), st.randoms(use_true_random=False))
def test_shuffling_within_the_depth_loses_nothing(count: int, random: Random) -> None:
    order = sorted(range(1, count), key=lambda n: n + 3.9 * random.random())
    buffer: ReorderBuffer[int] = ReorderBuffer(depth=5)
    assert _run(buffer, [0, *order]) + list(buffer.flush()) == list(range(count))
    assert buffer.lost == 0
