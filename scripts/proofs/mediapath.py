"""The media path's figures: sessions against peers, latency, memory, loss, drift, start, many cores."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from scripts.proofs._mediapath_alone import drift, losses, memory, pass_through
from scripts.proofs._mediapath_ladder import Ladder
from scripts.proofs._mediapath_peers import PAIRS, against_the_bare_reference, climb, run, sessions_against
from scripts.proofs._mediapath_wait import still, telemetry, waits
from scripts.proofs.figures import Figure, progress
from wingman.bench.harness import Step, Subject, wingman
from wingman.core.time import SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[2]
SHARED = 60
"""Sessions that one process has, or two have together."""
BUSY = 0.6
"""Of a core, at which lateness is looked at."""
NEAR = 0.05
ENOUGH = 3
"""Servers near it; the median of their figures counts."""
AIMED = 6
"""Servers tried for it at most."""
STATE = 40
"""Sessions that tell, among the peers and after them, whether the machine is the same."""


def measure(parts: Sequence[str] = ()) -> list[Figure]:
    """The figures of these `PARTS`; of all when none is named."""
    figures: list[Figure] = []
    for name, part in TIMED.items():
        if not parts or name in parts:
            figures += part()
    # none of the rest counts time: they run beside one another, and what needs a core for itself is over
    with ProcessPoolExecutor(2, get_context("spawn"), os.nice, (19,)) as beside:
        rest = [beside.submit(part) for name, part in UNTIMED.items() if not parts or name in parts]
        return [*figures, *(figure for one in rest for figure in one.result())]


def _sessions() -> Iterator[Figure]:
    """Ours and the peers', each to its limit; and whether the machine was the same at the end."""
    ladders: list[Ladder] = []

    def ours() -> int:
        ladders.append(climb(wingman(), STATE))
        return max(ladder.held for ladder in ladders)

    against = list(sessions_against(ours))
    each = ", then ".join(f"{ladder.held} ({ladder.end})" for ladder in ladders)
    most = max(ladder.held for ladder in ladders)
    yield Figure(
        "sessions held on one core", most, 75, ">=", note=f"both provider sockets, 100 ms chunks; {each}"
    )
    yield from against
    if all(ladder.steps for ladder in ladders):
        ratio = ladders[-1].steps[0].cpu_ms / ladders[0].steps[0].cpu_ms
        yield Figure(f"the machine: cpu at N={STATE}, at the end", ratio, unit="x", note="1 = as it was")
    if good := [step for ladder in ladders for step in ladder.steps if step.held]:
        yield from _at_limits(sorted(good, key=lambda step: step.sessions))


def _at_limits(held: Sequence[Step]) -> Iterator[Figure]:
    first, last = held[0], held[-1]
    yield Figure("cpu per session at the most held", last.cpu_ms, unit="ms/s")
    near = _near_busy(held)
    p50, p99 = ([step.p50_ms for step in near], [step.p99_ms for step in near])
    at = ", ".join(f"{step.sessions} at {step.cpu_share:.0%}" for step in near)
    yield Figure(
        "p50 near 60 % of the core", median(p50), 0.5, "<=", "ms", f"{at}: {min(p50):.2f} to {max(p50):.2f}"
    )
    yield Figure("p99 near 60 % of the core", median(p99), 5.0, "<=", "ms", f"{min(p99):.1f} to {max(p99):.1f}")
    each = (last.rss_mb - first.rss_mb) / max(1, last.sessions - first.sessions)
    tape = 10 * SAMPLE_RATE * 2 / (1 << 20)
    yield Figure("memory per further session, tape apart", each - tape, 1.5, "<=", "MB")


def _near_busy(held: Sequence[Step]) -> list[Step]:
    """Fresh servers with as many sessions as should take the share, and those of them that took it.

    The machine's pace changes: each is aimed by what the one before took. The nearest, where none took it.
    """
    sessions = _sessions_at(BUSY, held)
    steps: list[Step] = []
    for _ in range(AIMED):
        for step in run(wingman(), (sessions,)):
            steps.append(step)
            sessions = round(sessions * BUSY / step.cpu_share)
        if len(near := [step for step in steps if abs(step.cpu_share - BUSY) < NEAR]) == ENOUGH:
            return near
    return near or sorted(steps or held, key=lambda step: abs(step.cpu_share - BUSY))[:1]


def _sessions_at(share: float, steps: Sequence[Step]) -> int:
    """How many sessions take this share of the core, between what the steps took."""
    ordered = sorted(steps, key=lambda step: step.sessions)
    shares = np.maximum.accumulate([step.cpu_share for step in ordered])
    return round(float(np.interp(share, shares, [float(step.sessions) for step in ordered])))


def _calm() -> Iterator[Figure]:
    """Ten sessions, chunks of 20 and of 100 ms."""
    for chunk_ms in (20, 100):
        for step in run(wingman(chunk_ms), (10,)):
            yield Figure(f"cpu per session, N=10, {chunk_ms} ms chunks", step.cpu_ms, unit="ms/s")
            for branch, p50, _ in step.branches:
                name = f"packet to {branch} socket p50, {chunk_ms} ms chunks"
                yield Figure(name, p50, 1.0, "<=", "ms", "after the last packet")


def _cores() -> Iterator[Figure]:
    """As many sessions on one process and on two, both storing events; nobody pinned, the load beside them.

    At equal numbers the load, which shares the two cores, disturbs both alike; and processor time is compared,
    for three that are busy have no third core to show it by the clock. One pair may differ from the next by a
    quarter: the median of several is told, one and two by turns first.
    """
    pairs: list[tuple[Step, Step]] = []
    for number in range(PAIRS):
        steps = {workers: _stored_by(workers) for workers in ((2, 1) if number % 2 else (1, 2))}
        if steps[1] and steps[2]:
            pairs.append((steps[1][-1], steps[2][-1]))
    kept = [one.cpu_ms / two.cpu_ms for one, two in pairs]
    note = f"{SHARED} sessions on one and on two; 1 = perfect scaling; {len(kept)} pairs"
    note += f": {min(kept):.2f} to {max(kept):.2f}" if kept else ", one did not start"
    yield Figure("two workers: efficiency", median(kept) if kept else 0.0, 0.8, ">=", "x", note)
    if kept:
        one, two = (median(step.cpu_ms for step in side) for side in zip(*pairs, strict=True))
        late = median(step.p99_ms for _, step in pairs)
        yield Figure("one process: cpu per session", one, unit="ms/s")
        yield Figure("two workers: cpu per session", two, unit="ms/s", note="NATS included")
        yield Figure("two workers: p99", late, 200.0, "<=", "ms", f"{SHARED} sessions")


def _stored_by(workers: int) -> list[Step]:
    with TemporaryDirectory(prefix="wingman-proof-") as folder:
        return run(_storing(workers, Path(folder)), (SHARED,))


def _storing(workers: int, keep: Path) -> Subject:
    subject = wingman(100, workers=workers)

    def command(providers: int) -> Sequence[str]:
        return (*subject.command(providers), "--keep", str(keep))

    return replace(subject, name=f"{workers} proc", command=command, pinned=False)


def _start() -> Iterator[Figure]:
    """`wingman serve` until it says that it is ready; the median of three."""
    progress("cold start")
    times = []
    for _ in range(3):
        began = time.perf_counter()
        command = [str(ROOT / ".venv" / "bin" / "wingman"), "serve", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
            assert serving.stdout is not None
            for line in serving.stdout:
                if "ready" in line:
                    times.append(time.perf_counter() - began)
                    break
            serving.terminate()
    yield Figure("cold start of wingman serve", sorted(times)[1] if len(times) == 3 else 99.0, 1.5, "<=", "s")


TIMED: Mapping[str, Callable[[], Iterable[Figure]]] = {
    "sessions": _sessions,
    "calm": _calm,
    "bare": against_the_bare_reference,
    "workers": _cores,
    "start": _start,
    "wait": waits,
    "still": still,
    "telemetry": telemetry,
    "codec": pass_through,
}
"""What needs the machine for itself."""
UNTIMED: Mapping[str, Callable[[], list[Figure]]] = {"memory": memory, "losses": losses, "drift": drift}
PARTS = (*TIMED, *UNTIMED)
"""In the order in which they are measured."""
