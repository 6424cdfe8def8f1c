from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.playbook.language import HeardLanguage, base_tag, language_of, script_is_latin

SAID = {
    "en": "well I think we should look at the price again next week",
    "de": "das müssen wir uns noch einmal in Ruhe anschauen",
    "fr": "je ne suis pas sûr que ce soit une bonne idée",
    "es": "no sé si esto nos sirve de algo en la empresa",
    "pt": "a gente ainda não sabe se isso vai dar certo",
}


@pytest.mark.parametrize(("tag", "text"), SAID.items())
def test_a_sentence_tells_its_language(tag: str, text: str) -> None:
    assert language_of(text) == tag


@pytest.mark.parametrize("text", ["", "ok", "Kubernetes", "12 34", "Anna Schmidt"])
def test_a_few_words_tell_nothing(text: str) -> None:
    assert language_of(text) == ""


def test_one_odd_turn_changes_nothing_and_two_do() -> None:
    heard = HeardLanguage("en-GB")
    assert heard.hear(SAID["de"]) == "en"
    assert heard.hear(SAID["en"]) == "en"
    assert heard.hear(SAID["de"]) == "en"
    assert heard.hear(SAID["de"]) == "de"


def test_without_an_expectation_the_first_whole_sentence_tells() -> None:
    heard = HeardLanguage("multi")
    assert heard.hear("oui") == ""
    assert heard.hear(SAID["fr"]) == "fr"


def test_a_tag_is_cut_to_its_language() -> None:
    assert [base_tag(tag) for tag in ("de-AT", "pt_BR", "EN", "multi", "auto", "")] == [
        "de",
        "pt",
        "en",
        "",
        "",
        "",
    ]


def test_other_scripts_are_told_from_latin() -> None:
    assert script_is_latin("Grüße, 12 €")
    assert not script_is_latin("先问他们的预算")


@given(st.text(max_size=200))
def test_any_text_can_be_heard(text: str) -> None:
    assert HeardLanguage().hear(text) in ("", *SAID)
