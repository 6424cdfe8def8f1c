"""Measure what Wingman promises about provider links; run it as `scripts/prove links [--json]`.

True speed, real sockets, audio that knows its own index: every fault at every moment, all at once.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from dataclasses import dataclass

import msgspec
import structlog

from scripts.proofs import links_hume
from scripts.proofs.figures import Figure, progress
from tests.support.links import matrix
from tests.support.links.trial import Account, Recording, Trial
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Health
from wingman.stt.deepgram.transcriber import DeepgramTranscriber, preload
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.indexed_audio import IndexedSource

SECONDS = 30.0
STAGGER_S = 0.05
"""Meetings do not all begin in one instant."""
REPLAYING_S = 9.5
"""A dead peer was found by then, and what it swallowed is being sent again."""
FAULTS: dict[str, Fault | None] = {
    **matrix.DEEPGRAM,
    **matrix.FINAL,
    "flapping": Fault(kind=Kind.DROP),
    "settings change": None,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one moment, and what became of it."""

    fault: str
    moment: str
    account: Account
    emulator: DeepgramEmulator

    @property
    def final(self) -> bool:
        """A refusal that no retry can mend."""
        return self.fault in matrix.FINAL

    @property
    def holds(self) -> bool:
        """Exact; after a final refusal what was said is exact, and the rest is reported as missed."""
        a = self.account
        if not self.final:
            return a.exact and not a.missed and a.states[-1].health is Health.ENDED
        clean = not (a.doubled or a.error or a.torn or a.late_events)
        return clean and a.states[-1].health is Health.DOWN and len(a.missed) == 1


def script(name: str, moment: matrix.Moment) -> tuple[Fault, ...]:
    """The faults that make `name` happen at `moment`."""
    fault = FAULTS[name]
    if fault is None:
        return moment.before
    if name == "flapping":
        return matrix.flapping(moment)
    return matrix.script(fault, moment, refusals=1 if name in matrix.FINAL else 2)


async def attempt(name: str, when: str) -> Cell:
    """Run one cell at true speed."""
    moment = matrix.DEEPGRAM_MOMENTS[when]
    faults = FaultScript(script(name, moment))
    async with DeepgramEmulator(None, faults, hearing=lambda _: IndexedSource()) as emulator:
        settings = DeepgramSettings(url=emulator.url, api_key=Secret("local-key"))
        transcriber = DeepgramTranscriber(settings)
        async with asyncio.TaskGroup() as group:
            trial = group.create_task(Trial(Recording(SECONDS)).run(transcriber))
            if FAULTS[name] is None:
                await asyncio.sleep(REPLAYING_S if moment.before else moment.at)
                transcriber.apply(msgspec.structs.replace(settings, keyterms=("Wingman",)))
    return Cell(name, when, trial.result(), emulator)


async def every_cell() -> list[Cell]:
    """Every fault at every moment, side by side."""
    await preload()  # as the service does when it starts
    gc.freeze()  # as it does when a meeting begins: a full pass over all that was imported takes 50 ms
    trials = {f"{name} {when}": attempt(name, when) for name in FAULTS for when in matrix.DEEPGRAM_MOMENTS}
    return list((await matrix.side_by_side(trials, STAGGER_S)).values())


async def detection() -> list[float]:
    """Seconds of audio a dead peer swallowed before it was found, for half-open peers at six moments."""

    async def one(at: float) -> float:
        faults = FaultScript((Fault(kind=Kind.HALF_OPEN, at=at),))
        async with DeepgramEmulator(None, faults, hearing=lambda _: IndexedSource()) as emulator:
            settings = DeepgramSettings(url=emulator.url, api_key=Secret("local-key"))
            await Trial(Recording(SECONDS)).run(DeepgramTranscriber(settings))
            return emulator.traffic[0].audio_bytes / 32_000 - at

    async with asyncio.TaskGroup() as group:
        trials = [group.create_task(one(at)) for at in (0.2, 0.9, 1.75, 3.3, 5.0, 7.1)]
    return [trial.result() for trial in trials]


def deepgram_figures() -> list[Figure]:
    """Deepgram's part of the matrix."""
    progress(
        f"Deepgram: {len(FAULTS)} faults x {len(matrix.DEEPGRAM_MOMENTS)} moments at true speed, about a minute"
    )
    cells = asyncio.run(every_cell())
    for cell in cells:
        if not cell.holds:
            progress(f"  {cell.fault} / {cell.moment}: {cell.account}")
    exact = [cell.account for cell in cells if not cell.final]
    progress("Deepgram: dead peers")
    found = asyncio.run(detection())
    return [
        Figure("deepgram cells", len(cells)),
        Figure("deepgram cells that hold", sum(cell.holds for cell in cells), len(cells), "=="),
        Figure("deepgram words spoken", sum(a.expected for a in exact)),
        Figure("deepgram words lost", sum(len(a.lost) for a in exact), 0, "=="),
        Figure("deepgram words doubled", sum(len(a.doubled) for a in exact), 0, "=="),
        Figure("deepgram words torn", sum(len(a.torn) for a in exact), 0, "=="),
        Figure("deepgram worst time error", max(a.error for a in exact) / 16, 0, "==", "ms"),
        Figure("deepgram finals behind the watermark", sum(a.late_events for a in exact), 0, "=="),
        Figure("deepgram dead peer found after", max(found), 8.0, "<=", "s"),
        Figure(
            "deepgram audio ahead of 1.25 x real time",
            max(t.ahead_s for cell in cells for t in cell.emulator.traffic),
            0,
            "<=",
            "s",
        ),
        Figure(
            "other branch: worst extra delay",
            max(c.account.witness_ms for c in cells),
            50,
            "<=",
            "ms",
            "all cells in one process",
        ),
    ]


def quiet() -> None:
    """Failures are the point here; the log would only repeat them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger("websockets").setLevel(logging.CRITICAL)


def measure() -> list[Figure]:
    quiet()
    return [*deepgram_figures(), *links_hume.figures()]
