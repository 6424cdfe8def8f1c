from __future__ import annotations

from time import thread_time

from tests.support.each import each
from wingman.suggest.knowledge.facets import asked, held
from wingman.suggest.playbook.signals import normalise


@each(
    ("facet", "question", "note"),
    [
        ("money", "So what's the damage for all six?", "Per person a month: £3.10"),
        ("money", "Und wo landen wir da?", "Preise ohne Mehrwertsteuer: 1.480 €"),
        ("time", "How soon could you get two of them going?", "Ten working days per home."),
        ("data", "Where does all this live?", "All data in the United Kingdom."),
        ("end", "And if we part ways?", "Free break at month 18 with 90 days' notice."),
        ("fault", "It keeps stopping on us", "E41: alarm of the drive motor"),
        ("rule", "Does that have to go down on it?", "Every driver must be declared."),
        ("scope", "Was ist da alles drin?", "Nicht enthalten: Leitungsnetz."),
        ("compare", "Could we just use the other lot?", "Other packages usually record who worked."),
    ],
)
def test_a_question_and_its_note_share_a_facet(facet: str, question: str, note: str) -> None:
    assert facet in asked(normalise(question))
    assert held(note)[facet] > 0


def test_small_talk_asks_for_nothing() -> None:
    assert asked(normalise("lovely weather, isn't it")) == frozenset()
    assert held("") == {}


def test_a_number_without_end_is_looked_through_once() -> None:
    began = thread_time()
    assert held("1." * 6000 + " and £3.10 a month")["money"] > 0
    assert thread_time() - began < 0.5
