"""All who wait are woken by one timer, none waits longer than a beat, and whoever left disturbs nobody."""

from __future__ import annotations

import asyncio

from wingman.meeting.beat import Beat


async def test_all_who_wait_go_on_with_the_same_beat() -> None:
    beat, loop = Beat(0.02), asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        first = [tasks.create_task(beat.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        first[1].cancel()
        await asyncio.wait([first[0], first[2]])
        assert loop.time() - began > 0.015
        await beat.wait()
    assert first[1].cancelled()
    assert loop.time() - began > 0.035


async def test_it_rests_while_nobody_waits() -> None:
    beat = Beat(0.001)
    await beat.wait()
    assert not beat._waiting
    await beat.wait()
