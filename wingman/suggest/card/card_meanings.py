"""What cards mean: found out beside the meeting, so that what was said in other words is known as said."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import structlog
from numpy.typing import NDArray

from wingman.core.errors import ProviderFault
from wingman.suggest.gate.listener import LOADING_S
from wingman.suggest.knowledge.encoder import Encoder

log = structlog.get_logger(__name__)

AT_ONCE = 4
"""Texts encoded in one go; what somebody says just then waits no longer than for these."""
MOST = 600
"""Texts that are remembered; a playbook and its language have some 250."""

Vector: TypeAlias = NDArray[np.float32]


class CardMeanings:
    """One per meeting. Without an encoder on this machine it knows nothing, and words alone tell."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder if encoder is not None and not encoder.remote else None
        self._known: OrderedDict[str, Vector] = OrderedDict()
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._some = asyncio.Event()
        self._running = False
        self._stalled = False
        """True once somebody waited in vain: nobody does again until something has been found out."""
        self._caught_up = asyncio.Event()

    def want(self, texts: Iterable[str]) -> None:
        """These will be asked for. Returns at once."""
        if self._encoder is None:
            return
        for text in texts:
            if text.strip() and text not in self._known and len(self._wanted) < MOST:
                self._wanted[text] = None
        self._caught_up.clear()
        self._some.set()

    def of(self, text: str) -> Vector | None:
        """The meaning of a text; None while it is not known."""
        return self._known.get(text)

    async def idle(self) -> None:
        """Return when all that was wanted is known, or nobody finds it out, or an encoder that may stand still
        took `LOADING_S`; for whoever must not wait later."""
        if not self._running or self._stalled:
            return
        try:
            async with asyncio.timeout(LOADING_S):
                await self._caught_up.wait()
        except TimeoutError:
            self._stalled = True
            log.info("suggest.no_card_meaning", detail=f"took over {LOADING_S:g} s")

    async def run(self) -> None:
        """Serve until cancelled, or until the encoder fails."""
        if self._encoder is None:
            return
        self._running = True
        try:
            await self._find_out(self._encoder)
        except ProviderFault:  # the listener tells of it
            return
        finally:
            self._running = False
            self._caught_up.set()

    async def _find_out(self, encoder: Encoder) -> None:
        while True:
            if not self._wanted:
                self._some.clear()
                self._caught_up.set()
            await self._some.wait()
            batch = [self._wanted.popitem(last=False)[0] for _ in range(min(AT_ONCE, len(self._wanted)))]
            vectors = await encoder.encode(batch, "passage") if batch else ()
            self._stalled = False
            self._known.update(zip(batch, vectors, strict=True))
            while len(self._known) > MOST:
                self._known.popitem(last=False)
