"""Shifts are told once, of lasting changes, and not of a neutral meeting's noise."""

from __future__ import annotations

import pytest

from tests.support.alignment import metered, play
from tests.support.conversations import Plan, converse
from wingman.config.correlate import ShiftSettings
from wingman.core.affect import family_of
from wingman.core.emotion import Score
from wingman.core.time import Channel, samples
from wingman.core.utterance import EMOTION_OFF, EmotionReading, EmotionShift, Family, ReadingStatus, Utterance
from wingman.correlate.emotion_shift import ShiftDetector

NEUTRAL = ("neutral",) * 6 + ("interest", "concentration", "calmness", "contemplation", "doubt", "amusement")


class Talk:
    """Utterances of one speaker, ten seconds apart."""

    def __init__(self, **settings: float) -> None:
        self.detector = ShiftDetector(ShiftSettings(**settings))  # type: ignore[arg-type]  # numbers by name
        self.at = 0.0

    def say(self, label: str, times: int = 1, source: str = "hume", speaker: str = "tab") -> list[EmotionShift]:
        found = []
        for _ in range(times):
            self.at += 10.0
            reading = EmotionReading(
                ReadingStatus.KNOWN,
                label=label,
                family=family_of(label),
                score=0.6,
                top=(Score(label, 0.6),),
                source=source,
            )
            shift = self.detector.take(utterance(self.at, reading, speaker))
            found += [shift] if shift else []
        return found


def utterance(at: float, reading: EmotionReading, speaker: str = "tab") -> Utterance:
    start = samples(at)
    return Utterance(f"tab-{start}", Channel.TAB, speaker, start, start + 16000, "hm", (), 1.0, reading)


def test_a_lasting_change_is_told_once() -> None:
    talk = Talk()
    assert talk.say("neutral", 10) == []
    [shift] = talk.say("anger", 8)
    assert (shift.before, shift.after, shift.speaker) == (Family.NEUTRAL, Family.NEGATIVE, "tab")
    assert shift.at <= samples(talk.at) + 16000
    assert shift.utterance.startswith("tab-")


def test_a_single_outburst_is_not_a_shift() -> None:
    talk = Talk()
    talk.say("neutral", 10)
    assert talk.say("anger", 1) + talk.say("neutral", 10) == []


def test_it_can_be_told_again_only_after_a_return_to_normal() -> None:
    talk = Talk()
    talk.say("neutral", 12)
    assert len(talk.say("anger", 10)) == 1
    assert talk.say("neutral", 12) == []
    assert len(talk.say("anger", 10)) == 1


def test_the_baseline_is_the_speakers_own() -> None:
    talk = Talk()
    assert talk.say("anger", 40) == []  # always like this
    assert talk.say("joy", 2, speaker="tab:2") == []  # too little known of this one


def test_another_meter_begins_a_new_baseline() -> None:
    talk = Talk()
    talk.say("neutral", 20)
    assert talk.say("excitement", 8, source="prosody") == []


def test_what_was_not_measured_says_nothing() -> None:
    talk = Talk()
    for n in range(20):
        assert talk.detector.take(utterance(float(n), EMOTION_OFF)) is None
        unmeasured = EmotionReading(ReadingStatus.UNKNOWN, coverage=0.1, source="hume")
        assert talk.detector.take(utterance(float(n), unmeasured)) is None
    assert talk.say("anger", 7) == []  # they are the first readings


def test_measured_without_a_label_is_a_neutral_reading() -> None:
    talk = Talk()
    for n in range(12):
        nothing = EmotionReading(ReadingStatus.UNKNOWN, coverage=1.0, source="prosody")
        assert talk.detector.take(utterance(float(n), nothing)) is None
    [shift] = talk.say("intensity", 8, source="prosody")
    assert (shift.before, shift.after) == (Family.NEUTRAL, Family.ENGAGED)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_neutral_meeting_has_at_most_one_false_alarm_in_half_an_hour(seed: int) -> None:
    made = converse(Plan(seed, minutes=30.0, moods=NEUTRAL, mood_change=1.0))
    assert sum(isinstance(output, EmotionShift) for output in play(made.reports(), metered())) <= 1


def test_a_turn_for_the_worse_is_noticed_for_every_speaker() -> None:
    later = ("anger", "anger", "disgust", "neutral")
    made = converse(Plan(3, minutes=16.0, moods=NEUTRAL, later_moods=later, mood_change=1.0))
    found = [output for output in play(made.reports(), metered()) if isinstance(output, EmotionShift)]
    assert {shift.speaker for shift in found} == {"tab:0", "tab:1", "mic"}
    assert {shift.after for shift in found} == {Family.NEGATIVE}
    assert all(shift.at > samples(8 * 60) for shift in found)
