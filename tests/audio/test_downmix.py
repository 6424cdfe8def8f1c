"""Frames of any shape become 16-bit mono; a wrongly wired cable does not silence the mix."""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.media_files import hear, sides, tone
from wingman.audio.downmix import Downmix, samples_of

RATE = 16_000
ALPHA, BRAVO = tone(1, [(0.2, "alpha")], RATE), tone(1, [(0.2, "bravo")], RATE)


def frame(samples: NDArray[np.int16], layout: str = "stereo", rate: int = RATE) -> av.AudioFrame:
    """Interleaved 16-bit samples as a decoder hands them over."""
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout=layout)
    made.sample_rate = rate
    return made


def mixed(wanted: Sequence[int | None], *frames: av.AudioFrame) -> list[bytes]:
    downmix = Downmix(RATE, wanted)
    parts = [downmix.push(each) for each in frames] + [downmix.flush()]
    return [b"".join(part[n] for part in parts) for n in range(len(wanted))]


def words(pcm: bytes) -> list[str]:
    return [word for _, word in hear(pcm)]


def test_each_side_is_its_own_and_a_side_that_is_not_there_is_the_mix() -> None:
    left, right, missing, mix = mixed([0, 1, 5, None], frame(sides(ALPHA, BRAVO)))
    assert (left, right) == (ALPHA.tobytes(), BRAVO.tobytes())
    assert missing == mix == ((ALPHA.astype(np.int32) + BRAVO) // 2).astype(np.int16).tobytes()


@pytest.mark.parametrize("second", [ALPHA, -ALPHA, np.zeros_like(ALPHA)], ids=["same", "antiphase", "silent"])
def test_the_voice_survives_the_mix(second: NDArray[np.int16]) -> None:
    assert words(mixed([None], frame(sides(ALPHA, second)))[0]) == ["alpha"]


def test_a_cable_that_is_mended_is_noticed() -> None:
    (pcm,) = mixed([None], frame(sides(ALPHA, -ALPHA)), frame(sides(BRAVO, BRAVO)))
    assert words(pcm) == ["alpha", "bravo"]


def test_the_loudest_sample_does_not_overflow() -> None:
    full = np.full(RATE // 10, -32768, np.int16)
    assert mixed([None], frame(sides(full, full))) == [full.tobytes()]


def test_the_format_may_change_between_frames() -> None:
    fast = frame(tone(1, [(0.2, "bravo")], 48_000), "mono", 48_000)
    (pcm,) = mixed([None], frame(sides(ALPHA, ALPHA)), fast, frame(ALPHA, "mono"))
    assert words(pcm) == ["alpha", "bravo", "alpha"]
    assert len(pcm) == pytest.approx(3 * RATE * 2, abs=200)


def test_surround_is_mixed_to_one() -> None:
    six = sides(*[ALPHA if n == 2 else np.zeros_like(ALPHA) for n in range(6)])
    assert words(mixed([None], frame(six, "5.1"))[0]) == ["alpha"]


@pytest.mark.parametrize("width", [2, 5, 16])
def test_a_voice_at_one_of_many_is_as_loud_as_alone(width: int) -> None:
    columns = [ALPHA if n == 1 else np.zeros_like(ALPHA) for n in range(width)]
    (pcm,) = mixed([None], frame(sides(*columns), f"{width} channels"))
    assert pcm == ALPHA.tobytes()


@pytest.mark.parametrize(("layout", "at"), [("quad", (0, 1)), ("5.1", (0, 2)), ("7 channels", (2, 6))])
def test_any_two_sides_may_be_in_antiphase(layout: str, at: tuple[int, int]) -> None:
    width = {"quad": 4, "5.1": 6, "7 channels": 7}[layout]
    columns = [np.zeros_like(ALPHA)] * width
    columns[at[0]], columns[at[1]] = ALPHA, -(ALPHA // 2)
    assert words(mixed([None], frame(sides(*columns), layout))[0]) == ["alpha"]


def test_the_padding_of_a_plane_is_left_out() -> None:
    short = av.AudioFrame(format="s16", layout="mono", samples=3, align=64)
    short.planes[0].update(ALPHA[4000:4032].tobytes())
    assert short.planes[0].buffer_size > 6
    assert samples_of(short, 1) == ALPHA[4000:4003].tobytes()


def test_nothing_pushed_is_nothing_held() -> None:
    assert Downmix(RATE, [0, None]).flush() == (b"", b"")
