from __future__ import annotations

import pytest

from wingman.suggest.card.choice import variables_of
from wingman.suggest.playbook.moves import KINDS, as_moves, move_book
from wingman.suggest.playbook.playbook import VARIABLES, list_playbooks, parse_playbook
from wingman.suggest.playbook.signals import CARE, SPOKEN


@pytest.mark.parametrize("language", SPOKEN)
def test_every_language_has_moves_for_every_kind_and_for_what_calls_for_care(language: str) -> None:
    book = move_book(language)
    assert book is not None
    for kind in KINDS:
        assert len(as_moves(book.common[kind])) >= 2, kind
        assert book.titles[kind]
    for signal in CARE:
        assert len(as_moves(book.care[signal])) >= 2, signal
        assert all(move.title for move in as_moves(book.care[signal]))


@pytest.mark.parametrize("language", SPOKEN)
def test_no_move_is_written_twice_or_too_long_to_be_read(language: str) -> None:
    book = move_book(language)
    assert book is not None
    groups = [book.common, *book.playbooks.values()]
    texts = [move.text for group in groups for listed in group.values() for move in as_moves(listed)]
    texts += [move.text for listed in book.care.values() for move in as_moves(listed)]
    assert len(texts) == len(set(texts))
    assert max(len(text.split()) for text in texts) <= 32


@pytest.mark.parametrize("language", SPOKEN)
def test_money_has_other_words_for_a_question_than_for_a_remark(language: str) -> None:
    book = move_book(language)
    assert book is not None
    asked = {move.asked for move in as_moves(book.common["price"])}
    assert {True, False} <= asked


def test_books_know_only_shipped_playbooks() -> None:
    shipped = {playbook.name for playbook in list_playbooks()}
    for language in SPOKEN:
        book = move_book(language)
        assert book is not None
        assert set(book.playbooks) <= shipped


@pytest.mark.parametrize("language", SPOKEN)
def test_every_language_has_all_moves(language: str) -> None:
    book, english = move_book(language), move_book("en")
    assert book is not None
    assert english is not None
    fewer = [kind for kind, moves in english.common.items() if len(book.common[kind]) < len(moves)]
    fewer += [str(need) for need, moves in english.care.items() if len(book.care[need]) < len(moves)]
    assert not fewer


@pytest.mark.parametrize("language", [language for language in SPOKEN if language != "en"])
def test_every_language_has_all_moves_of_every_shipped_playbook(language: str) -> None:
    book = move_book(language)
    assert book is not None
    known = {move.text for listed in book.common.values() for move in as_moves(listed)}
    told = {name for text in known for name in ("price", "difference", "security") if f"{{{name}}}" in text}
    for playbook in list_playbooks():
        for kind, listed in playbook.moves.items():
            own = [move for move in as_moves(listed) if not any(f"{{{name}}}" in move.text for name in told)]
            assert len(book.playbooks[playbook.name].get(kind, ())) >= len(own), (playbook.name, kind)


@pytest.mark.parametrize("language", [language for language in SPOKEN if language != "en"])
def test_a_translated_move_uses_no_other_facts(language: str) -> None:
    book = move_book(language)
    assert book is not None
    for playbook in list_playbooks():
        allowed = {*playbook.slots, *playbook.variables, *VARIABLES}
        for listed in book.playbooks.get(playbook.name, {}).values():
            for move in as_moves(listed):
                assert variables_of(move.text) <= allowed, move.text


def test_a_book_is_read_once_for_all_tags_of_its_language() -> None:
    for language in SPOKEN:
        assert move_book(f"{language}-XA") is move_book(f"{language}-XB") is move_book(language)


@pytest.mark.parametrize("language", ["", "it", "../de", "multi"])
def test_other_languages_have_no_book(language: str) -> None:
    assert move_book(language) is None


def test_no_shipped_playbook_echoes_what_was_said() -> None:
    for playbook in list_playbooks():
        assert playbook.never, playbook.name
        assert playbook.slots, playbook.name
        moves = [move for listed in playbook.moves.values() for move in as_moves(listed)]
        cards = [trigger.card for trigger in playbook.triggers if trigger.card is not None]
        assert not any("{quote}" in text for text in (*(m.text for m in moves), *(c.text for c in cards)))


ONE_MOVE = """\
name: mine
title: Mine
persona: A tester.
triggers:
  - name: price
    signals: [price]
moves:
  price:
"""
"""A playbook up to the line of its one move."""


def test_a_move_with_an_unknown_variable_is_named() -> None:
    text = f'{ONE_MOVE}    - "Say {{prize}} once."\n'
    with pytest.raises(Exception, match=r"line 9: `moves.price\[0\]` uses the unknown variable `{prize}`"):
        parse_playbook(text, "mine.yaml")


@pytest.mark.parametrize(
    ("title", "wrong"),
    [("Up to {prize}", "unknown variable `{prize}`"), ("Up to {", "loose brace")],
    ids=["unknown", "loose"],
)
def test_a_moves_title_is_looked_at_like_its_text(title: str, wrong: str) -> None:
    text = f'{ONE_MOVE}    - {{text: Say it once., title: "{title}"}}\n'
    with pytest.raises(Exception, match=rf"line 9: `moves.price\[0\].title` .*{wrong}"):
        parse_playbook(text, "mine.yaml")
