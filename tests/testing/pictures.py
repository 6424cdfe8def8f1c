"""Pictures for the face model, drawn on the spot."""

from __future__ import annotations

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
