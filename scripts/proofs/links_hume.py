"""The Hume half of `scripts/prove links`: what the realtime link loses, moves and tells."""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scripts.proofs.figures import Figure, progress
from tests.support.links import matrix
from tests.support.links.hume_trial import IndexedEar, MeterAccount, MeterTrial, attempt
from tests.support.links.trial import Recording
from wingman.config.emotion import HumeSettings
from wingman.config.section import Secret
from wingman.core.errors import Health
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume.server import HumeEmulator, HumeHabits
from wingman.testing.virtual_time import run

ROOT = Path(__file__).parents[2]
STAGGER_S = 0.037
"""Meetings do not all begin in one instant, nor send their frames in the same ones."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one moment, and what became of it."""

    fault: str
    moment: str
    account: MeterAccount

    @property
    def holds(self) -> bool:
        """No wrong time and every gap told; after a final refusal the user is told why, and what was heard."""
        a = self.account
        if self.fault not in matrix.FINAL:
            return a.exact and a.states[-1].health is Health.ENDED
        clean = not (a.error or a.contradicted or a.late_spans)
        return clean and bool(a.missed) and a.states[-1].health is Health.DOWN and bool(a.states[-1].detail)


async def change(moment: matrix.Moment) -> MeterAccount:
    """Other settings at `moment`."""
    async with HumeEmulator(FaultScript(moment.before), ear=IndexedEar) as hume:
        settings = HumeSettings(url=hume.url, api_key=Secret("local-key"))
        meter = HumeAnalyzer(settings)
        async with asyncio.TaskGroup() as group:
            trial = group.create_task(MeterTrial(Recording(24.0)).run(meter))
            await asyncio.sleep(moment.at + sum(fault.at for fault in moment.before))
            meter.apply(msgspec.structs.replace(settings, measurement_timer_ms=4000))
    return trial.result()


async def one(name: str, when: str) -> Cell:
    """Run one cell."""
    moment = matrix.HUME_MOMENTS[when]
    match name:
        case "settings change":
            return Cell(name, when, await change(moment))
        case "rotation":
            account, _ = await attempt(*moment.before, rotate_after_s=max(moment.at, 0.3))
        case "flapping":
            account, _ = await attempt(*matrix.flapping(moment))
        case _:
            fault = {**matrix.HUME, **matrix.FINAL}[name]
            account, _ = await attempt(*matrix.script(fault, moment, refusals=1 if name in matrix.FINAL else 2))
    return Cell(name, when, account)


async def every_cell() -> list[Cell]:
    """Every fault at every moment, side by side."""
    names = (*matrix.HUME, *matrix.FINAL, "flapping", "settings change", "rotation")
    trials = {f"{name} {when}": one(name, when) for name in names for when in matrix.HUME_MOMENTS}
    return list((await matrix.side_by_side(trials, STAGGER_S)).values())


def figures() -> list[Figure]:
    """Everything about Hume that `scripts/prove links` promises."""
    return [*_faults(), *_special(), *_neighbour(), *_vendor()]


def _faults() -> list[Figure]:
    progress("hume: the fault matrix, half a minute")
    cells = asyncio.run(every_cell())
    for cell in cells:
        if not cell.holds:
            progress(f"  {cell.fault} / {cell.moment}: {cell.account}")
    accounts = [cell.account for cell in cells]
    whole = [cell.account for cell in cells if cell.fault not in matrix.FINAL]
    return [
        Figure("hume cells", len(cells)),
        Figure("hume cells that hold", sum(cell.holds for cell in cells), len(cells), "=="),
        Figure("hume matrix, time error", max(a.error for a in accounts), 0, "==", "samples"),
        Figure("hume matrix, samples unexplained", sum(a.unexplained for a in whole), 0, "=="),
        Figure("hume matrix, samples told twice", sum(a.contradicted for a in accounts), 0, "=="),
        Figure("hume matrix, late spans", sum(a.late_spans for a in accounts), 0, "=="),
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
    late = run(_late_refusals())
    return [
        Figure("hume dead peer, longest gap", worst, 8.5, "<=", "s", "found within 8 s, and the way back"),
        Figure("hume flapping, exact", int(flapping.exact), 1, "=="),
        Figure("hume rotations, audio not heard", abs(60_000 - heard_ms), 0, "==", "ms", "5 in a minute"),
        Figure("hume rotations, exact", int(rotated.exact and not rotated.missed), 1, "=="),
        Figure("hume frames refused", haste, 1, ">=", note="by a server that allows no haste"),
        Figure("hume refused frames, exact", int(refused.exact), 1, "=="),
        Figure("hume refusals said late, time error", max(a.error for a in late), 0, "==", "samples"),
        Figure("hume refusals said late, exact", sum(a.exact for a in late), len(late), "=="),
    ]


async def _late_refusals() -> list[MeterAccount]:
    """Frames refused by messages that come when more frames were sent: none says which one it means."""
    trials = {
        f"{kind} {delay} {at} {count}": attempt(
            Fault(kind=Kind.RATE_LIMIT, at=at, count=count), Fault(kind=kind, at=at, delay=delay)
        )
        for kind in (Kind.LATE, Kind.STALL)
        for delay in (0.2, 1.0, 3.0)
        for at in (0.0, 0.7, 1.3, 2.6, 3.4)
        for count in (1, 3)
    }
    return [account for account, _ in (await matrix.side_by_side(trials)).values()]


def _neighbour() -> list[Figure]:
    progress("hume: what another reader of the tape feels (real time)")
    accounts = [
        asyncio.run(attempt(Fault(kind=kind, at=1.0), seconds=6.0))[0] for kind in (Kind.DEAF, Kind.DROP)
    ]
    delay = max(account.witness_ms for account in accounts)
    return [Figure("hume fault, delay of another branch", delay, 50.0, "<=", "ms")]


def _vendor() -> list[Figure]:
    progress("hume: the vendor's SDK (built on first use)")
    command = [str(ROOT / "scripts" / "conformance.d" / "hume.sh"), "-k", "realtime", "-rs"]
    judged = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    content = judged.returncode == 0 and "skipped" not in judged.stdout
    return [Figure("hume-expression-measurement 0.1.0 is content", int(content), 1, "==")]
