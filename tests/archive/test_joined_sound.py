"""What several nodes have kept of a channel is one recording, each sample in its place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wingman.archive.joined_sound import _samples, joined
from wingman.audio.encode import OpusStream
from wingman.core.time import SAMPLE_RATE


def tone(seconds: float, hertz: float) -> NDArray[np.int16]:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2")


def stored(pcm: NDArray[np.int16]) -> bytes:
    stream = OpusStream()
    return stream.add(pcm.tobytes()) + stream.finish()


def pitch(pcm: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(pcm.astype(float)))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(pcm)


def test_one_part_is_handed_back_as_it_is() -> None:
    assert joined([]) == b""
    assert joined([(0, b"")]) == b""
    assert joined([(0, b"any bytes")]) == b"any bytes"


def test_each_part_stands_where_it_says_and_silence_covers_nothing() -> None:
    silence = np.zeros(SAMPLE_RATE, "<i2")
    whole = _samples(
        joined(
            [
                (0, stored(tone(2.0, 400))),
                # it went on at 1.5 s, and its client was there a second later
                (3 * SAMPLE_RATE // 2, stored(np.concatenate([silence, tone(1.0, 800)]))),
                (5 * SAMPLE_RATE, stored(tone(1.0, 600))),
            ]
        )
    )
    assert abs(len(whole) - 6 * SAMPLE_RATE) < SAMPLE_RATE // 20
    second = [whole[at : at + SAMPLE_RATE // 4] for at in range(0, len(whole), SAMPLE_RATE // 4)]
    heard = [round(pitch(part)) if np.abs(part).max() > 2000 else 0 for part in second]
    assert heard[1:8] == [400] * 7
    assert heard[8] == heard[9] == 0
    assert heard[10:13] == [800] * 3
    assert heard[15:19] == [0] * 4
    assert heard[21:23] == [600] * 2


def test_a_part_that_begins_late_is_put_behind_silence() -> None:
    whole = _samples(joined([(SAMPLE_RATE, stored(tone(1.0, 400)))]))
    assert np.abs(whole[: SAMPLE_RATE * 9 // 10]).max() < 100
    assert round(pitch(whole[SAMPLE_RATE * 5 // 4 : SAMPLE_RATE * 7 // 4])) == 400
