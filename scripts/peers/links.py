"""A peer's Deepgram client on the fault scripts of `prove links`: what a lost connection costs there."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.indexed_audio import IndexedSource, IndexedSpeech

ROOT = Path(__file__).parents[2]
SPEECH = IndexedSpeech()
SECONDS = 30
SCRIPTS = {
    "none": (),
    "drop mid-word": (Fault(kind=Kind.DROP, at=1.0),),
    "drop before a final": (Fault(kind=Kind.DROP, at=1.75),),
    "close 1011 mid-word": (Fault(kind=Kind.CLOSE, code=1011, at=1.0),),
    "half-open mid-word": (Fault(kind=Kind.HALF_OPEN, at=1.0),),
    "503 twice after a drop": (Fault(kind=Kind.DROP, at=1.0), Fault(kind=Kind.REFUSE, status=503, on="2-3")),
}
Heard = list[tuple[str, float, float]]
"""Words with their start and end in seconds, as the peer tells them."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A client in an environment of its own: called with URL and recording, it prints a JSON list of words."""

    environment: str
    client: str
    path: str = ""
    """What it wants after the root of the URL."""


async def heard(peer: Peer, recording: Path, faults: tuple[Fault, ...]) -> Heard:
    """What `peer` makes of the recording on one fault script; nothing when it never came to an end."""
    async with DeepgramEmulator(None, FaultScript(faults), hearing=lambda _: IndexedSource()) as emulator:
        process = await asyncio.create_subprocess_exec(
            ROOT / peer.environment / "bin/python",
            ROOT / "scripts/conformance.d" / peer.client,
            f"http://127.0.0.1:{emulator.port}{peer.path}",
            recording,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            out, _ = await asyncio.wait_for(process.communicate(), SECONDS + 30)
        except TimeoutError:
            process.kill()
            await process.wait()
            return []
    return [tuple(word) for word in json.loads(out.splitlines()[-1])] if out.strip() else []


def account(words: Heard) -> tuple[int, int, float]:
    """Words lost, words doubled, worst time error in seconds."""
    spoken = {word.text: word for word in SPEECH.words(0, SECONDS * 16_000)}
    counts = Counter(text for text, _, _ in words)
    whole = [(text, start) for text, start, _ in words if text in spoken]
    error = max((abs(start - spoken[text].start / 16_000) for text, start in whole), default=0.0)
    return sum(text not in counts for text in spoken), sum(count > 1 for count in counts.values()), error


async def everything(peer: Peer, recording: Path) -> dict[str, Heard]:
    async with asyncio.TaskGroup() as group:
        trials = {name: group.create_task(heard(peer, recording, faults)) for name, faults in SCRIPTS.items()}
    return {name: trial.result() for name, trial in trials.items()}


def main(peer: Peer) -> int:
    """Print the table; not 0 when the peer lost words although nothing went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder, "recording.pcm")
        recording.write_bytes(SPEECH.pcm(0, SECONDS * 16_000))
        accounts = {name: account(words) for name, words in asyncio.run(everything(peer, recording)).items()}
    total = len(SPEECH.words(0, SECONDS * 16_000))
    for name, (lost, doubled, error) in accounts.items():
        print(f"{name:<24} {lost:>3} of {total} lost  {doubled:>2} doubled  worst time error {error:6.2f} s")
    return int(accounts["none"][0] > 0)
