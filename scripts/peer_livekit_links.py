"""LiveKit's Deepgram client on the scripts of `prove links`: what a lost connection costs there.

`.venv/bin/python scripts/peer_livekit_links.py`; needs the environment of `scripts/conformance deepgram`.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from pathlib import Path

from wingman.emulators.deepgram import DeepgramEmulator
from wingman.emulators.faults import Fault, FaultScript, Kind
from wingman.emulators.indexed import IndexedSource, IndexedSpeech

ROOT = Path(__file__).parents[1]
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


async def heard(recording: Path, faults: tuple[Fault, ...]) -> list[tuple[str, float, float]]:
    client = ROOT / "scripts/conformance.d/livekit_deepgram_client.py"
    async with DeepgramEmulator(None, FaultScript(faults), hearing=lambda _: IndexedSource()) as emulator:
        url = f"http://127.0.0.1:{emulator.port}/v1/listen"
        process = await asyncio.create_subprocess_exec(
            ROOT / ".venv-livekit/bin/python",
            client,
            url,
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


def account(name: str, words: list[tuple[str, float, float]]) -> str:
    spoken = {word.text: word for word in SPEECH.words(0, SECONDS * 16_000)}
    counts = Counter(text for text, _, _ in words)
    whole = [(text, start) for text, start, _ in words if text in spoken]
    error = max((abs(start - spoken[text].start / 16_000) for text, start in whole), default=0.0)
    lost = sum(text not in counts for text in spoken)
    doubled = sum(count > 1 for count in counts.values())
    return f"{name:<24} {lost:>3} of {len(spoken)} lost  {doubled:>2} doubled  worst time error {error:6.2f} s"


async def everything(recording: Path) -> dict[str, list[tuple[str, float, float]]]:
    async with asyncio.TaskGroup() as group:
        trials = {name: group.create_task(heard(recording, faults)) for name, faults in SCRIPTS.items()}
    return {name: trial.result() for name, trial in trials.items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder, "recording.pcm")
        recording.write_bytes(SPEECH.pcm(0, SECONDS * 16_000))
        for name, words in asyncio.run(everything(recording)).items():
            print(account(name, words))


if __name__ == "__main__":
    main()
