"""What a meeting's log says of its state: enough for another process to go on with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from wingman.core.emotion_policy import NOTICES, Consent, Policy, check_policy, in_force
from wingman.core.errors import Branch
from wingman.core.events import (
    ConsentRecorded,
    CostUpdated,
    Envelope,
    Media,
    MeetingEnded,
    MeetingPaused,
    MeetingRenamed,
    MeetingResumed,
    MeetingStarted,
    PolicyApplied,
    SettingChanged,
    SpeakerRenamed,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSuperseded,
    TranscriptGap,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.face_policy import FACE_NOTICES, FaceConsent, FacePolicy, check_faces, faces_in_force
from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.meeting.api import MeetingSpec

SAID = 400
"""Utterances that are remembered for prompts and recaps."""
_SETTINGS = ("playbook", "verbosity", "mode")
_ENDS = (SuggestionCompleted, SuggestionSuperseded, SuggestionExpired, SuggestionFailed)


class ClaimedPlan(msgspec.Struct, frozen=True):
    """What no event tells: stored with a meeting's claim, and again when it changes."""

    spec: MeetingSpec
    recorded: bool = False
    """A recording is read into it: nobody else can go on with that."""


def packed(kept: ClaimedPlan) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(kept)


def unpacked(stored: bytes) -> ClaimedPlan:
    """The inverse; an empty one where nothing was stored, or by a version that nobody knows any more."""
    try:
        return msgspec.json.decode(stored, type=ClaimedPlan)
    except msgspec.MsgspecError:
        return ClaimedPlan(MeetingSpec())


@dataclass(slots=True)
class Resumption:
    """Fold the events in, oldest first."""

    seq: int = 0
    """The newest event that was folded in."""
    policy: Policy = "off"
    faces: FacePolicy = "off"
    paused: bool = False
    ended: bool = False
    started_at: float = 0.0
    title: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    spent: Mapping[str, float] = field(default_factory=dict)
    consent: Consent | None = None
    face_consent: FaceConsent | None = None
    cards: int = 0
    open_cards: dict[str, None] = field(default_factory=dict)
    settled: dict[Channel, float] = field(default_factory=dict)
    """Seconds up to which a channel's words are told, or told to be missing."""
    reached: dict[Channel, float] = field(default_factory=dict)
    """Seconds that a channel is known to have come to."""
    said: dict[str, Utterance] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Envelope]) -> Resumption:
        """The state after these."""
        state = cls()
        for event in events:
            state.add(event)
        return state

    def add(self, event: Envelope) -> None:
        """One more event."""
        self.seq = event.seq
        self._add_policy(event.data)
        self._add_card(event.data)
        match event.data:
            case MeetingStarted(title=title, playbook=playbook):
                self.started_at, self.title = event.at, title
                self.settings["playbook"] = playbook
            case MeetingRenamed(title=title):
                self.title = title
            case MeetingEnded():
                self.ended = True
            case MeetingPaused():
                self.paused = True
            case MeetingResumed():
                self.paused = False
            case SettingChanged(setting=setting, value=value) if setting in _SETTINGS:
                self.settings[setting] = value
            case SpeakerRenamed(speaker=speaker, name=name):
                self.names[speaker] = name
            case CostUpdated(by_provider=spent):
                self.spent = spent
            case _:
                pass
        if event.media is not None:
            self._add_media(event, event.media)

    def _add_policy(self, data: object) -> None:
        match data:
            case PolicyApplied(emotion_policy=policy, faces=faces):
                self.policy, self.faces = check_policy(policy), check_faces(faces)
            case ConsentRecorded(by=by, notice=name):
                for notice in NOTICES:
                    if notice.name == name:
                        self.consent = Consent(notice, by)
                for face_notice in FACE_NOTICES:
                    if face_notice.name == name:
                        self.face_consent = FaceConsent(face_notice, by)
            case _:
                pass

    def _add_card(self, data: object) -> None:
        if isinstance(data, SuggestionCreated):
            self.cards += 1
            self.open_cards[data.id] = None
        elif isinstance(data, _ENDS):
            self.open_cards.pop(data.id, None)

    def _add_media(self, event: Envelope, media: Media) -> None:
        data, channel = event.data, media.channel
        self.reached[channel] = max(self.reached.get(channel, 0.0), media.end)
        told = isinstance(data, TranscriptGap) and data.branch is Branch.TRANSCRIBE
        if told or isinstance(data, UtteranceCreated):
            self.settled[channel] = max(self.settled.get(channel, 0.0), media.end)
        if isinstance(data, UtteranceCreated | UtteranceRevised):
            self.said[data.id] = data.restored(media)
            if len(self.said) > SAID:
                del self.said[next(iter(self.said))]

    def spec(self, kept: MeetingSpec) -> MeetingSpec:
        """How the meeting is to be run from here on; the policies are not asked for again."""
        return replace(
            kept,
            title=self.title,
            playbook=self.settings.get("playbook") or kept.playbook,
            verbosity=self.settings.get("verbosity") or kept.verbosity,
            mode=self.settings.get("mode") or kept.mode,
            emotion_policy="off",
            consent="",
            faces="off",
            faces_consent="",
        )

    def policies(self, refusal: str) -> tuple[Policy, FacePolicy]:
        """What holds, with the acknowledgements there are; `refusal` is the playbook's."""
        policy = in_force(self.policy, self.consent, refusal).policy
        return policy, faces_in_force(self.faces, self.face_consent, refusal)
