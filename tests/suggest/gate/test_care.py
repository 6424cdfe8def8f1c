"""Needs told in other words than the key words; no sentence here stands where the weights were learnt from."""

from __future__ import annotations

import pytest

from tests.suggest.support import said
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.suggest.card.composer import CardComposer, NoSnippets
from wingman.suggest.gate.care import needs
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import CARE, detect

UNHEARD = (
    ("grief", "en", "it was Tom's wake yesterday so forgive me"),
    ("grief", "en", "we're a person short since Linda went, God rest her"),
    ("grief", "en", "he never woke up from the operation"),
    ("grief", "en", "I'm clearing out my parents' place now they're both gone"),
    ("danger", "en", "the nurse says my heart rate is a hundred and sixty and I feel like I'm floating"),
    ("danger", "en", "there's a live wire hanging down by the swings"),
    ("danger", "en", "I've got the pills lined up in front of me"),
    ("danger", "en", "my toddler drank the drain cleaner"),
    ("danger", "en", "the scaffold's moving and they're still up there"),
    ("danger", "en", "he locked me in and took my phone"),
    ("secret", "en", "you want the six numbers off my bank thing?"),
    ("secret", "en", "she left her keycard and told me her number so I use that"),
    ("secret", "en", "I'll just email you everybody's logins"),
    ("legal", "en", "this conversation is being recorded for my lawyer"),
    ("legal", "en", "we've instructed counsel"),
    ("legal", "en", "you'll pay for that in court"),
    ("trap", "en", "what's your boss really like, between ourselves"),
    ("trap", "en", "if you lose the paperwork I'll see you right"),
    ("trap", "en", "which of our rivals are you quoting this week, and how much"),
    ("trap", "en", "mark it as delivered and I'll pick it up whenever"),
    ("limit", "en", "how much have you really got for this"),
    ("limit", "en", "what would be the smallest cheque you'd accept"),
    ("limit", "en", "at what point would you get up and leave"),
    ("hardship", "en", "I've cancelled the kids' swimming to keep the lights on"),
    ("hardship", "en", "the benefits got stopped and I'm down to the last tenner"),
    ("hardship", "en", "we've nothing coming in till the insurance pays"),
    ("grief", "de", "mein Papa ist vor zwei Wochen gegangen, ich regle jetzt alles"),
    ("danger", "de", "die Kleine hat Spülmittel getrunken"),
    ("danger", "de", "der Kran schwankt und da stehen Leute drunter"),
    ("secret", "de", "ich geb Ihnen einfach meine Bankdaten mit der Geheimnummer"),
    ("legal", "de", "das wird ein juristisches Nachspiel haben"),
    ("trap", "de", "schreiben Sie halt rein, dass ich da war"),
    ("limit", "de", "was ist das Minimum, das Sie nehmen würden"),
    ("hardship", "de", "am Ende vom Monat essen wir nur noch Nudeln"),
    ("grief", "fr", "on l'a perdu en deux mois, le cancer"),
    ("danger", "fr", "le petit a bu de la javel"),
    ("secret", "fr", "tenez, le code de l'alarme c'est 1807"),
    ("legal", "fr", "ça va finir devant le juge"),
    ("trap", "fr", "écrivez que je suis venue mardi, ça arrange tout le monde"),
    ("limit", "fr", "en dessous de combien vous dites non"),
    ("hardship", "fr", "on ne chauffe plus que la chambre des enfants"),
    ("grief", "es", "se lo llevó el cáncer en dos meses"),
    ("danger", "es", "el niño ha bebido lejía"),
    ("secret", "es", "apunte la clave de la alarma, 1807"),
    ("legal", "es", "esto acabará delante de un juez"),
    ("trap", "es", "ponga que estuve allí el martes"),
    ("limit", "es", "por debajo de cuánto dice que no"),
    ("hardship", "es", "sólo calentamos el cuarto de los niños"),
    ("grief", "pt", "o câncer levou ele em dois meses"),
    ("danger", "pt", "o menino bebeu água sanitária"),
    ("secret", "pt", "anota a senha do alarme, 1807"),
    ("legal", "pt", "isso vai acabar na frente do juiz"),
    ("trap", "pt", "escreve aí que eu vim na terça"),
    ("limit", "pt", "abaixo de quanto você diz não"),
    ("hardship", "pt", "no fim do mês a gente só come macarrão"),
)
"""(what calls for care, language, words)."""
CALM = (
    "Auf dem alten war die Garantie gerade abgelaufen, als er kaputt ging.",
    "Our old compressor died on us in October.",
    "The printer gave up the ghost last week.",
    "Der Vertrag ist ausgelaufen, als wir ihn gebraucht hätten.",
    "Se acabó la garantía justo cuando se rompió.",
    "L'ordinateur est mort.",
    "A garantia tinha acabado de vencer quando quebrou.",
    "we lost the contract to the council in two months",
    "the kids are at swimming so I've got half an hour",
    "who signs the paperwork when it's delivered",
    "our heart rate product sells well",
    "I've got the slides lined up in front of me",
    "the release is moving and they're still up to date",
    "what does the smallest plan include",
    "this conversation is being recorded for training, right",
    "is the alarm code changeable by the caretaker",
    "my dad says it's too complicated",
    "the insurance pays for the rental car, doesn't it",
    "how much have you got in stock",
    "how much of the harvest do you hold on to",
    "and how many do you hold on to over winter",
    "c'est combien votre truc",
    "und was kostet Ihrs dann",
    "die Kleine schläft gerade, ich muss leise sein",
    "was ist die Mindestlaufzeit",
    "der Kran kommt am Dienstag",
    "schreiben Sie mir das bitte rein",
    "le petit est à l'école jusqu'à quatre heures",
    "écrivez-moi tout ça dans un mail",
    "vous chauffez au gaz ou à l'électricité",
    "el niño está en el colegio",
    "póngame eso por escrito",
    "la alarma viene incluida",
    "o menino está na escola",
    "me manda isso por escrito",
    "o alarme está incluído",
    "the transfer for that went out last Thursday",
    "who told you what my address is",
    "a week more would give us room to breathe",
    "das Geld ging am Donnerstag raus",
    "le virement est passé jeudi",
    "la transferencia salió el jueves",
    "a transferência saiu na quinta",
)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_more_is_heard_by_meaning_than_by_key_words(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode_here([words for *_, words in UNHEARD])
    by_words = sum(need in detect(words, language) for need, language, words in UNHEARD)
    heard = [need in needs(vector) for (need, *_), vector in zip(UNHEARD, vectors, strict=True)]
    assert sum(heard) >= len(UNHEARD) / 2
    assert sum(heard) > 3 * by_words
    taken = [needs(vector) - {need} for (need, *_), vector in zip(UNHEARD, vectors, strict=True)]
    assert sum(map(bool, taken)) <= len(UNHEARD) / 25, "and hardly any is taken for another need"


def test_plain_business_needs_no_care(encoder: SentenceEncoder) -> None:
    assert [words for words, vector in zip(CALM, encoder.encode_here(CALM), strict=True) if needs(vector)] == []


def test_without_a_meaning_nobody_is_thought_in_need() -> None:
    assert needs(None) == frozenset()


@pytest.mark.parametrize(
    "words", ["my toddler drank the drain cleaner", "the benefits got stopped and I'm down to the last tenner"]
)
def test_a_card_that_is_due_says_what_care_asks_for(encoder: SentenceEncoder, words: str) -> None:
    composer = CardComposer(load_playbook("sales"), "", NoSnippets())
    heard = said(words)
    moment = Candidate("price", Reason.MEANING, 80, heard.end, heard.id, heard.text, heard.speaker)
    plain = composer.draw(moment, ())
    composer.hear(heard, encoder.encode_here([words])[0])
    cared = composer.draw(moment, ())
    assert plain is not None
    assert plain.care is None
    assert cared is not None
    assert cared.care in CARE


def test_a_limit_a_deal_and_a_death_are_told_from_what_goes_by_the_same_words() -> None:
    for need, language, text in (
        ("limit", "en", "I mean, what's the least you'd do it for?"),
        ("limit", "en", "What's your budget for this, if I may ask?"),
        ("limit", "en", "How much could you absorb yourselves?"),
        ("limit", "de", "Wie hoch ist Ihr Budget?"),
        ("trap", "es", "¿Y si le pago en negro?"),
        ("trap", "fr", "On peut le faire au noir ?"),
        ("trap", "pt", "Eu pago um valor por fora."),
        ("limit", "en", "What's your budget, roughly?"),
        ("limit", "en", "What's the least you could sell it for?"),
        ("limit", "de", "Wie hoch ist denn Ihr Budget?"),
        ("trap", "es", "Le doy mil en negro."),
        ("trap", "es", "Si me lo deja en negro, mejor."),
        ("trap", "es", "¿Y si lo hacemos todo en negro?"),
        ("trap", "es", "Hacemos la mitad en negro."),
        ("trap", "es", "¿Me lo hace en negro?"),
        ("trap", "es", "La otra parte en negro."),
        ("trap", "es", "Mi mujer está en negro desde mayo."),
        ("trap", "fr", "La moitié sur facture et le reste au noir."),
        ("trap", "fr", "Vous pourriez fermer les yeux pendant le contrôle ?"),
        ("trap", "pt", "Eu pago por fora da nota."),
        ("trap", "pt", "A gente combina por fora do contrato."),
        ("", "en", "What is your budget software called?"),
        ("", "en", "What's the least you sell at once? And the least you can sell?"),
        ("", "en", "What's the most you sell in a month? What's the most you spend on parts?"),
        ("", "en", "What's the most you charge for delivery?"),
        ("", "en", "At least you'll go home early. At most you'll pay 40 euros a month."),
        ("", "en", "The most you'll spend on setup is half a day. At least you'll take the training with you."),
        ("", "en", "What's the most you can sell us for this quarter?"),
        ("trap", "pt", "Te pago por fora do sistema."),
        ("trap", "pt", "Recebo por fora da folha."),
        ("trap", "pt", "São vinte por fora. E por fora, quanto fica?"),
        ("", "es", "El portátil arranca y se queda en negro."),
        ("", "es", "¿Hacen ese modelo en negro? ¿Me lo deja en negro mate?"),
        ("", "es", "Me deja la pantalla en negro. La pantalla se queda en negro."),
        ("", "es", "Le doy una capa en negro. Imprime solo en negro."),
        ("", "fr", "L'écran passe au noir. Il faut fermer les yeux quand le laser s'allume."),
        ("", "pt", "Passei o cabo por fora da parede."),
        ("", "pt", "Pintamos a casa por fora. Por fora é azul. Estou por fora do assunto."),
        ("", "pt", "Resolvemos pintar a casa por fora. A cor combina com a janela por fora."),
        ("trap", "pt", "A gente acerta por fora."),
        ("trap", "pt", "Combinei com o dono por fora."),
        ("trap", "pt", "Resolvemos isso por fora."),
        ("trap", "pt", "Faz o serviço por fora?"),
        ("trap", "pt", "Você trabalha por fora?"),
        ("trap", "pt", "Te dou uma grana por fora."),
        ("trap", "pt", "Metade por fora."),
        ("trap", "pt", "Você faz isso por fora?"),
        ("trap", "pt", "São quinhentos por fora."),
        ("trap", "pt", "Uma parte por fora."),
        ("limit", "en", "What's the least you will do it for?"),
        ("limit", "en", "What's the most you'll spend on this?"),
        ("limit", "en", "What's the least you will let it go for?"),
        ("limit", "en", "What's the least you could sell the house for?"),
        ("grief", "pt", "Enterramos o meu pai ontem."),
        ("grief", "pt", "Ontem foi o enterro, o projeto fica para depois."),
        ("grief", "de", "Wir haben ihn nach dem Projekt beerdigt."),
        ("grief", "de", "Ich beerdige morgen meine Mutter."),
        ("grief", "de", "Wir verschieben das Projekt, beerdigt wird er am Freitag."),
        ("grief", "fr", "On a enterré ma mère lundi."),
        ("grief", "fr", "J'étais à un enterrement, le projet attendra."),
        ("grief", "fr", "Je sors de l'enterrement, notre projet a pris du retard."),
        ("grief", "es", "Enterramos el martes a mi padre."),
        ("grief", "es", "Ayer la enterramos, el proyecto puede esperar."),
        ("grief", "es", "Ayer se murió, el ordenador era suyo."),
    ):
        assert {str(one) for one in detect(text, language).intersection(CARE)} == {need} - {""}, text
