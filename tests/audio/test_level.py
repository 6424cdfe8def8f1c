from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wingman.audio.level import Loud, SpeechLevel, Verdict
from wingman.core.time import SAMPLE_RATE

RNG = np.random.default_rng(3)


def speech(db: float, seconds: float = 1.0) -> bytes:
    """Noise that swells and fades like syllables, at a level of so many dB of full scale."""
    count = round(seconds * SAMPLE_RATE)
    swell = np.abs(np.sin(np.arange(count) / SAMPLE_RATE * 12))
    return pcm(RNG.normal(0, 1, count) * swell * 32_768 * 10 ** (db / 20) / np.sqrt(0.5))


def pcm(samples: NDArray[np.float64]) -> bytes:
    return np.clip(samples, -32_768, 32_767).astype("<i2").tobytes()


def voice(db: float, seconds: float) -> bytes:
    """A voice's pulses through three formants, its largest peak at so many dB of full scale."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(110 * (1 + 0.2 * np.sin(2 * np.pi * 0.4 * at))) / SAMPLE_RATE
    wave = np.zeros(len(at))
    for number in range(1, 30):
        formants = ((500, 80, 1.0), (1500, 120, 0.5), (2500, 160, 0.2))
        wave += sum(g / (1 + ((110 * number - f) / w) ** 2) for f, w, g in formants) * np.sin(number * phase)
    wave *= np.maximum(0, np.sin(2 * np.pi * 2 * at))
    return pcm(wave / np.abs(wave).max() * 32_767 * 10 ** (db / 20))


def verdicts(*utterances: bytes) -> list[Verdict]:
    level = SpeechLevel("the microphone")
    return [told[0] for each in utterances if (told := level.heard(each)) is not None]


@pytest.mark.parametrize(
    ("db", "told"),
    [(-60, [Verdict.QUIET]), (-49, [Verdict.QUIET]), (-40, []), (-20, []), (12, [Verdict.CLIPPED])],
)
def test_what_is_wrong_is_told_once(db: float, told: list[Verdict]) -> None:
    assert verdicts(*[speech(db)] * 40) == told


def test_what_is_mended_is_told_and_a_level_at_the_edge_is_not_told_again_and_again() -> None:
    assert verdicts(*[speech(-50)] * 12, *[speech(-25)] * 12) == [Verdict.QUIET, Verdict.FINE]
    assert verdicts(*[speech(-50)] * 12, *([speech(-44)] * 12 + [speech(-46)] * 12) * 3) == [Verdict.QUIET]


def test_a_word_says_nothing_yet_and_its_sentence_has_the_figure() -> None:
    level = SpeechLevel("the microphone")
    assert [level.heard(speech(-52)) for _ in range(5)] == [None] * 5
    sentences = [told[1] for _ in range(10) if (told := level.heard(speech(-52)))]
    assert len(sentences) == 1
    assert "the microphone is very quiet (speech at -5" in sentences[0]
    assert level.heard(b"") is None


@pytest.mark.parametrize(("db", "told"), [(-60, Verdict.QUIET), (-20, Verdict.FINE), (12, Verdict.CLIPPED)])
def test_the_loud_part_of_a_recording_counts_and_not_its_pauses(db: float, told: Verdict) -> None:
    loud = Loud(SAMPLE_RATE)
    for _ in range(8):
        for at in range(0, 2 * SAMPLE_RATE, 3200):
            loud.add(speech(db)[at : at + 3200])
        loud.add(speech(-85, 20))
    assert loud.found().verdict() is told


@pytest.mark.parametrize(
    ("over_db", "told"),
    [(0, Verdict.FINE), (0.5, Verdict.FINE), (2, Verdict.FINE), (6, Verdict.CLIPPED), (20, Verdict.CLIPPED)],
)
def test_peaks_that_touch_full_scale_are_not_cut_off(over_db: float, told: Verdict) -> None:
    """Normalised, or a little larger than it was by a codec: nothing is lost. Cut by 6 dB, something is."""
    loud, said = Loud(SAMPLE_RATE), voice(over_db, 12)
    for at in range(0, len(said), 3200):
        loud.add(said[at : at + 3200])
    assert loud.found().verdict() is told
    assert verdicts(said) == ([told] if told else [])


def test_how_much_is_cut_off_counts_over_all_that_is_said() -> None:
    """Ten seconds in a long talk are its loudest part, and still not the talk."""
    said, cut = voice(-3, 10), voice(20, 10)
    for talk, told in (((cut, *[said] * 20), Verdict.FINE), ((said, *[cut] * 2), Verdict.CLIPPED)):
        loud = Loud(SAMPLE_RATE)
        for part in talk:
            loud.add(part)
        assert loud.found().verdict() is told
    share = f"{loud.found().clipped:.0%}"
    assert f"too loud (peaks are cut off in {share} of the speech)" in loud.found().sentence("it", told)


def test_a_loud_bang_makes_no_speech_loud() -> None:
    loud = Loud(SAMPLE_RATE)
    for _ in range(20):
        loud.add(speech(-55))
    loud.add(speech(-3, 0.3))
    assert loud.found().level == pytest.approx(-55, abs=4)
    assert loud.found().verdict() is Verdict.QUIET


def test_one_word_in_a_long_silence_is_as_loud_as_it_is() -> None:
    loud = Loud(SAMPLE_RATE)
    loud.add(speech(-30, 1) + bytes(20 * 2 * SAMPLE_RATE))
    assert loud.found().level == pytest.approx(-30, abs=4)
    loud = Loud(SAMPLE_RATE)
    loud.add(speech(-60, 0.4) + bytes(20 * 2 * SAMPLE_RATE))
    assert loud.found().verdict() is Verdict.FINE
