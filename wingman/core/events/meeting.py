"""A meeting's life, and what people decide, write down and change while it runs or afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.events.base import Event, event
from wingman.core.time import Channel


@event("meeting.started")
@dataclass(frozen=True, slots=True)
class MeetingStarted(Event):
    """A meeting began; who serves it at that moment."""

    title: str
    channels: tuple[Channel, ...]
    playbook: str
    transcriber: str
    emotion: str
    suggester: str
    emotion_policy: str
    verbosity: str = ""
    """How much Wingman says, until `setting.changed`; empty where that was not written down."""
    mode: str = ""
    """When it speaks by itself, likewise."""


@event("meeting.paused")
@dataclass(frozen=True, slots=True)
class MeetingPaused(Event):
    """Nothing is listened to from here on."""

    by: str = "user"


@event("meeting.resumed")
@dataclass(frozen=True, slots=True)
class MeetingResumed(Event):
    """Listening goes on."""

    by: str = "user"


@event("meeting.move")
@dataclass(frozen=True, slots=True)
class MeetingMove(Event):
    """The node that runs the meeting is about to stop: send the sound to another one beside this one."""

    to: str
    """The node, for `to` of `POST /whip`; whoever feeds the meeting may leave it out and come when it moved."""
    within_s: float
    """After so many seconds it lets go in any case."""


@event("meeting.moved")
@dataclass(frozen=True, slots=True)
class MeetingMoved(Event):
    """Another node of the service runs the meeting from here on; what fed it must be sent anew."""

    epoch: int
    """Counts the nodes that have run it."""
    reason: str
    """`lost` (the node before is gone) or `drained` (it was asked to let go)."""


@event("meeting.ended")
@dataclass(frozen=True, slots=True)
class MeetingEnded(Event):
    """A meeting is over, and why."""

    reason: str
    """`stopped`, `source_ended`, `client_gone`, `never_connected`, `shutdown`, `interrupted` or `failed`."""
    seconds: float
    """Media time of the longest channel."""


@event("meeting.ending")
@dataclass(frozen=True, slots=True)
class MeetingEnding(Event):
    """What fed the meeting is over: it ends by itself unless somebody comes back or keeps it open."""

    reason: str
    """As in `meeting.ended`; empty when it goes on after all."""
    ends_in_s: float | None = None
    """Seconds from now; None when it goes on."""


@event("meeting.winding_down")
@dataclass(frozen=True, slots=True)
class MeetingWindingDown(Event):
    """The meeting is ending, and a branch still owes words for audio it has."""

    reason: str
    """As in `meeting.ended`."""
    owed_s: float
    """Seconds of audio not answered for."""
    budget_s: float
    """What is not answered for after this many seconds is told as a gap."""


@event("meeting.renamed")
@dataclass(frozen=True, slots=True)
class MeetingRenamed(Event):
    """The meeting has another name from now on; also long after it ended."""

    title: str


@event("meeting.tagged")
@dataclass(frozen=True, slots=True)
class MeetingTagged(Event):
    """The meeting has these tags from now on, and no others."""

    tags: tuple[str, ...] = ()


@event("note.added")
@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    """Somebody wrote something down during the meeting, or afterwards."""

    id: str
    text: str
    at: float
    """Seconds of media time of the moment it belongs to."""
    by: str = ""
    """Who wrote it where it was not the user: the name on a coach's link."""


@event("note.removed")
@dataclass(frozen=True, slots=True)
class NoteRemoved(Event):
    """A note of the user's own was taken back."""

    id: str


@event("policy.applied")
@dataclass(frozen=True, slots=True)
class PolicyApplied(Event):
    """Whose voice may be measured from here on, and why."""

    emotion_policy: str
    """`off`, `counterpart`, `self`, `both` or `text-only`."""
    reason: str
    faces: str = "off"
    """Where pictures of faces may come from: `off`, `tab` or `camera`."""


@event("consent.recorded")
@dataclass(frozen=True, slots=True)
class ConsentRecorded(Event):
    """Somebody acknowledged what a policy needs."""

    emotion_policy: str
    by: str
    """The grant it was given with, or the command that was run."""
    text: str
    """The very words that were acknowledged."""
    notice: str = ""
    """The notice's id and version, such as `counterpart@1`."""


@event("setting.changed")
@dataclass(frozen=True, slots=True)
class SettingChanged(Event):
    """A live setting has another value from now on."""

    setting: str
    """`playbook`, `verbosity`, `mode` or `brief`."""
    value: str
    """Empty for `brief`: what it says is nobody else's business."""


@event("speaker.renamed")
@dataclass(frozen=True, slots=True)
class SpeakerRenamed(Event):
    """A speaker has a name from now on, and for everything already said."""

    speaker: str
    name: str
