"""A stream is fed to its end; when the worker dies it begins again where nothing was settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest

from wingman.audio.tape import Tape
from wingman.core.errors import Branch, FaultKind, Health, ProviderFault, ProviderState
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import Channel, Span
from wingman.local.client import CHUNK, EmbeddedBranch, Replayed
from wingman.local.process import EmbeddedWorker, Order, WorkerDied
from wingman.local.wire import Command, Message, Reached
from wingman.testing.virtual_time import run

END = 20 * CHUNK


class Stream:
    """A stream that answers each item, and fails before the item number `fails_at`."""

    def __init__(self, on_message: Callable[[Message], None], fails_at: int | None, how: Exception) -> None:
        self._on_message, self._fails_at, self._how = on_message, fails_at, how
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: list[Span] = []
        self.flushed: list[int] = []

    async def send(self, item: PcmBlock | Gap) -> None:
        if len(self.heard) == self._fails_at:
            raise self._how
        self.heard.append(item.span)
        if len(self.heard) % 2:  # every other item is settled
            self._on_message(Reached(1, item.span.end))

    async def finish(self) -> None:
        self.ended.set_result(None)

    def flush(self) -> None:
        self.flushed.append(self.heard[-1].end if self.heard else 0)

    def fail(self, error: Exception) -> None:
        self.ended.set_exception(error)


class Worker:
    """Opens streams, of which the first ones fail."""

    def __init__(self, *fails: int, refuses: bool = False) -> None:
        self._fails = list(fails)
        self._refuses = refuses
        self.streams: list[Stream] = []
        self.open = 0

    @asynccontextmanager
    async def stream(self, order: Order, on_message: Callable[[Message], None]) -> AsyncIterator[Stream]:
        if self._refuses:
            raise ProviderFault("The worker does not start.", kind=FaultKind.UNAVAILABLE)
        stream = Stream(on_message, self._fails.pop(0) if self._fails else None, WorkerDied())
        self.streams.append(stream)
        self.open += 1
        try:
            yield stream
        finally:
            self.open -= 1


def fed(worker: Worker, at: int = 0, hole: int = 0) -> tuple[list[ProviderState], list[Message]]:
    """Run a branch over a tape; what it says of itself, and what the worker said."""
    states, messages = list[ProviderState](), list[Message]()

    async def main() -> None:
        tape = Tape()
        tape.write(PcmBlock(0, bytes(2 * (END - hole))))
        tape.skip(hole, GapCause.PAUSED)
        tape.close()
        cast_worker = cast("EmbeddedWorker", worker)
        branch = EmbeddedBranch(cast_worker, Order(Command.OPEN_PROSODY), Branch.EMOTION, "prosody")
        branch.flush()  # before there is a stream: nothing to settle
        await branch.run(Channel.TAB, tape.cursor(), Replayed(at, messages.append), states.append)

    run(main())
    return states, messages


@pytest.mark.parametrize(("at", "hole"), [(0, 0), (3 * CHUNK, 0), (0, 5 * CHUNK + 7)])
def test_everything_is_heard_from_where_it_begins(at: int, hole: int) -> None:
    worker = Worker()
    states, messages = fed(worker, at, hole)
    (stream,) = worker.streams
    assert stream.heard[0].start == at
    assert [one.end for one in stream.heard[:-1]] == [other.start for other in stream.heard[1:]]
    assert stream.heard[-1].end == END
    assert max(each.length for each in stream.heard if each.end <= END - hole) == CHUNK
    assert [each.health for each in states] == [Health.CONNECTING, Health.UP, Health.ENDED]
    assert len(messages) == (len(stream.heard) + 1) // 2


@pytest.mark.parametrize("fails", [(0,), (4,), (5, 1, 7)])
def test_a_death_costs_no_audio(fails: tuple[int, ...]) -> None:
    worker = Worker(*fails)
    states, _ = fed(worker)
    settled = 0
    for stream in worker.streams:
        assert not stream.heard or stream.heard[0].start == settled
        settled = max([settled, *(each.end for each in stream.heard[::2])])
    assert worker.streams[-1].heard[-1].end == END
    wanted = [Health.CONNECTING, *[Health.UP, Health.RETRYING] * len(fails), Health.UP, Health.ENDED]
    assert [each.health for each in states] == wanted
    assert worker.open == 0


@pytest.mark.parametrize("rest", [0, 7])
@pytest.mark.parametrize("after", [0, 3, 20])
def test_words_are_settled_where_the_tape_was_and_not_where_the_worker_is(after: int, rest: int) -> None:
    """A worker that is behind would cut a word: `after` items it has had when it is asked for."""
    worker = Worker()

    async def main() -> None:
        tape = Tape()
        tape.write(PcmBlock(0, bytes(2 * (END + rest))))
        branch = EmbeddedBranch(
            cast("EmbeddedWorker", worker), Order(Command.OPEN_PROSODY), Branch.EMOTION, "prosody"
        )
        async with asyncio.TaskGroup() as group:
            owner = Asking(branch, after)
            running = group.create_task(branch.run(Channel.TAB, tape.cursor(), owner, lambda _: None))
            await asyncio.sleep(1)
            branch.flush() if after == 20 else None
            assert worker.streams[0].flushed == [END]
            tape.close()
            await running

    run(main())


class Asking(Replayed):
    """Asks to settle before the worker is given the item after so many."""

    def __init__(self, branch: EmbeddedBranch, after: int) -> None:
        super().__init__(0, lambda _: None)
        self._branch, self._after = branch, after

    async def audio(self, item: PcmBlock | Gap) -> None:
        if self._after == 0:
            self._branch.flush()
        self._after -= 1


def test_a_worker_that_is_given_up_is_said_to_be_down() -> None:
    states, _ = fed(Worker(refuses=True))
    assert [each.health for each in states] == [Health.CONNECTING, Health.DOWN]
    assert (states[-1].detail, states[-1].channel) == ("The worker does not start.", Channel.TAB)


def test_what_was_settled_is_never_unsettled() -> None:
    owner = Replayed(100, lambda _: None)
    for upto, begins in ((50, 100), (300, 300), (200, 300)):
        owner.message(Reached(1, upto))
        assert owner.restart() == begins
