"""What was told of a trouble, short enough to be quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.card.trouble import FEWEST, LONGEST, loss_in, shortened, trouble_in
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import compile_phrase

TOLD = {
    "en": (
        ["We lost", "We wasted", "Last year we lost", "The mix-up cost us", "That has cost us", "It cost us"],
        [
            "two days",
            "a customer in Leeds",
            "a whole pallet",
            "12,000 pounds",
            "three mornings",
            "a lot of money",
        ],
    ),
    "de": (
        ["Das hat uns", "Der Ausfall hat uns", "Im Mai hat uns das"],
        ["zwei Tage gekostet", "einen Kunden gekostet", "4.800 Euro gekostet", "viel Geld gekostet"],
    ),
    "fr": (
        ["On a perdu", "On perd", "Nous avons perdu", "L'erreur nous a coûté"],
        ["deux jours", "un client à Lyon", "une matinée", "4 800 euros", "beaucoup d'argent"],
    ),
    "es": (
        ["Este mes perdimos", "En mayo perdimos", "Hemos perdido otra vez", "El fallo nos costó"],
        ["dos días", "un cliente de Vigo", "media mañana", "4.800 euros", "mucho dinero"],
    ),
    "pt": (
        ["Este mês perdemos", "Em maio perdemos", "A gente perdeu", "A falha nos custou"],
        ["dois dias", "um cliente de Braga", "meia manhã", "4.800 reais", "muito dinheiro"],
    ),
}
"""By language: how a loss begins, and what it is counted in."""
SPOILT = {
    "en": ["Suppose {}", "If {}", "{} if you are late", "I would say {}", "{} on this call"],
    "de": ["Wenn {}", "{}, nicht wahr", "Ich würde sagen, {}", "{}, als die Verbindung weg war"],
    "fr": ["Si {}", "{}, ce n'est pas vrai", "{} quand la connexion a sauté"],
    "es": ["Si {}", "No es que {}", "{} cuando se cortó la llamada"],
    "pt": ["Se {}", "Não é que {}", "{} quando a ligação caiu"],
}
"""What turns a loss into none: a condition, a denial, a word about the call itself."""
LANGUAGES = st.sampled_from(sorted(TOLD))


@st.composite
def losses(draw: st.DrawFn) -> tuple[str, str]:
    """(language, a sentence that tells a loss)."""
    language = draw(LANGUAGES)
    begun, counted = TOLD[language]
    return language, f"{draw(st.sampled_from(begun))} {draw(st.sampled_from(counted))}"


@each(
    ("text", "language", "told"),
    [
        ("Fine, thanks. The mix-up cost us a whole pallet. Anyway.", "en", "The mix-up cost us a whole pallet"),
        ("Das hat uns letztes Jahr viel Geld gekostet.", "de", "Das hat uns letztes Jahr viel Geld gekostet"),
        ("On perd une matinée chaque vendredi.", "fr", "On perd une matinée chaque vendredi"),
        ("Cada viernes perdemos media mañana.", "es", "Cada viernes perdemos media mañana"),
        ("Perdemos meia manhã toda sexta.", "pt", "Perdemos meia manhã toda sexta"),
        ("That costs us two hours every Friday.", "en", "That costs us two hours every Friday"),
        ("The scanner doesn't work half the time.", "en", "The scanner doesn't work half the time"),
        ("What would it cost us to lose a day?", "en", ""),
        ("We have twelve people in the north.", "en", ""),
        ("We lost my father in May.", "en", ""),
    ],
)
def test_a_sentence_that_tells_of_a_loss_is_found(text: str, language: str, told: str) -> None:
    assert trouble_in(text, language) == told


@each(
    ("text", "language"),
    [
        ("Sorry, we lost you for a moment.", "en"),
        ("I lost you there for two minutes.", "en"),
        ("Sorry, I lost the thread.", "en"),
        ("You cost us money.", "en"),
        ("Your last outage cost us two days.", "en"),
        ("I lose sleep over my daughter every night.", "en"),
        ("I lost money at the station.", "en"),
        ("Let's not waste time on that for hours.", "en"),
        ("We lose track of time every time.", "en"),
        ("We have lost half the day with this demo.", "en"),
        ("Ihr Ausfall hat uns zwei Tage gekostet.", "de"),
        ("Das hat uns zwei Tage gekostet, Sie zu erreichen.", "de"),
        ("Ich habe mein Geld im Lotto verloren.", "de"),
        ("Votre panne nous a coûté deux jours.", "fr"),
        ("On perd du temps, passons au prix des jours.", "fr"),
        ("Perdimos el tren esta mañana.", "es"),
        ("Siempre me pierdo en este menú.", "es"),
        ("Perdi o ônibus de manhã.", "pt"),
        ("Vocês nos custaram dois dias.", "pt"),
        ("We lost the connection for half an hour.", "en"),
        ("That doesn't work for me on Thursday.", "en"),
        ("The second week doesn't work for us.", "en"),
        ("It doesn't cost us anything.", "en"),
        ("It never cost us a customer.", "en"),
        ("We don't have a real problem there.", "en"),
        ("That would cost us 12,000 a year.", "en"),
        ("So that costs us 12,000 euros a year.", "en"),
        ("It'll cost us two days.", "en"),
        ("We might lose a customer.", "en"),
        ("Why does it always get lost all the time?", "en"),
        ("Ich habe den Faden verloren.", "de"),
        ("Wir haben Sie kurz verloren.", "de"),
        ("Das kostet uns nichts.", "de"),
        ("Das würde uns 12.000 Euro im Jahr kosten.", "de"),
        ("Das kostet uns dann 12.000 Euro im Jahr.", "de"),
        ("Ihr Kollege hat uns 1.200 Euro angeboten.", "de"),
        ("Am Donnerstag geht das bei mir nicht.", "de"),
        ("J'ai perdu le fil.", "fr"),
        ("Je vous ai perdu pendant deux minutes.", "fr"),
        ("On a perdu la connexion deux heures.", "fr"),
        ("Ça ne nous coûte rien par mois.", "fr"),
        ("Ça nous coûterait 12 000 euros par an.", "fr"),
        ("Me cuesta creerlo.", "es"),
        ("Me costó entenderlo.", "es"),
        ("Perdí el hilo un momento.", "es"),
        ("Eso nos costaría 12.000 euros al año.", "es"),
        ("No nos cuesta nada al mes.", "es"),
        ("Perdi o fio à meada.", "pt"),
        ("Perdemos a ligação dois dias.", "pt"),
        ("Isso nos custaria 12.000 reais por ano.", "pt"),
        ("Não nos custa nada por mês.", "pt"),
    ],
)
def test_what_is_no_trouble_of_theirs_is_not_quoted(text: str, language: str) -> None:
    assert trouble_in(text, language) == ""
    assert loss_in(text, language) == ""


@given(losses(), st.sampled_from(["", "Fine, thanks. ", "Bon. ", "Ja, gut. "]))
def test_what_is_quoted_was_said_and_is_short(loss: tuple[str, str], before: str) -> None:
    language, told = loss
    found = trouble_in(f"{before}{told}.", language)
    assert found == told
    assert len(found.split()) >= FEWEST
    assert len(found) <= LONGEST


@given(st.data())
def test_a_loss_that_is_supposed_denied_or_of_the_call_is_none(data: st.DataObject) -> None:
    language, told = data.draw(losses())
    spoilt = data.draw(st.sampled_from(SPOILT[language])).format(told)
    assert trouble_in(f"{spoilt}.", language) == ""
    assert trouble_in(f"{told}?", language) == ""


@given(losses())
def test_a_loss_too_long_to_be_quoted_whole_is_not_quoted(loss: tuple[str, str]) -> None:
    language, told = loss
    assert trouble_in(f"{told} {'x' * LONGEST}.", language) == ""


def test_what_keeps_a_playbook_from_hearing_a_pain_keeps_it_from_quoting_one() -> None:
    text = "We lost a customer in our old place."
    assert trouble_in(text, "en") == "We lost a customer in our old place"
    assert trouble_in(text, "en", [compile_phrase("old place")]) == ""
    (pain,) = (trigger for trigger in load_playbook("sales").triggers if trigger.kind == "pain")
    assert any("problem" in phrase for phrase in pain.unless)


def test_half_a_story_is_not_quoted() -> None:
    assert shortened("word " * 40, "en") == ""
    assert shortened("It hurts.", "en") == ""


@pytest.mark.parametrize(
    ("said", "language", "quoted"),
    [
        ("Well, um, we lost eleven hundred trays.", "en", "we lost eleven hundred trays"),
        ("ben on a perdu toutes les ventes", "fr", "on a perdu toutes les ventes"),
        ("Bon, alors on perd deux jours", "fr", "on perd deux jours"),
        ("Na ja, also wir verlieren zwei Tage", "de", "wir verlieren zwei Tage"),
        ("Pues bueno, perdemos dos días al mes", "es", "perdemos dos días al mes"),
        ("So hat uns das zwei Kunden gekostet.", "de", "So hat uns das zwei Kunden gekostet"),
        *(
            (kept, language, kept)
            for kept, language in (
                ("Bon nombre de nos commandes partent en retard", "fr"),
                ("Alors que nous perdons deux jours par mois", "fr"),
                ("Ben and I lose two days", "en"),
                ("Also our vans lose two days", "en"),
                ("Well over half our orders are late", "en"),
                ("Bem mais de metade das encomendas atrasa", "pt"),
            )
        ),
    ],
)
def test_a_quote_begins_with_what_was_said_and_keeps_its_first_word_otherwise(
    said: str, language: str, quoted: str
) -> None:
    assert shortened(said, language) == quoted
