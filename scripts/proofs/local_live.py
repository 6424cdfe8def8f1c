"""Local speech in real time: how late words are, what they cost, and what a killed decoder does to them."""

from __future__ import annotations

import asyncio
import difflib
import os
import random
import signal
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.support import sample
from tests.support.local import running, tape_of, turn_pcm
from tests.support.real_speech import spoken
from wingman.audio.tape import Tape
from wingman.config.settings import Settings
from wingman.config.stt import WhisperSettings
from wingman.core.media import PcmBlock
from wingman.core.speech import Final, Interim, SpeechStarted, TranscriberEvent
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.local.decoder.settings import DecoderSettings
from wingman.meeting.provider_builders import LocalWorker
from wingman.stt import whisper

FRAME = SAMPLE_RATE // 50
TICK = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / (1 << 20)
STREAMS = 4


def processor_seconds(pid: int | None) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid: int | None) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_MB


@dataclass
class Live:
    """One run in real time."""

    finals: list[float] = field(default_factory=list)
    """Seconds from the true end of each turn to its final."""
    first: list[float] = field(default_factory=list)
    """Seconds from the true start of each turn to the first words shown."""
    cores: float = 0.0
    load: float = 0.0


@dataclass
class Voice:
    """One channel on its way: what it plays, and when what came of it."""

    sound: bytes
    turns: list[tuple[float, float]]
    """True starts and ends of its turns in seconds."""
    tape: Tape = field(default_factory=lambda: Tape(120))
    came: list[tuple[float, TranscriberEvent]] = field(default_factory=list)


def _voices(channels: Sequence[Channel], apart: float) -> list[Voice]:
    """The sample's channels; each begins `apart` seconds after the one before it."""
    voices = []
    for number, channel in enumerate(channels):
        shift = number * apart
        silence = bytes(round(shift * SAMPLE_RATE) * BYTES_PER_SAMPLE)
        turns = [(t.start + shift, t.end + shift) for t in sample.truth() if t.channel is channel]
        voices.append(Voice(silence + sample.audio()[channel].tobytes(), turns))
    return voices


async def live(settings: WhisperSettings, channels: Sequence[Channel], apart: float) -> Live:
    """Play channels of the sample in real time. Loading is over when the sound begins."""
    voices = _voices(channels, apart)
    out = Live()
    async with running() as local:
        await warm(local, settings)
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for voice in voices:
                transcriber = whisper.build(local.get(), local.decoder(), settings)

                def note(event: TranscriberEvent, voice: Voice = voice) -> None:
                    voice.came.append((loop.time() - began, event))

                tasks.create_task(transcriber.run(Channel.TAB, voice.tape.cursor(), note))
            pids = (DecoderSettings().pid, local.get().pid)
            before = sum(map(processor_seconds, pids)) + time.process_time()
            await play(voices, began)
            out.load = os.getloadavg()[0]
            spent = sum(map(processor_seconds, pids)) + time.process_time() - before
            out.cores = spent / (loop.time() - began)
    for voice in voices:
        _measure(voice, out)
    return out


async def warm(local: LocalWorker, settings: WhisperSettings) -> None:
    """Load the model: it is there before anybody speaks."""
    tape = tape_of(turn_pcm())
    tape.close()
    events: list[TranscriberEvent] = []
    await whisper.build(local.get(), local.decoder(), settings).run(Channel.MIC, tape.cursor(), events.append)


async def play(voices: Sequence[Voice], began: float) -> None:
    """Write every channel's sound in real time from `began` (the loop's clock) on."""
    loop = asyncio.get_running_loop()
    at, longest = 0, max(len(voice.sound) for voice in voices)
    size = FRAME * BYTES_PER_SAMPLE
    while at < longest:
        for voice in voices:
            if piece := voice.sound[at : at + size]:
                voice.tape.write(PcmBlock(voice.tape.end, piece))
        at += size
        await asyncio.sleep(max(0.0, began + at / BYTES_PER_SAMPLE / SAMPLE_RATE - loop.time()))
    for voice in voices:
        voice.tape.close()


def _measure(voice: Voice, out: Live) -> None:
    for start, end in voice.turns:
        said = [at for at, e in voice.came if isinstance(e, Final) and e.words and _covers(e, end)]
        out.finals += [at - end for at in said[-1:]]
        shown = [
            at for at, e in voice.came if isinstance(e, Interim | Final) and e.words and _covers(e, start + 0.2)
        ]
        out.first += [at - start for at in shown[:1]]


def _covers(event: Interim | Final, second: float) -> bool:
    return event.span.start - SAMPLE_RATE // 2 <= second * SAMPLE_RATE <= event.span.end + SAMPLE_RATE // 2


async def killed(settings: WhisperSettings, seed: int) -> tuple[int, int]:
    """Words lost and doubled when the decode process is killed three times in a meeting."""
    own = msgspec.structs.replace(settings, threads=2)  # a process nobody else uses
    section = msgspec.structs.replace(Settings().transcribe, whisper=own)
    everything = msgspec.structs.replace(Settings(), transcribe=section)
    calm = await _through(everything, own, random.Random(seed), 0)
    struck = await _through(everything, own, random.Random(seed), 3)
    steps = difflib.SequenceMatcher(None, calm, struck, autojunk=False).get_opcodes()
    lost = sum(b - a for kind, a, b, _, _ in steps if kind in ("delete", "replace"))
    return lost, sum(d - c for kind, _, _, c, d in steps if kind == "insert")


async def _through(everything: Settings, own: WhisperSettings, rng: random.Random, kills: int) -> list[str]:
    events: list[TranscriberEvent] = []
    sound = sample.audio()[Channel.TAB][: 40 * SAMPLE_RATE].tobytes()
    at = sorted(rng.uniform(6, 36) for _ in range(kills))
    tape = Tape(120)
    async with running(everything) as local, asyncio.TaskGroup() as tasks:
        transcriber = whisper.build(local.get(), local.decoder(), own)
        tasks.create_task(transcriber.run(Channel.TAB, tape.cursor(), events.append))
        for first in range(0, len(sound), FRAME * BYTES_PER_SAMPLE):
            tape.write(PcmBlock(tape.end, sound[first : first + FRAME * BYTES_PER_SAMPLE]))
            await asyncio.sleep(0.005)  # four times real time
            if at and tape.end / SAMPLE_RATE > at[0]:
                at.pop(0)
                if pid := DecoderSettings(threads=2).pid:
                    os.kill(pid, signal.SIGKILL)
        tape.close()
    return [w for e in events if isinstance(e, Final) for word in e.words for w in spoken(word.text)]


async def many_streams(settings: WhisperSettings) -> tuple[int, float]:
    """Models in memory with four channels open, and what decodes of the others add to a speech start, in ms."""
    async with running() as local:
        await warm(local, settings)
        pid = DecoderSettings().pid
        alone = resident_mb(pid)
        quiet = await _starts(local, settings, 1)
        busy = await _starts(local, settings, STREAMS)
        more = resident_mb(pid) - alone
    weights = (Path(settings.model_dir) / "model.bin").stat().st_size / (1 << 20) / 2  # int8 in memory
    return 1 + int(more / weights), 1000 * max(0.0, statistics.median(busy) - statistics.median(quiet))


async def _starts(local: LocalWorker, settings: WhisperSettings, streams: int) -> list[float]:
    """When the first stream's speech starts came, after the sound that shows them; the others talk on."""
    loop = asyncio.get_running_loop()
    turns = [t for t in sample.truth() if t.channel is Channel.TAB][:4]
    sound = sample.audio()[Channel.TAB]
    silence = bytes(SAMPLE_RATE * BYTES_PER_SAMPLE)
    mine = b"".join(
        silence + sound[round(t.start * SAMPLE_RATE) : round((t.start + 1.2) * SAMPLE_RATE)].tobytes()
        for t in turns
    )
    talk = b"".join(sound[round(t.start * SAMPLE_RATE) : round(t.end * SAMPLE_RATE)].tobytes() for t in turns)
    voices = [Voice(mine, []), *(Voice(talk[: len(mine)], []) for _ in range(streams - 1))]
    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        for voice in voices:
            transcriber = whisper.build(local.get(), local.decoder(), settings)

            def note(event: TranscriberEvent, voice: Voice = voice) -> None:
                voice.came.append((loop.time() - began, event))

            tasks.create_task(transcriber.run(Channel.TAB, voice.tape.cursor(), note))
        await play(voices, began)
    return [at - e.at / SAMPLE_RATE for at, e in voices[0].came if isinstance(e, SpeechStarted)]
