"""What the model has written so far, held back only while it may still turn out not worth showing."""

from __future__ import annotations

from collections.abc import Callable

from wingman.suggest.card.lifecycle import CardLife
from wingman.suggest.card.novelty import Novelty
from wingman.suggest.card.prompt import PASS


class Draft:
    """One answer. Text that begins like an earlier card, or like a pass, waits; other text does not."""

    def __init__(self, life: CardLife, novelty: Novelty, on_show: Callable[[], None], secret: str = "") -> None:
        self._life = life
        self._novelty = novelty
        self._secret = secret
        self._on_show = on_show
        self._text = ""
        self._held = ""

    @property
    def passes(self) -> bool:
        """True when the model said that it has nothing to add."""
        return self._text.strip(" .\n\"'*").upper() == PASS

    @property
    def leaks(self) -> bool:
        """True when the answer holds the prompt's secret token: somebody talked the model into its own text."""
        return bool(self._secret) and self._secret in self._text

    @property
    def repeats(self) -> bool:
        """True when the answer says what one of the last three cards said."""
        return self._novelty.repeats(self._text)

    def add(self, text: str) -> None:
        """More of the answer."""
        self._text += text
        self._held += text
        if self.leaks:
            return
        start = self._text.strip()
        if not start or PASS.startswith(start[: len(PASS)].upper()) or self._novelty.may_repeat(start):
            return
        self.show()

    def show(self) -> None:
        """Hand over what was held back."""
        held, self._held = self._held, ""
        if held and not self._life.ended and not self.leaks:
            self._life.delta(held)
            self._on_show()

    def cut(self) -> None:
        """The answer ran into its length limit: end it with its last whole sentence, if it has one."""
        end = max(self._life.text.rfind(mark) for mark in ".!?")
        if self._life.answered and end > 0:
            self._life.text = self._life.text[: end + 1]
