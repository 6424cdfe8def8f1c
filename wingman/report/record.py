"""A meeting's events folded into what a reader wants: what was said, what was suggested, what came of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from wingman.archive.egress_ledger import Account, account
from wingman.core.errors import Branch, Health
from wingman.core.events import (
    AudioState,
    CaptureLoss,
    CaptureState,
    CardStep,
    ConsentRecorded,
    CostUpdated,
    EgressRecorded,
    EmotionShifted,
    Envelope,
    Media,
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
    SoundData,
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
    UtteranceCreated,
    UtteranceRevised,
    VoiceSound,
    WebhookSettled,
    payload_of,
)
from wingman.core.time import Channel
from wingman.core.utterance import EmotionReading
from wingman.core.vocabulary import HELPED
from wingman.events.log import EventLog
from wingman.report.waits import Waits

PAGE = 2000
NOTHING_LEFT = Account((), ())
Annotation: TypeAlias = (
    MeetingRenamed | MeetingTagged | NoteAdded | NoteRemoved | SpeakerRenamed | SummaryEdited | TranscriptEdited
)
"""What a person added."""
MeetingFact: TypeAlias = MeetingStarted | ProviderStateChanged | PolicyApplied | MeetingEnded | SummaryReady
"""What is said of the meeting as a whole."""
Passing: TypeAlias = (
    AudioState
    | CaptureState
    | ConsentRecorded
    | CostUpdated
    | EgressRecorded
    | EmotionShifted
    | MeetingEnding
    | MeetingMove
    | MeetingMoved
    | MeetingPaused
    | MeetingResumed
    | MeetingWindingDown
    | SettingChanged
    | StorageState
    | StreamCaughtUp
    | StreamReset
    | SuggestionDelta
    | SuggestionSkipped
    | TranscriptPartial
    | WebhookSettled
)
"""What no report is about, or what is in it by another event."""


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance in its latest revision. Times are seconds of media time."""

    id: str
    channel: Channel
    speaker: str
    start: float
    end: float
    text: str
    emotion: EmotionReading
    name: str = ""
    """What the user calls the speaker; empty when they gave no name."""
    language: EmotionReading | None = None
    face: EmotionReading | None = None
    sounds: tuple[SoundData, ...] = ()
    """Laughs, sighs and the like beside the words."""
    heard: str = ""
    """What was written down before the user corrected it; empty where nothing was corrected."""

    @property
    def seconds(self) -> float:
        """How long it took to say."""
        return max(0.0, self.end - self.start)

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class VocalSound:
    """A vocal burst between utterances. Times are seconds of media time."""

    channel: Channel
    start: float
    end: float
    word: str
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class ShownCard:
    """One suggestion and its fate."""

    id: str
    kind: str
    reason: str
    origin: str
    title: str
    text: str
    at: float
    """Seconds of media time of the utterance that asked for it (or of the newest one then)."""
    utterance: str | None
    fate: str = "open"
    """`completed`, `superseded`, `expired`, `failed`, or `open` when the meeting ended first."""
    detail: str = ""
    feedback: str = ""
    latency_ms: float | None = None
    first_token_ms: float | None = None
    total_ms: float | None = None
    wait_s: float | None = None
    """What a person waited: from the end of the sentence to the card; None where no sentence asked for it."""
    recognition_s: float | None = None
    """The part of that wait in which the sentence was being written down."""
    held: str = ""
    """Why it was held back after that, as a reason code; empty when it was not."""

    @property
    def helped(self) -> bool:
        """Somebody used, copied or pinned it."""
        return self.feedback in HELPED


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was written down by hand. `at` is seconds of media time."""

    id: str
    at: float
    text: str
    by: str = ""
    """Who wrote it; empty for the user."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Media time that was not heard."""

    channel: Channel
    start: float
    end: float
    branch: str
    cause: str


@dataclass(frozen=True, slots=True)
class Record:
    """One meeting, ready to be summed up, exported or shown."""

    id: str
    title: str = ""
    started_at: float = 0.0
    seconds: float = 0.0
    ended: str = ""
    """Why it ended; empty while it runs or when it was cut off."""
    playbook: str = ""
    emotion_policy: str = "off"
    providers: tuple[str, str, str] = ("", "", "")
    """Transcriber, emotion analyser, suggester; a policy switched on later brings the second."""
    said: tuple[Said, ...] = ()
    cards: tuple[ShownCard, ...] = ()
    lost: tuple[Lost, ...] = ()
    losses: tuple[str, ...] = ()
    """What was dropped on the way in, a sentence each."""
    sounds: tuple[VocalSound, ...] = ()
    """Vocal bursts that no utterance carries."""
    notes: tuple[Note, ...] = ()
    tags: tuple[str, ...] = ()
    summary: SummaryReady | None = None
    edits: tuple[SummaryEdited, ...] = ()
    """What the user changed in the summary, the newest of each item."""
    ledger: Account = NOTHING_LEFT
    """What left this machine."""

    def utterance(self, wanted: str) -> Said | None:
        """What was said under this id; None for an unknown one."""
        return next((said for said in self.said if said.id == wanted), None)


async def read(log: EventLog, meeting: str) -> Record:
    """The record of a logged meeting."""
    return await asyncio.to_thread(record, meeting, await read_all(log, meeting))


async def read_all(log: EventLog, meeting: str) -> list[Envelope]:
    """Every event of a meeting, oldest first."""
    events: list[Envelope] = []
    while page := await log.read(meeting, len(events), PAGE):
        events += page
    return events


def record(meeting: str, events: Iterable[Envelope]) -> Record:
    """The record of these events, oldest first."""
    known = list(events)
    fold = _Fold(meeting)
    for envelope in known:
        fold.add(envelope)
    return replace(fold.record(), ledger=account(known))


class _Fold:
    def __init__(self, meeting: str) -> None:
        self._record = Record(meeting)
        self._said: dict[str, Said] = {}
        self._cards: dict[str, ShownCard] = {}
        self._lost: list[Lost] = []
        self._sentences: list[str] = []
        self._counted: defaultdict[tuple[str, str, str], float] = defaultdict(float)
        self._sounds: list[VocalSound] = []
        self._names: dict[str, str] = {}
        self._corrected: dict[str, str] = {}
        self._notes: dict[str, Note] = {}
        self._edits: dict[str, SummaryEdited] = {}
        self._newest = 0.0
        self._waits = Waits()

    def add(self, envelope: Envelope) -> None:
        self._waits.add(envelope)
        if envelope.seq == 1:
            self._record = replace(self._record, started_at=envelope.at)
        match payload_of(envelope):
            case UtteranceCreated() | UtteranceRevised() as said:
                self._utterance(said, envelope)
            case SuggestionCreated() as card:
                self._created(card)
                self._waited(card)
            case TranscriptGap() | VoiceSound() as beside:
                if envelope.media is not None:
                    self._beside(beside, envelope.media)
            case CaptureLoss() as loss:
                self._loss(loss)
            case other:
                self._other(other)

    def _other(self, payload: CardStep | Annotation | MeetingFact | Passing | None) -> None:
        if isinstance(payload, CardStep):
            self._fate(payload)
        elif isinstance(payload, Annotation):
            self._annotated(payload)
        elif isinstance(payload, MeetingFact):
            self._meeting(payload)

    def record(self) -> Record:
        named = (self._as_told(s) for s in self._said.values())
        said = sorted(named, key=lambda s: (s.start, s.end, s.channel))
        length = max((s.end for s in said), default=0.0)
        return replace(
            self._record,
            seconds=max(self._record.seconds, length),
            said=tuple(said),
            cards=tuple(self._cards.values()),
            lost=tuple(self._lost),
            losses=tuple(self._losses()),
            sounds=tuple(sorted(self._sounds, key=lambda heard: heard.start)),
            notes=tuple(sorted(self._notes.values(), key=lambda note: note.at)),
            edits=tuple(self._edits.values()),
        )

    def _beside(self, data: TranscriptGap | VoiceSound, media: Media) -> None:
        if isinstance(data, TranscriptGap):
            self._lost.append(Lost(media.channel, media.start, media.end, data.branch, data.cause))
        else:
            where = (media.channel, media.start, media.end)
            self._sounds.append(VocalSound(*where, data.word, data.label, data.score))

    def _as_told(self, said: Said) -> Said:
        """An utterance under the speaker's name, in the user's words where they corrected it."""
        named = replace(said, name=self._names.get(said.speaker, ""))
        text = self._corrected.get(said.id, "")
        return replace(named, text=text, heard=said.text) if text else named

    def _annotated(self, data: Annotation) -> None:
        match data:
            case MeetingRenamed():
                self._record = replace(self._record, title=data.title)
            case MeetingTagged():
                self._record = replace(self._record, tags=data.tags)
            case NoteAdded():
                self._notes[data.id] = Note(data.id, data.at, data.text, data.by)
            case NoteRemoved():
                self._notes.pop(data.id, None)
            case SpeakerRenamed():
                self._names[data.speaker] = data.name
            case TranscriptEdited():
                self._corrected[data.utterance] = data.text
            case SummaryEdited():
                self._edits[data.item] = data

    def _waited(self, data: SuggestionCreated) -> None:
        wait = self._waits.of(data)
        if wait is not None:
            self._change(data.id, wait_s=wait.total, recognition_s=wait.recognition, held=wait.held)

    def _loss(self, data: CaptureLoss) -> None:
        if data.detail:
            self._sentences.append(data.detail)
        else:
            self._counted[(data.channel, data.cause, data.unit)] += data.amount

    def _losses(self) -> Iterator[str]:
        yield from dict.fromkeys(self._sentences)
        for (channel, cause, unit), amount in self._counted.items():
            yield f"{channel}: {amount:g} {unit} {cause.replace('_', ' ')}"

    def _meeting(self, data: MeetingFact) -> None:
        match data:
            case MeetingStarted():
                self._record = replace(
                    self._record,
                    title=data.title,
                    playbook=data.playbook,
                    emotion_policy=data.emotion_policy,
                    providers=(data.transcriber, data.emotion, data.suggester),
                )
            case ProviderStateChanged():
                if data.branch is Branch.EMOTION and data.health is Health.UP:
                    transcriber, _, suggester = self._record.providers
                    self._record = replace(self._record, providers=(transcriber, data.provider, suggester))
            case PolicyApplied():
                self._record = replace(self._record, emotion_policy=data.emotion_policy)
            case MeetingEnded():
                self._record = replace(self._record, ended=data.reason, seconds=data.seconds)
            case SummaryReady():
                self._record = replace(self._record, summary=data)

    def _utterance(self, data: UtteranceCreated | UtteranceRevised, envelope: Envelope) -> None:
        media = envelope.media
        if media is None:
            return  # an utterance without a place in time is not one of ours
        self._newest = max(self._newest, media.end)
        self._said[data.id] = Said(
            id=data.id,
            channel=media.channel,
            speaker=data.speaker,
            start=media.start,
            end=media.end,
            text=data.text,
            emotion=data.emotion,
            language=data.language,
            face=data.face,
            sounds=data.sounds,
        )

    def _created(self, data: SuggestionCreated) -> None:
        asked = self._said.get(data.utterance or "")
        self._cards[data.id] = ShownCard(
            id=data.id,
            kind=data.kind,
            reason=data.reason,
            origin=data.origin,
            title=data.title,
            text=data.text,
            at=asked.end if asked else self._newest,
            utterance=data.utterance,
            latency_ms=data.latency_ms,
        )

    def _fate(self, data: CardStep) -> None:
        """Follow a card to its end."""
        match data:
            case SuggestionCompleted():
                self._change(data.id, fate="completed", origin=data.origin)
                self._change(data.id, first_token_ms=data.first_token_ms, total_ms=data.total_ms)
                if data.text:
                    self._change(data.id, text=data.text)
            case SuggestionSuperseded():
                self._change(data.id, fate="superseded")
            case SuggestionExpired():
                self._change(data.id, fate="expired", detail=data.reason)
            case SuggestionFailed():
                self._change(data.id, fate="failed", detail=data.detail)
            case SuggestionUpdated():
                self._change(data.id, feedback=data.feedback)

    def _change(self, card: str, **changes: object) -> None:
        if card in self._cards:
            self._cards[card] = replace(self._cards[card], **changes)  # type: ignore[arg-type]  # by name
