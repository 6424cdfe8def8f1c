"""Does a provider's key work? Asked the honest way: the real adapter connects with a moment of silence."""

from __future__ import annotations

import asyncio
from typing import Any

from wingman.audio.tape import Tape
from wingman.core.errors import Health, ProviderState
from wingman.core.media import PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.emotion.base import VoiceAnalyzer
from wingman.stt.base import Transcriber

TIMEOUT_S = 10.0
SILENCE = PcmBlock(0, bytes(SAMPLE_RATE // 5 * BYTES_PER_SAMPLE))


async def probe(adapter: Transcriber | VoiceAnalyzer) -> str:
    """Empty when the provider took the connection; otherwise what it said, in one sentence."""
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(event: Any) -> None:
        if isinstance(event, ProviderState) and not answer.done():
            if event.health is Health.UP:
                answer.set_result("")
            elif event.health in (Health.DOWN, Health.RETRYING):
                answer.set_result(event.detail)

    tape = Tape(1.0)
    tape.write(SILENCE)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(adapter.run(Channel.TAB, tape.cursor(), hear))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await answer
        except TimeoutError:
            return f"no answer within {TIMEOUT_S:.0f} seconds; check the network and the configured URL"
        finally:
            run.cancel()
