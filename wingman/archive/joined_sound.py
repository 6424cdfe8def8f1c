"""One channel's sound out of what several nodes have kept of it: each goes on where it says it begins."""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray

from wingman.audio.encode import OpusStream
from wingman.core.time import SAMPLE_RATE, SampleTime, samples_of_ms

BLOCK = samples_of_ms(20)
QUIET = 16
"""A block that never reaches this is silence (-66 dBFS)."""

Sound = tuple[SampleTime, bytes]
"""Where it begins on its channel, and an Ogg Opus stream."""


def joined(parts: Sequence[Sound]) -> bytes:
    """The whole, as Ogg Opus: of a stretch that two have kept the later one counts where it is not silent, what
    nobody has is silence.

    One part that begins with the channel is handed back as it is.
    """
    whole = [(start, content) for start, content in parts if content]
    if not whole:
        return b""
    if len(whole) == 1 and not whole[0][0]:
        return whole[0][1]
    heard = [(start, _samples(content)) for start, content in sorted(whole)]
    end = max(start + len(pcm) for start, pcm in heard)
    channel = np.zeros(end, "<i2")
    for start, pcm in heard:
        _lay_over(channel[start : start + len(pcm)], pcm)
    stream = OpusStream()
    pages = [stream.add(channel[at : at + SAMPLE_RATE].tobytes()) for at in range(0, end, SAMPLE_RATE)]
    return b"".join(pages) + stream.finish()


def _lay_over(under: NDArray[np.int16], pcm: NDArray[np.int16]) -> None:
    """A node that goes on begins with silence until its client is there: the one before has the sound."""
    for at in range(0, len(pcm), BLOCK):
        block = pcm[at : at + BLOCK]
        if np.abs(block.astype(np.int32)).max() >= QUIET:
            under[at : at + BLOCK] = block


def _samples(content: bytes) -> NDArray[np.int16]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(io.BytesIO(content), "r") as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    pieces = [frame.to_ndarray()[0].astype(np.int16) for frame in frames]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
