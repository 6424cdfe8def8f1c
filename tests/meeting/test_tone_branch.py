from __future__ import annotations

import asyncio

from tests.meeting.channel_support import Sound
from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionEvent, EmotionInfo, EmotionSpan, Scale
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.emotion.base import Emit
from wingman.meeting.tone_branch import ToneBranch
from wingman.testing.virtual_time import run

INFO = EmotionInfo("stranger", remote=True, scale=Scale.PROBABILITY, floor=0.2, moderate=0.4, strong=0.7)


class Stranger:
    """Measures each second; after `seconds` it gives up (the first time) or says nothing any more."""

    info = INFO

    def __init__(self, seconds: int = 1000, *, silent: bool = False) -> None:
        self._seconds = seconds
        self._silent = silent
        self.began: list[int] = []

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        self.began.append(audio.position)
        emit(ProviderState(Branch.EMOTION, "stranger", Health.UP, channel))
        for _ in range(self._seconds):
            block = await audio.read(SAMPLE_RATE)
            if not isinstance(block, PcmBlock):
                return
            emit(EmotionSpan(channel, Span(block.start, block.end), (), "stranger", INFO.scale))
            emit(Progress(Branch.EMOTION, channel, block.end))
        if self._silent:
            await asyncio.sleep(1e6)
        self._seconds = 1000
        emit(ProviderState(Branch.EMOTION, "stranger", Health.DOWN, channel, "It has gone.", final=True))


def test_who_is_exchanged_is_heard_no_more_and_the_next_begins_here() -> None:
    sound, told = Sound(), list[EmotionEvent]()
    first, second = Stranger(), Stranger()

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            branch = ToneBranch(sound.input, sound.readers, sound.starter(tasks), told.append)
            assert (branch.provider, branch.pays, branch.answered) == ("", False, None)
            assert branch.use(first, None) is INFO
            sound.feed(2)
            await asyncio.sleep(1)
            assert (branch.provider, branch.pays, branch.answered) == ("stranger", True, 2 * SAMPLE_RATE)
            assert branch.use(second, None) is INFO
            sound.feed(1)
            await asyncio.sleep(1)
            assert branch.use(None, None) is None
            await asyncio.sleep(1)
            assert (branch.provider, branch.answered) == ("", None)

    run(main())
    assert (first.began, second.began) == ([0], [2 * SAMPLE_RATE])
    assert [event.span.start // SAMPLE_RATE for event in told if isinstance(event, EmotionSpan)] == [0, 1, 2]
    assert sound.readers.lag(None) == 0


def test_one_that_is_tried_again_hears_what_is_said_now_and_the_rest_is_a_gap() -> None:
    sound, told = Sound(), list[EmotionEvent]()
    analyzer = Stranger(seconds=1)

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            branch = ToneBranch(sound.input, sound.readers, sound.starter(tasks), told.append)
            branch.use(analyzer, None)
            sound.feed(3)
            await asyncio.sleep(0.1)
            assert branch.retry()
            await asyncio.sleep(0.1)
            sound.input.tape.close()
            branch.last_call()
            await branch.settle(asyncio.get_running_loop().time() + 2.0)

    run(main())
    assert analyzer.began == [0, 3 * SAMPLE_RATE]
    assert [event.span for event in told if isinstance(event, Missed)] == [Span(SAMPLE_RATE, 3 * SAMPLE_RATE)]


def test_one_that_gets_on_no_more_holds_nobody_up_and_is_let_go_at_the_end() -> None:
    sound = Sound()

    async def main() -> float:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            branch = ToneBranch(sound.input, sound.readers, sound.starter(tasks), lambda _: None)
            branch.use(Stranger(seconds=1, silent=True), None)
            sound.feed(3)
            await asyncio.sleep(5)
            assert (branch.stuck, branch.answered) == (None, SAMPLE_RATE)
            await asyncio.sleep(10)
            assert branch.answered is None
            assert sound.readers.lag(branch.stuck) == 0
            began = loop.time()
            await branch.settle(began + 600.0)
            return loop.time() - began

    assert run(main()) < 5.0
