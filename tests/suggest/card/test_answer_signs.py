from __future__ import annotations

import pytest

from tests.support.each import each
from wingman.suggest.card.answer_signs import odd_sign, other_script

NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "text", ["„Grüße“ – 12 % & 3 €, n° 4!", "« Ça va ? »", "e\u0301", "the 2nd (or 3rd) one"]
)
def test_what_people_type_is_plain(text: str) -> None:
    assert not odd_sign(text, NOTHING, latin=True)
    assert not other_script(text, NOTHING)


@each("text", ["→ ask", "a | b", "✅ ask", "ask [1]", "【4】", "a*b", "x = y", "a\ufff9b", "①"])
def test_other_signs_are_odd_unless_a_source_has_them(text: str) -> None:
    assert odd_sign(text, NOTHING, latin=True)
    assert not odd_sign(text, frozenset(text), latin=True)


@pytest.mark.parametrize("text", ["the 预算", "бюджет", "Nаme", "𝗡ame", "Ｎame", "ᴘass"])
def test_letters_of_other_scripts_are_found(text: str) -> None:
    assert other_script(text, NOTHING)
    assert not other_script(text, frozenset(text))


def test_a_language_of_another_script_has_its_own_punctuation() -> None:
    assert not odd_sign("先问他们的预算。", NOTHING, latin=False)
    assert odd_sign("先问他们的预算 😊", NOTHING, latin=False)
