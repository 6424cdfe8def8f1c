"""One meeting's local processes, running, and sound for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support import sample
from wingman.audio.tape import Tape
from wingman.config.settings import Settings
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE
from wingman.meeting.provider_builders import LocalWorker
from wingman.stt import embedded
from wingman.stt.local import LocalTranscriber

TURN = next(t for t in sample.truth() if t.text.startswith("Can you tell me"))


def turn_pcm(pause: float = 0.7, turn: sample.TrueTurn = TURN) -> bytes:
    """A turn of the sample, 0.4 s before it and `pause` seconds after it."""
    start, end = int((turn.start - 0.4) * SAMPLE_RATE), int((turn.end + pause) * SAMPLE_RATE)
    return sample.audio()[turn.channel][start:end].tobytes()


@asynccontextmanager
async def running(settings: Settings | None = None) -> AsyncIterator[LocalWorker]:
    local = LocalWorker(settings or Settings())
    async with asyncio.TaskGroup() as tasks:
        owner = tasks.create_task(local.run())
        yield local
        owner.cancel()


def transcriber(local: LocalWorker) -> LocalTranscriber:
    """PocketSphinx: every machine has it."""
    return embedded.build(local.get(), local.decoder())


def tape_of(*pieces: bytes) -> Tape:
    tape = Tape(120)
    for piece in pieces:
        tape.write(PcmBlock(tape.end, piece))
    return tape
