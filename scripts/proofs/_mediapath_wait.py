"""The whole wait of a person, what standing still and growing cost, and what telemetry does."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from statistics import median

from scripts.bench.standing import slope, standing
from scripts.proofs._mediapath_peers import run
from scripts.proofs.figures import Figure, progress
from tests.support.collector import serving
from wingman.bench.harness import Subject, wingman
from wingman.bench.wait import EMULATED, Script, measure
from wingman.bench.waiting import Moments, rows
from wingman.config.paths import SAMPLE
from wingman.testing.timed_vendors import TimedVendors

CALLS = 10
ROUNDS = 3
SESSIONS = 30
LOCAL_S = 50.0
"""Of the call that a local transcriber hears."""


def waits() -> Iterator[Figure]:
    """Our own share of the wait with emulated providers, and the whole with the local transcriber."""
    for transcriber, calls, seconds in ((EMULATED, CALLS, math.inf), ("embedded", 1, LOCAL_S)):
        progress(f"{calls} calls of {SAMPLE.stem}, {transcriber}")
        ways = asyncio.run(_calls(Script(SAMPLE, seconds), calls, transcriber))
        table = {row.name: row for row in rows(ways)}
        for name in ("own share, to the card", "own share, to the answer"):
            if (row := table.get(name)) is None:
                yield Figure(f"{name} ({transcriber})", 999, 20, "<=", "ms", "nothing was measured")
                continue
            yield Figure(f"{name}, p50 ({transcriber})", row.p50_ms, 20, "<=", "ms", f"{row.count} times")
            yield Figure(f"{name}, p99 ({transcriber})", row.p99_ms, 60, "<=", "ms")
        for name in ("pause and transcription", "model's first word"):
            if row := table.get(name):
                yield Figure(f"{name}, p50 ({transcriber})", row.p50_ms, unit="ms", note="the provider's")


async def _calls(script: Script, calls: int, transcriber: str) -> list[Moments]:
    async with TimedVendors(script.recording.with_suffix(".json")) as vendors:
        return await measure(vendors, script, calls, transcriber)


def still() -> Iterator[Figure]:
    """A service without a meeting, and one more meeting, overlay or stored call."""
    progress("standing still")
    points = asyncio.run(standing())
    idle = next(point for point in points if point.curve == "meetings" and point.count == 0)
    yield Figure("idle cpu, no meeting", idle.cpu_ms_per_s / 10, 0.1, "<=", "%", "of a core")
    cpu, memory = slope(points, "meetings")
    yield Figure("a silent meeting: cpu", cpu, 0.3, "<=", "ms/s")
    yield Figure("a silent meeting: memory", memory * 1024, unit="kB")
    cpu, memory = slope(points, "overlays")
    yield Figure("an overlay: cpu", cpu, unit="ms/s")
    yield Figure("an overlay: memory", memory * 1024, unit="kB")
    _, memory = slope(points, "stored")
    stored = [point for point in points if point.curve == "stored"]
    yield Figure("a stored call of 30 min: memory", memory * 1024, unit="kB")
    yield Figure("a stored call of 30 min: disk", stored[-1].disk_mb / stored[-1].count * 1024, unit="kB")
    yield Figure(f"start with {stored[-1].count} stored calls", stored[-1].start_s, unit="s")


def telemetry() -> Iterator[Figure]:
    """What telemetry costs a session when it is sent, interleaved with the same service that sends none.

    Off, it is what every other figure here was measured with: not one call is made for it.
    """
    with serving() as collector:
        plain = wingman(talkative=True)
        sending = Subject(
            "telemetry",
            lambda providers: (*plain.command(providers), "--otlp", collector.url),
            plain.outlets,
            plain.path,
            talkative=True,
        )
        spent: dict[str, list[float]] = {plain.name: [], sending.name: []}
        for number in range(ROUNDS):
            for one in (plain, sending) if number % 2 else (sending, plain):
                spent[one.name] += [step.cpu_ms for step in run(one, (SESSIONS,))]
        pairs = list(zip(spent[sending.name], spent[plain.name], strict=False))
        told = len(collector.received)
    dearer = median(on / off for on, off in pairs) if pairs else 99.0
    yield Figure("telemetry on", 100 * (dearer - 1), 10, "<=", "%", f"{told} batches taken by a collector")
