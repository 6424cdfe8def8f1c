"""What the join came to reaches the log and the coach in its order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wingman.core.events import Event, Media
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, Word
from wingman.core.time import Channel, Span
from wingman.core.utterance import EMOTION_OFF, EmotionShift, Family, LoneSound, Sound, Utterance
from wingman.correlate.turns import Partial
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity

TAB = Channel.TAB
SAID = Utterance("tab-0", TAB, "tab", 0, 16_000, "hello", (Word("hello", 0, 16_000),), 1.0, EMOTION_OFF)


class Coach:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def speaking(self, channel: Channel, active: bool, at: int) -> None:
        self.told.append((channel, active, at))

    def listened(self, channel: Channel, beyond: int) -> None:
        self.told.append(beyond)

    def running(self, channel: Channel, speaker: str, text: str, span: Span) -> None:
        self.told.append(text)

    def hear(self, utterance: Utterance) -> None:
        self.told.append(utterance)

    def shift(self, shift: EmotionShift) -> None:
        self.told.append(shift)

    def sound(self, lone: LoneSound) -> None:
        self.told.append(lone)


def test_the_log_and_the_coach_hear_the_same_in_order() -> None:
    coach, logged = Coach(), list[tuple[Event, Media | None]]()
    shift = EmotionShift(TAB, "tab", 16_000, Family.NEUTRAL, Family.NEGATIVE, "tab-0")
    laugh = LoneSound(TAB, Sound("laughs", "Laugh", 0.9, 16_000, 24_000))
    outputs = [Partial(TAB, "tab", "hel", Span(0, 8000)), SAID, shift, laugh]
    dispatch(outputs, lambda event, media: logged.append((event, media)), coach)  # type: ignore[arg-type]  # the parts that are used
    assert [event.TYPE for event, _ in logged] == [
        "transcript.partial",
        "utterance.created",
        "emotion.shift",
        "voice.sound",
    ]
    assert coach.told == ["hel", SAID, shift, laugh]
    assert [media for _, media in logged][3] == Media(TAB, 1.0, 1.5)


def test_a_revision_is_told_as_one() -> None:

    logged = list[Event]()
    dispatch([replace(SAID, revision=1)], lambda event, _: logged.append(event), Coach())  # type: ignore[arg-type]  # the parts that are used
    assert [event.TYPE for event in logged] == ["utterance.revised"]


def test_speech_begins_and_ends() -> None:
    coach = Coach()
    word = (Word("so", 0, 10),)
    for event in (
        SpeechStarted(TAB, 5),
        Interim(TAB, Span(0, 14), word),
        Interim(TAB, Span(0, 20), ()),
        Final(TAB, Span(0, 20), word),
        SpeechEnded(TAB, 30),
    ):
        dispatch_speech_activity(event, coach)  # type: ignore[arg-type]  # the parts that are used
    assert coach.told == [(TAB, True, 5), (TAB, True, 14), 4, (TAB, False, 30)]
