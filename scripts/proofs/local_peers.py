"""Local speech beside its peers: same machine, model files and recording, one after the other, in real time.

Peers run unmodified with their own settings, each in an environment of its own (`scripts/bench/peers.txt`).
They are measured by what they settle and when: a word counts from the moment after which it never changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scripts.bench.peers import HERE, SPEECH, install, python_of
from scripts.proofs.figures import Figure, progress
from scripts.proofs.local_live import FRAME, Voice, play, processor_seconds, warm
from tests.support import real_speech, sample
from tests.support.local import running
from tests.support.real_speech import spoken
from wingman.config.stt import WhisperSettings
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.local.decoder.settings import DecoderSettings
from wingman.stt import whisper

OURS = "wingman"
SCRIPTS = {"pipecat-whisper": "speech_pipecat.py", "whisperlivekit": "speech_whisperlivekit.py"}
PAUSE = 1.5
"""Seconds between readings, and after the last one."""
SETTLE_S = 6.0
"""Silence at the end, in which everybody may settle what was said."""
QUIET = 0.03
"""Share of the loudest sample below which a reading's end is silence."""
LOAD_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is played: its sound, and per turn the words and where they end in seconds."""

    sound: np.ndarray[tuple[int], np.dtype[np.int16]]
    turns: tuple[tuple[str, float], ...]

    @property
    def words(self) -> list[str]:
        return [word for text, _ in self.turns for word in spoken(text)]


@dataclass(slots=True)
class Heard:
    """What somebody settled, as it grew: seconds since the sound began, and the whole text then."""

    settled: list[tuple[float, str]] = field(default_factory=list)
    spent: float = 0.0
    """Processor seconds until the last word had settled."""


def recording() -> Spoken:
    """The sample's other side, then people reading."""
    own = sample.audio()[Channel.TAB]
    turns = [(t.text, t.end) for t in sample.truth() if t.channel is Channel.TAB]
    parts, at = [own], len(own) / SAMPLE_RATE
    for reading in real_speech.readings()[1:]:
        loud = np.flatnonzero(np.abs(reading.sound.astype(np.int32)) > QUIET * np.abs(reading.sound).max())
        parts += [np.zeros(round(PAUSE * SAMPLE_RATE), np.int16), reading.sound]
        turns.append((reading.text, at + PAUSE + float(loud[-1]) / SAMPLE_RATE))
        at += PAUSE + len(reading.sound) / SAMPLE_RATE
    parts.append(np.zeros(round(SETTLE_S * SAMPLE_RATE), np.int16))
    return Spoken(np.concatenate(parts), tuple(turns))


async def ours(settings: WhisperSettings, said: Spoken) -> Heard:
    """This project, looks at running sentences included."""
    out, words = Heard(), list[str]()
    async with running() as local:
        await warm(local, settings)
        loop = asyncio.get_running_loop()
        voice, began = Voice(said.sound.tobytes(), []), loop.time()

        def note(event: TranscriberEvent) -> None:
            if isinstance(event, Final) and event.words:
                words.extend(word.text for word in event.words)
                out.settled.append((loop.time() - began, " ".join(words)))

        pids = (DecoderSettings().pid, local.get().pid, os.getpid())
        before = sum(map(processor_seconds, pids))
        async with asyncio.TaskGroup() as tasks:
            hearing = whisper.build(local.get(), local.decoder(), settings)
            tasks.create_task(hearing.run(Channel.TAB, voice.tape.cursor(), note))
            await play([voice], began)
        out.spent = sum(map(processor_seconds, pids)) - before
    return out


async def peer(name: str, model: Path, said: Spoken) -> Heard:
    """A peer in a process of its own. Raises `OSError` when it does not start."""
    command = (str(python_of(name)), str(HERE / SCRIPTS[name]), str(model))
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, limit=1 << 20
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(LOAD_TIMEOUT_S):
            while (line := await process.stdout.readline()) not in (b"READY\n", b""):
                pass
        if not line:
            raise OSError(f"{name} does not start")
        return await _fed(process, process.stdin, process.stdout, said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _fed(
    process: asyncio.subprocess.Process,
    sink: asyncio.StreamWriter,
    source: asyncio.StreamReader,
    said: Spoken,
) -> Heard:
    out, loop = Heard(), asyncio.get_running_loop()
    before, began = processor_seconds(process.pid), loop.time()

    async def listen() -> None:
        while line := await source.readline():
            out.settled.append((loop.time() - began, json.loads(line)))
            with contextlib.suppress(OSError):  # it has ended, and this was still on its way
                out.spent = processor_seconds(process.pid) - before

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen())
        pcm, size = said.sound.tobytes(), FRAME * BYTES_PER_SAMPLE
        for first in range(0, len(pcm), size):
            sink.write(pcm[first : first + size])
            await asyncio.sleep(max(0.0, began + (first + size) / BYTES_PER_SAMPLE / SAMPLE_RATE - loop.time()))
        out.spent = processor_seconds(process.pid) - before
        sink.close()
    return out


def settled_at(heard: Heard) -> tuple[list[str], list[float]]:
    """The words in the end, and when each was there to stay."""
    last = spoken(heard.settled[-1][1]) if heard.settled else []
    times, upto = [0.0] * len(last), len(last)
    for at, text in reversed(heard.settled):
        pairs = zip(spoken(text), last[:upto], strict=False)
        upto = next((n for n, (a, b) in enumerate(pairs) if a != b), min(upto, len(spoken(text))))
        times[:upto] = [at] * upto
    return last, times


def delays(said: Spoken, heard: Heard) -> list[float]:
    """Per turn, seconds from its end until the last of its words that was understood had settled."""
    last, times = settled_at(heard)
    rows = [(word, turn) for turn, (text, _) in enumerate(said.turns) for word in spoken(text)]
    match = difflib.SequenceMatcher(None, [word for word, _ in rows], last, autojunk=False)
    settled: dict[int, float] = {}
    for a, b, size in match.get_matching_blocks():
        for n in range(size):
            settled[rows[a + n][1]] = times[b + n]
    return sorted(at - said.turns[turn][1] for turn, at in settled.items())


def error_rate(said: Spoken, heard: Heard) -> float:
    """Word errors in per cent."""
    last, _ = settled_at(heard)
    return 100 * real_speech.errors(said.words, last) / len(said.words)


async def beside(settings: WhisperSettings, model: Path) -> list[Figure]:
    """All of them on one recording; the peers that cannot be had here are said."""
    try:
        install(SPEECH)
    except subprocess.CalledProcessError as failed:
        return [Figure("peers that could be installed", 0, 2, "==", note=str(failed)[:80])]
    said = recording()
    seconds = len(said.sound) / SAMPLE_RATE
    progress(f"{OURS} beside its peers: one channel, live ({seconds:.0f} s each) …")
    found = {OURS: await ours(settings, said)}
    for name in SPEECH:
        progress(f"  {name} …")
        found[name] = await peer(name, model, said)
    return [*_table(said, found), *_ahead(said, found)]


def _table(said: Spoken, found: dict[str, Heard]) -> list[Figure]:
    rows = []
    for name, heard in found.items():
        late = delays(said, heard) or [float("inf")]
        rows += [
            Figure(f"{name}: word errors, sample and readings", error_rate(said, heard), unit="%"),
            Figure(f"{name}: end of speech → settled, p50", _middle(late), unit="s"),
            Figure(f"{name}: end of speech → settled, p95", late[int(len(late) * 0.95)], unit="s"),
            Figure(f"{name}: cores for one channel", heard.spent * SAMPLE_RATE / len(said.sound)),
        ]
    return rows


def _ahead(said: Spoken, found: dict[str, Heard]) -> list[Figure]:
    mine, peers = found[OURS], [heard for name, heard in found.items() if name != OURS]
    errors = error_rate(said, mine) - min(error_rate(said, one) for one in peers)
    late = _middle(delays(said, mine)) / min(_middle(delays(said, one)) for one in peers)
    return [
        Figure("word errors beyond the better peer's", errors, 0.5, "<=", "%"),
        Figure("end of speech → settled, of the faster peer's", late, 1, "<=", "x"),
        Figure("cores, of the thriftier peer's", mine.spent / min(one.spent for one in peers), 1, "<=", "x"),
    ]


def _middle(rows: Sequence[float]) -> float:
    return rows[len(rows) // 2] if rows else float("inf")


if __name__ == "__main__":
    from tests.support import whisper as model

    folder = model.fetched("base")
    assert isinstance(folder, Path), folder
    for figure in asyncio.run(beside(WhisperSettings(model_dir=str(folder), language="en"), folder)):
        sys.stdout.write(
            f"{figure.name:60} {figure.value:8.3f} {figure.unit:4} {'' if figure.ok else 'MISSED'}\n"
        )
