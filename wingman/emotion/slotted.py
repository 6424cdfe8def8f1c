"""An analyser that needs one of the connections a vendor's plan allows: it waits for one, and says so."""

from __future__ import annotations

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionInfo
from wingman.core.errors import Branch, Health, ProviderState
from wingman.core.time import Channel
from wingman.emotion.base import Emit, VoiceAnalyzer
from wingman.link.slots import Slots


class SlottedAnalyzer:
    """A `VoiceAnalyzer` around another one."""

    def __init__(self, inner: VoiceAnalyzer, slots: Slots, setting: str) -> None:
        """`setting` is where the plan's limit is configured."""
        self._inner = inner
        self._slots = slots
        self._setting = setting

    @property
    def info(self) -> EmotionInfo:
        return self._inner.info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """Measure as soon as there is a connection; the meeting goes on without its tone until then."""

        def refused() -> None:
            count = self._slots.count
            plan = "The only connection" if count == 1 else f"All {count} connections"
            detail = f"{plan} of the plan ({self._setting}) in use: no tone is measured until one is free."
            emit(ProviderState(Branch.EMOTION, self.info.name, Health.DOWN, channel, detail))

        slot = await self._slots.take(refused)
        try:
            await self._inner.run(channel, audio, emit)
        finally:
            slot.release()
