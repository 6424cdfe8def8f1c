"""How much looking a text is worth: what nobody says or types is not read to its end."""

from __future__ import annotations

STEPS = 8000
"""Of a microsecond or two each. No prompt comes near: a word that is no number costs none, a card thirty."""
CHARACTERS_A_STEP = 10
"""Where that allows more: a very long text of ordinary density."""


class TooDenseError(Exception):
    """Numbers, letters and words that announce them without end: a dump, and no talk."""


class Effort:
    """What is left of the looking."""

    __slots__ = ("_left",)

    def __init__(self, characters: int) -> None:
        self._left = max(STEPS, characters // CHARACTERS_A_STEP)

    def spend(self, steps: int) -> None:
        """So many steps more. Raises `TooDenseError`."""
        self._left -= steps
        if self._left < 0:
            raise TooDenseError
