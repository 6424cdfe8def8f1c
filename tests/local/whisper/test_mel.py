"""The spectrogram has the shape the model was trained with, and shows a tone where the tone is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE
from wingman.local.whisper.mel import HOP, Floats, log_mel, window_samples


def tone(hertz: float, seconds: float = 0.5, level: float = 0.5) -> Floats:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


@pytest.mark.parametrize("mels", [80, 128])
def test_one_column_per_ten_milliseconds(mels: int) -> None:
    found = log_mel(tone(440), mels)
    assert found.shape == (mels, 50)
    assert found.dtype == np.dtype(np.float32)
    assert found.flags.c_contiguous


def test_a_higher_tone_stands_higher() -> None:
    rows = [int(log_mel(tone(hertz))[:, 20].argmax()) for hertz in (200, 500, 1000, 2000, 4000, 7000)]
    assert rows == sorted(set(rows))
    # whisper's scale: 15 mels per 1000 Hz, 45.2 mels up to 8000 Hz, 82 corners for 80 rows
    assert abs(rows[2] - (15 / 45.245 * 81 - 1)) <= 1


def test_silence_is_finite_and_flat() -> None:
    found = log_mel(np.zeros(SAMPLE_RATE, np.float32))
    assert np.all(found == pytest.approx((-10 + 4) / 4))


def test_sound_is_seen_when_it_is_there() -> None:
    audio = np.concatenate([np.zeros(SAMPLE_RATE // 2, np.float32), tone(1000)])
    columns = log_mel(audio).max(axis=0)
    assert columns[:45].max() < columns[55:].min()


def test_the_range_is_eight_decades() -> None:
    rng = np.random.default_rng(5)
    audio = tone(1000) + rng.normal(0, 1e-5, SAMPLE_RATE // 2).astype(np.float32)
    found = log_mel(audio)
    assert found.max() - found.min() <= 2.0 + 1e-6


@pytest.mark.parametrize("samples", [HOP, 2 * HOP, 3 * HOP])
def test_the_shortest_sound_is_no_mistake(samples: int) -> None:
    found = log_mel(np.full(samples, 0.1, np.float32))
    assert found.shape == (80, samples // HOP)
    assert np.isfinite(found).all()


@given(st.integers(0, 60 * SAMPLE_RATE), st.sampled_from(["", "en", "de"]))
def test_a_window_holds_the_utterance_and_some_silence(samples: int, language: str) -> None:
    window = window_samples(samples, language)
    assert window % (2 * HOP) == 0, "the encoder halves the frames"
    assert (15 if language == "de" else 10) * SAMPLE_RATE <= window <= 30 * SAMPLE_RATE
    assert window == 30 * SAMPLE_RATE or window >= samples + 2 * SAMPLE_RATE - HOP
