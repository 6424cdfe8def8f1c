"""Where files lie: what a service keeps, and the sample meeting that ships."""

from __future__ import annotations

import os
from pathlib import Path

from wingman.config.folders import expanded, home
from wingman.config.settings import Settings

SAMPLE = Path(__file__).parents[1] / "samples" / "meeting.ogg"
"""A conversation of two, one on each side."""


def data_dir(settings: Settings) -> Path:
    """The folder of the event log and of everything beside it: `deliver.data_dir`, else the user's own."""
    if settings.deliver.data_dir:
        return expanded(settings.deliver.data_dir)
    root = os.environ.get("XDG_DATA_HOME") or home() / ".local" / "share"
    return Path(root) / "wingman"
