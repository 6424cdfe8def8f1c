from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.suggest.support import said
from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.suggest.card.composer import BRIEF, CardComposer, Draw, NoSnippets
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.playbook import Card, Trigger, load_playbook
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


def test_a_card_names_who_spoke_as_the_user_does_or_in_a_plain_word() -> None:
    sales = load_playbook("sales")
    for language, speaker, names, shown in (
        ("en", "tab:2", {"tab:2": "Dana"}, "Dana"),
        ("en", "tab:2", {}, "the other person"),
        ("en-GB", "tab", {"tab:2": "Dana"}, "the other person"),
        ("de", "tab", {}, "Ihr Gegenüber"),
        ("nl", "", {}, "the other person"),
        ("fr", "mic", {}, "vous"),
        ("en", "mic", {"mic": "Kim"}, "Kim"),
    ):
        trigger = Trigger("own", phrases=("acme",), card=Card("{speaker}", "Ask {speaker} why."))
        composer = CardComposer(msgspec.structs.replace(sales, language=language), "", NoSnippets())
        composer.names.update(names)
        heard = said("we talked to acme", speaker=speaker)
        composer.hear(heard)
        draw = composer.draw(dataclasses.replace(about(heard, "cue"), trigger=trigger), ())
        assert draw is not None
        assert (draw.card.title, draw.card.text) == (shown, f"Ask {shown} why."), (language, speaker)


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


@pytest.mark.parametrize(
    ("playbook", "brief", "asked", "kind", "fact"),
    [
        (
            "discovery",
            "With Ola. price: 320 euros a crane.",
            "And what would that cost us?",
            "price",
            "320 euros",
        ),
        ("discovery", "Los datos están aquí.", "¿Dónde se guardan los datos?", "question", "están aquí"),
        ("support", "Délai : sous 48 heures.", "Quand est-ce que vous pouvez venir ?", "question", "48 heures"),
        ("hiring", "range: 34,000 pounds", "And the pay, what is it?", "question", "34,000"),
    ],
    ids=["price", "where", "when", "pay"],
)
def test_what_the_brief_states_by_name_answers_in_every_playbook(
    playbook: str, brief: str, asked: str, kind: str, fact: str
) -> None:
    language = "es" if asked.startswith("¿") else ""
    composer = CardComposer(load_playbook(playbook), brief, NoSnippets(), language)
    heard = said(asked)
    composer.hear(heard)
    assert composer.answered(heard)
    draw = drawn(composer, heard, kind)
    assert draw is not None
    assert fact in draw.card.text
    assert draw.source == BRIEF


@pytest.mark.parametrize(
    "asked",
    ["How long does it last at night?", "How long have you been doing this?", "Wie lange hält der Speicher?"],
    ids=["lasts", "experience", "lasts-de"],
)
def test_how_long_something_lasts_is_not_how_long_it_takes_to_come(asked: str) -> None:
    composer = CardComposer(load_playbook("sales"), "delivery: nine weeks from the order", NoSnippets())
    composer.hear(said(asked))
    assert not composer.answered(said(asked))
    draw = drawn(composer, said(asked), "question")
    assert draw is not None
    assert "nine weeks" not in draw.card.text


class Quoting(NoSnippets):
    """Notes that always have the same to say."""

    def search(self, text: str, before: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
        return (("facts.md › Battery", "The battery costs 5,200 euros extra."),)


def test_a_note_about_something_else_does_not_hide_the_price_asked_for() -> None:
    composer = CardComposer(load_playbook("sales"), "price: 14,900 euros with mounting", Quoting())
    draw = drawn(composer, said("So what does the whole system cost?"), "price")
    assert draw is not None
    assert "14,900" in draw.card.text
    draw = drawn(composer, said("And how much is the battery?"), "price")
    assert draw is not None
    assert "5,200" in draw.card.text


def test_a_trouble_they_told_comes_back_once_when_they_put_it_off() -> None:
    composer = CardComposer(load_playbook("sales"), "", NoSnippets())
    composer.hear(said("The mix-up in May cost us a whole pallet."))
    later = said("I would have to think about it.", 60.0)
    composer.hear(later)
    draw = drawn(composer, later, "stall")
    assert draw is not None
    assert "cost us a whole pallet" in draw.card.text
    composer.shown(draw)
    draw = drawn(composer, later, "stall")
    assert draw is not None
    assert "pallet" not in draw.card.text


def test_a_brief_without_capitals_is_more_than_one_sentence() -> None:
    brief = (
        "with Janine of Beech House. price: 3.20 pounds a bed. security: kept in London. swaps: only by phone"
    )
    composer = CardComposer(load_playbook("support"), brief, NoSnippets())
    heard = said("So how do the swaps go, can we do swaps by phone only?")
    composer.hear(heard)
    quoted = [text for _, text in composer.notes(about(heard))]
    assert all("3.20" not in text for text in quoted)


def test_a_price_of_the_brief_is_told_to_who_asks_for_it_alone() -> None:
    brief = "price: 11,400 pounds for the roof in Welsh slate"
    composer = CardComposer(load_playbook("sales"), brief, NoSnippets())
    draw = drawn(composer, said("And who pays if a slate comes off the roof in a storm?"))
    assert draw is not None
    assert "11,400" not in draw.card.text


def test_a_doubt_that_a_note_answers_gets_no_second_fact_beside_it(notes: Knowledge) -> None:
    for text, kind, again in (
        ("the price per user and month is too much", "objection", "and honestly I doubt it"),
        ("who else uses this at a price per user and month?", "question", "who else have you done this for?"),
    ):
        composer = CardComposer(load_playbook("sales"), "proof: Ashgrove, 31 % less", notes)
        draw = drawn(composer, said(text), kind)
        assert draw is not None
        assert "£3.10" in draw.card.text
        assert "Ashgrove" not in draw.card.text
        later = drawn(composer, said(again, 60.0), kind)
        assert later is not None
        assert "“Ashgrove" in later.card.text, "it is not used up"
