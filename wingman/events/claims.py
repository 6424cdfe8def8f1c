"""Which process runs a meeting, where there are several. `wingman.cluster` has the claims that hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wingman.core.events import Envelope


@dataclass(frozen=True, slots=True)
class Position:
    """How far a channel has come."""

    reached: int
    """Samples received."""
    settled: int
    """Samples up to which all that was said is told."""
    at: float
    """Wall time at which the newest of them came; 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A meeting that another process ran, and that is this one's now."""

    plan: bytes
    """What that process kept for its successor."""
    epoch: int
    """Counts the processes that have run it."""
    positions: Mapping[str, Position] = field(default_factory=dict)
    """Channel → how far it had come."""
    reason: str = "lost"
    """`lost` or `drained`: see `meeting.moved`."""
    events: Sequence[Envelope] = ()
    """What its log tells of it, oldest first; partial transcripts may be left out."""


Positions = Callable[[], Mapping[str, Position]]
"""How far each channel has come."""


class Claims(Protocol):
    """Says who runs what. Only who has claimed a meeting can append to its log."""

    async def claim(self, meeting: str, plan: bytes, positions: Positions) -> None:
        """Run a new meeting here. Raises `InputError` when the others cannot be told."""
        ...

    async def take_over(self, meeting: str) -> Taken:
        """Run a meeting here that nobody runs any more.

        Raises `InputError`: 404 for an unknown one, 410 when it has ended, 409 when somebody does run it.
        """
        ...

    def runs(self, meeting: str, positions: Positions) -> None:
        """Ask this how far the meeting has come, from here on."""
        ...

    def keep_plan(self, meeting: str, plan: bytes) -> None:
        """Keep this for the successor in place of what was kept before."""
        ...

    async def release(self, meeting: str, *, handed_over: bool) -> None:
        """It does not run here any more; when it is handed over, others may claim it at once."""
        ...

    def on_lost(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with a meeting that ran here and that another process has claimed."""
        ...


class Moves(Protocol):
    """What two processes say to each other while a meeting moves from one to the other."""

    @property
    def here(self) -> str:
        """This process."""
        ...

    async def destination(self) -> str:
        """Another process that takes a meeting just now; empty when there is none."""
        ...

    async def coming(self, meeting: str) -> bool:
        """Is whoever runs the meeting about to let it come here?"""
        ...

    async def heard(self, meeting: str, since: float) -> bool:
        """Tell whoever runs it that its client is heard here, from this wall time on."""
        ...

    async def released(self, meeting: str) -> bool:
        """Has whoever ran it let go?"""
        ...
