"""How a prompt waits a moment for the tone of the very utterance it is about. Instant cards never do."""

from __future__ import annotations

import asyncio

from wingman.core.utterance import Utterance


class ToneWait:
    """Tell it every utterance; ask it before a prompt is written."""

    def __init__(self, longest_s: float) -> None:
        """`longest_s` is how long a prompt may wait; 0 never does."""
        self._longest = longest_s
        self._pending: dict[str, asyncio.Event] = {}

    def hear(self, utterance: Utterance) -> None:
        """An utterance, or its revision."""
        if not utterance.settled:
            self._pending.setdefault(utterance.id, asyncio.Event())
        elif (waiting := self._pending.pop(utterance.id, None)) is not None:
            waiting.set()

    async def settled(self, utterance: str | None, since: float) -> bool:
        """Wait until its tone is settled, or `longest_s` after `since` (loop time). Whether it is."""
        waiting = self._pending.get(utterance or "")
        if waiting is None:
            return True
        left = since + self._longest - asyncio.get_running_loop().time()
        if left > 0:
            try:
                async with asyncio.timeout(left):
                    await waiting.wait()
            except TimeoutError:
                pass
        return waiting.is_set()
