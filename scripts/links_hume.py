"""The Hume half of `scripts/prove links`: what the realtime link loses, moves and tells."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import msgspec
from provelib import Figure, progress

from wingman.emotion.hume import HumeMeter
from wingman.emotion.settings import HumeSettings
from wingman.emulators.faults import Fault, FaultScript, Kind
from wingman.emulators.hume import HumeEmulator, HumeHabits
from wingman.emulators.hume_trial import IndexedEar, MeterAccount, MeterTrial
from wingman.emulators.timelapse import run
from wingman.emulators.trial import Recording
from wingman.model.faults import Health
from wingman.settings import Secret

ROOT = Path(__file__).parents[1]
FAULTS = (
    *(Fault(kind=kind) for kind in (Kind.DROP, Kind.HALF_OPEN, Kind.DEAF, Kind.HANG, Kind.UNKNOWN)),
    *(Fault(kind=Kind.CLOSE, code=code) for code in (1000, 1011, 1012)),
    Fault(kind=Kind.STALL, delay=2.0),
    Fault(kind=Kind.LATE, delay=0.4),
    Fault(kind=Kind.MALFORMED, count=2),
    Fault(kind=Kind.REFUSE, status=503),
    Fault(kind=Kind.REFUSE, status=429, retry_after=0.5),
)
MOMENTS = ((1, 0.0), (1, 1.0), (1, 1.9), (2, 0.5))
"""Connection and second of audio: before audio, mid-word, just before an end, after a reconnect."""


async def attempt(
    *faults: Fault, seconds: float = 24.0, habits: HumeHabits = HumeHabits(), **changes: float
) -> tuple[MeterAccount, HumeEmulator]:
    async with HumeEmulator(FaultScript(faults), habits=habits, ear=IndexedEar) as hume:
        settings = HumeSettings(url=hume.url, api_key=Secret("local-key"))
        meter = HumeMeter(msgspec.structs.replace(settings, **changes))
        return await MeterTrial(Recording(seconds)).run(meter), hume


def script(fault: Fault, number: int, at: float) -> tuple[Fault, ...]:
    """`fault` on connection `number` at second `at` of its audio."""
    moved = msgspec.structs.replace(fault, on=number, at=at)
    if number == 2:
        return (Fault(kind=Kind.DROP, at=1.2), moved)
    if fault.kind in (Kind.REFUSE, Kind.HANG) and at:
        return (Fault(kind=Kind.DROP, at=at), msgspec.structs.replace(fault, on="2-3"))
    return (moved,)


async def _matrix() -> list[MeterAccount]:
    async with asyncio.TaskGroup() as group:
        trials = [group.create_task(attempt(*script(f, *moment))) for f in FAULTS for moment in MOMENTS]
    return [trial.result()[0] for trial in trials]


def figures() -> list[Figure]:
    """Everything about Hume that `scripts/prove links` promises."""
    return [*_faults(), *_special(), *_neighbour(), *_vendor()]


def _faults() -> list[Figure]:
    progress("hume: the fault matrix (jumping time)")
    accounts = run(_matrix())
    finals = [
        run(attempt(Fault(kind=Kind.REFUSE, status=status), seconds=3.0))[0] for status in (401, 402, 403)
    ]
    stopped = sum(a.states[-1].health is Health.DOWN and bool(a.states[-1].detail) for a in finals)
    return [
        Figure("hume matrix, cases", len(accounts), len(FAULTS) * len(MOMENTS), "=="),
        Figure("hume matrix, time error", max(a.error for a in accounts), 0, "==", "samples"),
        Figure("hume matrix, samples unexplained", sum(a.unexplained for a in accounts), 0, "=="),
        Figure("hume matrix, samples told twice", sum(a.contradicted for a in accounts), 0, "=="),
        Figure("hume matrix, late spans", sum(a.late_spans for a in accounts), 0, "=="),
        Figure("hume matrix, recovered", sum(a.states[-1].health is Health.ENDED for a in accounts), 52, "=="),
        Figure("hume 401/402/403 stop and say why", stopped, 3, "=="),
    ]


def _special() -> list[Figure]:
    progress("hume: dead peers, flapping, rotation, refused frames")
    gone = [
        run(attempt(Fault(kind=kind, at=at)))[0]
        for kind in (Kind.HALF_OPEN, Kind.DEAF)
        for at in (0.2, 1.0, 2.5, 5.0)
    ]
    worst = max(gap.span.seconds for account in gone for gap in account.missed)
    flapping, _ = run(attempt(Fault(kind=Kind.DROP, on="1-5", at=0.3)))
    rotated, hume = run(attempt(seconds=60.0, rotate_after_s=10.0))
    heard_ms = sum(total["received"]["audio_duration_ms"] for total in hume.totals)
    refused, strict = run(attempt(habits=HumeHabits(burst_s=0.0)))
    haste = sum(said == "error" for traffic in strict.traffic for said in traffic.said)
    return [
        Figure("hume dead peer, longest gap", worst, 8.5, "<=", "s", "found within 8 s, and the way back"),
        Figure("hume flapping, exact", int(flapping.exact), 1, "=="),
        Figure("hume rotations, audio not heard", abs(60_000 - heard_ms), 0, "==", "ms", "5 in a minute"),
        Figure("hume rotations, exact", int(rotated.exact and not rotated.missed), 1, "=="),
        Figure("hume frames refused", haste, 1, ">=", note="by a server that allows no haste"),
        Figure("hume refused frames, exact", int(refused.exact), 1, "=="),
    ]


def _neighbour() -> list[Figure]:
    progress("hume: what another reader of the tape feels (real time)")
    accounts = [
        asyncio.run(attempt(Fault(kind=kind, at=1.0), seconds=6.0))[0] for kind in (Kind.DEAF, Kind.DROP)
    ]
    delay = max(account.witness_ms for account in accounts)
    return [Figure("hume fault, delay of another branch", delay, 50.0, "<=", "ms")]


def _vendor() -> list[Figure]:
    progress("hume: the vendor's SDK (built on first use)")
    command = [ROOT / "scripts" / "conformance.d" / "hume.sh", "-k", "realtime", "-rs"]
    judged = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    content = judged.returncode == 0 and "skipped" not in judged.stdout
    return [Figure("hume-expression-measurement 0.1.0 is content", int(content), 1, "==")]
