"""Half an hour of people's voices through the whole service in real time: what its memory does, what it loses,
what it invents, and what a decode process that is killed in the middle changes.

`python -m scripts.bench.speech_soak --minutes 30` prints a line a minute and at the end one JSON object; it
ends with 0 when nothing was lost, doubled or invented and memory stood still.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from websockets.asyncio.client import connect

from tests.support import real_speech, sample, whisper
from tests.support.real_speech import Sound, spoken
from wingman.bench.harness import Subject, rss_mb, started
from wingman.client.client import Client
from wingman.core.events import CaptureLoss, Envelope, ProviderStateChanged, TranscriptGap, UtteranceCreated
from wingman.core.json import JsonObject
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.local.decoder.settings import DecoderSettings

TOKEN = "soak"
FRAME = SAMPLE_RATE // 50
KILLS = 5
LOUDNESS_DB = (-30.0, -14.0)
"""Of full scale; people sit near and far."""
FLOOR = 6.0
"""The room's own noise, in steps of 16 bits."""
APART = 0.6
"""Seconds by which an utterance may stick out of what was said."""
SETTLED = 0.3
"""Share of the time in which caches fill and the first garbage is collected."""
STILL_MB = 8.0
"""What memory may rise from the middle third to the last: allocators give back when they like."""
MOST_ERRORS = 0.1


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said, in seconds."""

    channel: Channel
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Two channels of sound, and what is said on them."""

    sound: Mapping[Channel, Sound]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the processes."""

    minute: float
    service_mb: float
    """With its worker."""
    decoder_mb: float
    files: int
    """Open in the service."""
    utterances: int
    pid: int
    """The decode process."""


@dataclass(slots=True)
class Heard:
    """What the service told."""

    utterances: list[tuple[Channel, float, float, str]] = field(default_factory=list)
    gaps: int = 0
    losses: int = 0
    states: list[str] = field(default_factory=list)

    def take(self, event: Envelope) -> None:
        match event.data:
            case UtteranceCreated(text=text) if event.media is not None:
                place = event.media
                self.utterances.append((place.channel, place.start, place.end, text))
            case TranscriptGap():
                self.gaps += 1
            case CaptureLoss():
                self.losses += 1
            case ProviderStateChanged(health=health, branch=branch):
                self.states.append(f"{branch}:{health}")
            case _:
                pass


def voices() -> list[tuple[Sound, str]]:
    """Everything there is of people speaking, and the sample's synthetic ones."""
    pieces = [(one.sound, one.text) for one in (*real_speech.readings(), real_speech.acted())]
    for turn in sample.truth():
        first, last = round((turn.start - 0.2) * SAMPLE_RATE), round((turn.end + 0.2) * SAMPLE_RATE)
        pieces.append((sample.audio()[turn.channel][max(0, first) : last], turn.text))
    return pieces


def talk(minutes: float, seed: int) -> Talk:
    """A conversation: mostly in turns, sometimes at once, with silences in which a room sounds."""
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    length = round(minutes * 60 * SAMPLE_RATE)
    tracks = {c: noise.normal(0, FLOOR, length).astype(np.float32) for c in Channel}
    rooms = [s for name, s in real_speech.wordless(12, seed).items() if name != "silence"]
    free = dict.fromkeys(Channel, 1.0)
    pieces, turns, at = voices(), list[Turn](), 1.0
    while True:
        channel = dice.choice(list(Channel))
        sound, text = dice.choice(pieces)
        if channel is Channel.TAB and dice.random() < 0.4:
            sound = real_speech.telephone(sound)
        start = max(free[channel], at)
        end = start + len(sound) / SAMPLE_RATE
        if end > minutes * 60 - 3:
            return Talk({c: _clipped(track) for c, track in tracks.items()}, tuple(turns))
        _mix(tracks[channel], start, sound, dice.uniform(*LOUDNESS_DB))
        turns.append(Turn(channel, start, end, text))
        free[channel] = end + dice.uniform(1.2, 3.0)
        at = end + dice.uniform(-1.5, 2.5)
        if dice.random() < 0.08:  # nobody speaks: somebody types, a phone sounds, music plays
            quiet = max(*free.values(), at)
            _mix(tracks[dice.choice(list(Channel))], quiet, dice.choice(rooms), -38.0)
            at = quiet + 14
    raise AssertionError("it ends when the time is over")


def _mix(track: np.ndarray[tuple[int], np.dtype[np.float32]], start: float, sound: Sound, level: float) -> None:
    first = round(start * SAMPLE_RATE)
    piece = sound[: max(0, len(track) - first)].astype(np.float32)
    loud = float(np.sqrt(np.mean(piece**2))) if len(piece) else 0.0
    track[first : first + len(piece)] += piece * (32768 * 10 ** (level / 20) / max(loud, 1.0))


def _clipped(track: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Sound:
    return np.clip(track, -32768, 32767).astype(np.int16)


async def send(url: str, meeting: str, channel: Channel, sound: Sound, began: float) -> None:
    """Play one channel into the meeting in real time from `began` (the loop's clock) on."""
    loop = asyncio.get_running_loop()
    address = f"{url.replace('http', 'ws', 1)}/api/meetings/{meeting}/pcm?channel={channel}"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with connect(address, additional_headers=headers, proxy=None) as socket:
        for first in range(0, len(sound), FRAME):
            await socket.send(sound[first : first + FRAME].tobytes())
            await asyncio.sleep(max(0.0, began + (first + FRAME) / SAMPLE_RATE - loop.time()))
        await socket.send('{"type":"end"}')
        async for _ in socket:
            pass


async def watch(pid: int, heard: Heard, minutes: float, seed: int) -> list[Look]:
    """Look at the processes once a minute, and kill the decode process some times in the middle third."""
    dice, loop = random.Random(seed), asyncio.get_running_loop()
    kills = sorted(dice.uniform(minutes / 3, minutes * 2 / 3) for _ in range(KILLS))
    looks, began = list[Look](), loop.time()
    while (minute := (loop.time() - began) / 60) < minutes:
        decoder = DecoderSettings().pid
        if kills and minute >= kills[0] and decoder is not None:
            kills.pop(0)
            os.kill(decoder, signal.SIGKILL)
            print(f"{minute:6.2f} min: the decode process {decoder} was killed", flush=True)
        if decoder is not None and (not looks or minute - looks[-1].minute >= 1):
            looks.append(_look(minute, pid, decoder, len(heard.utterances)))
        await asyncio.sleep(0.5)
    return looks


def _look(minute: float, pid: int, decoder: int, utterances: int) -> Look:
    files = len(os.listdir(f"/proc/{pid}/fd"))
    look = Look(round(minute, 2), round(rss_mb(pid), 1), round(rss_mb(decoder), 1), files, utterances, decoder)
    print(json.dumps(asdict(look)), flush=True)
    return look


async def soak(minutes: float, seed: int, folder: Path, model: Path) -> tuple[Talk, Heard, list[Look], float]:
    """Hold the conversation. Returns also the load of the machine meanwhile."""
    said, heard, loads = talk(minutes, seed), Heard(), [os.getloadavg()[0]]
    settings: JsonObject = {
        "server": {"port": 0, "token": TOKEN},
        "transcribe": {"provider": "whisper", "whisper": {"model_dir": str(model)}},
        "emotion": {"provider": "prosody", "policy": "counterpart"},
        "suggest": {"provider": "cues"},
        "deliver": {"data_dir": str(folder)},
    }
    command = (sys.executable, "-m", "wingman.bench.server", "--keep", str(folder), "--settings")
    subject = Subject("wingman", lambda _: (*command, json.dumps(settings)), pinned=False)
    async with started(subject, 0) as (pid, port), Client(url := f"http://127.0.0.1:{port}", TOKEN) as wingman:
        meeting = await wingman.create(title="soak", emotion_policy="counterpart", consent="recording@1")
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(_listen(wingman, meeting.id, heard))
            watching = tasks.create_task(watch(pid, heard, minutes, seed))
            began = asyncio.get_running_loop().time() + 1
            playing = [
                tasks.create_task(send(url, meeting.id, channel, sound, began))
                for channel, sound in said.sound.items()
            ]
            await asyncio.wait([*playing, watching])
            loads.append(os.getloadavg()[2])
            await wingman.end(meeting.id)
            await listening
    return said, heard, watching.result(), max(loads)


async def _listen(wingman: Client, meeting: str, heard: Heard) -> None:
    async for event in wingman.events(meeting):
        heard.take(event)


def judged(said: Talk, heard: Heard) -> JsonObject:
    """What became of the words: errors, turns that were lost or told twice, words where nobody spoke."""
    found: list[list[str]] = [[] for _ in said.turns]
    invented = list[str]()
    for channel, start, end, text in heard.utterances:
        number = _nearest(said.turns, channel, start, end)
        (invented if number is None else found[number]).extend(spoken(text))
    pairs = [(spoken(turn.text), words) for turn, words in zip(said.turns, found, strict=True)]
    wrong, total = sum(real_speech.errors(*pair) for pair in pairs), sum(len(words) for words, _ in pairs)
    return {
        "turns": len(pairs),
        "words": total,
        "word errors %": round(100 * wrong / total, 2),
        "turns of which less than half was heard": sum(2 * len(b) < len(a) for a, b in pairs),
        "turns heard one and a half times": sum(len(b) > 1.5 * len(a) + 2 for a, b in pairs),
        "words where nobody spoke": len(invented),
        "invented": " ".join(invented)[:200],
        "gaps": heard.gaps,
        "losses": heard.losses,
        "restarts told": sum(state.endswith("retrying") for state in heard.states),
        "degraded told": sum(state.endswith("degraded") for state in heard.states),
    }


def _nearest(turns: Sequence[Turn], channel: Channel, start: float, end: float) -> int | None:
    shared = [
        (min(end, turn.end + APART) - max(start, turn.start - APART), number)
        for number, turn in enumerate(turns)
        if turn.channel is channel
    ]
    most, number = max(shared, default=(0.0, 0))
    return number if most > 0 else None


def rise(looks: Sequence[Look], minutes: float, part: str) -> float:
    """Megabytes from the middle third to the last."""
    early = [getattr(x, part) for x in looks if minutes * SETTLED <= x.minute < minutes * 2 / 3]
    late = [getattr(x, part) for x in looks if x.minute >= minutes * 2 / 3]
    return round(statistics.median(late) - statistics.median(early), 2) if early and late else 0.0


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    chosen = options.parse_args()
    model = whisper.fetched("base")
    if isinstance(model, str):
        print(f"nothing can be measured: {model}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="wingman-soak-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # a decode process that nobody else uses
        began = time.monotonic()
        run = soak(chosen.minutes, chosen.seed, Path(folder) / "data", model)
        said, heard, looks, load = asyncio.run(run)
    told = judged(said, heard)
    told |= {
        "minutes": round((time.monotonic() - began) / 60, 1),
        "seed": chosen.seed,
        "load": round(load, 1),
        "service rises, MB": rise(looks, chosen.minutes, "service_mb"),
        "decoder rises, MB": rise(looks, chosen.minutes, "decoder_mb"),
    }
    print(json.dumps(told, indent=1), flush=True)
    lost = ("turns of which less than half was heard", "turns heard one and a half times", "gaps", "losses")
    calm = all(not told[name] for name in (*lost, "words where nobody spoke"))
    still = max(told["service rises, MB"], told["decoder rises, MB"]) <= STILL_MB
    return 0 if calm and still and told["word errors %"] <= 100 * MOST_ERRORS else 1


if __name__ == "__main__":
    sys.exit(main())
