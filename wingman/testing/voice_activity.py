"""Voice activity on received audio: where speech begins and ends, in samples of the stream.

Plain energy. The emulators hear clean recordings and synthetic audio, where a neural detector is both
dearer (it would dominate the emulator's cost) and blind to anything that is not a human voice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Onset:
    """A voice began at sample `at`."""

    at: int


@dataclass(frozen=True, slots=True)
class Offset:
    """A voice ended at sample `at` (known only `hangover` later)."""

    at: int


class VoiceDetector:
    """Feed it s16le mono audio in pieces of any size; cutting it differently changes nothing."""

    def __init__(self, rate: int = 16_000, *, hangover_s: float = 0.2, threshold: float = 250.0) -> None:
        """`threshold` is an RMS of 16-bit samples (250 is -42 dBFS)."""
        self._frame = rate // 50
        self._hangover = round(hangover_s * rate)
        self._threshold = threshold
        self._rest = b""
        self._at = 0
        self._speaking = False
        self._last_voiced = 0

    @property
    def speaking(self) -> bool:
        """True from an onset to its offset."""
        return self._speaking

    @property
    def last_voiced(self) -> int:
        """End of the last 20 ms frame with a voice in it."""
        return self._last_voiced

    @property
    def heard(self) -> int:
        """Samples judged so far (whole 20 ms frames)."""
        return self._at

    def feed(self, pcm: bytes) -> list[Onset | Offset]:
        """What began or ended within the whole 20 ms frames heard so far."""
        data = self._rest + pcm
        count = len(data) // (2 * self._frame)
        self._rest = data[count * 2 * self._frame :]
        if not count:
            return []
        frames = np.frombuffer(data, dtype="<i2", count=count * self._frame).reshape(count, self._frame)
        levels = np.sqrt(np.mean(np.square(frames.astype(np.float32)), axis=1))
        changes: list[Onset | Offset] = []
        for voiced in (levels >= self._threshold).tolist():
            start, self._at = self._at, self._at + self._frame
            if voiced:
                self._last_voiced = self._at
                if not self._speaking:
                    self._speaking = True
                    changes.append(Onset(start))
            elif self._speaking and self._at - self._last_voiced >= self._hangover:
                self._speaking = False
                changes.append(Offset(self._last_voiced))
        return changes
