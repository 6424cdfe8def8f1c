"""Labelled conversations played through `rehearse`, by weights that have not seen their corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scripts.gate.conversations import Conversation
from scripts.gate.oracle import Oracle
from scripts.gate.scoring import Score, Shown, judge
from scripts.gate.thresholds import calibrate
from scripts.gate.training import Design, Encode, fit_rows, training_rows, unseen_corpora, usual_kinds
from wingman.config.suggest import SuggestSettings
from wingman.core.events import SuggestionCompleted, SuggestionCreated
from wingman.core.vocabulary import Verbosity
from wingman.llm.base import SuggestionModel
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.meeting.rehearsal import Cast, Rehearsed, Variant, distort, rehearse
from wingman.suggest.gate.probe import Flavour, Probe, load_probe
from wingman.suggest.playbook.playbook import load_playbook


@dataclass(frozen=True, slots=True)
class Stage:
    """How conversations are played."""

    encoder: SentenceEncoder | None = None
    variant: Variant = "clean"
    seed: int = 0
    verbosity: Verbosity = "balanced"
    oracle: Oracle | None = None
    model: SuggestionModel | None = None
    """The client that asks the oracle."""
    on_cards: Callable[[Conversation, Sequence[Shown]], None] | None = None
    """Told the cards of every conversation; for whoever reads them."""


async def play(one: Conversation, stage: Stage, probe: Callable[[Flavour], Probe] = load_probe) -> Score:
    """One conversation's score."""
    oracle = stage.oracle
    if oracle is not None:
        oracle.talk, oracle.asked = one, 0
    cast = Cast(
        load_playbook(one.playbook),
        SuggestSettings(verbosity=stage.verbosity),
        brief=one.brief,
        model=stage.model,
        encoder=stage.encoder,
        probes=probe,
    )
    events: list[Rehearsed] = []
    await rehearse(distort(one.scripted(), stage.variant, stage.seed), cast, events.append)
    cards = tuple(cards_of(events))
    if stage.on_cards is not None:
        stage.on_cards(one, cards)
    return judge(one, cards, events[-1].envelope.at, oracle.asked if oracle else 0)


def cards_of(events: Sequence[Rehearsed]) -> Iterator[Shown]:
    said = [(event.turn, event.envelope.data) for event in events]
    last = {data.id: data.text for _, data in said if isinstance(data, SuggestionCompleted)}
    for turn, card in said:
        if isinstance(card, SuggestionCreated) and turn is not None and (card.text or last.get(card.id)):
            yield Shown(turn, card.kind, last.get(card.id) or card.text)


FOLDS = 10
"""So many parts conversations are left out in, where they are left out one by one."""


class Unseen:
    """Weights and thresholds made without the conversations they are tried on."""

    def __init__(
        self, talks: Sequence[Conversation], flavour: Flavour, encode: Encode, *, by_conversation: bool = False
    ) -> None:
        """Left out with a conversation: its whole corpus, or a tenth of all conversations."""
        self._flavour = flavour
        self._names = sorted({talk.name for talk in talks})
        self._by_conversation = by_conversation
        self.design = Design(flavour, training_rows(talks, flavour, encode))
        self.judged = unseen_corpora(self.design)

    def part(self, talk: Conversation) -> str:
        """What is left out together with this conversation."""
        return str(self._names.index(talk.name) % FOLDS) if self._by_conversation else talk.corpus

    def probe(self, part: str) -> Callable[[Flavour], Probe]:
        """For the conversations of this part."""
        rows, judged = self.design.rows, self.judged
        if self._by_conversation:
            own = np.isin(rows.meeting, self._names[int(part) :: FOLDS])
            heads, verdict = fit_rows(self.design, np.flatnonzero(~own))
        else:
            own = rows.corpus == part
            heads, verdict = judged.weights[part]
        made = calibrate(rows, judged.heads, judged.scores, left_out=own)
        kinds = usual_kinds(rows, np.flatnonzero(~own))
        probe = Probe(self._flavour, heads, verdict, made.usual, made.thresholds, usual_kinds=kinds)
        return lambda flavour: probe if flavour == self._flavour else load_probe(flavour)
