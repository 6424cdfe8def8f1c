"""The measurements on sound see what they are there to see."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.support.sound import (
    MY_WORDS,
    THEIR_WORDS,
    bad_windows,
    dominant,
    leak,
    sentence,
    speech_match,
)
from wingman.core.time import SAMPLE_RATE, Channel

TIMES = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
TAB, MIC = 0.5 * np.sin(2 * np.pi * 440 * TIMES), 0.5 * np.sin(2 * np.pi * 1000 * TIMES)
THEIRS, MINE = sentence(Channel.TAB, THEIR_WORDS), sentence(Channel.MIC, MY_WORDS)


@pytest.mark.parametrize(("share", "passes"), [(0.0, True), (0.0005, True), (0.002, False)])
def test_a_leak_is_seen(share: float, passes: bool) -> None:
    assert (leak(TAB + share * MIC, MIC) < -60) is passes
    assert (leak(TAB, MIC + share * TAB) < -60) is passes


def test_a_wrong_pitch_and_gaps_are_seen() -> None:
    assert abs(dominant(TAB) - 440) < 1
    assert abs(dominant(np.sin(2 * np.pi * 442 * TIMES)) - 440) > 1
    gaps = TAB.copy()
    gaps[::SAMPLE_RATE] = 0
    assert bad_windows(gaps) <= 0.05  # a single sample is not a gap
    for at in range(0, gaps.size, SAMPLE_RATE // 4):
        gaps[at : at + SAMPLE_RATE // 50] = 0
    assert bad_windows(TAB) == 0
    assert bad_windows(gaps) > 0.05


def test_speech_is_found_over_slips_and_missed_where_it_is_not() -> None:
    silence = np.zeros(SAMPLE_RATE)
    slipped = np.concatenate([silence, THEIRS[:20_000], THEIRS[20_160:40_000], np.zeros(320), THEIRS[40_000:]])
    assert speech_match(slipped, THEIRS).share > 0.8
    assert speech_match(np.concatenate([silence, MINE, silence]), THEIRS).share < 0.2
    assert speech_match(np.zeros(5 * SAMPLE_RATE), THEIRS).share == 0
    backwards = np.concatenate([silence, THEIRS[::-1], silence])
    assert speech_match(backwards, THEIRS).share < 0.2
    half = np.concatenate([silence, THEIRS[: THEIRS.size // 2], np.zeros(THEIRS.size)])
    assert 0.2 < speech_match(half, THEIRS).share < 0.8
    assert abs(speech_match(0.5 * slipped, THEIRS).gain - 0.5) < 0.05
