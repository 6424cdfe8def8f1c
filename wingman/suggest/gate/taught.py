"""What the user's feedback has taught: how high the bar is for each kind of card. Pure, bounded, local."""

from __future__ import annotations

from collections.abc import Mapping

STEPS = {"used": -0.3, "copied": -0.2, "pinned": -0.2, "dismissed": 0.25, "wrong": 0.6}
"""Log odds that one word of feedback adds to a kind's bar."""
MOST = 1.5
"""No kind's bar moves further, either way: a habit may make cards rare, never impossible."""
COUNTS = 0.3
"""A kind with at least this share takes part in a moment."""


class Taught:
    """Bars by kind: 0 is as trained, higher asks for more evidence."""

    def __init__(self, bars: Mapping[str, float] | None = None) -> None:
        """`bars` as `bars` gave them; values out of bounds are brought back into them."""
        self._bars = {kind: _bounded(bar) for kind, bar in (bars or {}).items()}

    @property
    def bars(self) -> dict[str, float]:
        """Kind → its bar, without those at 0; to be shown, kept and given back."""
        return {kind: round(bar, 2) for kind, bar in sorted(self._bars.items()) if bar}

    def learn(self, kind: str, feedback: str) -> None:
        """One word of feedback on a card of this kind; words that judge nothing change nothing."""
        step = STEPS.get(feedback, 0.0)
        if step:
            self._bars[kind] = _bounded(self._bars.get(kind, 0.0) + step)

    def forget(self) -> None:
        """As trained again."""
        self._bars.clear()

    def bar(self, kinds: Mapping[str, float]) -> float:
        """What is added to the bar of a moment with these kinds: the mildest of those that take part."""
        if not self._bars:
            return 0.0
        part = [kind for kind, share in kinds.items() if share >= COUNTS]
        part = part or [max(kinds, key=lambda kind: kinds[kind])] if kinds else part
        return min((self._bars.get(kind, 0.0) for kind in part), default=0.0)


def _bounded(bar: float) -> float:
    return max(-MOST, min(MOST, bar))
