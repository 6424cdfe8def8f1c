"""What the embedded transcriber and the embedded meter have in common: a lane, fed and replayed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wingman.audio.tape import Cursor
from wingman.core.errors import Branch, Health, ProviderFault, ProviderState
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime
from wingman.local.process import EmbeddedWorker, Order, WorkerDied, WorkerStream
from wingman.local.wire import Message, Reached

CHUNK = SAMPLE_RATE // 50
"""20 ms: small enough not to add delay, large enough to keep the pipe quiet."""


class EmbeddedBranch:
    """Feeds one channel to a lane and starts over at the last settled sample when the worker dies."""

    def __init__(self, worker: EmbeddedWorker, order: Order, branch: Branch, name: str) -> None:
        self._worker = worker
        self._order = order
        self._branch = branch
        self._name = name
        self._lane: WorkerStream | None = None
        self._settled: SampleTime = 0

    async def run(
        self,
        channel: Channel,
        audio: Cursor,
        on_message: Callable[[Message], None],
        on_state: Callable[[ProviderState], None],
    ) -> None:
        """Until the audio is over and answered, or the worker is given up."""

        def state(health: Health, detail: str = "") -> None:
            on_state(ProviderState(self._branch, self._name, health, channel, detail))

        def settle(message: Message) -> None:
            if isinstance(message, Reached):
                self._settled = max(self._settled, message.upto)
            on_message(message)

        self._settled = audio.position
        state(Health.CONNECTING)
        while True:
            try:
                async with self._worker.lane(self._order, settle) as lane:
                    self._lane = lane
                    audio.seek(self._settled)
                    state(Health.UP)
                    await self._feed(lane, audio)
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
        if self._lane is not None:
            self._lane.flush()

    async def _feed(self, lane: WorkerStream, audio: Cursor) -> None:
        async with asyncio.TaskGroup() as tasks:
            pump = tasks.create_task(self._pump(lane, audio))
            try:
                await lane.ended
            except (WorkerDied, ProviderFault) as failed:
                failure: Exception | None = failed
            else:
                failure = None
            pump.cancel()
        if failure is not None:
            raise failure

    async def _pump(self, lane: WorkerStream, audio: Cursor) -> None:
        try:
            while (item := await audio.read(CHUNK)) is not None:
                await lane.send(item)
            await lane.finish()
        except WorkerDied as died:
            lane.fail(died)
