from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import chirp, decoded, delay
from wingman.audio.encode import BITS_PER_SECOND, OpusStream
from wingman.core.time import SAMPLE_RATE

SECONDS = 20
PLACES = (0, 3 * SAMPLE_RATE + 123, 17 * SAMPLE_RATE + 5)


def sounds() -> np.ndarray:
    pcm = np.random.default_rng(1).integers(-900, 900, SECONDS * SAMPLE_RATE + 777, dtype=np.int16)
    for at in PLACES:
        pcm[at : at + 4000] = chirp()
    return pcm


def test_every_sample_is_where_it_was() -> None:
    pcm, stream = sounds(), OpusStream()
    content = b"".join(stream.add(pcm[at : at + 1601].tobytes()) for at in range(0, len(pcm), 1601))
    heard = decoded(content + stream.finish())
    assert len(heard) == len(pcm)
    assert [delay(chirp(), heard, at) for at in PLACES] == [0, 0, 0]


def test_silence_has_the_length_it_is_given() -> None:
    stream = OpusStream()
    content = (
        stream.add(chirp().tobytes()) + stream.silence(25 * SAMPLE_RATE + 1) + stream.add(chirp().tobytes())
    )
    heard = decoded(content + stream.finish())
    after = 4000 + 25 * SAMPLE_RATE + 1
    assert (len(heard), stream.position) == (after + 4000, after + 4000)
    assert delay(chirp(), heard, after) == 0
    assert np.abs(heard[8000 : after - 4000]).max() <= 4


@pytest.mark.parametrize("share", [0.1, 0.37, 0.5, 0.93])
def test_a_stream_that_breaks_off_plays_up_to_its_last_page(share: float) -> None:
    pcm, stream = sounds(), OpusStream()
    content = b"".join(stream.add(pcm[at : at + 1600].tobytes()) for at in range(0, len(pcm), 1600))
    heard = decoded(content[: round(len(content) * share)])
    assert 0 < len(heard) < len(pcm)
    assert delay(chirp(), heard, 0) == 0


def test_what_was_added_leaves_within_two_seconds() -> None:
    stream = OpusStream()
    rng = np.random.default_rng(1)
    pages = b"".join(
        stream.add(rng.integers(-9000, 9000, SAMPLE_RATE, dtype=np.int16).tobytes()) for _ in range(10)
    )
    assert len(decoded(pages)) >= 8 * SAMPLE_RATE  # nobody called finish
    assert len(pages) <= 10 * BITS_PER_SECOND / 8 * 1.5


def test_it_ends_once() -> None:
    stream = OpusStream()
    stream.add(chirp().tobytes())
    assert stream.finish() != b""
    assert (stream.finish(), stream.add(b"\0\0")) == (b"", b"")
