"""Pictures for the face model, drawn on the spot."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np


def picture(width: int, height: int) -> bytes:
    """A JPEG with enough contrast to hold a face."""
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = width, height, "yuvj420p", Fraction(1, 25)
    pixels = np.indices((height, width)).sum(0).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(np.stack([pixels] * 3, axis=2), format="rgb24").reformat(
        format="yuvj420p"
    )
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])


def film(seconds: float, rate: int = 10) -> bytes:
    """A WebM of pictures that hold a face."""
    pixels = np.stack([np.indices((90, 160)).sum(0).astype(np.uint8)] * 3, axis=2)
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as file:
        stream = file.add_stream("libvpx", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for _ in range(int(seconds * rate)):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    return out.getvalue()
