"""What comes a second time is laid upon what was heard, to the sample; else the clock is believed."""

from __future__ import annotations

import io
from functools import cache

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.each import each
from wingman.audio.splice import LAID, REACH, Splice, splice_point
from wingman.core.time import SAMPLE_RATE

Samples = NDArray[np.int16]
BY_CLOCK = LAID + REACH
HEARD_S = 6


@cache
def voice(seed: int, seconds: int = 12) -> Samples:
    """A buzz of changing pitch and loudness in a little noise, no moment like another, as in speech."""
    random = np.random.default_rng(seed)
    count = seconds * SAMPLE_RATE
    steps = np.linspace(0, count, seconds * 8)
    pitch = np.interp(np.arange(count), steps, random.uniform(90, 240, len(steps)))
    loud = np.interp(np.arange(count), steps, random.choice([0.02, 0.3, 1.0], len(steps)))
    phase = np.cumsum(2 * np.pi * pitch / SAMPLE_RATE)
    wave = sum(np.sin(k * phase) * random.uniform(0.2, 1) / k for k in range(1, 12))
    spoken: Samples = (loud * (2500 * wave + random.normal(0, 60, count))).astype(np.int16)
    return spoken


def through_opus(samples: Samples, rate: int = 24_000) -> Samples:
    """As a peer connection delivers it."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = rate
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        for each in av.AudioResampler("s16", "mono", 48_000).resample(frame):
            out.mux(stream.encode(each))
        out.mux(stream.encode(None))
    file.seek(0)
    back = av.AudioResampler("s16", "mono", SAMPLE_RATE)
    with av.open(file, "r") as given_back:
        pieces = [r.to_ndarray()[0] for f in given_back.decode(audio=0) for r in back.resample(f)]
    return np.concatenate(pieces)


def found(heard: Samples, spoken: Samples, at: int, wrong: int) -> int:
    """Where the sound goes on, from where it should: `heard` reaches `at` in `spoken`, the clock is `wrong`."""
    begins = at - BY_CLOCK + wrong
    return begins + splice_point(heard[:at].tobytes(), spoken[begins:].tobytes(), BY_CLOCK) - at


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 20), st.integers(-REACH + 1, REACH - 1), st.integers(-2000, 2000))
def test_the_same_samples_are_found_to_the_sample(seed: int, wrong: int, moved: int) -> None:
    spoken = voice(seed)
    assert found(spoken, spoken, HEARD_S * SAMPLE_RATE + moved, wrong) == 0


@each("wrong", [-9000, -1600, 0, 1600, 9000])
@each("rate", [16_000, 32_000])
def test_a_codec_between_costs_a_few_samples_at_most(wrong: int, rate: int) -> None:
    spoken = voice(3)
    assert abs(found(through_opus(spoken, rate), spoken, HEARD_S * SAMPLE_RATE, wrong)) <= 8


def test_silence_at_the_end_was_heard_as_far_as_it_comes_again() -> None:
    spoken = voice(5).copy()
    end = HEARD_S * SAMPLE_RATE
    spoken[end - 3000 : end + 4000] = 0
    assert found(spoken, spoken, end, 500) == 0


def test_what_was_lost_on_the_way_is_not_taken_for_heard() -> None:
    spoken = voice(5)
    end = HEARD_S * SAMPLE_RATE
    heard = spoken.copy()
    heard[end - 1000 : end] = 0  # a packet that never came
    assert found(heard, spoken, end, 500) == -1000


@pytest.mark.parametrize(
    "heard",
    [
        np.zeros(SAMPLE_RATE, np.int16),
        np.ones(SAMPLE_RATE, np.int16),
        voice(9)[:SAMPLE_RATE],
        voice(8)[:100],
        np.zeros(0, np.int16),
    ],
    ids=["silent", "flat", "another", "short", "none"],
)
def test_where_the_sound_says_nothing_the_clock_is_believed(heard: Samples) -> None:
    assert splice_point(heard.tobytes(), voice(8).tobytes(), BY_CLOCK) == BY_CLOCK


def test_of_places_that_fit_alike_the_one_nearest_the_clock_is_taken() -> None:
    hum = (8000 * np.sin(2 * np.pi * 50 * np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.int16)
    assert abs(found(hum, hum, 5 * SAMPLE_RATE, 100)) <= 320  # one turn of it


@pytest.mark.parametrize("piece", [777, 20_000, 10**6])
def test_it_comes_out_whole_whatever_the_pieces(piece: int) -> None:
    spoken, end = voice(2), HEARD_S * SAMPLE_RATE
    offered = spoken[end - BY_CLOCK - 900 :]
    cut = Splice(spoken[:end].tobytes(), BY_CLOCK)
    out = b"".join(cut.push(offered[at : at + piece].tobytes()) for at in range(0, len(offered), piece))
    assert out + cut.finish() == spoken[end:].tobytes()
    assert cut.found


def test_what_ends_early_is_cut_by_what_there_is() -> None:
    cut = Splice(voice(2)[:SAMPLE_RATE].tobytes(), BY_CLOCK)
    assert cut.push(bytes(100)) == b""
    assert cut.finish() == b""
