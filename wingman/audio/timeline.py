"""Places decoded audio on a channel's gap-free sample index by its sender's clock. Pure.

What the sender left out (a lost packet, discontinuous transmission) becomes silence of the right length, so
*sample index == media time*. A jump backwards, or forwards by more than two seconds, says nothing about the
time that passed: the timeline then re-anchors, and the `Gap` it emits is as long as the clock on our wall says.
"""

from __future__ import annotations

from typing import TypeAlias

from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime, Span, samples_of_ms

MAX_FILL = 2 * SAMPLE_RATE
"""Missing audio up to this long (2 s) becomes silence; more re-anchors."""

AGREES = SAMPLE_RATE
"""A pause of the sender's clock that is this near to what our clock says (1 s) is as long as it says."""

TOLERANCE = samples_of_ms(0.25)
"""A block this near to its place counts as adjacent: codecs and resamplers shift blocks by a few samples."""

_WRAP = 1 << 32
_HALF = _WRAP // 2

Placed: TypeAlias = "PcmBlock | Gap"


class Timeline:
    """One channel's timeline. `rate` is the sender's clock, in ticks per second (Opus: always 48,000)."""

    __slots__ = (
        "_arrival",
        "_base",
        "_owed",
        "_position",
        "_rate",
        "_restarted",
        "_timestamp",
        "_unwrapped",
        "overlap",
    )

    def __init__(self, position: SampleTime = 0, rate: int = 48_000) -> None:
        self._position = position
        self._rate = rate
        self._timestamp: int | None = None
        self._unwrapped = 0  # sender ticks since the anchor
        self._base: SampleTime = position  # where the anchor is
        self._arrival = 0.0
        self._restarted = False
        self._owed = 0  # samples that `shift` asked to cut and that are not cut yet
        self.overlap = 0
        """Samples that were left out because, by their stamps, their place had sound already."""

    @property
    def position(self) -> SampleTime:
        """The index the next sample will have."""
        return self._position

    def place(self, timestamp: int, pcm: bytes, arrival: float) -> tuple[Placed, ...]:
        """Where `pcm` (16 kHz mono s16), stamped `timestamp` modulo 2^32, belongs.

        `arrival` (seconds, any monotonic clock) dates a re-anchoring and nothing else.
        """
        if self._timestamp is None:
            self._anchor(timestamp)
        elif self._restarted:
            self._restarted = False
            return self._reanchor(timestamp, pcm, arrival)
        if (block := self.follow(timestamp, pcm, arrival)) is not None:
            return (block,)
        return self._place_apart(timestamp, pcm, arrival)

    def follow(self, timestamp: int, pcm: bytes, arrival: float) -> PcmBlock | None:
        """The same where it ends up right behind what came before, as nearly all does; None: `place` it."""
        if self._timestamp is None or self._restarted:
            return None
        self._unwrapped += (timestamp - self._timestamp + _HALF) % _WRAP - _HALF
        self._timestamp = timestamp
        position = self._position
        if not -TOLERANCE <= self._base + self._unwrapped * SAMPLE_RATE // self._rate - position <= TOLERANCE:
            return None
        self._arrival = arrival
        self._owed = 0
        self._position = position + len(pcm) // BYTES_PER_SAMPLE
        return PcmBlock(position, pcm)

    def at(self, timestamp: int) -> SampleTime | None:
        """The index of the sample that carries `timestamp`; None before the first block."""
        if self._timestamp is None:
            return None
        step = (timestamp - self._timestamp + _HALF) % _WRAP - _HALF
        return self._base + (self._unwrapped + step) * SAMPLE_RATE // self._rate

    def shift(self, samples: int) -> None:
        """Move what comes next by `samples`: later (silence is filled in) or earlier (audio is cut)."""
        self._base += samples
        self._owed = max(0, self._owed - samples)

    def advance(self, target: SampleTime, cause: GapCause) -> tuple[Placed, ...]:
        """Go forward to `target` without audio: silence when it is near, a `Gap` when it is far."""
        count = target - self._position
        if count <= 0:
            return ()
        self._base += count
        return (self._silence(count) if count <= MAX_FILL else self._gap(count, cause),)

    def _place_apart(self, timestamp: int, pcm: bytes, arrival: float) -> tuple[Placed, ...]:
        missing = self._base + self._unwrapped * SAMPLE_RATE // self._rate - self._position
        if 0 < missing <= MAX_FILL:
            before: Placed = self._silence(missing)
            tail = self.place(timestamp, pcm, arrival)
            return (before, *tail)
        overlap = -missing * BYTES_PER_SAMPLE
        if 0 < overlap < len(pcm):  # partly heard already
            self.overlap += max(0, -missing - self._owed)
            self._base += -missing
            rest = self.place(timestamp, pcm[overlap:], arrival)
            self._base -= -missing
            return rest
        if 0 < -missing <= self._owed + TOLERANCE:
            return ()  # a cut longer than this block
        if missing > MAX_FILL and abs(missing - self._elapsed(pcm, arrival)) <= AGREES:
            pause = self._gap(missing, GapCause.NOT_SENT)  # the sender's clock went on meanwhile
            return (pause, *self.place(timestamp, pcm, arrival))
        return self._reanchor(timestamp, pcm, arrival)

    def _elapsed(self, pcm: bytes, arrival: float) -> int:
        """Samples between the end of the last block and the beginning of this one, by our clock."""
        return round((arrival - self._arrival) * SAMPLE_RATE) - len(pcm) // BYTES_PER_SAMPLE

    def restart(self) -> None:
        """Another clock follows: what comes next is placed by its arrival, whatever its stamp."""
        self._restarted = self._timestamp is not None

    def _reanchor(self, timestamp: int, pcm: bytes, arrival: float) -> tuple[Placed, ...]:
        elapsed = self._elapsed(pcm, arrival)
        cause = GapCause.NOT_SENT if elapsed > MAX_FILL else GapCause.REANCHOR
        gap = self._gap(max(1, elapsed), cause)
        self._anchor(timestamp)
        return (gap, *self.place(timestamp, pcm, arrival))

    def _anchor(self, timestamp: int) -> None:
        self._timestamp = timestamp % _WRAP
        self._unwrapped = 0
        self._base = self._position

    def _silence(self, count: int) -> PcmBlock:
        block = PcmBlock(self._position, bytes(count * BYTES_PER_SAMPLE))
        self._position = block.end
        return block

    def _gap(self, count: int, cause: GapCause) -> Gap:
        gap = Gap(Span(self._position, self._position + count), cause)
        self._position = gap.span.end
        return gap
