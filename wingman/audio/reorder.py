"""Puts packets back in order and waits for nothing else. Pure: time is an argument.

A packet that comes in order leaves at once. A hole is waited for until `depth` newer packets are held or
`wait` seconds have passed, whichever is first; then it is given up and what follows leaves. There is no
prefetch, so a stream without loss is not delayed at all, and a loss leaves no lasting delay behind. An item
that comes soon after it was given up tells how long the next ones are to be waited for.

Source: RFC 3550 appendix A.1 (sequence numbers: MAX_DROPOUT, MAX_MISORDER, two in a row begin anew).
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")

_MODULUS = 1 << 16
MAX_DROPOUT = 3000
MAX_MISORDER = 100
"""RFC 3550, A.1: a number further ahead than the one or further behind than the other is a sender that started
anew, once a second one follows it."""

LONGEST_WAIT_S, MOST_HELD = 0.4, 40
"""What comes later than this, or behind more newer ones, is lost, however often."""
MARGIN = 1.25
"""So much longer than the latest one took."""
REMEMBERED_S = 60.0
"""So long after one came late, the next are waited for."""


class ReorderBuffer(Generic[T]):
    """A reorder-only buffer for items numbered modulo 2^16."""

    __slots__ = (
        "_depth",
        "_given_up",
        "_held",
        "_late_at",
        "_least",
        "_next",
        "_suspect",
        "_wait",
        "late",
        "lost",
    )

    def __init__(self, depth: int = 5, wait: float = 0.1) -> None:
        self._least = wait, max(1, depth)
        self._wait, self._depth = self._least
        self._late_at = 0.0  # when one was last waited for longer than `wait`, or ought to have been
        self._given_up: dict[int, float] = {}  # of late, and since when each was waited for
        self._next: int | None = None
        self._held: dict[int, tuple[float, T]] = {}  # and when each came, the first one first
        self._suspect: tuple[int, T] | None = None  # the first of a new sequence, or a stray
        self.lost = 0
        """Items given up so far."""
        self.late = 0
        """Items whose place was given up, or taken by a twin."""

    @property
    def deadline(self) -> float | None:
        """When `expire` has work to do; None while nothing is held."""
        return self._since + self._wait if self._held else None

    @property
    def _since(self) -> float:
        """Since when the awaited item has been missing, while anything is held."""
        return next(iter(self._held.values()))[0]

    def passes(self, number: int) -> bool:
        """True when the item may leave at once; it then counts as pushed."""
        if number != self._next or self._held:
            return False
        self._next = (number + 1) % _MODULUS
        return True

    def push(self, number: int, item: T, now: float) -> tuple[T, ...]:
        """Take one item in; returns what may leave now, in order (mostly the item itself)."""
        if number == self._next and not self._held:
            self._next = (number + 1) % _MODULUS
            return (item,)
        return self._out_of_order(number, item, now)

    def expire(self, now: float) -> tuple[T, ...]:
        """Give up the hole that has been waited for long enough; returns what may leave now."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return ()
        return tuple(self._give_up())

    def flush(self) -> tuple[T, ...]:
        """Everything held, in order; holes between are given up."""
        out: list[T] = []
        while self._held:
            out += self._give_up()
        return tuple(out)

    def _out_of_order(self, number: int, item: T, now: float) -> tuple[T, ...]:
        origin = self._next = number if self._next is None else self._next
        ahead = (number - origin) % _MODULUS
        if MAX_DROPOUT < ahead < _MODULUS - MAX_MISORDER:
            return self._begin_anew(number, item)
        if ahead >= _MODULUS // 2:
            self.late += 1
            self._learn(number, _MODULUS - ahead + len(self._held), now)
            return ()
        if number in self._held:
            self.late += 1
            return ()
        if not self._held and now - self._late_at > REMEMBERED_S:
            self._wait, self._depth = self._least
        self._held[number] = (now, item)
        since = self._since
        out = self._run(origin)
        if out and (now - since > self._least[0] or len(out) > self._least[1]):
            self._late_at = now  # without what was learnt it would have been given up
        elif not out and len(self._held) >= self._depth:
            out = self._give_up()
        return tuple(out)

    def _learn(self, number: int, overtaken: int, now: float) -> None:
        """An item came that was given up, behind so many newer ones.

        A twin of one that left tells nothing, nor does what no wait could have kept: it would only hold up what
        comes after the next hole. A number that was given up before the numbers wrapped is long past that.
        """
        since = self._given_up.pop(number, None)
        if since is None or now - since > LONGEST_WAIT_S or overtaken > MOST_HELD:
            return
        self._wait = max(self._wait, min(LONGEST_WAIT_S, (now - since) * MARGIN))
        self._depth = max(self._depth, min(MOST_HELD, round(overtaken * MARGIN)))
        self._late_at = now

    def _begin_anew(self, number: int, item: T) -> tuple[T, ...]:
        """A number far off: one alone is a stray, two in a row are a new sequence."""
        first, self._suspect = self._suspect, (number, item)
        if first is None or (first[0] + 1) % _MODULUS != number:
            self.late += first is not None
            return ()
        before = self.flush()
        self._given_up.clear()
        self._suspect = None
        self._next = (number + 1) % _MODULUS
        return (*before, first[1], item)

    def _give_up(self) -> list[T]:
        origin = self._next or 0  # something is held, so a number is awaited
        nearest = min(self._held, key=lambda number: (number - origin) % _MODULUS)
        missing = (nearest - origin) % _MODULUS
        self.lost += missing
        for at in range(max(0, missing - MAX_MISORDER), missing):
            self._given_up[(origin + at) % _MODULUS] = self._since
        while len(self._given_up) > MAX_MISORDER:
            del self._given_up[next(iter(self._given_up))]
        return self._run(nearest)

    def _run(self, number: int) -> list[T]:
        """What is held from `number` on, without a hole; the number after it is awaited next."""
        out: list[T] = []
        while number in self._held:
            out.append(self._held.pop(number)[1])
            number = (number + 1) % _MODULUS
        self._next = number
        return out
