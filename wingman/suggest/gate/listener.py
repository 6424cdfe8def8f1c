"""Gives each utterance its meaning before the gate hears it, in order, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import structlog
from numpy.typing import NDArray

from wingman.core.errors import ProviderFault
from wingman.core.turn_queue import turn_queue
from wingman.core.utterance import EmotionShift, LoneSound, Utterance
from wingman.suggest.knowledge.encoder import Encoder

log = structlog.get_logger(__name__)

WAITING = 32
"""Utterances that may wait for their meaning; more than that are taken without."""
FAILURES = 3
"""In a row; then the meeting goes on without meaning."""
LOADING_S = 30.0
"""What an encoder may take to load, on a machine that does much else; nobody waits for it meanwhile."""

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GateInput:
    """Something for the gate, and when it came (seconds of the coach's clock)."""

    what: Utterance | EmotionShift | LoneSound
    at: float


Take: TypeAlias = Callable[[GateInput, Vector | None], None]
"""Told each thing once, in the order in which it was heard."""


class MeaningListener:
    """One per meeting. Without an encoder, and while nobody runs it, everything is passed on at once."""

    def __init__(self, encoder: Encoder | None, patience_s: float, take: Take) -> None:
        self._encoder = encoder
        self._patience_s = patience_s
        self._take = take
        self._queue: asyncio.Queue[GateInput] = asyncio.Queue(WAITING)
        self._running = False
        self._ready = asyncio.Event()
        self._failures = 0

    def hear(self, heard: GateInput) -> None:
        """Pass it on: with its meaning a little later, or at once."""
        if not self._running:
            self._take(heard, None)
            return
        if self._queue.full():
            log.warning("suggest.meaning_behind", waiting=WAITING)
            self._flush()
        self._queue.put_nowait(heard)

    async def run(self) -> None:
        """Serve until cancelled; what still waits then is passed on without meaning."""
        if self._encoder is None:
            self._ready.set()
            await asyncio.Event().wait()
        try:
            await self._meaning("ready", LOADING_S)  # until it is loaded what is heard goes without meaning
            self._running = True
            self._ready.set()
            while True:
                heard = await self._queue.get()
                meaning = None
                try:
                    meaning = await self._of(heard)
                    await turn_queue().turn()
                finally:  # nothing that was heard is lost, even when the meeting ends just now
                    self._take(heard, meaning)
                    self._queue.task_done()
        finally:
            self._running = False
            self._flush()

    async def ready(self) -> None:
        """Return when utterances get their meaning, or never will."""
        await self._ready.wait()

    async def idle(self) -> None:
        """Return when nothing waits."""
        if self._running:
            await self._queue.join()

    async def _of(self, heard: GateInput) -> Vector | None:
        """The meaning of an utterance; a revision brings no new words."""
        if isinstance(heard.what, EmotionShift | LoneSound) or heard.what.revision:
            return None
        return await self._meaning(heard.what.text, self._patience_s)

    async def _meaning(self, text: str, patience_s: float) -> Vector | None:
        if self._encoder is None or self._failures >= FAILURES:
            return None
        try:
            async with asyncio.timeout(patience_s):
                vector: Vector = (await self._encoder.encode([text], "query"))[0]
        except (ProviderFault, TimeoutError) as failed:
            self._failures += 1
            log.info("suggest.no_meaning", detail=str(failed) or f"took over {patience_s:g} s")
            return None
        self._failures = 0
        return vector

    def _flush(self) -> None:
        while not self._queue.empty():
            self._take(self._queue.get_nowait(), None)
            self._queue.task_done()
