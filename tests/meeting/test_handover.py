"""A meeting is let go when its client is heard elsewhere, or when that takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from wingman.audio.source import AudioSource, ChannelSink, SourceOrigin
from wingman.core.errors import InputError
from wingman.core.media import PcmBlock
from wingman.core.time import Channel
from wingman.meeting.handover import ASK_S, MOVE_S, Arrivals, Departures
from wingman.testing.virtual_time import run

ORIGIN = SourceOrigin("whip", "g-1")


class Meeting:
    id = "m-1"

    def __init__(self, *, fed: bool = True) -> None:
        self.fed = fed
        self.asked: list[tuple[str, float]] = []
        self.let_go: list[float | None] = []

    def ask_to_move(self, to: str, within_s: float) -> None:
        self.asked.append((to, within_s))

    async def hand_over(self, heard_since: float | None = None) -> None:
        self.let_go.append(heard_since)

    async def attach(self, source: AudioSource, origin: SourceOrigin) -> None:
        self.source, self.origin = source, origin


class Moves:
    """Both processes in one: `departures` runs the meeting, and this says so."""

    here = "there"

    def __init__(self, to: str = "there") -> None:
        self.to = to
        self.departures = Departures(self)
        self.gone = asyncio.Event()

    async def destination(self) -> str:
        return self.to

    async def coming(self, meeting: str) -> bool:
        return self.departures.goes_to(meeting) == self.here

    async def heard(self, meeting: str, since: float) -> bool:
        return self.departures.heard(meeting, since)

    async def released(self, meeting: str) -> bool:
        return self.gone.is_set()


class Voice:
    """A client that says something once it is connected."""

    channels = (Channel.TAB,)
    recorded = False

    def __init__(self, after_s: float = 0.5) -> None:
        self._after_s = after_s

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        await asyncio.sleep(self._after_s)
        sink = sinks[Channel.TAB]
        while True:
            sink.write(PcmBlock(sink.position, bytes(640)))
            await asyncio.sleep(0.02)


def test_nobody_is_waited_for_where_nobody_can_come() -> None:
    async def main() -> None:
        for departures, meeting in (
            (Departures(), Meeting()),
            (Moves(to="").departures, Meeting()),
            (Moves().departures, Meeting(fed=False)),
        ):
            await departures.let_go(meeting)
            assert (meeting.asked, meeting.let_go) == ([], [None])

    run(main())


def test_a_client_that_does_not_move_is_not_waited_for_longer_than_promised() -> None:
    async def main() -> None:
        meeting, moves = Meeting(), Moves()
        began = asyncio.get_running_loop().time()
        await moves.departures.let_go(meeting)
        assert asyncio.get_running_loop().time() - began == pytest.approx(MOVE_S)
        assert meeting.let_go == [None]
        assert [to for to, _ in meeting.asked] == ["there"] * 3
        assert [left for _, left in meeting.asked] == pytest.approx(
            [MOVE_S, MOVE_S - ASK_S, MOVE_S - 2 * ASK_S]
        )
        assert not moves.departures.heard("m-1", 1.0)
        assert not await moves.coming("m-1")

    run(main())


def test_it_is_let_go_when_its_client_is_heard_and_goes_on_with_it() -> None:
    async def main() -> None:
        old, new, moves = Meeting(), Meeting(), Moves()

        async def adopt(meeting: str) -> Meeting:
            assert meeting == "m-1"
            assert old.let_go
            return new

        async with asyncio.TaskGroup() as tasks:
            arrivals = Arrivals(moves, tasks, adopt)
            with pytest.raises(InputError) as early:
                await arrivals.check("m-1", "there")
            assert early.value.status == 409
            leaving = tasks.create_task(moves.departures.let_go(old))
            await asyncio.sleep(0)
            await arrivals.check("m-1", "there")
            with pytest.raises(InputError):
                await arrivals.check("m-1", "elsewhere")
            source = arrivals.expect("m-1", Voice(), ORIGIN)
            await leaving
            assert old.let_go[0] == pytest.approx(source.since)
            assert not moves.departures.heard("m-1", 2.0)
            moves.gone.set()
            await asyncio.sleep(0.2)
            assert (new.source, new.origin) == (source, ORIGIN)
            await source.close()

    run(main())


def test_a_client_whose_meeting_stays_is_let_go() -> None:
    async def main() -> None:
        moves = Moves()

        async def adopt(_: str) -> Meeting:
            raise AssertionError("nobody is to run it")

        async with asyncio.TaskGroup() as tasks:
            arrivals = Arrivals(moves, tasks, adopt)
            heard = arrivals.expect("m-other", Voice(), ORIGIN)
            silent = arrivals.expect("m-other", Voice(after_s=1e6), ORIGIN)
            await asyncio.sleep(2 * MOVE_S)
            assert heard.over
            assert silent.over
            never = arrivals.expect("m-other", Voice(after_s=1e6), ORIGIN)
            await asyncio.sleep(0.1)
            await arrivals.close()
            assert never.over

    run(main())
