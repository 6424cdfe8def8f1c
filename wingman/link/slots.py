"""At most so many things at once, whoever counts: the processes of a machine, or all nodes of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Held(Protocol):
    """One of the things there are so many of."""

    def release(self) -> None:
        """Somebody else may have it. Idempotent."""
        ...


class Slots(Protocol):
    """What a vendor's plan allows at once."""

    count: int
    """0 for no limit."""

    @property
    def wanted(self) -> bool:
        """Somebody waits for a slot."""
        ...

    def take_now(self) -> Held | None:
        """A slot that is free at this moment; None when none is known to be."""
        ...

    async def take(self, held: Callable[[], None] = lambda: None) -> Held:
        """A slot, as soon as there is one. `held` is called once when that takes long."""
        ...


SlotsOf = Callable[[str, int], Slots]
"""The slots of a name, and how many there are."""
