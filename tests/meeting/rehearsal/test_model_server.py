"""Which protocol a server speaks, however its address is written."""

from __future__ import annotations

import pytest

from wingman.config.settings import Settings
from wingman.core.errors import InputError, ProviderFault
from wingman.meeting.rehearsal.model_server import model_at
from wingman.testing.gemini.server import INSTANT, GeminiEmulator
from wingman.testing.openai.server import ChatEmulator


@pytest.mark.parametrize("ending", ["/v1", "/v1/", "", "/v1/chat/completions"])
async def test_an_openai_server_is_told_by_its_list_of_models(ending: str) -> None:
    async with ChatEmulator(pace=INSTANT) as server:
        model = await model_at(server.url.removesuffix("/v1") + ending, Settings())
        await model.probe()
        assert model.name == "openai"
        await model.aclose()


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1beta"])
async def test_a_gemini_server_is_told_by_its_list_of_models(ending: str) -> None:
    async with GeminiEmulator(pace=INSTANT) as server:
        model = await model_at(server.url.rstrip("/") + ending, Settings())
        await model.probe()
        assert model.name == "gemini"
        await model.aclose()


async def test_what_is_no_address_is_refused() -> None:
    odd = (
        "http://[::1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:x",
        "http://a\nb/v1",
        "ftp://me:secret@host/v1",
    )
    for url in ("gpt", "ftp://127.0.0.1/v1", "http://", *odd):
        with pytest.raises(InputError, match="is no address") as refused:
            await model_at(url, Settings())
        assert "secret" not in str(refused.value)


async def test_nobody_there_is_said_in_words_and_without_a_password() -> None:
    with pytest.raises(ProviderFault, match=r"nothing answers at http://127\.0\.0\.1:9/v1"):
        await model_at("http://me:secret@127.0.0.1:9/v1", Settings())
