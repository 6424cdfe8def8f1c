"""The meter follows a voice's energy against its own baseline, and says nothing before it has one."""

from __future__ import annotations

import numpy as np
import pytest

from wingman.core.time import SAMPLE_RATE
from wingman.local import pitch
from wingman.local.prosody import BASELINE_MINIMUM, CONFIDENCE_CAP, Baseline, Energy, features


def voice(f0: float = 120.0, level: float = 0.1, seconds: float = 2.0, seed: int = 0) -> pitch.Floats:
    """A buzz with formant-like tilt, syllables and a little vibrato: enough of a voice for the features."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(f0 * (1 + 0.05 * np.sin(2 * np.pi * 0.7 * t + seed))) / SAMPLE_RATE
    tone = sum(np.sin(k * phase) / k for k in range(1, 20))
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.5 * t)
    audio = tone * syllables + 0.01 * rng.standard_normal(len(t))
    voiced: pitch.Floats = (audio * level / np.sqrt(np.mean(audio**2))).astype(np.float32)
    return voiced


@pytest.mark.parametrize("f0", [90.0, 130.0, 210.0, 300.0])
def test_the_pitch_of_a_known_voice_is_found(f0: float) -> None:
    track, _ = pitch.track(voice(f0))
    assert np.median(track[track > 0]) == pytest.approx(f0, rel=0.03)


def test_noise_and_silence_have_no_pitch() -> None:
    rng = np.random.default_rng(1)
    for audio in (np.zeros(SAMPLE_RATE), 0.1 * rng.standard_normal(SAMPLE_RATE)):
        track, _ = pitch.track(audio.astype(np.float32))
        assert (track > 0).mean() < 0.05
        assert features(audio.astype(np.float32)) is None


def readings(*audio: pitch.Floats) -> list[Energy | None]:
    baseline = Baseline()
    return [baseline.measure(f) for a in audio if (f := features(a))]


def test_nothing_is_said_before_there_is_a_baseline() -> None:
    said = readings(*(voice(seed=n) for n in range(BASELINE_MINIMUM + 1)))
    assert said[:BASELINE_MINIMUM] == [None] * BASELINE_MINIMUM
    assert said[BASELINE_MINIMUM] is not None


def test_a_raised_voice_and_a_flat_one_are_told_from_the_usual() -> None:
    usual = [voice(seed=n) for n in range(6)]
    *_, raised = readings(*usual, voice(165.0, level=0.35))
    *_, flat = readings(*usual, voice(95.0, level=0.03))
    *_, same = readings(*usual, voice(seed=9))
    assert raised is not None
    assert flat is not None
    assert same is not None
    assert (raised.label, flat.label, same.label) == ("intensity", "calm", "neutral")
    assert max(raised.score, flat.score, same.score) <= CONFIDENCE_CAP


def test_loudness_alone_does_not_fool_a_loud_speaker() -> None:
    *_, last = readings(*(voice(level=0.5, seed=n) for n in range(8)))
    assert last is not None
    assert last.label == "neutral"
