"""What a card begins with, and why there is none."""

from __future__ import annotations

import pytest

from tests.suggest.support import Published, by_signals, said
from wingman.config.suggest import SuggestSettings
from wingman.core.errors import InputError
from wingman.core.events import SuggestionCreated, SuggestionSkipped
from wingman.core.time import samples
from wingman.suggest.card.opener import CardOpener
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.gate.decisions import Candidate, Reason, Skip, Speak, request
from wingman.suggest.playbook.playbook import load_playbook


class Opened:
    """An opener between a gate and a screen of a coach without a model."""

    def __init__(self) -> None:
        self.published = Published()
        coach = Coach(
            SuggestSettings(), load_playbook("sales"), None, self.published, parts=CoachParts(probes=by_signals)
        )
        coach.recall([said("we are worried about the price", 1.0), said("the pilot starts on monday", 5.0)])
        self.opener: CardOpener = coach._opener

    def texts(self) -> list[str]:
        return [created.text for created in self.published.of(SuggestionCreated)]

    def reasons(self) -> list[str]:
        return [skipped.reason for skipped in self.published.of(SuggestionSkipped)]


def price(at: float, *, unsure: bool = False) -> Candidate:
    trigger = next(one for one in load_playbook("sales").triggers if one.kind == "price")
    text = "how much is it per month"
    return Candidate("price", Reason.QUESTION, 60, samples(at), f"u-{at}", text, "tab", trigger, unsure=unsure)


def test_a_reason_is_answered_with_a_phrase_of_the_playbook() -> None:
    opened = Opened()
    opened.opener.act_on((Skip(Reason.REPLACED, "u-0"), Speak(price(3))), 0.0)
    assert opened.reasons() == ["replaced_by_newer"]
    assert len(opened.texts()) == 1
    assert opened.texts()[0]


def test_the_same_words_are_not_shown_again() -> None:
    opened = Opened()
    for at in range(12):
        opened.opener.act_on((Speak(price(30.0 * at)),), 0.0)
    assert len(set(opened.texts()[:3])) == len(opened.texts()[:3])


def test_what_only_a_model_could_decide_is_silent_without_one() -> None:
    opened = Opened()
    opened.opener.act_on((Speak(price(3, unsure=True)),), 0.0)
    assert (opened.texts(), opened.reasons()) == ([], ["unlikely"])


def test_a_request_is_answered_by_what_was_said_or_refused_with_the_reason() -> None:
    opened = Opened()
    assert opened.opener.request(request("recap", "", samples(9)))
    assert "pilot" in opened.texts()[0] or "price" in opened.texts()[0]
    with pytest.raises(InputError, match="no language model is connected") as refused:
        opened.opener.request(request("ask", "what is the uptime", samples(9)))
    assert refused.value.status == 409
