"""The public events: what goes into a meeting's log and out to overlays, SSE readers and webhooks.

Each payload is a frozen dataclass bound to its wire name by `@event`. Times inside payloads and in
`Media` are seconds of media time (see `wingman.core.time.seconds`); `Envelope.at` is wall time, for
display. The schema is versioned by `Envelope.v`; within one version changes only ever add fields.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from wingman.core.errors import Branch, Health
from wingman.core.json import JsonObject
from wingman.core.losses import LossCause, LossUnit
from wingman.core.media import GapCause
from wingman.core.time import Channel, Span, samples, seconds
from wingman.core.utterance import EmotionReading, Family, Sound, Utterance, settled

VERSION = 1


class Event:
    """Any payload: a frozen dataclass that `@event` binds to its wire name."""

    __slots__ = ()
    TYPE: ClassVar[str]


EVENTS: dict[str, type[Event]] = {}
"""Wire name → payload class, in the order of definition."""

E = TypeVar("E", bound=Event)


def event(name: str) -> Callable[[type[E]], type[E]]:
    """Bind a payload class to its wire name (`Class.TYPE` holds it too)."""

    def bind(cls: type[E]) -> type[E]:
        if name in EVENTS:
            raise ValueError(f"two payload classes claim the event type {name!r}")
        EVENTS[name] = cls
        cls.TYPE = name
        return cls

    return bind


@dataclass(frozen=True, slots=True)
class Media:
    """Where in the meeting an event belongs: seconds of media time on one channel."""

    channel: Channel
    start: float
    end: float

    @classmethod
    def of(cls, channel: Channel, span: Span) -> Media:
        """`span` in seconds, on `channel`."""
        return cls(channel, seconds(span.start), seconds(span.end))


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it is logged and delivered. `seq` counts from 1 without a gap, per meeting."""

    v: int
    seq: int
    type: str
    meeting: str
    at: float
    """Wall time, seconds since the Unix epoch."""
    data: Event | JsonObject
    """The payload: one of the classes in `EVENTS`, by `type`; plain JSON for a type of a newer version."""
    media: Media | None = None

    def payload(self, kind: builtins.type[E]) -> E:
        """The payload, which has to be a `kind`. Raises `TypeError` when it is not."""
        if not isinstance(self.data, kind):
            raise TypeError(f"a {self.type} carries no {kind.__name__}")
        return self.data


Publish = Callable[[Event, "Media | None"], None]
"""How rooms hand a payload to the log: `publish(payload, media)`. Never blocks, never raises."""


# --- the meeting ------------------------------------------------------------------------------


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


READ_AS_FILE = "read as a file, not as it was spoken"
"""What a recording says of itself that nobody hears: nobody waits for what comes of it."""


@event("capture.state")
@dataclass(frozen=True, slots=True)
class CaptureState(Event):
    """What a channel's source says of itself."""

    channel: Channel
    state: str
    """`connecting`, `capturing`, `no_signal`, `stalled`, `paused`, `gone` or `ended`."""
    detail: str = ""


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


# --- what was said ----------------------------------------------------------------------------


@event("transcript.partial")
@dataclass(frozen=True, slots=True)
class TranscriptPartial(Event):
    """Replaces the channel's previous partial; empty text clears it."""

    channel: Channel
    speaker: str
    text: str
    firm: int = 0
    """Characters at the beginning of `text` that will hardly change."""


@event("transcript.gap")
@dataclass(frozen=True, slots=True)
class TranscriptGap(Event):
    """A stretch that a branch did not hear; the envelope's `media` says where."""

    channel: Channel
    branch: Branch
    cause: GapCause


@dataclass(frozen=True, slots=True)
class SoundData:
    """Public form of a vocal burst."""

    word: str
    """What a transcript says for it: `laughs`."""
    label: str
    """The provider's own label."""
    score: float
    start: float
    """Seconds of media time on the channel, as in `Media`."""
    end: float

    @classmethod
    def of(cls, sound: Sound) -> SoundData:
        """The public form of `sound`."""
        return cls(sound.word, sound.label, sound.score, seconds(sound.start), seconds(sound.end))


@dataclass(frozen=True, slots=True)
class UtteranceData(Event):
    """Public form of an utterance (its times are the envelope's `media`)."""

    id: str
    speaker: str
    text: str
    confidence: float
    revision: int
    emotion: EmotionReading
    """How it was said; under `text-only` what its words express."""
    language: EmotionReading | None = None
    """What the words express, beside the voice; None where nobody measures them."""
    face: EmotionReading | None = None
    """What the face showed; None where no pictures are measured."""
    sounds: tuple[SoundData, ...] = ()
    """Laughs, sighs and the like beside or between the words, in order."""

    @property
    def settled(self) -> bool:
        """No reading of it is still to come."""
        return settled(self.emotion, self.language, self.face)

    @classmethod
    def of(cls, utterance: Utterance) -> UtteranceData:
        """The public form of `utterance`."""
        return cls(
            utterance.id,
            utterance.speaker,
            utterance.text,
            round(utterance.confidence, 3),
            utterance.revision,
            utterance.emotion,
            utterance.language,
            utterance.face,
            tuple(SoundData.of(sound) for sound in utterance.sounds),
        )

    def restored(self, media: Media) -> Utterance:
        """The inverse of `of`, without the words one by one and the sounds."""
        return Utterance(
            id=self.id,
            channel=media.channel,
            speaker=self.speaker,
            start=samples(media.start),
            end=samples(media.end),
            text=self.text,
            words=(),
            confidence=self.confidence,
            emotion=self.emotion,
            revision=self.revision,
            language=self.language,
            face=self.face,
        )


@event("utterance.created")
@dataclass(frozen=True, slots=True)
class UtteranceCreated(UtteranceData):
    """Somebody said something (revision 0)."""


@event("utterance.revised")
@dataclass(frozen=True, slots=True)
class UtteranceRevised(UtteranceData):
    """What is known of it now (revision 1): its tone, as a rule."""


@event("voice.sound")
@dataclass(frozen=True, slots=True)
class VoiceSound(Event):
    """A vocal burst that no utterance carries: somebody laughed, and said nothing."""

    word: str
    """What a transcript says for it: `laughs`."""
    label: str
    """The provider's own label."""
    score: float
    utterance: str = ""
    """Id of the utterance it stands beside, when that had been told before."""


@event("transcript.edited")
@dataclass(frozen=True, slots=True)
class TranscriptEdited(Event):
    """The user corrected what was written down. What was heard stays in the log."""

    utterance: str
    text: str
    """The corrected words; empty goes back to what was heard."""


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


@event("emotion.shift")
@dataclass(frozen=True, slots=True)
class EmotionShifted(Event):
    """A speaker's mood changed for longer than a sentence."""

    speaker: str
    before: Family
    after: Family
    utterance: str


# --- suggestions ------------------------------------------------------------------------------


@event("suggestion.created")
@dataclass(frozen=True, slots=True)
class SuggestionCreated(Event):
    """A card is shown."""

    id: str
    kind: str
    """`question`, `price`, `objection`, `stall`, `competitor`, `buying`, `pain`, `risk`, `churn`, `cue` …"""
    reason: str
    """Why Wingman speaks: the gate's reason code."""
    utterance: str | None
    """Id of the utterance that asked for it."""
    origin: str
    """`playbook`, or the model's provider name."""
    text: str = ""
    """The instant text (a playbook cue); deltas extend or replace it."""
    title: str = ""
    source: str = ""
    """Where the facts come from (playbook name, document and heading)."""
    priority: int = 0
    expires_in: float | None = None
    """Seconds after which the card is stale."""
    latency_ms: float | None = None
    """From the trigger (end of the utterance as delivered to the gate) to this event."""


@event("suggestion.delta")
@dataclass(frozen=True, slots=True)
class SuggestionDelta(Event):
    """More text for a card."""

    id: str
    text: str


@event("suggestion.completed")
@dataclass(frozen=True, slots=True)
class SuggestionCompleted(Event):
    """A card is whole."""

    id: str
    text: str
    """The whole text, so that a late client needs no deltas."""
    origin: str
    first_token_ms: float | None = None
    total_ms: float | None = None
    source: str = ""
    """Of a model's text, the note it tells (document and heading); of any other, what `created` has."""


@event("suggestion.superseded")
@dataclass(frozen=True, slots=True)
class SuggestionSuperseded(Event):
    """A newer card takes its place."""

    id: str
    by: str
    """Id of the suggestion or utterance that took its place."""


@event("suggestion.expired")
@dataclass(frozen=True, slots=True)
class SuggestionExpired(Event):
    """A card is out of date."""

    id: str
    reason: str


@event("suggestion.failed")
@dataclass(frozen=True, slots=True)
class SuggestionFailed(Event):
    """A card could not be written."""

    id: str
    kind: str
    """A `FaultKind`, or `blocked`, `empty`, `truncated`."""
    detail: str


@event("suggestion.skipped")
@dataclass(frozen=True, slots=True)
class SuggestionSkipped(Event):
    """Why Wingman kept silent at this moment."""

    reason: str
    """The gate's reason code for staying silent."""
    utterance: str | None = None
    detail: str = ""


@event("suggestion.updated")
@dataclass(frozen=True, slots=True)
class SuggestionUpdated(Event):
    """A user's feedback on a card was stored."""

    id: str
    feedback: str
    """`used`, `copied`, `pinned`, `unpinned`, `dismissed` or `wrong`."""


# --- the rest ---------------------------------------------------------------------------------


@event("cost.updated")
@dataclass(frozen=True, slots=True)
class CostUpdated(Event):
    """What the meeting has cost so far."""

    total: float
    """In `currency`, since the meeting began."""
    per_hour: float
    by_provider: dict[str, float] = field(default_factory=dict)
    currency: str = "USD"
    degraded: str = ""
    """What the budget has switched off (`emotion`, `rate`, `model`); empty while within it."""


@event("egress.recorded")
@dataclass(frozen=True, slots=True)
class EgressRecorded(Event):
    """What one provider was sent between two moments. Silence in the ledger means: nothing was."""

    to: str
    """The provider's name."""
    branch: Branch
    kind: str
    """`audio`, `text` or `pictures`."""
    bytes: int
    seconds: float
    """Seconds of audio; 0 for text."""
    since: float
    """Wall time at which this entry begins."""
    until: float
    """Wall time at which it ends; entries of one provider never overlap and never span a pause."""
    channel: Channel | None = None
    consent: str = ""
    """The words that were acknowledged before this was sent; empty when none were asked for."""
    count: int = 0
    """Pictures; 0 for everything else."""


@event("webhook.settled")
@dataclass(frozen=True, slots=True)
class WebhookSettled(Event):
    """A receiver has taken an event, or was given up: nobody sends it again. Told only where another process
    would have to know (`cluster.url`)."""

    hook: str
    """The receiver's name in the settings."""
    about: int
    """`seq` of the event."""
    state: str
    """`delivered` or `failed`."""


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One thing worth keeping, and where it was said."""

    kind: str
    """`decision`, `action` or `question`."""
    text: str
    at: float
    """Seconds of media time of the moment it was said."""
    utterance: str
    """Id of the utterance it was found in."""
    owner: str = ""
    """Who is to do it (`you`, `them`, or a name that was said); empty when that is not known."""
    due: str = ""
    """Until when, in the words that were said (`by friday`); empty when no time was named."""
    id: str = ""
    """What an edit names it by; empty in meetings summed up before there were edits."""
    done: bool = False


@event("summary.ready")
@dataclass(frozen=True, slots=True)
class SummaryReady(Event):
    """The meeting's summary."""

    origin: str
    """`extractive`, or the model's provider name."""
    text: str
    decisions: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    items: tuple[SummaryItem, ...] = ()
    """The same decisions, actions and questions with their moments."""


@event("summary.edited")
@dataclass(frozen=True, slots=True)
class SummaryEdited(Event):
    """The user changed one item of the summary, added one, or took one out. What was summed up stays in the
    log."""

    item: str
    """The item's id: its kind and the utterance it was found in, or a new one."""
    kind: str
    """`decision`, `action` or `question`."""
    text: str
    """Empty takes the item out."""
    owner: str = ""
    due: str = ""
    """When it is to be done, in the words that were used or as the user wrote it."""
    done: bool = False
    at: float = 0.0
    utterance: str = ""


@event("stream.reset")
@dataclass(frozen=True, slots=True)
class StreamReset(Event):
    """Sent to one client only (not logged): what it asked for is gone; a snapshot follows."""

    reason: str
    snapshot: JsonObject = field(default_factory=dict)
    epoch: int = 0
    """As in `stream.caught_up`."""


@event("stream.caught_up")
@dataclass(frozen=True, slots=True)
class StreamCaughtUp(Event):
    """Sent to one client only (not logged): everything up to `seq` has been delivered."""

    last: int
    epoch: int = 0
    """Which of the meeting's nodes wrote that, counted from 1; 0 for a service of one process."""
