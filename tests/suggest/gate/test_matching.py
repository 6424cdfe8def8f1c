"""Which trigger words fire first, and what a user's own promise needs to count."""

from __future__ import annotations

from tests.suggest.support import by_signals, said
from tests.support.each import each
from wingman.suggest.gate.decisions import Candidate, Reason, Skip
from wingman.suggest.gate.evidence import EvidenceWeigher
from wingman.suggest.gate.matching import Fired, binding, first, matched
from wingman.suggest.playbook.playbook import Playbook, Trigger
from wingman.suggest.playbook.signals import Signal, detect
from wingman.suggest.playbook.triggers import Triggers

PRICE = Trigger(name="price", kind="price", signals=(Signal.PRICE,), priority=70)
QUESTION = Trigger(name="question", kind="question", signals=(Signal.QUESTION,), priority=60)
PHRASE = Trigger(name="drawer", kind="cue", phrases=("drawer",), priority=50)


def fired(text: str, *triggers: Trigger) -> list[Fired]:
    words = said(text)
    evidence = EvidenceWeigher(by_signals).weigh(words, text, detect(text, "en"), None)
    return matched(Triggers(Playbook(name="t", title="T", persona="", triggers=triggers)), words, evidence)


def test_a_question_about_money_is_about_money_first() -> None:
    names = [trigger.name for trigger, _, _ in fired("how much does it cost per month", QUESTION, PRICE)]
    assert names[0] == "price"


def test_a_phrase_of_the_playbook_fires_whatever_was_meant() -> None:
    found = {trigger.name: why for trigger, why, _ in fired("we keep it in a drawer", PHRASE, PRICE)}
    assert found["drawer"] is Reason.PHRASE


def test_the_strongest_comes_first() -> None:
    strengths = [strength for _, _, strength in fired("is it too expensive for us", QUESTION, PRICE, PHRASE)]
    assert strengths == sorted(strengths, reverse=True)


def test_the_first_that_may_fire_brings_the_others_along() -> None:
    both: list[Fired] = [(PRICE, Reason.SIGNAL, 1.0), (QUESTION, Reason.QUESTION, 0.5)]
    found = first(said("how much is it"), both, lambda _: None)
    assert isinstance(found, Candidate)
    assert (found.trigger, [other.trigger for other in found.others]) == (PRICE, [QUESTION])


def test_of_spent_triggers_the_last_reason_is_told() -> None:
    both: list[Fired] = [(PRICE, Reason.SIGNAL, 1.0), (QUESTION, Reason.QUESTION, 0.5)]
    spent = {"price": Reason.ONCE, "question": Reason.MAX}
    words = said("how much is it")
    assert first(words, both, lambda trigger: spent[trigger.name]) == Skip(Reason.MAX, words.id, "question")
    assert first(words, [], lambda _: None) == Skip(Reason.NO_TRIGGER, words.id)


@each(
    ("text", "counts"),
    [
        ("i will send it to you tomorrow", True),
        ("ich schicke es dir bis freitag", True),
        ("i will call you back within ten minutes", True),
        ("we will send the summary by the tenth", True),
        ("ich rufe in zwei stunden zurück", True),
        ("je vous rappelle dans deux heures", True),
        ("le llamo en dos horas", True),
        ("envio dentro de duas semanas", True),
        ("on va regarder dans le contrat", False),
        ("i will send it to you", False),
        ("shall i send it to you tomorrow", False),
    ],
)
def test_a_promise_of_the_user_counts_when_it_has_a_date(text: str, counts: bool) -> None:
    signals = frozenset({Signal.COMMITMENT}) | ({Signal.QUESTION} if text.startswith("shall") else frozenset())
    assert (Signal.COMMITMENT in binding(text, signals)) is counts
