from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.event_log import full_disk
from tests.support.sounds import chirp, decoded, delay
from tests.support.until import until
from wingman.archive.audio_recorder import AudioRecorder
from wingman.archive.audio_store import AudioStore
from wingman.audio.tape import Tape
from wingman.core.events import AudioState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel

TAB = Channel.TAB


class Kept:
    """A recorder on a tape, and what it said."""

    def __init__(self, folder: Path, key: str = "") -> None:
        self.audio_store = AudioStore(folder, key)
        self.tape = Tape(60)
        self.told: list[Any] = []
        self.recorder = AudioRecorder(self.audio_store, "m-1", lambda state, _: self.told.append(state))

    def start(self) -> asyncio.Task[None]:
        return asyncio.ensure_future(self.recorder.run(TAB, self.tape.cursor(0)))

    def write(self, pcm: np.ndarray) -> None:
        self.tape.write(PcmBlock(self.tape.end, pcm.tobytes()))

    def sound(self) -> np.ndarray:
        return decoded(self.audio_store.read("m-1", TAB))


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).integers(-9000, 9000, round(seconds * SAMPLE_RATE), dtype=np.int16)


@pytest.mark.parametrize("key", ["", "secret"])
async def test_gaps_become_silence_and_nothing_moves(tmp_path: Path, key: str) -> None:
    kept = Kept(tmp_path, key)
    running = kept.start()
    kept.write(chirp())
    for _ in range(150):  # a pause, as it comes: 20 ms at a time
        kept.tape.skip(320, GapCause.PAUSED)
        await asyncio.sleep(0)
    at = kept.tape.end
    kept.write(chirp())
    kept.tape.skip(333, GapCause.RECONNECT)
    kept.tape.close()
    await running
    heard = kept.sound()
    assert len(heard) == kept.tape.end
    assert (delay(chirp(), heard, 0), delay(chirp(), heard, at)) == (0, 0)
    assert not np.any(np.abs(heard[8000 : at - 1000]) > 4)
    assert kept.told == [AudioState("storing")]


async def test_a_meeting_that_is_cut_short_keeps_what_it_had(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    running = kept.start()
    kept.write(noise(2.5))
    await until(lambda: kept.audio_store.read("m-1", TAB))
    running.cancel()
    await asyncio.wait([running])
    assert len(kept.sound()) >= SAMPLE_RATE


async def test_a_full_disk_ends_the_keeping_with_a_sentence(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    with full_disk(9000):
        running = kept.start()
        for _ in range(20):
            kept.write(noise(1))
            await asyncio.sleep(0.02)
        async with asyncio.timeout(60):
            await running  # it ends by itself: the tape is still open
    assert [told.state for told in kept.told] == ["storing", "lost"]
    assert "File too large" in kept.told[-1].detail
    assert "the meeting goes on" in kept.told[-1].detail
    assert 0 < len(kept.sound()) < kept.tape.end  # what was stored can be heard


@contextmanager
def read_only_disk(folder: Path) -> Iterator[Any]:
    """An ext4 disk of its own, which the call it yields makes read-only as the kernel does after an error: for
    open files as well. Skips where nobody may mount one."""
    image = folder.with_name(folder.name + ".img")
    image.write_bytes(bytes(16 << 20))
    if os.system(f"(mkfs.ext4 -q {image} && mount -o loop {image} {folder}) >/dev/null 2>&1") != 0:
        pytest.skip("making and mounting a file system needs root and a loop device")
    try:
        yield lambda: os.system(f"mount -o remount,abort {folder} >/dev/null 2>&1")
    finally:
        os.system(f"umount {folder} || umount -l {folder}")
        image.unlink()


async def test_a_read_only_disk_ends_the_keeping_with_a_sentence(tmp_path: Path) -> None:
    with read_only_disk(tmp_path) as make_read_only:
        make_read_only()
        kept = Kept(tmp_path)
        async with asyncio.timeout(60):
            await kept.start()
    assert [told.state for told in kept.told] == ["lost"]
    assert "Read-only file system" in kept.told[0].detail


async def test_killed_it_has_all_but_the_last_moments(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.keep_sound", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    written = 0
    while written < 8:
        written = json.loads(await process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    await process.wait()
    heard = decoded(AudioStore(tmp_path).read("m-1", TAB))
    assert len(heard) >= (written - 3) * SAMPLE_RATE
    assert delay(chirp(), heard, 0) == 0
