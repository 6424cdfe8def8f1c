"""What a client sends before its meeting is there is in the meeting afterwards, once and in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from tests.support.until import until
from wingman.audio.source import ChannelSink
from wingman.audio.tape import Tape
from wingman.core.events import Event, Media, TranscriptGap
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting import buffered_source
from wingman.meeting.buffered_source import BufferedSource
from wingman.meeting.channel_input import ChannelInput

TAB = Channel.TAB
BLOCK = SAMPLE_RATE // 50


class Counting:
    """Writes blocks whose samples say which block it is, as fast as it is told to."""

    channels = (TAB,)
    recorded = False

    def __init__(self) -> None:
        self.wanted = 0
        self.written = 0
        self.fails = False

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        sink = sinks[TAB]
        sink.anchor(0.0)
        sink.state("capturing")
        while True:
            while self.written < self.wanted:
                self.written += 1
                sink.write(PcmBlock(sink.position, self.written.to_bytes(2, "little") * BLOCK))
            if self.fails:
                raise RuntimeError("the source broke")
            await asyncio.sleep(0)


class Clocks:
    """Wall and loop time as one, turned by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.set_by = 0.0
        monkeypatch.setattr("wingman.meeting.buffered_source.passed", lambda: self.now)
        monkeypatch.setattr("wingman.meeting.buffered_source.time.time", lambda: self.now + self.set_by)


def taken_over(
    clocks: Clocks, settled: int, ago_s: float
) -> tuple[ChannelInput, list[tuple[Event, Media | None]]]:
    told: list[tuple[Event, Media | None]] = []
    sink = ChannelInput(
        TAB,
        Tape(60, settled),
        lambda data, media: told.append((data, media)),
        clock=lambda: clocks.now,
        ago_s=ago_s,
    )
    return sink, told


async def heard(source: BufferedSource, inner: Counting, clocks: Clocks, blocks: int) -> None:
    for _ in range(blocks):
        clocks.now += 0.02
        inner.wanted += 1
        await until(lambda: inner.written >= inner.wanted, every=0)


@pytest.mark.parametrize(
    ("kept", "known", "set_by"), [(50, 0, 0.0), (50, 20, 3600.0), (50, 49, -3600.0), (200, 120, 20.0)]
)
async def test_what_was_kept_follows_what_is_settled(
    monkeypatch: pytest.MonkeyPatch, kept: int, known: int, set_by: float
) -> None:
    """Also where the machine's clock is set meanwhile."""
    clocks, inner = Clocks(monkeypatch), Counting()
    source = BufferedSource(inner)
    async with asyncio.TaskGroup() as tasks:
        source.begin(tasks)
        await heard(source, inner, clocks, kept)
        clocks.set_by = set_by
        assert source.since == pytest.approx(1000.0 + set_by)
        # the owner before has settled all until `known` blocks after the first that was kept here
        sink, told = taken_over(clocks, 10 * SAMPLE_RATE, (kept - known) * 0.02)
        running = tasks.create_task(source.run({TAB: sink}))
        await asyncio.sleep(0)
        await heard(source, inner, clocks, 10)
        assert sink.position == 10 * SAMPLE_RATE + (kept - known + 10) * BLOCK
        assert [data for data, _ in told if isinstance(data, TranscriptGap)] == []
        cursor = sink.tape.cursor(10 * SAMPLE_RATE)
        block = await cursor.read(BLOCK)
        assert isinstance(block, PcmBlock)
        assert block.pcm == (known + 1).to_bytes(2, "little") * BLOCK
        running.cancel()
        await asyncio.wait([running])
    assert source.over


async def test_a_channel_nobody_fed_before_begins_where_the_other_one_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocks, inner = Clocks(monkeypatch), Counting()
    source = BufferedSource(inner)
    sink = ChannelInput(TAB, Tape(60), lambda *_: None, elsewhere=lambda: 5 * SAMPLE_RATE)
    async with asyncio.TaskGroup() as tasks:
        source.begin(tasks)
        await heard(source, inner, clocks, 50)
        running = tasks.create_task(source.run({TAB: sink}))
        await asyncio.sleep(0)
        assert sink.position == 5 * SAMPLE_RATE
        assert sink.written == SAMPLE_RATE
        running.cancel()


async def test_what_nobody_has_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks, inner = Clocks(monkeypatch), Counting()
    source = BufferedSource(inner)
    async with asyncio.TaskGroup() as tasks:
        source.begin(tasks)
        await heard(source, inner, clocks, 50)
        sink, told = taken_over(clocks, SAMPLE_RATE, 3.0)
        running = tasks.create_task(source.run({TAB: sink}))
        await asyncio.sleep(0)
        ((gap, media),) = [(data, media) for data, media in told if isinstance(data, TranscriptGap)]
        assert isinstance(gap, TranscriptGap)
        assert gap.cause is GapCause.INTERRUPTED
        assert media is not None
        assert media.start == 1.0
        assert media.end == pytest.approx(3.0)
        running.cancel()


async def test_a_client_that_is_not_waited_for_any_more_is_let_go() -> None:
    inner = Counting()
    source = BufferedSource(inner)
    async with asyncio.TaskGroup() as tasks:
        source.begin(tasks)
        await asyncio.sleep(0)
        assert source.since is None
        await source.close()
    assert source.over


async def test_a_source_that_breaks_early_breaks_in_the_meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks, inner = Clocks(monkeypatch), Counting()
    source = BufferedSource(inner)
    async with asyncio.TaskGroup() as tasks:
        source.begin(tasks)
        await heard(source, inner, clocks, 2)
        inner.fails = True
        sink, _ = taken_over(clocks, 0, 0.0)
        with pytest.raises(RuntimeError, match="broke"):
            await source.run({TAB: sink})


async def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffered_source, "MOST_S", 1.0)
    clocks, inner = Clocks(monkeypatch), Counting()
    source = BufferedSource(inner)
    async with asyncio.TaskGroup() as tasks:
        source.begin(tasks)
        await heard(source, inner, clocks, 75)
        assert source.since == pytest.approx(1000.5)
        await source.close()
