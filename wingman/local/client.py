"""What the local transcribers and the prosody meter have in common: a stream, fed and replayed."""

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


class StreamOwner(Protocol):
    """Who wants a stream, and what it does with the answers."""

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
    """Feeds one channel to a stream and starts over when the worker dies."""

    def __init__(self, worker: EmbeddedWorker, order: Order, branch: Branch, name: str) -> None:
        self._worker = worker
        self._order = order
        self._branch = branch
        self._name = name
        self._stream: WorkerStream | None = None
        self._audio: Cursor | None = None
        self._given: SampleTime = 0
        self._settle_at: SampleTime | None = None

    async def run(
        self, channel: Channel, audio: Cursor, owner: StreamOwner, on_state: Callable[[ProviderState], None]
    ) -> None:
        """Until the audio is over and answered, or the worker is given up."""

        def state(health: Health, detail: str = "") -> None:
            on_state(ProviderState(self._branch, self._name, health, channel, detail))

        def told(message: Message) -> None:
            if (
                isinstance(message, Reached) and message.upto > self._given
            ):  # it looks at frames of its own length
                message = Reached(message.stream, self._given)
            owner.message(message)

        state(Health.CONNECTING)
        while True:
            try:
                async with self._worker.stream(self._order, told) as stream:
                    self._stream, self._audio = stream, audio
                    self._given = owner.restart()
                    audio.seek(self._given)
                    state(Health.UP)
                    await self._feed(stream, audio, owner)
                await owner.settled()
                state(Health.ENDED)
                return
            except WorkerDied:
                state(Health.RETRYING, "the local worker stopped and is being restarted; nothing is lost")
            except ProviderFault as fault:
                state(Health.DOWN, str(fault))
                return
            finally:
                self._stream = None

    def flush(self) -> None:
        """Settle what was heard so far: all that is on the tape, also where the worker is behind it.

        Told at once, a worker that is behind would cut the words it is at.
        """
        if self._stream is not None and self._audio is not None:
            self._settle_at = self._audio.tape.end
            self._settle(self._stream)

    def _settle(self, stream: WorkerStream) -> None:
        if self._settle_at is not None and self._given > self._settle_at - CHUNK:  # less waits to be a chunk
            self._settle_at = None
            stream.flush()

    async def _feed(self, stream: WorkerStream, audio: Cursor, owner: StreamOwner) -> None:
        async with asyncio.TaskGroup() as tasks:
            pump = tasks.create_task(self._pump(stream, audio, owner))
            try:
                await stream.ended
            except (WorkerDied, ProviderFault) as failed:
                failure: Exception | None = failed
            else:
                failure = None
            pump.cancel()
        if failure is not None:
            raise failure

    async def _pump(self, stream: WorkerStream, audio: Cursor, owner: StreamOwner) -> None:
        try:
            while (item := await audio.read(CHUNK)) is not None:
                await owner.audio(item)
                self._given = max(self._given, item.span.end)
                await stream.send(item)
                self._settle(stream)
            await stream.finish()
        except WorkerDied as died:
            stream.fail(died)
