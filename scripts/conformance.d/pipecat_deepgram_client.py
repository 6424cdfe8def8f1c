"""pipecat's Deepgram service, unmodified: plays a PCM file at real time and prints what it heard as JSON.

Runs in its own environment: `python pipecat_deepgram_client.py URL FILE`, FILE is 16 kHz mono s16le.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from pipecat.frames.frames import EndFrame, Frame, InputAudioRawFrame, TranscriptionFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.workers.runner import WorkerRunner

FRAME = 320
LAST_FINALS_S = 3.0
"""Time for what is still on its way: the service leaves at once when it is told to end."""


class Notes(FrameProcessor):
    """Writes down the words of every final transcript."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[tuple[str, float, float]] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            heard = frame.result.channel.alternatives[0].words
            self.words += [(word.word, word.start, word.end) for word in heard]
        await self.push_frame(frame, direction)


async def play(worker: PipelineWorker, pcm: bytes) -> None:
    begun = time.monotonic()
    for n in range(len(pcm) // (2 * FRAME)):
        await asyncio.sleep(max(0.0, begun + n * 0.02 - time.monotonic()))
        audio = pcm[n * 2 * FRAME : (n + 1) * 2 * FRAME]
        await worker.queue_frame(InputAudioRawFrame(audio=audio, sample_rate=16_000, num_channels=1))
    await asyncio.sleep(LAST_FINALS_S)
    await worker.queue_frame(EndFrame())


async def main(url: str, pcm: bytes) -> None:
    settings = DeepgramSTTService.Settings(endpointing=300)
    service = DeepgramSTTService(api_key="local-key", base_url=url, sample_rate=16_000, settings=settings)
    notes, started = Notes(), asyncio.Event()
    worker = PipelineWorker(
        Pipeline([service, notes]),
        cancel_on_idle_timeout=False,
        params=PipelineParams(audio_in_sample_rate=16_000),
    )

    @worker.event_handler("on_pipeline_started")
    async def begin(*_: object) -> None:
        started.set()

    async def play_when_started() -> None:
        await started.wait()
        await play(worker, pcm)

    runner = WorkerRunner()
    await runner.add_workers(worker)
    await asyncio.gather(runner.run(), play_when_started())
    print(json.dumps(notes.words))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_bytes()))
