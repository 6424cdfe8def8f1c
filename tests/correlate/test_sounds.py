"""Bursts: each is told once, with the utterance it belongs to or alone, and never counts as speech."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score, VocalBurst
from wingman.core.errors import Branch, Progress
from wingman.core.speech import Final, Word
from wingman.core.time import Channel, Span, samples
from wingman.core.utterance import LoneSound, ReadingStatus, Utterance
from wingman.correlate.correlator import Correlator, Output
from wingman.correlate.sounds import Sounds

TAB = Channel.TAB
V0 = EmotionInfo("hume-v0", True, Scale.INTENSITY, 0.2, 0.4, 0.6)


def burst(start: float, end: float, label: str = "laugh", score: float = 0.9) -> VocalBurst:
    return VocalBurst(TAB, Span(samples(start), samples(end)), label, score, "hume-v0")


def prosody(start: float, end: float, label: str = "anger", score: float = 0.3) -> EmotionSpan:
    span = Span(samples(start), samples(end))
    return EmotionSpan(TAB, span, (Score(label, score),), "hume-v0", Scale.INTENSITY)


def said(start: float, end: float, text: str = "I see.") -> Final:
    span = Span(samples(start), samples(end))
    words = text.split()
    step = span.length // len(words)
    timed = tuple(Word(w, span.start + n * step, span.start + (n + 1) * step) for n, w in enumerate(words))
    return Final(TAB, span, timed, endpoint=True)


def joined(*events: object, now: float = 30.0) -> list[Output]:
    correlator = Correlator(CorrelateSettings())
    correlator.expect_emotion(TAB, V0)
    out: list[Output] = []
    for event in events:
        out += correlator.feed(event)  # type: ignore[arg-type]  # the union, spelled out by the caller
        where = event.span.end if hasattr(event, "span") else 0
        out += correlator.advance(TAB, where)
    out += correlator.advance(TAB, samples(now))
    return out + correlator.finish()


def utterances(out: list[Output]) -> list[Utterance]:
    """Each in its last revision."""
    latest = {one.id: one for one in out if isinstance(one, Utterance)}
    return list(latest.values())


def test_a_burst_neither_dilutes_nor_erases_the_voice_beside_it() -> None:
    """One clip of three seconds: a quiet anger, then a long loud sigh."""
    without = utterances(joined(said(0, 3), prosody(0, 1.2), Progress(Branch.EMOTION, TAB, samples(3))))
    beside = utterances(
        joined(said(0, 3), prosody(0, 1.2), burst(1.3, 2.9, "sigh"), Progress(Branch.EMOTION, TAB, samples(3)))
    )
    assert without[0].emotion == beside[0].emotion
    assert (beside[0].emotion.status, beside[0].emotion.label) == (ReadingStatus.KNOWN, "anger")
    assert [sound.word for sound in beside[0].sounds] == ["sighs"]
    assert not without[0].sounds


@pytest.mark.parametrize("where", [(-0.8, -0.2), (0.2, 0.5), (2.9, 3.5), (3.5, 4.0)])
def test_a_burst_in_or_beside_an_utterance_is_told_with_it(where: tuple[float, float]) -> None:
    start, end = where
    out = joined(
        prosody(2, 4), burst(2 + start, 2 + end), said(2, 5), Progress(Branch.EMOTION, TAB, samples(6))
    )
    (utterance,) = utterances(out)
    assert [sound.label for sound in utterance.sounds] == ["laugh"]
    assert not [one for one in out if isinstance(one, LoneSound)]


def test_a_burst_that_comes_after_its_words_is_told_with_their_revision() -> None:
    out = joined(said(0, 2), burst(2.2, 2.8), prosody(0, 2), Progress(Branch.EMOTION, TAB, samples(3)))
    told = [one for one in out if isinstance(one, Utterance)]
    assert [len(one.sounds) for one in told if one.revision] == [1]


def test_a_burst_far_from_any_word_stands_alone() -> None:
    out = joined(said(0, 2), burst(10, 11, "sigh"), now=20)
    (lone,) = [one for one in out if isinstance(one, LoneSound)]
    assert (lone.sound.word, lone.sound.start, lone.utterance) == ("sighs", samples(10), "")


def test_a_burst_that_comes_too_late_names_its_utterance() -> None:
    out = joined(said(0, 2), prosody(0, 2), Progress(Branch.EMOTION, TAB, samples(3)), burst(1.0, 1.5), now=12)
    (lone,) = [one for one in out if isinstance(one, LoneSound)]
    (utterance,) = utterances(out)
    assert lone.utterance == utterance.id


def test_only_a_laugh_is_shown_although_nothing_was_measured() -> None:
    out = joined(said(0, 1, "ha"), burst(0, 1), Progress(Branch.EMOTION, TAB, samples(2)))
    (utterance,) = utterances(out)
    assert (utterance.emotion.status, utterance.emotion.why) == (ReadingStatus.UNKNOWN, "unmeasured")
    assert [sound.word for sound in utterance.sounds] == ["laughs"]


def test_measured_and_faint_is_not_the_same_as_unmeasured() -> None:
    out = joined(said(0, 2), prosody(0, 2, score=0.1), Progress(Branch.EMOTION, TAB, samples(3)))
    assert utterances(out)[0].emotion.why == "faint"


def test_a_laugh_that_two_clips_share_is_one() -> None:
    sounds = Sounds(2.0)
    for span in ((0.0, 1.0), (1.0, 2.0), (2.1, 3.0), (5.0, 5.5)):
        sounds.hear(burst(*span))
    assert len(sounds) == 2


def test_a_replayed_burst_is_not_a_second_one() -> None:
    sounds = Sounds(2.0)
    sounds.hear(burst(1.0, 1.5))
    sounds.hear(burst(1.0, 1.5))
    assert len(sounds.claim(Span(0, samples(3)))) == 1
    assert not sounds.claim(Span(0, samples(3)))


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["laugh", "sigh", "gasp"])), max_size=60))
def test_every_burst_is_told_exactly_once(plan: list[tuple[int, str]]) -> None:
    """Whatever comes near what: with an utterance, or alone."""
    finals = [said(4.0 * n, 4.0 * n + 1.5) for n in range(5)]
    starts = sorted({(at, label) for at, label in plan})
    expected = [(0.5 * at, label) for at, label in starts]
    bursts = [burst(at, at + 0.05, label) for at, label in expected]
    both: list[Any] = [*finals, *bursts]
    events = sorted(both, key=lambda event: event.span.end)
    out = joined(*events, now=60)
    told = [sound for one in utterances(out) for sound in one.sounds]
    told += [one.sound for one in out if isinstance(one, LoneSound)]
    assert len({(sound.start, sound.label) for sound in told}) == len(told)
    assert sorted((sound.start, sound.label) for sound in told) == sorted(
        (samples(at), label) for at, label in expected
    )
