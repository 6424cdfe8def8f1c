from __future__ import annotations

import asyncio

import pytest

from tests.llm.gemini.test_client import gemini
from tests.suggest.models import ANSWER, ASKED, QUICK, until_left
from wingman.config.suggest import DeadlineSettings, OpenAiSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerEmpty
from wingman.llm.openai import OpenAiModel
from wingman.llm.request import ask
from wingman.testing.gemini.server import GeminiEmulator, GeminiFault, Pace
from wingman.testing.openai.server import ChatEmulator

PATIENT = DeadlineSettings(first_token_s=20.0, gap_s=20.0, total_s=40.0)
"""For what must succeed, however loaded the machine is."""


async def told(emulator: GeminiEmulator, deadlines: DeadlineSettings = PATIENT) -> list[str]:
    heard: list[str] = []
    async with gemini(emulator) as model:
        await ask(model, ASKED, deadlines, heard.append)
    return heard


async def test_an_answer_is_handed_over_as_it_comes() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        assert "".join(await told(emulator)) == ANSWER


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (GeminiFault.LATE, "did not begin its answer within 0.3 s"),
        (GeminiFault.NO_HEADERS, "did not begin its answer within 0.3 s"),
        (GeminiFault.STALL, "did not go on with its answer within 0.3 s"),
    ],
)
async def test_a_silent_model_is_given_up_and_its_request_closed(fault: GeminiFault, words: str) -> None:
    stalls = fault is GeminiFault.STALL
    deadlines = DeadlineSettings(first_token_s=20.0 if stalls else 0.3, gap_s=0.3, total_s=40.0)
    async with GeminiEmulator(pace=QUICK) as emulator:
        emulator.play(fault)
        with pytest.raises(ProviderFault, match=words) as failed:
            await told(emulator, deadlines)
        assert failed.value.kind is FaultKind.TIMEOUT
        await until_left(emulator.left)


async def test_an_answer_that_never_ends_is_given_up() -> None:
    drip = Pace(first_s=0.0, gap_s=0.05, characters=1)
    async with GeminiEmulator(pace=drip) as emulator:
        with pytest.raises(ProviderFault, match=r"did not finish its answer within 0\.6 s"):
            await told(emulator, DeadlineSettings(first_token_s=20.0, gap_s=20.0, total_s=0.6))


async def test_an_overload_before_any_text_is_tried_once_more() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        emulator.play(GeminiFault.OVERLOADED)
        assert "".join(await told(emulator)) == ANSWER
        emulator.play(GeminiFault.OVERLOADED, GeminiFault.OVERLOADED)
        with pytest.raises(ProviderFault, match="overloaded"):
            await told(emulator)
        assert len(emulator.requests) == 4


@pytest.mark.parametrize("fault", [GeminiFault.ERROR_EVENT, GeminiFault.DROPPED, GeminiFault.RATE_LIMITED])
async def test_what_has_begun_or_cannot_be_mended_is_not_tried_again(fault: GeminiFault) -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        emulator.play(fault)
        with pytest.raises(ProviderFault):
            await told(emulator)
        assert len(emulator.requests) == 1


async def test_no_words_at_all_is_an_empty_answer() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        emulator.play(GeminiFault.EMPTY)
        with pytest.raises(AnswerEmpty, match="gemini answered without a word"):
            await told(emulator)


async def test_an_outer_timeout_is_not_mistaken_for_ours() -> None:
    async with GeminiEmulator(pace=Pace(first_s=1.0)) as emulator, gemini(emulator) as model:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await ask(model, ASKED, DeadlineSettings(), print)


async def test_half_a_letter_is_marked_and_can_be_told_on() -> None:
    heard: list[str] = []
    async with ChatEmulator(answer=lambda *_: "SAY Hello \ud83d there.", pace=QUICK) as emulator:
        model = OpenAiModel(OpenAiSettings(url=emulator.url, model="local-model"))
        await ask(model, ASKED, PATIENT, heard.append)
        await model.aclose()
    said = "".join(heard)
    assert said.encode() == "SAY Hello \N{REPLACEMENT CHARACTER} there.".encode()
