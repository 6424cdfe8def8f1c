"""What a running meeting spends, as it spends it, and when it has to give something up."""

from __future__ import annotations

from wingman.model.events import Publish
from wingman.model.faults import Branch
from wingman.model.time import Channel, seconds
from wingman.suggest.base import Usage
from wingman.suggest.cost import CostMeter, Level

REPORT_EVERY_S = 10.0
"""Media seconds between two `cost.updated` events."""


class Budget:
    """Charges the audio that reached providers and the tokens of answers; says when the level changes."""

    def __init__(self, meter: CostMeter, publish: Publish) -> None:
        self._meter = meter
        self._publish = publish
        self._charged: dict[tuple[Channel, Branch], int] = {}
        self._reported_at = 0.0
        self._reported = 0.0
        self._level = Level.FULL

    def audio(self, channel: Channel, branch: Branch, provider: str, written: int) -> None:
        """`written` samples have been given to `provider` since the branch began (pauses do not count)."""
        before = self._charged.get((channel, branch), 0)
        if written > before:
            self._charged[channel, branch] = written
            self._meter.audio(provider, seconds(written - before))

    def restart(self, channel: Channel, branch: Branch, written: int) -> None:
        """The branch begins (again) when `written` samples have passed: those are not its to pay for."""
        self._charged[channel, branch] = written

    def tokens(self, provider: str, usage: Usage) -> None:
        self._meter.tokens(provider, usage)

    def report(self, media_seconds: float) -> Level | None:
        """Publish the figures when due. Returns the level when it has changed since the last call."""
        level = self._meter.level
        changed = level is not self._level
        due = media_seconds - self._reported_at >= REPORT_EVERY_S and self._meter.total != self._reported
        if changed or due:
            self._level, self._reported_at, self._reported = level, media_seconds, self._meter.total
            self._publish(self._meter.reading(media_seconds), None)
        return level if changed else None
