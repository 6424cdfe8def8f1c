"""Keeps sound until it is killed: `python -m tests.support.keep_sound FOLDER`; prints the seconds written."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np

from tests.support.sounds import chirp
from wingman.archive.audio_recorder import AudioRecorder
from wingman.archive.audio_store import AudioStore
from wingman.audio.tape import Tape
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel


async def main() -> None:
    tape = Tape(60)
    recorder = AudioRecorder(AudioStore(Path(sys.argv[1])), "m-1", lambda *_: None)
    second = np.zeros(SAMPLE_RATE, np.int16)
    second[:4000] = chirp()
    async with asyncio.TaskGroup() as tasks:
        cursor = tape.cursor(0)
        tasks.create_task(recorder.run(Channel.TAB, cursor))
        for number in range(600):
            tape.write(PcmBlock(tape.end, second.tobytes()))
            while cursor.lag:  # noqa: ASYNC110 - a cursor has one reader to wait for it
                await asyncio.sleep(0.005)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


asyncio.run(main())
