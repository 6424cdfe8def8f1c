from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.suggest.card.choice import Moment, MoveChooser
from wingman.suggest.playbook.playbook import (
    Card,
    Playbook,
    filled,
    list_playbooks,
    load_playbook,
    parse_playbook,
)

GOOD = """\
name: mine
title: Mine
persona: A tester.
variables:
  product: Widget
triggers:
  - name: price
    signals: [price]
    card:
      title: Price of {product}
      text: 'They said: {quote}'
"""


@pytest.mark.parametrize("name", ["sales", "support", "discovery", "one-to-one", "hiring", "custom"])
def test_the_shipped_playbooks_are_valid(name: str) -> None:
    playbook = load_playbook(name)
    assert playbook.name == name
    assert playbook.triggers
    for trigger in playbook.triggers:
        if trigger.card is not None:
            assert filled(trigger.card, {**playbook.variables, "quote": "words", "speaker": "tab"}).text


def test_playbooks_for_work_and_interviews_refuse_voice_emotion() -> None:
    refused = {p.name: p.voice_emotion_reason for p in list_playbooks() if p.voice_emotion == "refuse"}
    assert set(refused) == {"discovery", "one-to-one", "hiring"}
    assert all("Art. 5(1)(f)" in reason for reason in refused.values())


def test_a_playbook_can_be_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert load_playbook(str(path)).title == "Mine"


def test_a_card_is_filled_in_with_its_variables() -> None:
    playbook = parse_playbook(GOOD, "mine.yaml")
    card = playbook.triggers[0].card
    assert card is not None
    values = {**playbook.variables, "quote": "too much"}
    assert filled(card, values) == Card(title="Price of Widget", text="They said: too much")


@each(
    ("change", "sentence"),
    [
        (("signals: [price]", "signals: [prize]"), "line 8: `triggers[0].signals[0]` is wrong"),
        (("persona: A tester.", "personna: A tester."), "line 3: `personna` is not a field"),
        (("title: Mine\n", ""), "line 1: `the file` lacks the field `title`; add it"),
        (("{product}", "{produkt}"), "line 10: `triggers[0].card.title` uses the unknown variable `{produkt}`"),
        (("{quote}", "{quote"), "line 11: `triggers[0].card.text` has a loose brace"),
        (("{quote}", "{quote.__class__}"), "unknown variable `{quote.__class__}`"),
        (("    signals: [price]\n", ""), "line 7: `triggers[0]` never fires"),
        (("signals: [price]", "phrases: ['!?']"), "line 8: `triggers[0].phrases[0]` holds no word"),
        (
            ("signals: [price]", "signals: [price]\n    priority: 500"),
            "line 9: `triggers[0].priority` must be 0",
        ),
        (("signals: [price]", "signals: [price]\n    max: -1"), "`triggers[0].max` must be 0 or more"),
        (
            ("signals: [price]", f"signals: [price]\n    kind: {61 * 'x'}"),
            "`triggers[0].kind` is longer than 60 characters",
        ),
        (("name: mine", "name: My Own"), "line 1: `name` must be at most 100 lower-case letters"),
        (("title: Mine", "title: Mine\nvoice_emotion: refuse"), "without `voice_emotion_reason`"),
        (("title: Mine", "title: [Mine"), "is not valid YAML"),
        (("A tester.", "A\ttester: x: y"), "line 3 is not valid YAML"),
    ],
)
def test_a_mistake_is_answered_with_line_field_and_mend(change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_playbook(GOOD.replace(*change), "mine.yaml")
    assert "mine.yaml" in str(refused.value)
    assert sentence in str(refused.value)


def test_two_triggers_of_one_name_are_refused() -> None:
    twice = GOOD + "  - name: price\n    phrases: [cheap]\n"
    with pytest.raises(InputError, match=r"line 7: `triggers\[0\].name` is used by 2 triggers"):
        parse_playbook(twice, "mine.yaml")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_a_file_that_is_no_playbook_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="must hold fields"):
        parse_playbook(text, "odd.yaml")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="use one of custom, discovery, hiring, one-to-one, sales, support"):
        load_playbook("sails")


@pytest.mark.parametrize("name", ["../secrets", "/nowhere/x.yaml", "a/b"])
def test_a_path_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(InputError, match="cannot read the playbook"):
        load_playbook(name)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: caf\xe9".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        load_playbook(str(path))


OWED = {"pain", "objection", "stall", "decision", "buying", "competitor", "risk", "confusion", "emotion"}


@pytest.mark.parametrize("playbook", list_playbooks(), ids=lambda playbook: playbook.name)
def test_every_shipped_playbook_has_what_it_owes(playbook: Playbook) -> None:
    assert {trigger.kind for trigger in playbook.triggers} >= OWED
    assert playbook.moves.keys() >= OWED
    assert playbook.slots
    assert playbook.never


MAYBE = """\
name: mine
title: Mine
persona: A tester.
slots: {price: ""}
triggers:
  - name: shoes
    phrases: [shoes]
    card: {title: "%s", text: Ask for the size.}
moves:
  cue:
    - {title: "%s", text: Ask for the colour.}
"""


@each("name", ["trouble", "when", "amount", "price"])
@each("own", [True, False])
def test_a_title_that_names_what_the_moment_lacks_is_left_out(name: str, own: bool) -> None:
    title = f"Now {{{name}}}"
    playbook = parse_playbook(MAYBE % (title, title), "mine.yaml")
    card = playbook.triggers[0].card if own else None
    moment = Moment("cue", "we make shoes", "tab", frozenset(), "en", own=card)
    choice = MoveChooser(playbook).choose(moment)
    assert choice is not None
    assert choice.card == Card("", "Ask for the size." if own else "Ask for the colour.")


def test_a_title_names_what_the_moment_brings() -> None:
    playbook = parse_playbook(MAYBE % ("By {when}", "x"), "mine.yaml")
    words = "we need the shoes by Friday"
    moment = Moment("cue", words, "tab", frozenset(), "en", own=playbook.triggers[0].card)
    choice = MoveChooser(playbook).choose(moment)
    assert choice is not None
    assert choice.card.title == "By Friday"
