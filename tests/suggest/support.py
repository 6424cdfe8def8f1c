"""Shared by the tests of this room: utterances, and a place where events are collected."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from wingman.core.events import Media
from wingman.core.time import Channel, samples
from wingman.core.utterance import EMOTION_PENDING, EmotionReading, Utterance
from wingman.suggest.coach import Coach
from wingman.suggest.gate.dialogue import FEATURES
from wingman.suggest.gate.evidence import INCIDENTAL
from wingman.suggest.gate.probe import HEADS, KINDS, SEEN, Flavour, Probe, Thresholds, width
from wingman.suggest.playbook.signals import Signal


def said(
    text: str,
    at: float = 0.0,
    *,
    channel: Channel = Channel.TAB,
    seconds: float = 3.0,
    emotion: EmotionReading = EMOTION_PENDING,
    revision: int = 0,
    speaker: str = "",
) -> Utterance:
    """An utterance that begins at `at` seconds."""
    start, end = samples(at), samples(at + seconds)
    name = speaker or str(channel)
    return Utterance(f"{channel}-{start}", channel, name, start, end, text, (), 0.9, emotion, revision)


def by_signals(flavour: Flavour) -> Probe:
    """Weights made by hand: any key word is enough, whoever is meant. For tests of what comes after."""
    heads = np.zeros((width(flavour) + 1, HEADS))
    heads[-1, len(KINDS)] = 1.0  # always to the user
    heard = {str(signal): width(flavour) - FEATURES + place for place, signal in enumerate(Signal)}
    for kind in set(KINDS) & set(heard):
        heads[heard[kind], KINDS.index(kind)] = 0.5
    for kind in INCIDENTAL:
        heads[heard[Signal.QUESTION], KINDS.index(kind)] = -0.4
    verdict = np.zeros(SEEN + 1)
    verdict[: len(Signal)], verdict[-1] = 10.0, -5.0
    return Probe(flavour, heads, verdict, 0.0, Thresholds(-1.0, 0.0, 0.0, 0.0, 0.0), trust=math.inf)


class Published:
    """Collects what is published."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.media: list[Media | None] = []
        self._news = asyncio.Event()

    def __call__(self, event: Any, media: Media | None) -> None:
        self.events.append(event)
        self.media.append(media)
        self._news.set()

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if type(event) is kind]

    def about(self, suggestion: str) -> Iterator[Any]:
        return (event for event in self.events if getattr(event, "id", "") == suggestion)

    async def until(self, *kinds: type[Any], count: int = 1) -> Any:
        """Wait until so many events of these kinds are there; returns the last of them."""
        async with asyncio.timeout(60):
            while True:
                found = [event for event in self.events if type(event) in kinds]
                if len(found) >= count:
                    return found[count - 1]
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def running(coach: Coach) -> AsyncIterator[Coach]:
    """The coach's own task, alive while the block runs."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(coach.run())
        await asyncio.sleep(0)
        try:
            yield coach
        finally:
            task.cancel()
