"""A fact of the brief is found by its label, and is not told where the words are about something else."""

from __future__ import annotations

from tests.suggest.support import said
from wingman.suggest.card.composer import CardComposer, NoSnippets
from wingman.suggest.card.labelled_facts import stating
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.playbook import load_playbook

FACTS = {
    "en": (
        "Warranty: 24 months on electronics.",
        "Payment: half on signature, half before day one.",
        "Insurance: 6.5 million public liability.",
        "Guarantee 7 years on parts and labour.",
        "Maria: treasurer, careful.",
        "We pay 1,200 euro a day.",
    ),
    "de": ("Garantie 36 Monate auf den Sensor.", "Zahlung: die Hälfte bei Auftrag, der Rest nach Abnahme."),
    "fr": ("Garantie : trois ans, pièces et main d'œuvre.", "Acompte : 30 % à la commande."),
    "es": ("Garantía: tres años en piezas.", "Seguro: cubre hasta 600.000 euros."),
    "pt": ("Garantia: três anos em peças.", "Seguro: cobre até 600.000 euros."),
}
ASKED = [
    ("en", "How long is the warranty?", 0),
    ("en", "And what warranty does it have?", 0),
    ("en", "Okay. And the warranty, how long is that?", 0),
    ("en", "How does the payment work?", 1),
    ("en", "Can I see the insurance? The actual paper?", 2),
    ("en", "is there a guarantee on the thing", 3),
    ("de", "Wie lang ist denn die Garantie auf das Gerät?", 0),
    ("de", "Und wie läuft das mit der Zahlung?", 1),
    ("fr", "Et la garantie, c'est combien de temps ?", 0),
    ("fr", "Il y a un acompte ?", 1),
    ("es", "¿Y qué garantía tiene?", 0),
    ("es", "¿Tienen seguro?", 1),
    ("pt", "E a garantia, é de quanto tempo?", 0),
    ("pt", "Vocês têm seguro?", 1),
]
OTHER = [
    ("en", "Does our insurance pay for that?"),
    ("en", "Is my old warranty still good?"),
    ("en", "How much is the insurance?"),
    ("en", "Was the March payment to the foundry in Leicester cleared?"),
    ("en", "Is Maria coming?"),
    ("en", "Who pays for the gate?"),
    ("en", "How long is the wait?"),
    ("de", "Zahlt meine Garantie das?"),
    ("de", "Wie lange dauert die Zahlung?"),
    ("fr", "Et notre garantie chez l'ancien ?"),
    ("es", "¿Mi seguro cubre eso?"),
    ("pt", "E o meu seguro cobre isso?"),
]


def test_who_asks_by_the_label_gets_the_fact() -> None:
    for language, question, at in ASKED:
        assert stating(question, FACTS[language]) == at, question


def test_who_asks_for_something_else_gets_none() -> None:
    for language, question in OTHER:
        assert stating(question, FACTS[language]) is None, question


def test_two_facts_with_the_label_are_none() -> None:
    assert stating("How long is the warranty?", ("Warranty: 2 years here.", "Warranty: 1 year there.")) is None


def test_it_is_a_reason_to_speak_once_and_stands_alone_on_the_card() -> None:
    brief = "price: 40 dollars a user. Warranty: 24 months on electronics. Our limit is 30 dollars."
    for playbook, kind in (("sales", "question"), ("support", "risk"), ("support", "confusion")):
        composer = CardComposer(load_playbook(playbook), brief, NoSnippets())
        heard = said("And how long is the warranty?")
        composer.hear(heard)
        assert composer.answered(heard), playbook
        about = Candidate(kind, Reason.QUESTION, 64, heard.end, heard.id, heard.text, heard.speaker)
        draw = composer.draw(about, composer.notes(about))
        assert draw is not None
        assert draw.card.text == "Your brief: Warranty: 24 months on electronics."
        composer.shown(draw)
        assert not composer.answered(heard), playbook
    limit = said("What is the limit?", 9.0)
    composer.hear(limit)
    assert not composer.answered(limit)


def test_what_a_code_means_is_told_to_who_is_in_trouble() -> None:
    brief = "E17 means water in the camera housing. Manual mode: hold the green key."
    for text, told in (
        ("It says E17 and then it goes blank.", True),
        ("It says the key is green and hot.", False),
    ):
        composer = CardComposer(load_playbook("support"), brief, NoSnippets())
        heard = said(text)
        composer.hear(heard)
        about = Candidate("pain", Reason.SIGNAL, 58, heard.end, heard.id, heard.text, heard.speaker)
        draw = composer.draw(about, composer.notes(about))
        assert draw is not None
        assert ("water in the camera" in draw.card.text) is told, text
