"""The assistant's door, tried with the SDK's own client against a real service."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import Any

import pytest

from tests.support import forked, story
from tests.support.service import TOKEN, service
from tests.support.until import until
from wingman.client import Client
from wingman.commands import mcp
from wingman.commands.mcp import Tools
from wingman.core.errors import InputError


@pytest.fixture(autouse=True)
def _extra() -> None:
    pytest.importorskip("mcp")


def told(result: Any) -> str:
    """What a tool answered, as text."""
    return json.dumps(result.structured_content or [block.text for block in result.content])


async def test_the_sdks_client_lists_searches_reads_and_shows_a_card() -> None:
    from mcp import Client as Assistant
    from mcp import StdioServerParameters

    async with service() as it:
        for envelope in story.events():
            it.log.append(story.MEETING, envelope.data, envelope.media, at=envelope.at)
        await it.log.flush()
        live = await it.meetings.create_titled("Live")
        variables = {**os.environ, "WINGMAN_URL": it.url, "WINGMAN_TOKEN": TOKEN}
        command = StdioServerParameters(command=sys.executable, args=["-m", "wingman", "mcp"], env=variables)
        async with Assistant(command) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {tool.__name__ for tool in Tools(None).all()}  # type: ignore[arg-type]  # never asked
            assert story.MEETING in told(await client.call_tool("list_meetings", {}))
            assert "enterprise plan" in told(
                await client.call_tool("search_meetings", {"words": "enterprise plan"})
            )
            read = told(await client.call_tool("read_meeting", {"meeting": story.MEETING}))
            assert "How much does the enterprise plan cost?" in read
            assert "pilot" in told(await client.call_tool("read_summary", {"meeting": story.MEETING}))
            shown = await client.call_tool(
                "show_card", {"meeting": live.id, "text": "Ask who signs.", "by": "Helper"}
            )
            assert told(shown)
            missing = await client.call_tool("read_summary", {"meeting": "m-never"})
            assert missing.is_error
        events = await it.log.read(live.id)
        assert any(getattr(event.data, "text", "") == "Ask who signs." for event in events)


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://127.0.0.1:8710,http://b:port"], ids=["one", "the second"]
)
async def test_an_address_that_is_none_is_said_before_anything_is_asked(url: str) -> None:
    with pytest.raises(InputError, match="is no address"):
        await mcp._serve(None, url, "a-grant")


async def test_over_http_only_the_grant_opens_it() -> None:
    import httpx2 as http
    from mcp import Client as Assistant
    from mcp.client.streamable_http import streamable_http_client

    async with service() as it:
        await it.meetings.create_titled("Live")
        variables = {**os.environ, "WINGMAN_URL": it.url, "WINGMAN_TOKEN": TOKEN}
        process = await asyncio.to_thread(forked.start, ["mcp", "--http", "0"], variables)
        try:
            said = await asyncio.to_thread(process.stdout.readline)
            address = said.split()[1].rstrip(",")
            async with http.AsyncClient(trust_env=False) as stranger:
                assert (await stranger.post(address, json={})).status_code == 401
                # a head is read to 32 kB, and no further
                assert (await stranger.get(address, headers={"X": "x" * 40_000})).status_code == 431
                assert (await stranger.post(address, json={})).status_code == 401
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with (
                http.AsyncClient(headers=headers, trust_env=False) as known,
                Assistant(streamable_http_client(address, http_client=known)) as client,
            ):
                assert "Live" in told(await client.call_tool("list_meetings", {}))
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 60)


async def test_half_a_head_holds_no_connection(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wingman.server.uvicorn_seam.HEAD_SECONDS", 0.1)
    async with Client("http://127.0.0.1:1", "a-grant") as client:
        serving = asyncio.create_task(mcp._serve_http(mcp.build(client), 0, "a-grant"))
        said = await until(lambda: capsys.readouterr().out)
        port = int(said.split(":")[3].split("/")[0])

        async def answer(sent: bytes) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            with contextlib.closing(writer), contextlib.suppress(ConnectionError):
                return await reader.read()
            return b""

        assert await answer(b"") == b""
        refused = b""
        for _ in range(20):  # a server that stood still has read no half when the time is over, and hangs up
            refused = refused or await answer(b"POST /mcp HTTP/1.1\r\nHost: 127.0")
        assert refused.startswith(b"HTTP/1.1 408 ")
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
