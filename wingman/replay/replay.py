"""A recorded meeting run again through the real join, gate, cues and card life cycle.

What the providers said is taken from the record (where it was not kept: the utterances they led to); all that
was suggested is made anew, on the record's own clock, with the model's recorded answers. So a replay gives the
same bytes every time, whatever its speed, and one with something changed (`Changes`) shows what that does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from typing import Any, TypeVar

import msgspec

from wingman.archive.bundle import Bundle
from wingman.archive.provider_events import Finished
from wingman.config.correlate import CorrelateSettings
from wingman.config.section import Section
from wingman.config.settings import changed
from wingman.config.suggest import SuggestSettings
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import (
    EmotionShifted,
    Envelope,
    Media,
    MeetingEnded,
    MeetingStarted,
    SuggestionCompleted,
    SuggestionCreated,
    UtteranceCreated,
    UtteranceRevised,
    VoiceSound,
)
from wingman.core.json import JsonMapping, JsonObject
from wingman.core.time import Channel, samples
from wingman.core.utterance import EmotionShift, LoneSound, Sound
from wingman.correlate.correlator import Correlator
from wingman.llm.base import SuggestionModel
from wingman.replay.match_utterances import UtteranceMatch
from wingman.replay.recorded_model import PLAYBOOK, RecordedModel, recorded_model
from wingman.replay.rejoin import Rejoin
from wingman.suggest.coach import FIXED_FENCE, Coach, CoachParts
from wingman.suggest.playbook.playbook import by_name, load_playbook

TICK = 0.1
"""Seconds between two looks at the clock, as in a live meeting."""

SETTLE_TURNS = 64
"""Turns of the event loop given to an answer: recorded ones need a handful."""

MADE_ANEW = ("suggestion.",)
JOINED_ANEW = ("suggestion.", "transcript.partial", "utterance.", "emotion.shift")
"""The same where the join is made anew, too."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be different from the recorded meeting."""

    playbook: str = ""
    """Name or path of another playbook."""
    settings: JsonObject = field(default_factory=dict)
    """Fields of `SuggestSettings` by name, such as `verbosity`, `mode` or `ttl_s`."""
    correlate: JsonObject = field(default_factory=dict)
    """Fields of `CorrelateSettings` by dotted name, such as `grace_s` or `echo.enabled`; needs a bundle in
    which was recorded what the providers said."""
    model: SuggestionModel | None = None
    """Another model instead of the recorded answers; a live one makes a replay differ from run to run."""


async def replay(
    bundle: Bundle,
    settings: SuggestSettings = SuggestSettings(),
    changes: Changes = Changes(),
    *,
    correlate: CorrelateSettings = CorrelateSettings(),
    speed: float = 0.0,
    on_event: Callable[[Envelope], None] = lambda _: None,
) -> Bundle:
    """Run a meeting again. `speed` 1 is real time, 0 as fast as possible; `on_event` gets each event.

    Where the bundle holds what the providers said, the join is made anew, else taken from the record.
    Raises `InputError` for a playbook that cannot be loaded or a setting that does not exist.
    """
    run = _Run(bundle, settings, changes, on_event)
    if bundle.heard and isinstance(bundle.heard[-1], Finished):
        return await run.rejoin(Correlator(with_changes(correlate, "correlate", changes.correlate)), speed)
    if changes.correlate:
        raise InputError(
            "this bundle does not hold all that the providers said (it was made before its meeting had ended, "
            "or report.record_events was off), "
            "so the join cannot be made anew",
            field="with",
        )
    return await run.play(speed)


class _Run:
    """One replay."""

    def __init__(
        self,
        bundle: Bundle,
        settings: SuggestSettings,
        changes: Changes,
        on_event: Callable[[Envelope], None],
    ) -> None:
        self._bundle = bundle
        self._on_event = on_event
        self._out: list[Envelope] = []
        self._began = self._now = bundle.events[0].at if bundle.events else 0.0
        self._ticks = 0
        self._settled = 0
        self._media: dict[Channel, tuple[float, float]] = {}
        """Channel → (media time, record time) of what was heard last."""
        self._recorded = recorded_model(bundle.events)
        self._then = UtteranceMatch.of(bundle.events)
        self._places: dict[str, Media | None] = {}
        """Utterance of this run → where it was said."""
        model: SuggestionModel | None = changes.model or self._recorded
        chosen = load_playbook(changes.playbook or _playbook(bundle, settings))
        parts = CoachParts(fence=FIXED_FENCE, clock=lambda: self._now)
        suggest = with_changes(settings, "suggest", changes.settings)
        self._coach = Coach(suggest, chosen, model, self._publish, parts=parts)

    async def play(self, speed: float) -> Bundle:
        async with asyncio.TaskGroup() as group:
            coaching = group.create_task(self._coach.run())
            await asyncio.sleep(0)
            for event in self._bundle.events:
                if event.type.startswith(MADE_ANEW):
                    continue
                await self._run_until(event.at, speed)
                self._step(event)
                await self._settle()
                if isinstance(event.data, MeetingEnded):
                    break
            coaching.cancel()
        return replace(self._bundle, events=tuple(self._out))

    async def rejoin(self, correlator: Correlator, speed: float) -> Bundle:
        """Like `play`, with the utterances made anew from what the providers said."""
        join = Rejoin(correlator, self._coach, self._publish)
        told = _in_order((heard.at, 0, heard) for heard in self._bundle.heard)
        kept = (e for e in self._bundle.events if not e.type.startswith(JOINED_ANEW))
        logged = _in_order((event.at, 1, event) for event in kept)
        async with asyncio.TaskGroup() as group:
            coaching = group.create_task(self._coach.run())
            await asyncio.sleep(0)
            for at, _, what in merge(told, logged, key=lambda one: one[:2]):
                if speed > 0 and at > self._now:
                    await asyncio.sleep((at - self._now) / speed)
                self._now = max(self._now, at)
                if isinstance(what, Envelope):
                    self._publish(what.data, what.media)
                else:
                    join.take(what)
                await self._settle()
            coaching.cancel()
        return replace(self._bundle, events=tuple(self._out))

    async def _run_until(self, at: float, speed: float) -> None:
        """Let the record's clock run up to `at`, with the looks at it a live meeting takes.

        They lie on a grid from the beginning, so that what a run itself suggests cannot move them.
        """
        while (tick := self._began + (self._ticks + 1) * TICK) < at:
            self._ticks += 1
            self._now = tick
            if speed > 0:
                await asyncio.sleep(TICK / speed)
            for channel, (media, heard) in self._media.items():
                self._coach.advance(channel, samples(media + tick - heard))
            await self._settle()
        self._now = max(self._now, at)  # a clock that was set back does not run backwards here

    async def _settle(self) -> None:
        """Let an answer that was asked for arrive before the clock goes on."""
        if len(self._out) > self._settled or self._coach.asking:
            for _ in range(SETTLE_TURNS):
                await asyncio.sleep(0)
            self._settled = len(self._out)

    def _step(self, event: Envelope) -> None:
        self._publish(event.data, event.media)
        data = event.data
        if isinstance(data, (UtteranceCreated, UtteranceRevised)) and event.media is not None:
            self._media[event.media.channel] = (event.media.end, self._now)
            self._coach.hear(data.restored(event.media))
        elif isinstance(data, EmotionShifted) and event.media is not None:
            at = samples(event.media.end)
            shift = EmotionShift(event.media.channel, data.speaker, at, data.before, data.after, data.utterance)
            self._coach.shift(shift)
        elif isinstance(data, VoiceSound) and event.media is not None:
            start, end = samples(event.media.start), samples(event.media.end)
            sound = Sound(data.word, data.label, data.score, start, end)
            self._coach.sound(LoneSound(event.media.channel, sound, data.utterance))

    def _publish(self, payload: Any, media: Media | None) -> None:
        if isinstance(payload, UtteranceCreated):
            self._places[payload.id] = media
        if isinstance(payload, SuggestionCreated) and isinstance(self._recorded, RecordedModel):
            about = payload.utterance or ""
            self._recorded.asking = self._then.find(about, self._places.get(about))
        event = codec.envelope(len(self._out) + 1, self._bundle.meeting, self._now, payload, media)
        self._out.append(event)
        self._on_event(event)


def _in_order(timed: Iterable[tuple[float, int, Any]]) -> Iterator[tuple[float, int, Any]]:
    """The same with times that never fall: the wall clock may have been set back."""
    latest = 0.0
    for at, rank, what in timed:
        latest = max(latest, at)
        yield latest, rank, what


S = TypeVar("S", bound=Section)


def with_changes(settings: S, section: str, changes: JsonMapping) -> S:
    """The settings of a section with changes by dotted name. Raises `InputError` that names a wrong one."""
    for name, value in changes.items():
        settings = _with(settings, name.split("."), value, f"{section}.{name}")
    return settings


def _with(settings: S, path: Sequence[str], value: Any, name: str) -> S:
    first, *rest = path
    if first not in settings.__struct_fields__:
        raise InputError(f"there is no setting `{name}`; see configs/default.yaml for the names", field="with")
    if not rest:
        return changed(settings, first, value)
    inner = getattr(settings, first)
    if not isinstance(inner, Section):
        raise InputError(f"`{name}` names a part of `{first}`, which has none", field="with")
    return msgspec.structs.replace(settings, **{first: _with(inner, rest, value, name)})


@dataclass(frozen=True, slots=True)
class Difference:
    """One moment at which two runs of a meeting advised differently."""

    utterance: str | None
    said: str
    before: tuple[str, ...]
    """What was on screen then; empty when Wingman kept silent."""
    after: tuple[str, ...]


def compare(before: Sequence[Envelope], after: Sequence[Envelope]) -> list[Difference]:
    """Where `after` suggests something else than `before`, in the order of the meeting."""
    said = {e.data.id: e.data.text for e in before if isinstance(e.data, UtteranceCreated)}
    ours, theirs = _advice(before, before), _advice(after, before)
    order = list(dict.fromkeys((*said, *ours, *theirs)))
    return [
        Difference(key or None, said.get(key, ""), ours.get(key, ()), theirs.get(key, ()))
        for key in order
        if ours.get(key, ()) != theirs.get(key, ())
    ]


def compare_joined(before: Sequence[Envelope], after: Sequence[Envelope]) -> list[Difference]:
    """Where `after` heard or measured something else than `before`: each utterance's last revision."""
    said = {e.data.id: e.data.text for e in (*after, *before) if isinstance(e.data, UtteranceCreated)}
    ours, theirs = _joined(before, before), _joined(after, before)
    return [
        Difference(key, said.get(key, ""), ours.get(key, ()), theirs.get(key, ()))
        for key in dict.fromkeys((*ours, *theirs))
        if ours.get(key, ()) != theirs.get(key, ())
    ]


def _joined(events: Sequence[Envelope], then: Sequence[Envelope]) -> dict[str, tuple[str, ...]]:
    """Utterance of `then` → what was heard at its time, with its emotion."""
    alike = UtteranceMatch.of(then)
    told: dict[str, dict[str, str]] = {}
    for event in events:
        if isinstance(data := event.data, (UtteranceCreated, UtteranceRevised)):
            emotion = data.emotion
            tone = " ".join(filter(None, (emotion.status, emotion.strength, emotion.label)))
            told.setdefault(alike.find(data.id, event.media), {})[data.id] = (
                f"{data.speaker}: {data.text} [{tone}]"
            )
    return {key: tuple(lines.values()) for key, lines in told.items()}


def _advice(events: Sequence[Envelope], then: Sequence[Envelope]) -> dict[str, tuple[str, ...]]:
    """Utterance of `then` → the final texts of the cards that it, or what was heard at its time, led to."""
    alike = UtteranceMatch.of(then)
    places = {e.data.id: e.media for e in events if isinstance(e.data, UtteranceCreated)}
    cards: dict[str, tuple[str, str]] = {}
    for event in events:
        data = event.data
        if isinstance(data, SuggestionCreated):
            about = data.utterance or ""
            cards[data.id] = (alike.find(about, places.get(about)), data.text)
        elif isinstance(data, SuggestionCompleted) and data.id in cards:
            cards[data.id] = (cards[data.id][0], data.text or cards[data.id][1])
    advice: dict[str, tuple[str, ...]] = {}
    for utterance, text in cards.values():
        if text:
            advice[utterance] = (*advice.get(utterance, ()), text)
    return advice


def _playbook(bundle: Bundle, settings: SuggestSettings) -> str:
    first = bundle.events[0].data if bundle.events else None
    recorded = first.playbook if isinstance(first, MeetingStarted) else ""
    return by_name(recorded) or settings.playbook or PLAYBOOK


def digest(events: Sequence[Envelope]) -> bytes:
    """The events as the bytes that are compared between two runs."""
    return b"\n".join(msgspec.json.encode(event) for event in events)
