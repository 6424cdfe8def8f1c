"""A recording's time stamps are its clock: where each decoded frame of a track belongs. Pure.

Most frames follow each other. Where their stamps say otherwise, the recorder was paused, lost its input, or
wrote something twice: a hole is kept as a hole, what was heard already is cut. Stamps are rounded and jitter,
so a small deviation counts only when it lasts; one wild stamp between sound neighbours counts for nothing; a
clock that begins anew (files that were joined, a counter that wrapped) says nothing about the time that passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

NEAR_S = 0.03
"""A deviation up to this is rounding."""
STEP_S = 0.25
"""A deviation beyond this is believed as soon as the next frame agrees; a smaller one has to last."""
EXACT_S = 0.0005
"""Less than this is arithmetic."""
LASTING_S = 1.0
"""For so long."""
LONGEST_OVERLAP_S = 10.0
"""A stamp further back than this is a clock that began anew."""
LONGEST_HOLE_S = 48 * 3600.0
"""A stamp further ahead than this is one, too."""


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """One frame and what comes before it, in seconds."""

    item: T
    gap: float = 0.0
    """Time without sound before the frame."""
    cut: float = 0.0
    """How much of the frame was heard already; may be longer than the frame."""
    restarted: bool = False
    """The clock began anew here: the frame simply follows."""


@dataclass(frozen=True, slots=True)
class _Frame(Generic[T]):
    at: float | None
    length: float
    item: T


class MediaClock(Generic[T]):
    """One track's clock. Times are seconds since the recording's beginning."""

    def __init__(self, position: float = 0.0, *, overlaps: bool = True) -> None:
        """`position`: where on the recording's time the track's clock stands at its zero. `overlaps`: two
        frames may be of one moment; else one that is stamped too early is stamped wrongly, and follows.
        """
        self._overlaps = overlaps
        self._early = 0.0
        """By how much stamps are too early now."""
        self._base = position
        self._end = position
        self._first: float | None = None
        self._held: _Frame[T] | None = None
        self._cutting = 0.0
        self._small: float | None = None
        self._lasted = 0.0

    @property
    def end(self) -> float:
        """Where the sound that was placed so far ends."""
        return self._end

    def push(
        self, at: float | None, length: float, item: T, *, lost: bool = False, anew: bool = False
    ) -> tuple[Placed[T], ...]:
        """`item` begins at `at` on the track's clock (None: unknown) and lasts `length`. In the order of the
        file. `lost`: what `at` leaves out is known to be missing, however short it is. `anew`: the clock is
        known to begin anew here.

        What may be placed by now; a frame that jumps is held until the next one says whether to believe it.
        """
        frame = _Frame(at, length, item)
        if self._first is None:
            return (self._begin(frame),)
        if anew:
            before = self.finish()
            self._first, self._cutting = at, 0.0
            return (*before, self._anew(frame, self._off(frame)))
        held, self._held = self._held, None
        before = ()
        if held is not None:
            before = (self._settle(held, frame),)
        off = self._off(frame)
        if abs(off) <= STEP_S:
            return (*before, self._jump(frame, off) if lost and off > 0 else self._near(frame, off))
        self._held = frame
        return before

    def _begin(self, frame: _Frame[T]) -> Placed[T]:
        """The first frame: a late one has nothing before it; a negative one is priming."""
        self._first = frame.at if frame.at is not None else 0.0
        if not -LONGEST_OVERLAP_S <= self._first <= LONGEST_HOLE_S:
            self._base -= self._first
        return self._jump(frame, self._off(frame))

    def finish(self) -> tuple[Placed[T], ...]:
        """No more frames come."""
        held, self._held = self._held, None
        if held is None:
            return ()
        off = self._off(held)
        wrong = abs(off) > LONGEST_OVERLAP_S or (off < 0 and not self._overlaps) or self._right_again(off)
        return (self._jump(held, 0.0 if wrong else off),)

    def _off(self, frame: _Frame[T]) -> float:
        """How much later (or, below 0, earlier) the frame's stamp is than the end of what came before."""
        off = 0.0 if frame.at is None else frame.at + self._base - self._end
        return off if abs(off) > EXACT_S else 0.0

    def _settle(self, held: _Frame[T], following: _Frame[T]) -> Placed[T]:
        """Place the frame that jumped, now that the next one is known."""
        off = self._off(held)
        if held.at is None or (following.at is not None and abs(self._off(following) - held.length) <= STEP_S):
            return self._follow(held)  # one wild stamp: the next frame goes on as before
        anew = not self._overlaps or (self._first is not None and held.at <= self._first + STEP_S)
        if off > LONGEST_HOLE_S or off < -LONGEST_OVERLAP_S or (off < 0 and anew) or self._right_again(off):
            self._first = held.at
            return self._anew(held, off)
        return self._jump(held, off)

    def _right_again(self, off: float) -> bool:
        """Stamps that were too early are no longer."""
        return self._early > 0 and abs(off - self._early) <= NEAR_S

    def _anew(self, frame: _Frame[T], off: float) -> Placed[T]:
        """Its clock says nothing of the time that passed before it."""
        self._base -= off
        self._early = 0.0 if self._overlaps else max(0.0, self._early - off)
        self._small = None
        return self._follow(frame, restarted=True)

    def _jump(self, frame: _Frame[T], off: float) -> Placed[T]:
        self._small = None
        if off >= 0:
            self._cutting = 0.0
            self._end += off + frame.length
            return Placed(frame.item, gap=off)
        self._cutting = -off
        return self._follow(frame)

    def _near(self, frame: _Frame[T], off: float) -> Placed[T]:
        """A frame about where it belongs; a deviation that lasts is mended by its smallest value."""
        small = self._small
        if abs(off) <= NEAR_S or self._cutting:
            self._small, self._lasted = None, 0.0
            return self._follow(frame)
        if small is None or (off > 0) != (small > 0):
            self._small, self._lasted = off, frame.length
            return self._follow(frame)
        self._small = min(small, off, key=abs)
        self._lasted += frame.length
        if self._lasted < LASTING_S:
            return self._follow(frame)
        if (self._small < 0 and not self._overlaps) or self._right_again(self._small):
            return self._anew(frame, self._small)
        return self._jump(frame, self._small)

    def _follow(self, frame: _Frame[T], restarted: bool = False) -> Placed[T]:
        cut = min(self._cutting, frame.length)
        self._cutting -= cut
        self._end += frame.length - cut
        return Placed(frame.item, cut=cut, restarted=restarted)
