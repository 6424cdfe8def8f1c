"""What a service does beside its meetings: webhooks, retention, and getting ready before anybody waits."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.archive.audio_store import Shelf
from wingman.archive.retention import Eraser, Forget, keep
from wingman.config.settings import Settings
from wingman.events.hub import Hub
from wingman.events.index import Archive
from wingman.events.log import EventLog
from wingman.events.webhooks import Hook, Webhooks


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Built by `open_upkeep`."""

    log: EventLog
    webhooks: Webhooks | None
    retention_days: int
    shelf: Shelf | None = None
    """Where meetings' sound lies; None for a service that keeps nothing."""

    @property
    def forget(self) -> Sequence[Forget]:
        """What removes a deleted meeting's traces beside the log's rows."""
        rooms = (self.webhooks, self.shelf)
        return tuple(room.forget for room in rooms if room is not None)

    async def deliver(self) -> None:
        """Send webhooks until cancelled."""
        if self.webhooks is not None:
            await self.webhooks.run()

    async def retain(self, live: Callable[[], Collection[str]]) -> None:
        """Remove what is older than the settings allow, now and every hour, until cancelled."""
        if isinstance(self.log, Archive):
            await keep(Eraser(self.log, self.forget), self.retention_days, live)


@contextlib.asynccontextmanager
async def open_upkeep(settings: Settings, log: EventLog, hub: Hub, folder: Path) -> AsyncIterator[Upkeep]:
    """`folder` is where the log lives. Raises `InputError` when a webhook's settings make no sense."""
    hooks = [Hook.of(name, hook) for name, hook in settings.report.webhooks.items()]
    days = settings.deliver.retention_days
    shelf = Shelf(folder, settings.deliver.encryption_key.reveal())
    if not hooks:
        yield Upkeep(log, None, days, shelf)
        return
    webhooks = Webhooks(hooks, log, folder / "webhooks.db")
    hub.tap(webhooks.offer)
    try:
        yield Upkeep(log, webhooks, days, shelf)
    finally:
        await webhooks.aclose()


async def warm_up(transcriber: str) -> None:
    """Import what the first meeting would otherwise wait for."""
    if transcriber == "deepgram":
        from wingman.stt.deepgram.transcriber import preload

        await preload()
