"""A model's answer to words that are not final yet: kept until they are, then handed to the card they start."""

from __future__ import annotations

from collections.abc import Callable

from wingman.core.errors import ProviderFault
from wingman.suggest.card.draft import Draft
from wingman.suggest.gate.decisions import Candidate
from wingman.suggest.playbook.signals import normalise


class SpeculativeAnswer:
    """One request. `add` and `finish` are the writer's; nothing of it shows before `hand_over`."""

    def __init__(self, candidate: Candidate, draft: Draft) -> None:
        """`draft` holds what the answer must keep to."""
        self.draft = draft
        self._candidate = candidate
        self._pieces: list[str] = []
        self._add: Callable[[str], None] = self._pieces.append
        self._over: list[ProviderFault | None] = []
        self._finish: Callable[[ProviderFault | None], None] = self._over.append

    def add(self, text: str) -> None:
        """More of the answer."""
        self._add(text)

    def finish(self, fault: ProviderFault | None) -> None:
        """The answer is whole, or failed."""
        self._finish(fault)

    def fits(self, candidate: Candidate) -> bool:
        """True when the same words, now final, start the same card."""
        mine = self._candidate
        return mine.trigger == candidate.trigger and normalise(mine.text) == normalise(candidate.text)

    def hand_over(self, add: Callable[[str], None], finish: Callable[[ProviderFault | None], None]) -> None:
        """Give what there is, and from now on what comes."""
        pieces, over = self._pieces, self._over
        self._add, self._finish = add, finish
        for piece in pieces:
            add(piece)
        for fault in over:
            finish(fault)
