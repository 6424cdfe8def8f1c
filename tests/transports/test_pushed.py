"""Sound that is pushed in: laid on the channel by its times, pauses filled or told as gaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transports.support import TapeSink
from wingman.core.losses import LossCause
from wingman.core.media import GapCause
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports.pushed import PushedSource

TENTH = b"\1\0" * (SAMPLE_RATE // 10)


@asynccontextmanager
async def running(
    now: Callable[[], float] = float, *, cancelled: bool = False
) -> AsyncIterator[tuple[PushedSource, TapeSink]]:
    over: list[bool] = []
    source, sink = PushedSource(Channel.MIC, lambda: over.append(True), now=now), TapeSink()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(source.run({Channel.MIC: sink}))
        await source.started.wait()
        yield source, sink
        if cancelled:  # the meeting ends first
            task.cancel()
            await asyncio.wait([task])
        source.close("ended")
        if not cancelled:
            await task
    assert over == [True]


async def test_what_is_pushed_without_times_follows_itself() -> None:
    async with running() as (source, sink):
        for number in range(5):
            source.push(bytes([number + 1, 0]) * 700)
    assert sink.pcm == b"".join(bytes([number + 1, 0]) * 700 for number in range(5))
    assert sink.gaps == []
    assert sink.states == ["capturing", "ended"]
    assert [position for position, _ in sink.anchors] == [0]


async def test_a_sender_without_times_that_is_silent_in_pauses_is_told_of_it() -> None:
    """A second of sound, then a pause; or a network that holds back six seconds of it."""
    for pause_s, seconds, held, timed, told in (
        (0.0, 20, False, False, []),
        (0.0, 20, True, False, []),
        (1.0, 20, False, True, []),
        (1.0, 3, False, False, [2]),
        (1.0, 20, False, False, [5, 14]),
        (0.2, 20, False, False, [3]),
    ):
        times = iter(
            10.0 if held and 4 <= second < 10 else second * (1 + pause_s) + 1 for second in range(seconds)
        )
        async with running(times.__next__, cancelled=True) as (source, sink):
            for second in range(seconds):
                source.push(TENTH * 10, second * (1 + pause_s) if timed else None)
        holes = [loss for loss in sink.losses if "too early" in loss.detail]
        assert [round(loss.amount) for loss in holes] == told, (pause_s, seconds, held, timed)


async def test_a_pause_shortly_before_the_end_is_told_where_sound_followed_it() -> None:
    """Ten seconds in which nothing comes, then so many tenths of a second, then the end."""
    for after, told in ((0, []), (1, []), (30, [10])):
        for cancelled in (False, True):
            times = iter([1.0, *(11.1 + tenth / 10 for tenth in range(after))])
            async with running(times.__next__, cancelled=cancelled) as (source, sink):
                source.push(TENTH * 10)
                for _ in range(after):
                    source.push(TENTH)
            assert [round(loss.amount) for loss in sink.losses] == told, (after, cancelled)


@pytest.mark.parametrize(("pause", "filled"), [(0.5, True), (1.9, True), (2.5, False)])
async def test_a_short_pause_is_silence_and_a_long_one_a_gap(pause: float, filled: bool) -> None:
    async with running() as (source, sink):
        source.push(TENTH, 0.0)
        source.push(TENTH, 0.1 + pause)
        source.push(TENTH, 0.2 + pause)
    count = round(pause * SAMPLE_RATE)
    assert sink.position == count + 3 * SAMPLE_RATE // 10
    if filled:
        assert sink.pcm == TENTH + bytes(2 * count) + TENTH + TENTH
    assert sink.gaps == ([] if filled else [(1600, count, GapCause.NOT_SENT)])


async def test_what_was_heard_already_is_cut_and_told_once_whoever_ends_first() -> None:
    for cancelled in (False, True):
        async with running(cancelled=cancelled) as (source, sink):
            source.push(b"\1\0" * SAMPLE_RATE, 0.0)
            source.push(b"\2\0" * SAMPLE_RATE, 0.5)
            source.push(b"\3\0" * SAMPLE_RATE, 1.5)
        half = SAMPLE_RATE // 2
        assert sink.pcm == b"\1\0" * SAMPLE_RATE + b"\2\0" * half + b"\3\0" * SAMPLE_RATE
        assert [(loss.cause, loss.amount) for loss in sink.losses] == [(LossCause.OVERLAP, 0.5)]


async def test_the_last_piece_is_placed_when_it_ends_and_what_comes_later_is_not() -> None:
    async with running() as (source, sink):
        source.push(TENTH, 0.0)
        source.push(TENTH, 1.0)  # held until the next tells whether to believe it
        source.close("gone", "the caller hung up")
        source.close("ended")
        await asyncio.sleep(0)
        source.push(TENTH)
    assert sink.position == round(1.1 * SAMPLE_RATE)
    assert (sink.states[1], sink.details[1]) == ("gone", "the caller hung up")


async def test_before_it_runs_and_once_cancelled_nothing_is_written() -> None:
    source, sink = PushedSource(Channel.MIC), TapeSink()
    source.push(TENTH)
    assert (source.channels, source.recorded) == ((Channel.MIC,), False)
    task = asyncio.create_task(source.run({Channel.MIC: sink}))
    await source.started.wait()
    task.cancel()
    await asyncio.wait([task])
    source.push(TENTH)
    assert sink.position == 0


@settings(max_examples=40)
@given(st.lists(st.tuples(st.none() | st.floats(-5, 60), st.binary(max_size=200)), max_size=15))
def test_whatever_times_come_the_channel_only_goes_on(pieces: list[tuple[float | None, bytes]]) -> None:
    sinks: list[TapeSink] = []

    async def play() -> None:
        async with running() as (source, sink):
            sinks.append(sink)
            for at, pcm in pieces:
                before = sink.position
                source.push(pcm[: len(pcm) // 2 * 2], at)
                assert sink.position >= before

    asyncio.run(play())
    [sink] = sinks
    skipped = sum(count for _, count, _ in sink.gaps)
    assert sink.position == len(sink.pcm) // 2 + skipped
