"""Opus packets to 16 kHz mono PCM.

libopus decodes straight to 16 kHz mono, so no resampler and no stereo downmix are needed (39 µs a packet
instead of 71 + 34), and it conceals losses. PyAV cannot be asked for that: FFmpeg's wrapper fixes the rate at
48 kHz and hides the decoder's loss handling. The bindings on PyAV's side of the fence (opuslib and its forks)
are thin ctypes layers over a libopus the user would have to install, so this is that same thin layer over the
libopus the PyAV wheel already brings. Where none is found, PyAV and its resampler do the work.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from wingman.core.errors import WingmanError
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE

MAX_FRAME = SAMPLE_RATE * 120 // 1000
"""Samples of the longest Opus packet, 120 ms."""


class DecodeError(WingmanError):
    """A packet is not valid Opus. The decoder stays usable."""


class Decoder(Protocol):
    """One stream's decoder; it keeps state, so packets go in in order. Output: 16 kHz mono s16."""

    def decode(self, packet: bytes) -> bytes:
        """One packet as 16 kHz mono 16-bit sound."""
        ...

    def conceal(self, samples: int) -> bytes:
        """Sound that bridges a loss of `samples` (a multiple of 40); silence where the codec has none."""
        ...

    def recover(self, following: bytes, samples: int) -> bytes:
        """The lost packet as far as the in-band FEC of the packet after it knows it, else concealment."""
        ...


class LibopusDecoder:
    """libopus at 16 kHz mono."""

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_count",
        "_decode",
        "_library",
        "_room",
        "_sound",
        "_state",
        "_view",
    )

    def __init__(self) -> None:
        library = libopus()
        if library is None:
            raise WingmanError("no libopus was found; reinstall the `av` package from its wheel")
        error = ctypes.c_int()
        self._library = library
        self._state = ctypes.c_void_p(library.opus_decoder_create(SAMPLE_RATE, 1, ctypes.byref(error)))
        if error.value or not self._state:
            raise WingmanError(f"libopus could not make a decoder (error {error.value})")
        self._buffer = bytearray(MAX_FRAME * BYTES_PER_SAMPLE)
        self._room = ctypes.c_void_p(
            ctypes.addressof((ctypes.c_char * len(self._buffer)).from_buffer(self._buffer))
        )
        self._view = memoryview(self._buffer)
        self._count, self._sound = 0, self._view[:0]  # of the last packet: most are as long as the one before
        self._decode = library.opus_decode

    def decode(self, packet: bytes) -> bytes:
        """PCM of one packet. Raises `DecodeError`."""
        decode = self._decode  # calling what a slot holds is only fast when it was read first
        count = decode(self._state, packet, len(packet), self._room, MAX_FRAME, 0)
        return self._sound.tobytes() if count == self._count else self._take(count)

    def conceal(self, samples: int) -> bytes:
        """Bridge `samples` that never came."""
        return self._take(self._decode(self._state, None, 0, self._room, min(samples, MAX_FRAME), 0))

    def recover(self, following: bytes, samples: int) -> bytes:
        """The lost packet out of the one that followed it."""
        count = min(samples, MAX_FRAME)
        return self._take(self._decode(self._state, following, len(following), self._room, count, 1))

    def _take(self, count: int) -> bytes:
        if count < 0:
            raise DecodeError(f"a packet is not valid Opus (libopus error {count})")
        self._count, self._sound = count, self._view[: count * BYTES_PER_SAMPLE]
        return self._sound.tobytes()

    def __del__(self) -> None:
        if getattr(self, "_state", None):
            self._library.opus_decoder_destroy(self._state)
            self._state = ctypes.c_void_p()


class AvDecoder:
    """PyAV's Opus decoder and resampler: where libopus cannot be called directly. Knows no concealment."""

    def __init__(self) -> None:
        import av

        self._av = av
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate = 48_000
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)

    def decode(self, packet: bytes) -> bytes:
        """One packet as 16 kHz mono 16-bit sound."""
        try:
            frames = self._codec.decode(self._av.Packet(packet))
        except self._av.FFmpegError as broken:
            raise DecodeError(f"a packet is not valid Opus ({broken.strerror})") from None
        return b"".join(pcm_of(out) for frame in frames for out in self._resampler.resample(frame))

    def conceal(self, samples: int) -> bytes:
        """Silence: this decoder cannot bridge."""
        return bytes(samples * BYTES_PER_SAMPLE)

    def recover(self, following: bytes, samples: int) -> bytes:
        """Silence: this decoder cannot recover."""
        return self.conceal(samples)


def pcm_of(frame: Any) -> bytes:
    """The samples of a packed mono s16 `av.AudioFrame` without the padding of its plane."""
    return bytes(memoryview(frame.planes[0])[: frame.samples * BYTES_PER_SAMPLE])


def opus_decoder() -> Decoder:
    """The best decoder this machine has."""
    return LibopusDecoder() if libopus() is not None else AvDecoder()


@cache
def libopus() -> Any | None:
    """The loaded library with its signatures declared, or None when there is none."""
    for candidate in _candidates():
        try:
            library = ctypes.CDLL(candidate)
            _declare(library)
        except (OSError, AttributeError):
            continue
        return library
    return None


def _candidates() -> Iterator[str]:
    packages = Path(sysconfig.get_paths()["platlib"])
    for folder in ("av.libs", "av/.dylibs"):
        yield from (str(path) for path in sorted((packages / folder).glob("*opus[-.]*")))
    if system := ctypes.util.find_library("opus"):
        yield system


def _declare(library: Any) -> None:
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    library.opus_decoder_create.restype = pointer
    library.opus_decoder_create.argtypes = [ctypes.c_int32, integer, ctypes.POINTER(integer)]
    library.opus_decoder_destroy.restype = None
    library.opus_decoder_destroy.argtypes = [pointer]
    # no argtypes: converting each of six arguments costs more than the call. Numbers go as `int`, `bytes` as a
    # pointer to them, and other pointers have to be `c_void_p`
    library.opus_decode.restype = integer
