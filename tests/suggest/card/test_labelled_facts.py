"""A fact of the brief is found by its label, and is not told where the words are about something else."""

from __future__ import annotations

import re

import pytest

import wingman.suggest.card.composer as composer_module
from tests.suggest.support import said
from wingman.llm.base import Prompt
from wingman.suggest.card.composer import CardComposer, NoSnippets
from wingman.suggest.card.labelled_facts import LabelledFacts
from wingman.suggest.card.prompt import Material, rules_of
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import Signal
from wingman.suggest.speculation import EARLY

FACTS = {
    "en": (
        "Warranty: 24 months on electronics.",
        "Payment: half on signature, half 14 days before day one.",
        "Insurance: 6.5 million public liability.",
        "Guarantee 7 years on parts and labour.",
        "Notice: four weeks.",
        "- Opening hours: 8 to 18.",
        "Maria: treasurer, careful with money.",
        "We pay 1,200 euro a day.",
        "Training: ask Tom first.",
        "Worst case: 37,000 euros.",
        "Other offers 41,000 and 43,000.",
        "Door code: 4417 at the gate.",
        "Call-out fee: 85 euros.",
        "Day rate: 900 euros.",
        "Response time: 4 hours.",
        "Repair times: 2 days.",
        "Support hours: 8 to 20.",
        "Minimum term: 12 months.",
    ),
    "de": (
        "Garantie 36 Monate auf den Sensor.",
        "Zahlung: 50 % bei Auftrag, der Rest nach Abnahme.",
        "Tagessatz: 900 Euro.",
        "Reaktionszeit: 4 Stunden.",
        "Mindestlaufzeit: 12 Monate.",
        "Supportzeiten: 8 bis 20 Uhr.",
        "Versicherung: bis 6 Millionen Euro.",
    ),
    "fr": (
        "Garantie : trois ans, pièces et main d'œuvre.",
        "Acompte : 30 % à la commande.",
        "Assurance: 5 ans.",
    ),
    "es": (
        "Garantía: tres años en piezas.",
        "Seguro: cubre hasta 600.000 euros.",
        "Permanencia mínima: 12 meses.",
        "Horario de atención: 9 a 18.",
    ),
    "pt": (
        "Garantia: três anos em peças.",
        "Seguro: cobre até 600.000 euros.",
        "Horário: 8h às 18h.",
        "Treinamento: 2 dias.",
    ),
}
ASKED = [
    ("en", "How long is the warranty?", 0),
    ("en", "And what warranty does it have?", 0),
    ("en", "Okay. And the warranty, how long is that?", 0),
    ("en", "How does the payment work?", 1),
    ("en", "Do you have any insurance?", 2),
    ("en", "is there a guarantee on the thing? Is there a guarantee?", 3),
    ("en", "So how long is the notice, please?", 4),
    ("en", "What are your opening hours?", 5),
    ("de", "Wie lang ist denn die Garantie?", 0),
    ("de", "Und wie läuft das mit der Zahlung?", 1),
    ("fr", "Et la garantie, c'est combien de temps ?", 0),
    ("fr", "Il y a un acompte ?", 1),
    ("fr", "Y a-t-il une garantie ?", 0),
    ("fr", "Combien de temps dure l'assurance ?", 2),
    ("es", "¿Y cuánto dura la garantía?", 0),
    ("es", "¿Ustedes tienen un seguro?", 1),
    ("pt", "E a garantia, é de quanto tempo?", 0),
    ("pt", "Vocês têm seguro?", 1),
    ("en", "how long is the warranty on that?", 0),
    ("en", "What about the warranty?", 0),
    ("en", "Could you remind me what the warranty is?", 0),
    ("en", "How many years of guarantee do we get?", 3),
    ("en", "Do you offer a guarantee, and for how long?", 3),
    ("en", "Is there a warranty and, if so, for how long?", 0),
    ("en", "And what about opening hours, please?", 5),
    ("de", "Wie sieht es mit der Garantie aus?", 0),
    ("de", "Geben Sie eine Garantie, und für wie lange?", 0),
    ("de", "Wie viele Jahre Garantie haben wir darauf?", 0),
    ("fr", "Quelle garantie offrez-vous ?", 0),
    ("fr", "La garantie est de combien ?", 0),
    ("es", "¿Cuántos años de garantía dan?", 0),
    ("es", "¿Dan garantía, y por cuánto tiempo?", 0),
    ("pt", "Quantos anos de garantia dão?", 0),
    ("en", "What is the call-out fee?", 12),
    ("en", "How much is the callout fee?", 12),
    ("en", "What's your day rate?", 13),
    ("en", "And how long is your response time?", 14),
    ("en", "What are your repair times?", 15),
    ("en", "What about support hours?", 16),
    ("en", "Is there a minimum term?", 17),
    ("de", "Wie hoch ist Ihr Tagessatz?", 2),
    ("de", "Was ist der Tagessatz?", 2),
    ("de", "Und was ist mit dem Tagessatz?", 2),
    ("de", "Wie ist Ihre Reaktionszeit?", 3),
    ("de", "Gibt es eine Mindestlaufzeit?", 4),
    ("de", "Was sind Ihre Supportzeiten?", 5),
    ("es", "¿Tienen permanencia mínima?", 2),
    ("es", "¿Y en cuanto al horario de atención?", 3),
    ("pt", "Qual é o seu horário?", 2),
    ("pt", "E quanto ao horário?", 2),
    ("pt", "Qual é o treinamento?", 3),
]
OTHER = [
    ("en", "Does our insurance pay for that? Is my old warranty still good? How much is the insurance?"),
    ("en", "Was the March payment to the foundry in Leicester cleared? Did the payment arrive?"),
    ("en", "Is the payment late? Has the warranty expired? Who pays the insurance? And the insurance?"),
    ("en", "Is Maria coming? Who pays for the gate? How long is the wait? How long is the insurance?"),
    ("en", "How was the training? Why did the training fail? What is the training? Did you notice?"),
    ("en", "Did you get the warranty note? Do you notice? What about the payment? Are you insured?"),
    ("en", "What is the worst case? What are the other offers? What is the door code?"),
    ("en", "Do you need a warranty from us? The warranty on our old machine ran out. Is the warranty over?"),
    ("en", "What about the warranty on our old one? What about their warranty? What about the warranty claim?"),
    ("en", "How long is the warranty on our old one? Do you offer a guarantee of delivery by May?"),
    ("en", "What about the insurance? Do we get a warranty card? How much is the warranty?"),
    ("de", "Wie sieht es mit der Garantie auf unsere alte Anlage aus? Brauchen Sie von uns eine Garantie?"),
    ("es", "¿Esto me lo cubre la garantía? ¿Necesitan una garantía de nuestra parte?"),
    ("de", "Ist das Garantie? Ist das eine Garantie? Wie hoch ist die Versicherung? Ist der Tagessatz fest?"),
    ("de", "Wie hoch ist die Garantie? Wie hoch ist denn Ihre Garantie?"),
    ("de", "Zahlt meine Garantie das? Wie lange dauert die Zahlung? Ist die Garantie abgelaufen?"),
    ("de", "Wann kam die Zahlung? Wer zahlt die Garantie? Hat sie eine Garantie? Ist ihre Garantie weg?"),
    ("fr", "Et notre garantie chez l'ancien ? L'acompte est arrivé ? Qui paie l'assurance ? Et l'acompte ?"),
    ("es", "¿Mi seguro cubre eso? ¿Está seguro? ¿Seguro? ¿Ha vencido la garantía? ¿Quién paga el seguro?"),
    ("pt", "Qual é seguro? Quais são seguros? Tem horário? Qual é o seu seguro antigo? Quanto ao meu horário?"),
    ("pt", "E o meu seguro cobre isso? É seguro? A garantia já acabou? Quem paga o seguro? E o seguro?"),
]
KEPT = (
    "Budget: 41,000 euros. Floor: 38,000 euros. Target: 45,000 euros. BATNA: 40,000 elsewhere.",
    "Fallback: 39,000 euros. Plafond : 45 000 euros.",
    "Minimum: 38,000 euros. Zielpreis: 45.000 Euro. Presupuesto: 45.000 euros. Orçamento: 45.000 euros.",
    "Worst case: 37,000 euros. Walk-away: 37,000 euros. Discount ceiling: 12 percent. Authority: 2,450 euros.",
    "Anchor: 50,000 euros. Plan: 3 steps. Goal: 2 years. Weakness: 4 late deliveries. Deposit: at least 20 %.",
)


def test_who_asks_by_the_label_gets_the_fact() -> None:
    for language, question, at in ASKED:
        assert LabelledFacts(FACTS[language]).stating(question) == FACTS[language][at], question


def test_who_asks_for_something_else_gets_none() -> None:
    for language, questions in OTHER:
        for question in (questions, *re.split(r"(?<=\?) ", questions)):
            assert not LabelledFacts(FACTS[language]).stating(question), question


def test_what_one_would_like_or_still_take_is_told_to_nobody() -> None:
    for question, fact in (
        ("What is the deposit?", "Deposit: 30 %, but 10 % is fine."),
        ("What is the deposit?", "Deposit: we aim for 30 %."),
        ("How long is the contract term?", "Contract term: 24 months, 12 is our fallback."),
        ("What are the payment terms?", "Payment terms: 30 days, 60 if they ask."),
        ("What is the warranty?", "Warranty: ask for 36 months."),
        ("What is the training?", "Training: 2 people left angry last year."),
        ("Wie lange ist die Garantie?", "Garantie: 36 Monate, 24 reicht auch."),
        ("Quel est l'acompte ?", "Acompte : 30 %, mais 10 % si besoin."),
        ("¿Cuál es el anticipo?", "Anticipo: 30 %, mejor 40 %."),
        ("Qual é a garantia?", "Garantia: 2 anos, se pedirem 3."),
    ):
        assert not LabelledFacts((fact,)).stating(question), fact


def test_what_a_label_is_called_as_well_finds_it_where_no_other_has_that_name() -> None:
    both = ("Warranty: 24 months.", "Guarantee: 5 years.")
    assert LabelledFacts(both).stating("How long is the guarantee?") == both[1]
    assert LabelledFacts(both[:1]).stating("How long is the guarantee?") == both[0]
    assert LabelledFacts(("Minimum term: a year of 12 months.",)).stating("What is the minimum term?")


def test_two_facts_with_the_label_are_none() -> None:
    twice = LabelledFacts(("Warranty: 2 years here.", "Warranty: 1 year there."))
    assert not twice.stating("How long is the warranty?")


def test_what_is_for_the_user_alone_is_told_to_nobody_who_names_it() -> None:
    for brief in KEPT:
        facts = re.split(r"(?<=[.]) (?=[A-Z])", brief)
        composer = CardComposer(load_playbook("sales"), f"price: 48,000 euros. {brief}", NoSnippets())
        for at, label in enumerate(re.split(r" ?:| (?=\d)", fact)[0] for fact in facts):
            for form in (
                "And what is the {}?",
                "How much is the {}?",
                "Was ist die {}?",
                "Quel est le {} ?",
                "¿Cuál es el {}?",
                "Qual é o {}?",
            ):
                asked = form.format(label.lower())
                heard = said(asked, 9.0 * at)
                composer.hear(heard)
                assert not composer.answered(heard), asked
                about = Candidate("question", Reason.QUESTION, 64, heard.end, heard.id, asked, heard.speaker)
                notes = composer.notes(about)
                draw = composer.draw(about, notes)
                assert draw is None or facts[at] not in draw.card.text, asked
                material = Material((heard,), snippets=notes)
                sources = rules_of(about, material, "f1", Prompt("", "")).sources
                assert facts[at] not in sources, asked


def test_a_label_makes_no_turn_a_plain_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer_module, "needs", lambda _meaning: frozenset({Signal.GRIEF}))
    composer = CardComposer(load_playbook("sales"), "Notice: four weeks.", NoSnippets())
    heard = said("How long is the notice? I cannot see a way out of this any more.")
    composer.hear(heard)
    about = Candidate("question", Reason.QUESTION, 64, heard.end, heard.id, heard.text, heard.speaker)
    assert composer.cares(about)


def test_words_that_are_not_final_yet_get_the_fact_as_well() -> None:
    composer = CardComposer(load_playbook("sales"), "Notice: four weeks.", NoSnippets())
    about = Candidate("question", Reason.QUESTION, 64, 1, EARLY, "How long is the notice?", "tab")
    assert composer.notes(about) == (("your brief", "Notice: four weeks."),)


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
