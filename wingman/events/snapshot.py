"""A meeting folded into what a screen needs: the answer to a client whose place in the log is gone."""

from __future__ import annotations

from collections import defaultdict, deque

import msgspec

from wingman.core.errors import Branch
from wingman.core.events import (
    AudioState,
    CaptureLoss,
    CaptureState,
    CardEnd,
    CardStep,
    ConsentRecorded,
    CostUpdated,
    EgressRecorded,
    EmotionShifted,
    Envelope,
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
    ProviderStateChanged,
    SettingChanged,
    SpeakerRenamed,
    StorageState,
    StreamCaughtUp,
    StreamReset,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSkipped,
    SuggestionSuperseded,
    SuggestionUpdated,
    SummaryEdited,
    SummaryReady,
    TranscriptEdited,
    TranscriptGap,
    TranscriptPartial,
    UtteranceData,
    UtteranceRevised,
    VoiceSound,
    WebhookSettled,
    payload_of,
)
from wingman.core.json import JsonObject
from wingman.events.log import EventLog

UTTERANCES = 200
"""Newest utterances kept in a snapshot."""
SOUNDS = 50
"""Newest vocal bursts between utterances kept in a snapshot."""
GAPS = 50
"""Newest stretches without words, and as many without tone, kept in a snapshot."""
CARDS = 20
"""Newest suggestions kept in a snapshot."""
NOTES = 200
"""Newest notes kept in a snapshot."""
NAMES = 100
"""Newest speaker names kept in a snapshot."""

STATES: dict[type[MeetingPaused | MeetingResumed | MeetingEnded], str] = {
    MeetingPaused: "paused",
    MeetingResumed: "live",
    MeetingEnded: "ended",
}
CARD_ENDS: dict[type[CardEnd], str] = {
    SuggestionCompleted: "completed",
    SuggestionSuperseded: "superseded",
    SuggestionExpired: "expired",
    SuggestionFailed: "failed",
}
Whole = MeetingStarted | MeetingRenamed | PolicyApplied | CostUpdated | StorageState | AudioState | SummaryReady
"""The newest of each says all there is to say."""
Passing = (
    CaptureLoss
    | ConsentRecorded
    | EgressRecorded
    | EmotionShifted
    | MeetingEnding
    | MeetingMove
    | MeetingMoved
    | MeetingTagged
    | MeetingWindingDown
    | StreamCaughtUp
    | StreamReset
    | SuggestionDelta
    | SuggestionSkipped
    | SummaryEdited
    | TranscriptPartial
    | WebhookSettled
)
"""Told once, or leading to what comes whole: no screen that begins anew needs it."""


class Snapshot:
    """Folds envelopes, oldest first. `value()` is plain JSON data:

    `{"seq", "state", "latest": {type: data}, "captures": {channel: data}, "providers": {key: data},
    "names": {speaker: name}, "utterances": [{…data, "media"}], "sounds": [{…data, "media"}],
    "gaps": [{…data, "media"}], "suggestions": [{…created, "text", "state", "feedback"}], "notes": [{…data}],
    "edits": {utterance: text}, "settings": {setting: value}}`
    """

    def __init__(self) -> None:
        self._seq = 0
        self._state = "live"
        self._latest: JsonObject = {}
        self._captures: JsonObject = {}
        self._providers: JsonObject = {}
        self._names: dict[str, str] = {}
        self._utterances: dict[str, JsonObject] = {}
        self._order: deque[str] = deque()
        self._sounds: deque[JsonObject] = deque(maxlen=SOUNDS)
        self._gaps: defaultdict[Branch, deque[JsonObject]] = defaultdict(lambda: deque(maxlen=GAPS))
        """By branch: many of the one do not push out those of the other."""
        self._cards: dict[str, JsonObject] = {}
        self._notes: dict[str, JsonObject] = {}
        self._edits: dict[str, str] = {}
        """Utterance → corrected words; empty where they went back to what was heard."""
        self._settings: dict[str, str] = {}

    @classmethod
    async def read(cls, log: EventLog, meeting: str, upto: int) -> JsonObject:
        """The snapshot of a meeting's events up to and including `upto`."""
        snapshot = cls()
        after = 0
        while after < upto and (page := await log.read(meeting, after, min(1000, upto - after))):
            for envelope in page:
                snapshot.add(envelope)
            after = page[-1].seq
        return snapshot.value()

    def add(self, envelope: Envelope) -> None:
        """Fold one event in. What is of a newer version, or leads to what comes whole, changes nothing."""
        self._seq = envelope.seq
        match payload_of(envelope):
            case UtteranceData() as said:
                self._utterance(said, envelope)
            case VoiceSound() as sound:
                self._sounds.append(_plain(sound) | {"media": _plain(envelope.media)})
            case TranscriptGap() as gap:
                self._gaps[gap.branch].append(_plain(gap) | {"media": _plain(envelope.media)})
            case NoteAdded() | NoteRemoved() | TranscriptEdited() as written:
                self._written(written)
            case SuggestionCreated() as created:
                self._created(created)
            case CaptureState() | ProviderStateChanged() | SettingChanged() | SpeakerRenamed() as now:
                self._stands(now)
            case MeetingPaused() | MeetingResumed() | MeetingEnded() as turn:
                self._state = STATES[type(turn)]
            case other:
                self._other(envelope, other)

    def _other(self, envelope: Envelope, payload: Whole | CardStep | Passing | None) -> None:
        if isinstance(payload, Whole):
            self._latest[envelope.type] = _plain(payload)
        elif isinstance(payload, CardStep) and payload.id in self._cards:
            self._stepped(self._cards[payload.id], payload)

    def value(self) -> JsonObject:
        """The snapshot as plain JSON values."""
        return {
            "seq": self._seq,
            "state": self._state,
            "latest": self._latest,
            "captures": self._captures,
            "providers": self._providers,
            "names": self._names,
            "utterances": [self._utterances[key] for key in self._order],
            "sounds": list(self._sounds),
            "gaps": [gap for branch in sorted(self._gaps) for gap in self._gaps[branch]],
            "settings": self._settings,
            "suggestions": list(self._cards.values()),
            "notes": list(self._notes.values()),
            "edits": self._edits,
        }

    def _utterance(self, said: UtteranceData, envelope: Envelope) -> None:
        if said.id not in self._utterances:
            if isinstance(said, UtteranceRevised):
                return  # its first form is older than what is kept
            self._order.append(said.id)
            if len(self._order) > UTTERANCES:
                oldest = self._order.popleft()
                del self._utterances[oldest]
                self._edits.pop(oldest, None)
        self._utterances[said.id] = _plain(said) | {"media": _plain(envelope.media)}

    def _stands(self, now: CaptureState | ProviderStateChanged | SettingChanged | SpeakerRenamed) -> None:
        """How a channel, a provider, a setting or a name stands now."""
        match now:
            case CaptureState():
                self._captures[now.channel] = _plain(now)
            case ProviderStateChanged():
                self._providers[f"{now.branch}:{now.channel or ''}"] = _plain(now)
            case SettingChanged():
                self._settings[now.setting] = now.value
            case SpeakerRenamed(speaker=speaker, name=name):
                self._names[speaker] = name
                if len(self._names) > NAMES:
                    del self._names[next(iter(self._names))]

    def _written(self, written: NoteAdded | NoteRemoved | TranscriptEdited) -> None:
        """What people wrote down or corrected."""
        match written:
            case NoteAdded():
                self._notes[written.id] = _plain(written)
                if len(self._notes) > NOTES:
                    del self._notes[next(iter(self._notes))]
            case NoteRemoved():
                self._notes.pop(written.id, None)
            case TranscriptEdited():
                if written.utterance in self._utterances:
                    self._edits[written.utterance] = written.text

    def _created(self, created: SuggestionCreated) -> None:
        self._cards[created.id] = _plain(created) | {"state": "created", "feedback": ""}
        while len(self._cards) > CARDS:
            del self._cards[next(iter(self._cards))]

    def _stepped(self, card: JsonObject, step: CardStep) -> None:
        if isinstance(step, SuggestionUpdated):
            card["feedback"] = step.feedback
            return
        card["state"] = CARD_ENDS[type(step)]
        if isinstance(step, SuggestionCompleted):
            kept = card["source"] if step.origin == card["origin"] else ""
            card |= {"text": step.text, "origin": step.origin, "source": step.source or kept}


def _plain(value: object) -> JsonObject:
    plain: JsonObject = msgspec.to_builtins(value)
    return plain
