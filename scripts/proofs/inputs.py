"""Measure what Wingman promises about whatever people feed it; run it as `scripts/prove inputs [--json]`.

Recordings are made at random (the seed is printed) in containers, codecs, layouts and with faults; foreign WHIP
clients bring words in; an hour of speech is imported with an emulated transcriber; jobs that must fail are told
by their exit status. `WINGMAN_CASES=CHECK` also runs an outside checker that prints PASS and FAIL lines.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.proofs.figures import Figure, progress
from scripts.proofs.suites import run_tests
from tests.foreign import support as foreign
from tests.support import media_files as make
from tests.support.media_files import Bursts, Container, Samples, Sound, hear, sides, tone, write
from wingman.audio.recording import probe, read
from wingman.config.paths import SAMPLE
from wingman.core.losses import Loss
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE
from wingman.testing.deepgram.server import DeepgramEmulator, DeepgramLimits
from wingman.testing.scenario import Scenario, SpokenWord, Track, Turn, load

ROOT = Path(__file__).parents[2]
RANDOM_FILES = 120
BAD_JOBS = 24
LOOPS = 48
"""The sample meeting lasts 75 s: so often it is an hour."""
OWN = {
    "recordings": ("tests/audio/test_recording.py", "tests/audio/test_media_clock.py"),
    "senders": ("tests/transports/test_senders.py", "tests/transports/test_sdp.py"),
    "providers": (
        *("tests/llm/test_reasoning.py", "tests/llm/test_chat_reply.py", "tests/llm/test_sse.py"),
        "tests/stt/deepgram/test_lenient.py",
    ),
    "telephony": (
        *("tests/server/routes/test_pcm.py", "tests/transports/test_telephony.py"),
        "tests/audio/test_pcm_format.py",
    ),
    "jobs": ("tests/commands/test_transcribe.py",),
}
CLIENTS = ("tests/foreign", "tests/browser/test_foreign_client.py")
SHAPES = (
    ("a.webm", "libopus", 48_000),
    ("a.mkv", "libopus", 48_000),
    ("a.mkv", "aac", 44_100),
    ("a.mka", "flac", 48_000),
    ("a.mp4", "aac", 48_000),
    ("a.m4a", "aac", 44_100),
    ("a.mov", "pcm_s16le", 32_000),
    ("a.ts", "aac", 48_000),
    ("a.ogg", "libopus", 48_000),
    ("a.wav", "pcm_s16le", 16_000),
    ("a.wav", "pcm_mulaw", 8_000),
    ("a.flac", "flac", 22_050),
    ("a.mp3", "libmp3lame", 44_100),
    ("a.flv", "aac", 44_100),
)
STAMPED = frozenset((".webm", ".mkv", ".mka", ".mp4", ".m4a", ".ts", ".flv"))
"""Containers whose stamps can have a hole and a start of their own; of raw samples in MOV FFmpeg reads none."""
NEAR_S = 0.13


async def measure() -> list[Figure]:
    seed = int(time.time())
    with tempfile.TemporaryDirectory(prefix="wingman-inputs-") as name:
        folder = Path(name)
        progress(f"random recordings (seed {seed})")
        figures = [*_random_recordings(folder, seed), _memory(folder), _bad_jobs(folder, seed)]
        progress("an hour of speech")
        figures += [await _hour(folder, requests=True), await _hour(folder, requests=False)]
    for kind, files in OWN.items():
        progress(f"own variations: {kind}")
        own = run_tests(*files)
        figures.append(Figure(f"own variations: {kind}", own.passed, 6, ">=", note=f"{own.failed} failed"))
        figures.append(Figure(f"own variations failed: {kind}", own.failed, 0, "=="))
    progress("foreign clients")
    figures.append(Figure("foreign WHIP clients heard", _foreign(), 5, ">="))
    return figures + _outside()


def _random_recordings(folder: Path, seed: int) -> list[Figure]:
    """Recordings nobody chose: each of three words where a player has it, or the recording counts as wrong."""
    dice = random.Random(seed)
    wrong, worst = 0, 0.0
    for number in range(RANDOM_FILES):
        case = _deal(dice)
        here = folder / f"{number}"
        here.mkdir()
        found = _words(case.write(here))
        off = _off(found, case.wanted)
        worst = max(worst, off)
        if off > NEAR_S:
            wrong += 1
            progress(f"  wrong: {case} heard {found}")
    return [
        Figure("random recordings wrong", wrong, 0, "==", note=f"of {RANDOM_FILES}, seed {seed}"),
        Figure("worst word off", worst * 1000, NEAR_S * 1000, unit="ms"),
    ]


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    codec: str
    rate: int
    layout: str
    bursts: Bursts
    hole_at: float
    hole: float
    start: float

    @property
    def wanted(self) -> list[tuple[float, str]]:
        return [(at + (self.hole if at >= self.hole_at else 0.0), word) for at, word in self.bursts]

    def write(self, folder: Path) -> Path:
        wave: Samples = tone(10, self.bursts, self.rate)
        columns = {"mono": 1, "stereo": 2, "5.1": 6}[self.layout]
        silent = tone(10, [], self.rate)
        at = {1: (0,), 2: (0, 1), 6: (2,)}[columns]
        shaped = wave if columns == 1 else sides(*(wave if n in at else silent for n in range(columns)))
        jump, hole = self.hole_at, self.hole
        sound = Sound(
            self.codec, self.rate, self.layout, self.start, lambda second: hole if second >= jump else 0.0
        )
        container = Container("mpegts") if self.name.endswith(".ts") else Container()
        return write(folder / self.name, (shaped, sound), container=container)


def _deal(dice: random.Random) -> _Case:
    name, codec, rate = dice.choice(SHAPES)
    words = dice.sample(sorted(make.PITCH), 3)
    starts = (dice.uniform(0.2, 2.0), dice.uniform(4.0, 5.5), dice.uniform(7.5, 9.0))
    stamped = Path(name).suffix in STAMPED
    wide = codec in ("flac", "aac") and rate > 30_000
    own_start = stamped and not name.endswith((".mp4", ".m4a"))  # those keep theirs in an edit list
    return _Case(
        name,
        codec,
        rate,
        dice.choice(["mono", "stereo", "5.1"] if wide else ["mono", "stereo"]),
        [(round(at, 2), word) for at, word in zip(starts, words, strict=True)],
        dice.uniform(3.0, 3.8),
        dice.choice([0.0, dice.uniform(0.4, 900.0)]) if stamped else 0.0,
        dice.choice([0.0, dice.uniform(0.5, 40_000.0)]) if own_start else 0.0,
    )


def _words(path: Path) -> list[tuple[float, str]]:
    """What is heard, on the recording's clock; holes take no memory here either."""
    found: list[tuple[float, str]] = []
    run, begin = bytearray(), 0
    for piece in read(probe(path), SAMPLE_RATE):
        if isinstance(piece, Loss):
            continue
        item = piece[1]
        if isinstance(item, PcmBlock):
            begin = begin if run else item.start
            run += item.pcm
        else:
            found += [(begin / SAMPLE_RATE + at, word) for at, word in hear(bytes(run))]
            run.clear()
    return [*found, *((begin / SAMPLE_RATE + at, word) for at, word in hear(bytes(run)))]


def _off(found: list[tuple[float, str]], wanted: list[tuple[float, str]]) -> float:
    if [word for _, word in found] != [word for _, word in wanted]:
        return 9.99
    return max(abs(one - two) for (one, _), (two, _) in zip(found, wanted, strict=True))


_RSS = """
import resource, sys
from pathlib import Path
from wingman.audio.recording import probe, read
for _ in read(probe(Path(sys.argv[1])), 16000): pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _memory(folder: Path) -> Figure:
    """Peak memory of reading a recording whose first stamp is at 26 h, over that of the same from 0."""
    peaks = []
    for start in (0.0, 26 * 3600.0):
        path = write(folder / f"{start:.0f}.mkv", (tone(10, make.THREE), Sound("libopus", start=start)))
        out = subprocess.run([sys.executable, "-c", _RSS, str(path)], capture_output=True, check=True, cwd=ROOT)
        peaks.append(int(out.stdout) / 1024)
    return Figure("26 h start stamp: memory more", max(0.0, peaks[1] - peaks[0]), 50, "<=", "MB")


def _bad_jobs(folder: Path, seed: int) -> Figure:
    """Silence, damage beyond words, files that are none: how many of the jobs end with 0 and without a word."""
    dice = random.Random(seed + 1)
    whole = write(folder / "whole.ogg", (tone(10, make.THREE), Sound("libopus"))).read_bytes()
    silent = write(folder / "silent.wav", (tone(3, [], 16_000), Sound("pcm_s16le", 16_000))).read_bytes()
    lied = 0
    for number in range(BAD_JOBS):
        path = folder / f"bad-{number}.ogg"
        match number % 4:
            case 0:
                path.write_bytes(silent)
            case 1:
                path.write_bytes(dice.randbytes(dice.randrange(1, 60_000)))
            case 2:
                path.write_bytes(whole[: dice.randrange(1, 400)])
            case _:
                path.write_text("ffconcat version 1.0\nfile whole.ogg\n")
        job = _cli("transcribe", path, "--json", env={"WINGMAN_TRANSCRIBE__PROVIDER": "embedded"})
        said = [json.loads(line)["type"] for line in job.stdout.splitlines() if line.startswith("{")]
        lied += job.returncode == 0 and "utterance.created" not in said
    return Figure("failed jobs with exit 0", lied, 0, "==", note=f"of {BAD_JOBS}")


def _cli(*arguments: object, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WINGMAN_")}
    command = [sys.executable, "-m", "wingman", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env={**clean, **env})


async def _hour(folder: Path, *, requests: bool) -> Figure:
    """Seconds of speech imported per second by the emulated Deepgram, at the settings as they come.

    `requests`: it takes recordings; else it speaks the live protocol alone.
    """
    path, script = await asyncio.to_thread(_looped, folder / "hour.ogg")
    limits = DeepgramLimits(pace=None)
    async with DeepgramEmulator(script, limits=limits) as emulator:
        env = {
            "WINGMAN_TRANSCRIBE__PROVIDER": "deepgram",
            "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": emulator.url,
            "WINGMAN_TRANSCRIBE__DEEPGRAM__REST_URL": emulator.rest_url if requests else "",
            "DEEPGRAM_API_KEY": "local-key",
        }
        began = time.monotonic()
        out = folder / f"hour-{requests}.srt"
        job = await asyncio.to_thread(_cli, "transcribe", path, "-o", out, env=env)
        taken = time.monotonic() - began
    cues = out.read_text().count("-->") if out.exists() else 0
    length = probe(path).duration or 0.0
    note = f"{length:.0f} s in {taken:.0f} s, {cues} cues, exit {job.returncode}"
    whole = job.returncode == 0 and cues >= LOOPS
    name = "1 h of speech imported" + ("" if requests else ", live protocol alone")
    return Figure(name, length / taken if whole else 0.0, 10, ">=", "x real time", note)


def _looped(path: Path) -> tuple[Path, Scenario]:
    """The sample meeting, one side, again and again, and what is said in it."""
    pieces = read(probe(SAMPLE), 48_000)
    once = b"".join(p[1].pcm for p in pieces if not isinstance(p, Loss) and isinstance(p[1], PcmBlock))
    length = len(once) / 2 / 48_000

    wave = np.frombuffer(once * LOOPS, "<i2")
    write(path, (wave, Sound("libopus")))
    said = load(SAMPLE.with_suffix(".json"))
    turns = sorted((turn for track in said.channels.values() for turn in track.turns), key=lambda t: t.start)
    return path, Scenario(
        {"tab": Track(tuple(_moved(turn, n * length) for n in range(LOOPS) for turn in turns))}
    )


def _moved(turn: Turn, by: float) -> Turn:
    words = tuple(SpokenWord(word.text, word.start + by, word.end + by) for word in turn.words)
    return Turn(turn.start + by, turn.end + by, turn.text, turn.emotion, words, turn.speaker)


def _foreign() -> int:
    """How many clients that share no code with us connect and are heard."""
    if not foreign.MODULES.exists():
        progress("  scripts/test installs them")
    passed = 0
    for path in CLIENTS:
        found = run_tests(path).passed
        passed += min(found, 1) if "browser" in path else found  # the browser's client is tried in two ways
    return passed


def _outside() -> list[Figure]:
    checker = os.environ.get("WINGMAN_CASES", "")
    if not checker:
        return []
    progress("an outside checker")
    told = subprocess.run(
        [sys.executable, checker, str(ROOT)], capture_output=True, text=True, check=False
    ).stdout
    lines = [line for line in told.splitlines() if line.startswith(("PASS", "FAIL"))]
    failed = sum(line.startswith("FAIL") for line in lines)
    return [Figure("outside cases failed", failed, 0, "==", note=f"of {len(lines)}")]
