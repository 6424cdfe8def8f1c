"""The gap-filled timeline: sample index == media time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.audio.timeline import MAX_FILL, Placed, Timeline
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE

FRAME = 320
TICKS = 960
PCM = b"\x01\x00" * FRAME


def _length(placed: tuple[Placed, ...]) -> int:
    return sum(p.length if isinstance(p, PcmBlock) else p.span.length for p in placed)


def test_adjacent_packets_are_adjacent_blocks() -> None:
    line = Timeline(position=7)
    for number in range(50):
        (block,) = line.place(number * TICKS, PCM, number / 50)
        assert isinstance(block, PcmBlock)
        assert block.start == 7 + number * FRAME


def test_one_lost_packet_costs_20_ms_of_audio() -> None:
    line = Timeline()
    line.place(0, PCM, 0.0)
    silence, block = line.place(2 * TICKS, PCM, 0.04)
    assert silence == PcmBlock(FRAME, bytes(2 * FRAME))
    assert block == PcmBlock(2 * FRAME, PCM)


def test_dtx_becomes_silence() -> None:
    line = Timeline()
    line.place(0, PCM, 0.0)
    placed = line.place(20 * TICKS, PCM, 0.4)
    assert _length(placed) == 20 * FRAME
    assert line.position == 21 * FRAME


def test_the_timestamp_wraps() -> None:
    line = Timeline()
    origin = (1 << 32) - 5 * TICKS
    for number in range(10):
        line.place((origin + number * TICKS) % (1 << 32), PCM, 0.0)
    assert line.position == 10 * FRAME


def test_a_jump_backwards_reanchors_by_the_time_that_passed() -> None:
    line = Timeline()
    line.place(1_000_000, PCM, 0.0)
    gap, block = line.place(5, PCM, 1.02)
    assert isinstance(gap, Gap)
    assert gap.cause is GapCause.REANCHOR
    assert abs(gap.span.length - SAMPLE_RATE) <= 1
    assert isinstance(block, PcmBlock)
    assert block.start == gap.span.end
    (following,) = line.place(5 + TICKS, PCM, 1.04)
    assert isinstance(following, PcmBlock)
    assert following.start == block.end


def test_a_sender_that_sent_nothing_has_not_jumped() -> None:
    for away, stamp, cause in (
        (9.0, 432_000, GapCause.NOT_SENT),  # its clock went on: a lost device came back
        (9.0, -77_000, GapCause.NOT_SENT),  # with a clock of its own
        (1.0, -77_000, GapCause.REANCHOR),
        (0.02, 432_000, GapCause.REANCHOR),
    ):
        line = Timeline()
        line.place(1_000_000, PCM, 0.0)
        gap, _ = line.place(1_000_000 + stamp, PCM, away)
        assert isinstance(gap, Gap)
        assert gap.cause is cause, (away, stamp)


def test_a_jump_by_more_than_two_seconds_reanchors() -> None:
    line = Timeline()
    line.place(0, PCM, 0.0)
    gap, _ = line.place(48_000 * 3600, PCM, 0.02)
    assert isinstance(gap, Gap)
    assert gap.span.length == 1


def test_what_was_heard_already_is_cut() -> None:
    line = Timeline()
    line.place(0, PCM, 0.0)
    (block,) = line.place(TICKS // 2, PCM, 0.02)
    assert isinstance(block, PcmBlock)
    assert (block.start, block.length) == (FRAME, FRAME // 2)
    (block,) = line.place(TICKS // 2 + TICKS, PCM, 0.04)
    assert isinstance(block, PcmBlock)
    assert block.start == FRAME + FRAME // 2


def test_a_shift_is_taken_at_the_next_block() -> None:
    line = Timeline()
    line.place(0, PCM, 0.0)
    line.shift(80)
    placed = line.place(TICKS, PCM, 0.02)
    assert _length(placed) == FRAME + 80
    line.shift(-80)
    assert _length(line.place(2 * TICKS, PCM, 0.04)) == FRAME - 80


def test_a_shift_may_cut_more_than_a_block() -> None:
    line = Timeline()
    line.place(0, PCM, 0.0)
    line.shift(-2 * FRAME - 80)
    lengths = [_length(line.place(number * TICKS, PCM, number / 50)) for number in range(1, 6)]
    assert lengths == [0, 0, FRAME - 80, FRAME, FRAME]


def test_it_can_be_advanced_before_and_between_blocks() -> None:
    line = Timeline()
    (silence,) = line.advance(100, GapCause.RECONNECT)
    assert silence == PcmBlock(0, bytes(200))
    line.place(0, PCM, 0.0)
    (gap,) = line.advance(line.position + MAX_FILL + 1, GapCause.RECONNECT)
    assert isinstance(gap, Gap)
    (block,) = line.place(TICKS, PCM, 0.02)
    assert isinstance(block, PcmBlock)
    assert line.advance(5, GapCause.RECONNECT) == ()


@given(st.lists(st.tuples(st.integers(-(1 << 33), 1 << 33), st.integers(0, 960), st.floats(0, 5)), max_size=60))
def test_whatever_the_timestamps_the_index_never_jumps_or_returns(steps: list[tuple[int, int, float]]) -> None:
    line, now, at = Timeline(), 0.0, 0
    for timestamp, length, wait in steps:
        now += wait
        for placed in line.place(timestamp, bytes(2 * length), now):
            start = placed.start if isinstance(placed, PcmBlock) else placed.span.start
            end = placed.end if isinstance(placed, PcmBlock) else placed.span.end
            assert start == at <= end
            at = end
    assert line.position == at


@given(st.sets(st.integers(1, 400), max_size=200))
def test_losses_never_move_what_follows(lost: set[int]) -> None:
    line = Timeline()
    for number in range(402):
        if number in lost and number < 401 and len([n for n in lost if n < number and n > number - 99]) < 95:
            continue
        *_, block = line.place(number * TICKS, PCM, number / 50)
        assert isinstance(block, PcmBlock)
        assert block.start == number * FRAME


def test_a_pause_that_both_clocks_know_is_as_long_as_the_sender_says() -> None:
    timeline = Timeline()
    timeline.place(0, bytes(640), 0.0)
    placed = timeline.place(960 + 12 * 48_000, bytes(640), 11.9)
    assert [type(item).__name__ for item in placed] == ["Gap", "PcmBlock"]
    assert timeline.position == 12 * SAMPLE_RATE + 640
