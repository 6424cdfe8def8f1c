"""What the model has written so far: checked as it comes, and held back while it may repeat an earlier card."""

from __future__ import annotations

from collections.abc import Callable

from wingman.suggest.card.answer_check import AnswerCheck, Rules
from wingman.suggest.card.answer_shapes import AnswerFault
from wingman.suggest.card.lifecycle import CardLife
from wingman.suggest.card.novelty import Novelty


class Draft:
    """One answer. `on_fault` is told once, as soon as the answer turns out not worth showing."""

    def __init__(
        self,
        life: CardLife,
        novelty: Novelty,
        on_show: Callable[[], None],
        on_fault: Callable[[AnswerFault], None],
    ) -> None:
        self._life = life
        self._novelty = novelty
        self._on_show = on_show
        self._on_fault = on_fault
        self.rules: Rules | None = None
        self.on_rules: Callable[[Rules], None] | None = None
        """Told the rules as well; for the draft that takes this one's answer over."""
        self._check = AnswerCheck()
        self._held = ""

    def hold_to(self, rules: Rules) -> None:
        """What this answer must keep to; known when its prompt is."""
        self.rules = rules
        self._check = AnswerCheck(rules)
        if self.on_rules is not None:
            self.on_rules(rules)

    @property
    def repeats(self) -> bool:
        """True when the answer says what one of the last cards said."""
        return self._novelty.repeats(self._check.text)

    def add(self, text: str) -> None:
        """More of the answer."""
        if self._check.fault is not None:
            return
        self._held += self._check.add(text)
        if self._check.fault is not None:
            self._on_fault(self._check.fault)
        elif self._held and not self._novelty.may_repeat(self._check.text):
            self._show()

    def finish(self) -> AnswerFault | None:
        """The answer is whole. Shows what was held back, unless it is at fault or repeats a card."""
        self._held += self._check.finish()
        if self._check.fault is None and (self._life.answered or not self.repeats):
            self._show()
        return self._check.fault

    def _show(self) -> None:
        held, self._held = self._held, ""
        if held and not self._life.ended:
            self._life.delta(held)
            self._on_show()
