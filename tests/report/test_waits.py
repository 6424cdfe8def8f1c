"""A card's wait runs from the end of the sentence that asked for it, on the wall's clock."""

from __future__ import annotations

import pytest

from wingman.core.codec import envelope
from wingman.core.events import (
    READ_AS_FILE,
    CaptureState,
    Event,
    Media,
    SuggestionCreated,
    SuggestionSkipped,
    UtteranceCreated,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.report.waits import LONGEST, Wait, Waits

TAB, MIC = Channel.TAB, Channel.MIC
CARD = SuggestionCreated("s-1", "price", "price_question", "u-1", "playbook")
SAID = UtteranceCreated("u-1", "tab", "How much is it?", 1.0, 0, EMOTION_OFF)


def wait(*told: tuple[float, Event, Media | None]) -> Wait | None:
    """The wait for `CARD`, told last."""
    waits = Waits()
    for at, payload, media in told:
        waits.add(envelope(1, "m-1", at, payload, media))
    return waits.of(CARD)


def test_the_first_sample_sets_the_clock() -> None:
    begun = (100.0, CaptureState(TAB, "capturing"), None)
    again = (150.0, CaptureState(TAB, "capturing"), None)
    other = (90.0, CaptureState(MIC, "capturing"), None)
    said = (106.0, SAID, Media(TAB, 2.0, 5.0))
    assert wait(other, begun, again, said, (106.25, CARD, None)) == Wait(1.25, 1.0, "")


def test_without_a_first_sample_the_first_sentence_sets_it() -> None:
    assert wait((106.0, SAID, Media(TAB, 2.0, 5.0)), (107.0, CARD, None)) == Wait(1.0, 0.0, "")


@pytest.mark.parametrize(("later", "held"), [(0.25, ""), (3.0, "speaking")])
def test_a_card_that_was_held_back_says_why(later: float, held: str) -> None:
    said = (106.0, SAID, Media(TAB, 2.0, 5.0))
    skipped = (106.0, SuggestionSkipped("speaking", "u-1"), None)
    elsewhere = (106.0, SuggestionSkipped("cooldown", "u-2"), None)
    found = wait(said, skipped, elsewhere, (106.0 + later, CARD, None))
    assert found == Wait(later, 0.0, held)


def test_a_card_nobody_asked_for_has_no_wait() -> None:
    assert wait((1.0, CARD, None)) is None
    assert wait((1.0, SAID, None), (2.0, CARD, None)) is None


@pytest.mark.parametrize("shown", [-5.0, LONGEST + 1.0])
def test_clocks_that_do_not_belong_together_tell_nothing(shown: float) -> None:
    assert wait((106.0, SAID, Media(TAB, 2.0, 5.0)), (106.0 + shown, CARD, None)) is None


def test_nobody_waits_for_what_comes_of_a_file() -> None:
    read = (100.0, CaptureState(TAB, "capturing", READ_AS_FILE), None)
    assert wait(read, (106.0, SAID, Media(TAB, 2.0, 5.0)), (107.0, CARD, None)) is None
