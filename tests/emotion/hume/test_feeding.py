"""What becomes of a frame: pure, so every moment can be tried."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE
from wingman.emotion.hume.feeding import SILENT_FRAMES, FeedRules, Step

FRAME = 1600
LOUD = np.full(FRAME, 8000, np.int16).tobytes()
QUIET = bytes(2 * FRAME)


def frames(*pcm: bytes) -> list[PcmBlock]:
    return [PcmBlock(n * FRAME, one) for n, one in enumerate(pcm)]


def test_a_new_session_takes_its_haste_at_once_and_then_waits() -> None:
    rules = FeedRules(0.0, 2 * FRAME)
    first, second, third = (rules.next(block, 0.0, speaking=True) for block in frames(LOUD, LOUD, LOUD))
    assert (first.step, second.step) == (Step.SEND, Step.SEND)
    assert first.loud
    assert (third.step, round(third.wait_s, 3)) == (Step.WAIT, 0.1)
    assert rules.next(frames(LOUD)[0], 0.1, speaking=True).step is Step.SEND


def test_a_late_frame_that_holds_nothing_is_given_away_in_a_pause_alone() -> None:
    rules = FeedRules(0.0, FRAME)
    assert rules.next(frames(LOUD)[0], 0.0, speaking=True).step is Step.SEND
    assert rules.next(frames(QUIET)[0], 0.0, speaking=True).step is Step.WAIT, "between two words"
    for n in range(1, SILENT_FRAMES + 1):
        assert rules.next(frames(QUIET)[0], 0.1 * n, speaking=False).step is Step.SEND
    late = 0.1 * SILENT_FRAMES
    assert rules.next(frames(QUIET)[0], late, speaking=True).step is Step.WAIT, "the server still hears a voice"
    assert rules.next(frames(LOUD)[0], late, speaking=False).step is Step.WAIT, "sound is never given away"
    assert rules.next(frames(QUIET)[0], late, speaking=False).step is Step.GIVE_AWAY


@given(
    st.lists(st.tuples(st.floats(0, 0.3), st.booleans(), st.booleans()), max_size=80),
    st.integers(FRAME, 4 * FRAME),
)
def test_nothing_is_ever_sent_ahead_of_real_time_by_more_than_the_haste(
    plan: list[tuple[float, bool, bool]], haste: int
) -> None:
    rules, now, sent = FeedRules(0.0, haste), 0.0, 0
    for step, loud, speaking in plan:
        now += step
        verdict = rules.next(frames(LOUD if loud else QUIET)[0], now, speaking=speaking)
        if verdict.step is Step.SEND:
            sent += FRAME
            assert sent <= haste + now * SAMPLE_RATE + 1
        elif verdict.step is Step.GIVE_AWAY:
            assert not loud
            assert not speaking
        else:
            assert verdict.wait_s > 0
