"""What was told of a trouble, short enough to be quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.card.trouble import LONGEST, shortened, trouble_in
from wingman.suggest.playbook.signals import SPOKEN


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Fine, thanks. The mix-up cost us a whole pallet. Anyway.", "en", "The mix-up cost us a whole pallet"),
        ("Das hat uns letztes Jahr viel Geld gekostet.", "de", "Das hat uns letztes Jahr viel Geld gekostet"),
        ("On perd une matinée chaque vendredi.", "fr", "On perd une matinée chaque vendredi"),
        ("Cada viernes perdemos media mañana.", "es", "Cada viernes perdemos media mañana"),
        ("Perdemos meia manhã toda sexta.", "pt", "Perdemos meia manhã toda sexta"),
        ("What would it cost us to lose a day?", "en", ""),
        ("We have twelve people in the north.", "en", ""),
        ("We lost my father in May.", "en", ""),
    ],
)
def test_a_sentence_that_tells_of_a_loss_is_found(text: str, language: str, told: str) -> None:
    assert trouble_in(text, language) == told


@given(st.text(max_size=300), st.sampled_from(SPOKEN))
def test_what_is_quoted_was_said_and_is_short(text: str, language: str) -> None:
    found = trouble_in(text, language)
    assert found in text
    assert len(found) <= LONGEST


def test_half_a_story_is_not_quoted() -> None:
    assert shortened("word " * 40) == ""
    assert shortened("It hurts.") == ""
