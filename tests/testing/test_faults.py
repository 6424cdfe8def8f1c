"""Scenarios, fault scripts and the voice detector: what the emulators are told and what they hear."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.errors import InputError
from wingman.testing import faults, scenario
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.voice_activity import Offset, Onset, VoiceDetector


def test_a_fault_script_reads_as_it_is_documented(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(
        "faults:\n"
        "  - {on: 1, kind: refuse, status: 503, retry_after: 1}\n"
        '  - {on: "3-5", kind: half_open, at: 1}\n'
        "  - {on: [2, 7], kind: drop, at: 3.5}\n"
        "  - {on: every, kind: late, delay: 0.8}\n"
        '  - {on: "9+", kind: close, code: 1000}\n'
    )
    script = faults.load(path)
    assert [fault.kind for fault in script.of(1)] == [Kind.REFUSE, Kind.LATE]
    assert [fault.kind for fault in script.of(2)] == [Kind.DROP, Kind.LATE]
    assert [fault.kind for fault in script.of(4)] == [Kind.HALF_OPEN, Kind.LATE]
    assert [fault.kind for fault in script.of(10)] == [Kind.LATE, Kind.CLOSE]


def test_one_script_addresses_providers_and_channels_apart() -> None:
    tab, every = (
        Fault(kind=Kind.DROP, channel="tab", on=2, provider="deepgram"),
        Fault(kind=Kind.LATE, on="every"),
    )
    script = FaultScript((tab, every, Fault(kind=Kind.HANG, provider="hume")))
    deepgram = script.meant_for("deepgram")
    assert deepgram.faults == (tab, every)
    assert script.meant_for("deepgram", by_name=True).faults == (tab,)
    assert [fault.kind for fault in script.meant_for("hume").of(1)] == [Kind.LATE, Kind.HANG]
    assert [deepgram.of(n, channel, m) for n, channel, m in ((2, "mic", 1), (3, "mic", 2), (4, "tab", 2))] == [
        (every,),
        (every,),
        (tab, every),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("faults: [{kind: explode}]", "explode"),
        ("faults: [{kind: drop, provider: nobody}]", "nobody"),
        ("faults: [{kind: drop, channel: left}]", "left"),
        ("faults: [{kind: drop, channel: mic, on: often}]", "often"),
        ("faults: [{kind: drop, when: 3}]", "when"),
        ("faults: [{kind: drop, on: often}]", "often"),
        ("faults: [", "YAML"),
    ],
)
def test_a_wrong_fault_script_is_refused_with_a_sentence(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=named):
        faults.load(path)
    with pytest.raises(InputError, match="cannot read"):
        faults.load(tmp_path / "missing.yaml")


@given(st.integers(1, 100), st.integers(1, 20), st.integers(1, 200))
def test_a_range_applies_to_its_connections_only(first: int, length: int, number: int) -> None:
    fault = Fault(kind=Kind.DROP, on=f"{first}-{first + length}")
    assert fault.applies(number) == (first <= number <= first + length)


def test_a_scenario_knows_its_turns_and_words() -> None:
    turn = scenario.say("one two", 1.0, emotion="Joy")
    assert [(word.text, word.start) for word in turn.words] == [("one", 1.0), ("two", 1.3)]
    made = scenario.single(turn, scenario.say("three", 5.0))
    track = made.track("mic")
    assert track is made.track("tab"), "the only channel there is"
    assert track.turn_at(1.2) is turn
    assert track.turn_at(3.0) is None
    assert track.turns_between(1.5, 6.0) == track.turns
    words = scenario.timed_words(track, 16_000)
    assert [word.text for word in scenario.between(words, 16_000, 25_600)] == ["one", "two"]
    assert scenario.between(words, 25_600, 80_000) == ()


def test_a_wrong_scenario_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    path.write_text('{"channels": {"tab": {"turns": [{"start": "now"}]}}}')
    with pytest.raises(InputError, match="scenario is wrong"):
        scenario.load(path)
    path.write_text("{")
    with pytest.raises(InputError, match="not valid JSON"):
        scenario.load(path)


TONE = (3000 * np.sin(np.arange(16_000) / 5)).astype("<i2").tobytes()
QUIET = bytes(32_000)


@given(st.lists(st.integers(1, 96_000), max_size=20))
def test_voices_are_found_where_they_are_however_the_audio_is_cut(cuts: list[int]) -> None:
    audio = QUIET + TONE + QUIET
    detector, changes, at = VoiceDetector(), [], 0
    for cut in [*sorted(cuts), len(audio)]:
        changes += detector.feed(audio[at:cut])
        at = cut
    assert changes == [Onset(16_000), Offset(32_000)]
