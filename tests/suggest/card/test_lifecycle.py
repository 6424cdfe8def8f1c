from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.suggest.support import Published
from wingman.core.events import (
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSuperseded,
)
from wingman.suggest.card.lifecycle import CardLife

ENDS = (SuggestionCompleted, SuggestionExpired, SuggestionFailed, SuggestionSuperseded)
STEPS: dict[str, Any] = {
    "delta": lambda life: life.delta("word "),
    "complete": lambda life: life.complete("model", ""),
    "expire": lambda life: life.expire("ttl"),
    "fail": lambda life: life.fail("timeout", "late"),
    "supersede": lambda life: life.supersede("s2"),
}


def life(published: Published, text: str = "", clock: Any = None) -> CardLife:
    created = SuggestionCreated("s1", "price", "signal", None, "playbook", text)
    return CardLife(created, None, published, clock or (lambda: 0.0))


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_whatever_is_done_there_is_one_end_and_nothing_after_it(steps: list[str]) -> None:
    published = Published()
    card = life(published)
    for step in steps:
        STEPS[step](card)
    ends = [event for event in published.events if isinstance(event, ENDS)]
    assert len(ends) == min(1, sum(step != "delta" for step in steps))
    assert isinstance(published.events[0], SuggestionCreated)
    if ends:
        assert published.events[-1] is ends[0]


def test_the_models_first_words_take_the_instant_texts_place() -> None:
    published = Published()
    card = life(published, "Instant.")
    card.delta("Better ")
    card.delta("words. ")
    card.complete("gemini", "")
    assert published.of(SuggestionDelta) == [SuggestionDelta("s1", "Better "), SuggestionDelta("s1", "words. ")]
    (done,) = published.of(SuggestionCompleted)
    assert (done.text, done.origin) == ("Better words.", "gemini")


def test_the_instant_text_alone_is_a_whole_text() -> None:
    published = Published()
    life(published, "Instant.").complete("playbook", "")
    (done,) = published.of(SuggestionCompleted)
    assert (done.text, done.first_token_ms) == ("Instant.", None)


def test_latencies_are_in_milliseconds_from_the_creation() -> None:
    published, now = Published(), 10.0
    card = life(published, clock=lambda: now)
    now = 10.25
    card.delta("a")
    now = 10.5
    card.complete("gemini", "")
    (done,) = published.of(SuggestionCompleted)
    assert (done.first_token_ms, done.total_ms) == (250.0, 500.0)
