"""The tape never loses, doubles or moves a sample, whatever the readers do."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.audio.tape import Cursor, Tape
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Span


def numbered(start: int, count: int) -> PcmBlock:
    """Audio whose every sample is the low 16 bits of its own index."""
    return PcmBlock(start, struct.pack(f"<{count}H", *((n & 0xFFFF) for n in range(start, start + count))))


def indexes(block: PcmBlock) -> list[int]:
    return list(struct.unpack(f"<{block.length}H", block.pcm))


def check(item: PcmBlock | Gap, at: int) -> int:
    if isinstance(item, Gap):
        assert item.span.start == at
        return item.span.end
    assert item.start == at
    assert indexes(item) == [n & 0xFFFF for n in range(at, item.end)]
    return item.end


@given(st.data())
def test_every_sample_arrives_once_or_is_reported_missing(data: st.DataObject) -> None:
    tape = Tape(seconds=100 / SAMPLE_RATE)
    cursor, at = tape.cursor(0), 0
    holes: set[int] = set()
    steps = data.draw(
        st.lists(st.tuples(st.sampled_from(["write", "skip", "take"]), st.integers(1, 150)), max_size=60)
    )
    for step, count in steps:
        if step == "write":
            tape.write(numbered(tape.end, count))
        elif step == "skip":
            holes.update(range(tape.end, tape.end + count))
            tape.skip(count, GapCause.PAUSED)
        elif (item := cursor.take(count)) is not None:
            at = check(item, at)
            if isinstance(item, Gap) and item.cause is GapCause.PAUSED:
                assert holes.issuperset(range(item.span.start, item.span.end))
            elif isinstance(item, PcmBlock):
                assert holes.isdisjoint(range(item.start, item.end))
            assert cursor.position == at
    tape.close()
    while (item := cursor.take(37)) is not None:
        at = check(item, at)
    assert at == tape.end
    assert cursor.exhausted


def test_an_overrun_is_reported_and_the_rest_is_intact() -> None:
    tape = Tape(seconds=100 / SAMPLE_RATE)
    cursor = tape.cursor()
    tape.write(numbered(0, 250))
    gap = cursor.take(10)
    assert isinstance(gap, Gap)
    assert (gap.span.start, gap.span.end, gap.cause) == (0, 150, GapCause.OVERRUN)
    block = cursor.take(1000)
    assert isinstance(block, PcmBlock)
    assert (block.start, block.end) == (150, 250)
    assert indexes(block) == list(range(150, 250))


def test_a_hole_takes_no_room_in_the_ring() -> None:
    tape = Tape(seconds=100 / SAMPLE_RATE)
    tape.write(numbered(0, 60))
    tape.skip(10_000_000, GapCause.PAUSED)
    tape.write(numbered(tape.end, 30))
    assert tape.start == 0
    cursor = tape.cursor(0)
    items = [cursor.take(1000) for _ in range(3)]
    assert [type(i) for i in items] == [PcmBlock, Gap, PcmBlock]


def test_seek_replays_the_same_samples() -> None:
    tape = Tape(seconds=1)
    tape.write(numbered(0, 1000))
    cursor = tape.cursor()
    first = cursor.take(700)
    cursor.seek(200)
    again = cursor.take(500)
    assert isinstance(first, PcmBlock)
    assert isinstance(again, PcmBlock)
    assert again.pcm == first.pcm[400:]


def test_an_empty_block_holds_no_reader_up() -> None:
    tape = Tape()
    cursor = tape.cursor()
    tape.write(PcmBlock(0, b""))
    assert cursor.take(100) is None
    tape.skip(50, GapCause.PAUSED)
    assert cursor.take(100) == Gap(Span(0, 50), GapCause.PAUSED)


def test_a_block_out_of_place_is_refused() -> None:
    tape = Tape(seconds=1)
    with pytest.raises(ValueError, match="begins at 5"):
        tape.write(numbered(5, 10))
    tape.close()
    with pytest.raises(ValueError, match="closed"):
        tape.write(numbered(0, 10))


async def test_read_waits_for_whole_chunks_and_ends_short() -> None:
    tape = Tape(seconds=1)
    cursor = tape.cursor()
    got: list[tuple[int, int] | None] = []

    async def reader(cursor: Cursor) -> None:
        while (item := await cursor.read(100)) is not None:
            assert isinstance(item, PcmBlock)
            got.append((item.start, item.end))

    task = asyncio.create_task(reader(cursor))
    for _ in range(5):
        tape.write(numbered(tape.end, 50))
        await asyncio.sleep(0)
    tape.close()
    await task
    assert got == [(0, 100), (100, 200), (200, 250)]


async def test_the_callback_runs_inside_the_write() -> None:
    tape = Tape(seconds=1)
    cursor = tape.cursor()
    seen: list[PcmBlock | Gap | None] = []
    cursor.on_change(lambda: seen.append(cursor.take(320)))
    tape.write(numbered(0, 320))
    assert len(seen) == 1
    cursor.close()
    tape.write(numbered(320, 320))
    assert len(seen) == 1


async def test_a_callback_that_wants_a_chunk_is_not_called_for_less() -> None:
    tape = Tape(seconds=1)
    cursor = tape.cursor()
    lags: list[int] = []
    cursor.on_change(lambda: lags.append(cursor.lag), least=100)
    for _ in range(3):
        tape.write(numbered(tape.end, 40))
    assert lags == [120]
    cursor.take(120)
    tape.write(numbered(tape.end, 40))
    assert lags == [120]


@pytest.mark.parametrize("change", ["skip", "seek", "close"])
async def test_what_is_no_audio_calls_however_little_there_is(change: str) -> None:
    tape = Tape(seconds=1)
    cursor = tape.cursor()
    tape.write(numbered(0, 40))
    called: list[str] = []
    cursor.on_change(lambda: called.append(change), least=100)
    if change == "skip":
        tape.skip(10, GapCause.PAUSED)
    elif change == "seek":
        cursor.seek(20)
    else:
        tape.close()
    assert called == [change]


async def test_who_sends_to_others_can_wait_for_the_end_of_a_pause() -> None:
    tape = Tape(seconds=1)
    cursor = tape.cursor()
    tape.write(numbered(0, 40))
    tape.pause()
    assert cursor.paused
    waiting = asyncio.create_task(cursor.resumed())
    tape.skip(40, GapCause.PAUSED)
    await asyncio.sleep(0)
    assert not waiting.done()
    tape.resume()
    await waiting
    assert isinstance(cursor.take(40), PcmBlock), "what was recorded before is still there"


async def test_the_end_ends_a_pause() -> None:
    tape = Tape(seconds=1)
    cursor = tape.cursor()
    tape.pause()
    tape.close()
    await cursor.resumed()


@pytest.mark.parametrize("start", [1, 12_345, 10**9])
def test_a_tape_may_begin_later(start: int) -> None:
    """Another process held what was before."""
    tape = Tape(1.0, start)
    assert (tape.start, tape.end) == (start, start)
    cursor, late = tape.cursor(), tape.cursor(0)
    tape.write(PcmBlock(start, b"\x01\x00" * 100))
    tape.skip(50, GapCause.PAUSED)
    tape.write(PcmBlock(start + 150, b"\x02\x00" * 16_000))
    assert late.take(10) == Gap(Span(0, tape.start), GapCause.OVERRUN)
    assert tape.start > start
    cursor.seek(start + 150)
    block = cursor.take(3)
    assert block == PcmBlock(start + 150, b"\x02\x00" * 3)
