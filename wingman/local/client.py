"""What the local transcribers and the prosody meter have in common: a lane, fed and replayed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from wingman.audio.tape import Cursor
from wingman.core.errors import Branch, Health, ProviderFault, ProviderState
from wingman.core.media import Gap, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime
from wingman.local.process import EmbeddedWorker, Order, WorkerDied, WorkerStream
from wingman.local.wire import Message, Reached

CHUNK = SAMPLE_RATE // 50
"""20 ms: small enough not to add delay, large enough to keep the pipe quiet."""


class LaneOwner(Protocol):
    """Who wants a lane, and what it does with the answers."""

    def restart(self) -> SampleTime:
        """The worker hears the channel (again) from the sample this returns on."""
        ...

    async def audio(self, item: PcmBlock | Gap) -> None:
        """The worker is about to be given `item`; waits while too much is unanswered."""
        ...

    def message(self, message: Message) -> None:
        """Take what the worker says."""
        ...

    async def settled(self) -> None:
        """The worker has answered everything; returns when the owner has, too."""
        ...


class Replayed:
    """The owner that needs nothing but the worker: it starts over at the last settled sample."""

    def __init__(self, start: SampleTime, on_message: Callable[[Message], None]) -> None:
        self._settled = start
        self._on_message = on_message

    def restart(self) -> SampleTime:
        """Where to begin again: the first sample that is not settled."""
        return self._settled

    async def audio(self, item: PcmBlock | Gap) -> None:
        """Take a block or a hole."""

    def message(self, message: Message) -> None:
        """Take what the worker says."""
        if isinstance(message, Reached):
            self._settled = max(self._settled, message.upto)
        self._on_message(message)

    async def settled(self) -> None:
        """Wait until everything is answered for."""


class EmbeddedBranch:
    """Feeds one channel to a lane and starts over when the worker dies."""

    def __init__(self, worker: EmbeddedWorker, order: Order, branch: Branch, name: str) -> None:
        self._worker = worker
        self._order = order
        self._branch = branch
        self._name = name
        self._lane: WorkerStream | None = None
        self._given: SampleTime = 0

    async def run(
        self, channel: Channel, audio: Cursor, owner: LaneOwner, on_state: Callable[[ProviderState], None]
    ) -> None:
        """Until the audio is over and answered, or the worker is given up."""

        def state(health: Health, detail: str = "") -> None:
            on_state(ProviderState(self._branch, self._name, health, channel, detail))

        def told(message: Message) -> None:
            if (
                isinstance(message, Reached) and message.upto > self._given
            ):  # it looks at frames of its own length
                message = Reached(message.lane, self._given)
            owner.message(message)

        state(Health.CONNECTING)
        while True:
            try:
                async with self._worker.lane(self._order, told) as lane:
                    self._lane = lane
                    audio.seek(owner.restart())
                    state(Health.UP)
                    await self._feed(lane, audio, owner)
                await owner.settled()
                state(Health.ENDED)
                return
            except WorkerDied:
                state(Health.RETRYING, "the local worker stopped and is being restarted; nothing is lost")
            except ProviderFault as fault:
                state(Health.DOWN, str(fault))
                return
            finally:
                self._lane = None

    def flush(self) -> None:
        """Settle what was heard so far."""
        if self._lane is not None:
            self._lane.flush()

    async def _feed(self, lane: WorkerStream, audio: Cursor, owner: LaneOwner) -> None:
        async with asyncio.TaskGroup() as tasks:
            pump = tasks.create_task(self._pump(lane, audio, owner))
            try:
                await lane.ended
            except (WorkerDied, ProviderFault) as failed:
                failure: Exception | None = failed
            else:
                failure = None
            pump.cancel()
        if failure is not None:
            raise failure

    async def _pump(self, lane: WorkerStream, audio: Cursor, owner: LaneOwner) -> None:
        try:
            while (item := await audio.read(CHUNK)) is not None:
                await owner.audio(item)
                self._given = max(self._given, item.span.end)
                await lane.send(item)
            await lane.finish()
        except WorkerDied as died:
            lane.fail(died)
