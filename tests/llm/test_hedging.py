"""A slow first word is bought off by asking the next model, too; the emulator counts what is left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.llm.gemini.test_client import gemini
from tests.suggest.models import ANSWER, ASKED, QUICK, SLOW, after_first, answer, until_left
from tests.suggest.support import said
from tests.suggest.test_coach import BARE, coached
from tests.support.until import until
from wingman.config.suggest import DeadlineSettings, GeminiSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.events import SuggestionCompleted, SuggestionCreated
from wingman.llm.base import Usage
from wingman.llm.hedging import hedged
from wingman.testing.gemini.server import GeminiEmulator, GeminiFault, Pace

MODELS = ("gemini-3.5-flash-lite", "gemini-3.1-flash-lite")
NEVER_S = 3600.0


def asked(emulator: GeminiEmulator) -> list[str]:
    """The models that were asked, in order."""
    return [request.path.rsplit("/", 1)[1].split(":")[0] for request in emulator.requests]


async def test_a_quick_first_word_needs_no_second_request() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator, hedge_after_s=NEVER_S) as model:
        assert "".join(await answer(model)) == ANSWER
        assert asked(emulator) == [MODELS[0]]
        assert emulator.left == []


async def test_it_is_off_unless_it_is_wanted() -> None:
    async with GeminiEmulator(pace=Pace(first_s=0.2, gap_s=0.0)) as emulator, gemini(emulator) as model:
        await answer(model)
        assert asked(emulator) == [MODELS[0]]


async def test_a_slow_model_is_overtaken_by_the_next_one_and_its_request_closed() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator, hedge_after_s=0.05) as model:
        emulator.play(GeminiFault.NO_HEADERS)
        stream = model.stream(ASKED)
        async with aclosing(stream):
            first = await anext(stream)
            await until_left(emulator.left)  # the loser is gone while the winner still speaks
            rest = [text async for text in stream]
        assert first + "".join(rest) == ANSWER
        assert asked(emulator) == list(MODELS)
        assert len(emulator.left) == 1
        assert model.last_usage == Usage(12, 21)  # both read the prompt
        assert model.model == MODELS[0]


async def test_the_first_one_may_still_win() -> None:
    async with (
        GeminiEmulator(pace=Pace(first_s=0.3, gap_s=0.0)) as emulator,
        gemini(emulator, hedge_after_s=0.05) as model,
    ):
        emulator.play(None, GeminiFault.NO_HEADERS)
        assert "".join(await answer(model)) == ANSWER
        await until_left(emulator.left)
        assert asked(emulator) == list(MODELS)


@pytest.mark.parametrize("fault", [GeminiFault.RATE_LIMITED, GeminiFault.NOT_SERVED, GeminiFault.EMPTY])
async def test_a_second_model_that_cannot_help_does_no_harm(fault: GeminiFault) -> None:
    async with (
        GeminiEmulator(pace=Pace(first_s=0.3, gap_s=0.0)) as emulator,
        gemini(emulator, hedge_after_s=0.05) as model,
    ):
        emulator.play(None, fault)
        assert "".join(await answer(model)) == ANSWER
        assert model.model == MODELS[0]


async def test_when_both_fail_the_first_fault_is_told() -> None:
    async with (
        GeminiEmulator(pace=Pace(first_s=0.2, gap_s=0.0, late_s=0.0)) as emulator,
        gemini(emulator, hedge_after_s=0.05) as model,
    ):
        emulator.play(GeminiFault.PROMPT_BLOCKED, GeminiFault.RATE_LIMITED)
        with pytest.raises(ProviderFault) as failed:
            await answer(model)
        assert failed.value.kind is FaultKind.RATE_LIMITED


async def test_a_fault_before_the_hedge_is_told_at_once() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator, hedge_after_s=NEVER_S) as model:
        emulator.play(GeminiFault.OVERLOADED)
        with pytest.raises(ProviderFault, match="overloaded"):
            await answer(model)
        assert asked(emulator) == [MODELS[0]]


async def test_the_last_fallback_has_nothing_to_hedge_with() -> None:
    async with (
        GeminiEmulator(pace=Pace(first_s=0.2, gap_s=0.0)) as emulator,
        gemini(emulator, hedge_after_s=0.01, fallbacks=()) as model,
    ):
        await answer(model)
        assert len(emulator.requests) == 1


async def test_cancelling_closes_both_requests() -> None:
    async with GeminiEmulator(pace=Pace(first_s=30)) as emulator, gemini(emulator, hedge_after_s=0.02) as model:
        waiting = asyncio.create_task(answer(model))
        await until(lambda: len(emulator.requests) >= 2)
        waiting.cancel()
        await asyncio.wait({waiting})
        await until_left(emulator.left, 2)


async def test_leaving_the_winner_closes_it_too() -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, gemini(emulator, hedge_after_s=0.02) as model:
        emulator.play(GeminiFault.NO_HEADERS)
        spoke = asyncio.Event()
        reader = asyncio.create_task(after_first(model, spoke.set))
        await spoke.wait()
        reader.cancel()
        await asyncio.wait({reader})
        await until_left(emulator.left, 2)


async def test_a_hedged_suggestion_has_one_end() -> None:
    patient = DeadlineSettings(first_token_s=20.0, gap_s=20.0, total_s=40.0)
    settings = GeminiSettings(deadlines=patient)
    async with (
        GeminiEmulator(pace=QUICK) as emulator,
        coached(emulator, BARE, gemini=settings, hedge_after_s=0.05) as (one, published),
    ):
        emulator.play(GeminiFault.NO_HEADERS)
        one.hear(said("is there a limit on the users", 0))
        done = await published.until(SuggestionCompleted)
        assert done.origin == "gemini"
        assert len(published.of(SuggestionCreated)) == 1  # and `coached` counts its ends
        assert asked(emulator) == list(MODELS)


async def test_what_is_no_fault_of_the_provider_is_not_swallowed() -> None:
    async def broken() -> AsyncGenerator[str, None]:
        raise LookupError("a bug")
        yield ""

    with pytest.raises(LookupError):
        async for _ in hedged(broken, broken, 1.0, lambda: None):
            pass
