"""Pictures of a film come so far apart and so small; what holds no picture is refused with its name."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.support.media_files import Sound, tone, write
from wingman.audio.video_file import LONGEST_SIDE, is_image, jpeg, pictures, read_pictures
from wingman.core.errors import InputError
from wingman.testing.virtual_time import run


def frame(width: int = 64, height: int = 48, shade: int = 128) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.full((height, width, 3), shade, np.uint8), format="rgb24")


def film(path: Path, seconds: int = 6) -> Path:
    """Two pictures a second, of which every other one is a key frame."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.gop_size = 2
        stream.codec_context.options = {"sc_threshold": "1000000000"}  # no more of them where the shade jumps
        for n in range(2 * seconds):
            out.mux(stream.encode(frame(shade=20 * (n % 12))))
        out.mux(stream.encode(None))
    return path


def size_of(picture: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(picture), "r") as image:
        decoded = next(image.decode(video=0))
        return decoded.width, decoded.height


@pytest.mark.parametrize(
    ("every_s", "times"), [(0.0, [0, 1, 2, 3, 4, 5]), (2.0, [0, 2, 4]), (2.5, [0, 3]), (99, [0])]
)
def test_key_frames_come_at_least_so_far_apart(tmp_path: Path, every_s: float, times: list[float]) -> None:
    found = list(pictures(film(tmp_path / "call.mkv"), every_s))
    assert [at for at, _ in found] == times
    assert {size_of(picture) for _, picture in found} == {(64, 48)}


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [(1280, 720, (640, 360)), (300, 1280, (150, 640)), (4, 3000, (2, 640)), (63, 47, (64, 48))],
)
def test_a_picture_is_made_small_and_never_narrower_than_two_pixels(
    width: int, height: int, small: tuple[int, int]
) -> None:
    assert size_of(jpeg(frame(width, height))) == pytest.approx(small, abs=2)
    assert max(small) <= LONGEST_SIDE


def test_an_image_is_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "face.jpg"
    path.write_bytes(jpeg(frame()))
    assert is_image(path)
    assert [at for at, _ in pictures(path)] == [0.0]
    assert [is_image(other) for other in (film(tmp_path / "a.mkv"), tmp_path / "none", tmp_path)] == [False] * 3


def test_what_holds_no_picture_is_refused(tmp_path: Path) -> None:
    sound = write(tmp_path / "call.wav", (tone(1, []), Sound("pcm_s16le")))
    with pytest.raises(InputError, match=r"call\.wav has no picture"):
        list(pictures(sound))
    for name, content in (("noise.mp4", b"\x00\x01" * 999), ("empty.png", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name):
            list(pictures(tmp_path / name))


def test_whoever_stops_looking_leaves_nothing_open(tmp_path: Path) -> None:
    async def main() -> list[float]:
        path = film(tmp_path / "call.mkv")
        reading = read_pictures(path, 0.0)
        first = await anext(reading)
        assert isinstance(reading, AsyncGenerator)
        await reading.aclose()
        return [first[0], *[at async for at, _ in read_pictures(path, 3.0)]]

    assert run(main()) == [0, 0, 3]


def test_a_pipe_is_no_image_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not is_image(tmp_path / "pipe")
