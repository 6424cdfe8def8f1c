"""Which numbers of sessions to try, so that few steps lead to the most a server holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from wingman.bench.harness import Step

NEAR = 0.9
"""Of a core; from here on a step is small. What a session costs falls as their number grows."""
STEP = 1.12
COARSE = 1.3
"""Where no goal hangs on the number."""
FEW = 5
"""Where even the first number was too many."""
MOST = 600
LOAD_FULL = 0.95
"""Of a core; a load that needs so much falls behind itself."""


class Ladder:
    """Iterate once for each server: ask for the next number, then tell what was measured with it.

    A server is not asked again after a number it did not hold. Where that was far above the last one held, the
    next server is tried between the two, until the limit is known within a step.
    """

    def __init__(self, first: int, step: float = STEP) -> None:
        """`first` is a guess, well below what is held; what it costs tells how far the next step goes.

        `step`: how many times as many the next number is, near the limit.
        """
        self._first = first
        self._step = step
        self._failed: int | None = None
        self.steps: list[Step] = []

    def __iter__(self) -> Iterator[int]:
        while (number := self._next()) is not None:
            # a server that does not even take so many tells nothing
            failed, self._failed = self._failed, number
            yield number
            if not self.steps or self.steps[-1].sessions != number or not self.steps[-1].held:
                return
            self._failed = failed

    def tell(self, step: Step) -> None:
        """What was measured with the number asked for last."""
        self.steps.append(step)

    @property
    def held(self) -> int:
        """The most sessions that were held."""
        return max((step.sessions for step in self.steps if step.held), default=0)

    @property
    def over(self) -> bool:
        """There is no further number to try."""
        return self._next() is None

    @property
    def end(self) -> str:
        """Why there was no further step, for a table."""
        if self._failed is None:
            return "more not tried"
        told = [step for step in self.steps if step.sessions == self._failed]
        if not told:
            return f"{self._failed} refused"
        full = told[-1].load_share > LOAD_FULL
        return f"{self._failed} fail" + (", the load's core is full" if full else "s")

    def _next(self) -> int | None:
        """The number that tells most now."""
        if not self.steps and self._failed is None:
            return self._first
        held = [step for step in self.steps if step.held]
        if self._failed is None:
            number = min(self._after(held[-1]), MOST)
            return number if number > self.held else None
        if not held:
            return FEW if self._failed > FEW else None
        most = self.held
        return round(sqrt(most * self._failed)) if self._failed > self._small(most) else None

    def _small(self, number: int) -> int:
        """A step up from there."""
        return round(number * self._step) + 1

    def _after(self, step: Step) -> int:
        near = NEAR * step.sessions / max(step.cpu_share, 0.01)
        return max(self._small(step.sessions), min(int(near), 4 * step.sessions))
