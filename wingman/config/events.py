"""Settings of the event log and the hub."""

from __future__ import annotations

from wingman.config.section import Count, Secret, Section
from wingman.config.store import StoreSettings


class DeliverSettings(Section, frozen=True):
    """Where events are kept, and how safely."""

    data_dir: str = ""
    """Where the event log lives; empty means `$XDG_DATA_HOME/wingman` or `~/.local/share/wingman`."""
    fsync: bool = False
    """Survive a power cut, not only a crash of Wingman, at the price of a disk flush per commit."""
    encryption_key: Secret = Secret()
    """Encrypt the event log with this key; empty leaves it plain (needs the `encryption` extra)."""
    retention_days: Count = 0
    """Delete meetings this many days after their last event; 0 keeps them."""
    store: StoreSettings = StoreSettings()
    """Where stored sound lies (`report.store_audio`)."""
