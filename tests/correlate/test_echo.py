"""Echoes go, honest repetitions stay. Times in the examples are seconds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.alignment import latest, play
from tests.support.conversations import Report
from tests.support.echoes import Kind, echo_meeting
from wingman.config.correlate import CorrelateSettings, EchoSettings
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.media import GapCause
from wingman.core.speech import Final, Interim, SpeechStarted, TimedEvent, Word
from wingman.core.time import Channel, Span, samples
from wingman.core.utterance import Utterance
from wingman.correlate.correlator import Correlator
from wingman.correlate.echo import EchoFilter

TAB, MIC = Channel.TAB, Channel.MIC


def said(text: str, start: float, step: float = 0.3) -> list[Word]:
    parts = text.split()
    return [
        Word(part, samples(start + i * step), samples(start + i * step + 0.25)) for i, part in enumerate(parts)
    ]


def text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def test_the_same_words_a_little_later_are_an_echo() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("What would it cost us?", 1.0))
    assert echo.own(said("what would it cost us", 1.2)) == []
    assert echo.lag == samples(0.2)


def test_own_words_after_the_echo_stay() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("What would it cost us?", 1.0))
    assert text(echo.own([*said("what would it cost us", 1.2), *said("about ten", 3.0)])) == "about ten"


def test_a_misheard_word_inside_the_echo_goes_too() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("We would need their approval first", 1.0))
    assert echo.own(said("we would need there approval first", 1.2)) == []
    echo.hear(said("We would need their approval first", 5.0))
    assert echo.own(said("we wood need uh approval fist", 5.2)) == []


def test_a_word_spoken_over_the_echo_stays() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("We would need their approval first", 1.0))
    heard = said("we would need their approval first", 1.2)
    mine = Word("no", samples(1.75), samples(1.95))
    assert echo.own(sorted([*heard, mine], key=lambda word: word.start)) == [mine]


@pytest.mark.parametrize("delay", [0.35, 0.6, 0.9, 1.5])
def test_yes_after_a_yes_is_somebodys_own(delay: float) -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("Yes, yes.", 1.0))
    assert text(echo.own(said("Yes, yes.", 1.0 + delay))) == "Yes, yes."


def test_at_a_proven_lag_a_single_word_is_an_echo_but_only_once() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("What would it cost us?", 1.0))
    echo.own(said("what would it cost us", 1.2))
    echo.hear(said("Yes.", 5.0))
    assert echo.own(said("yes", 5.2)) == []
    assert text(echo.own(said("yes", 5.25))) == "yes"


def test_a_sentence_repeated_by_the_user_stays() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("next Friday at ten", 1.0))
    assert text(echo.own(said("next Friday at ten", 2.6))) == "next Friday at ten"


def test_looking_at_an_interim_teaches_nothing() -> None:
    echo = EchoFilter(EchoSettings())
    echo.hear(said("What would it cost us?", 1.0))
    assert echo.own(said("what would it", 1.2), learn=False) == []
    assert echo.lag is None


def final(channel: Channel, words: list[Word]) -> Final:
    return Final(channel, Span(words[0].start, words[-1].end), tuple(words), endpoint=True)


def utterances(outputs: Sequence[object]) -> list[Utterance]:
    return [output for output in outputs if isinstance(output, Utterance)]


def test_the_microphone_waits_for_the_tabs_words_while_the_tab_speaks() -> None:
    correlator = Correlator(CorrelateSettings())
    correlator.feed(SpeechStarted(TAB, samples(1.0)))
    heard = final(MIC, said("what would it cost us.", 1.2))
    assert utterances(correlator.feed(heard)) == []
    found = utterances(correlator.feed(final(TAB, said("What would it cost us?", 1.0))))
    assert [one.channel for one in found] == [TAB]
    assert utterances(correlator.finish()) == []
    assert correlator.statistics().echo_words == 5


def test_the_microphone_waits_no_longer_than_it_must() -> None:
    correlator = Correlator(CorrelateSettings())
    mine = final(MIC, said("I see what you mean.", 1.2))
    assert len(utterances(correlator.feed(mine))) == 1  # the tab is silent

    correlator.feed(SpeechStarted(TAB, samples(3.0)))
    mine = final(MIC, said("I see what you mean.", 4.0))
    assert utterances(correlator.feed(mine)) == []
    assert len(utterances(correlator.feed(Progress(Branch.TRANSCRIBE, TAB, samples(6.0))))) == 1

    mine = final(MIC, said("I see what you mean.", 7.0))
    assert utterances(correlator.feed(mine)) == []
    assert utterances(correlator.advance(MIC, mine.span.end + samples(3.9))) == []
    assert len(utterances(correlator.advance(MIC, mine.span.end + samples(4.0)))) == 1
    assert correlator.statistics().unchecked_turns == 1


def tab_at_work(now: float) -> Correlator:
    """A meeting whose tab has a transcriber that has said nothing yet."""
    correlator = Correlator(CorrelateSettings())
    correlator.feed(ProviderState(Branch.TRANSCRIBE, "some", Health.UP, TAB))
    correlator.advance(TAB, samples(now))
    return correlator


def test_the_microphone_waits_for_a_tab_whose_words_come_later_than_its_own() -> None:
    correlator = tab_at_work(5.0)
    assert utterances(correlator.feed(final(MIC, said("what would it cost us.", 1.2)))) == []
    assert utterances(correlator.advance(MIC, samples(5.0))) == []
    found = utterances(correlator.feed(final(TAB, said("What would it cost us?", 1.0))))
    assert [one.channel for one in found] == [TAB]
    assert utterances(correlator.finish()) == []


@pytest.mark.parametrize(
    "passed",
    [
        Interim(TAB, Span(0, samples(4.0)), ()),
        Final(TAB, Span(0, samples(4.0)), ()),
        Progress(Branch.TRANSCRIBE, TAB, samples(4.0)),
        Missed(Branch.TRANSCRIBE, TAB, Span(0, samples(4.0)), GapCause.OUTAGE),
        ProviderState(Branch.TRANSCRIBE, "some", Health.DOWN, TAB),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_tab_that_is_known_to_have_said_nothing_is_not_waited_for(passed: TimedEvent) -> None:
    correlator = tab_at_work(5.0)
    mine = final(MIC, said("I see what you mean.", 1.2))
    assert utterances(correlator.feed(mine)) == []
    assert len(utterances(correlator.feed(passed))) == 1
    assert correlator.statistics().unchecked_turns == 0
    # and is known beforehand
    mine = final(MIC, said("I see.", 2.9))
    assert len(utterances(correlator.feed(mine))) == 1


def test_a_tab_that_was_closed_is_not_waited_for_beyond_its_end() -> None:
    correlator = tab_at_work(2.0)
    correlator.feed(Progress(Branch.TRANSCRIBE, TAB, samples(2.0)))
    assert len(utterances(correlator.feed(final(MIC, said("I see what you mean.", 60.0))))) == 1


def test_a_microphone_that_is_switched_off_waits_by_the_tabs_time() -> None:
    correlator = tab_at_work(5.0)
    assert utterances(correlator.feed(final(MIC, said("I see what you mean.", 1.2)))) == []
    assert utterances(correlator.advance(TAB, samples(8.9))) == []
    assert len(utterances(correlator.advance(TAB, samples(9.0)))) == 1


def test_what_has_waited_for_the_tab_comes_before_what_the_tab_said_after_it() -> None:
    correlator = tab_at_work(9.0)
    assert utterances(correlator.feed(final(MIC, said("I see what you mean.", 1.2)))) == []
    found = utterances(correlator.feed(final(TAB, said("So, what would it cost us?", 4.0))))
    assert [one.channel for one in found] == [MIC, TAB]


@pytest.mark.parametrize("late", [1.0, 2.5])
def test_a_meeting_with_a_loudspeaker_whose_tab_is_transcribed_slowly(late: float) -> None:
    made = echo_meeting(11, 3.0)
    at_work = ProviderState(Branch.TRANSCRIBE, "some", Health.UP, TAB)
    reports = [
        Report(one.at + samples(late), one.event) if one.event.channel is TAB else one for one in made.reports
    ]
    reports = [Report(0, at_work), *sorted(reports, key=lambda one: one.at)]
    found = latest(play(reports, Correlator(CorrelateSettings())))
    left = {(word.start, word.end, word.text) for one in found if one.channel is MIC for word in one.words}
    assert sum(kind is Kind.ECHO and key in left for key, kind in made.heard.items()) <= 0.02 * made.tab
    assert [key for key, kind in made.heard.items() if kind is Kind.REPEAT and key not in left] == []


def test_an_echo_does_not_show_as_the_users_partial() -> None:
    correlator = Correlator(CorrelateSettings())
    tab, mic = said("what would it cost", 1.0), said("what would it cost", 1.2)
    correlator.feed(Interim(TAB, Span(tab[0].start, tab[-1].end), tuple(tab)))
    assert correlator.feed(Interim(MIC, Span(mic[0].start, mic[-1].end), tuple(mic))) == []


def test_it_can_be_switched_off() -> None:
    correlator = Correlator(CorrelateSettings(echo=EchoSettings(enabled=False)))
    correlator.feed(final(TAB, said("What would it cost us?", 1.0)))
    assert len(utterances(correlator.feed(final(MIC, said("what would it cost us.", 1.2))))) == 1


@pytest.mark.parametrize("echo", [True, False])
def test_a_meeting_with_a_loudspeaker(echo: bool) -> None:
    made = echo_meeting(7, 5.0, echo=echo)
    found = latest(play(made.reports, Correlator(CorrelateSettings())))
    left = {(word.start, word.end, word.text) for one in found if one.channel is MIC for word in one.words}
    doubled = sum(kind is Kind.ECHO and key in left for key, kind in made.heard.items())
    lost = [key for key, kind in made.heard.items() if kind is Kind.REPEAT and key not in left]
    assert doubled <= 0.02 * made.tab
    assert lost == []
    if not echo:
        assert left == set(made.heard)
