"""Figures of stored sound and of replays, for `prove deliver`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.proofs.figures import Figure, progress
from tests.support import recordings, sample
from tests.support.sounds import chirp, decoded, delay
from wingman.app import open_service
from wingman.archive.audio_recorder import AudioRecorder
from wingman.archive.audio_store import AudioStore
from wingman.archive.bundle import Bundle, pack, unpack
from wingman.archive.provider_events import decode as heard_lines
from wingman.audio.tape import Tape
from wingman.commands.common import background
from wingman.config.observe import ObserveSettings
from wingman.config.settings import Settings, build
from wingman.core.events import Envelope, UtteranceCreated
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.events.sqlite.log import SqliteLog
from wingman.meeting.api import MeetingSpec
from wingman.meeting.provider_builders import LocalWorker
from wingman.meeting.providers import ProviderFactory
from wingman.observe.logs import configure
from wingman.replay.replay import compare_joined, replay
from wingman.replay.reprocess import Listeners, reprocess
from wingman.report.record import read_all
from wingman.transports.file import FileSource

ROOT = Path(__file__).resolve().parents[2]
TICKS = 1000
"""Blocks of 20 ms on each channel."""
PAUSE = range(200, 300)
SOUND = chirp().tobytes() + bytes(16000 - 8000)
"""Half a second with a sound that fits in one place only."""


async def storing() -> list[Figure]:
    """Where stored samples are, what a kill costs, what storing does to the loop, and what deleting leaves."""
    progress("storing two channels of sound, killing another process that does …")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        audio_store = AudioStore(folder, "a key")
        tapes = {channel: Tape(60) for channel in Channel}
        recorder = AudioRecorder(audio_store, "m-1", lambda *_: None)
        cpu = time.process_time()
        async with asyncio.TaskGroup() as tasks:
            for channel, tape in tapes.items():
                tasks.create_task(recorder.run(channel, tape.cursor(0)))
            worst = await _play(list(tapes.values()))
        cpu = (time.process_time() - cpu) / (2 * TICKS * 0.02)
        out_of_place = 0
        for channel in Channel:
            heard = decoded(audio_store.read("m-1", channel))
            late = [delay(chirp(), heard, tick * 320) for tick in (0, 100, 300, TICKS - 25)]
            out_of_place = max(out_of_place, *map(abs, late), abs(len(heard) - TICKS * 320))
        await audio_store.forget("m-1")
        left = len(audio_store.channels("m-1"))
        lost = await asyncio.to_thread(_killed_while_storing, folder)
    return [
        Figure("stored_sound_out_of_place", out_of_place, 0, "==", "samples"),
        Figure("stored_sound_lost_by_kill_9", lost, 3, unit="s"),
        Figure("storing_sound_cpu", cpu * 1000, None, unit="ms/s", note="per second of one channel, sealed"),
        Figure("storing_sound_holds_loop_worst", worst * 1000, None, unit="ms"),
        Figure("sound_files_left_after_deleting", left, 0, "=="),
    ]


async def _play(tapes: Sequence[Tape]) -> float:
    """Write to all tapes at the pace of a call, with a pause in it; the worst delay of the loop, in seconds."""
    worst, due = 0.0, time.perf_counter()
    for tick in range(TICKS):
        for tape in tapes:
            if tick in PAUSE:
                tape.skip(320, GapCause.PAUSED)
            else:
                tape.write(PcmBlock(tape.end, SOUND[tick % 25 * 640 : tick % 25 * 640 + 640]))
        due += 0.02
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        worst = max(worst, time.perf_counter() - due)
    for tape in tapes:
        tape.close()
    return worst


def _killed_while_storing(folder: Path) -> float:
    """Seconds of sound missing from the file of a process that was killed while it stored them."""
    command = [sys.executable, "-m", "tests.support.keep_sound", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        written = 0
        while written < 30:
            written = int(process.stdout.readline())
        process.kill()
    return written - len(decoded(AudioStore(folder).read("m-1", Channel.TAB))) / SAMPLE_RATE


async def replaying() -> list[Figure]:
    """A short call with the embedded providers: the same bytes again, and heard anew by the same one."""
    progress("holding a call, replaying it, and hearing it anew …")
    configure(ObserveSettings(log_level="warning"))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "call.wav"
        recordings.cut(path, 0, 25)
        bundle = unpack(await _call(path, Path(name)))
        local = LocalWorker(Settings())
        providers = ProviderFactory(Settings())
        listeners = Listeners(lambda: providers.transcriber("embedded", MeetingSpec(), local))
        first, again = await replay(bundle), await replay(bundle)
        async with background(local.run()):
            began = time.perf_counter()
            anew = await reprocess(bundle, listeners)
            took = time.perf_counter() - began
        heard = await replay(anew.bundle)
    spoken, again_heard = _words(first.events), _words(heard.events)
    otherwise = sample.word_errors(spoken, again_heard) / max(1, len(spoken))
    return [
        Figure("replays_that_differ_by_a_byte", int(pack(first) != pack(again)), 0, "=="),
        Figure("moments_a_replay_joins_otherwise", len(compare_joined(bundle.events, first.events)), 0, "=="),
        Figure("words_heard_otherwise_from_stored_sound", 100 * otherwise, unit="%"),
        Figure("hearing_anew_faster_than_real_time", 25 / took, 1, ">=", "x", note="two channels, embedded"),
    ]


async def _call(path: Path, folder: Path) -> bytes:
    tree = {
        "transcribe": {"provider": "embedded"},
        "suggest": {"provider": "cues"},
        "deliver": {"data_dir": str(folder / "data")},
        "report": {"store_audio": True},
    }
    async with open_service(build(tree)) as running:
        meeting = await running.manager.create(MeetingSpec(title="Call"), live=False)
        source = FileSource(path, realtime=False, channels=(Channel.TAB, Channel.MIC), gate=meeting.room)
        await meeting.attach(source)
        await meeting.played(source)
        await meeting.end()
        log = running.log
        assert isinstance(log, SqliteLog)
        told = heard_lines(b"".join(await log.heard(meeting.id)))
        assert running.background.audio_store is not None
        sound = running.background.audio_store.read_all(meeting.id)
        return pack(Bundle(meeting.id, tuple(await read_all(log, meeting.id)), sound, heard=told))


def _words(events: Sequence[Envelope]) -> list[str]:
    texts = (e.data.text for e in events if isinstance(e.data, UtteranceCreated))
    return [word for text in texts for word in sample.plain_words(text)]
