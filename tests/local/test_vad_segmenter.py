"""Every frame of speech is in exactly one utterance, and utterances end where the speech did."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from wingman.local.vad_segmenter import FRAME, Mark, Segmenter, SegmentRules, Step

RULES = SegmentRules(end_silence=4 * FRAME, longest=40 * FRAME, pre_roll=3)


def frame(number: int) -> bytes:
    return struct.pack("<H", number) * FRAME


def run(voices: list[float]) -> list[Step]:
    segmenter = Segmenter(RULES)
    steps = [s for n, voice in enumerate(voices) for s in segmenter.frame(n * FRAME, frame(n), voice)]
    return steps + segmenter.cut(len(voices) * FRAME)


@given(st.lists(st.sampled_from([0.0, 0.4, 0.9]), max_size=150))
def test_audio_is_contiguous_and_utterances_alternate(voices: list[float]) -> None:
    expected: int | None = None
    for step in run(voices):
        if step.mark is Mark.BEGIN:
            assert expected is None
            expected = step.at
        elif step.mark is Mark.AUDIO:
            assert step.at == expected
            numbers = struct.unpack(f"<{len(step.pcm) // 2}H", step.pcm)
            assert list(numbers) == [i // FRAME for i in range(step.at, step.at + len(numbers))]
            expected = step.at + len(numbers)
        else:
            assert expected is not None
            assert step.at <= expected
            expected = None
    assert expected is None


@given(st.lists(st.sampled_from([0.0, 0.9]), max_size=150))
def test_every_loud_frame_is_heard(voices: list[float]) -> None:
    heard: set[int] = set()
    for step in run(voices):
        if step.mark is Mark.AUDIO:
            heard.update(range(step.at // FRAME, (step.at + len(step.pcm) // 2) // FRAME))
    assert heard.issuperset(n for n, voice in enumerate(voices) if voice > 0.5)


def test_an_utterance_ends_where_the_voice_did() -> None:
    ends = [s for s in run([0.0] * 5 + [0.9] * 10 + [0.0] * 20) if s.mark is Mark.END]
    assert [(s.at, s.capped) for s in ends] == [(15 * FRAME, False)]


def test_endless_speech_is_capped_and_goes_on() -> None:
    steps = run([0.9] * 100)
    ends = [s for s in steps if s.mark is Mark.END]
    assert [s.capped for s in ends] == [True, True, False]
    assert all(a.at - b.at <= RULES.longest for a, b in zip(ends[1:], ends, strict=False))
