"""What the routes need of the meetings they serve. `wingman.app` supplies it; routes never import it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from wingman.audio.source import PLAYED, AudioSource, SourceKind, SourceOrigin
from wingman.core.time import Channel


@dataclass(frozen=True, slots=True)
class MeetingSpec:
    """How a meeting is to be run; what is left empty comes from the configuration."""

    title: str = ""
    playbook: str = ""
    language: str = ""
    emotion_policy: str = ""
    consent: str = ""
    """The notice that was acknowledged, by name (`counterpart@1`) or in its very words."""
    by: str = ""
    """Who acknowledged it: the service fills in the grant that asked."""
    brief: str = ""
    """Who is in the call and what the user wants from it; goes into the prompt."""
    verbosity: str = ""
    mode: str = ""
    faces: str = ""
    """Where pictures of faces may come from: `tab` or `camera`; empty or `off` for nowhere."""
    faces_consent: str = ""
    """The words the user acknowledged for that; those for voices do not count."""
    keyterms: tuple[str, ...] = ()


SPEC_QUERY = ("title", "playbook", "language", "emotion_policy", "consent", "brief", "verbosity", "mode")
"""Its fields that whoever brings sound may give in a query."""


@dataclass(frozen=True, slots=True)
class LiveSource:
    """What feeds a meeting now."""

    channels: tuple[Channel, ...]
    kind: SourceKind
    """`whip` (WebRTC), `pcm` (a WebSocket with samples or a telephone stream) or `recording`."""
    by: str = ""
    """The grant it came with; empty for what the service itself plays. Whoever asks and may not list grants is
    told its own alone."""
    name: str = ""
    """What that grant is called."""


@dataclass(frozen=True, slots=True)
class MeetingStatus:
    """One meeting at a glance."""

    id: str
    title: str
    state: str
    """`live`, `paused`, `orphaned` (its node is gone, another one will go on) or `ended`."""
    started_at: float
    seconds: float
    channels: tuple[Channel, ...] = ()
    """The channels that have been fed."""
    sources: tuple[LiveSource, ...] = ()
    """Who feeds them now: one for each connection or socket channel, also while it is muted or paused."""
    playbook: str = ""
    emotion_policy: str = "off"
    providers: dict[str, str] = field(default_factory=dict)
    """Branch name → provider name."""
    tags: tuple[str, ...] = ()
    role: str = ""
    """What the asker may do, `owner` or `viewer`; told where one meeting is asked for."""
    grant: str = ""
    """The asker's grant, by which it knows its own `sources`; told where one meeting is asked for."""


class MeetingHandle(Protocol):
    """One live meeting. Commands raise `InputError` when their arguments make no sense."""

    @property
    def id(self) -> str:
        """The meeting's id."""
        ...

    def status(self) -> MeetingStatus:
        """The meeting at a glance, as of now."""
        ...

    async def attach(self, source: AudioSource, origin: SourceOrigin = PLAYED) -> None:
        """Run `source` in this meeting. Raises `InputError(status=409)` when a channel is taken."""
        ...

    async def detach(self, source: AudioSource) -> None:
        """Stop `source` and wait until it has let go. Idempotent."""
        ...

    def show(self, name: Channel, picture: bytes, age_s: float = 0.0) -> bool:
        """A JPEG or PNG of a channel's speakers, taken `age_s` seconds ago. Whether it will be measured."""
        ...

    def pause(self) -> None:
        """Let nothing be listened to, at once. Idempotent."""
        ...

    def resume(self) -> None:
        """Listen again. Idempotent."""
        ...

    async def end(self, reason: str = "stopped") -> None:
        """End the meeting and wait until everything heard is in the log. Idempotent."""
        ...

    def act(self, action: str, text: str = "") -> str:
        """An explicit request (`say`, `clarify`, `recap`, `fact-check`, `ask`, `stop`); returns its id."""
        ...

    def feedback(self, suggestion: str, feedback: str) -> None:
        """What the user did with a card. Raises `InputError` for an unknown one."""
        ...

    def note(self, text: str, by: str = "") -> str:
        """Keep `text` with this moment; returns the note's id. `by` names whoever wrote it for the user."""
        ...

    def push(self, text: str, by: str) -> str:
        """Show the user a card that a person wrote; returns its id."""
        ...

    def control(self, setting: str, value: Any) -> None:
        """Change a live setting: `verbosity`, `mode`, `playbook`, `speaker_name`, `emotion_policy` …"""
        ...


class Meetings(Protocol):
    """The meetings of this process."""

    async def create(self, spec: MeetingSpec, *, made_by_source: bool = False) -> MeetingHandle:
        """`made_by_source`: for one source, whose meeting leaves no trace when it never brings audio."""
        ...

    def live(self, meeting: str) -> MeetingHandle:
        """Raises `InputError(status=404)` when no such meeting runs here."""
        ...

    def all_live(self) -> Sequence[MeetingHandle]:
        """Every meeting that runs here."""
        ...
