"""The correlator's contract, example by example. Times in the examples are seconds."""

from __future__ import annotations

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.media import GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, Word
from wingman.core.time import Channel, Span, samples
from wingman.core.utterance import EMOTION_OFF, Family, ReadingStatus, Utterance
from wingman.correlate.correlator import Correlator, Output
from wingman.correlate.turns import Partial

TAB, MIC = Channel.TAB, Channel.MIC
HUME = EmotionInfo("hume", True, Scale.PROBABILITY, floor=0.2, moderate=0.4, strong=0.7)


def stretch(start: float, end: float) -> Span:
    return Span(samples(start), samples(end))


def said(text: str, start: float, end: float, speaker: str | None = None) -> tuple[Word, ...]:
    """The words of `text`, evenly over the stretch."""
    parts = text.split()
    step = (end - start) / len(parts)
    return tuple(
        Word(part, samples(start + i * step), samples(start + (i + 1) * step), 0.9, speaker)
        for i, part in enumerate(parts)
    )


def final(text: str, start: float, end: float, endpoint: bool = True, channel: Channel = TAB) -> Final:
    return Final(channel, stretch(start, end), said(text, start, end), endpoint)


def felt(start: float, end: float, channel: Channel = TAB, **scores: float) -> EmotionSpan:
    ranked = sorted((Score(name, value) for name, value in scores.items()), key=lambda s: -s.value)
    return EmotionSpan(channel, stretch(start, end), tuple(ranked), "hume", Scale.PROBABILITY)


def metered(settings: CorrelateSettings | None = None) -> Correlator:
    correlator = Correlator(settings or CorrelateSettings())
    correlator.expect_emotion(TAB, HUME)
    return correlator


def utterances(outputs: list[Output]) -> list[Utterance]:
    return [output for output in outputs if isinstance(output, Utterance)]


def test_an_utterance_leaves_at_once_and_is_revised_when_its_emotion_is_measured() -> None:
    correlator = metered()
    [first] = utterances(correlator.feed(final("We need a discount.", 1.0, 3.0)))
    assert (first.id, first.revision, first.emotion.status) == ("tab-000016000", 0, ReadingStatus.PENDING)
    assert (first.text, first.speaker, first.span) == ("We need a discount.", "tab", stretch(1.0, 3.0))

    [second] = utterances(correlator.feed(felt(1.0, 3.0, doubt=0.6, interest=0.3)))
    assert (second.id, second.revision) == (first.id, 1)
    assert second.emotion.label == "doubt"
    assert second.emotion.family is Family.DOUBTFUL
    assert second.emotion.strength == "moderate"
    assert second.emotion.coverage == 1.0
    assert [score.label for score in second.emotion.top] == ["doubt", "interest"]


def test_an_emotion_that_is_already_known_needs_no_revision() -> None:
    correlator = metered()
    correlator.feed(felt(1.0, 3.0, joy=0.8))
    [only] = utterances(correlator.feed(final("That is great.", 1.0, 3.0)))
    assert (only.revision, only.emotion.label, only.emotion.strength) == (0, "joy", "strong")
    assert utterances(correlator.finish()) == []


def test_the_grace_settles_what_no_meter_measured_as_unknown() -> None:
    correlator = metered()
    correlator.feed(final("Hello there.", 1.0, 2.0))
    assert utterances(correlator.advance(TAB, samples(3.99))) == []
    [settled] = utterances(correlator.advance(TAB, samples(4.0)))
    assert (settled.revision, settled.emotion.status) == (1, ReadingStatus.UNKNOWN)
    correlator.feed(felt(1.0, 2.0, joy=0.8))
    assert correlator.statistics().late_spans == 1
    assert utterances(correlator.advance(TAB, samples(60.0))) == []


def test_too_little_coverage_is_unknown() -> None:
    correlator = metered()
    correlator.feed(felt(0.0, 1.25, joy=0.8))
    correlator.feed(final("This went on for rather long.", 1.0, 5.0))
    [settled] = utterances(correlator.finish())
    assert settled.emotion.status is ReadingStatus.UNKNOWN
    assert settled.emotion.coverage == 0.0625


def test_nothing_over_the_floor_is_unknown_and_says_what_came_closest() -> None:
    correlator = metered()
    correlator.feed(felt(1.0, 3.0, joy=0.1))
    [only] = utterances(correlator.feed(final("Well then.", 1.0, 3.0)))
    assert only.emotion.status is ReadingStatus.UNKNOWN
    assert only.emotion.top == (Score("joy", 0.1),)


def test_without_a_meter_readings_are_off() -> None:
    correlator = Correlator(CorrelateSettings())
    [only] = utterances(correlator.feed(final("Hello there.", 1.0, 2.0)))
    assert only.emotion == EMOTION_OFF
    correlator.feed(felt(1.0, 2.0, joy=0.9))
    assert correlator.statistics().unexpected_spans == 1
    assert utterances(correlator.finish()) == []


def test_switching_the_meter_off_lets_go_of_what_was_pending_and_measured() -> None:
    correlator = metered()
    correlator.feed(felt(0.0, 1.0, joy=0.9))
    correlator.feed(final("Hello there.", 1.0, 2.0))
    correlator.expect_emotion(TAB, None)
    [revised] = utterances(correlator.advance(TAB, samples(2.1)))
    assert (revised.revision, revised.emotion) == (1, EMOTION_OFF)
    assert correlator.statistics().spans_held == 0


def test_a_meter_that_gives_up_settles_at_once() -> None:
    correlator = metered()
    correlator.feed(final("Hello there.", 1.0, 2.0))
    [revised] = utterances(correlator.feed(ProviderState(Branch.EMOTION, "hume", Health.DOWN, TAB)))
    assert revised.emotion.status is ReadingStatus.UNKNOWN
    [next_one] = utterances(correlator.feed(final("And again.", 3.0, 4.0)))
    assert (next_one.revision, next_one.emotion.status) == (0, ReadingStatus.UNKNOWN)


def test_missed_audio_is_not_waited_for() -> None:
    correlator = metered()
    correlator.feed(final("Hello there.", 1.0, 2.0))
    missed = Missed(Branch.EMOTION, TAB, stretch(0.5, 2.5), GapCause.LIVE_EDGE)
    [revised] = utterances(correlator.feed(missed))
    assert revised.emotion.status is ReadingStatus.UNKNOWN


def test_the_watermark_settles_what_lies_behind_it() -> None:
    correlator = metered()
    correlator.feed(final("Hello there.", 1.0, 2.0))
    assert utterances(correlator.feed(Progress(Branch.EMOTION, TAB, samples(1.9)))) == []
    [revised] = utterances(correlator.feed(Progress(Branch.EMOTION, TAB, samples(2.0))))
    assert revised.revision == 1
    correlator.feed(felt(1.0, 2.0, joy=0.8))
    assert correlator.statistics().late_spans == 1


def test_sliding_windows_are_not_counted_twice() -> None:
    correlator = metered()
    # joy belongs to the first three seconds; the growing windows after it repeat them
    correlator.feed(felt(0.0, 3.0, joy=0.9))
    correlator.feed(felt(0.0, 6.0, doubt=0.6, joy=0.45))
    correlator.feed(felt(0.0, 9.0, doubt=0.6, joy=0.3))
    [only] = utterances(correlator.feed(final("It was fine but now I wonder.", 3.0, 9.0)))
    assert only.emotion.top == (Score("doubt", 0.6), Score("joy", 0.375))


def test_finals_are_one_utterance_up_to_the_end_of_speech() -> None:
    correlator = Correlator(CorrelateSettings())
    assert utterances(correlator.feed(final("We can ship it", 0.0, 2.0, endpoint=False))) == []
    [only] = utterances(correlator.feed(final("next week.", 2.0, 3.0)))
    assert only.text == "We can ship it next week."
    assert only.confidence == 0.9


def test_speech_ended_closes_what_no_endpoint_closed() -> None:
    correlator = Correlator(CorrelateSettings())
    correlator.feed(final("We can ship it.", 0.0, 2.0, endpoint=False))
    [only] = utterances(correlator.feed(SpeechEnded(TAB, samples(2.0))))
    assert only.text == "We can ship it."
    assert correlator.feed(SpeechEnded(TAB, samples(2.0))) == []


def test_a_half_sentence_waits_for_its_continuation() -> None:
    correlator = Correlator(CorrelateSettings())
    assert utterances(correlator.feed(final("We would like to", 0.0, 2.0))) == []
    [only] = utterances(correlator.feed(final("start in May.", 2.5, 4.0)))
    assert only.text == "We would like to start in May."


def test_a_half_sentence_that_nobody_continues_is_told_as_it_is() -> None:
    correlator = Correlator(CorrelateSettings())
    correlator.feed(final("We would like to", 0.0, 2.0))
    assert utterances(correlator.advance(TAB, samples(3.4))) == []
    [only] = utterances(correlator.advance(TAB, samples(3.5)))
    assert only.text == "We would like to"


def test_merging_can_be_switched_off() -> None:
    correlator = Correlator(CorrelateSettings(merge_pause_s=0.0))
    assert len(utterances(correlator.feed(final("We would like to", 0.0, 2.0)))) == 1
    assert len(utterances(correlator.feed(final("start in May.", 2.5, 4.0)))) == 1


def test_diarized_speakers_are_kept_apart() -> None:
    correlator = Correlator(CorrelateSettings())
    words = said("Can you do it", 0.0, 2.0, "0") + said("Yes.", 2.1, 2.4, "1") + said("by May?", 2.5, 3.0, "0")
    found = utterances(correlator.feed(Final(TAB, stretch(0.0, 3.0), words, endpoint=True)))
    assert [(one.speaker, one.text) for one in found] == [("tab:0", "Can you do it by May?"), ("tab:1", "Yes.")]


def test_channels_that_talk_at_once_are_kept_apart() -> None:
    correlator = Correlator(CorrelateSettings())
    correlator.feed(final("I think the price", 0.0, 2.0, endpoint=False))
    [mine] = utterances(correlator.feed(final("Let me stop you there.", 1.0, 2.5, channel=MIC)))
    assert (mine.speaker, mine.text) == ("mic", "Let me stop you there.")
    [theirs] = utterances(correlator.feed(final("is fair.", 2.0, 3.0)))
    assert theirs.text == "I think the price is fair."


def test_partials_show_the_open_turn_and_clear_with_it() -> None:
    correlator = Correlator(CorrelateSettings())
    assert correlator.feed(Interim(TAB, stretch(0.0, 1.0), said("we can", 0.0, 1.0))) == [
        Partial(TAB, "tab", "we can", stretch(0.0, 1.0))
    ]
    correlator.feed(final("We can", 0.0, 1.0, endpoint=False))
    [shown] = correlator.feed(Interim(TAB, stretch(1.0, 2.0), said("ship it", 1.0, 2.0)))
    assert isinstance(shown, Partial)
    assert shown.text == "We can ship it"
    outputs = correlator.feed(final("ship it.", 1.0, 2.0))
    assert isinstance(outputs[-1], Partial)
    assert outputs[-1].text == ""


def test_replayed_events_change_nothing() -> None:
    correlator = metered()
    one, two = final("That is all.", 0.0, 2.0), felt(0.0, 2.0, joy=0.7)
    assert len(utterances(correlator.feed(one) + correlator.feed(two))) == 2
    assert utterances(correlator.feed(one) + correlator.feed(two) + correlator.finish()) == []
    statistics = correlator.statistics()
    assert (statistics.replayed_words, statistics.replayed_spans, statistics.words) == (3, 1, 3)
    assert statistics.counted["replayed_words"] == 3
    assert {"pending", "spans_held"}.isdisjoint(statistics.counted)


def test_finish_tells_everything_that_is_open() -> None:
    correlator = metered()
    correlator.feed(final("We would like to", 0.0, 2.0))
    [only] = utterances(correlator.finish())
    assert (only.text, only.emotion.status) == ("We would like to", ReadingStatus.UNKNOWN)
    assert utterances(correlator.finish()) == []


def test_flush_tells_half_a_sentence_to_somebody_who_cannot_wait() -> None:
    correlator = Correlator(CorrelateSettings())
    correlator.feed(final("We would like to", 0.0, 2.0))
    [only] = utterances(correlator.flush(TAB))
    assert only.text == "We would like to"
    assert correlator.flush(TAB) == []
