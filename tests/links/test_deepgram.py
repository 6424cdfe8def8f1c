"""Whatever goes wrong with Deepgram, and whenever: no word lost, none doubled, none at a wrong time.

The audio knows its own index, so "none" is exact. Media time runs ten times as fast as real time, and every
timeout of the adapter is a tenth, so that the whole matrix fits into a test run; `scripts/prove links` runs it
at true speed.
"""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from wingman.emulators.deepgram import DeepgramEmulator, DeepgramLimits
from wingman.emulators.faults import Fault, FaultScript, Kind
from wingman.emulators.indexed import IndexedSource
from wingman.emulators.trial import Account, Recording, Trial
from wingman.link.backoff import RetrySettings
from wingman.settings import Secret
from wingman.transcribe.deepgram import DeepgramTranscriber
from wingman.transcribe.settings import DeepgramSettings

SPEED = 10.0


def quick(settings: DeepgramSettings, speed: float = SPEED) -> DeepgramSettings:
    """The same settings with all times divided by `speed`."""
    scaled = {
        name: getattr(settings, name) / speed
        for name in ("keepalive_s", "idle_finalize_s", "stall_limit_s", "open_s")
    }
    retry = RetrySettings(
        first_min_ms=10, first_max_ms=25, cap_s=1.0, quick_s=0.5, quick_limit=12, give_up_s=60
    )
    return msgspec.structs.replace(settings, replay_rate=settings.replay_rate * speed, retry=retry, **scaled)


async def attempt(
    *faults: Fault, seconds: float = 12.0, tape_s: float = 60.0
) -> tuple[Account, DeepgramEmulator]:
    limits = DeepgramLimits(pace=None)
    emulator = DeepgramEmulator(None, FaultScript(faults), limits, lambda options: IndexedSource())
    async with emulator:
        settings = quick(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")))
        trial = Trial(Recording(seconds, SPEED, tape_s))
        account = await trial.run(DeepgramTranscriber(settings))
    return account, emulator


MID_WORD, BEFORE_FINAL = 1.0, 1.75
"""Words run 0-0.3, 0.4-0.7, 0.8-1.1, 1.2-1.5 s; the final of that phrase comes at 1.8 s."""

FAULTS = {
    "drop": Fault(kind=Kind.DROP),
    "close": Fault(kind=Kind.CLOSE, code=1000),
    "close 1011": Fault(kind=Kind.CLOSE, code=1011, reason="See https://dpgr.am/net0000"),
    "half-open": Fault(kind=Kind.HALF_OPEN),
    "deaf": Fault(kind=Kind.DEAF),
    "stall": Fault(kind=Kind.STALL, delay=2.0),
    "slow": Fault(kind=Kind.SLOW, delay=0.2),
    "late": Fault(kind=Kind.LATE, delay=0.15),
    "reorder": Fault(kind=Kind.REORDER),
    "repeat": Fault(kind=Kind.REPEAT),
    "malformed": Fault(kind=Kind.MALFORMED, count=2),
    "unknown": Fault(kind=Kind.UNKNOWN),
    "503": Fault(kind=Kind.REFUSE, status=503),
    "429": Fault(kind=Kind.REFUSE, status=429, retry_after=0.05),
    "hang": Fault(kind=Kind.HANG),
}
MOMENTS = {
    "before audio": (1, 0.0),
    "mid-word": (1, MID_WORD),
    "before a final": (1, BEFORE_FINAL),
    "while replaying": (2, 0.45),
}


def script(fault: Fault, moment: str) -> tuple[Fault, ...]:
    """The faults that put `fault` at that moment."""
    number, at = MOMENTS[moment]
    moved = msgspec.structs.replace(fault, on=number, at=at)
    if moment == "while replaying":
        return (Fault(kind=Kind.HALF_OPEN, at=1.2), moved)
    if fault.kind in (Kind.REFUSE, Kind.HANG) and at:
        return (Fault(kind=Kind.DROP, at=at), msgspec.structs.replace(fault, on="2-3"))
    return (moved,)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_no_word_is_lost_doubled_or_moved(moment: str) -> None:
    async with asyncio.TaskGroup() as group:
        trials = {name: group.create_task(attempt(*script(fault, moment))) for name, fault in FAULTS.items()}
    for name, trial in trials.items():
        account, emulator = trial.result()
        assert account.expected >= 16, name
        assert account.exact, (name, account, emulator.traffic)
        assert not account.missed, (name, account)
