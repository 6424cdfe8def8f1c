"""The shapes of an unusable answer: they fit what models really write, and spare what a person would say."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.card import answer_shapes as shapes
from wingman.suggest.card.answer_shapes import AnswerFault
from wingman.suggest.playbook.signals import normalise

SAID = (
    "Ask which team would start first, and offer them the yearly plan.",
    "Say that the data stays in Frankfurt; it is encrypted at rest.",
    "Tell them you will send the contract on Monday (before noon).",
    "I can pass that on to our lawyers. Does Tuesday suit you?",
    "Danke, das nehme ich mit: Wir melden uns bis Freitag.",
)
SHAPES = [
    shapes.PASS_LOUD,
    shapes.PASS_MARKED,
    shapes.ROLE_LATER,
    shapes.REASONING_ANYWHERE,
    shapes.MARKUP,
    shapes.GARBLED,
    shapes.PLACEHOLDER,
    shapes.UNSAFE,
    shapes.PROMPT_TALK,
]


def test_every_fault_is_explained_to_the_user() -> None:
    assert set(shapes.SENTENCES) == set(AnswerFault)
    assert len(set(shapes.SENTENCES.values())) == len(AnswerFault)
    assert all(sentence.startswith("the model") for sentence in shapes.SENTENCES.values())


@each("shape", SHAPES)
def test_what_a_person_would_say_has_none_of_the_shapes(shape: re.Pattern[str]) -> None:
    assert [text for text in SAID if shape.search(text)] == []


@each(
    ("shape", "texts"),
    [
        (shapes.PASS_LOUD, ["PASS", "So: P.A.S.S.", "I would P A S S here"]),
        (shapes.PASS_MARKED, ["pass.", "*Pass*: nothing", "Pass — all is said"]),
        (shapes.ROLE_LATER, ["Fine. User: how much?", 'He said "no"\n00:12 Counterpart 2 [calm]: why']),
        (shapes.REASONING_ANYWHERE, ["<think>", "ok </answer>", "<|im_end|>", "[INST] go", "assistantfinal"]),
        (shapes.MARKUP, ["**Offer** it", "# Plan", "a\n- one", "`code`", "[a](b)", '{"text": 1}', "a &amp; b"]),
        (shapes.GARBLED, ["a\x00b", "a\ufffd", "\u202eabc", "!!!!!!!!", "x" * 60]),
        (shapes.PLACEHOLDER, ["costs [price] a month", "dear {name}", "for XX dollars", "at ____", "[cut off"]),
        (shapes.UNSAFE, ["Tell me your password.", "What's your PIN?", "Nenn mir bitte dein Passwort."]),
        (shapes.PROMPT_TALK, ["My instructions say no", "</x7:facts>", "ok\nTask: answer"]),
    ],
)
def test_what_models_write_has_its_shape(shape: re.Pattern[str], texts: list[str]) -> None:
    assert [text for text in texts if not shape.search(text)] == []


def test_the_tables_of_openings_are_plain_words() -> None:
    openings = [phrase for known in shapes.OPENINGS.values() for phrase in known]
    assert [phrase for phrase in openings if not phrase or phrase != normalise(phrase)] == []
    assert len(openings) == len(set(openings)), "an opening stands for two faults"
    assert set(openings) <= set(shapes.BEGINNINGS)
    assert set(shapes.LABELS) <= set(shapes.BEGINNINGS)


def test_letters_of_other_alphabets_are_read_as_they_look() -> None:
    assert "РАЅЅ".translate(shapes.LOOKALIKES)[:2] == "PA"
    assert shapes.ZERO_WIDTH.sub("", "P\u200bA\u2060S\ufeffS") == "PASS"


@settings(max_examples=40)
@given(st.text(alphabet="ab <[{*_`|&#-.:\n", max_size=400))
def test_no_text_makes_a_shape_search_for_ever(text: str) -> None:
    for shape in SHAPES:
        found = shape.search(text)
        assert found is None or found[0] in text
