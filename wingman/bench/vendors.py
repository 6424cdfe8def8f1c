"""What a measurement of the whole wait needs of whoever stands in for the vendors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wingman.core.json import JsonObject


class Ask(Protocol):
    """A request that reached the model, and when its first words left it."""

    @property
    def at(self) -> float:
        """When it came."""
        ...

    @property
    def answered(self) -> float:
        """When it was answered."""
        ...


class VendorNotes(Protocol):
    """What the vendors put down of one call, on the clock `time.perf_counter`."""

    @property
    def asks(self) -> Sequence[Ask]:
        """The model's requests, in their order."""
        ...

    @property
    def connections(self) -> int:
        """Channels that the transcriber has been connected to."""
        ...

    def finals(self, channel: str) -> Sequence[tuple[float, float]]:
        """Seconds of media at which a final's last word ends, and when that final was sent."""
        ...

    def arrived(self, channel: str, media_s: float) -> float | None:
        """When the transcriber had so much of the channel; None where it never had."""
        ...


class Vendors(Protocol):
    """Whoever stands in for transcriber, meter and model while calls are measured."""

    def settings(self, chunk_ms: int) -> JsonObject:
        """The sections of a service that uses them, and sends sound in pieces of `chunk_ms`."""
        ...

    def expect(self, brief: str) -> VendorNotes:
        """The next call is about to begin; `brief` stands in its prompts and in no other's."""
        ...
