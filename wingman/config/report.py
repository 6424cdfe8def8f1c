"""Settings of what is left after a meeting."""

from __future__ import annotations

import msgspec

from wingman.config.section import Secret, Section


class WebhookSettings(Section, frozen=True):
    """One address that is told about meetings."""

    url: str = ""
    """Where to POST events."""
    secret: Secret = Secret()
    """Signing secret: `whsec_` and at least 24 random bytes in base64 (standardwebhooks.com)."""
    events: tuple[str, ...] = ("meeting.started", "meeting.ended", "summary.ready")
    """Event types to send."""


class ReportSettings(Section, frozen=True):
    """What is left after a meeting, and where it is sent."""

    summary: bool = True
    """Write a summary when a meeting ends."""
    record_events: bool = True
    """Keep what the providers said (beside the meeting's events), so that a replay can vary the join."""
    store_audio: bool = False
    """Keep each channel's sound in the data folder, to listen to and to replay; tell everybody in the call."""
    webhooks: dict[str, WebhookSettings] = msgspec.field(default_factory=dict)
    """Receivers of signed webhooks, by a name of your choice."""
