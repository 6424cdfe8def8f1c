"""Settings of what is left after a meeting."""

from __future__ import annotations

from wingman.settings import Section


class ReportSettings(Section, frozen=True):
    summary: bool = True
    """Write a summary when a meeting ends."""
