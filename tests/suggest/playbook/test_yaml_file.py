"""A YAML file of ours: read whole, or refused with file, line, field and what to do about it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.suggest.playbook.yaml_file import (
    DEEPEST,
    MOST_CHARACTERS,
    MOST_NODES,
    mistake,
    parse,
    phrase_mistakes,
    template_mistakes,
)


class Item(msgspec.Struct, forbid_unknown_fields=True):
    word: str
    weight: int = 0


class Box(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    items: list[Item] = []


GOOD = "name: one\nitems:\n  - word: a\n    weight: 2\n  - word: b\n"


def test_a_file_is_read_with_the_line_of_every_field() -> None:
    box, lines = parse(GOOD, "box.yaml", Box, "box")
    assert box == Box("one", [Item("a", 2), Item("b")])
    assert (lines["$.name"], lines["$.items[0].weight"], lines["$.items[1].word"]) == (1, 4, 5)


@each(
    ("text", "sentence"),
    [
        (GOOD + "colour: red\n", "box.yaml, line 6: `colour` is not a field of a box"),
        (GOOD + "    heavy: 1\n", r"line 6: `items\[1\].heavy` is not a field of a box"),
        (GOOD + "    weight: much\n", r"line 6: `items\[1\].weight` is wrong: write a whole number"),
        ("items: []\n", "line 1: `the file` lacks the field `name`; add it"),
        ("name: a\nitems:\n  - weight: 1\n", r"line 3: `items\[0\]` lacks the field `word`"),
        ("name: [\n", "is not valid YAML"),
        ("name: a\n\tb: c\n", "line 2 is not valid YAML"),
        ("name: !!python/object:os.system x\n", "uses the tag `!!python/object:os.system`"),
        ("items: !!set {a, b}\n", "uses the tag `!!set`; write plain values and lists"),
        ("a: &x 1\nb: *x\n", "uses an alias"),
        ("", "must hold fields"),
        ("- a\n- b\n", "must hold fields"),
        ("just words", "must hold fields"),
    ],
)
def test_a_mistake_is_one_sentence_that_says_where(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse(text, "box.yaml", Box, "box")


@pytest.mark.parametrize(
    "text",
    [
        "name: " + "x" * MOST_CHARACTERS,
        "name: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        "name: [" + "1," * MOST_NODES + "]",
    ],
    ids=["long", "deep", "many"],
)
def test_what_would_cost_too_much_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"shorten it|simplify it"):
        parse(text, "box.yaml", Box, "box")


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#?,\n \t\x00\ufeff", max_size=60))
def test_no_text_is_another_exception(text: str) -> None:
    try:
        told = parse(text, "box.yaml", Box, "box")[0].name
    except InputError as refused:
        told = str(refused)
    assert told in text or told.startswith("box.yaml")


def test_a_mistake_within_a_field_that_is_missing_names_the_nearest_line() -> None:
    _, lines = parse(GOOD, "box.yaml", Box, "box")
    assert "line 5: `items[1].colour.shade` is odd" in str(
        mistake("box.yaml", lines, "$.items[1].colour.shade", "is odd")
    )
    assert "line 1: `else` is odd" in str(mistake("box.yaml", lines, "$.else", "is odd"))


@each(
    ("text", "names", "found"),
    [
        ("Costs {price}.", frozenset({"price"}), ""),
        ("Costs {{price}}.", frozenset(), ""),
        ("Costs {anything}.", None, ""),
        ("Costs {prize}.", frozenset({"price"}), "unknown variable `{prize}`"),
        ("Costs {}.", None, "unknown variable"),
        ("Costs {price.real}.", None, "unknown variable"),
        ("Costs {price!r}.", None, "take out what follows"),
        ("Costs {price:>9}.", None, "take out what follows"),
        ("Costs {price", None, "loose brace"),
        ("Costs }", None, "loose brace"),
        (" \n", None, "is empty"),
    ],
)
def test_a_template_may_hold_plain_names_alone(text: str, names: Any, found: str) -> None:
    told = [sentence for where, sentence in template_mistakes(text, "$.text", names) if where == "$.text"]
    assert found in "".join(told)
    assert bool(told) == bool(found)


def test_a_phrase_must_hold_words() -> None:
    assert list(phrase_mistakes("other * vendor", "$.p")) == []
    [(where, sentence)] = phrase_mistakes("  ", "$.p")
    assert where == "$.p"
    assert sentence.endswith("write plain words")
