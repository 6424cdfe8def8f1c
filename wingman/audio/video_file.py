"""Pictures out of a file: an image as it is, a film one picture every so often, both small enough to be sent.

Of a film only key frames are decoded: the pictures between them cost a core and show the same faces.
"""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import av

from wingman.audio.container import FORMATS, MediaBytes, display_name
from wingman.audio.links import Link
from wingman.core.errors import InputError
from wingman.core.threads import in_thread
from wingman.sandbox.limits import Limits
from wingman.sandbox.reading import Reader

LONGEST_SIDE: Final = 640
"""Pixels of a picture's longer side."""
QUALITY: Final = 5
"""Of the JPEG, 2 (best) to 31."""
IMAGES: Final = "jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,gif,image2,mjpeg,h264,hevc,m4v"
UNREADABLE: Final = (av.FFmpegError, OSError, ValueError, EOFError)


def pictures(path: Path, every_s: float = 2.0) -> Generator[tuple[float, bytes], None, None]:
    """(seconds from the beginning, JPEG) of a film's key frames at least `every_s` apart, or of the one image.

    Decoded in a process of its own. Raises `InputError` for a file that holds no picture.
    """
    return _READER.read(path, Film(display_name(path), every_s), display_name(path))


@dataclass(frozen=True, slots=True)
class Film:
    """What is asked of the reading process."""

    title: str
    every_s: float


def shown(file: BinaryIO, ask: Film) -> Iterator[tuple[float, bytes]]:
    """In the reading process."""
    link = Link(0, os.fstat(file.fileno()).st_size)
    options = {"format_whitelist": f"{FORMATS},{IMAGES}", "protocol_whitelist": "none"}
    try:
        with av.open(
            MediaBytes(file.fileno(), link), mode="r", metadata_errors="ignore", options=options
        ) as film:
            if not film.streams.video:
                raise InputError(f"{ask.title} has no picture in it; give a film or an image", field="file")
            stream = film.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            due = 0.0
            for frame in film.decode(stream):
                at = float(frame.time or 0.0)
                if at >= due:
                    yield max(at, 0.0), jpeg(frame)
                    due = at + ask.every_s
    except UNREADABLE as broken:
        why = getattr(broken, "strerror", "") or broken
        raise InputError(f"{ask.title} cannot be read as a film or an image ({why})", field="file") from None


_READER: Final[Reader[tuple[float, bytes]]] = Reader(
    "wingman.audio.video_file:shown", tuple[float, bytes], Limits(memory_mb=1024, cpu_s=3600), ("av.*",)
)


def is_image(path: Path) -> bool:
    """Whether a file is a single JPEG or PNG."""
    try:
        if not path.is_file():
            return False  # a pipe would be waited for, and what it holds lost
        with path.open("rb") as file:
            return file.read(8).startswith((b"\xff\xd8", b"\x89PNG\r\n\x1a\n"))
    except OSError:
        return False


async def read_pictures(path: Path, every_s: float) -> AsyncIterator[tuple[float, bytes]]:
    """`pictures`, decoded off the event loop."""
    reading = pictures(path, every_s)
    try:
        while (picture := await in_thread(partial(next, reading, None))) is not None:
            yield picture
    finally:
        reading.close()


def jpeg(frame: av.VideoFrame, longest: int = LONGEST_SIDE) -> bytes:
    """A frame as a JPEG whose longer side is at most `longest` pixels."""
    scale = min(1.0, longest / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    small = frame.reformat(width=width, height=height, format="yuvj420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.options = {"q:v": str(QUALITY)}
    small.pts = None
    out = io.BytesIO()
    for packet in (*encoder.encode(small), *encoder.encode(None)):
        out.write(bytes(packet))
    return out.getvalue()
