"""Fundamental frequency of known sounds."""

from __future__ import annotations

import numpy as np
import pytest

from wingman.local import pitch

RATE = 16_000


def voiced(hz: float, seconds: float = 1.0) -> pitch.Floats:
    t = np.arange(int(seconds * RATE)) / RATE
    wave: pitch.Floats = np.asarray(
        0.3 * sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 8)), np.float32
    )
    return wave


@pytest.mark.parametrize("hz", [80, 110, 150, 220, 320, 390])
def test_a_tone_has_its_pitch(hz: float) -> None:
    f0, rms = pitch.track(voiced(hz))
    known = f0[f0 > 0]
    assert len(known) > 0.9 * len(f0)
    assert np.median(known) == pytest.approx(hz, rel=0.02)
    assert (rms > 0.05).all()


def test_noise_and_silence_have_none() -> None:
    noise = (np.random.default_rng(1).standard_normal(RATE) * 0.1).astype(np.float32)
    assert (pitch.track(noise)[0] > 0).mean() < 0.1
    assert not pitch.track(np.zeros(RATE, np.float32))[0].any()


def test_too_little_sound_is_no_mistake() -> None:
    f0, rms = pitch.track(np.zeros(100, np.float32))
    assert len(f0) == len(rms) == 0
