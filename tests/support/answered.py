"""A question about the price, and a model server that answers it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from wingman.config.section import Secret
from wingman.config.suggest import GeminiSettings, OpenAiSettings
from wingman.llm.base import SuggestionModel
from wingman.llm.gemini.client import Gemini
from wingman.llm.openai import OpenAiModel
from wingman.testing.gemini.server import GeminiEmulator, Pace
from wingman.testing.openai.server import ChatEmulator

SECRET = "m3f9a1c07"
PRICE = "Can you tell me how much the enterprise plan costs per month?"


@asynccontextmanager
async def served(protocol: str, text: str, size: int) -> AsyncGenerator[SuggestionModel, None]:
    """A real client of a local server that answers `text` in pieces of `size` characters."""
    pace = Pace(first_s=0.0, gap_s=0.0, characters=size)
    if protocol == "gemini":
        async with GeminiEmulator(pace=pace, answer=lambda *_: text) as gemini:
            client: SuggestionModel = Gemini(GeminiSettings(api_key=Secret("local"), url=gemini.url))
            yield client
            await client.aclose()
    elif protocol == "generativeai":
        from wingman.llm.gemini.legacy_client import GenerativeAiModel

        async with GeminiEmulator(pace=pace, answer=lambda *_: text) as gemini:
            client = GenerativeAiModel(GeminiSettings(api_key=Secret("local"), url=gemini.url))
            yield client
            await client.aclose()
    else:
        async with ChatEmulator(pace=pace, answer=lambda *_: text) as chat:
            client = OpenAiModel(OpenAiSettings(url=chat.url, model="local-model"))
            yield client
            await client.aclose()
