"""What a meeting's sources, its providers and its storage say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.errors import Branch, Health
from wingman.core.events.base import Event, event
from wingman.core.losses import LossCause, LossUnit
from wingman.core.time import Channel

READ_AS_FILE = "read as a file, not as it was spoken"
"""What a recording says of itself that nobody hears: nobody waits for what comes of it."""


@event("capture.state")
@dataclass(frozen=True, slots=True)
class CaptureState(Event):
    """What a channel's source says of itself."""

    channel: Channel
    state: str
    """`connecting`, `capturing`, `no_signal`, `muted` (where it is captured), `stalled`, `paused`, `gone` or
    `ended`."""
    detail: str = ""
    level: str = ""
    """What is wrong with how loud the speech is, while sound comes: `quiet`, `clipped`, or empty."""


@event("capture.loss")
@dataclass(frozen=True, slots=True)
class CaptureLoss(Event):
    """What was sent, or stood in a file, and did not become sound or words: so much since the last event."""

    channel: Channel
    cause: LossCause
    unit: LossUnit
    amount: float
    detail: str = ""
    """One sentence for the user; empty where the figure says it all."""


@event("provider.state")
@dataclass(frozen=True, slots=True)
class ProviderStateChanged(Event):
    """A branch's provider came up, went down or is tried again."""

    branch: Branch
    provider: str
    health: Health
    channel: Channel | None = None
    detail: str = ""
    """One sentence for the user: what is lost and how to mend it."""


@event("storage.state")
@dataclass(frozen=True, slots=True)
class StorageState(Event):
    """The event log changed how safely it keeps this meeting."""

    state: str
    """`stored`, `memory` (the disk refuses; kept in memory until it does not) or `lost` (given up)."""
    detail: str = ""
    """One sentence for the user; empty when all is well."""


@event("audio.state")
@dataclass(frozen=True, slots=True)
class AudioState(Event):
    """The sound is being stored (`report.store_audio`), or no longer is. Without this event it never was."""

    state: str
    """`storing`, or `lost` (the disk refused; what was stored until then is kept)."""
    detail: str = ""
    """One sentence for the user; empty when all is well."""
