"""Play a scripted meeting into a real coach, on media time, as fast as it goes."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.eval.noise import Heard
from tests.eval.script import Script
from wingman.config.suggest import SuggestSettings
from wingman.core.emotion import Score
from wingman.core.events import SuggestionCompleted, SuggestionCreated, SuggestionSkipped
from wingman.core.time import Channel, samples
from wingman.core.utterance import (
    EMOTION_OFF,
    EMOTION_PENDING,
    EmotionReading,
    EmotionShift,
    Family,
    ReadingStatus,
    Utterance,
)
from wingman.suggest.coach import Coach
from wingman.suggest.playbook.playbook import load_playbook

TICK_S = 0.1
FAMILIES = {"anger": Family.NEGATIVE, "doubt": Family.DOUBTFUL, "joy": Family.POSITIVE}


@dataclass(frozen=True, slots=True)
class Card:
    """One card that was shown."""

    id: str
    utterance: str | None
    kind: str
    at: float
    text: str


@dataclass(slots=True)
class Played:
    """What came out of one meeting."""

    script: Script
    heard: Sequence[Heard]
    cards: list[Card] = field(default_factory=list)
    skipped: list[tuple[float, SuggestionSkipped]] = field(default_factory=list)


async def play(script: Script, heard: Sequence[Heard], *, verbosity: str = "balanced") -> Played:
    """Feed every utterance, emotion, voice activity and tick of the clock in the order of media time.

    The gate and the playbook alone: what a model makes of the rest is measured with one that knows the labels.
    """
    played = Played(script, heard)
    now = 0.0
    texts: dict[str, str] = {}

    def publish(event: Any, _media: Any) -> None:
        if isinstance(event, SuggestionCreated):
            played.cards.append(Card(event.id, event.utterance, event.kind, now, event.text))
        elif isinstance(event, SuggestionCompleted):
            texts[event.id] = event.text
        elif isinstance(event, SuggestionSkipped):
            played.skipped.append((now, event))

    settings = SuggestSettings(verbosity=verbosity)  # type: ignore[arg-type]  # one of the words there are
    playbook = load_playbook(script.playbook)
    coach = Coach(settings, playbook, None, publish)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(coach.run())
        await asyncio.sleep(0)
        for when, act in _agenda(coach, heard, feels=playbook.voice_emotion == "allow"):
            now = when
            act()
            await coach.settle()
        running.cancel()
    played.cards = [
        Card(card.id, card.utterance, card.kind, card.at, texts.get(card.id, card.text))
        for card in played.cards
    ]
    return played


def _agenda(coach: Coach, heard: Sequence[Heard], *, feels: bool) -> list[tuple[float, Callable[[], None]]]:
    """Everything that happens, in order."""
    order = itertools.count()
    heap: list[tuple[float, int, Callable[[], None]]] = []

    def at(when: float, act: Callable[[], None]) -> None:
        heapq.heappush(heap, (when, next(order), act))

    for one in heard:
        spoken = _utterance(one, EMOTION_PENDING if feels else EMOTION_OFF, 0)
        at(one.start + 0.3, _speaking(coach, one.channel, True, one.start + 0.3))
        at(one.delivered, _hearing(coach, spoken))
        at(one.delivered + 0.001, _speaking(coach, one.channel, False, one.delivered))
        if one.emotion_at is not None and feels:
            family = FAMILIES[one.line.tone]
            felt = _utterance(one, _reading(one.line.tone, family), 1)
            shift = EmotionShift(
                one.channel, str(one.channel), samples(one.emotion_at), Family.NEUTRAL, family, one.id
            )
            at(one.emotion_at, _hearing(coach, felt))
            at(one.emotion_at + 0.001, _shifting(coach, shift))
    end = max(one.delivered for one in heard) + 15
    for tick in range(int(end / TICK_S)):
        at(tick * TICK_S, _tick(coach, tick * TICK_S))
    return [(when, act) for when, _, act in (heapq.heappop(heap) for _ in range(len(heap)))]


def _utterance(one: Heard, emotion: EmotionReading, revision: int) -> Utterance:
    return Utterance(
        one.id,
        one.channel,
        str(one.channel),
        samples(one.start),
        samples(one.end),
        one.text,
        (),
        0.9,
        emotion,
        revision,
    )


def _reading(tone: str, family: Family) -> EmotionReading:
    return EmotionReading(
        ReadingStatus.KNOWN, tone, family, 0.7, "strong", (Score(tone, 0.7),), "scripted", 0.9
    )


def _hearing(coach: Coach, utterance: Utterance) -> Callable[[], None]:
    return lambda: coach.hear(utterance)


def _speaking(coach: Coach, channel: Channel, active: bool, when: float) -> Callable[[], None]:
    return lambda: coach.speaking(channel, active, samples(when))


def _shifting(coach: Coach, shift: EmotionShift) -> Callable[[], None]:
    return lambda: coach.shift(shift)


def _tick(coach: Coach, when: float) -> Callable[[], None]:
    return lambda: coach.advance(Channel.TAB, samples(when))
