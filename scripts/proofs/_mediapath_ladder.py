"""Which numbers of sessions to try, so that few steps lead to the most a server holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wingman.bench.harness import Step

NEAR = 0.9
"""Of a core; from here on a step is small. What a session costs falls as their number grows."""
STEP = 1.12
COARSE = 1.3
"""Where no goal hangs on the number."""
MOST = 600
LOAD_FULL = 0.95
"""Of a core; a load that needs so much falls behind itself."""


class Ladder:
    """Use once: ask for the next number, then tell what was measured with it."""

    def __init__(self, first: int, step: float = STEP) -> None:
        """`first` is a guess, well below what is held; what it costs tells how far the next step goes.

        `step`: how many times as many the next number is, near the limit.
        """
        self._next = first
        self._step = step
        self.steps: list[Step] = []

    def __iter__(self) -> Iterator[int]:
        while self._next <= MOST:
            yield self._next
            if not self.steps or self.steps[-1].sessions != self._next or not self.steps[-1].held:
                return
            self._next = self._after(self.steps[-1])

    def tell(self, step: Step) -> None:
        """What was measured with the number asked for last."""
        self.steps.append(step)

    @property
    def held(self) -> int:
        """The most sessions that were held."""
        return max((step.sessions for step in self.steps if step.held), default=0)

    @property
    def end(self) -> str:
        """Why there was no further step, for a table."""
        if not self.steps or self.steps[-1].held:
            return "more not tried"
        last = self.steps[-1]
        return f"{last.sessions} fail" + (", the load's core is full" if last.load_share > LOAD_FULL else "s")

    def _after(self, step: Step) -> int:
        near = NEAR * step.sessions / max(step.cpu_share, 0.01)
        return max(round(step.sessions * self._step) + 1, min(int(near), 4 * step.sessions))
