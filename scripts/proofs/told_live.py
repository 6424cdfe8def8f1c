"""Faults at random at true speed for five minutes: what `told` does in jumping time."""

from __future__ import annotations

import asyncio
import random

from scripts.proofs.figures import Figure, progress
from tests.support.strangers.deepgram import Fault
from tests.support.strangers.world import Verdict, world

SECONDS = 300.0
LAST_S = 60.0
"""What an end may take."""
MEETINGS = 4


async def one(number: int, chance: random.Random) -> Verdict:
    """A meeting in which something goes wrong every few seconds."""
    async with world(number) as made:
        await made.arrive()
        loop = asyncio.get_running_loop()
        until = loop.time() + SECONDS - LAST_S
        while loop.time() < until:
            await asyncio.sleep(chance.uniform(3, 20))
            made.suffer(_any_fault(chance))
        return await made.end()


def _any_fault(chance: random.Random) -> Fault:
    kind = chance.choice(
        ("refuse", "hang", "close", "silent", "late", "deaf", "swap", "drop", "twice", "garbage")
    )
    status = chance.choice((302, 401, 429, 500, 503))
    code = chance.choice((1000, 1006, 1008, 1011))
    return Fault(kind, status=status, code=code, seconds=chance.uniform(0.3, 12), count=chance.randint(1, 3))


async def measure() -> list[Figure]:
    """Several meetings side by side."""
    chosen = random.SystemRandom().randrange(1 << 32)
    progress(f"faults at random at true speed for {SECONDS:g} s, seed {chosen}")
    chance = random.Random(chosen)
    found = await asyncio.gather(*(one(number, random.Random(chance.random())) for number in range(MEETINGS)))
    for verdict in found:
        progress(f"  {verdict}")
    return [
        Figure("words spoken", sum(v.words for v in found)),
        Figure("words lost untold", sum(len(v.untold) for v in found), 0, "=="),
        Figure("words doubled", sum(len(v.doubled) for v in found), 0, "=="),
        Figure("words told as missed", sum(v.told for v in found)),
        Figure("invariant broken", sum(v.unaccounted_s > 0 for v in found), 0, "=="),
        Figure("worst time error", max(v.error_ms for v in found), 0, "<=", "ms"),
        Figure("meetings ended by a fault", sum(v.reason != "stopped" for v in found), 0, "=="),
    ]
