"""What goes wrong with a provider's link, and when: the faults and moments the links are tried on.

The recording is the indexed speech: words at 0-0.3, 0.4-0.7, 0.8-1.1 and 1.2-1.5 s, then a pause. Deepgram's
final of that phrase comes at 1.8 s; for Hume the utterance is over at 2.0 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from wingman.testing.faults import Fault, Kind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moment:
    """A connection and a second of the audio it has taken in; `before` is what went wrong earlier."""

    connection: int
    at: float
    before: tuple[Fault, ...] = ()


BOTH: Final[Mapping[str, Fault]] = {
    "drop": Fault(kind=Kind.DROP),
    "close 1000": Fault(kind=Kind.CLOSE, code=1000),
    "close 1011": Fault(kind=Kind.CLOSE, code=1011, reason="See https://dpgr.am/net0000"),
    "half-open": Fault(kind=Kind.HALF_OPEN),
    "not reading": Fault(kind=Kind.DEAF),
    "malformed": Fault(kind=Kind.MALFORMED, count=2),
    "unknown": Fault(kind=Kind.UNKNOWN),
    "503": Fault(kind=Kind.REFUSE, status=503),
    "429": Fault(kind=Kind.REFUSE, status=429, retry_after=0.5),
    "hang": Fault(kind=Kind.HANG),
}
DEEPGRAM: Final[Mapping[str, Fault]] = {
    **BOTH,
    "stall": Fault(kind=Kind.STALL, delay=10.0),
    "slow": Fault(kind=Kind.SLOW, delay=1.5),
    "late": Fault(kind=Kind.LATE, delay=1.2),
    "reorder": Fault(kind=Kind.REORDER),
    "repeat": Fault(kind=Kind.REPEAT),
}
HUME: Final[Mapping[str, Fault]] = {
    **BOTH,
    "close 1012": Fault(kind=Kind.CLOSE, code=1012),
    "stall": Fault(kind=Kind.STALL, delay=2.0),
    "slow": Fault(kind=Kind.SLOW, delay=0.3),
    "late": Fault(kind=Kind.LATE, delay=0.4),
    "rate limit": Fault(kind=Kind.RATE_LIMIT, count=3),
}
FINAL: Final[Mapping[str, Fault]] = {str(s): Fault(kind=Kind.REFUSE, status=s) for s in (400, 401, 402, 403)}
"""Refusals that no retry can mend."""
DEEPGRAM_MOMENTS: Final[Mapping[str, Moment]] = {
    "before audio": Moment(1, 0.0),
    "mid-word": Moment(1, 1.0),
    "before a final": Moment(1, 1.75),
    "while replaying": Moment(2, 0.45, (Fault(kind=Kind.HALF_OPEN, at=1.2),)),
}
HUME_MOMENTS: Final[Mapping[str, Moment]] = {
    "before audio": Moment(1, 0.0),
    "mid-word": Moment(1, 1.0),
    "before an end": Moment(1, 1.9),
    "after a reconnect": Moment(2, 0.5, (Fault(kind=Kind.DROP, at=1.2),)),
}


def script(fault: Fault, moment: Moment, *, refusals: int = 2) -> tuple[Fault, ...]:
    """The faults that put `fault` at that moment.

    A connection can be refused only when it is made, so a drop at the moment goes before `refusals` of them.
    """
    if fault.kind in (Kind.REFUSE, Kind.HANG) and moment.at and not moment.before:
        again = msgspec.structs.replace(fault, on=f"2-{1 + refusals}")
        return (Fault(kind=Kind.DROP, at=moment.at), again)
    return (*moment.before, msgspec.structs.replace(fault, on=moment.connection, at=moment.at))


def flapping(moment: Moment, times: int = 5) -> tuple[Fault, ...]:
    """So many connections in a row that break at that moment, or soon after they begin."""
    first = moment.connection
    drop = Fault(kind=Kind.DROP, on=f"{first}-{first + times - 1}", at=max(moment.at, 0.3))
    return (*moment.before, drop)


async def side_by_side(trials: Mapping[str, Coroutine[Any, Any, T]], stagger_s: float = 0.0) -> dict[str, T]:
    """Run all trials at once, each begun `stagger_s` after the one before; their results by name."""
    async with asyncio.TaskGroup() as group:
        tasks = {}
        for name, trial in trials.items():
            tasks[name] = group.create_task(trial)
            await asyncio.sleep(stagger_s)
    return {name: task.result() for name, task in tasks.items()}
