"""Keys are stored sealed and never handed out; what is connected is told as it truly is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.whole_service import whole

KEY = "dg-0123456789abcdefSECRET"


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def deepgram(client: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """The transcriber's branch, and its place for Deepgram's key."""
    branches = (await client.get("/api/providers")).json()["branches"]
    branch = next(branch for branch in branches if branch["branch"] == "transcribe")
    return branch, next(key for key in branch["keys"] if key["provider"] == "deepgram")


async def test_a_key_is_stored_used_and_taken_away_again(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        before, place = await deepgram(client)
        assert (before["local"], place["stored"]) == (True, False)
        assert (await client.put("/api/providers/deepgram/key", json={"key": f" {KEY}\n"})).status_code == 204
        with_key, place = await deepgram(client)
        assert (with_key["provider"], with_key["state"], place["stored"]) == ("deepgram", "unproven", True)
        assert (await client.delete("/api/providers/deepgram/key")).status_code == 204
        assert await deepgram(client) == (before, {**place, "stored": False})


async def test_a_stored_key_survives_a_restart_and_lies_nowhere_in_the_clear(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        await client.put("/api/providers/deepgram/key", json={"key": KEY})
        for address in ("/api/providers", "/api/settings", "/api/config", "/api/audit"):
            answer = await client.get(address)
            assert answer.status_code == 200
            assert KEY not in answer.text
    kept = everything(tmp_path)
    assert kept
    assert KEY.encode() not in kept
    async with whole(tmp_path) as (client, _):
        assert (await deepgram(client))[1]["stored"]


@pytest.mark.parametrize("key", ["", "  ", "two words", "naïve", "a\tb", "a\x07b", "x" * 401])
async def test_what_cannot_be_a_key_is_refused(tmp_path: Path, key: str) -> None:
    async with whole(tmp_path) as (client, _):
        refused = await client.put("/api/providers/deepgram/key", json={"key": key})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "key")
        assert not (await deepgram(client))[1]["stored"]


async def test_a_provider_without_a_key_is_refused(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        for provider in ("embedded", "..", "nobody"):
            refused = await client.put(f"/api/providers/{provider}/key", json={"key": KEY})
            assert refused.status_code in (400, 404), provider
            assert KEY not in refused.text


async def test_there_is_nothing_to_try_without_a_key(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        answer = await client.post("/api/providers/deepgram/test", json={})
        assert (answer.status_code, answer.json()["error"]["field"]) == (409, "key")
