"""Sessions and processor time against the peers: interleaved, on equal load, each to its own limit."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from scripts.bench.peers import MEDIA, install, subject
from scripts.proofs.figures import Figure, progress
from wingman.bench.harness import Step, Subject, ramp, wingman
from wingman.core.errors import WingmanError

LADDERS: Mapping[str, Sequence[int]] = {
    "stock": (60, 80, 90, 100, 110, 120),
    "fastrtc": (40, 60, 70, 80, 100),
    "livekit": (20, 40, 60, 80, 100),
    "pipecat": (20, 30, 35, 40, 50),
    "gstreamer": (40, 80, 120, 160, 200, 240, 280),
}
EQUAL = (40, 80)
"""Sessions at which processor time is compared with the bare reference."""
MISSING = "not installed: scripts/bench/peers.py"
ROUNDS = 3
"""Turns of each at equal load; which of the two begins changes."""


def sessions_against(most: int) -> Iterator[Figure]:
    """How many sessions each peer holds, and how many times that `most` is."""
    goals = {"stock": 3.0, "fastrtc": None, "livekit": None, "pipecat": 10.0, "gstreamer": 1.0}
    for name, goal in goals.items():
        peer = _peer(name)
        if peer is None:
            yield Figure(f"sessions against {name}", 0, goal, ">=", "x", MISSING)
            continue
        steps = run(peer, LADDERS[name])
        held = max((step.sessions for step in steps if step.held), default=0)
        tried = max((step.sessions for step in steps), default=0)
        note = f"{len(peer.outlets)} provider socket(s)" + (" (more not tried)" if held == tried else "")
        yield Figure(f"{name}: sessions held", held, note=note)
        yield Figure(f"sessions against {name}", most / max(1, held), goal, ">=", "x")


def against_the_bare_reference() -> Iterator[Figure]:
    """Processor time per session at equal numbers: talkative transcriber, chunks of 20 ms, one socket each."""
    bare = _peer("bare")
    for count in EQUAL:
        if bare is None:
            yield Figure(f"cpu against bare, N={count}", 99, 1.5, "<=", "x", MISSING)
            continue
        ours = wingman(20, talkative=True, measured=False)
        spent: dict[str, list[float]] = {ours.name: [], bare.name: []}
        for number in range(ROUNDS):
            for one in (ours, bare) if number % 2 else (bare, ours):
                spent[one.name].append(run(replace(one, talkative=True), (count,))[-1].cpu_ms)
        ratio = median(a / b for a, b in zip(spent[ours.name], spent[bare.name], strict=True))
        note = f"{median(spent[ours.name]):.1f} against {median(spent[bare.name]):.1f} ms/s"
        yield Figure(f"cpu against bare, N={count}", ratio, 1.5, "<=", "x", note)


def _peer(name: str) -> Subject | None:
    progress(f"the environment of {name}")
    try:
        install([name] if name in MEDIA else [])
        return subject(name)
    except (subprocess.CalledProcessError, FileNotFoundError) as missing:
        progress(f"not installed: {missing}")
        return None


def run(subject: Subject, counts: Sequence[int]) -> list[Step]:
    """The subject's steps, told as they come; empty where it did not even start."""

    def tell(step: Step) -> None:
        progress(
            f"{subject.name:<9} {step.sessions:>4} sessions  {step.cpu_ms:5.1f} ms/s  {step.cpu_share:4.0%}  "
            f"p50 {step.p50_ms:7.1f}  p99 {step.p99_ms:7.1f} ms  {step.rss_mb:5.0f} MB  "
            f"{step.delivered:6.1%}"
        )

    try:
        return asyncio.run(ramp(subject, counts, 4.0, tell))
    except WingmanError as failed:
        progress(str(failed))
        return []
