"""A prompt waits a moment for the tone of what it is about, and no longer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_PENDING, EmotionReading, ReadingStatus, Utterance
from wingman.suggest.card.tone_wait import ToneWait
from wingman.testing.virtual_time import run

SAID = Utterance("u", Channel.TAB, "tab", 0, 16_000, "Well.", (), 1.0, EMOTION_PENDING)
SETTLED = replace(SAID, emotion=EmotionReading(ReadingStatus.KNOWN, "doubt"), revision=1)


async def waited(tone_after: float, longest: float, said: Utterance = SAID) -> tuple[bool, float]:
    loop, tone = asyncio.get_running_loop(), ToneWait(longest)
    tone.hear(said)
    loop.call_later(tone_after, tone.hear, SETTLED)
    begun = loop.time()
    return await tone.settled("u", begun), round(loop.time() - begun, 3)


def test_it_waits_for_the_tone() -> None:
    assert run(waited(0.3, 0.6)) == (True, 0.3)


def test_it_waits_no_longer_than_it_may() -> None:
    assert run(waited(0.9, 0.6)) == (False, 0.6)
    assert run(waited(0.3, 0.0)) == (False, 0.0)


def test_what_is_settled_or_unknown_is_not_waited_for() -> None:
    assert run(waited(0.3, 0.6, SETTLED)) == (True, 0.0)

    async def other() -> bool:
        return await ToneWait(5.0).settled("v", 0.0) and await ToneWait(5.0).settled(None, 0.0)

    assert run(other())
