"""A fact of a brief that answers a question in other words: by the topic both are of, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from tests.suggest.support import said
from tests.support.each import each
from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.suggest.card.asked_facts import Floats, Topics, answering, shipped, stored
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.composer import BRIEF, CardComposer, Draw, NoSnippets
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import Signal

WAIT, HEAT, REST = np.eye(3, dtype=np.float32)
"""What a text is about: delivery, a battery, or neither."""
SHARP = np.array([[20.0, 0.0], [0.0, 20.0], [0.0, 0.0], [-10.0, -10.0]], np.float32)
TOPICS = Topics(SHARP, SHARP)


@each(
    ("question", "facts", "answers"),
    [
        (WAIT, (WAIT, HEAT), 0),
        (HEAT, (WAIT, HEAT), 1),
        (HEAT, (WAIT, REST), None),
        (REST, (WAIT, HEAT), None),
        (WAIT, (WAIT, WAIT), None),
        (WAIT, (REST,), None),
        (WAIT, (WAIT,), 0),
        (WAIT, (), None),
    ],
)
def test_a_fact_answers_what_asks_for_its_topic_and_is_the_only_one(
    question: Floats, facts: tuple[Floats, ...], answers: int | None
) -> None:
    assert answering(question, facts, TOPICS) == answers


def test_what_was_learned_is_kept_as_bytes() -> None:
    kept = stored(TOPICS)
    whole = np.asarray(kept["asked"], np.float32) * np.asarray(kept["asked_scale"], np.float32)
    assert kept["asked"].dtype == np.int8
    assert np.allclose(whole, TOPICS.asked, atol=0.1)
    assert shipped().asked.shape == shipped().told.shape
    assert answering(_purest(shipped().asked, 0), [_purest(shipped().told, at) for at in range(3)]) == 0


def _purest(weights: Floats, topic: int) -> Floats:
    """A vector that is of one topic, as the shipped weights see it."""
    way = weights[:-1, topic] - weights[:-1].mean(1)
    return np.asarray(way / np.linalg.norm(way), np.float32)


class Known(CardMeanings):
    """Knows what the sentences of a brief mean, in their order."""

    def of(self, text: str) -> Floats | None:
        return _purest(shipped().told, 0) if text.startswith("Part") else _purest(shipped().told, 9)


BRIEFED = "Part time possible from 28 hours. Start 1 March. Never go over 58,000."


def asked(composer: CardComposer, heard: Utterance, topic: int) -> Draw | None:
    composer.hear(heard, _purest(shipped().asked, topic))
    candidate = Candidate("question", Reason.QUESTION, 64, heard.end, heard.id, heard.text, heard.speaker)
    return composer.draw(candidate, composer.notes(candidate))


def test_who_asks_in_other_words_gets_the_fact_alone_and_it_is_a_reason_to_speak_once() -> None:
    composer = CardComposer(load_playbook("hiring"), BRIEFED, NoSnippets(), meanings=Known())
    heard = said("Can I go down to 30 hours?")
    draw = asked(composer, heard, 0)
    assert draw is not None
    assert (draw.source, draw.card.text) == (BRIEF, "Your brief: Part time possible from 28 hours.")
    assert composer.answered(heard)
    composer.shown(draw)
    assert not composer.answered(heard)


@pytest.mark.parametrize(
    ("text", "topic", "channel"),
    [
        ("How long does the battery last?", 50, Channel.TAB),
        ("Well, thirty hours would do for me.", 0, Channel.TAB),
        ("Can I go down to 30 hours?", 0, Channel.MIC),
    ],
    ids=["another topic", "no question", "the user"],
)
def test_who_asks_for_something_else_or_does_not_ask_gets_none(text: str, topic: int, channel: Channel) -> None:
    composer = CardComposer(load_playbook("hiring"), BRIEFED, NoSnippets(), meanings=Known())
    heard = said(text, channel=channel)
    draw = asked(composer, heard, topic)
    assert draw is None or "28 hours" not in draw.card.text
    assert not composer.answered(heard)


@pytest.mark.parametrize(
    ("brief", "told"),
    [
        (BRIEFED, ["Part time possible from 28 hours.", "Start 1 March."]),
        (
            "Deposit 600. Internal: the owner would take 500. He needs the money. Parking: free.",
            ["Deposit 600.", "Parking: free."],
        ),
        ("Do not tell them:\n- two tenants left\n- damp in May\nPets: one cat.", ["Pets: one cat."]),
        ("Kaution 600 Euro. Bitte nichts vom Vormieter sagen. Unsere Marge ist klein.", ["Kaution 600 Euro."]),
        ("Caution 600 euros. On peut descendre à 500. Ne dites rien du voisin.", ["Caution 600 euros."]),
        ("Fianza 600 euros. Como mucho bajamos a 500. No mencionar la humedad.", ["Fianza 600 euros."]),
        ("Caução 600 euros. Podemos baixar para 500. Não falar da humidade.", ["Caução 600 euros."]),
    ],
    ids=["limit", "internal", "heading", "de", "fr", "es", "pt"],
)
def test_what_is_for_the_user_alone_is_no_fact_and_on_no_card(brief: str, told: list[str]) -> None:
    wanted: list[str] = []

    class Wanted(CardMeanings):
        def want(self, texts: Iterable[str]) -> None:
            wanted.extend(texts)

    CardComposer(load_playbook("hiring"), brief, NoSnippets(), meanings=Wanted())
    assert wanted == told


def test_a_fact_that_answers_is_told_though_the_question_means_some_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How much one keeps of a deposit lies near to how much one would take at least."""
    monkeypatch.setattr("wingman.suggest.card.composer.needs", lambda _: frozenset({Signal.LIMIT}))
    composer = CardComposer(load_playbook("hiring"), BRIEFED, NoSnippets(), meanings=Known())
    draw = asked(composer, said("Can I go down to 30 hours?"), 0)
    assert draw is not None
    assert "28 hours" in draw.card.text


def test_a_quotation_is_told_to_be_one_in_the_language_of_the_talk() -> None:
    composer = CardComposer(load_playbook("hiring"), BRIEFED, NoSnippets(), "de", meanings=Known())
    draw = asked(composer, said("Kann ich auch auf 30 Stunden heruntergehen?"), 0)
    assert draw is not None
    assert draw.card.text.startswith("Ihre Notiz: ")
