"""Peer: pipecat's Whisper service behind its voice detector, as its examples put them together.

Argument: the model's folder. Standard input: 16 kHz mono s16 as it is spoken. Standard output: `READY`, then
one JSON string per change, everything that is settled so far.
"""

from __future__ import annotations

import asyncio
import json
import sys

from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import EndFrame, Frame, InputAudioRawFrame, TranscriptionFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.whisper.stt import WhisperSTTService

RATE = 16_000
PIECE = RATE // 50 * 2
logger.remove()


class Told(FrameProcessor):
    """Prints what is settled."""

    def __init__(self) -> None:
        super().__init__()
        self._said = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            self._said = f"{self._said} {frame.text}".strip()
            print(json.dumps(self._said), flush=True)
        await self.push_frame(frame, direction)


async def main(model: str) -> None:
    settings = WhisperSTTService.Settings(model=model)
    whisper = WhisperSTTService(device="cpu", compute_type="int8", settings=settings)
    detector = VADProcessor(vad_analyzer=SileroVADAnalyzer())
    params = PipelineParams(audio_in_sample_rate=RATE)
    task = PipelineTask(Pipeline([detector, whisper, Told()]), params=params, cancel_on_idle_timeout=False)
    running = asyncio.ensure_future(PipelineRunner(handle_sigint=False).run(task))
    await asyncio.sleep(2)
    print("READY", flush=True)
    while piece := await asyncio.to_thread(sys.stdin.buffer.read, PIECE):
        await task.queue_frame(InputAudioRawFrame(audio=piece, sample_rate=RATE, num_channels=1))
    await task.queue_frame(EndFrame())
    await running


asyncio.run(main(sys.argv[1]))
