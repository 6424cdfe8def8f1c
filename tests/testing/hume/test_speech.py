"""Utterances and measurements by Hume's rules: when a voice is measured, and over which stretch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.testing.hume.speech import ATTRIBUTE_FLOOR, Heard, Measurer, ranked
from wingman.testing.voice_activity import Offset, Onset


class Scripted:
    """Voices at known times, in ms; an end is known 200 ms later."""

    def __init__(self, *voices: tuple[int, int]) -> None:
        self._due: list[tuple[int, Onset | Offset]] = []
        for begin, end in voices:
            self._due += [(begin * 16, Onset(begin * 16)), ((end + 200) * 16, Offset(end * 16))]
        self._heard = 0

    def feed(self, pcm: bytes) -> list[Onset | Offset]:
        self._heard += len(pcm) // 2
        due = [change for at, change in self._due if at <= self._heard]
        self._due = self._due[len(due) :]
        return due


def measured(*voices: tuple[int, int], upto: int, timer: int = 3000) -> list[dict[str, Any]]:
    measurer = Measurer(Scripted(*voices), lambda start, end: Heard({}, {}), timer)
    said = [message for _ in range(upto // 100) for message in measurer.feed(bytes(3200))]
    assert measurer.accepted_ms == upto
    return said + measurer.finish()


def windows(said: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    return [
        (each["audio_start_ms"], each["audio_end_ms"], each["trigger"])
        for each in said
        if each["type"] == "measurement.result"
    ]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (1500, [(500, 1500, "speech_ended")]),
        (4400, [(500, 3500, "interval")]),  # the last window ended less than a second before
        (4500, [(500, 3500, "interval"), (500, 4500, "speech_ended")]),
        (6600, [(500, 3500, "interval"), (500, 6500, "interval")]),
    ],
)
def test_a_voice_is_measured_while_it_lasts_and_at_its_end(end: int, expected: list[Any]) -> None:
    said = measured((500, end), upto=end + 500)
    assert windows(said) == expected
    assert (said[0]["type"], said[0]["audio_start_ms"]) == ("utterance.start", 500)
    assert (said[-1]["type"], said[-1]["audio_end_ms"]) == ("utterance.end", end)


def test_no_window_is_longer_than_ten_seconds() -> None:
    found = windows(measured((0, 16_000), upto=16_500, timer=5000))
    assert [(start, end) for start, end, _ in found] == [(0, 5000), (0, 10_000), (5000, 15_000), (6000, 16_000)]


def test_what_is_being_said_at_the_end_is_ended() -> None:
    said = measured((1000, 90_000), upto=2000)
    assert windows(said) == [(1000, 2000, "speech_ended")]
    assert said[-1]["type"] == "utterance.end"
    measurer = Measurer(Scripted(), lambda start, end: Heard({}, {}))
    assert measurer.feed(bytes(32_000)) == measurer.finish() == []


@settings(max_examples=30)
@given(st.lists(st.integers(400, 5000), min_size=2, max_size=8), st.lists(st.integers(1, 60_000), max_size=20))
def test_cutting_the_sound_differently_changes_nothing(gaps: list[int], sizes: list[int]) -> None:
    times = [sum(gaps[: n + 1]) for n in range(len(gaps) // 2 * 2)]
    voices, upto = list(zip(times[::2], times[1::2], strict=True)), sum(gaps) // 100 * 100 + 1000
    expected = measured(*voices, upto=upto)
    measurer, left, said = Measurer(Scripted(*voices), lambda start, end: Heard({}, {})), upto * 32, []
    for size in (*sizes, left):
        piece = min(size * 2, left)
        said += measurer.feed(bytes(piece))
        left -= piece
    said += measurer.finish()
    ids = [message["measurement_id"] for message in said if "measurement_id" in message]
    assert ids == list(range(measurer.measurements))
    assert {message["utterance_id"] for message in said} == set(range(len(voices)))
    assert windows(said) == windows(expected)


@given(st.dictionaries(st.text(max_size=4), st.floats(-2, 2)))
def test_scores_are_clamped_and_best_first(scores: dict[str, float]) -> None:
    listed = ranked(scores, ATTRIBUTE_FLOOR)
    assert {each["name"] for each in listed} == {
        name for name, value in scores.items() if value >= ATTRIBUTE_FLOOR
    }
    assert all(0 <= each["probability"] <= 1 for each in listed)
    assert all(one["probability"] >= other["probability"] for one, other in pairwise(listed))


def test_the_judge_is_asked_about_samples() -> None:
    asked: list[tuple[int, int]] = []

    def judge(start: int, end: int) -> Heard:
        asked.append((start, end))
        return Heard({"Joy": 0.123456, "Awe": 0.9}, {"husky": 0.5, "fast": 0.8})

    measurer = Measurer(Scripted((500, 1500)), judge)
    said = measurer.feed(bytes(3200)) + [m for _ in range(20) for m in measurer.feed(bytes(3200))]
    assert asked == [(8000, 24_000)]
    [result] = [message for message in said if message["type"] == "measurement.result"]
    assert result["expressions"] == [
        {"name": "Awe", "probability": 0.9},
        {"name": "Joy", "probability": 0.1235},
    ]
    assert result["voice_attributes"] == [{"name": "fast", "probability": 0.8}]
