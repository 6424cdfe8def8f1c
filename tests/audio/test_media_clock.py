"""Where frames belong by their stamps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.audio.media_clock import LONGEST_OVERLAP_S, MediaClock

FRAME = 0.02


def play(
    stamps: Sequence[float | None], length: float = FRAME, *, overlaps: bool = True
) -> list[tuple[int, float]]:
    """(frame, where what is heard of it begins), without frames that are cut whole."""
    clock: MediaClock[int] = MediaClock(overlaps=overlaps)
    placed = [each for n, at in enumerate(stamps) for each in clock.push(at, length, n)]
    placed += clock.finish()
    assert [each.item for each in placed] == list(range(len(stamps)))
    out, now = [], 0.0
    for each in placed:
        now += each.gap
        if each.cut < length - 1e-9:
            out.append((each.item, round(now, 3)))
        now += length - each.cut
    assert now == pytest.approx(clock.end)
    return out


def steady(count: int, start: float = 0.0) -> list[float]:
    return [start + n * FRAME for n in range(count)]


def where(frame: int, placed: list[tuple[int, float]]) -> float:
    return dict(placed)[frame]


def test_frames_in_a_row_follow_each_other() -> None:
    assert play(steady(5)) == [(n, round(n * FRAME, 3)) for n in range(5)]


def test_a_late_first_stamp_is_a_gap_before_it() -> None:
    assert play(steady(3, 100.0))[0] == (0, 100.0)


def test_what_lies_before_the_beginning_is_cut() -> None:
    assert play(steady(4, -0.04)) == [(2, 0.0), (3, 0.02)]


def test_a_hole_stays_a_hole() -> None:
    placed = play([*steady(10), *steady(10, 5.0)])
    assert where(9, placed) == 0.18
    assert where(10, placed) == 5.0


def test_where_nothing_overlaps_a_stamp_that_is_too_early_moves_nothing() -> None:
    right, later = [*steady(200), *steady(100, 5.0)], steady(100, 5.0)
    for off in (0.05, 1.0, 9.0, 20.0):
        wrong = [at - off if 60 <= n < 130 else at for n, at in enumerate(steady(200))]
        assert play(wrong, overlaps=False) == play(steady(200))
        last = [at - off if 60 <= n < 199 else at for n, at in enumerate(steady(200))]
        assert play(last, overlaps=False) == play(steady(200)), "the last alone is right again"
        assert play([*wrong, *later], overlaps=False) == play(right), "a hole is one all the same"
    assert play(right, overlaps=False) == play(right)
    assert play([*steady(10), 0.0], overlaps=False) == play(steady(11))


def test_what_was_heard_already_is_cut() -> None:
    placed = play([*steady(100), *steady(100, 1.0)])
    assert len(placed) == 150
    assert where(199, placed) == pytest.approx(2.98)


def test_a_clock_that_begins_anew_follows() -> None:
    placed = play([*steady(1000), *steady(1000)])
    assert where(1999, placed) == pytest.approx(39.98)


def test_a_clock_that_falls_back_far_follows() -> None:
    ahead = 26 * 3600.0
    placed = play([*steady(10, ahead), *steady(10, ahead - LONGEST_OVERLAP_S - 60)])
    assert where(19, placed) == pytest.approx(ahead + 0.38)


def test_one_wild_stamp_counts_for_nothing() -> None:
    stamps = steady(50)
    stamps[20] = 40_000.0
    assert play(stamps) == play(steady(50))


def test_rounded_stamps_move_nothing() -> None:
    jitter = (0.0, 0.008, -0.008)
    assert play([at + jitter[n % 3] for n, at in enumerate(steady(500))]) == play(steady(500))


def test_a_small_deviation_that_lasts_is_mended() -> None:
    placed = play([*steady(100), *steady(200, 2.1)])
    assert where(99, placed) == 1.98
    assert where(299, placed) == pytest.approx(2.1 + 199 * FRAME, abs=0.031)


def test_a_slow_drift_is_followed() -> None:
    drifting = [at * 1.0005 for at in steady(30_000)]  # 0.3 s in ten minutes
    assert where(29_999, play(list(drifting))) == pytest.approx(drifting[-1], abs=0.05)


def test_sparse_frames_keep_their_places() -> None:
    """A recorder that leaves silence out: every frame stands alone."""
    placed = play([n * 0.4 for n in range(20)])
    assert where(10, placed) == pytest.approx(4.0, abs=0.26)
    assert where(18, placed) == pytest.approx(7.2, abs=0.26)


def test_frames_without_stamps_follow() -> None:
    assert play([None] * 4) == play(steady(4))


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=60), st.floats(0.001, 2.0))
def test_no_frame_is_lost_or_doubled_and_time_never_runs_back(
    stamps: list[float | None], length: float
) -> None:
    clock: MediaClock[int] = MediaClock()
    placed = [each for n, at in enumerate(stamps) for each in clock.push(at, length, n)]
    placed += clock.finish()
    assert [each.item for each in placed] == list(range(len(stamps)))
    assert all(each.gap >= 0 and 0 <= each.cut <= length + 1e-9 for each in placed)
    assert sum(each.gap + length - each.cut for each in placed) == pytest.approx(clock.end, abs=1e-3)
