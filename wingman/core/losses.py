"""What was dropped on the way in, in one vocabulary for senders, files, sockets and providers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LossCause(StrEnum):
    """Why something that was sent, or stood in a file, did not become sound or words."""

    LOST = "lost"
    """Packets that never came; the codec bridged them or left silence."""
    LATE = "late"
    """Packets that came after their place was given up."""
    UNDECODABLE = "undecodable"
    """Packets or frames whose content is damaged."""
    OTHER_STREAM = "other_stream"
    """Packets of a stream that another one has replaced."""
    OVERLAP = "overlap"
    """Sound whose time stamps say that its place had sound already."""
    HOLE = "hole"
    """Time in which a recording holds nothing."""
    CUT_OFF = "cut_off"
    """The end of a file that is not there."""
    NOT_TAKEN = "not_taken"
    """Audio tracks of a file that were not asked for."""
    SILENT = "silent"
    """A track without a sound from beginning to end."""
    QUIET = "quiet"
    """Speech so quiet that words get lost."""
    CLIPPED = "clipped"
    """Speech so loud that it is cut off at full scale."""
    ODD_FIELD = "odd_field"
    """Fields of a provider's message that were not what they ought to be and fell back to a default."""


class LossUnit(StrEnum):
    """What an amount counts."""

    PACKETS = "packets"
    TRACKS = "tracks"
    FIELDS = "fields"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Loss:
    """So much of something was dropped."""

    cause: LossCause
    unit: LossUnit
    amount: float
    detail: str = ""
    """One sentence for a person; empty where the figure says it all."""
