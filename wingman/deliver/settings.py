"""Settings of the event log and the hub."""

from __future__ import annotations

from wingman.settings import Section


class DeliverSettings(Section, frozen=True):
    data_dir: str = ""
    """Where the event log lives; empty means `$XDG_DATA_HOME/wingman` or `~/.local/share/wingman`."""
