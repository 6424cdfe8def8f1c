from __future__ import annotations

from time import thread_time

from tests.support.each import each
from wingman.suggest.card.moment_values import day_is_past, values_of


@each(
    ("text", "language", "values"),
    [
        ("You'll have it by Thursday.", "en", {"when": "Thursday"}),
        ("It went from £1,250 to fourteen, next year", "en", {"when": "next year", "amount": "£1,250"}),
        ("Monday or Tuesday, for 12 % or 15 %", "en", {}),
        ("qui m'a coûté 4 800 euros", "fr", {"amount": "4 800 euros"}),
        ("in 2023 300 euros", "en", {"amount": "300 euros"}),
        ("we march on and may win", "en", {}),
        ("Bis Freitag, 5.505,60 € im Jahr", "de", {"when": "Freitag", "amount": "5.505,60 €"}),
        ("je vous envoie ça demain matin", "fr", {"when": "demain matin"}),
        ("se lo mando el lunes que viene", "es", {"when": "el lunes que viene"}),
        ("te mando na sexta-feira", "pt", {"when": "sexta-feira"}),
        ("entro giovedì", "it", {}),
        ("ich ruf sie am freitag an", "de", {"when": "Freitag"}),
        ("i'll do it by next friday", "en", {"when": "next Friday"}),
    ],
)
def test_a_day_and_a_sum_are_taken_up_when_they_are_clear(
    text: str, language: str, values: dict[str, str]
) -> None:
    assert values_of(text, language) == values


def test_numbers_without_end_are_looked_through_once() -> None:
    began = thread_time()
    for run in ("100 " * 4000, "1'" * 8000, "1." * 8000):
        assert values_of(f"{run} and so on. It was £1,250", "en")["amount"] == "£1,250"
    for run in ("ge" * 8000, "hat " * 4000, "er" * 8000, "a" * 16000, "hat " * 7 + "ge" * 8000):
        for language in ("en", "de", "fr", "es", "pt"):
            day_is_past(f"Freitag Friday lundi lunes segunda {run}", language)
    assert thread_time() - began < 1


PLAIN = (
    ("en", None, "I was going to say Friday."),
    ("en", None, "Did you say Friday?"),
    ("fr", True, "C’était mercredi."),
    ("fr", True, "Il n'avait rien mercredi."),
    ("fr", False, "On l'installera lundi."),
    ("de", True, "Am Montag am Morgen brach die Leitung ab."),
    ("de", None, "Am Morgen ging nichts mehr."),
    ("de", False, "Das machen wir morgen."),
    ("en", None, "It was late. Friday, then."),
    ("en", True, "It broke on Friday and nobody could log in."),
    ("en", True, "It went down on Friday just before the demo."),
    ("en", True, "The server crashed last Friday."),
    ("en", True, "It didn’t start on Monday."),
    ("en", False, "We need it by Friday."),
    ("en", False, "We do it all again next week."),
    ("en", None, "The board meeting is scheduled for Friday."),
    ("en", None, "We are supposed to sign on Friday."),
    ("en", None, "I'm tied up on Friday."),
    ("en", None, "Friday is the last day."),
    ("en", None, "I've got the board on Friday."),
    ("en", None, "I was thinking of Friday."),
    ("en", None, "It should have been there on Friday."),
    ("en", None, "Until Friday it worked fine."),
    ("de", None, "Wir haben am Freitag Sitzung, da liegt das Angebot auf dem Tisch."),
    ("de", True, "Am Montag brach die Leitung ab."),
    ("de", True, "Wir haben am Freitag zwei Kunden verloren."),
    ("de", False, "Das geht nächste Woche wieder los."),
    ("de", None, "Am Freitag ist der letzte Tag."),
    ("de", None, "Beim Treffen am Freitag liegt es vor."),
    ("fr", None, "La réunion est lundi."),
    ("fr", None, "On a comité jeudi."),
    ("fr", None, "La livraison est prévue lundi."),
    ("fr", None, "Lundi est le dernier jour."),
    ("fr", True, "J'ai appelé lundi."),
    ("fr", True, "J’ai appelé lundi."),
    ("fr", True, "C'était lundi dernier."),
    ("fr", True, "Tout a planté lundi juste avant la démo."),
    ("fr", False, "On en parle la semaine prochaine."),
    ("es", True, "El lunes se cayó y fue un desastre para nosotros."),
    ("es", True, "El lunes pasado, antes de la demo."),
    ("es", None, "La reunión es el lunes."),
    ("es", None, "El lunes por la mañana nadie atendía."),
    ("es", False, "Lo vemos la semana que viene."),
    ("pt", True, "Na segunda caiu tudo para todo mundo."),
    ("pt", None, "A reunião é na segunda."),
    ("pt", None, "Ficou para segunda."),
    ("pt", False, "A gente vê isso semana que vem."),
)


def test_a_day_has_been_or_is_to_come_where_the_words_tell() -> None:
    for language, been, to_come, neither in (
        ("en", "It went on Remembrance Sunday.", "They meet on Sunday and won't read two.", "Sunday, then."),
        ("de", "Das ist am Montag kaputtgegangen.", "Bis Montag muss das laufen.", "Am Montag, ja."),
        ("fr", "Elle est tombée lundi.", "Il faut que ce soit prêt lundi.", "Lundi, donc."),
        ("es", "El lunes se cayó todo.", "Se lo mandaré el lunes.", "El lunes, entonces."),
        ("pt", "Na segunda caiu tudo.", "Vou mandar na segunda.", "Segunda, então."),
    ):
        assert day_is_past(f"Hm. {been}", language) is True, been
        assert day_is_past(f"{to_come} Hm.", language) is False, to_come
        assert day_is_past(neither, language) is None, neither
    for tag, past, text in PLAIN:
        assert day_is_past(text, tag) is past, text
