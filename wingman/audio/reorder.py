"""Puts packets back in order and waits for nothing else. Pure: time is an argument.

A packet that comes in order leaves at once. A hole is waited for until `depth` newer packets are held or
`wait` seconds have passed, whichever is first; then it is given up and what follows leaves. There is no
prefetch, so a stream without loss is not delayed at all, and a loss leaves no lasting delay behind.

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


class ReorderBuffer(Generic[T]):
    """A reorder-only buffer for items numbered modulo 2^16."""

    __slots__ = (
        "_depth",
        "_held",
        "_held_since",
        "_next",
        "_suspect",
        "_wait",
        "late",
        "lost",
    )

    def __init__(self, depth: int = 5, wait: float = 0.1) -> None:
        self._depth = max(1, depth)
        self._wait = wait
        self._next: int | None = None
        self._held: dict[int, T] = {}
        self._held_since = 0.0
        self._suspect: tuple[int, T] | None = None  # the first of a new sequence, or a stray
        self.lost = 0
        """Items given up so far."""
        self.late = 0
        """Items whose place was given up, or taken by a twin."""

    @property
    def deadline(self) -> float | None:
        """When `expire` has work to do; None while nothing is held."""
        return self._held_since + self._wait if self._held else None

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
        return tuple(self._give_up(now))

    def flush(self) -> tuple[T, ...]:
        """Everything held, in order; holes between are given up."""
        out: list[T] = []
        while self._held:
            out += self._give_up(0.0)
        return tuple(out)

    def _out_of_order(self, number: int, item: T, now: float) -> tuple[T, ...]:
        origin = self._next = number if self._next is None else self._next
        ahead = (number - origin) % _MODULUS
        if MAX_DROPOUT < ahead < _MODULUS - MAX_MISORDER:
            return self._begin_anew(number, item)
        if ahead >= _MODULUS // 2:
            self.late += 1
            return ()
        if number in self._held:
            self.late += 1
            return ()
        if not self._held:
            self._held_since = now
        self._held[number] = item
        out = self._run(origin)
        if not out and len(self._held) >= self._depth:
            out = self._give_up(now)
        elif out and self._held:
            self._held_since = now
        return tuple(out)

    def _begin_anew(self, number: int, item: T) -> tuple[T, ...]:
        """A number far off: one alone is a stray, two in a row are a new sequence."""
        first, self._suspect = self._suspect, (number, item)
        if first is None or (first[0] + 1) % _MODULUS != number:
            self.late += first is not None
            return ()
        before = self.flush()
        self._suspect = None
        self._next = (number + 1) % _MODULUS
        return (*before, first[1], item)

    def _give_up(self, now: float) -> list[T]:
        origin = self._next or 0  # something is held, so a number is awaited
        nearest = min(self._held, key=lambda number: (number - origin) % _MODULUS)
        self.lost += (nearest - origin) % _MODULUS
        self._held_since = now
        return self._run(nearest)

    def _run(self, number: int) -> list[T]:
        """What is held from `number` on, without a hole; the number after it is awaited next."""
        out: list[T] = []
        while number in self._held:
            out.append(self._held.pop(number))
            number = (number + 1) % _MODULUS
        self._next = number
        return out
