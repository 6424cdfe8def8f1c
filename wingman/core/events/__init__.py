"""The public events: what goes into a meeting's log and out to overlays, SSE readers and webhooks.

Each payload is a frozen dataclass bound to its wire name by `@event`. Times inside payloads and in
`Media` are seconds of media time (see `wingman.core.time.seconds`); `Envelope.at` is wall time, for
display. The schema is versioned by `Envelope.v`; within one version changes only ever add fields.
"""

from typing import TypeAlias, cast

from wingman.core.events.base import EVENTS, VERSION, Envelope, Event, Media, Publish, event
from wingman.core.events.capture import (
    READ_AS_FILE,
    AudioState,
    CaptureLoss,
    CaptureState,
    ProviderStateChanged,
    StorageState,
)
from wingman.core.events.meeting import (
    ConsentRecorded,
    MeetingEnded,
    MeetingEnding,
    MeetingMove,
    MeetingMoved,
    MeetingPaused,
    MeetingRenamed,
    MeetingResumed,
    MeetingStarted,
    MeetingTagged,
    MeetingWindingDown,
    NoteAdded,
    NoteRemoved,
    PolicyApplied,
    SettingChanged,
    SpeakerRenamed,
)
from wingman.core.events.records import (
    CostUpdated,
    EgressRecorded,
    SummaryEdited,
    SummaryItem,
    SummaryReady,
    WebhookSettled,
)
from wingman.core.events.stream import StreamCaughtUp, StreamReset
from wingman.core.events.suggestion import (
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSkipped,
    SuggestionSuperseded,
    SuggestionUpdated,
)
from wingman.core.events.transcript import (
    EmotionShifted,
    SoundData,
    TranscriptEdited,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceData,
    UtteranceRevised,
    VoiceSound,
)

Payload: TypeAlias = (
    AudioState
    | CaptureLoss
    | CaptureState
    | ConsentRecorded
    | CostUpdated
    | EgressRecorded
    | EmotionShifted
    | MeetingEnded
    | MeetingEnding
    | MeetingMove
    | MeetingMoved
    | MeetingPaused
    | MeetingRenamed
    | MeetingResumed
    | MeetingStarted
    | MeetingTagged
    | MeetingWindingDown
    | NoteAdded
    | NoteRemoved
    | PolicyApplied
    | ProviderStateChanged
    | SettingChanged
    | SpeakerRenamed
    | StorageState
    | StreamCaughtUp
    | StreamReset
    | SuggestionCompleted
    | SuggestionCreated
    | SuggestionDelta
    | SuggestionExpired
    | SuggestionFailed
    | SuggestionSkipped
    | SuggestionSuperseded
    | SuggestionUpdated
    | SummaryEdited
    | SummaryReady
    | TranscriptEdited
    | TranscriptGap
    | TranscriptPartial
    | UtteranceCreated
    | UtteranceRevised
    | VoiceSound
    | WebhookSettled
)
"""Every payload there is. Whoever matches one and leaves none to `_` is told by mypy of any that is added."""


def payload_of(envelope: Envelope) -> Payload | None:
    """The payload of a type that this version knows; None for one of a newer version."""
    return cast("Payload", envelope.data) if isinstance(envelope.data, Event) else None


__all__ = [
    "EVENTS",
    "READ_AS_FILE",
    "VERSION",
    "AudioState",
    "CaptureLoss",
    "CaptureState",
    "ConsentRecorded",
    "CostUpdated",
    "EgressRecorded",
    "EmotionShifted",
    "Envelope",
    "Event",
    "Media",
    "MeetingEnded",
    "MeetingEnding",
    "MeetingMove",
    "MeetingMoved",
    "MeetingPaused",
    "MeetingRenamed",
    "MeetingResumed",
    "MeetingStarted",
    "MeetingTagged",
    "MeetingWindingDown",
    "NoteAdded",
    "NoteRemoved",
    "Payload",
    "PolicyApplied",
    "ProviderStateChanged",
    "Publish",
    "SettingChanged",
    "SoundData",
    "SpeakerRenamed",
    "StorageState",
    "StreamCaughtUp",
    "StreamReset",
    "SuggestionCompleted",
    "SuggestionCreated",
    "SuggestionDelta",
    "SuggestionExpired",
    "SuggestionFailed",
    "SuggestionSkipped",
    "SuggestionSuperseded",
    "SuggestionUpdated",
    "SummaryEdited",
    "SummaryItem",
    "SummaryReady",
    "TranscriptEdited",
    "TranscriptGap",
    "TranscriptPartial",
    "UtteranceCreated",
    "UtteranceData",
    "UtteranceRevised",
    "VoiceSound",
    "WebhookSettled",
    "event",
    "payload_of",
]
