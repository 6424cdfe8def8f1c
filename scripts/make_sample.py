"""Speak the sample meeting with two flite voices and write it with its ground truth.

The meeting is ours: a customer (`tab`, voice slt) and the user (`mic`, voice rms). Word times come from the
synthesiser's own phone durations, so the truth does not depend on any recogniser.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from wingman.core.time import SAMPLE_RATE

OUT = Path(__file__).parent.parent / "wingman" / "samples"
VOICES = {"tab": "slt", "mic": "rms"}
SPEAKERS = {"tab": "the customer", "mic": "you"}
BITRATE = 18_000  # per channel; the two are coded without coupling, so nothing leaks between them
LEAD_IN_S = 0.3
LEVEL = 0.08  # RMS of a neutral turn

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Turn:
    """One thing said. `pause` is the silence before it; the rest bends the voice away from neutral."""

    channel: str
    text: str
    tag: str = ""
    emotion: str = "neutral"
    pause: float = 0.75
    stretch: float = 1.0
    pitch: float = 0.0
    """Semitones."""
    gain: float = 1.0


def upset(text: str) -> Turn:
    return Turn("tab", text, "frustrated", "frustration", stretch=0.92, pitch=3.0, gain=2.4)


SCRIPT = (
    Turn("mic", "Good morning everyone.", pause=0.2),
    Turn("mic", "Thank you for joining the call today.", pause=0.8),
    Turn("tab", "Hello. We have about two hundred users in three different offices."),
    Turn("tab", "Our main problem is that the reports take too long to load.", "problem", pause=1.0),
    Turn("mic", "How long does it usually take to load the main report?"),
    Turn("tab", "It takes about two minutes every single time."),
    Turn("tab", "Can you tell me how much the enterprise plan costs per month?", "price-question", pause=1.0),
    Turn("mic", "It depends on the number of users. I can show you the price list.", pause=0.9),
    Turn("tab", "We are worried about the price because our budget is very tight this quarter.", "objection"),
    Turn("tab", "Your competitor offered us the same features for half the money.", "competitor", pause=1.0),
    Turn("mic", "That is a fair point. Our plan includes support and training.", pause=0.9),
    upset("I am really frustrated that the last release broke our integration again."),
    Turn("mic", "I will send you the updated proposal by Friday afternoon.", "commitment", pause=0.9),
    Turn("tab", "Who is going to be responsible for the migration on your side?", "question"),
    Turn("mic", "One of our engineers will work with your team every day.", pause=0.9),
    Turn("tab", "If you can give us a discount of twenty percent we can move forward this week.", "buying"),
    Turn("mic", "Let me talk to my manager and call you back tomorrow.", "commitment"),
    Turn("tab", "That sounds great and thank you for your time."),
)


def words_of(text: str) -> list[str]:
    return re.findall(r"[A-Za-z']+[.,?!]?", text)


def flite(voice: str, text: str, *flags: str, wav: Path | None = None) -> str:
    command = ["flite", "-voice", voice, *flags, "-t", text, "-o", str(wav or "none")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def phones_of_word(voice: str, word: str) -> list[str]:
    return [p for p in flite(voice, word.strip(".,?!"), "-ps").split() if p != "pau"]


def speak(turn: Turn) -> tuple[Samples, list[tuple[str, float, float]]]:
    """Audio of one turn without its outer silence, and (word, start, end) in seconds inside it."""
    voice = VOICES[turn.channel]
    base = {"slt": 170.0, "rms": 110.0}[voice]
    flags = ["--setf", f"duration_stretch={turn.stretch}"]
    if turn.pitch:
        flags += ["--setf", f"int_f0_target_mean={base * 2 ** (turn.pitch / 12):.1f}"]
    with tempfile.TemporaryDirectory() as scratch:
        wav = Path(scratch) / "turn.wav"
        timing = flite(voice, turn.text, *flags, "-psdur", wav=wav)
        with wave.open(str(wav)) as f:
            if f.getframerate() != SAMPLE_RATE:
                raise SystemExit(f"voice {voice} speaks at {f.getframerate()} Hz, expected {SAMPLE_RATE}")
            audio = np.frombuffer(f.readframes(f.getnframes()), np.int16).astype(np.float32) / 32768
    segments, before = [], 0.0
    for item in timing.split():
        phone, end = item.split(":")
        segments.append((phone, before, float(end)))
        before = float(end)
    voiced = [s for s in segments if s[0] != "pau"]
    first, last = voiced[0][1], voiced[-1][2]
    timed = align(turn, voice, voiced)
    cut = audio[int(first * SAMPLE_RATE) : int(last * SAMPLE_RATE)]
    cut = cut * (LEVEL * turn.gain / float(np.sqrt(np.mean(cut**2))))
    return cut.astype(np.float32), [(w, round(a - first, 3), round(b - first, 3)) for w, a, b in timed]


def align(turn: Turn, voice: str, voiced: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Give every phone of the spoken turn to a word, by matching each word's own phones in order."""
    words = words_of(turn.text)
    owner, expected = [], []
    for index, word in enumerate(words):
        phones = phones_of_word(voice, word)
        expected += phones
        owner += [index] * len(phones)
    matcher = SequenceMatcher(a=expected, b=[p for p, _, _ in voiced], autojunk=False)
    of_phone: dict[int, int] = {}
    for _, a1, a2, b1, b2 in matcher.get_opcodes():  # a reduced vowel replaces its full one, in place
        of_phone.update(
            (b1 + k, owner[min(a1 + k * (a2 - a1) // (b2 - b1), len(owner) - 1)]) for k in range(b2 - b1)
        )
    spans: dict[int, list[float]] = {}
    current = 0
    for number, (_, start, end) in enumerate(voiced):
        current = of_phone.get(number, current)
        spans.setdefault(current, [start, end])[1] = end
    missing = [w for i, w in enumerate(words) if i not in spans]
    if missing:
        raise SystemExit(f"no phones found for {missing} in {turn.text!r}")
    return [(word, *spans[i]) for i, word in enumerate(words)]  # type: ignore[misc]  # a pair and a word


def build() -> tuple[dict[str, Samples], dict[str, object]]:
    at = LEAD_IN_S
    placed: list[tuple[Turn, float, Samples, list[tuple[str, float, float]]]] = []
    for turn in SCRIPT:
        at += turn.pause
        audio, timed = speak(turn)
        placed.append((turn, at, audio, timed))
        at += len(audio) / SAMPLE_RATE
    total = int((at + 1.2) * SAMPLE_RATE)
    rng = np.random.default_rng(7)
    channels = {c: rng.normal(0, 1e-4, total).astype(np.float32) for c in VOICES}
    truth: dict[str, dict[str, object]] = {
        c: {"speaker": SPEAKERS[c], "voice": VOICES[c], "turns": []} for c in VOICES
    }
    for turn, start, audio, timed in placed:
        begin = int(start * SAMPLE_RATE)
        channels[turn.channel][begin : begin + len(audio)] += audio
        turns = truth[turn.channel]["turns"]
        assert isinstance(turns, list)
        turns.append(
            {
                "start": round(start, 3),
                "end": round(start + len(audio) / SAMPLE_RATE, 3),
                "text": turn.text,
                "tag": turn.tag,
                "emotion": turn.emotion,
                "words": [
                    {"text": w, "start": round(start + a, 3), "end": round(start + b, 3)} for w, a, b in timed
                ],
            }
        )
    return channels, {
        "title": "Sample: a renewal call",
        "seconds": round(total / SAMPLE_RATE, 3),
        "channels": truth,
    }


def write_ogg(channels: dict[str, Samples], path: Path) -> None:
    stereo = np.stack([channels["tab"], channels["mic"]], axis=1)
    pcm = np.clip(stereo * 32767, -32768, 32767).astype(np.int16)
    with av.open(str(path), "w", format="ogg") as out:
        # family 255: two independent mono streams in one track
        stream = out.add_stream("libopus", rate=48_000, layout="stereo", options={"mapping_family": "255"})
        stream.bit_rate = BITRATE * 2
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=48_000)
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    channels, truth = build()
    OUT.mkdir(parents=True, exist_ok=True)
    write_ogg(channels, OUT / "meeting.ogg")
    (OUT / "meeting.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    size = (OUT / "meeting.ogg").stat().st_size
    print(f"wrote {truth['seconds']} s, {size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
