from __future__ import annotations

import pytest

from tests.support.each import each
from wingman.core.time import Channel
from wingman.core.utterance import Family
from wingman.suggest.playbook.playbook import list_playbooks, load_playbook
from wingman.suggest.playbook.signals import detect
from wingman.suggest.playbook.triggers import Triggers


def fired(name: str, text: str, language: str = "en", channel: Channel = Channel.TAB) -> list[str]:
    heard = Triggers(load_playbook(name)).heard(text, channel, detect(text, language))
    return [trigger.name for trigger, _ in heard]


@each("playbook", [playbook.name for playbook in list_playbooks()])
@each(
    ("text", "language", "name"),
    [
        ("My husband passed away in March.", "en", "care-grief"),
        ("There is a smell of gas in the kitchen.", "en", "care-danger"),
        ("Mein Mann ist im Januar gestorben.", "de", "care-grief"),
        ("Je suis au chômage depuis mars.", "fr", "care-hardship"),
        ("Huele a gas en la cocina.", "es", "care-danger"),
        ("Cá entre nós, quanto pagam os outros?", "pt", "care-trap"),
    ],
)
def test_every_playbook_listens_for_what_calls_for_care(
    playbook: str, text: str, language: str, name: str
) -> None:
    assert name in fired(playbook, text, language)


def test_what_the_user_says_calls_for_no_care() -> None:
    assert fired("sales", "My husband passed away in March.", channel=Channel.MIC) == []


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Das ist uns ehrlich gesagt zu teuer.", "de", "objection"),
        ("Il faut que j'en parle au conseil, on se rappelle.", "fr", "stall"),
        ("¿Cuánto cuesta al mes?", "es", "price"),
        ("Vocês têm isso em português também?", "pt", "question"),
    ],
)
def test_triggers_fire_in_the_language_heard(text: str, language: str, name: str) -> None:
    assert name in fired("sales", text, language)


def test_a_tone_fires_its_trigger() -> None:
    found = Triggers(load_playbook("sales")).felt(Family.NEGATIVE, Channel.TAB)
    assert found is not None
    assert found.kind == "emotion"


@each(
    ("playbook", "name", "said"),
    [
        (
            "discovery",
            "workaround",
            "Das machen wir alles von Hand.|On a bricolé ça.|Lo llevamos a mano.|Fazemos tudo à mão.",
        ),
        (
            "discovery",
            "hypothetical",
            "Das wäre schön.|Ce serait bien, oui.|Estaría bien tener eso.|Provavelmente usaria isso.",
        ),
        ("hiring", "private", "Ich bin schwanger.|Je suis enceinte.|Estoy embarazada.|Estou grávida."),
        ("hiring", "salary", "Und das Gehalt?|Et le salaire ?|¿Y el sueldo?|E o salário?"),
        (
            "one-to-one",
            "overload",
            "Ich bin völlig überlastet.|Je suis débordée.|No doy abasto.|Não dou conta disto.",
        ),
        ("one-to-one", "conflict", "Hinter meinem Rücken.|C'est injuste.|A mis espaldas.|Pelas minhas costas."),
        (
            "support",
            "price",
            "Doppelt abgebucht!|On m'a prélevé deux fois.|Me cobraron dos veces.|Fui cobrado duas vezes.",
        ),
        (
            "support",
            "problem",
            "Die Seite lädt nicht.|La page ne charge pas.|La página no carga.|A página não carrega.",
        ),
    ],
)
def test_phrases_of_the_shipped_playbooks_are_heard_in_five_languages(
    playbook: str, name: str, said: str
) -> None:
    heard = dict(zip(("de", "fr", "es", "pt"), said.split("|"), strict=True))
    assert [text for language, text in heard.items() if name not in fired(playbook, text, language)] == []


def test_a_joke_keeps_every_shipped_playbook_silent_in_five_languages() -> None:
    said = (
        "Just kidding!",
        "Nur ein Scherz!",
        "Mais non, je plaisante.",
        "Es broma, hombre.",
        "Estou a brincar!",
    )
    books = [Triggers(load_playbook(one.name)) for one in list_playbooks() if one.name != "custom"]
    assert [text for text in said for book in books if not book.excluded(text)] == []


def test_a_neighbour_is_a_competitor_only_where_somebody_compares() -> None:
    told = {
        "en": (
            "My neighbour let your engineer in and signed for it.|The flat next door has water in it.",
            "The fella next door's with the cable lot.|My neighbour pays half of that.|"
            "The chemist next door went over to the purple people.",
        ),
        "de": ("Mein Nachbar ließ den Techniker rein.", "Mein Nachbar zahlt die Hälfte."),
        "fr": ("Mon voisin du dessus dit que c'est la colonne.", "Mon voisin paie moitié moins."),
        "es": ("Mi vecino abrió la puerta al técnico.", "Mi vecino paga la mitad."),
        "pt": ("Meu vizinho abriu a porta ao técnico.", "Meu vizinho paga a metade."),
    }
    for language, (plain, compared) in told.items():
        for said in plain.split("|"):
            assert "competitor" not in fired("support", said, language), said
        for said in compared.split("|"):
            assert "competitor" in fired("support", said, language), said
