"""What a card waited for, told by the events an overlay sees."""

from __future__ import annotations

from wingman.bench.seen_cards import SeenCards
from wingman.bench.waiting import Owner
from wingman.core import codec
from wingman.core.events import (
    Event,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionSkipped,
    UtteranceRevised,
)
from wingman.core.utterance import EMOTION_OFF

WALL = -90.0
"""The watching clock less Unix time."""


def _seen(*told: tuple[float, Event]) -> SeenCards:
    """Each event seen 2 ms after it was written down, at so many seconds of Unix time."""
    cards = SeenCards()
    for number, (at, data) in enumerate(told):
        cards.add(at + 0.002 + WALL, codec.envelope(number, "m-1", at, data), WALL)
    return cards


def _card(reason: str = "signal", origin: str = "playbook", latency_ms: float = 3.0) -> SuggestionCreated:
    return SuggestionCreated("s-1", "price", reason, "u-1", origin, "Ask why.", latency_ms=latency_ms)


def _toned() -> UtteranceRevised:
    return UtteranceRevised("u-1", "tab", "and the price", 0.9, 1, EMOTION_OFF)


def test_a_card_that_the_words_brought_waited_for_nothing() -> None:
    card = _seen((100.0, _card()), (100.7, SuggestionDelta("s-1", "Well"))).cards["u-1"]
    assert (round(card.seen, 3), card.instant, card.due) == (10.002, True, None)


def test_one_that_was_held_waited_by_choice_however_shortly() -> None:
    for reason in ("cooldown", "in_flight", "user_speaking"):
        card = _seen((100.0, SuggestionSkipped(reason, "u-1")), (100.15, _card())).cards["u-1"]
        assert card.due is not None
        assert (round(card.due, 3), card.due_to) == (10.147, Owner.CHOICE)


def test_other_reasons_for_silence_hold_nothing() -> None:
    assert _seen((100.0, SuggestionSkipped("unlikely", "u-1")), (100.1, _card())).cards["u-1"].due is None


def test_one_that_a_tone_brought_waited_for_the_tone() -> None:
    told = _seen((100.4, _toned()), (100.403, _card()))
    assert told.cards["u-1"].due_to is Owner.PROVIDER
    assert round(told.tones["u-1"], 3) == 10.4
    shifted = _seen((103.0, _card("emotion_shift"))).cards["u-1"]
    assert shifted.due_to is Owner.PROVIDER


def test_words_that_were_weighed_slowly_are_ours_whatever_tone_came_meanwhile() -> None:
    card = _seen((100.2, _toned()), (100.25, _card(latency_ms=250.0))).cards["u-1"]
    assert card.due is None


def test_a_card_that_began_with_the_models_words_is_no_instant_one() -> None:
    told = _seen((100.9, _card(origin="gemini")), (100.9, SuggestionDelta("s-1", "Well")))
    assert not told.cards["u-1"].instant
    assert told.cards["u-1"].timed
    assert round(told.first["s-1"], 3) == 10.902


def test_when_one_of_those_was_released_is_told_at_its_end() -> None:
    card, words = _card(origin="gemini"), SuggestionDelta("s-1", "Well")
    held: list[tuple[float, Event]] = [
        (100.0, SuggestionSkipped("in_flight", "u-1")),
        (104.0, card),
        (104.0, words),
    ]
    assert not _seen(*held).cards["u-1"].timed
    done = _seen(*held, (104.5, SuggestionCompleted("s-1", "Well.", "gemini", 600.0))).cards["u-1"]
    assert done.due is not None
    assert (done.timed, round(done.due, 3), done.due_to) == (True, 13.4, Owner.CHOICE)
