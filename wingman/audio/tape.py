"""The tape: decoded audio written once into a bounded ring, read through any number of cursors.

A consumer has a cursor, not a queue. A slow one delays nobody, a reconnect is a seek back, a reader that
falls further behind than the ring gets an explicit `Gap`, and memory is fixed whatever a provider does.

Media time that carries no audio (a pause, a re-anchored sender) is a *hole*: it advances the sample
index, occupies no memory and reaches readers as a `Gap`.

The tape belongs to one event loop. `write`, `skip` and `close` run every cursor's callback before they
return, so a packet can reach a provider's socket without a task switch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime, Span

GATHERED = 5
"""Blocks that are put into the ring at once."""


@dataclass(frozen=True, slots=True)
class _Hole:
    span: Span
    cause: GapCause
    stored: int
    """Samples of audio written before this hole; ring positions are counted in stored samples."""


class Tape:
    """A bounded ring of 16 kHz mono audio with an absolute sample index.

    `seconds` of audio are kept: 60 s cost 1.92 MB. The index begins at `start`: what was before lies elsewhere.
    """

    __slots__ = (
        "_capacity",
        "_cursors",
        "_dropped_hole_samples",
        "_fresh",
        "_holes",
        "_ring",
        "_stored",
        "closed",
        "end",
        "newest_block",
        "paused",
    )

    def __init__(self, seconds: float = 60.0, start: SampleTime = 0) -> None:
        self._capacity = max(1, round(seconds * SAMPLE_RATE))
        self._ring = bytearray(self._capacity * BYTES_PER_SAMPLE)
        self._fresh: list[bytes] = []  # written last, and not in the ring yet
        self._stored = 0  # samples of audio ever written
        self.end: SampleTime = start
        """The index the next written sample will get."""
        self._holes: deque[_Hole] = deque()
        self._dropped_hole_samples = start  # length of the holes already forgotten, and of what was before
        self.newest_block: PcmBlock | None = None
        """What was written last."""
        self._cursors: tuple[Cursor, ...] = ()  # replaced, never changed: writers iterate over it
        self.closed = False
        """True once nothing more will be written."""
        self.paused = False
        """True while nothing may leave the machine, not even what was recorded before the pause."""

    @property
    def start(self) -> SampleTime:
        """The oldest index that can still be read."""
        return self._time_of(max(0, self._stored - self._capacity))

    @property
    def stored(self) -> int:
        """Samples of audio written so far, kept or not."""
        return self._stored

    def write(self, block: PcmBlock) -> None:
        """Append audio. Raises `ValueError` if it does not begin at `end`, or the tape is closed."""
        if self.closed:
            raise ValueError("the tape is closed")
        if block.start != self.end:
            raise ValueError(f"the tape ends at {self.end}, the block begins at {block.start}")
        length = len(block.pcm) // BYTES_PER_SAMPLE
        if not length:  # a reader that was handed it would stand where it stood, and be handed it again
            return
        self._stored += length
        self._fresh.append(block.pcm)
        if len(self._fresh) == GATHERED:
            self._store()
        self.end = end = block.start + length
        self.newest_block = block
        if self._holes:
            self._forget()
        for cursor in self._cursors:
            if cursor._waiter is not None:
                cursor._written()
            callback = cursor._callback
            if callback is not None and end - cursor.position >= cursor._least:
                callback()

    def _store(self) -> None:
        """Put what was written last into the ring: a few blocks at a time, for its memory is always cold."""
        pcm = b"".join(self._fresh)
        self._fresh.clear()
        kept = min(len(pcm) // BYTES_PER_SAMPLE, self._capacity)
        rest = memoryview(pcm)[len(pcm) - kept * BYTES_PER_SAMPLE :]
        at = (self._stored - kept) % self._capacity * BYTES_PER_SAMPLE
        head = min(len(rest), len(self._ring) - at)
        self._ring[at : at + head] = rest[:head]
        self._ring[: len(rest) - head] = rest[head:]

    def skip(self, count: int, cause: GapCause) -> None:
        """Advance the index by `count` samples that carry no audio. Adjacent holes of one cause merge."""
        if self.closed:
            raise ValueError("the tape is closed")
        if count <= 0:
            return
        last = self._holes[-1] if self._holes else None
        if last and last.span.end == self.end and last.cause is cause:
            self._holes[-1] = _Hole(Span(last.span.start, self.end + count), cause, last.stored)
        else:
            self._holes.append(_Hole(Span(self.end, self.end + count), cause, self._stored))
        self.end += count
        self._notify()

    def pause(self) -> None:
        """Have readers that send to others hold back what they have not sent yet; local ones read on."""
        self.paused = True

    def resume(self) -> None:
        """Let them send again. Idempotent."""
        if self.paused:
            self.paused = False
            self._notify()

    def close(self) -> None:
        """No more audio will come. Readers drain what is left and then get None. Ends a pause. Idempotent."""
        if not self.closed:
            self.closed = True
            self.paused = False
            self._notify()

    def free(self) -> None:
        """Let go of the memory: nobody will read any more. The tape is closed by then."""
        self._ring = bytearray()
        self._fresh.clear()
        self.newest_block = None
        self._capacity = 0
        self._cursors = ()

    def cursor(self, at: SampleTime | None = None) -> Cursor:
        """A new reader at `at` (default: the oldest sample still held, so that nothing is lost)."""
        cursor = Cursor(self, self.start if at is None else at)
        self._cursors = (*self._cursors, cursor)
        return cursor

    def newest(self, count: int) -> bytes:
        """The newest `count` samples, or fewer where a hole or the oldest sample held comes before."""
        at = max(self.start, self.end - count, self._holes[-1].span.end if self._holes else 0)
        block = self._read(at, count)
        return block.pcm if isinstance(block, PcmBlock) else b""

    def _detach(self, cursor: Cursor) -> None:
        self._cursors = tuple(other for other in self._cursors if other is not cursor)

    def _notify(self) -> None:
        for cursor in self._cursors:
            cursor._wake()

    def _forget(self) -> None:
        oldest = self._stored - self._capacity
        while self._holes and self._holes[0].stored < oldest:
            self._dropped_hole_samples += self._holes.popleft().span.length

    def _time_of(self, stored: int) -> SampleTime:
        """Index of the stored sample number `stored`; before a hole when both meet."""
        at = stored + self._dropped_hole_samples
        for hole in self._holes:
            if hole.stored >= stored:
                break
            at += hole.span.length
        return at

    def _read(self, at: SampleTime, limit: int) -> PcmBlock | Gap | None:
        """The next thing at `at`: up to `limit` samples that end before any hole, a gap, or None."""
        if self._fresh:
            self._store()
        if at < (start := self.start):
            return Gap(Span(at, start), GapCause.OVERRUN)
        boundary = self.end
        skipped = self._dropped_hole_samples
        for hole in self._holes:
            if at < hole.span.start:
                boundary = hole.span.start
                break
            if at < hole.span.end:
                return Gap(Span(at, hole.span.end), hole.cause)
            skipped += hole.span.length
        count = min(limit, boundary - at)
        if count <= 0:
            return None
        first = (at - skipped) % self._capacity * BYTES_PER_SAMPLE
        size = count * BYTES_PER_SAMPLE
        pcm = bytes(self._ring[first : first + size])
        if len(pcm) < size:
            pcm += self._ring[: size - len(pcm)]
        return PcmBlock(at, pcm)

    def _boundary(self, at: SampleTime) -> SampleTime:
        """Where contiguous audio that begins at `at` stops for certain, or the end of the tape."""
        for hole in self._holes:
            if hole.span.end > at:
                return hole.span.start
        return self.end


class Cursor:
    """One consumer's place on the tape. Read it with `take` (now) or `read` (wait), not both at once."""

    __slots__ = (
        "_callback",
        "_least",
        "_waiter",
        "_wanted",
        "position",
        "tape",
    )

    def __init__(self, tape: Tape, position: SampleTime) -> None:
        self.tape = tape
        """What it reads."""
        self.position = position
        """The next sample this cursor will deliver."""
        self._waiter: asyncio.Future[None] | None = None
        self._wanted = 0  # samples the waiter needs; it is not woken for less
        self._callback: Callable[[], None] | None = None
        self._least = 1  # samples below which the callback is not called for a write

    @property
    def lag(self) -> int:
        """Samples written but not yet read."""
        return self.tape.end - self.position

    @property
    def exhausted(self) -> bool:
        """True when the tape is closed and everything was read."""
        return self.tape.closed and self.position >= self.tape.end

    @property
    def ended(self) -> bool:
        """True when no more audio will be written; what is there may still have to be read."""
        return self.tape.closed

    @property
    def paused(self) -> bool:
        """True while a reader must not send on what it reads; see `Tape.pause`."""
        return self.tape.paused

    async def resumed(self) -> None:
        """Wait until what was read may be sent on."""
        while self.tape.paused:
            await self._wait(1)

    def seek(self, at: SampleTime) -> None:
        """Read on from `at`; earlier than the tape still holds yields a `Gap`. Never past the end."""
        self.position = max(0, min(at, self.tape.end))
        self._wake()

    def take(self, limit: int) -> PcmBlock | Gap | None:
        """Up to `limit` samples of what is there now, or a gap, or None when there is nothing."""
        at, newest = self.position, self.tape.newest_block
        if newest is not None and newest.start == at:  # a reader that keeps up gets what was written, as it is
            count = len(newest.pcm) // BYTES_PER_SAMPLE
            if count <= limit:
                self.position = at + count
                return newest
        item = self.tape._read(at, limit)
        if item is not None:
            self.position = item.end if isinstance(item, PcmBlock) else item.span.end
        return item

    def take_whole(self, count: int) -> PcmBlock | Gap | None:
        """`count` samples if they are there; fewer only where a hole or the end cuts them short; or a gap."""
        boundary = self.tape._boundary(self.position)
        cut_short = self.tape.closed or boundary < self.tape.end
        if boundary - self.position >= count or cut_short or self.position < self.tape.start:
            return self.take(count)
        return None

    async def read(self, count: int) -> PcmBlock | Gap | None:
        """Wait for `count` samples and return them; fewer only where a hole or the end cuts them short.

        None means the tape is closed and drained.
        """
        while True:
            if (item := self.take_whole(count)) is not None:
                return item
            if self.exhausted:
                return None
            await self._wait(count)

    def on_change(self, callback: Callable[[], None] | None, least: int = 1) -> None:
        """Call `callback` synchronously after each write, skip, seek and close; None stops it.

        Who can do nothing with less than `least` samples is not called for a write that leaves it with fewer.
        The callback runs inside the writer's call: it must be short and must not raise.
        """
        self._callback = callback
        self._least = least

    def close(self) -> None:
        """Leave the tape. Idempotent."""
        self.tape._detach(self)
        self._callback = None

    async def _wait(self, count: int) -> None:
        if self._waiter is not None:
            raise RuntimeError("two tasks read one cursor")
        self._wanted = count
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _written(self) -> None:
        """Audio was appended, and somebody waits for some."""
        waiter = self._waiter
        if waiter is not None and self.lag >= self._wanted and not waiter.done():
            waiter.set_result(None)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._callback is not None:
            self._callback()
