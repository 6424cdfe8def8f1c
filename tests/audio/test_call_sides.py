"""Two voices that take turns are a call; one room, one mix or music is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from wingman.audio.call_sides import Sides, judge

RATE = 8000
Sound = NDArray[np.int16]


def voice(*talks: tuple[float, float], seed: int = 1, volume: float = 3000, seconds: float = 12) -> Sound:
    """Noise from and to the seconds of each talk, silence around them."""
    noise = np.random.default_rng(seed).normal(0, volume, round(seconds * RATE))
    at = np.arange(len(noise)) / RATE
    heard = np.logical_or.reduce([(at >= start) & (at < end) for start, end in talks])
    return np.where(heard, noise, 0).clip(-32768, 32767).astype(np.int16)


def test_turns_on_two_sides_are_a_call() -> None:
    sides = judge(voice((0, 6)), voice((6, 9), seed=2), RATE)
    assert sides.two_voices
    assert (sides.left, sides.right) == pytest.approx((0.5, 0.25), abs=0.01)


def test_interrupting_each_other_is_still_a_call() -> None:
    assert judge(voice((0, 6)), voice((5, 10), seed=2), RATE).two_voices


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (voice((0, 8)), voice((0, 8))),
        (voice((0, 8)), voice((0, 8), seed=2)),
        (voice((0, 8)), voice((9, 9.7), seed=2)),
        (voice((0, 8)), voice((8, 12), seed=2, volume=20)),
        (voice((0, 6)), np.where(np.arange(12 * RATE) < 4 * RATE, 0, voice((0, 10)))),
    ],
    ids=["the same", "both at once", "hardly a word", "hiss", "an echo where both are loud"],
)
def test_anything_else_is_one_room(left: Sound, right: Sound) -> None:
    assert not judge(left, right.astype(np.int16), RATE).two_voices


def test_nothing_is_no_call() -> None:
    none = np.zeros(0, np.int16)
    assert judge(none, none, RATE) == Sides(0.0, 0.0, False)


@given(arrays.arrays(np.int16, st.integers(0, 2000)), arrays.arrays(np.int16, st.integers(0, 2000)))
def test_any_sound_has_shares(left: Sound, right: Sound) -> None:
    one, other = judge(left, right, 1000), judge(right, left, 1000)
    assert 0 <= one.left <= 1
    assert (one.left, one.right, one.two_voices) == (other.right, other.left, other.two_voices)
