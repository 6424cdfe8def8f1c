"""Speech a stranger can check: every word is one constant level that tells its number; pauses are zero.

Words last 240 ms with 120 ms between them, in phrases of one to five words, each followed
by a pause of 0.8 to 2 s.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

RATE = 16_000
WORD = 3_840
BETWEEN = 1_920
LOWEST = 2_000
STEP = 12
"""Between the levels of neighbouring words."""
WORDS = 2_400
"""Numbers that fit; more than a quarter of an hour."""


def level_of(number: int) -> int:
    return LOWEST + STEP * (number % WORDS)


def number_of(level: int) -> int:
    return (level - LOWEST) // STEP


@dataclass(frozen=True, slots=True)
class Spoken:
    """Word `number` at `[start, end)` samples of what was sent."""

    number: int
    start: int
    end: int

    @property
    def text(self) -> str:
        return f"w{self.number}"


@dataclass(slots=True)
class Speaker:
    """Says words one after the other; `said` is what has been handed out completely."""

    seed: int = 0
    said: list[Spoken] = field(default_factory=list)
    _plan: Iterator[tuple[int, int]] | None = None
    _left: int = 0
    _level: int = 0
    _number: int = -1

    def pcm(self, position: int, count: int) -> bytes:
        """`count` samples to be sent at sample `position` of the channel."""
        plan = self._plan or _plan(random.Random(self.seed))
        self._plan = plan
        out = bytearray()
        while count > 0:
            if not self._left:
                self._left, self._number = next(plan)
                self._level = level_of(self._number) if self._number >= 0 else 0
            taken = min(count, self._left)
            out += self._level.to_bytes(2, "little", signed=True) * taken
            self._note(position, taken)
            self._left -= taken
            position += taken
            count -= taken
        return bytes(out)

    def interrupt(self) -> None:
        """What is being said is cut off, and never finished: it counts as not said."""
        if self._left and self._number >= 0 and self.said and self.said[-1].number == self._number:
            self.said.pop()
        self._left = 0

    def _note(self, position: int, count: int) -> None:
        if self._number < 0:
            return
        last = self.said[-1] if self.said else None
        if last is not None and last.number == self._number:
            self.said[-1] = Spoken(last.number, last.start, position + count)
        else:
            self.said.append(Spoken(self._number, position, position + count))


def _plan(chance: random.Random) -> Iterator[tuple[int, int]]:
    """Lengths in samples with the word that fills them; -1: a pause."""
    number = 0
    yield RATE // 2, -1
    while True:
        for _ in range(chance.randint(1, 5)):
            yield WORD, number
            yield BETWEEN, -1
            number += 1
        yield chance.randint(8, 20) * RATE // 10, -1
