"""The rolling context is bounded and keeps the latest revision. Times are seconds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wingman.config.correlate import ContextSettings
from wingman.core.time import Channel, samples
from wingman.core.utterance import EMOTION_PENDING, EmotionReading, Family, ReadingStatus, Utterance
from wingman.suggest.card.context import RollingContext, estimate_tokens


def said(start: float, text: str = "Hello there.", speaker: str = "tab") -> Utterance:
    at = samples(start)
    return Utterance(
        f"{speaker}-{at:09d}", Channel.TAB, speaker, at, at + 16000, text, (), 0.9, EMOTION_PENDING
    )


JOY = EmotionReading(ReadingStatus.KNOWN, label="joy", family=Family.POSITIVE, score=0.8)


def test_an_older_revision_does_not_replace_a_newer_one() -> None:
    context = RollingContext()
    revised = replace(said(5.0), revision=1, emotion=JOY)
    context.add(revised)
    context.add(said(5.0))
    assert context.window() == (revised,)


def test_a_late_channel_is_put_where_it_belongs() -> None:
    context = RollingContext()
    for at in (5.0, 9.0, 7.0):
        context.add(said(at))
    assert [one.start for one in context.window()] == [samples(at) for at in (5.0, 7.0, 9.0)]


def test_what_is_too_long_ago_is_forgotten() -> None:
    context = RollingContext(ContextSettings(seconds=60.0))
    first, second = said(5.0), said(50.0)
    context.add(first)
    context.add(second)
    context.add(said(100.0))
    assert [one.start for one in context.window()] == [second.start, samples(100.0)]
    context.add(replace(first, revision=1, emotion=JOY))
    assert len(context) == 2


def test_a_single_utterance_larger_than_the_budget_is_still_there() -> None:
    context = RollingContext(ContextSettings(tokens=10))
    context.add(said(5.0, "word " * 500))
    assert len(context) == 1


def test_other_scripts_cost_a_token_a_character() -> None:
    assert estimate_tokens("abcdefgh") == 2
    assert estimate_tokens("価格は高い") == 5


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 60), st.integers(0, 1)), max_size=60))
def test_it_never_exceeds_its_budgets(events: list[tuple[int, int, int]]) -> None:
    context = RollingContext(ContextSettings(seconds=120.0, tokens=200))
    for at, words, revision in events:
        context.add(replace(said(float(at), "word " * words), revision=revision))
        held = context.window()
        assert context.tokens == sum(estimate_tokens(one.text) + 8 for one in held)
        assert context.tokens <= 200 or len(held) == 1
        assert list(held) == sorted(held, key=lambda one: (one.start, one.end, one.id))
        assert held[-1].end - held[0].end <= samples(120.0)
