"""A voice is measured when the plan has a connection for it; until then the user is told why it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from wingman.audio.tape import Cursor, Tape
from wingman.core.emotion import EmotionEvent, EmotionInfo
from wingman.core.errors import Health, ProviderState
from wingman.core.time import Channel
from wingman.emotion.base import Emit
from wingman.emotion.prosody import INFO
from wingman.emotion.slotted import SlottedAnalyzer


class Slots:
    """Slots all of which are in use until `free` is set."""

    wanted = False

    def __init__(self, count: int) -> None:
        self.count = count
        self.free = asyncio.Event()
        self.released = 0

    def take_now(self) -> None:
        return None

    async def take(self, held: Callable[[], None] = lambda: None) -> Slots:
        held()
        await self.free.wait()
        return self

    def release(self) -> None:
        self.released += 1


class Measured:
    info: EmotionInfo = INFO

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        raise ConnectionError(channel)


@pytest.mark.parametrize(("count", "plan"), [(1, "The only connection"), (5, "All 5 connections")])
async def test_who_waits_is_told_and_a_slot_is_given_back_whatever_comes(count: int, plan: str) -> None:
    told: list[EmotionEvent] = []
    slots = Slots(count)
    analyzer = SlottedAnalyzer(Measured(), slots, "emotion.hume.connections")
    running = asyncio.ensure_future(analyzer.run(Channel.TAB, Tape().cursor(), told.append))
    await asyncio.sleep(0)
    [state] = told
    assert isinstance(state, ProviderState)
    assert (state.health, state.provider) == (Health.DOWN, INFO.name)
    assert state.detail.startswith(f"{plan} of the plan (emotion.hume.connections)")
    slots.free.set()
    with pytest.raises(ConnectionError):
        await running
    assert slots.released == 1
