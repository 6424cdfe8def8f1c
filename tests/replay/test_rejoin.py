"""What was heard then is joined anew: each thing reaches the correlator, the log and the coach."""

from __future__ import annotations

from typing import Any

from wingman.archive.provider_events import Advanced, Finished, fed
from wingman.config.correlate import CorrelateSettings
from wingman.core.events import Event, UtteranceCreated
from wingman.core.speech import Final, SpeechEnded, SpeechStarted, Word
from wingman.core.time import Channel, Span
from wingman.core.utterance import Utterance
from wingman.correlate.correlator import Correlator
from wingman.replay.rejoin import Rejoin

TAB = Channel.TAB


class Coach:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def speaking(self, channel: Channel, active: bool, at: int) -> None:
        self.told.append(("speaking", channel, active, at))

    def running(self, channel: Channel, speaker: str, text: str, span: Span) -> None:
        """Running words are shown, not kept."""

    def hear(self, utterance: Utterance) -> None:
        self.told.append(("hear", utterance.text))

    def advance(self, channel: Channel, now: int) -> None:
        self.told.append(("advance", channel, now))


def rejoin() -> tuple[Rejoin, Coach, list[Event]]:
    coach, logged = Coach(), list[Event]()
    correlator = Correlator(CorrelateSettings())
    return Rejoin(correlator, coach, lambda event, _: logged.append(event)), coach, logged  # type: ignore[arg-type]  # the parts that are used


def final(text: str) -> Final:
    return Final(TAB, Span(0, 16_000), (Word(text, 0, 16_000),), endpoint=True)


def test_words_reach_the_log_and_the_coach() -> None:
    made, coach, logged = rejoin()
    for heard in (
        fed(1.0, SpeechStarted(TAB, 0)),
        fed(2.0, final("Hello.")),
        fed(2.1, SpeechEnded(TAB, 16_000)),
        Finished(3.0),
    ):
        made.take(heard)
    assert [event.text for event in logged if isinstance(event, UtteranceCreated)] == ["Hello."]
    assert coach.told == [
        ("speaking", TAB, True, 0),
        ("hear", "Hello."),
        ("speaking", TAB, False, 16_000),
    ]


def test_the_coach_learns_of_time_after_what_it_brought() -> None:
    made, coach, _ = rejoin()
    made.take(fed(1.0, Final(TAB, Span(0, 16_000), (Word("so", 0, 16_000),))))
    made.take(Advanced(60.0, TAB, 60 * 16_000))
    assert coach.told == [("hear", "so"), ("advance", TAB, 60 * 16_000)]


def test_the_end_tells_what_was_still_open() -> None:
    made, coach, logged = rejoin()
    made.take(fed(1.0, Final(TAB, Span(0, 16_000), (Word("well", 0, 16_000),))))
    assert coach.told == []
    made.take(Finished(2.0))
    assert coach.told == [("hear", "well")]
    assert any(isinstance(event, UtteranceCreated) for event in logged)
