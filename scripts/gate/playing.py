"""Labelled conversations played through `rehearse`, by weights that have not seen their corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scripts.gate.conversations import Conversation
from scripts.gate.oracle import Oracle
from scripts.gate.scoring import Score, Shown, judge
from scripts.gate.training import Design, Encode, fit_rows, training_rows
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
    return judge(one, _cards(events), events[-1].envelope.at, oracle.asked if oracle else 0)


def _cards(events: Sequence[Rehearsed]) -> Iterator[Shown]:
    said = [(event.turn, event.envelope.data) for event in events]
    last = {data.id: data.text for _, data in said if isinstance(data, SuggestionCompleted)}
    for turn, card in said:
        if isinstance(card, SuggestionCreated) and turn is not None and (card.text or last.get(card.id)):
            yield Shown(turn, card.kind, last.get(card.id) or card.text)


class Unseen:
    """Weights per corpus, made from all the other corpora; the thresholds are those that were shipped."""

    def __init__(self, talks: Sequence[Conversation], flavour: Flavour, encode: Encode) -> None:
        self._flavour = flavour
        self._design = Design(flavour, training_rows(talks, flavour, encode))

    def probe(self, corpus: str) -> Callable[[Flavour], Probe]:
        """For conversations of this corpus."""
        at = np.flatnonzero(self._design.rows.corpus != corpus)
        heads, verdict = fit_rows(self._design, at)
        made = replace(load_probe(self._flavour), heads=heads, verdict=verdict)
        return lambda flavour: made if flavour == self._flavour else load_probe(flavour)
