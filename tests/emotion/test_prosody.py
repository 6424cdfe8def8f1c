"""What the local worker feels is told as relative energy on the channel's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

from wingman.audio.tape import Tape
from wingman.core.emotion import EmotionEvent, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Health, Progress, ProviderState
from wingman.core.media import Gap, PcmBlock
from wingman.core.time import Channel, Span
from wingman.emotion.prosody import INFO, ProsodyAnalyzer
from wingman.local.process import EmbeddedWorker, Order
from wingman.local.wire import Command, Message, ProsodyMeasured, Reached
from wingman.testing.virtual_time import run


class Worker:
    """Says its piece when the audio is over."""

    def __init__(self, says: Sequence[Message]) -> None:
        self._says = says
        self.orders: list[Order] = []
        self.heard = 0

    @asynccontextmanager
    async def stream(self, order: Order, on_message: Callable[[Message], None]) -> AsyncIterator[Worker]:
        self.orders.append(order)
        self._on_message = on_message
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        yield self

    async def send(self, item: PcmBlock | Gap) -> None:
        self.heard += item.span.length

    async def finish(self) -> None:
        for message in self._says:
            self._on_message(message)
        self.ended.set_result(None)


def told(*says: Message) -> tuple[list[EmotionEvent], Worker]:
    worker, events = Worker(says), list[EmotionEvent]()

    async def main() -> None:
        tape = Tape()
        tape.write(PcmBlock(0, bytes(64_000)))
        tape.close()
        analyzer = ProsodyAnalyzer(cast("EmbeddedWorker", worker))
        assert analyzer.info is INFO
        await analyzer.run(Channel.MIC, tape.cursor(), events.append)

    run(main())
    return events, worker


def test_a_measurement_is_told_with_its_span_and_label() -> None:
    events, _ = told(ProsodyMeasured(1, 1600, 8000, "energetic", 0.6))
    span = Span(1600, 8000)
    assert [each for each in events if isinstance(each, EmotionSpan)] == [
        EmotionSpan(Channel.MIC, span, (Score("energetic", 0.6),), "prosody", Scale.RELATIVE)
    ]


def test_before_the_voice_is_known_it_is_measured_without_a_label() -> None:
    events, _ = told(ProsodyMeasured(1, 0, 10, "", 0.0))
    assert [each.scores for each in events if isinstance(each, EmotionSpan)] == [()]


def test_how_far_it_got_is_told_in_order_with_the_rest() -> None:
    events, _ = told(ProsodyMeasured(1, 0, 10, "calm", 0.3), Reached(1, 10), Reached(1, 32_000))
    assert [type(each) for each in events[2:-1]] == [EmotionSpan, Progress, Progress]
    assert events[3:5] == [Progress(Branch.EMOTION, Channel.MIC, upto) for upto in (10, 32_000)]


def test_the_whole_channel_is_measured_for_prosody_on_this_machine() -> None:
    events, worker = told()
    assert (worker.orders, worker.heard) == ([Order(Command.OPEN_PROSODY)], 32_000)
    states = [each for each in events if isinstance(each, ProviderState)]
    assert {(each.branch, each.provider, each.channel) for each in states} == {
        (Branch.EMOTION, "prosody", Channel.MIC)
    }
    assert [each.health for each in states] == [Health.CONNECTING, Health.UP, Health.ENDED]
    assert not INFO.remote
