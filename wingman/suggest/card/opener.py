"""What a card begins with: a phrase of the playbook, a note, the model alone, or nothing at all."""

from __future__ import annotations

from wingman.core.errors import InputError
from wingman.core.vocabulary import action_title
from wingman.suggest.card import without_model
from wingman.suggest.card.active_card import Opening
from wingman.suggest.card.composer import CardComposer, Draw, Snippet
from wingman.suggest.card.lifecycle import Clock
from wingman.suggest.card.presenter import CardPresenter
from wingman.suggest.card.prompt_maker import PromptMaker
from wingman.suggest.card.writer import CardWriter
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip
from wingman.suggest.playbook.playbook import Card

DRAWS = 3
"""So many cards are considered for one reason when the first says what was said already."""


class CardOpener:
    """One per meeting, between the gate's decisions and the cards on screen."""

    def __init__(
        self,
        composer: CardComposer,
        prompts: PromptMaker,
        cards: CardPresenter,
        writer: CardWriter | None,
        clock: Clock,
        ttl_s: float,
    ) -> None:
        """`ttl_s`: how long a card is of use."""
        self._composer = composer
        self._prompts = prompts
        self._cards = cards
        self._writer = writer
        self._clock = clock
        self._ttl_s = ttl_s

    def act_on(self, decisions: tuple[Decision, ...], heard_at: float) -> None:
        """Show what the gate decided, or say why nothing shows."""
        for decision in decisions:
            if isinstance(decision, Skip):
                self._cards.skip(decision.reason, decision.utterance, decision.detail)
            else:
                self._speak(decision.candidate, heard_at)

    def request(self, candidate: Candidate) -> str:
        """An explicit request, answered by the notes, else by the model, else by what was said. The card's id.

        Raises `InputError` when there is nothing that could answer.
        """
        notes = self._composer.notes(candidate)
        if notes:
            card, source = Card(title=action_title(candidate.kind), text=notes[0][1]), notes[0][0]
        elif self._cards.ready:
            return self._start(candidate, None, notes, self._clock())
        else:
            card, source = self._unaided(candidate.kind)
        return self._start(candidate, Draw(card, source, candidate.kind), notes, self._clock())

    def _unaided(self, action: str) -> tuple[Card, str]:
        """What can be answered without a model. Raises `InputError` that says why the rest cannot."""
        said = self._prompts.said
        if action == "recap" and (card := without_model.recap(said)) is not None:
            return card, "as it was said"
        if action == "say" and (found := without_model.occasion(said, self._composer.playbook)) is not None:
            draw = self._composer.draw(found, self._composer.notes(found))
            if draw is not None:
                return draw.card, draw.source
        if action == "recap":
            raise InputError("Nothing was said yet that could be summed up.", field="action", status=409)
        raise InputError(_why_not(action, self._writer), field="action", status=409)

    def _speak(self, candidate: Candidate, heard_at: float) -> None:
        """The best trigger to which something new can be said, else the model alone, else silence."""
        notes = self._composer.notes(candidate)
        if candidate.unsure:
            self._let_model_decide(candidate, notes, heard_at)
            return
        for reason in (candidate, *candidate.others):
            draw = self._news(reason, notes)
            if draw is not None:
                self._start(reason, draw, notes, heard_at)
                return
        if self._cards.asks(candidate) and not self._composer.cares(candidate):
            self._start(candidate, None, notes, heard_at)
            return
        said = any(self._composer.spent(reason) for reason in (candidate, *candidate.others))
        self._cards.skip(Reason.DUPLICATE if said else Reason.NOTHING, candidate.utterance, candidate.kind)

    def _news(self, reason: Candidate, notes: tuple[Snippet, ...]) -> Draw | None:
        """The best card for this reason that none of the last ones said already, in whatever words."""
        for _ in range(DRAWS):
            draw = self._composer.draw(reason, notes)
            if draw is None or not self._cards.novelty.repeats(draw.card.text):
                return draw
            self._composer.pass_over(draw)
        return None

    def _let_model_decide(self, candidate: Candidate, notes: tuple[Snippet, ...], heard_at: float) -> None:
        """Ask whether this moment wants a card. Nothing shows until the model begins to give one."""
        if not self._cards.ready:
            self._cards.skip(Reason.UNLIKELY, candidate.utterance, candidate.kind)
            return
        self._start(candidate, None, notes, heard_at)

    def _start(
        self, candidate: Candidate, draw: Draw | None, notes: tuple[Snippet, ...], heard_at: float
    ) -> str:
        opening = Opening(candidate, draw, notes, self._prompts.media(candidate.utterance), heard_at)
        return self._cards.start(opening, self._ttl_s)


def _why_not(action: str, writer: CardWriter | None) -> str:
    """Why nothing can be answered now, for whoever pressed the button."""
    if writer is None:
        need = {
            "say": "The playbook has nothing for what was said last, and no language model is connected.",
            "ask": "Nothing in your notes answers this, and no language model is connected.",
        }
        return need.get(action, "This needs a language model, and none is connected.")
    if writer.paused:
        return "The meeting is paused: nothing is sent to the language model. Resume it to ask."
    if not writer.allowed:
        return "The meeting’s budget is used up, so the language model is not asked any more."
    return "The language model cannot be asked at the moment. Try again in a little while."
