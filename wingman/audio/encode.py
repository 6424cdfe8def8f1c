"""16 kHz mono PCM as an Ogg Opus stream, page by page. No files, no clock."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE

BITS_PER_SECOND = 28_000
"""Speech is transparent for a listener at this rate; an hour of one channel is some 13 MB."""
SILENCE_SAMPLES = 10 * SAMPLE_RATE
"""Longest silence encoded at a time: a pause may last for hours."""


class _Pages:
    """What the muxer writes into."""

    def __init__(self) -> None:
        self._pages = bytearray()

    def write(self, page: bytes) -> int:
        self._pages += page
        return len(page)

    def take(self) -> bytes:
        pages, self._pages = bytes(self._pages), bytearray()
        return pages


class OpusStream:
    """Encodes one channel. Each call returns the pages that became complete, about one a second.

    The stream plays up to its last whole page, wherever it breaks off. Sample n of it is sample n of what was
    added: the container says how much of the codec's delay to skip.
    """

    def __init__(self) -> None:
        self._pages = _Pages()
        # a page leaves as soon as it is complete (in μs), so that a crash costs little more than a second
        options = {"flush_packets": "1", "page_duration": "1000000"}
        self._container = av.open(self._pages, "w", format="ogg", options=options)
        self._stream = self._container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        self._stream.bit_rate = BITS_PER_SECOND
        self._stream.options = {"application": "voip", "compression_level": "5"}  # 10 costs half as much again
        self._position = 0
        self._finished = False

    @property
    def position(self) -> int:
        """Samples added so far."""
        return self._position

    def add(self, pcm: bytes) -> bytes:
        """Append signed 16-bit samples. Nothing comes after `finish`."""
        if pcm and not self._finished:
            frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None], format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            frame.pts = self._position
            frame.time_base = Fraction(1, SAMPLE_RATE)
            self._container.mux(self._stream.encode(frame))
            self._position += len(pcm) // BYTES_PER_SAMPLE
        return self._pages.take()

    def silence(self, samples: int) -> bytes:
        """Append silence."""
        pages = b""
        while samples > 0:
            part = min(samples, SILENCE_SAMPLES)
            pages += self.add(bytes(part * BYTES_PER_SAMPLE))
            samples -= part
        return pages

    def finish(self) -> bytes:
        """The last pages. Idempotent."""
        if not self._finished:
            self._finished = True
            self._container.mux(self._stream.encode(None))
            self._container.close()
        return self._pages.take()
