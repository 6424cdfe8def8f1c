from __future__ import annotations

from pathlib import Path

import pytest

from tests.suggest.support import said
from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.suggest.card.composer import BRIEF, CardComposer, Draw, NoSnippets
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import Signal

NOTES = "# Prices\n| Term | Price |\n|---|---|\n| Per user a month | £3.10 |\n| Set-up, once | £450 |\n"


def about(utterance: Utterance, kind: str = "question") -> Candidate:
    return Candidate(kind, Reason.QUESTION, 64, utterance.end, utterance.id, utterance.text, utterance.speaker)


@pytest.fixture
def notes(tmp_path: Path) -> Knowledge:
    (tmp_path / "prices.md").write_text(NOTES)
    (tmp_path / "data.md").write_text("# Data\nAll data is kept in London.\n")
    return Knowledge(tmp_path)


def drawn(composer: CardComposer, utterance: Utterance, kind: str = "question") -> Draw | None:
    composer.hear(utterance)
    candidate = about(utterance, kind)
    draw = composer.draw(candidate, composer.notes(candidate))
    if draw is not None:
        composer.shown(draw)
    return draw


def test_a_question_that_a_note_answers_gets_the_note_alone(notes: Knowledge) -> None:
    draw = drawn(CardComposer(load_playbook("sales"), "", notes), said("what does it cost per user and month?"))
    assert draw is not None
    assert draw.source == "prices.md › Prices"
    assert draw.card.text.startswith("Per user a month: £3.10")
    assert "\n" not in draw.card.text


def test_a_doubt_gets_the_note_and_a_move(notes: Knowledge) -> None:
    composer = CardComposer(load_playbook("sales"), "", notes)
    draw = drawn(composer, said("the price per user and month is too much"), "objection")
    assert draw is not None
    note, move = draw.card.text.split("\n")
    assert "£3.10" in note
    assert draw.choice is not None
    assert move == draw.choice.card.text


def test_who_asks_on_gets_the_statement_and_then_no_note_again(notes: Knowledge) -> None:
    composer = CardComposer(load_playbook("sales"), "", notes)
    first = drawn(composer, said("what does it cost per user and month?", 0))
    second = drawn(composer, said("what does it cost per user and month?", 30))
    third = drawn(composer, said("what does it cost per user and month?", 60))
    assert first is not None
    assert second is not None
    assert third is not None
    assert second.source == "prices.md › Prices"
    assert second.card.text in first.card.text
    assert second.card.text != first.card.text
    assert third.source == "playbook sales"


def test_the_brief_speaks_when_it_says_what_may_be_done() -> None:
    brief = "Billing agent. I can remove add-ons and credit the next bill. The caller is in Leeds."
    composer = CardComposer(load_playbook("support"), brief, NoSnippets())
    draw = drawn(composer, said("so will you credit these add-ons on my bill?"))
    assert draw is not None
    assert draw.source == BRIEF
    assert draw.card.text.startswith("Your brief: I can remove add-ons and credit the next bill.")


def test_with_care_called_for_no_note_and_no_other_move_is_shown(notes: Knowledge) -> None:
    composer = CardComposer(load_playbook("sales"), "", notes)
    shown = [
        drawn(composer, said("my husband passed away, what does it cost per user?", n * 30.0)) for n in range(5)
    ]
    texts = [draw.card.text for draw in shown if draw is not None]
    assert 1 <= len(texts) < 5
    assert not any("£" in text for text in texts)
    assert all(draw.kind == "emotion" for draw in shown if draw is not None)


def test_the_card_follows_the_language_heard_and_the_answer_the_users() -> None:
    composer = CardComposer(load_playbook("sales"), "", NoSnippets())
    assert composer.language == "en"
    draw = drawn(composer, said("und was würde das im Monat für uns alle zusammen kosten?"), "price")
    assert draw is not None
    assert draw.card.title == "Geld"
    assert composer.answer_language == "de"
    composer.hear(said("well then let me answer that in English for you", 40, channel=Channel.MIC))
    assert composer.answer_language == "en"


def test_two_turns_before_the_moment_are_its_context() -> None:
    composer = CardComposer(load_playbook("sales"), "", NoSnippets())
    for number in range(4):
        composer.hear(said(f"turn number {number}", number * 5.0))
    last = said("and how much is that?", 30)
    composer.hear(last)
    assert composer.before(about(last)) == ("turn number 2", "turn number 3")


def test_the_same_need_for_care_gets_no_second_card_at_once() -> None:
    composer = CardComposer(load_playbook("support"), "", NoSnippets())
    words = (
        "I have this chest pain",
        "and the chest pain is here on the left",
        "a drop of sweat",
        "it was hot",
    )
    first, second, *_ = (drawn(composer, said(text, n * 5.0)) for n, text in enumerate(words))
    assert first is not None
    assert first.care is Signal.DANGER
    assert second is None


def test_somebody_in_trouble_is_not_answered_with_the_brief() -> None:
    brief = "Man of 29 who can walk, tired and aching for 6 weeks, no fever."
    composer = CardComposer(load_playbook("custom"), brief, NoSnippets())
    draw = drawn(composer, said("I have been tired and aching all over for six weeks and cannot work"), "pain")
    assert draw is None or draw.source != BRIEF


def test_a_question_that_the_notes_answer_is_known_as_such(tmp_path: Path) -> None:
    (tmp_path / "faq.md").write_text(
        "# Parking\nBehind the building, free for guests.\n\n# Dogs\nNot in the hall.\n"
    )
    with Knowledge(tmp_path) as knowledge:
        composer = CardComposer(load_playbook("support"), "", knowledge)
        assert composer.answered(said("Is there parking for guests?", 1))
        assert not composer.answered(said("The parking was full again.", 2))
        assert not composer.answered(said("Is there a swimming pool?", 3))
        assert not composer.answered(said("Is there parking for guests?", 4, channel=Channel.MIC))


def test_a_fact_of_the_brief_is_said_once() -> None:
    composer = CardComposer(load_playbook("sales"), "price: 40 dollars a user", NoSnippets())
    draw = drawn(composer, said("so how much does it cost?"), "price")
    assert draw is not None
    assert (draw.source, draw.card.text.count("40 dollars")) == (BRIEF, 1)
