"""Meetings with faults that nobody chose, in jumping time, in as many processes as there are cores."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from scripts.proofs.figures import Figure, progress
from tests.support.strangers.compositions import Composition, Tally
from tests.support.strangers.handshakes import ODDITIES, odd_server
from tests.support.strangers.world import Verdict, world
from wingman.core.cores import usable_cores
from wingman.testing.virtual_time import run

COMPOSITIONS = 500
SHARES = 10
STEPS = 10


class Judged(Composition):
    """Keeps every verdict, and the story of those that do not hold."""

    tally = Tally()
    broken: list[tuple[Verdict, list[str]]] = []  # noqa: RUF012 - one run a process

    def judge(self, verdict: Verdict) -> None:
        if not verdict.holds:
            self.broken.append((verdict, self.story))


def share(count: int, chosen: int) -> tuple[list[Verdict], list[tuple[Verdict, list[str]]]]:
    """So many compositions from a seed: all verdicts, and the stories of those that do not hold."""
    logging.disable(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    Judged.tally, Judged.broken = Tally(), []
    made = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(chosen)(Judged), settings=made)
    return Judged.tally.verdicts, Judged.broken


def compositions() -> list[Figure]:
    """Faults of the provider, the network, the process and the disk, composed at random."""
    chance = random.SystemRandom()
    seeds = [chance.randrange(1 << 32) for _ in range(SHARES)]
    progress(
        f"composing faults over {COMPOSITIONS} meetings; {COMPOSITIONS // SHARES} each from the seeds {seeds}"
    )
    found: list[Verdict] = []
    broken: list[tuple[Verdict, list[str]]] = []
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(SHARES, usable_cores()), spawning) as pool:
        for verdicts, stories in pool.map(partial(share, COMPOSITIONS // SHARES), seeds):
            found += verdicts
            broken += stories
            progress(f"  {len(found)} compositions, {len(broken)} that do not hold")
    for verdict, story in broken[:5]:
        progress(f"  {verdict}\n    " + "\n    ".join(story))
    exact = [verdict.error_ms for verdict in found if verdict.times_are_true]
    return [
        Figure("compositions", len(found), COMPOSITIONS, ">="),
        Figure("words spoken", sum(v.words for v in found)),
        Figure("kills, stops and starts in them", sum(v.meetings - 1 for v in found)),
        Figure("words lost untold", sum(len(v.untold) for v in found), 0, "=="),
        Figure("words doubled", sum(len(v.doubled) for v in found), 0, "=="),
        Figure("words told as missed", sum(v.told for v in found)),
        Figure("words missed for no reason", sum(v.told for v in found if not v.may_lose), 0, "=="),
        Figure("invariant broken", sum(v.unaccounted_s > 0 for v in found), 0, "=="),
        Figure("worst time error", max(exact, default=0.0), 0, "<=", "ms"),
        Figure("meetings ended by a fault", sum(v.reason != "stopped" for v in found), 0, "=="),
    ]


def handshakes() -> list[Figure]:
    """What may answer a connection in the provider's place, once each."""
    progress(f"{len(ODDITIES)} odd handshakes and addresses")

    async def one(name: str) -> str:
        async with odd_server(ODDITIES[name]) as url, world(1, url=url) as made:
            await made.arrive()
            await asyncio.sleep(4.0)
            return (await made.end()).reason

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(name) for name in ODDITIES))

    ends = dict(zip(ODDITIES, run(all_of_them()), strict=True))
    for name, reason in ends.items():
        if reason != "stopped":
            progress(f"  {name}: {reason}")
    return [
        Figure("odd handshakes", len(ends), 60, ">="),
        Figure("meetings ended by one", sum(reason != "stopped" for reason in ends.values()), 0, "=="),
    ]
