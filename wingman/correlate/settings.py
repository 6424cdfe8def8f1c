"""Settings of the join."""

from __future__ import annotations

from wingman.settings import Section


class CorrelateSettings(Section, frozen=True):
    grace_s: float = 2.0
    """Media seconds an utterance waits for its emotion before it is settled without."""
