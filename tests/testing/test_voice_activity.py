"""Where speech begins and ends, however the sound is cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wingman.testing.voice_activity import Offset, Onset, VoiceDetector

RATE = 16_000


def sound(*stretches: tuple[float, bool]) -> bytes:
    parts = []
    for seconds, voiced in stretches:
        t = np.arange(int(seconds * RATE)) / RATE
        parts.append((np.sin(2 * np.pi * 200 * t) * (8000 if voiced else 0)).astype("<i2").tobytes())
    return b"".join(parts)


def test_a_voice_begins_and_ends_where_it_does() -> None:
    detector = VoiceDetector()
    changes = detector.feed(sound((0.5, False), (1.0, True), (0.5, False)))
    assert changes == [Onset(8000), Offset(24_000)]
    assert not detector.speaking
    assert detector.last_voiced == 24_000


def test_a_breath_is_no_end() -> None:
    assert VoiceDetector().feed(sound((0.5, True), (0.1, False), (0.5, True))) == [Onset(0)]


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=30))
def test_cutting_it_differently_changes_nothing(sizes: list[int]) -> None:
    whole = sound((0.2, False), (0.3, True), (0.4, False), (0.3, True), (0.3, False))
    detector, changes, at = VoiceDetector(), list[Onset | Offset](), 0
    for size in (*sizes, len(whole)):
        changes += detector.feed(whole[at : at + size])
        at += size
    assert changes == VoiceDetector().feed(whole)
    assert detector.heard == len(whole) // 2
