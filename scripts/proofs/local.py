"""What local speech promises, with the real model: words, times, latency, cost, loss, and nothing invented.

Latency and cores depend on what else runs: the load of the machine stands beside them.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from scripts.proofs.figures import Figure, progress
from scripts.proofs.local_live import Live, killed, live, many_streams, processor_seconds
from scripts.proofs.local_peers import beside
from tests.support import real_speech, sample, whisper
from tests.support.local import running, tape_of
from tests.support.real_speech import Reading, Sound
from wingman.config.settings import Settings
from wingman.config.stt import WhisperSettings
from wingman.core.cores import usable_cores
from wingman.core.speech import Final, TranscriberEvent, Word
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.provider_builders import LocalWorker
from wingman.stt import whisper as provider

QUIET = bytes(SAMPLE_RATE)
"""Half a second between readings."""
SOUND_SECONDS = 20.0
NOISES = 8
"""One noise decides by luck: at this ratio a word in twenty falls this way or that."""


def chosen(language: str = "en") -> WhisperSettings:
    return WhisperSettings(model_dir=str(whisper.fetched("base")), language=language)


async def heard(local: LocalWorker, sound: Sound) -> list[Word]:
    """The words of a recording, through detector, decode process and gates, as fast as they go."""
    events: list[TranscriberEvent] = []
    tape = tape_of(sound.tobytes(), QUIET)
    tape.close()
    transcriber = provider.build(local.get(), local.decoder(), chosen())
    await transcriber.run(Channel.TAB, tape.cursor(), events.append)
    return [word for e in events if isinstance(e, Final) for word in e.words]


async def error_rate(
    local: LocalWorker, readings: Sequence[Reading], change: Callable[[Sound], Sound] = lambda s: s
) -> float:
    """Word errors in per cent over all readings."""
    wrong = total = 0
    for reading in readings:
        words = await heard(local, change(reading.sound))
        said = real_speech.spoken(reading.text)
        wrong += real_speech.errors(said, real_speech.spoken(" ".join(word.text for word in words)))
        total += len(said)
    return 100 * wrong / total


def sample_readings() -> list[Reading]:
    """The bundled meeting, a reading per channel, with its true word times."""
    rows = []
    for channel in Channel:
        turns = [turn for turn in sample.truth() if turn.channel is channel]
        text = " ".join(turn.text for turn in turns)
        rows.append(Reading(str(channel), sample.audio()[channel], text, tuple(sample.words(channel))))
    return rows


async def start_errors(local: LocalWorker, readings: Sequence[Reading]) -> list[float]:
    """How far each word's start is from where it was, in ms, over the words that were understood."""
    found = []
    for reading in (r for r in readings if r.words):
        words = await heard(local, reading.sound)
        told = [(w, word.start / SAMPLE_RATE) for word in words for w in real_speech.spoken(word.text)[:1]]
        true = [(w, at) for text, at in reading.words for w in real_speech.spoken(text)[:1]]
        match = difflib.SequenceMatcher(None, [w for w, _ in true], [w for w, _ in told], autojunk=False)
        for a, b, size in match.get_matching_blocks():
            found += [1000 * abs(true[a + n][1] - told[b + n][1]) for n in range(size)]
    return sorted(found)


async def invented(local: LocalWorker, seed: int) -> int:
    """Words heard in sounds in which nobody speaks."""
    count = 0
    for name, sound in real_speech.wordless(SOUND_SECONDS, seed).items():
        words = await heard(local, sound)
        if words:
            progress(f"  {name}: {' '.join(word.text for word in words)}")
        count += len(words)
    return count


async def bulk_speed(readings: Sequence[Reading]) -> tuple[float, float]:
    """Seconds of recording per second: of an idle machine's processors, and as it was now."""
    sound = np.concatenate([reading.sound for reading in readings] * 2)
    events: list[TranscriberEvent] = []
    settings = Settings()
    async with running(settings) as local:
        transcriber = provider.build_bulk(local.bulk_decoder(), chosen())
        tape = tape_of(sound[: SAMPLE_RATE * 2].tobytes())
        tape.close()
        await transcriber.run(Channel.TAB, tape.cursor(), events.append)  # the model is loaded
        pid = provider.bulk_settings(settings.transcribe.whisper).pid
        before, own, began = processor_seconds(pid), time.process_time(), time.monotonic()
        tape = tape_of(sound[: SAMPLE_RATE * 110].tobytes())
        tape.close()
        await transcriber.run(Channel.TAB, tape.cursor(), events.append)
        spent = processor_seconds(pid) - before + time.process_time() - own
        wall = time.monotonic() - began
    seconds = min(len(sound), SAMPLE_RATE * 110) / SAMPLE_RATE
    return seconds / (spent / min(2, usable_cores())), seconds / wall


async def accuracy(seed: int) -> list[Figure]:
    read = real_speech.readings()
    async with running() as local:
        progress("accuracy: the sample, read speech, a telephone, noise …")
        own = await error_rate(local, sample_readings())
        plain = await error_rate(local, read)
        line = await error_rate(local, read, real_speech.telephone)
        pink = [
            await error_rate(local, read, partial(real_speech.noisy, ratio_db=10, colour="pink", seed=seed + n))
            for n in range(NOISES)
        ]
        white = await error_rate(local, read, lambda s: real_speech.noisy(s, 20, "white", seed))
        acted = await error_rate(local, [real_speech.acted()])
        progress("word times, and sounds without words …")
        starts = await start_errors(local, [*sample_readings(), *read])
        words = await invented(local, seed)
    seeded = f"seed {seed}"
    return [
        Figure("word errors, sample", own, 2, "<=", "%"),
        Figure("word errors, read speech", plain, 4.5, "<=", "%"),
        Figure("word errors, telephone (8 kHz µ-law)", line, 5, "<=", "%"),
        Figure("word errors, pink noise 10 dB, mean", statistics.mean(pink), 15, "<=", "%", _each(pink, seed)),
        Figure("word errors, white noise 20 dB", white, unit="%", note=seeded),
        Figure("word errors, six acted sentences", acted, unit="%"),
        Figure("word start error, p50", starts[len(starts) // 2], 60, "<=", "ms"),
        Figure("word start error, p90", starts[len(starts) * 9 // 10], 150, "<=", "ms", f"{len(starts)} words"),
        Figure("words invented in 8 sounds of 20 s", words, 0, "==", note=seeded),
    ]


def _each(rates: Sequence[float], seed: int) -> str:
    return f"{', '.join(f'{rate:.1f}' for rate in rates)}, seeds from {seed}"


def latency(name: str, one: Live, p95: float, p50: float | None = None) -> list[Figure]:
    load = f"load {one.load:.1f}"
    late = sorted(one.finals)
    return [
        Figure(f"end of speech → final, {name}, p50", late[len(late) // 2], p50, "<=", "s", load),
        Figure(f"end of speech → final, {name}, p95", late[int(len(late) * 0.95)], p95, "<=", "s", load),
    ]


async def measure() -> list[Figure]:
    if isinstance(why := whisper.fetched("base"), str):
        raise SystemExit(f"nothing can be measured: {why}")
    seed = random.SystemRandom().randrange(10_000)
    figures = await accuracy(seed)
    progress("a killed decode process …")
    lost, doubled = await killed(chosen(), seed)
    progress("four channels, one model …")
    models, delay = await many_streams(chosen())
    progress("a recording in bulk …")
    idle, now = await bulk_speed(real_speech.readings())
    progress("one channel, live (75 s) …")
    alone = await live(chosen("auto"), (Channel.TAB,), 0.0)
    progress("an ordinary meeting of two channels, live (75 s) …")
    ordinary = await live(chosen("auto"), tuple(Channel), 0.0)
    progress("two channels that talk at once, live (75 s) …")
    both = await live(chosen("auto"), (Channel.TAB, Channel.TAB), 1.0 + seed % 10 / 10)
    peers = await beside(chosen(), Path(chosen().model_dir))
    return [
        *figures,
        *latency("one channel", alone, 0.9, 0.55),
        *latency("two talking", both, 1.1),
        Figure("first words after speech begins, p50", statistics.median(alone.first), 1.3, "<=", "s"),
        Figure("cores for two ordinary channels", ordinary.cores, 0.5, "<=", note=f"load {ordinary.load:.1f}"),
        Figure("models loaded by 4 channels", models, 1, "=="),
        Figure("speech start held up by another channel's decode", delay, 40, "<=", "ms"),
        Figure("kill -9 of the decoder, words lost", lost, 0, "=="),
        Figure("kill -9 of the decoder, words doubled", doubled, 0, "=="),
        Figure("bulk, × real time on two idle cores", idle, 4, ">=", note="by processor time"),
        Figure("bulk, × real time now", now, note=f"load {os.getloadavg()[0]:.1f}"),
        *peers,
    ]


if __name__ == "__main__":
    asyncio.run(measure())
