"""What a service does beside its meetings: webhooks, retention, and where stored sound lies."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.archive.audio_store import AudioStore, KeyOf
from wingman.archive.retention import Eraser, Forget, sweep_hourly
from wingman.archive.storage import Storage
from wingman.archive.storage_address import storage_of
from wingman.config.settings import Settings
from wingman.events.hub import Hub
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.events.webhook_store import DeliveryStore
from wingman.events.webhooks import Hook, Webhooks


@dataclass(frozen=True, slots=True)
class BackgroundServices:
    """Built by `open_background`."""

    log: EventLog
    webhooks: Webhooks | None
    retention_days: int
    audio_store: AudioStore | None = None
    """Where meetings' sound lies; None for a service that keeps nothing."""

    @property
    def forget(self) -> Sequence[Forget]:
        """What removes a deleted meeting's traces beside the log's rows."""
        rooms = (self.webhooks, self.audio_store)
        return tuple(room.forget for room in rooms if room is not None)

    async def deliver(self) -> None:
        """Send webhooks until cancelled."""
        if self.webhooks is not None:
            await self.webhooks.run()

    async def retain(self, live: Callable[[], Collection[str]]) -> None:
        """Remove what is older than the settings allow, now and every hour, until cancelled."""
        if isinstance(self.log, MeetingIndex):
            await sweep_hourly(Eraser(self.log, self.forget), self.retention_days, live)


@contextlib.asynccontextmanager
async def open_background(
    settings: Settings, log: EventLog, hub: Hub, folder: Path | None, key: KeyOf | None = None
) -> AsyncIterator[BackgroundServices]:
    """`folder` is where the log lives; without one nothing is kept, and nothing is sent when it is over.

    `key` seals each meeting's sound, where each has a key of its own. Raises `InputError` when the settings
    of a webhook or of the store make no sense.
    """
    if folder is None:
        yield BackgroundServices(log, None, 0)
        return
    hooks = [Hook.of(name, hook) for name, hook in settings.report.webhooks.items()]
    days = settings.deliver.retention_days
    audio_store = AudioStore(sound_storage(settings, folder), key or settings.deliver.encryption_key.reveal())
    if not hooks:
        yield BackgroundServices(log, None, days, audio_store)
        return
    store = DeliveryStore(folder / "webhooks.db", settings.deliver.encryption_key.reveal())
    webhooks = Webhooks(hooks, log, store, apart=stands_in(settings))
    hub.tap(webhooks.offer)
    try:
        yield BackgroundServices(log, webhooks, days, audio_store)
    finally:
        await webhooks.aclose()


def stands_in(settings: Settings) -> bool:
    """Is it a node with a folder of its own, which stands in for others?"""
    return bool(settings.cluster.url) and not settings.cluster.one_folder


def sound_storage(settings: Settings, folder: Path) -> Storage:
    """Where stored sound lies. Raises `InputError`."""
    store = settings.deliver.store
    return storage_of(
        store.url,
        folder,
        endpoint_url=store.endpoint_url,
        region=store.region,
        access_key=store.access_key.reveal(),
        secret_key=store.secret_key.reveal(),
    )
