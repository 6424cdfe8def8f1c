"""All payloads in one union, so that whoever reads events can be checked for leaving none out."""

from __future__ import annotations

from typing import TypeAlias, cast

from wingman.core.events.base import Envelope, Event
from wingman.core.events.capture import (
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
from wingman.core.events.records import CostUpdated, EgressRecorded, SummaryEdited, SummaryReady, WebhookSettled
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
    TranscriptEdited,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceRevised,
    VoiceSound,
)

CardEnd: TypeAlias = SuggestionCompleted | SuggestionSuperseded | SuggestionExpired | SuggestionFailed
"""How a card may end; each does exactly once."""
CardStep: TypeAlias = SuggestionUpdated | CardEnd
"""What comes of a card."""
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
