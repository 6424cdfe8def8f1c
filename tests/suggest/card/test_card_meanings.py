from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from wingman.core.errors import FaultKind, ProviderFault
from wingman.suggest.card import card_meanings
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.novelty import Novelty, bare
from wingman.suggest.knowledge.encoder import Purpose, Vectors

ASK, SAME, OTHER = (
    "Ask how often it goes like that.",
    "Find out the frequency of these incidents.",
    "Name one plan and its price.",
)


class Known:
    """An encoder of three texts."""

    name, remote = "known", False

    def __init__(self, *, fails: bool = False, remote: bool = False) -> None:
        self.fails, self.remote = fails, remote

    async def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        if self.fails:
            raise ProviderFault("gone", kind=FaultKind.UNAVAILABLE)
        rows = {ASK: (1.0, 0.0), SAME: (0.9, 0.43), OTHER: (0.0, 1.0)}
        return np.array([rows.get(text, (0.6, -0.8)) for text in texts], np.float32)

    async def aclose(self) -> None:
        """Nothing to close."""


async def meanings(encoder: Known, texts: Sequence[str]) -> CardMeanings:
    found = CardMeanings(encoder)
    found.want(texts)
    task = asyncio.create_task(found.run())
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait((task,))
    return found


async def test_the_same_in_other_words_is_a_repetition() -> None:
    novelty = Novelty(await meanings(Known(), (ASK, SAME, OTHER)))
    novelty.remember(ASK)
    assert novelty.repeats(SAME)
    assert not novelty.repeats(OTHER)
    assert not novelty.repeats("A text that nobody has asked for yet.")


async def test_without_an_encoder_here_words_alone_tell() -> None:
    for encoder in (Known(fails=True), Known(remote=True)):
        novelty = Novelty(await meanings(encoder, (ASK, SAME)))
        novelty.remember(ASK)
        assert not novelty.repeats(SAME)
        assert novelty.repeats(ASK)


async def test_whoever_waits_for_all_that_was_wanted_gets_it_or_learns_that_nobody_finds_it_out() -> None:
    for encoder in (Known(), Known(fails=True), Known(remote=True), None):
        found = CardMeanings(encoder)
        found.want(map(str, range(9)))
        await found.idle()  # nobody runs it yet
        task = asyncio.create_task(found.run())
        await asyncio.sleep(0)
        for more in ((), (ASK,), ()):
            found.want(more)
            await asyncio.wait_for(found.idle(), 60)
        finds = encoder is not None and not encoder.fails and not encoder.remote
        assert all((found.of(text) is not None) == finds for text in (*map(str, range(9)), ASK))
        task.cancel()
        await asyncio.wait((task,))
        found.want((SAME,))
        await asyncio.wait_for(found.idle(), 60)


async def test_an_encoder_that_stands_still_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_meanings, "LOADING_S", 0.001)
    going = asyncio.Event()

    class Still(Known):
        async def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
            await going.wait()
            return await super().encode(texts, purpose)

    found = CardMeanings(Still())
    found.want((ASK,))
    task = asyncio.create_task(found.run())
    await asyncio.sleep(0)
    await asyncio.wait_for(found.idle(), 60)
    monkeypatch.setattr(card_meanings, "LOADING_S", 3600.0)
    found.want((SAME,))
    await asyncio.wait_for(found.idle(), 60)
    assert found.of(ASK) is None
    going.set()
    for _ in range(20):
        await asyncio.sleep(0)
    found.want((OTHER,))
    await asyncio.wait_for(found.idle(), 60)  # it goes again, and is waited for again
    assert found.of(OTHER) is not None
    task.cancel()
    await asyncio.wait((task,))


def test_a_quote_is_not_what_a_card_says() -> None:
    assert bare("“How much is it then?” Name one plan and wait.") == "Name one plan and wait."
    assert bare("“Fair enough.”") == "“Fair enough.”"
