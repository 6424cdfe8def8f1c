from __future__ import annotations

from tests.suggest.playbook.care_moments import HARMLESS, MOMENTS
from tests.support.each import each
from wingman.suggest.card.choice import Moment, MoveChooser
from wingman.suggest.playbook.playbook import list_playbooks
from wingman.suggest.playbook.signals import CARE, detect


@each("at", range(len(MOMENTS)))
def test_what_calls_for_care_is_heard(at: int) -> None:
    need, language, words = MOMENTS[at]
    assert need in detect(words, language)


@each("at", range(len(HARMLESS)))
def test_what_only_sounds_so_is_not(at: int) -> None:
    language, words = HARMLESS[at]
    assert not detect(words, language).intersection(CARE)


def test_care_goes_first_in_every_playbook() -> None:
    for playbook in list_playbooks():
        for _, language, words in MOMENTS:
            moment = Moment("price", words, "tab", detect(words, language), language)
            choice = MoveChooser(playbook).choose(moment)
            assert choice is not None
            assert choice.care is not None
