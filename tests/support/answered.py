"""A question about the price, and a model server that answers it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.suggest.support import Published, running, said
from wingman.config.section import Secret
from wingman.config.suggest import GeminiSettings, OpenAiSettings, SuggestSettings
from wingman.core.events import SuggestionCompleted, SuggestionCreated, SuggestionExpired, SuggestionFailed
from wingman.llm.base import SuggestionModel
from wingman.llm.gemini.client import Gemini
from wingman.llm.openai import OpenAiModel
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing.gemini.server import GeminiEmulator, Pace
from wingman.testing.openai.server import ChatEmulator

SECRET = "m3f9a1c07"
PRICE = "Can you tell me how much the enterprise plan costs per month?"


@asynccontextmanager
async def client_of(protocol: str, url: str) -> AsyncGenerator[SuggestionModel, None]:
    """The real client of a server at `url` that speaks `protocol`."""
    gemini = GeminiSettings(api_key=Secret("local"), url=url)
    if protocol == "gemini":
        client: SuggestionModel = Gemini(gemini)
    elif protocol == "generativeai":
        from wingman.llm.gemini.legacy_client import GenerativeAiModel

        client = GenerativeAiModel(gemini)
    else:
        client = OpenAiModel(OpenAiSettings(url=url, model="local-model"))
    yield client
    await client.aclose()


@asynccontextmanager
async def served(protocol: str, text: str, size: int) -> AsyncGenerator[SuggestionModel, None]:
    """A real client of a local server that answers `text` in pieces of `size` characters."""
    pace = Pace(first_s=0.0, gap_s=0.0, characters=size)
    if protocol == "openai":
        async with (
            ChatEmulator(pace=pace, answer=lambda *_: text) as chat,
            client_of(protocol, chat.url) as client,
        ):
            yield client
    else:
        async with (
            GeminiEmulator(pace=pace, answer=lambda *_: text) as gemini,
            client_of(protocol, gemini.url) as client,
        ):
            yield client


async def ended(model: SuggestionModel, fence: str) -> tuple[str, str, str]:
    """Origin and text of the card a moment ends with, and its instant text."""
    published = Published()
    coach = Coach(SuggestSettings(), load_playbook("sales"), model, published, parts=CoachParts(fence=fence))
    async with running(coach):
        coach.hear(said(PRICE))
        last = await published.until(SuggestionCompleted, SuggestionFailed, SuggestionExpired)
    (created,) = published.of(SuggestionCreated)
    return getattr(last, "origin", ""), getattr(last, "text", ""), created.text
