"""Where sound that comes a second time goes on after what was heard, to the sample.

A client that was away sends the last seconds it kept. Clocks say within a few tenths of a second how much of it
had arrived; the wave itself says it exactly, also through a codec.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE

Wave: TypeAlias = NDArray[np.float64]

LAID = SAMPLE_RATE
"""Samples of what was heard last that are looked for."""
SHORTEST = SAMPLE_RATE // 4
"""With fewer the clock is believed."""
REACH = SAMPLE_RATE
"""How far the clock may be wrong, in samples."""
ALIKE = 0.6
"""Correlation from which two stretches are one; Opus leaves some 0.95 of speech."""
AS_GOOD = 0.97
"""A place that fits nearly as well as the best one, and lies nearer to the clock's, is taken (hums, tones)."""
FLAT = 8.0
"""Loudness (of 32768) below which there is no wave to go by."""


def splice_point(heard: bytes, again: bytes, by_clock: int) -> int:
    """How many samples of `again` had been heard already, the last of them at the end of `heard`.

    Both are 16 kHz mono s16. `by_clock` is the guess, and the answer where the sound does not tell.
    """
    before, after = _wave(heard), _wave(again)
    silent = len(before) - len(np.trim_zeros(before, "b"))
    laid = before[: len(before) - silent][-min(LAID, by_clock) :] if by_clock >= SHORTEST else before[:0]
    if len(laid) < SHORTEST or len(after) < len(laid) or float(laid.std()) < FLAT:
        return by_clock
    fits = _fits(laid, after)
    first = max(0, by_clock - REACH - len(laid))
    fits = fits[first : by_clock + REACH - len(laid) + 1]
    if len(fits) == 0 or float(fits.max()) < ALIKE:
        return by_clock
    peaks = np.flatnonzero((fits >= fits.max() * AS_GOOD) & _is_peak(fits))
    ends = peaks + first + len(laid)
    end = int(ends[np.argmin(np.abs(ends - by_clock))])
    # Silence at the very end was heard, too, as far as it comes again
    quiet = after[end : end + silent]
    return end + (len(quiet) if not quiet.any() else int(np.flatnonzero(quiet)[0]))


class Splice:
    """The beginning of what a client kept, held until it is long enough to tell what of it had been heard."""

    def __init__(self, heard: bytes, by_clock: int) -> None:
        """`by_clock` samples of what is pushed had been heard, as far as clocks know."""
        self._heard = heard
        self._by_clock = by_clock
        self._again = bytearray()
        self.found = False

    def push(self, pcm: bytes) -> bytes:
        """What is new of it; nothing until that is known."""
        if self.found:
            return pcm
        self._again += pcm
        if len(self._again) < (self._by_clock + REACH) * BYTES_PER_SAMPLE:
            return b""
        return self.finish()

    def finish(self) -> bytes:
        """No more comes: what is new of all that was held."""
        if self.found:
            return b""
        self.found = True
        new = bytes(
            self._again[splice_point(self._heard, bytes(self._again), self._by_clock) * BYTES_PER_SAMPLE :]
        )
        self._again.clear()
        return new


def _wave(pcm: bytes) -> Wave:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float64)


def _fits(laid: Wave, after: Wave) -> Wave:
    """How well `laid` fits upon `after`, from -1 to 1, for every place where it can begin."""
    count, places = len(laid), len(after) - len(laid) + 1
    size = 1 << (len(after) + count).bit_length()
    pattern = laid - laid.mean()
    products = np.fft.irfft(np.fft.rfft(after, size) * np.conj(np.fft.rfft(pattern, size)), size)[:places]
    sums = np.concatenate(([0.0], np.cumsum(after)))
    squares = np.concatenate(([0.0], np.cumsum(after**2)))
    spread = squares[count:] - squares[:-count] - (sums[count:] - sums[:-count]) ** 2 / count
    loud = np.sqrt(np.maximum(spread, count * FLAT**2))  # next to silence anything would fit
    fits: Wave = products / (loud * np.linalg.norm(pattern))
    return fits


def _is_peak(fits: Wave) -> NDArray[np.bool_]:
    edged = np.concatenate(([-np.inf], fits, [-np.inf]))
    peak: NDArray[np.bool_] = (fits >= edged[:-2]) & (fits >= edged[2:])
    return peak
